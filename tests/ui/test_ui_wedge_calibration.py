"""A typing scanner is taught to the till by one scan of a label on the screen."""

import cv2
import numpy
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from drivers.contract.wedge_setup import TEST_LABEL, settings_of_table
from drivers.fake.typist import Separator, presses, strokes
from drivers.scanner.camera import LabelDecoder
from pos_app.ui.controls import Button
from pos_app.ui.wedge import WedgeFilter
from pos_app.ui.wedge_calibration import ESCAPE, SILENCE_MS, calibrate
from tests.ui.builders import SellingTill, selling


@pytest.fixture
def taught(open_till, qapp, qtbot):
    window = open_till(SellingTill(selling()))
    wedge = WedgeFilter(lambda data, aim: scans.append(data), parent=window)
    wedge.follow(qapp, window)
    scans, kept = [], []
    dialog = calibrate(kept.append)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    yield dialog, kept, scans
    dialog.reject()
    wedge.leave(qapp)


def type_into(dialog, keys) -> None:
    for key in keys:
        held = Qt.KeyboardModifier.NoModifier
        for flag, modifier in (
            (key.shift, Qt.KeyboardModifier.ShiftModifier),
            (key.ctrl, Qt.KeyboardModifier.ControlModifier),
            (key.alt, Qt.KeyboardModifier.AltModifier),
        ):
            held |= modifier if flag else Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, 0, held, key.scan_code, 0, 0, "")
        event.setTimestamp(key.t_ms)
        QCoreApplication.sendEvent(QApplication.focusWidget() or dialog, event)


def keep_button(dialog) -> Button:
    return next(b for b in dialog.findChildren(Button) if b.icon_name == "check")


def test_a_slow_scanner_is_taught_and_its_settings_are_handed_over(taught) -> None:
    dialog, kept, scans = taught
    type_into(dialog, presses(strokes(TEST_LABEL), 1000, 70))
    assert "70" in dialog.told or "71" in dialog.told
    keep_button(dialog).click()
    assert scans == []
    settings = settings_of_table(kept[0])
    assert settings.max_gap_ms >= 70


def test_a_scanner_that_drops_the_separator_is_told_so_before_it_is_used(taught) -> None:
    dialog, kept, _ = taught
    type_into(dialog, presses(strokes(TEST_LABEL, Separator.DROPPED), 1000))
    assert "GS" in dialog.told
    assert keep_button(dialog).isEnabled()
    assert kept == []


def test_another_label_keeps_nothing_and_silence_is_judged_too(taught, qtbot) -> None:
    dialog, kept, _ = taught
    before = dialog.told
    type_into(dialog, presses(strokes(b"4006381333931"), 1000))
    wrong = dialog.told
    assert wrong != before
    assert not keep_button(dialog).isEnabled()
    type_into(dialog, presses(strokes(TEST_LABEL, end=None), 9000))
    qtbot.waitUntil(lambda: dialog.told != wrong, timeout=SILENCE_MS * 10)
    dialog._kept()  # noqa: SLF001  the button is off; a stray call must keep nothing
    assert kept == []


def test_escape_leaves_and_the_sale_hears_keys_again(taught, qtbot) -> None:
    dialog, _, scans = taught
    type_into(dialog, [k for k in presses([(ESCAPE, 1)])])
    assert not dialog.isVisible()
    till = dialog.parentWidget()
    till.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is till.entry)
    type_into(till.entry, presses(strokes(b"96385074"), 20_000))
    assert scans == [b"96385074"]


def test_the_code_on_the_screen_is_the_label_that_is_asked_for(taught) -> None:
    dialog, _, _ = taught
    picture = (
        dialog.grab().toImage().convertToFormat(dialog.grab().toImage().Format.Format_Grayscale8)
    )
    size = (picture.height(), picture.bytesPerLine())
    pixels = numpy.frombuffer(picture.constBits(), numpy.uint8).reshape(size)
    pixels = cv2.copyMakeBorder(pixels, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)
    assert [one.frame for one in LabelDecoder(("QRCode",)).labels(pixels)] == [b"]Q1" + TEST_LABEL]


def test_no_dialog_opens_where_no_window_hears_keys(qapp) -> None:
    assert calibrate(lambda table: None) is None
