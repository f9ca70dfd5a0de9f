"""A simulated scanner that types: labels as key events of a US keyboard. Never opens a device."""

import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum

from drivers.contract.keys import ENTER, TAB, KeyPress, character

LEFT_CTRL, LEFT_SHIFT, LEFT_ALT = 29, 42, 56
RIGHT_BRACKET = 27
_KEYPAD_DIGITS = dict(zip("7894561230", (71, 72, 73, 75, 76, 77, 79, 80, 81, 82), strict=True))
_EVENT = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY = 0, 1
_UP, _DOWN = 0, 1


class Separator(StrEnum):
    """How a scanner types 0x1D, by its maker's or the shop's choice."""

    CTRL_BRACKET = "ctrl+]"
    ALT_029 = "alt+029"
    KEY = "key"
    DROPPED = "dropped"


def _us_table() -> dict[str, tuple[int, bool]]:
    table: dict[str, tuple[int, bool]] = {}
    for shift in (False, True):
        for code in range(2, 58):
            said = character(KeyPress(0, code, shift=shift))
            if said and code != 55:
                table.setdefault(said, (code, shift))
    return table


_US = _us_table()
Stroke = tuple[int, int]
"""(key code, 1 down or 0 up)"""


def strokes(
    label: bytes,
    separator: Separator = Separator.CTRL_BRACKET,
    end: int | None = ENTER,
    separator_key: int = 66,
) -> Iterator[Stroke]:
    """The keys of one label. A byte that no US key types is sent as Alt and its number.

    `end`: ENTER, TAB or None; `separator_key` is the function key of `Separator.KEY`.
    """
    for byte in label:
        if byte == 0x1D:
            yield from _separator(separator, separator_key)
            continue
        known = _US.get(chr(byte))
        if known is None:
            yield from _alt(f"{byte:04d}")
        else:
            code, shift = known
            yield from _held(LEFT_SHIFT, (code,)) if shift else _tap(code)
    if end is not None:
        yield from _tap(end)


def _separator(separator: Separator, key: int) -> Iterator[Stroke]:
    if separator is Separator.CTRL_BRACKET:
        yield from _held(LEFT_CTRL, (RIGHT_BRACKET,))
    elif separator is Separator.ALT_029:
        yield from _alt("029")
    elif separator is Separator.KEY:
        yield from _tap(key)


def _tap(code: int) -> Iterator[Stroke]:
    yield code, _DOWN
    yield code, _UP


def _held(modifier: int, codes: Iterable[int]) -> Iterator[Stroke]:
    yield modifier, _DOWN
    for code in codes:
        yield from _tap(code)
    yield modifier, _UP


def _alt(digits: str) -> Iterator[Stroke]:
    yield from _held(LEFT_ALT, [_KEYPAD_DIGITS[digit] for digit in digits])


def kernel_events(keys: Iterable[Stroke], start_us: int = 0, gap_us: int = 5000) -> bytes:
    """The same as the kernel reports them: a key and a SYN for each stroke."""
    out = bytearray()
    at_us = start_us
    for code, value in keys:
        seconds, rest_us = divmod(at_us, 1_000_000)
        out += _EVENT.pack(seconds, rest_us, _EV_KEY, code, value)
        out += _EVENT.pack(seconds, rest_us, _EV_SYN, 0, 0)
        at_us += gap_us
    return bytes(out)


def presses(keys: Iterable[Stroke], start_ms: int = 0, gap_ms: int = 8) -> list[KeyPress]:
    """The same as a window hears them: keys going down, with the modifiers held then."""
    held: set[int] = set()
    found = []
    at_ms = start_ms
    for code, value in keys:
        is_modifier = code in (LEFT_CTRL, LEFT_SHIFT, LEFT_ALT)
        if is_modifier:
            (held.add if value == _DOWN else held.discard)(code)
        if value == _DOWN:
            shift, ctrl, alt = (LEFT_SHIFT in held, LEFT_CTRL in held, LEFT_ALT in held)
            found.append(KeyPress(at_ms, code, shift, ctrl, alt))
            at_ms += 0 if is_modifier else gap_ms
    return found


__all__ = ["ENTER", "TAB", "Separator", "Stroke", "kernel_events", "presses", "strokes"]
