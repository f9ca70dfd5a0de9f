"""The kernel's key events of one grabbed device -> the bytes its scanner typed. Pure.

Never guesses at an event that the kernel dropped.
"""

import struct
from dataclasses import dataclass

from drivers.contract.keys import (
    ALT_KEYS,
    CAPS_LOCK,
    CTRL_KEYS,
    ENTER,
    KEYPAD_ENTER,
    MODIFIER_KEYS,
    SHIFT_KEYS,
    TAB,
    KeyPress,
    is_keypad_digit,
    number_byte,
    typed_bytes,
)

EVENT = struct.Struct("@llHHi")
"""struct input_event: seconds, microseconds, type, code, value."""
EV_SYN, EV_KEY, SYN_REPORT, SYN_DROPPED = 0, 1, 0, 3
_ENDS = {ENTER: b"\r", KEYPAD_ENTER: b"\r", TAB: b"\t"}
_UP, _DOWN = 0, 1
_KEY_0, _KEY_X = 11, 45


@dataclass(frozen=True, slots=True)
class Lost:
    """The kernel's queue ran over: keys are missing from here on."""


class KeyStream:
    """Takes what `read` returned; keeps modifiers and half an event over to the next read.

    `gs_keys`: key codes that the scanner was programmed to send for a group separator.
    """

    def __init__(self, gs_keys: frozenset[int] = frozenset()) -> None:
        self._gs_keys = gs_keys
        self.reset()

    def reset(self) -> None:
        """The device was opened anew: no key is down."""
        self._rest = b""
        self._release_all()

    def _release_all(self) -> None:
        self._down: set[int] = set()
        self._caps = False
        self._digits = ""
        self._is_lost = False

    def feed(self, data: bytes) -> list[bytes | Lost]:
        """The bytes that were typed, Enter as CR and Tab as TAB, with `Lost` where keys are."""
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        found: list[bytes | Lost] = []
        for _s, _us, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN:
                self._sync(code, found)
            elif kind == EV_KEY and not self._is_lost:
                typed = self._key(code, value)
                if typed:
                    found.append(typed)
        return found

    def _sync(self, code: int, found: list[bytes | Lost]) -> None:
        """After SYN_DROPPED the kernel's events up to the next report are of no use."""
        if code == SYN_DROPPED:
            self._release_all()
            self._is_lost = True
            found.append(Lost())
        elif code == SYN_REPORT:
            self._is_lost = False

    def _key(self, code: int, value: int) -> bytes:
        if code in MODIFIER_KEYS:
            return self._modifier(code, value)
        if value != _DOWN:
            return b""
        key = KeyPress(
            0,
            code,
            shift=bool(self._down & SHIFT_KEYS) != (self._caps and _is_letter(code)),
            ctrl=bool(self._down & CTRL_KEYS),
            alt=bool(self._down & ALT_KEYS),
        )
        if key.alt and not key.ctrl and is_keypad_digit(key):
            self._digits += typed_bytes([KeyPress(0, code)]).decode()
            return b""
        return self._number() + (_ENDS.get(code) or typed_bytes([key], self._gs_keys))

    def _modifier(self, code: int, value: int) -> bytes:
        if code == CAPS_LOCK and value == _DOWN:
            self._caps = not self._caps
        if value == _UP:
            self._down.discard(code)
            return self._number() if code in ALT_KEYS else b""
        self._down.add(code)
        return b""

    def _number(self) -> bytes:
        digits, self._digits = self._digits, ""
        return number_byte(digits)


def _is_letter(code: int) -> bool:
    return typed_bytes([KeyPress(0, code)]).isalpha()


class KeyMask:
    """Key events without what was typed: every letter is X, every digit 0. Never undone."""

    def masked(self, _way: object, data: bytes) -> bytes:
        """The same events with other keys; what is no whole event is left out."""
        out = bytearray()
        whole = len(data) - len(data) % EVENT.size
        for seconds, micros, kind, code, value in EVENT.iter_unpack(data[:whole]):
            out += EVENT.pack(seconds, micros, kind, _masked(kind, code), value)
        return bytes(out)


def _masked(kind: int, code: int) -> int:
    typed = typed_bytes([KeyPress(0, code)])
    if kind != EV_KEY or not typed.isalnum():
        return code
    return _KEY_0 if typed.isdigit() else _KEY_X
