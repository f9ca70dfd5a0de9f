"""Bytes and words without what they say of a person: lengths, commands and framing stay.

Every digit becomes 0, every letter x, every byte from 128 on 0x80, in whatever pieces they came;
only three bytes after a command or a frame's start stay: AIM identifiers and commands. Never
undone.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from drivers.transport.trace import Direction

COMMANDS = frozenset(b"\x02\x04\x05\x10\x1b\x1c\x1d\x1f")
FRAME_ENDS = frozenset(b"\r\n\t\x03")
KEPT_BYTES = 3


class Mask:
    """Remembers for each direction where in a frame it stands."""

    def __init__(self) -> None:
        self._kept = {Direction.SENT: KEPT_BYTES, Direction.RECEIVED: KEPT_BYTES}

    def masked(self, way: Direction, data: bytes) -> bytes:
        """The same number of bytes."""
        return bytes(self._one(way, byte) for byte in data)

    def _one(self, way: Direction, byte: int) -> int:
        if byte in COMMANDS or (byte in FRAME_ENDS and way is Direction.RECEIVED):
            self._kept[way] = KEPT_BYTES
            return byte
        if self._kept[way]:
            self._kept[way] -= 1
            return byte
        return class_of(byte)


class SentMask(Mask):
    """For a device whose answers say nothing of people: a masked state would be another state."""

    def masked(self, way: Direction, data: bytes) -> bytes:
        """What is heard stays as it is."""
        return data if way is Direction.RECEIVED else super().masked(way, data)


def classes(data: bytes) -> bytes:
    """What is left of bytes when nothing is kept: two that differ only in people are the same."""
    return bytes(class_of(byte) for byte in data)


SAFE_WORDS = frozenset(
    {
        "do",
        "device",
        "level",
        "key",
        "job_id",
        "replaces",
        "request",
        "kind",
        "tender",
        "task",
        "currency",
    }
    | {"el", "align", "symbology", "character", "reference", "uuid", "type"}
)
"""Keys of requests whose words say nothing of a person; all other words are masked."""
_ENCODED = frozenset({"png", "mark", "code", "imc"})
"""Keys whose words are base64: masked inside, so that they stay what they are."""


def masked_words(value: Any, key: str = "", safe: frozenset[str] = SAFE_WORDS) -> Any:
    """A JSON value without what its words say of people; numbers, keys and lengths stay."""
    if isinstance(value, Mapping):
        safe = safe | {"png"} if value.get("el") == "logo" else safe  # the shop's own picture
        return {name: masked_words(one, name, safe) for name, one in value.items()}
    if isinstance(value, list):
        return [masked_words(one, key, safe) for one in value]
    if not isinstance(value, str) or key in safe:
        return value
    if key in _ENCODED:
        return _masked_base64(value)
    return "".join(_letter_of(letter) for letter in value)


def _masked_base64(text: str) -> str:
    try:
        return base64.b64encode(classes(base64.b64decode(text, validate=True))).decode()
    except ValueError:
        return ""


def _letter_of(letter: str) -> str:
    if letter.isdigit():
        return "0"
    if not letter.isalpha():
        return letter
    small, large = ("x", "X") if letter.isascii() else ("х", "Х")
    return large if letter.isupper() else small


class WebMask:
    """The same for a device behind HTTP: `POST /path {json}`, `200 {json}`, whole messages."""

    def __init__(self) -> None:
        """Nothing is remembered between messages."""

    def masked(self, way: Direction, data: bytes) -> bytes:
        """What the device answers says nothing of people but in these keys; what is sent may."""
        start = data.find(b"{")
        if start < 0:
            return data
        try:
            said = json.loads(data[start:])
        except ValueError:
            return data[:start] + classes(data[start:])
        hidden = masked_words(said) if way is Direction.SENT else _without_people(said)
        return data[:start] + json.dumps(hidden, ensure_ascii=False).encode()


_PEOPLE = frozenset({"name", "fullName", "vatin", "emailOrPhone", "text", "imc", "phone", "payer"})


def _without_people(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _without_people(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_people(one, key) for one in value]
    return masked_words(value, key) if key in _PEOPLE else value


def class_of(byte: int) -> int:
    """0 for a digit, x for a letter, 0x80 for what is none in ASCII."""
    if byte >= 0x80:
        return 0x80
    letter = chr(byte)
    if letter.isdigit():
        return ord("0")
    return ord("x") if letter.isalpha() else byte
