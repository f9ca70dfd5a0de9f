"""What a keyboard-typing scanner meant by its keys. Never asks which layout the cashier chose.

A scanner types on a US keyboard whatever the system's layout is (measured: a Russian layout turns
`LOY` into `ДЩН`, and digits hide the defect), so keys are read by their scan codes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_UNSHIFTED = {
    **{code: "1234567890-="[code - 2] for code in range(2, 14)},
    **{code: "qwertyuiop[]"[code - 16] for code in range(16, 28)},
    **{code: "asdfghjkl;'`"[code - 30] for code in range(30, 42)},
    **{code: "\\zxcvbnm,./"[code - 43] for code in range(43, 54)},
    57: " ",
}
_KEYPAD = {
    55: "*",
    **dict(zip(range(71, 84), "789-456+1230.", strict=True)),
    98: "/",
}
_SHIFTED = str.maketrans(
    "1234567890-=[];'`\\,./abcdefghijklmnopqrstuvwxyz",
    '!@#$%^&*()_+{}:"~|<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ',
)
SHIFT_KEYS = frozenset({42, 54})
CTRL_KEYS = frozenset({29, 97})
ALT_KEYS = frozenset({56, 100})
CAPS_LOCK = 58
MODIFIER_KEYS = SHIFT_KEYS | CTRL_KEYS | ALT_KEYS | {CAPS_LOCK, 69, 125, 126}
ENTER, TAB, KEYPAD_ENTER, RIGHT_BRACKET = 28, 15, 96, 27
GS = b"\x1d"


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


def is_keypad_digit(key: KeyPress) -> bool:
    """True for the keys by which `Alt+029` is typed."""
    return _KEYPAD.get(key.scan_code, "").isdigit()


def character(key: KeyPress) -> str:
    """What one key without Ctrl and Alt means on a US keyboard; "" when it means no character."""
    if key.scan_code in _KEYPAD:
        return _KEYPAD[key.scan_code]
    plain = _UNSHIFTED.get(key.scan_code)
    if plain is None:
        return key.text if key.scan_code == 0 and key.text.isprintable() else ""
    return plain.translate(_SHIFTED) if key.shift else plain


def control_byte(key: KeyPress) -> bytes:
    """What Ctrl with this key means: Ctrl+] is 0x1D; b"" when it means nothing."""
    plain = _UNSHIFTED.get(key.scan_code, "")
    if not plain:
        return b""
    return {"6": b"\x1e", "-": b"\x1f"}.get(plain) or _control(plain)


def _control(plain: str) -> bytes:
    return bytes((ord(plain.upper()) & 0x1F,)) if plain.isalpha() or plain in "[\\]" else b""


def number_byte(digits: str) -> bytes:
    """What `Alt+029` or `Alt+0208` means: one byte by its number."""
    return bytes((int(digits) % 256,)) if digits else b""


def typed_bytes(keys: Iterable[KeyPress], gs_scan_codes: frozenset[int] = frozenset()) -> bytes:
    """The bytes of a label from its keys, modifiers among them, terminator left out.

    `gs_scan_codes`: keys that the scanner was programmed to send for a group separator.
    """
    out = bytearray()
    digits = ""
    for key in keys:
        if key.alt and not key.ctrl and is_keypad_digit(key):
            digits += character(key)
            continue
        out += number_byte(digits)
        digits = ""
        if key.scan_code in MODIFIER_KEYS:
            continue  # Alt going down again: the next number begins
        if key.scan_code in gs_scan_codes:
            out += GS
        elif key.ctrl and not key.alt:
            out += control_byte(key)
        else:
            out += character(key).encode("utf-8")
    return bytes(out + number_byte(digits))
