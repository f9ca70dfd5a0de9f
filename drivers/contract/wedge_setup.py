"""A wedge scanner's settings: from its table of the configuration, and from labels it typed.

Never guesses thresholds that a typing person could meet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce

from drivers.contract.keys import (
    ENTER,
    KEYPAD_ENTER,
    MODIFIER_KEYS,
    RIGHT_BRACKET,
    TAB,
    KeyPress,
    character,
    is_keypad_digit,
    typed_bytes,
)
from drivers.contract.wedge import WedgeSettings

WEDGE = "wedge"
TEST_LABEL = b"KOPILKA-17\x1d93qQ"
"""What a calibration asks to scan: letters of both cases, digits, a sign and a group separator."""
GAP_MAX_MS = 120
"""A scanner slower than this cannot be told from a person by time: it needs a prefix key."""
_SUFFIXES = {"enter": {ENTER, KEYPAD_ENTER}, "tab": {TAB}, "any": {ENTER, KEYPAD_ENTER, TAB}}


def settings_of_table(table: Mapping[str, object]) -> WedgeSettings:
    """Reads max_gap_ms, mean_gap_ms, min_keys, prefixed_gap_ms, prefix_key, gs_keys, suffix.

    Keys are key codes of the kernel (F8 is 66). Raises ValueError with a sentence.
    """
    usual = WedgeSettings()
    settings = replace(
        usual,
        source=str(table.get("name", WEDGE)),
        max_gap_ms=_whole(table, "max_gap_ms", usual.max_gap_ms),
        mean_gap_ms=_whole(table, "mean_gap_ms", usual.mean_gap_ms),
        min_keys=_whole(table, "min_keys", usual.min_keys),
        prefixed_gap_ms=_whole(table, "prefixed_gap_ms", usual.prefixed_gap_ms),
    )
    if table.get("prefix_key"):
        settings = replace(settings, prefix_scan_code=_whole(table, "prefix_key", 0))
    codes = table.get("gs_keys", [])
    if isinstance(codes, list):
        codes = [int(one) if str(one).isdecimal() else one for one in codes]
    if not isinstance(codes, list) or not all(type(code) is int for code in codes):
        raise ValueError("gs_keys must be a list of key codes")
    suffix = table.get("suffix", "any")
    if not isinstance(suffix, str) or suffix not in _SUFFIXES:
        raise ValueError(f"suffix must be one of {', '.join(sorted(_SUFFIXES))}")
    return replace(
        settings, gs_scan_codes=frozenset(codes), terminators=frozenset(_SUFFIXES[suffix])
    )


def _whole(table: Mapping[str, object], key: str, default: int) -> int:
    value = table.get(key, default)
    if type(value) is not int or value <= 0:
        raise ValueError(f"{key} must be a whole number above 0")
    return value


def settings_of_tables(tables: Iterable[Mapping[str, object]]) -> WedgeSettings:
    """One set for all wedge scanners of a till: a window cannot tell which of them typed.

    Tables that are no wedge scanners are passed over; none at all is the usual set. A table that
    cannot be read is passed over too: the device list shows its fault.
    """
    found = []
    for table in tables:
        if table.get("kind") == "scanner" and table.get("driver") == WEDGE:
            try:
                found.append(settings_of_table(table))
            except ValueError:
                continue
    return reduce(_both, found) if found else WedgeSettings()


def _both(one: WedgeSettings, other: WedgeSettings) -> WedgeSettings:
    return replace(
        one,
        max_gap_ms=max(one.max_gap_ms, other.max_gap_ms),
        mean_gap_ms=max(one.mean_gap_ms, other.mean_gap_ms),
        min_keys=min(one.min_keys, other.min_keys),
        prefix_scan_code=one.prefix_scan_code or other.prefix_scan_code,
        prefixed_gap_ms=max(one.prefixed_gap_ms, other.prefixed_gap_ms),
        gs_scan_codes=one.gs_scan_codes | other.gs_scan_codes,
        terminators=one.terminators | other.terminators,
    )


class Separation(StrEnum):
    """How the test label's group separator arrived."""

    CTRL_BRACKET = "ctrl_bracket"
    ALT_NUMBER = "alt_number"
    KEY = "key"
    LOST = "lost"


class Trouble(StrEnum):
    """Why a scanner cannot be used as it types now."""

    NOT_THE_LABEL = "not_the_label"
    NO_TERMINATOR = "no_terminator"
    TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one scan of TEST_LABEL showed. `table` is what to put into the configuration."""

    trouble: Trouble | None = None
    separation: Separation = Separation.LOST
    gap_max_ms: int = 0
    gap_mean_ms: int = 0
    table: Mapping[str, object] = field(default_factory=dict)


def calibrated(keys: Iterable[KeyPress], label: bytes = TEST_LABEL) -> Calibration:
    """Judges the keys of one scan of the test label, terminator included."""
    everything = list(keys)
    pressed = [key for key in everything if key.scan_code not in MODIFIER_KEYS]
    end = pressed[-1].scan_code if pressed else 0
    if end not in _SUFFIXES["any"]:
        return Calibration(Trouble.NO_TERMINATOR)
    body = pressed[:-1]
    prefix = body[0].scan_code if body and not _types(body[0]) else None
    if prefix is not None:
        body = body[1:]
    within = everything[everything.index(body[0]) : -1] if body else []
    gs_key = next((key.scan_code for key in body if not _types(key)), None)
    gs_keys = frozenset({gs_key}) if gs_key is not None else frozenset[int]()
    typed = typed_bytes(within, gs_keys)
    if typed.replace(b"\x1d", b"") != label.replace(b"\x1d", b""):
        return Calibration(Trouble.NOT_THE_LABEL)
    gaps = [later.t_ms - key.t_ms for key, later in zip(pressed, pressed[1:], strict=False)]
    widest, mean = max(gaps), -(-sum(gaps) // len(gaps))
    if prefix is None and widest > GAP_MAX_MS:
        return Calibration(Trouble.TOO_SLOW, gap_max_ms=widest, gap_mean_ms=mean)
    separation = Separation.LOST
    if b"\x1d" in typed:
        separation = _separation(body, gs_keys)
    table = _table(widest, mean, prefix, gs_keys)
    return Calibration(None, separation, widest, mean, table | {"suffix": _suffix(end)})


def _types(key: KeyPress) -> bool:
    """The key means something by itself; a function key means what it was programmed for."""
    return bool(character(key)) or key.ctrl or key.alt


def _separation(body: list[KeyPress], gs_keys: frozenset[int]) -> Separation:
    if gs_keys:
        return Separation.KEY
    if any(key.alt and is_keypad_digit(key) for key in body):
        return Separation.ALT_NUMBER
    assert any(key.ctrl and key.scan_code == RIGHT_BRACKET for key in body)
    return Separation.CTRL_BRACKET


def _table(
    widest: int, mean: int, prefix: int | None, gs_keys: frozenset[int]
) -> dict[str, object]:
    """Half as much again as was seen, never stricter than usual."""
    usual = WedgeSettings()
    table: dict[str, object] = {"kind": "scanner", "driver": WEDGE}
    if prefix is not None:
        table["prefix_key"] = prefix
        table["prefixed_gap_ms"] = max(usual.prefixed_gap_ms, widest * 3 // 2)
    else:
        table["max_gap_ms"] = max(usual.max_gap_ms, widest * 3 // 2)
        table["mean_gap_ms"] = max(usual.mean_gap_ms, mean * 3 // 2)
    if gs_keys:
        table["gs_keys"] = sorted(gs_keys)
    return table


def _suffix(end: int) -> str:
    return "tab" if end == TAB else "enter"
