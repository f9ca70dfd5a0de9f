"""Which key was pressed, as the kernel numbers keys, on every platform. Never asks the layout.

Measured on X11 only; the tables of Windows and macOS are from their manuals.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from drivers.contract.keys import ENTER, KEYPAD_ENTER, TAB, KeyPress

XKB_OFFSET = 8
ENDINGS = {Qt.Key.Key_Return: ENTER, Qt.Key.Key_Enter: KEYPAD_ENTER, Qt.Key.Key_Tab: TAB}
_X11 = frozenset({"xcb", "wayland"})
_WINDOWS_EXTENDED = {0x11C: KEYPAD_ENTER, 0x135: 98, 0x11D: 97, 0x138: 100}
"""Set 1 codes are the kernel's below 0x59; these have E0 in front."""
_MAC_ROWS = {
    2: (18, 19, 20, 21, 23, 22, 26, 28, 25, 29, 27, 24),  # 1 ... 0 - =
    16: (12, 13, 14, 15, 17, 16, 32, 34, 31, 35, 33, 30),  # q ... [ ]
    30: (0, 1, 2, 3, 5, 4, 38, 40, 37, 41, 39, 50),  # a ... ; ' `
    43: (42, 6, 7, 8, 9, 11, 45, 46, 43, 47, 44),  # \ z ... , . /
    71: (89, 91, 92, 78, 86, 87, 88, 69, 83, 84, 85, 82, 65),  # keypad 7 ... .
}
_MAC = {
    **{code: first + at for first, row in _MAC_ROWS.items() for at, code in enumerate(row)},
    36: ENTER, 48: TAB, 76: KEYPAD_ENTER, 49: 57, 67: 55, 75: 98,
    56: 42, 60: 54, 59: 29, 62: 97, 58: 56, 61: 100, 57: 58, 55: 125, 54: 126,
    122: 59, 120: 60, 99: 61, 118: 62, 96: 63, 97: 64, 98: 65, 100: 66, 101: 67, 109: 68,
    103: 87, 111: 88,
}  # fmt: skip
"""Virtual key codes of macOS, which has no scan codes; 0 is the key A."""


def scan_code(event: QKeyEvent, platform: str | None = None) -> int:
    """The evdev number; what ends a label is known by its key where the platform tells none."""
    platform = platform or QGuiApplication.platformName()
    if platform == "cocoa":
        return _MAC.get(event.nativeVirtualKey(), 0)
    native = event.nativeScanCode()
    if not native:
        return ENDINGS.get(Qt.Key(event.key()), 0)
    if native > XKB_OFFSET and platform in _X11:
        return native - XKB_OFFSET
    return _WINDOWS_EXTENDED.get(native, native) if platform == "windows" else native


def key_press(event: QKeyEvent, platform: str | None = None) -> KeyPress:
    """A Qt key event as the decoder wants it."""
    platform = platform or QGuiApplication.platformName()
    held = event.modifiers()
    ctrl = Qt.KeyboardModifier.ControlModifier
    if platform == "cocoa":  # where Qt calls the Command key Control
        ctrl = Qt.KeyboardModifier.MetaModifier
    return KeyPress(
        t_ms=int(event.timestamp()),
        scan_code=scan_code(event, platform),
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
        ctrl=bool(held & ctrl),
        alt=bool(held & Qt.KeyboardModifier.AltModifier),
        text=event.text(),
    )
