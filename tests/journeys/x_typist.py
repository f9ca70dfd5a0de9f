"""Types at an X server in one breath: every key, with its pause, is handed over before the first.

The pauses are the server's (XTEST), so that a typist who is held up tears no label in two.
"""

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress

X11, XTST = "libX11.so.6", "libXtst.so.6"
URGENT = -15
Stroke = tuple[int, bool, int]
"""(X key code, down, milliseconds of pause before)"""


def type_at(display: str, strokes: Iterable[Stroke]) -> None:
    """Returns when the server has done the last stroke. Raises OSError if nobody is there."""
    x11, xtst = ctypes.CDLL(X11), ctypes.CDLL(XTST)
    x11.XOpenDisplay.restype = ctypes.c_void_p
    link = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    if not link:
        raise OSError(f"no X server at {display}")
    try:
        for code, down, pause_ms in strokes:
            xtst.XTestFakeKeyEvent(link, code, down, ctypes.c_ulong(pause_ms))
        x11.XSync(link, False)
    finally:
        x11.XCloseDisplay(link)


def hasten(process_id: int) -> None:
    """A keyboard is not held up by the tests beside it; where that is not allowed, no matter."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, process_id, URGENT)
