"""Gestures of money: paying, the drawer, the session and the day. Never a rule."""

from collections.abc import Callable
from functools import partial

from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.ui import day_flows, payment_flows, pin_flows
from pos_app.ui.counter_flows import by_pin
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.gestures import show_found, to_minor
from pos_app.ui.lending_flows import hand_back, with_right
from pos_app.ui.phrases import reason_rows, words_of
from pos_app.ui.reason_flows import ask_reason
from pos_app.workstation.answer import Answer, Tone
from pos_app.workstation.day_record import DIFFERENCE_REASONS

MOVEMENT_REASONS = {
    "paid_in": ("found_cash", "advance_back", "debt_paid", "other"),
    "paid_out": ("purchase", "courier", "advance", "other"),
    "pickup": ("to_safe", "to_bank"),
    "loan": ("from_safe", "change_brought"),
}
NO_SALE_REASONS = ("give_change", "check_drawer", "other")


def cash(desk: Desk) -> None:
    """F8: the cash panel takes the member panel's place; Enter alone is the exact amount."""
    if not _payable(desk):
        return

    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if text and minor is None:
            return
        tender_cash(desk, minor)

    desk.open(Ask("cash", accept, pad="amount"))


def tender_cash(desk: Desk, minor: int | None) -> None:
    """Tender and, when nothing is due any more, close: one gesture."""
    desk.write("")
    desk.do(desk.till.pay("cash", minor))


def card(desk: Desk) -> None:
    """F9: all that is due by card, or the amount typed in the cash panel."""
    _pay_without_cash(desk, "card")


def qr(desk: Desk) -> None:
    """F10: the same by a payment QR code."""
    _pay_without_cash(desk, "qr")


def _pay_without_cash(desk: Desk, kind: str) -> None:
    if not _payable(desk):
        return
    typed = desk.typed.strip() if desk.ask is not None and desk.ask.name == "cash" else ""
    minor = to_minor(desk, typed) if typed else None
    if typed and minor is None:
        return
    desk.write("")
    desk.do(desk.till.pay(kind, minor))


def void_tender(desk: Desk, index: int) -> None:
    """Take a tender back before completion."""
    desk.do(desk.till.void_tender(index))


def undo(desk: Desk) -> None:
    """Ctrl+Z: the last change goes back; of a receipt that is being paid, the last payment."""
    shown = desk.view.transaction
    if shown is not None and shown.kind == "sale" and shown.tenders:
        void_tender(desk, len(shown.tenders) - 1)
    else:
        desk.attempt(lambda who: desk.till.undo(override=who))


def complete(desk: Desk) -> None:
    """Close what is wholly paid (a return, a receipt paid with points)."""
    if not pin_flows.in_the_way(desk):
        desk.do(desk.till.complete())


def _payable(desk: Desk) -> bool:
    if pin_flows.in_the_way(desk):
        return False
    transaction = desk.view.transaction
    if transaction is None or not (transaction.lines or transaction.exchange):
        desk.tell("ui.nothing_to_pay", Tone.NEUTRAL)
        return False
    swaps = transaction.exchange is not None or transaction.credit_minor > 0
    even = swaps and not transaction.due_minor
    if transaction.kind == "return" or even:
        complete(desk)
        return False
    return True


def base_ask(desk: Desk) -> None:
    """With nobody signed on the field takes a PIN; with no session, the float."""
    if desk.ask is not None and desk.ask.name == "sign_on":
        if desk.view.operator is not None:
            desk.close_ask()  # whoever signed on another way is here: it would bar payments
        elif not desk.rows:
            _list_operators(desk)  # a new till learns who works here with its first pull
    if payment_flows.show(desk) or day_flows.follow(desk):
        return
    if desk.ask is not None or desk.page is not None:
        return
    hand_back(desk)
    if desk.view.operator is None:
        sign_on(desk)
    elif desk.view.session is None:
        open_session(desk)


