"""A code that is asked for comes from a scanner: the same answer as if it were typed. No rule."""

from pos_app.ui.desk import Desk

ASKED = frozenset({"gift_card", "coupon"})
"""The questions for a code, named as the till names what they ask for."""


def takes(desk: Desk, data: bytes, text: str) -> bool:
    """Whether the question has taken a scan. What says itself that it is something else (goods, a
    member's card) ends the question, whatever scanner it came from, and goes its own way."""
    ask = desk.ask
    if ask is None or ask.name not in ASKED:
        return False
    if not desk.till.is_code(ask.name, data).data.get("is_code"):
        desk.close_ask()
        return False
    desk.write("")
    ask.accept(text.strip())
    return True
