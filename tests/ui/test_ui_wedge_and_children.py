"""A scanner that types is told from a hand; children speak lines and come back when they die."""

import json
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from pos_app.ui.background import LineProcess, Ticker
from pos_app.ui.key_codes import scan_code
from pos_app.ui.wedge import WedgeFilter
from tests.ui.builders import SellingTill, selling

ENTER_CODE = 28
CODES = {**{d: n for n, d in enumerate("1234567890", start=2)}, "L": 38, "O": 24, "Y": 21}


def key_event(letter, at_ms, code):
    key = Qt.Key.Key_Return if letter == "\r" else Qt.Key(ord(letter.upper()))
    shift = Qt.KeyboardModifier.ShiftModifier
    held = shift if letter.isupper() else Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QEvent.Type.KeyPress, key, held, code, 0, 0, letter)
    event.setTimestamp(at_ms)
    return event


def burst(window, text, start_ms=1000, gap_ms=5, codes=True):
    for place, letter in enumerate(text):
        code = (ENTER_CODE if letter == "\r" else CODES.get(letter, 0)) if codes else 0
        QCoreApplication.sendEvent(window.entry, key_event(letter, start_ms + place * gap_ms, code))


@pytest.fixture
def wedge(open_till, qapp):
    window = open_till(SellingTill(selling()))
    scans = []
    wedge = WedgeFilter(lambda data, aim: scans.append((data, aim)), parent=window)
    wedge.follow(qapp, window)
    yield window, scans
    wedge.leave(qapp)


def test_a_burst_is_a_scan_and_leaves_nothing_in_the_field(wedge):
    window, scans = wedge
    burst(window, "4600000000017\r")
    assert scans == [(b"4600000000017", None)]
    assert window.entry.text() == ""
    assert not window.desk.till.said("type_text")


def test_a_russian_layout_does_not_change_what_was_scanned(wedge):
    window, scans = wedge
    for place, letter in enumerate("LOY12345\r"):
        shown = {"L": "Д", "O": "Щ", "Y": "Н"}.get(letter, letter)
        code = ENTER_CODE if letter == "\r" else CODES[letter]
        event = key_event(letter, 1000 + place * 5, code)
        typed = QKeyEvent(event.type(), event.key(), event.modifiers(), code, 0, 0, shown)
        typed.setTimestamp(event.timestamp())
        QCoreApplication.sendEvent(window.entry, typed)
    assert scans == [(b"LOY12345", None)]


def test_a_hand_types_into_the_field_in_order(wedge, qtbot):
    window, scans = wedge
    burst(window, "46000", gap_ms=180)
    qtbot.waitUntil(lambda: window.entry.text() == "46000")
    burst(window, "\r", start_ms=9000)
    qtbot.waitUntil(lambda: bool(window.desk.till.said("type_text")))
    assert scans == []
    assert window.desk.till.said("type_text") == [(("46000",), {})]


def test_keys_without_scan_codes_are_read_by_their_text(wedge):
    window, scans = wedge
    burst(window, "4600000000017\r", codes=False)
    assert scans == [(b"4600000000017", None)]


def test_a_function_key_passes_at_once(wedge):
    window, _ = wedge
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F8, Qt.KeyboardModifier.NoModifier, 66, 0, 0)
    event.setTimestamp(1000)
    QApplication.sendEvent(window.entry, event)
    assert window.desk.ask.name == "cash"


def test_a_scan_code_is_taken_as_the_platform_gives_it():
    assert scan_code(key_event("1", 0, 2)) == 2


ECHO = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)\n"
DIES = "import sys\nprint('born', flush=True)\nsys.stdin.readline()\n"


@pytest.fixture
def child():
    made = []

    def start(program, on_line, **options):
        process = LineProcess(on_line, **options)
        process.start(sys.executable, ["-c", program])
        made.append(process)
        return process

    yield start
    for process in made:
        process.close()


def test_lines_go_in_and_come_out_whole(child, qtbot):
    heard = []
    process = child(ECHO, heard.append)
    process.send_line(json.dumps({"do": "sync"}))
    process.send_line("вторая")
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=10_000)
    assert heard == ['{"DO": "SYNC"}', "ВТОРАЯ"]
    assert process.pid > 0


def test_a_child_that_dies_is_started_again(child, qtbot):
    heard = []
    process = child(DIES, heard.append)
    qtbot.waitUntil(lambda: heard == ["born"], timeout=10_000)
    process.send_line("die")
    qtbot.waitUntil(lambda: heard == ["born", "born"], timeout=10_000)
    assert process.restarts == 1


def test_a_program_that_is_not_there_is_tried_again_and_again(qtbot):
    process = LineProcess(lambda line: None)
    process.start("/nowhere/kopilka", [])
    qtbot.waitUntil(lambda: process.restarts >= 2, timeout=10_000)
    process.close()
    assert not process.is_running


def test_lines_for_a_dead_child_wait_and_the_oldest_are_dropped(qtbot):
    heard = []
    process = LineProcess(heard.append, queue_max=2)
    for line in ("one", "two", "three"):
        process.send_line(line)
    process.start(sys.executable, ["-c", ECHO])
    qtbot.waitUntil(lambda: heard == ["TWO", "THREE"], timeout=10_000)
    process.close()


def test_what_a_child_complains_of_is_handed_over(child, qtbot):
    said = []
    child("import sys; sys.stderr.write('oh\\n'); sys.stderr.flush(); sys.stdin.read()",
          lambda line: None, on_error_line=said.append)  # fmt: skip
    qtbot.waitUntil(lambda: said == ["oh"], timeout=10_000)


def test_end_of_input_ends_the_child_and_it_is_not_started_again(child, qtbot):
    heard = []
    process = child(DIES, heard.append)
    qtbot.waitUntil(lambda: heard == ["born"], timeout=10_000)
    process.close()
    assert not process.is_running
    assert process.restarts == 0


def test_a_child_that_ignores_its_end_is_killed(qtbot):
    stubborn = "import time\nprint('up', flush=True)\nwhile True: time.sleep(1)"
    heard = []
    process = LineProcess(heard.append)
    process.start(sys.executable, ["-c", stubborn])
    qtbot.waitUntil(lambda: heard == ["up"], timeout=10_000)
    process.close(patience_ms=50)
    assert not process.is_running


def test_the_ticker_calls_until_it_is_stopped(qtbot):
    calls = []
    ticker = Ticker(lambda: calls.append(1), every_ms=1)
    ticker.start()
    qtbot.waitUntil(lambda: len(calls) >= 3)
    ticker.stop()
    count = len(calls)
    QCoreApplication.processEvents()
    assert len(calls) == count
