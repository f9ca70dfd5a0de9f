"""A PIN in the one field: asked again when it is wrong, never shown, never looked up as a code."""

from pos_app.domain.identification.check_digits import has_gs1_check_digit
from pos_app.domain.loyalty.pin import is_shaped
from pos_app.ui.desk import Ask, Desk
from pos_app.workstation.answer import Tone
from pos_app.workstation.view import FoundItem

ONCE_MORE = frozenset({"pin_wrong", "pin_shape"})
EAN_8 = 8


def confirm(desk: Desk, kind: str) -> None:
    """The member's PIN for what waits for their yes; a wrong one may be typed again."""

    def accept(pin: str) -> None:
        if not pin:
            return
        desk.write("")
        answer = desk.do(desk.till.confirm(kind, pin))
        if answer.refusal is None or answer.refusal.code not in ONCE_MORE:
            desk.close_ask()

    desk.open(Ask("pin", accept, pad="digits", masked=True))


def is_asked(desk: Desk) -> bool:
    """Somebody's PIN is what the field takes now."""
    return desk.ask is not None and desk.ask.masked


def takes(desk: Desk, text: str) -> bool:
    """Digits that came as fast as a scan while a PIN is asked; goods are still goods."""
    ask = desk.ask
    if ask is None or not ask.masked or not is_shaped(text) or _is_goods(desk, text):
        return False
    ask.accept(text)
    return True


def _is_goods(desk: Desk, text: str) -> bool:
    """Known here, or a label of 8 digits with its check digit."""
    if len(text) == EAN_8 and has_gs1_check_digit(text):
        return True
    return isinstance(desk.till.price_check(text).data.get("item"), FoundItem)


def is_meant(desk: Desk, text: str) -> bool:
    """Digits typed into the open field while a PIN is waited for, which are no goods: they are
    neither looked up nor repeated, and the masked question is opened instead. True if so."""
    demand = desk.view.demand
    if demand is None or demand.kind != "pin" or not is_shaped(text):
        return False
    if _is_goods(desk, text):
        return False
    confirm(desk, demand.kind)
    desk.tell("ui.pin_here", Tone.NEUTRAL)
    return True


def in_the_way(desk: Desk) -> bool:
    """Nothing is paid while somebody's permission is asked; said where a key is pressed."""
    if is_asked(desk):
        desk.tell("ui.pin_first", Tone.NEUTRAL)
    return is_asked(desk)
