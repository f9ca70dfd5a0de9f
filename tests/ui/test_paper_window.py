"""The virtual printer's paper is seen as soon as it is cut."""

from drivers.fake.rig import VirtualRig
from pos_app.ui.paper_window import PaperWindow


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
