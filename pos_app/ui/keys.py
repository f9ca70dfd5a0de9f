"""Which key means which gesture; shown on the buttons and remappable. Never what it does."""

from collections.abc import Mapping
from types import MappingProxyType

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "menu": "F1",
        "member": "F2",
        "search": "F3",
        "coupon": "F4",
        "suspend": "F5",
        "points": "F6",
        "discount": "F7",
        "cash": "F8",
        "card": "F9",
        "qr": "F10",
        "why": "F11",
        "gift_card": "F12",
        "void_line": "Del",
        "undo": "Ctrl+Z",
        "back": "Esc",
        "void_transaction": "Ctrl+Del",
        "first_answer": "Ctrl+1",
        "second_answer": "Ctrl+2",
        "third_answer": "Ctrl+3",
        "fourth_answer": "Ctrl+4",
        "dismiss": "Ctrl+0",
    }
)
EDITS_TEXT_FIRST = frozenset({"void_line", "undo"})
"""Gestures that leave the key to the field while there is text in it."""


class KeyMap:
    """Gesture <-> key, with a shop's own changes on top."""

    def __init__(self, changes: Mapping[str, str] | None = None) -> None:
        own = dict(changes or {})
        taken = set(own.values())
        # A key that the shop gave to another gesture is not ours any more.
        kept = {name: key for name, key in KEYS.items() if name not in own and key not in taken}
        self._keys = {**kept, **own}
        self._gestures = {key: gesture for gesture, key in self._keys.items()}

    def key(self, gesture: str) -> str:
        """What to show on the button; empty where no key is."""
        return self._keys.get(gesture, "")

    def gesture(self, key: str) -> str | None:
        """The gesture of a key as Qt names it in portable text (`Ctrl+Del`)."""
        return self._gestures.get(key)
