"""Gestures beside the plain sale: coupons, rewards, categories, a change of cashier, goods
that come back without a receipt or for others. Never a rule."""

from collections.abc import Callable
from functools import partial

from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.gestures import show_found
from pos_app.ui.phrases import coupon_row, reason_rows, reward_row, words_of
from pos_app.ui.return_marks import RETURN_REASONS
from pos_app.workstation.answer import Answer, Tone


# ---- coupons, rewards, categories
def coupon(desk: Desk) -> None:
    """F4: a coupon's code typed by hand; F4 again, or a tap on a chip: those on the receipt."""

    def accept(text: str) -> None:
        if not text or desk.do(desk.till.coupon(text)).ok:
            desk.close_ask()

    desk.open(Ask("coupon", accept, again=partial(coupons, desk)))


def coupons(desk: Desk) -> None:
    """The coupons of the receipt, each with what it does here; the chosen one is taken off. The
    last row is for another code; with no coupon yet it is asked at once."""
    transaction = desk.view.transaction
    shown = transaction.coupons if transaction else ()
    if not shown:
        if desk.ask is not None and desk.ask.name == "coupon":
            desk.tell("ui.no_coupons", Tone.NEUTRAL)
        else:
            coupon(desk)
        return

    def pick(row: Row) -> None:
        desk.close_ask()
        if row.value is None:
            coupon(desk)
        else:
            desk.do(desk.till.remove_coupon(row.value))

    another = Row(words_of(desk).text("ui.another_coupon"), figure="F4", icon="plus")
    rows = [*(coupon_row(desk, one) for one in shown), another]
    desk.open(Ask("coupons", lambda text: None, pick=pick), rows)


def rewards(desk: Desk) -> None:
    """What the member's points buy on this receipt; one that is on it already is taken off."""

    def pick(row: Row) -> None:
        desk.close_ask()
        claimed = any(one.claimed for one in desk.view.rewards if one.id == row.value)
        desk.do(desk.till.unclaim(row.value) if claimed else desk.till.claim(row.value))

    if not desk.view.rewards:
        desk.tell("ui.no_rewards", Tone.NEUTRAL)
        return
    rows = [reward_row(desk, one) for one in desk.view.rewards]
    desk.open(Ask("rewards", lambda text: None, pick=pick), rows)


def categories(desk: Desk) -> None:
    """The member's cashback categories: each choice ticks one, the last row says that it is so."""
    member = desk.view.member
    choice = member.choice if member else None
    if choice is None or choice.fixed:
        desk.tell("ui.no_choice" if choice is None else "ui.choice_fixed", Tone.NEUTRAL)
        return
    _categories(desk, choice.offered, choice.count, list(choice.chosen))


def _categories(desk: Desk, offered: tuple[str, ...], count: int, chosen: list[str]) -> None:
    words = words_of(desk)

    def pick(row: Row) -> None:
        if row.value is None:
            if desk.do(desk.till.choose_categories(chosen)).ok:
                desk.close_ask()
            return
        others = [one for one in chosen if one != row.value]
        taken = others if row.value in chosen else [*chosen, row.value][-count:]
        _categories(desk, offered, count, taken)

    rows = [Row(one, value=one, icon="check" if one in chosen else "minus") for one in offered]
    if chosen:
        done = words.text("ui.choose_these", n=len(chosen), count=count)
        rows.append(Row(done, value=None, icon="star"))
    at = desk.cursor if desk.ask is not None and desk.ask.name == "categories" else 0
    cursor = len(rows) - 1 if len(chosen) == count else min(at, len(rows) - 1)
    desk.open(Ask("categories", lambda text: None, pick=pick), rows, cursor)


# ---- somebody else at the till
def by_pin(desk: Desk, task: Callable[[str, str], Answer]) -> Callable[[str], None]:
    """The chosen person's PIN to a task; then the screen speaks their language."""

    def accept(pin: str) -> None:
        if not desk.rows or not pin:
            return
        person = desk.rows[desk.cursor].value
        desk.write("")
        answer = desk.do(task(person, pin))
        if answer.ok and desk.view.operator is not None:
            desk.close_ask()
            desk.speak_to_operator()

    return accept


def swap(desk: Desk) -> None:
    """Another cashier: who, and their PIN; the screen speaks their language at once."""

    here = desk.view.operator
    listed = desk.till.operators().data.get("operators", ())
    rows = [Row(name, value=key) for key, name in listed if here is None or key != here.id]
    desk.open(Ask("swap", by_pin(desk, desk.till.swap), pad="digits", masked=True), rows)


# ---- goods that come back
def find_return(desk: Desk) -> None:
    """The number of a receipt, typed or scanned; or the row for goods without one. What is on its
    way back ends first: it is said before anything is asked."""
    words, now = words_of(desk), desk.view.transaction
    if now is not None and (now.exchange or (now.kind == "return" and now.lines)):
        desk.tell("refused.exchange_first" if now.exchange else "refused.return_first")
        return

    def accept(text: str) -> None:
        answer = desk.do(desk.till.find_receipt(text)) if text else None
        if answer is not None and answer.ok:
            desk.close_ask()
            show_found(desk, answer)

    def first_key(key: str) -> bool:
        if key == "*":
            _bare(desk)
        return key == "*"

    def scan(data: bytes) -> None:
        """The digits under a receipt's bars are its number; what else a scanner reads says itself
        what it is."""
        text = data.decode("ascii", "replace").strip()
        if text.isdigit():
            accept(text)
        else:
            desk.close_ask()
            show_found(desk, desk.do(desk.till.scan(data, None)))

    row = Row(words.text("ui.return_bare"), figure=words.text("ui.star_key"), icon="undo-2")
    ask = Ask(
        "return",
        accept,
        pad="digits",
        pick=lambda _: _bare(desk),
        first_key=first_key,
        scan=scan,
    )
    desk.open(ask, [row])


def _bare(desk: Desk) -> None:
    """Why, and who allows it; then the goods are scanned."""

    def pick(row: Row) -> None:
        desk.close_ask()
        desk.attempt(lambda who: desk.till.return_goods(row.value, override=who))

    desk.open(Ask("reason", lambda text: None, pick=pick), reason_rows(desk, RETURN_REASONS))
