"""Money on its way: one sentence, its choices, the slip's number. Never a rule, never a wait."""

from collections.abc import Callable

from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import words_of
from pos_app.workstation.answer import Tone

OWN = frozenset({"payment", "slip"})
DECISIONS = ("taken", "not_taken", "given_back")
HINTS = {"decide": "payment_decide", "looking": "payment_looking"}
"""What stands under the heading where nothing is on its way any more."""
ICONS = {
    "cancel": "x",
    "wait_on": "check",
    "stop_waiting": "x",
    "ask_again": "refresh-cw",
    "taken": "receipt-text",
    "not_taken": "x",
    "reverse": "undo-2",
    "finish": "check",
    "leave": "inbox",
    "issued": "check",
    "not_issued": "x",
}


def show(desk: Desk) -> bool:
    """Put the question beside the receipt while money is on its way; True when it is there.

    Whoever answers it must have signed on.
    """
    shown, ask = desk.view.payment, desk.ask
    if shown is None or desk.view.operator is None:
        if ask is not None and ask.name in OWN:
            desk.close_ask()
        return False
    if ask is not None and (ask.place == "full" or ask.name in ("slip", "override")):
        return True
    there = ask is not None and ask.name == "payment" and ask.detail == shown.text
    if there and tuple(row.value for row in desk.rows) == shown.choices:
        return True
    words = words_of(desk)
    rows = [
        Row(words.text(f"payment_choice.{one}"), value=one, icon=ICONS.get(one, ""))
        for one in shown.choices
    ]
    ask = Ask("payment", lambda text: None, pick=_pick(desk), detail=shown.text,
              told=HINTS.get(shown.state, ""))  # fmt: skip
    desk.open(ask, rows)
    return True


def _pick(desk: Desk) -> Callable[[Row], None]:
    def pick(row: Row) -> None:
        if row.value == "cancel":
            desk.do(desk.till.cancel_payment())
        elif row.value == "taken":
            _ask_slip(desk)
        else:
            desk.attempt(lambda who: desk.till.payment_choice(row.value, override=who))

    return pick


def _ask_slip(desk: Desk) -> None:
    """The number on the terminal's slip; Enter alone where it has none."""

    def accept(text: str) -> None:
        desk.close_ask()
        desk.do(desk.till.payment_choice("taken", text))

    desk.open(Ask("slip", accept, pad="digits"))


def undecided(desk: Desk) -> None:
    """A manager compares each payment that nobody knows the end of with the bank's list."""
    if not desk.view.undecided:
        desk.tell("ui.nothing_undecided", Tone.NEUTRAL)
        return
    words = words_of(desk)

    def pick(row: Row) -> None:
        desk.close_ask()
        _decide(desk, row.value)

    rows = [
        Row(words.say(one.text), detail=f"{one.at:%d.%m %H:%M}", value=one.key)
        for one in desk.view.undecided
    ]
    desk.open(Ask("undecided", lambda text: None, pick=pick), rows)


def _decide(desk: Desk, key: str) -> None:
    words = words_of(desk)

    def pick(row: Row) -> None:
        desk.close_ask()
        desk.attempt(lambda who: desk.till.decide_payment(key, row.value, override=who))

    rows = [Row(words.text(f"payment_decision.{one}"), value=one) for one in DECISIONS]
    desk.open(Ask("payment_decision", lambda text: None, pick=pick), rows)
