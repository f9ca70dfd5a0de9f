"""Gestures of the sale: each forwards to the till or asks one thing first. Never a rule."""

from collections.abc import Callable
from functools import partial

from pos_app.domain.identification.control import begins_so
from pos_app.domain.identification.symbology import split_aim
from pos_app.domain.money import parse_decimal
from pos_app.domain.sentence import say
from pos_app.ui import code_flows, device_flows, member_flows, page_scans, pin_flows, return_marks
from pos_app.ui.chip_places import placed
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.enrol_flows import enrol, offer_consent
from pos_app.ui.phrases import item_row, member_row, reason_rows, suspended_row
from pos_app.ui.why_flows import under
from pos_app.workstation.answer import Answer, Tone

VOID_REASONS = ("customer_left", "mistake", "no_money", "training")
SEARCH_FROM = 2
ANSWERED_BY_SCAN = frozenset(
    ("member", "members", "coupon", "coupons", "gift_card", "rewards", "points", "points_amount")
) | {"sign"}
"""Questions that a scan answers or passes over: their panel does not stay."""


def scan(desk: Desk, data: bytes, aim: str | None = None) -> None:
    """What a scanner sent; a `3*` waiting in the field goes before it."""
    if answers(desk, data):
        return
    waiting = desk.typed.strip()
    if waiting.endswith("*"):
        if return_marks.heard(desk, waiting + read(data)):
            desk.write("")
            return
        desk.do(desk.till.type_text(waiting))
    if desk.ask is None or _ends_with_scan(desk.ask):
        desk.close_ask()
        desk.write("")
    if return_marks.heard(desk, read(data)):
        return
    if desk.page is not None and desk.page.kind not in page_scans.KEPT:
        desk.turn_to(None)
    show_found(desk, page_scans.begun(desk, desk.do(desk.till.scan(data, aim))))
    if desk.ask is not None and desk.ask.name == "pin" and desk.view.demand is None:
        desk.close_ask()  # the card's code has answered what the PIN was asked for


def answers(desk: Desk, data: bytes) -> bool:
    """Whether the question on show has taken a scan, whatever scanner it came from. Never a key."""
    ask = desk.ask
    if is_control(data):
        return False
    if ask is None or ask.scan is None:
        text = read(data)
        taken = pin_flows.takes(desk, text) or code_flows.takes(desk, data, text)
        return taken or member_flows.scanned(desk, text)
    ask.scan(data)
    return True


def is_control(data: bytes) -> bool:
    """Whether a scan is a printed key rather than something for the question on show."""
    return begins_so(read(data))


def read(data: bytes) -> str:
    """What a scanner sent, without the mark of how it was printed."""
    return split_aim(data.decode("utf-8", "replace"))[1]


def _ends_with_scan(ask: Ask) -> bool:
    return ask.place in {"below", "main"} or ask.name in ANSWERED_BY_SCAN


def submit(desk: Desk) -> None:
    """Enter: the question's answer, the chosen row, or what the one field takes."""
    ask, text = desk.ask, desk.typed.strip()
    if ask is not None:
        if ask.pick is not None and desk.rows and not ask.pad:
            _pick(desk, ask.pick, text)
            if desk.ask is ask and desk.typed.strip() == text:
                desk.write("")  # the list stays for another number
        else:
            ask.accept(text)
    elif return_marks.heard(desk, text):
        desk.write("")
    elif text:
        desk.write("")
        if not (pin_flows.is_meant(desk, text) or device_flows.choose(desk, text)):
            show_found(desk, desk.do(desk.till.type_text(text)), text)
    elif desk.page is not None:
        desk.turn_to(None)


def _pick(desk: Desk, pick: Callable[[Row], None], text: str) -> None:
    """The highlighted row, or the one that a typed number names where the field does not search.

    What names no row picks none: who types 1111 into a list of reasons takes it for another.
    """
    ask = desk.ask
    searching = ask is not None and (ask.place == "below" or ask.name == "price_check")
    row = desk.cursor if searching or not text else int(text) - 1 if text.isdecimal() else -1
    named = next((one for one in desk.rows if text and one.typed == text), None)
    if 0 <= row < len(desk.rows):
        pick(desk.rows[row])
    elif named is not None:
        pick(named)
    elif ask is not None and ask.free:
        ask.accept(text)
    else:
        desk.tell("ui.no_such_row", Tone.WARNING, count=len(desk.rows))


