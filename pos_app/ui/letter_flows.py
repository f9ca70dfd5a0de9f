"""Letters on the screen: when they are wanted and what a press does. Never what is written."""

from pos_app.ui.desk import Ask, Desk, Own
from pos_app.ui.gestures import typing

SEARCHES = frozenset({"search", "results", "price_check", "find_member", "merge_with"})
"""Questions with a list or a number pad beside them whose answer may be a name all the same."""
NAMES = frozenset({"enrol_name", "own_words", "fiscal_reason"})
"""What begins with a capital."""
CODES = frozenset({"coupon", "gift_card", "device_value", "electronic_receipt"})
"""What is written in Latin letters whatever the till speaks."""
PRINTED = frozenset({"coupon", "gift_card"})
"""What is printed in capitals and compared as it is printed."""
RU, EN = "ru", "en"
LAYOUTS = (RU, EN)


def wants_letters(ask: Ask | None) -> bool:
    """Whether the answer may be words: no number, and nothing that is only chosen from a list."""
    if ask is None or ask.place not in {"side", "below"}:
        return False
    confirms = ask.name.startswith("control_")
    written = not ask.pad and ask.pick is None and not confirms
    return written or ask.name in SEARCHES


def shown(desk: Desk) -> bool:
    """Whether the letters stand on the screen now."""
    return desk.settings.letters and desk.hands.letters and wants_letters(desk.ask)


def offered(desk: Desk) -> bool:
    """Whether there is a button that brings them."""
    return desk.settings.letters and not desk.hands.letters and wants_letters(desk.ask)


def touched(desk: Desk) -> None:
    """A finger was last: the next question that wants letters brings them."""
    desk.hands.by_finger = True


def keyed(desk: Desk) -> None:
    """A keyboard is in use: it has letters enough."""
    desk.hands.by_finger = False
    if desk.hands.letters:
        hide(desk)


def show(desk: Desk) -> None:
    """Asked for."""
    _put(desk, True)


def hide(desk: Desk) -> None:
    """Not wanted for this question."""
    _put(desk, False)


def _put(desk: Desk, there: bool) -> None:
    if desk.hands.letters != there:
        desk.hands.letters = there
        desk.emit(Own.LETTERS)


def layout(desk: Desk) -> str:
    """The letters on the keys: the chosen ones, Latin for codes, else the till's language."""
    name = desk.ask.name if desk.ask is not None else ""
    own = desk.settings.language if desk.settings.language in LAYOUTS else EN
    return desk.hands.layout or (EN if name in CODES else own)


def other_layout(desk: Desk) -> str:
    """What the key that changes them brings."""
    return EN if layout(desk) == RU else RU


def change_layout(desk: Desk) -> None:
    """The other letters."""
    desk.hands.layout = other_layout(desk)
    desk.emit(Own.LETTERS)


def capitals(desk: Desk) -> bool:
    """Whether the next letter is a capital; a name's first one is by itself."""
    name = desk.ask.name if desk.ask is not None else ""
    begins = not desk.typed or desk.typed.endswith(" ")
    by_itself = name in PRINTED or (name in NAMES and begins and not _goes_on(name, desk.typed))
    return by_itself != desk.hands.capitals


def _goes_on(name: str, typed: str) -> bool:
    """A sentence has one capital, a name one for each word."""
    return name != "enrol_name" and bool(typed)


def change_capitals(desk: Desk) -> None:
    """Capitals instead, or no longer."""
    desk.hands.capitals = not desk.hands.capitals
    desk.emit(Own.LETTERS)


def press(desk: Desk, sign: str) -> None:
    """A sign behind what is there; a list that narrows while typing narrows."""
    _write(desk, desk.typed + (sign.upper() if capitals(desk) else sign))


def erase(desk: Desk) -> None:
    """The last sign goes."""
    _write(desk, desk.typed[:-1])


def _write(desk: Desk, text: str) -> None:
    desk.write(text)
    typing(desk, text)
