"""Tells a keyboard-wedge scanner from a typing person, by key timing.

Never sees a window or a clock.
"""

from dataclasses import dataclass

from drivers.contract.events import Scan
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


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """When a burst of keys is a scan. A prefix key, if programmed, replaces the timing rule."""

    max_gap_ms: int = 50
    mean_gap_ms: int = 30
    min_keys: int = 6
    prefix_scan_code: int | None = None
    prefixed_gap_ms: int = 250
    gs_scan_codes: frozenset[int] = frozenset()
    terminators: frozenset[int] = frozenset({ENTER, TAB, KEYPAD_ENTER})
    source: str = "wedge"
    max_keys: int = 4096


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now: keys to replay to whoever has the focus, in order; then perhaps a scan."""

    released: tuple[KeyPress, ...] = ()
    scan: Scan | None = None


class WedgeDecoder:
    """Holds keys back until it is known who typed them.

    Feed every key press to `press`, and `expire` when `deadline_ms` has passed with no key.
    """

    def __init__(self, settings: WedgeSettings | None = None) -> None:
        self._settings = settings or WedgeSettings()
        self._held: list[KeyPress] = []
        self._prefixed = False

    @property
    def deadline_ms(self) -> int | None:
        """When held keys turn out to be typing; None while none is held."""
        return self._held[-1].t_ms + self._gap_ms + 1 if self._held else None

    def press(self, key: KeyPress) -> Decision:
        """Takes one key; at once says which held keys are typing and whether a scan is complete."""
        typed = self.expire(key.t_ms).released
        if key.scan_code in MODIFIER_KEYS:
            return self._modify(typed, key)
        if key.scan_code == self._settings.prefix_scan_code:
            typed += self._release()
            self._held, self._prefixed = [key], True
            return Decision(typed)
        if key.scan_code in self._settings.terminators:
            return self._terminate(typed, key)
        if not self._could_be_scanned(key) or len(self._held) >= self._settings.max_keys:
            return Decision((*typed, *self._release(), key))
        self._held.append(key)
        return Decision(typed)

    def expire(self, now_ms: int) -> Decision:
        """Releases the held keys if the pause since the last one is too long for a scanner."""
        deadline_ms = self.deadline_ms
        if deadline_ms is None or self._held[-1].t_ms <= now_ms < deadline_ms:
            return Decision()  # a time that runs back is another clock: no scanner is in between
        return Decision(self._release())

    @property
    def _gap_ms(self) -> int:
        return self._settings.prefixed_gap_ms if self._prefixed else self._settings.max_gap_ms

    def _release(self) -> tuple[KeyPress, ...]:
        keys, self._held = tuple(self._held), []
        prefixed, self._prefixed = self._prefixed, False
        return keys[1:] if prefixed else keys

    def _modify(self, typed: tuple[KeyPress, ...], key: KeyPress) -> Decision:
        """A modifier within a burst keeps its place, so that keys are given back in order."""
        if not self._held:
            return Decision((*typed, key))
        self._held.append(key)
        return Decision(typed)

    def _terminate(self, typed: tuple[KeyPress, ...], key: KeyPress) -> Decision:
        held = self._held[1:] if self._prefixed else self._held
        body = [one for one in held if one.scan_code not in MODIFIER_KEYS]
        if not body or not (self._prefixed or self._fast_enough(body, key)):
            return Decision((*typed, *self._release(), key))
        label = typed_bytes(held, self._settings.gs_scan_codes)
        self._release()
        return Decision(typed, Scan.of_frame(label, self._settings.source))

    def _fast_enough(self, body: list[KeyPress], key: KeyPress) -> bool:
        keys = len(body)
        spread_ms = key.t_ms - body[0].t_ms
        return keys >= self._settings.min_keys and spread_ms <= self._settings.mean_gap_ms * keys

    def _could_be_scanned(self, key: KeyPress) -> bool:
        if key.scan_code in self._settings.gs_scan_codes:
            return True
        if key.ctrl:
            return key.scan_code == RIGHT_BRACKET
        if key.alt:
            return is_keypad_digit(key)
        return bool(character(key))