def show_found(desk: Desk, answer: Answer, typed: str = "") -> None:
    """What an answer brought beside the view: choices, a report, a receipt, a phone to enrol."""
    if answer.refusal is not None and answer.refusal.code == "unknown_phone":
        if desk.ask is None or desk.ask.name == "member":  # else the cashier has gone on
            enrol(desk, typed or str(answer.data.get("phone", "")))
    elif answer.data.get("items"):
        rows = [item_row(desk, item) for item in answer.data["items"]]
        desk.open(Ask("results", _search_again(desk), place="below", pick=_add(desk)), rows)
    elif answer.data.get("members"):
        rows = [member_row(member) for member in answer.data["members"]]
        desk.open(Ask("members", lambda text: None, pick=_take_member(desk)), rows)
    elif answer.data.get("receipt") is not None:
        desk.turn_to(Page("return", answer.data["receipt"]))
    elif answer.data.get("report") is not None:
        desk.turn_to(Page("report", answer.data["report"]))
    elif desk.ask is None:
        offer_consent(desk, typed, answer)


def _add(desk: Desk) -> Callable[[Row], None]:
    def pick(row: Row) -> None:
        desk.close_ask()
        desk.do(desk.till.add_item(row.value))

    return pick


def _take_member(desk: Desk) -> Callable[[Row], None]:
    def pick(row: Row) -> None:
        desk.close_ask()
        desk.do(desk.till.member("id", row.value))

    return pick


def _search_again(desk: Desk) -> Callable[[str], None]:
    def accept(text: str) -> None:
        desk.close_ask()
        if text:
            show_found(desk, desk.do(desk.till.type_text(text)))

    return accept


def typing(desk: Desk, text: str) -> None:
    """A name being typed narrows the list below the field; codes and numbers wait for Enter."""
    desk.note_typed(text)
    if desk.ask is not None and desk.ask.name not in {"results", "search"}:
        return
    if len(text) < SEARCH_FROM or not any(letter.isalpha() for letter in text):
        if desk.ask is not None and desk.ask.name == "results":
            desk.close_ask()
            desk.write(text)
        return
    found = desk.till.find_items(text).data.get("items", ())
    rows = [item_row(desk, item) for item in found]
    if desk.ask is None:
        ask = Ask("results", _search_again(desk), place="below", pick=_add(desk))
        desk.open(ask, rows, typed=text)
    else:
        desk.show_rows(rows)


def search(desk: Desk) -> None:
    """F3: a list below the field, narrowed while typing."""
    desk.open(Ask("search", _search_again(desk), place="below", pick=_add(desk)))


def member(desk: Desk) -> None:
    """F2: phone, or its last four digits; Enter. A new phone is offered to enrol."""

    def accept(text: str) -> None:
        digits = "".join(letter for letter in text if letter.isdigit())
        if not digits:
            desk.close_ask()
            return
        by = "last4" if len(digits) == 4 else "phone"
        answer = desk.do(desk.till.member(by, digits))
        if answer.ok:
            desk.close_ask()
        show_found(desk, answer, digits)

    desk.open(Ask("member", accept, pad="digits"))


def remove_member(desk: Desk) -> None:
    """Sell without a member."""
    desk.do(desk.till.remove_member())


def suspend(desk: Desk) -> None:
    """F5: puts a receipt with lines aside, what stands in the field is its label; with an empty
    one, lists those that wait."""
    transaction, label = desk.view.transaction, _label_typed(desk)
    if transaction is not None and transaction.lines:
        answer = desk.do(desk.till.suspend(label))
        if answer.ok and label:
            desk.close_ask()
            desk.write("")
    else:
        suspended(desk)


def _label_typed(desk: Desk) -> str:
    """What was typed into the one field itself; an answer to another question is none."""
    free = desk.ask is None or desk.ask.place == "below"
    return desk.typed.strip() if free else ""


def suspended(desk: Desk) -> None:
    """The receipts that wait."""

    def pick(row: Row) -> None:
        desk.close_ask()
        desk.do(desk.till.resume(row.value))

    if not desk.view.suspended:
        desk.tell("ui.nothing_suspended", Tone.NEUTRAL)
        return
    rows = [suspended_row(desk, one) for one in desk.view.suspended]
    desk.open(Ask("suspended", lambda text: None, pick=pick), rows)


def points(desk: Desk) -> None:
    """F6 and a chip's digit; F6 F6, `*` or 0 and digits: a number of one's own."""
    shown = desk.view.member
    if shown is None or not shown.chips:
        desk.tell("ui.no_points_to_redeem", Tone.NEUTRAL)
        return

    def first_key(key: str) -> bool:
        if key in {"*", "0"}:
            points_amount(desk)
            return True
        index = int(key) - 1 if key.isdigit() else -1
        if index not in placed(desk.view.member.chips if desk.view.member else ()):
            return False
        choose_chip(desk, index)
        return True

    own = partial(points_amount, desk)
    desk.open(Ask("points", lambda _: own(), first_key=first_key, place="chips", again=own))


