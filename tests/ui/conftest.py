"""A window on the scripted till, on an offscreen screen, with nothing of it left behind."""

import pytest
from PySide6.QtCore import QEvent

from pos_app.ui.app import application
from pos_app.ui.desk import Desk, Settings
from pos_app.ui.main_window import MainWindow
from tests.ui.builders import SellingTill

PX_PER_MM = 3.8


def pytest_collection_modifyitems(items):
    """The offscreen screen can neither hint sizes nor raise windows: no fault of ours."""
    for item in items:
        if "tests/ui/" in item.path.as_posix():
            item.add_marker(
                pytest.mark.qt_log_ignore(
                    "does not support (propagateSizeHints|raise)", extend=True
                )
            )


@pytest.fixture(scope="session")
def qapp():
    return application()


@pytest.fixture
def open_till(qtbot, qapp):
    """`open_till(till, width=…, …)` -> a window that is on the screen and has the focus."""
    opened = []

    def build(till=None, *, width=1366, height=768, px_per_mm=PX_PER_MM, **look):
        till = till or SellingTill()
        chosen = {"language": "ru", "theme": "light", "scale": 100, **look}
        window = MainWindow(Desk(till, Settings(*chosen.values())), px_per_mm=px_per_mm)
        window.resize(width, height)
        window.start()
        window.show()
        window.activateWindow()
        qtbot.waitActive(window).__enter__()
        qtbot.waitUntil(lambda: window.entry.hasFocus())
        opened.append(window)
        return window

    def end(window):
        opened.remove(window)
        window.close()
        window.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    build.end = end
    yield build
    for window in tuple(opened):
        end(window)
