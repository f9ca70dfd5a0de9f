"""A new member at the till: phone, Enter; what was signed, and a name. Never a rule."""

from pos_app.domain.rights import Right
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import consent_rows, name_row

CONSENTS = ("processing", "marketing")
NAME = "name"


def enrol(desk: Desk, phone: str = "") -> None:
    """Phone, Enter: with or without a link; a phone nobody has is already typed. What the member
    has signed is ticked beside it; nothing is ticked by itself. A name, if the member tells it."""
    person = desk.view.operator
    if person is not None and Right.ENROL.value not in person.rights:
        desk.do(desk.till.enrol(phone))  # says why, before anything is typed
        return
    _enrol(desk, phone, frozenset(), "")


def _enrol(desk: Desk, phone: str, signed: frozenset[str], name: str) -> None:
    def accept(text: str) -> None:
        given = [one for one in CONSENTS if one in signed]
        told = {"name": name} if name else {}
        if desk.do(desk.till.enrol(text, consents=given, **told)).ok:
            desk.close_ask()

    def toggle(index: int) -> None:
        if index < len(CONSENTS):
            _enrol(desk, desk.typed, signed ^ {CONSENTS[index]}, name)
        elif index == len(CONSENTS):
            _ask_name(desk, desk.typed, signed, name)

    def pick(row: Row) -> None:
        toggle((*CONSENTS, NAME).index(row.value))

    ask = Ask("enrol", accept, pad="digits", pick=pick, toggle=toggle)
    rows = [*consent_rows(desk, CONSENTS, signed), name_row(desk, NAME, name)]
    desk.open(ask, rows, typed=phone)


def _ask_name(desk: Desk, phone: str, signed: frozenset[str], name: str) -> None:
    def accept(text: str) -> None:
        _enrol(desk, phone, signed, text)

    desk.open(Ask("enrol_name", accept), typed=name)