def choose_chip(desk: Desk, index: int) -> None:
    """One of the points chips, by its digit or by a tap."""
    shown = desk.view.member
    chip = placed(shown.chips).get(index) if shown is not None else None
    if chip is None:
        return
    desk.close_ask()
    desk.do(desk.till.redeem(chip.points))


def points_amount(desk: Desk) -> None:
    """A number of points of one's own."""

    def accept(text: str) -> None:
        if not text.isdigit():
            desk.tell("ui.not_a_number")
            return
        desk.close_ask()
        desk.do(desk.till.redeem(int(text)))

    desk.open(Ask("points_amount", accept, pad="digits"))


def quantity(desk: Desk) -> None:
    """`*` in an empty field: a new quantity of the selected line."""
    line = selected_line(desk)
    if line is None:
        return

    def accept(text: str) -> None:
        wanted = text.replace(",", ".")
        if desk.attempt(lambda who: desk.till.set_quantity(line, wanted, override=who)).ok:
            desk.close_ask()

    desk.open(Ask("quantity", accept, pad="amount"))


def step_quantity(desk: Desk, by: int) -> None:
    """One more or one less of a line counted in pieces."""
    line = selected_line(desk)
    transaction = desk.view.transaction
    if line is None or transaction is None:
        return
    shown = next(one for one in transaction.lines if one.line == line)
    if shown.quantity.unit.price_digits:
        quantity(desk)
        return
    count = shown.quantity.value + by
    if count > 0:
        desk.attempt(lambda who: desk.till.set_quantity(line, str(count), override=who))
    else:
        void_line(desk)


def weigh_by_hand(desk: Desk) -> None:
    """The weight of the goods that wait, typed; somebody with the right where it is wanted."""

    def accept(text: str) -> None:
        desk.close_ask()
        if text:
            weight = text.replace(",", ".")
            desk.attempt(lambda who: desk.till.weigh_by_hand(weight, override=who))

    desk.open(Ask("weight", accept, pad="amount"))


def cancel_weighing(desk: Desk) -> None:
    """No weight is wanted."""
    desk.do(desk.till.cancel_weighing())


def void_line(desk: Desk) -> None:
    """Del: the selected line goes."""
    line = selected_line(desk)
    if line is not None:
        desk.attempt(lambda who: desk.till.void_line(line, override=who))


def void_transaction(desk: Desk) -> None:
    """Ctrl+Del and a reason; somebody with the right where the operator has none."""
    if desk.view.transaction is None:
        return

    def pick(row: Row) -> None:
        desk.close_ask()
        shown = desk.view.transaction
        about = say("approve.void", of=desk.money(shown.total_minor if shown else 0))
        desk.attempt(lambda who: desk.till.void_transaction(row.value, override=who), about)

    rows = reason_rows(desk, VOID_REASONS)
    desk.open(Ask("void_transaction", lambda text: None, pick=pick), rows)


def select_by(desk: Desk, step: int) -> None:
    """Arrows: through the choices on show, else through the lines."""
    if desk.ask is not None and desk.rows:
        desk.point(desk.cursor + step)
        return
    transaction = desk.view.transaction
    if transaction is None or not transaction.lines:
        return
    numbers = [line.line for line in transaction.lines]
    at = numbers.index(transaction.selected_line) if transaction.selected_line in numbers else 0
    at = max(0, min(at + step, len(numbers) - 1))
    desk.do(desk.till.select_line(numbers[at]))


def back(desk: Desk) -> None:
    """Esc: one step back; never clears a transaction, never leaves a payment undecided."""
    if desk.ask is not None and desk.ask.name == "payment":
        desk.write("")
    elif desk.ask is not None:
        desk.close_ask()
    elif desk.page is not None:
        desk.turn_to(under(desk.page))
    elif desk.typed:
        desk.write("")
    elif desk.view.demand is not None and desk.view.demand.kind == "weighing":
        cancel_weighing(desk)
    else:
        desk.hush()


def to_minor(desk: Desk, text: str) -> int | None:
    """Typed major units as minor ones; a line under the field where it is not a number."""
    try:
        return parse_decimal(text, desk.view.currency.minor_digits)
    except ValueError:
        desk.tell("ui.not_a_number")
        return None


def selected_line(desk: Desk) -> int | None:
    """The number of the marked line, else of the last one; said where there is none."""
    transaction = desk.view.transaction
    if transaction is None or not transaction.lines:
        back = transaction is not None and transaction.exchange is not None
        desk.tell("ui.line_comes_back" if back else "ui.no_line", Tone.NEUTRAL)
        return None
    if transaction.selected_line is not None:
        return transaction.selected_line
    return transaction.lines[-1].line