def sign_on(desk: Desk) -> None:
    """Choose who, type the PIN, Enter."""

    accept = by_pin(desk, desk.till.sign_on)
    desk.open(Ask("sign_on", accept, pad="digits", masked=True, place="full"))
    _list_operators(desk)


def _list_operators(desk: Desk) -> None:
    """Who worked here last stands ready: the list invites nobody to sign on as another."""
    told = desk.till.operators().data
    rows = [Row(name, value=key) for key, name in told.get("operators", ())]
    last = next((place for place, row in enumerate(rows) if row.value == told.get("last")), 0)
    if rows:
        desk.show_rows(rows, last)


def open_session(desk: Desk) -> None:
    """How much change lies in the drawer; Enter alone is none."""

    def accept(text: str) -> None:
        minor = to_minor(desk, text or "0")
        if minor is None:
            return
        answer = desk.attempt(lambda who: desk.till.open_session(minor, override=who))
        if answer.ok:
            desk.close_ask()

    desk.open(Ask("open_session", accept, pad="amount", place="full"))


def sign_off(desk: Desk) -> None:
    """Leave the till to another."""
    desk.do(desk.till.sign_off())


def _count(desk: Desk, name: str, task: Callable[[int, str], Answer]) -> None:
    """A blind count: the difference is shown after it, never before; then counted again or kept,
    with a reason where the shop wants one."""

    def close(minor: int, reason: str = "") -> None:
        answer = desk.do(task(minor, reason))
        if answer.ok:
            desk.close_ask()
            show_found(desk, answer)

    def explain(minor: int) -> None:
        ask_reason(desk, (*DIFFERENCE_REASONS, "other"), partial(close, minor))

    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if minor is None:
            return
        counted = desk.do(desk.till.count_drawer(minor))
        if counted.ok and counted.data.get("difference_minor"):
            keep = partial(explain if counted.data.get("needs_reason") else close, minor)
            _ask_about_difference(desk, keep, partial(_count, desk, name, task))
        elif counted.ok:
            close(minor)

    desk.open(Ask(name, accept, pad="amount"))


def _ask_about_difference(desk: Desk, close: Callable[[], None], again: Callable[[], None]) -> None:
    words = words_of(desk)
    rows = [
        Row(words.text("ui.count_again"), value=again, icon="undo-2"),
        Row(words.text("ui.close_with_difference"), value=close, icon="lock"),
    ]
    desk.open(Ask("difference", lambda text: None, pick=lambda row: row.value()), rows)


def close_session(desk: Desk) -> None:
    """Count the drawer, close the session; receipts that wait are told of before, not after."""
    _count(desk, "close_session", desk.till.close_session)
    if desk.view.suspended and desk.ask is not None:
        desk.tell("ui.close_suspended", n=len(desk.view.suspended))


def x_report(desk: Desk) -> None:
    """The session so far, on the screen and on paper."""
    with_right(desk, Right.X_REPORT, lambda: show_found(desk, desk.do(desk.till.x_report())))


def movement(desk: Desk, kind: str) -> None:
    """Money in or out of the drawer: the amount, then the reason."""

    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if minor is not None:
            _ask_reason(desk, kind, minor)

    desk.open(Ask(kind, accept, pad="amount"))


def _ask_reason(desk: Desk, kind: str, minor: int) -> None:
    def move(reason: str) -> None:
        about = say(f"approve.{kind}", amount=desk.money(minor))
        desk.attempt(lambda who: desk.till.cash_movement(kind, minor, reason, override=who), about)

    ask_reason(desk, MOVEMENT_REASONS[kind], move)


def no_sale(desk: Desk) -> None:
    """Open the drawer without a sale; counted."""

    def pick(row: Row) -> None:
        desk.close_ask()
        desk.attempt(lambda who: desk.till.no_sale(row.value, override=who))

    desk.open(Ask("no_sale", lambda text: None, pick=pick), reason_rows(desk, NO_SALE_REASONS))


def reprint(desk: Desk) -> None:
    """A copy of the last receipt, marked as one."""

    def copy() -> None:
        desk.do(desk.till.reprint())

    with_right(desk, Right.REPRINT, copy)
