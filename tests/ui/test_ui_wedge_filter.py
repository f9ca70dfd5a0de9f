"""The wedge filter in the window: a stalled event loop, releases, resting fingers, key codes."""

import json
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton

from drivers.contract.wedge import WedgeSettings
from drivers.fake.typist import Separator, presses, strokes
from pos_app.ui.key_codes import key_press, scan_code
from pos_app.ui.wedge import WedgeFilter
from pos_app.wiring.window import WedgeTables
from tests.ui.builders import SellingTill, selling

NONE, CTRL, META = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.MetaModifier,
)
SPACE = 57


def event_of(code, at_ms, text="", *, kind=QEvent.Type.KeyPress, held=NONE, key=0, repeat=False):
    event = QKeyEvent(kind, key, held, code, 0, 0, text, repeat)
    event.setTimestamp(at_ms)
    return event


def events_of(keys):
    for key in keys:
        held = NONE
        for flag, modifier in (
            (key.shift, Qt.KeyboardModifier.ShiftModifier),
            (key.ctrl, CTRL),
            (key.alt, Qt.KeyboardModifier.AltModifier),
        ):
            held |= modifier if flag else NONE
        yield event_of(key.scan_code, key.t_ms, held=held)


@pytest.fixture
def wedge(open_till, qapp):
    window = open_till(SellingTill(selling()))
    scans = []
    wedge = WedgeFilter(lambda data, aim: scans.append((data, aim)), parent=window)
    wedge.follow(qapp, window)
    yield window, scans, wedge
    wedge.leave(qapp)


def send(window, events):
    for event in events:
        QCoreApplication.sendEvent(window.entry, event)


@pytest.mark.parametrize("separator", list(Separator)[:2])
def test_a_marking_code_keeps_its_separator_in_the_window(wedge, separator) -> None:
    window, scans, _ = wedge
    send(window, events_of(presses(strokes(b"0104610053149777215d/wuU\x1d93dGVz", separator))))
    assert scans == [(b"0104610053149777215d/wuU\x1d93dGVz", None)]
    assert window.entry.text() == ""


def test_a_scan_during_which_the_window_was_busy_stays_in_one_piece(wedge, qtbot) -> None:
    """The keys after the stall lie in the queue behind the timer that gives the first ones up."""
    window, scans, _ = wedge
    events = list(events_of(presses(strokes(b"LOY-000123"))))
    send(window, events[:6])
    QTimer.singleShot(90, window, lambda: send(window, events[6:]))
    time.sleep(0.2)  # the event loop is blocked: nothing is polled here
    qtbot.waitUntil(lambda: bool(scans))
    assert scans == [(b"LOY-000123", None)]
    assert window.entry.text() == ""


def test_typing_that_piled_up_while_the_window_was_busy_is_no_scan(wedge, qtbot) -> None:
    window, scans, _ = wedge
    for place, digit in enumerate("4600000"):
        code = int(digit) + 1 if digit != "0" else 11
        send(window, [event_of(code, 1000 + 140 * place, digit)])
    send(window, [event_of(28, 1000 + 140 * 7, key=Qt.Key.Key_Return)])
    qtbot.waitUntil(lambda: bool(window.desk.till.said("type_text")))
    assert scans == []
    assert window.desk.till.said("type_text") == [(("4600000",), {})]


def test_a_button_pressed_by_the_space_bar_hears_the_release_after_the_press(wedge, qtbot) -> None:
    window, _, _ = wedge
    button = QPushButton("push", window)
    pushed = []
    button.clicked.connect(lambda: pushed.append(True))
    button.show()
    button.setFocus()
    for kind, at_ms in ((QEvent.Type.KeyPress, 1000), (QEvent.Type.KeyRelease, 1020)):
        space = event_of(SPACE, at_ms, " ", kind=kind, key=Qt.Key.Key_Space)
        QCoreApplication.sendEvent(button, space)
    assert not pushed, "it may still be the beginning of a scan"
    qtbot.waitUntil(lambda: bool(pushed))
    assert pushed == [True]


def test_a_finger_that_rests_on_a_key_is_no_scanner(wedge, qtbot) -> None:
    window, scans, _ = wedge
    send(window, [event_of(2, 1000, "1")])
    send(window, [event_of(2, 1030 + 30 * n, "1", repeat=True) for n in range(9)])
    send(window, [event_of(28, 1330, key=Qt.Key.Key_Return)])
    qtbot.waitUntil(lambda: bool(window.desk.till.said("type_text")))
    assert scans == []
    assert window.desk.till.said("type_text") == [(("1" * 10,), {})]


def test_other_thresholds_take_hold_at_once(wedge) -> None:
    window, scans, wedge_filter = wedge
    keys = presses(strokes(b"4006381333931"), gap_ms=60)
    send(window, events_of(keys))
    assert scans == []
    wedge_filter.use(WedgeSettings(max_gap_ms=90, mean_gap_ms=90))
    send(window, events_of(presses(strokes(b"4006381333931"), start_ms=5000, gap_ms=60)))
    assert scans == [(b"4006381333931", None)]


def test_a_calibration_hears_every_key_and_nobody_else_does(wedge) -> None:
    window, scans, wedge_filter = wedge
    heard = []
    wedge_filter.tap(heard.append)
    keys = presses(strokes(b"4006381333931"))
    send(window, events_of(keys))
    send(window, [event_of(2, 9999, "1", kind=QEvent.Type.KeyRelease)])
    assert heard == keys
    assert (scans, window.entry.text()) == ([], "")
    wedge_filter.tap(None)
    send(window, events_of(presses(strokes(b"96385074"), start_ms=20_000)))
    assert scans == [(b"96385074", None)]


def test_keys_for_another_widget_pass(wedge, qapp) -> None:
    window, scans, _ = wedge
    other = QPushButton("other", window)
    for event in events_of(presses(strokes(b"4006381333931"))):
        QCoreApplication.sendEvent(other, event)
    assert scans == []
    assert QApplication.focusWidget() is window.entry


def test_key_codes_are_the_kernel_s_on_every_platform() -> None:
    def code(platform, native, virtual=0):
        event = QKeyEvent(QEvent.Type.KeyPress, 0, NONE, native, virtual, 0, "")
        return scan_code(event, platform)

    assert code("xcb", 10) == code("wayland", 10) == code("windows", 2) == 2
    assert code("windows", 0x11C) == 96, "the Enter of the keypad"
    assert [code("cocoa", 0, virtual) for virtual in (0, 18, 29, 30, 36, 76, 6, 47)] == [
        30, 2, 11, 27, 28, 96, 44, 52,
    ]  # fmt: skip
    assert code("cocoa", 0, 0xFF) == 0


def test_on_a_mac_the_control_key_is_not_qt_s_control() -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, 0, META, 0, 30, 0, "")
    assert key_press(event, "cocoa").ctrl
    assert not key_press(event, "xcb").ctrl


def test_thresholds_are_read_again_when_the_device_file_has_changed(tmp_path) -> None:
    path = tmp_path / "devices.json"
    tables = WedgeTables(path)
    assert tables() is None
    table = {"kind": "scanner", "driver": "wedge", "max_gap_ms": 90}
    path.write_text(json.dumps({"device": [table]}))
    found = tables()
    assert found is not None
    assert found.max_gap_ms == 90
    assert tables() is None
    path.write_text("{")
    assert tables() is None
