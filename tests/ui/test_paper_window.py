"""The virtual printer's paper is seen as soon as it is cut."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from drivers.fake.rig import VirtualRig
from pos_app.ui.demo_sheet import order_of, read_groups, send
from pos_app.ui.paper_window import Paper, PapersAndSheet, PaperWindow

SHUT = {"do": "drawer", "close": True}


def test_a_cut_paper_appears_once(qtbot, tmp_path):
    with VirtualRig() as rig:
        rig.printer.feed(b"Hello\n\x1dV\x00")
        window = PaperWindow(rig.control_port, "paper")
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: window.papers == 1)
        window._poll()
        rig.printer.feed(b"Again\n\x1dV\x00")
        qtbot.waitUntil(lambda: window.papers == 2)


def test_a_counter_that_ends_takes_its_papers_along(qtbot, tmp_path):
    with VirtualRig() as rig:
        rig.printer.feed(b"Hello\n\x1dV\x00")
        window = PaperWindow(rig.control_port, "paper")
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: window.papers == 1)
    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_press_on_the_demo_s_sheet_is_a_hand_at_the_counter(qtbot, language):
    with VirtualRig() as rig:
        window = PapersAndSheet(rig.control_port, "paper", language)
        qtbot.addWidget(window)
        window.show()
        rows = [row for group in read_groups() for row in group["rows"]]
        buttons = window.sheet.findChildren(QPushButton)
        assert [one.accessibleName() for one in buttons] == [row["name"][language] for row in rows]
        rig.printer.feed(b"\x1bp\x00\x19\xfa")
        shut = next(at for at, row in enumerate(rows) if row.get("do") == SHUT)
        buttons[shut].click()
        qtbot.waitUntil(lambda: not rig.printer.drawer_opened)
        assert order_of(rows[0]) == {"do": "scan", "hex": (rows[0]["scan"] + "\r").encode().hex()}
        assert all(rig.control(dict(order_of(row)))["ok"] for row in rows)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_a_press_when_the_counter_has_ended_does_nothing(qtbot):
    with VirtualRig() as rig:
        port = rig.control_port
    send(port, SHUT)
    qtbot.wait(50)


def test_a_press_on_a_paper_scans_its_code(qtbot):
    with VirtualRig() as rig:
        window = PapersAndSheet(rig.control_port, "paper", "en")
        qtbot.addWidget(window)
        window.show()
        rig.printer.feed(b"Bare\n\x1dV\x00")
        rig.printer.feed(b"\x1d(k\x08\x001P0K1R:7\x1d(k\x03\x001Q0\n\x1dV\x00")
        qtbot.waitUntil(lambda: window.papers.papers == 2)
        pressed = []
        window.papers.on_press = pressed.append
        for paper in window.papers.findChildren(Paper):
            qtbot.mouseClick(paper, Qt.MouseButton.LeftButton)
        assert pressed == ["K1R:7"]
