"""A new member at the till: phone, Enter; what was signed, and a name. Never a rule."""

from dataclasses import replace

from pos_app.domain.rights import Right
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import consent_rows, name_row, words_of
from pos_app.workstation.answer import Answer

CONSENTS = ("processing", "marketing")
NAME = "name"
ROWS = (*CONSENTS, NAME)
ROW_NUMBERS = tuple(str(place) for place in range(1, len(ROWS) + 1))
NONE_CHOSEN = -1
LAST_DIGITS = 4


def enrol(desk: Desk, phone: str = "") -> None:
    """Phone, Enter: with or without a link; a phone nobody has is already typed. What the member
    has signed is ticked beside it; nothing is ticked by itself. A name, if the member tells it.
    Whoever has no right to enrol has somebody's PIN asked after the phone."""
    _enrol(desk, phone, frozenset(), "")


def offer_consent(desk: Desk, typed: str, answer: Answer) -> None:
    """Who was found by a whole phone and has not signed is asked now; Esc or a scan goes on."""
    phone = typed if sum(one.isdigit() for one in typed) > LAST_DIGITS else ""
    if phone and answer.ok and answer.data.get("unsigned") and _may(desk):
        _sign(desk, phone, frozenset())


def _may(desk: Desk) -> bool:
    person = desk.view.operator
    return person is None or Right.ENROL.value in person.rights


def _enrol(desk: Desk, phone: str, signed: frozenset[str], name: str) -> None:
    """Rows are ticked by Ctrl and their number, by the number alone, by arrows and Enter, by a
    finger; Enter on none of them enrols. What was refused does not stay in the field."""

    def accept(text: str) -> None:
        if desk.cursor >= 0:
            tick(desk.cursor, text)
        elif text in ROW_NUMBERS:
            tick(int(text) - 1, "")
        else:
            _send(desk, text, signed, name)

    def tick(index: int, typed: str) -> None:
        if index == len(CONSENTS):
            _ask_name(desk, typed, signed, name)
        else:
            _enrol(desk, typed, signed ^ set(CONSENTS[index : index + 1]), name)

    def toggle(index: int) -> None:
        tick(index, desk.typed)

    ask = Ask("enrol", accept, pad="digits", pick=lambda row: toggle(ROWS.index(row.value)),
              toggle=toggle)  # fmt: skip
    rows = [*consent_rows(desk, CONSENTS, signed), name_row(desk, NAME, name)]
    keyed = [replace(row, figure=f"Ctrl+{place}") for place, row in enumerate(rows, start=1)]
    desk.open(ask, keyed, NONE_CHOSEN, typed=phone)


def _send(desk: Desk, phone: str, signed: frozenset[str], name: str) -> None:
    """Refused, the field is empty again; a PIN that is asked for has taken the field's place."""
    told, till = _given(signed), desk.till
    answer = desk.attempt(lambda who: till.enrol(phone, consents=told, name=name, override=who))
    if answer.ok:
        desk.close_ask()
    elif desk.ask is not None and desk.ask.name == "enrol":
        desk.write("")


def _sign(desk: Desk, phone: str, signed: frozenset[str]) -> None:
    """A number ticks; the last row records it, or leaves it for later."""

    def pick(row: Row) -> None:
        if row.value is not None:
            _sign(desk, phone, signed ^ {row.value})
            return
        desk.close_ask()
        if signed:
            desk.do(desk.till.enrol(phone, consents=_given(signed)))

    last = words_of(desk).text("ui.consent_record" if signed else "ui.consent_later")
    rows = [*consent_rows(desk, CONSENTS, signed), Row(last, icon="check" if signed else "undo-2")]
    desk.open(Ask("sign", lambda text: None, pick=pick), rows, len(CONSENTS))


def _given(signed: frozenset[str]) -> list[str]:
    return [one for one in CONSENTS if one in signed]


def _ask_name(desk: Desk, phone: str, signed: frozenset[str], name: str) -> None:
    def accept(text: str) -> None:
        _enrol(desk, phone, signed, text)

    desk.open(Ask("enrol_name", accept), typed=name)
