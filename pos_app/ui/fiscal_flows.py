"""The registrar's gestures from the menu: one list, one question each. Never a rule.

The list is there where a registrar is configured, and nowhere else.
"""

from collections.abc import Callable, Mapping

from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import words_of

ACTIONS: tuple[tuple[str, str], ...] = (
    ("electronic_receipt", "qr-code"),
    ("go_on_printing", "printer"),
    ("fiscal_copy", "receipt-text"),
    ("open_shift", "door-open"),
    ("close_shift", "lock"),
    ("fiscal_correction", "undo-2"),
)


def has_registrar(desk: Desk) -> bool:
    """Whether this till has one."""
    return any(device.kind == "fiscal" for device in desk.view.devices)


def fiscal(desk: Desk) -> None:
    """Everything that the registrar can be asked to do."""

    def pick(row: Row) -> None:
        desk.close_ask()
        FLOWS[row.value](desk)

    words = words_of(desk)
    rows = [Row(words.text(f"menu.{name}"), value=name, icon=icon) for name, icon in ACTIONS]
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


FLOWS: Mapping[str, Callable[[Desk], object]] = {
    "electronic_receipt": electronic,
    "go_on_printing": lambda desk: desk.do(desk.till.go_on_printing()),
    "fiscal_copy": lambda desk: desk.do(desk.till.fiscal_copy()),
    "open_shift": lambda desk: desk.do(desk.till.open_shift()),
    "close_shift": lambda desk: desk.do(desk.till.close_shift()),
    "fiscal_correction": correction,
}
