"""The registrar's gestures from the menu: one list, one question each. Never a rule.

The list is there where a registrar is configured, and nowhere else.
"""

from collections.abc import Callable, Mapping

from pos_app.domain.rights import Right
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.lending_flows import hand_back, lacks, with_right
from pos_app.ui.phrases import words_of
from pos_app.ui.reason_flows import ask_reason, moment_words
from pos_app.workstation.answer import Answer, Tone
from pos_app.workstation.fiscal_unsure import ErrandView

ACTIONS: tuple[tuple[str, str], ...] = (
    ("electronic_receipt", "qr-code"),
    ("go_on_printing", "printer"),
    ("fiscal_copy", "receipt-text"),
    ("open_shift", "door-open"),
    ("close_shift", "lock"),
    ("fiscal_correction", "undo-2"),
    ("unsure_errands", "circle-help"),
)
SENIORS: Mapping[str, Right] = {
    "fiscal_copy": Right.REPRINT,
    "close_shift": Right.CLOSE_DAY,
    "fiscal_correction": Right.CLOSE_DAY,
}
"""Marked for who may not: a colleague's PIN is asked."""
CHOICES = (("was_done", "check"), ("was_not_done", "x"))
ERRAND_REASONS = ("seen_on_paper", "seen_by_counter", "no_paper_no_count", "other")


def has_registrar(desk: Desk) -> bool:
    """Whether this till has one."""
    return any(device.kind == "fiscal" for device in desk.view.devices)


def fiscal(desk: Desk) -> None:
    """Everything that the registrar can be asked to do."""

    def pick(row: Row) -> None:
        desk.close_ask()
        FLOWS[row.value](desk)

    words = words_of(desk)
    barred = {name for name, right in SENIORS.items() if lacks(desk, right)}
    rows = [
        Row(
            words.text(f"menu.{name}"),
            words.text("ui.senior_row") if name in barred else "",
            value=name,
            icon=icon,
        )
        for name, icon in ACTIONS
    ]
    desk.open(Ask("fiscal", lambda text: None, pick=pick, place="main"), rows)


def electronic(desk: Desk) -> None:
    """The buyer's address, before the payment; Enter alone takes it back."""

    def accept(text: str) -> None:
        answer = desk.do(desk.till.electronic_receipt(text))
        if answer.ok:
            desk.close_ask()

    desk.open(Ask("electronic_receipt", accept))


def correction(desk: Desk) -> None:
    """A receipt, then why; a number of an order is the tax office's and goes by the console."""

    def receipt(number: str) -> None:
        if number:
            desk.close_ask()
            _why(desk, number)

    desk.open(Ask("fiscal_correction", receipt))


def _why(desk: Desk, number: str) -> None:
    def reason(text: str) -> None:
        if text:
            desk.close_ask()
            desk.attempt(lambda who: desk.till.fiscal_correction(number, text, override=who))

    desk.open(Ask("fiscal_reason", reason))


def unsure(desk: Desk, back: Callable[[], object] = lambda: None) -> None:
    """What the registrar cannot say whether it did; `back` is where the last word leads."""
    found: tuple[ErrandView, ...] = desk.till.unsure_errands().data.get("errands", ())
    words = words_of(desk)
    if not found:
        desk.tell("ui.nothing_unsure", Tone.NEUTRAL)
        back()
        return

    def pick(row: Row) -> None:
        desk.close_ask()
        _decide(desk, row.value, back)

    rows = [
        Row(
            _large(words.text(f"fiscal.{one.kind}")),
            detail=_known(desk, one),
            value=one,
            icon="circle-help",
        )
        for one in found
    ]
    desk.open(Ask("errands", lambda text: None, pick=pick, place="main"), rows)


def _decide(desk: Desk, one: ErrandView, back: Callable[[], object]) -> None:
    words = words_of(desk)

    def pick(row: Row) -> None:
        def said(reason: str) -> None:
            desk.attempt(
                lambda who: desk.till.decide_errand(one.key, row.value, reason, override=who)
            )
            back()

        desk.close_ask()
        ask_reason(desk, ERRAND_REASONS, said)

    of = "" if one.kind.startswith("cash") else "_correction"
    rows = [
        Row(
            words.text(f"errand.{choice}{of}"),
            detail=_then(desk, one, choice),
            value=choice,
            icon=icon,
        )
        for choice, icon in CHOICES
        if choice in one.choices
    ]
    desk.open(Ask("errand", lambda text: None, pick=pick, place="main"), rows)


def _large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _then(desk: Desk, one: ErrandView, choice: str) -> str:
    """What the registrar would count if this choice were so."""
    would = next((said for said in one.evidence if said.key == "errand.would"), None)
    if would is None:
        return ""
    cash = would.args["done" if choice == "was_done" else "not_done"]
    return words_of(desk).text("errand.then", cash=cash)


def _known(desk: Desk, one: ErrandView) -> str:
    """How much, when, what the registrar said, and what it counts."""
    words = words_of(desk)
    amount = words.money(one.amount_minor, desk.view.currency)
    said = map(words.say, (one.said, *one.evidence))
    return " · ".join((amount, moment_words(words, one.at), *said))


def lent(desk: Desk, name: str, do: Callable[[], Answer]) -> None:
    """By one's own right, or a colleague's PIN for this one thing."""

    def go() -> None:
        desk.do(do())
        hand_back(desk)

    with_right(desk, SENIORS[name], go)


FLOWS: Mapping[str, Callable[[Desk], object]] = {
    "electronic_receipt": electronic,
    "go_on_printing": lambda desk: desk.do(desk.till.go_on_printing()),
    "fiscal_copy": lambda desk: lent(desk, "fiscal_copy", desk.till.fiscal_copy),
    "open_shift": lambda desk: desk.do(desk.till.open_shift()),
    "close_shift": lambda desk: lent(desk, "close_shift", desk.till.close_shift),
    "fiscal_correction": correction,
    "unsure_errands": unsure,
}
