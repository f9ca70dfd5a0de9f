"""A typing scanner at the running till: real X server, Russian layout, real key events.

What the window shows is read from its own process; keys come from the server, never from Qt.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress

import pytest

from drivers.fake.typist import LEFT_CTRL, LEFT_SHIFT, strokes
from pos_app.wiring.courier import first_sync
from tests.journeys import till_under_x
from tests.journeys.x_typist import hasten, type_at

NEEDED = ("Xvfb", "setxkbmap", "xdotool")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING),
    reason=f"{', '.join(MISSING)} not installed: there is no X server to type at",
)
PATIENCE_S = 60
XKB_OFFSET = 8
GOODS = "2000000000206"
CARD = "2990000000019"
MARKED = b"0104610053149777215d/wuU\x1d93dGVz"
HUMAN_MS, SCANNER_MS = 140, 2
HELD = (LEFT_SHIFT, LEFT_CTRL)
OPEN_SESSION = "10000"


class Display:
    """One Xvfb with a layout of its own; `-noreset` keeps the layout when a client leaves."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-noreset", "-nolisten", "tcp"]
            + ["-screen", "0", "1366x768x24"],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        hasten(self._server.pid)
        with os.fdopen(reading) as said:
            self.env = {**os.environ, "DISPLAY": f":{said.readline().strip()}"}
        self.layout("ru")

    def layout(self, name: str) -> None:
        subprocess.run(["setxkbmap", "-layout", name], env=self.env, check=True)

    def keys(self, label: bytes, gap_ms: int, end: int | None = 28) -> None:
        """Scan codes as a scanner of this speed sends them, modifiers held as it holds them."""
        type_at(
            self.env["DISPLAY"],
            [
                (code + XKB_OFFSET, bool(value), 0 if not value or code in HELD else gap_ms)
                for code, value in strokes(label, end=end)
            ],
        )

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait(10)


class TillAtDisplay:
    """The till's process and the last thing it showed."""

    def __init__(self, display: Display, place) -> None:
        self.display = display
        self.shown = {}
        self.all = deque(maxlen=200)
        self._changed = threading.Condition()
        env = {**display.env, "QT_QPA_PLATFORM": "xcb", "QT_XCB_GL_INTEGRATION": "none"}
        self._child = subprocess.Popen(
            [sys.executable, "-m", till_under_x.__name__]
            + ["--data", str(place.data), "--server", place.server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=env,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._child.stdout:
            with self._changed:
                self.shown = json.loads(line)
                self.all.append(self.shown)
                self._changed.notify_all()

    def until(self, ready, what: str) -> None:
        def seen() -> bool:
            return bool(self.shown) and ready(self.shown)

        with self._changed:
            assert self._changed.wait_for(seen, PATIENCE_S), f"no {what}; shown {self.shown}"

    def say(self, line: str) -> None:
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def type(self, text: str) -> None:
        self.display.keys(text.encode(), HUMAN_MS)

    def scan(self, label: bytes) -> None:
        self.display.keys(label, SCANNER_MS)

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self._child.stdin.close()
        try:
            self._child.wait(30)
        finally:
            self._child.kill()
            self._child.wait(10)
            self._reader.join(10)
            self._child.stdout.close()


@pytest.fixture(scope="module")
def till(shop):
    place = shop.till("wedge")
    first_sync(place.data, place.server)
    display = Display()
    running = TillAtDisplay(display, place)
    try:
        running.until(lambda s: s["platform"] == "xcb" and s["has_keys"], "window with the focus")
        running.until(lambda s: s["ask"] == "sign_on" and s["rows"], "sign-on")
        running.type("1111")
        running.until(lambda s: s["operator"] is not None, "operator")
        running.until(lambda s: s["ask"] == "open_session", "question for the float")
        running.type(OPEN_SESSION)
        running.until(lambda s: s["session"], "session")
        yield running
    finally:
        running.close()
        display.stop()


def test_labels_are_scanned_under_a_russian_layout(till) -> None:
    till.scan(GOODS.encode())
    till.until(lambda s: s["lines"] == [GOODS], "line of the article")
    till.scan(b"]Q1LOY-abc/000123")
    till.until(lambda s: s["code"] == ["LOY-abc/000123"], "the letters that are on the label")
    assert till.shown["entry"] == "", "nothing of a scan reaches the field"
    till.scan(CARD.encode())
    till.until(lambda s: s["member"], "member")
    assert till.shown["entry"] == ""


def test_a_marking_code_whose_separator_was_lost_is_refused_in_a_sentence(till) -> None:
    before = till.shown["lines"]
    till.scan(MARKED.replace(b"\x1d", b""))
    till.until(lambda s: s["said"] == ["refused.scan_gs_lost"], "the cashier's sentence")
    till.scan(MARKED)
    till.until(lambda s: s["said"] == ["refused.unknown_code"], "the whole code was understood")
    assert till.shown["lines"] == before


def test_typing_into_a_window_that_stands_still_is_typing(till) -> None:
    """Keys typed by hand arrive all at once after 1.5 s: their own times tell who typed."""
    before = till.shown["lines"]
    till.say("block 1500")
    till.display.keys(b"460000001", HUMAN_MS, end=None)
    till.until(lambda s: s["entry"] == "460000001", "digits in the field")
    assert till.shown["lines"] == before
    subprocess.run(["xdotool", "key", "Escape"], env=till.display.env, check=True)
    till.until(lambda s: s["entry"] == "", "empty field")


def test_a_scan_into_a_window_that_stands_still_is_a_scan_and_in_one_piece(till) -> None:
    before, seen = till.shown["lines"], len(till.all)
    till.say("block 700")
    till.scan(b"2000000000015")
    till.until(lambda s: s["lines"] == [*before, "2000000000015"], "line of the article")
    assert all(row["entry"] == "" for row in list(till.all)[seen:])
