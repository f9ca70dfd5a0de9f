"""Tells a keyboard-wedge scanner from a typing person, by key timing.

Never sees a window or a clock.
Keys are decoded by scan code with a US table: a scanner types on a US keyboard whatever layout the
cashier chose (measured: a Russian layout turns `LOY` into `ДЩН`, and digits hide the defect).
"""

from dataclasses import dataclass

from drivers.contract.events import Scan

_UNSHIFTED = {
    **{code: "1234567890-="[code - 2] for code in range(2, 14)},
    **{code: "qwertyuiop[]"[code - 16] for code in range(16, 28)},
    **{code: "asdfghjkl;'`"[code - 30] for code in range(30, 42)},
    **{code: "\\zxcvbnm,./"[code - 43] for code in range(43, 54)},
    55: "*",
    57: " ",
}
_KEYPAD = {
    **dict(zip(range(71, 84), "789-456+1230.", strict=True)),
    98: "/",
}
_SHIFTED = str.maketrans(
    "1234567890-=[];'`\\,./abcdefghijklmnopqrstuvwxyz",
    '!@#$%^&*()_+{}:"~|<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ',
)
_MODIFIER_KEYS = frozenset({29, 42, 54, 56, 58, 97, 100, 125, 126})
_RIGHT_BRACKET = 27
_GS = "\x1d"
ENTER, TAB, KEYPAD_ENTER = 28, 15, 96


@dataclass(frozen=True, slots=True)
class KeyPress:
    """One key going down.

    `t_ms` is the event's own timestamp (arrival times lie after a stall); `scan_code` is the evdev
    number (on X11 the native scan code minus 8), 0 when unknown; `text` what the layout made of it.
    """

    t_ms: int
    scan_code: int
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    text: str = ""


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
        if key.scan_code in _MODIFIER_KEYS:
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
        if deadline_ms is None or now_ms < deadline_ms:
            return Decision()
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
        body = [one for one in held if one.scan_code not in _MODIFIER_KEYS]
        if not body or not (self._prefixed or self._fast_enough(body, key)):
            return Decision((*typed, *self._release(), key))
        text = self._decode(body)
        self._release()
        return Decision(typed, Scan.of_frame(text.encode("utf-8"), self._settings.source))

    def _fast_enough(self, body: list[KeyPress], key: KeyPress) -> bool:
        keys = len(body)
        spread_ms = key.t_ms - body[0].t_ms
        return keys >= self._settings.min_keys and spread_ms <= self._settings.mean_gap_ms * keys

    def _could_be_scanned(self, key: KeyPress) -> bool:
        if key.scan_code in self._settings.gs_scan_codes:
            return True
        if key.ctrl:
            return key.scan_code == _RIGHT_BRACKET
        if key.alt:
            return _KEYPAD.get(key.scan_code, "").isdigit()
        return bool(self._character(key))

    def _character(self, key: KeyPress) -> str:
        if key.scan_code in self._settings.gs_scan_codes or (key.ctrl and not key.alt):
            return _GS
        if key.scan_code in _KEYPAD:
            return _KEYPAD[key.scan_code]
        plain = _UNSHIFTED.get(key.scan_code)
        if plain is None:
            return key.text if key.scan_code == 0 and key.text.isprintable() else ""
        return plain.translate(_SHIFTED) if key.shift else plain

    def _decode(self, keys: list[KeyPress]) -> str:
        """Joins characters; Alt with keypad digits (`Alt+029`) is one character by its number."""
        out: list[str] = []
        number = ""
        for key in keys:
            if key.alt and not key.ctrl:
                number += _KEYPAD[key.scan_code]
                continue
            if number:
                out.append(chr(int(number) % 256))
                number = ""
            out.append(self._character(key))
        if number:
            out.append(chr(int(number) % 256))
        return "".join(out)
