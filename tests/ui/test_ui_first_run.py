"""The first start's own window: keys, Tab, fingers, another language and size; the first frame."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from pos_app.ui.controls import Button
from pos_app.ui.curtain import Curtain
from pos_app.ui.desk import Settings
from pos_app.ui.first_run_window import FirstRunWindow
from pos_app.workstation.first_pages import Choice, Known, Progress, Step
from pos_app.workstation.first_run import Setup
from tests.ui.first_run_samples import QuietHands

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def opened(qtbot, qapp):
    """`opened(known)` -> (window, setup) on the screen."""
    windows = []

    def build(known=None, size=(1366, 768)):
        setup = Setup(QuietHands(), known or Known(server="http://10.0.0.1:8765"))
        window = FirstRunWindow(setup, Settings("ru"), px_per_mm=3.8)
        window.resize(*size)
        window.start()
        window.show()
        window.activateWindow()
        qtbot.waitActive(window).__enter__()
        windows.append(window)
        return window, setup

    yield build
    for window in windows:
        window.close()
        window.deleteLater()


def keys(window, qtbot, *pressed) -> None:
    for one in pressed:
        screen = window.screen_shown
        qtbot.keyClick(screen.entry or screen, one)


def words(window) -> set[str]:
    return {button.text() for button in window.findChildren(Button) if button.isVisible()}


def test_another_language_is_another_page_at_once(opened, qtbot) -> None:
    window, setup = opened()
    keys(window, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert setup.view().language == "en"
    qtbot.waitUntil(lambda: "Next" in words(window))
    keys(window, qtbot, Qt.Key.Key_Escape)
    assert setup.view().step is Step.LANGUAGE
    keys(window, qtbot, Qt.Key.Key_1)
    assert "Дальше" in words(window)


def test_tab_reaches_every_button_and_the_field_takes_letters(opened, qtbot, qapp) -> None:
    window, setup = opened(Known("ru", "http://a"))
    screen = window.screen_shown
    qtbot.waitUntil(screen.entry.hasFocus)
    reached = set()
    for _ in range(6):
        qtbot.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
        reached.add(qapp.focusWidget().accessibleName())
    assert {"Назад, Esc", "Продолжить позже, F10", "Дальше, Enter"} <= reached
    button = next(b for b in window.findChildren(Button) if b.text() == "Назад")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Escape)
    assert setup.view().step is Step.LANGUAGE


def test_letters_are_typed_by_fingers_and_taken_back(opened, qtbot) -> None:
    window, setup = opened(Known("ru", "h"))
    pad = {b.accessibleName(): b for b in window.findChildren(Button)}
    for sign in ("t", window._look.say("ui.erase")):
        qtbot.mouseClick(pad[sign], Qt.MouseButton.LeftButton)
    assert setup.view().typed == "h"


def test_what_came_is_shown_in_its_unit(opened) -> None:
    window, setup = opened(Known("ru", "http://a", "Магазин", "Касса 1"))
    assert setup.view().step is Step.LOADING
    setup.heard({"event": "progress", "here": 512 * 1024, "whole": 1024 * 1024})
    assert window.screen_shown._amount.text() == "512 из 1\u202f024 КБ"
    setup.state.progress = Progress(20 * 1024**2, 40 * 1024**2)
    window.screen_shown.refresh()
    assert window.screen_shown._amount.text() == "20 из 40 МБ"
    setup.heard({"event": "progress", "here": 40 * 1024**2, "whole": 40 * 1024**2})
    assert window.screen_shown._amount.text().startswith("Всё получено")


def test_f10_leaves_for_another_day_and_nothing_is_told_to_a_closed_window(opened, qtbot) -> None:
    window, setup = opened()
    left = []
    window.on_left = lambda: left.append(True)
    keys(window, qtbot, Qt.Key.Key_F10)
    assert left == [True]
    assert not window.isVisible()
    setup.choose(0)


def test_a_window_made_small_is_laid_out_anew(opened, qtbot) -> None:
    window, setup = opened(Known("ru", "http://a", "s", "t", is_loaded=True), size=(1920, 1080))
    setup.wait(None)
    setup.turn(Step.PRINTER, choices=(Choice(("later", ""), key="first.printer_later"),))
    before = window.screen_shown
    window.resize(1024, 600)
    qtbot.waitUntil(lambda: window.screen_shown is not before)
    keys(window, qtbot, Qt.Key.Key_A, Qt.Key.Key_1)
    assert setup.view().step is Step.READY


def test_the_curtain_is_painted_when_it_says_so(qapp) -> None:
    curtain = Curtain("dark", 125)
    curtain.paint_now()
    assert curtain.is_painted
    curtain.draw_back()
    assert not curtain.isVisible()
    whole = Curtain("light", 100, fullscreen=True)
    whole.show_again()
    assert whole.isFullScreen()
    whole.draw_back()


FIRST_FRAME = """
import gc, json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.opening import run
from pos_app.wiring.place import Place
def painted():
    heavy = [n for n in sys.modules if n.split(".")[0] in ("sqlalchemy", "sqlcipher3", "httpx")]
    heavy += [n for n in sys.modules if n.startswith(("pos_app.workstation", "pos_app.domain."))]
    print(json.dumps(heavy), flush=True)
    QTimer.singleShot(0, look)
def look():
    from PySide6.QtWidgets import QApplication
    from pos_app.ui.first_run_window import FirstRunWindow
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, FirstRunWindow)]
    if not shown or not shown[0].isVisible():
        QTimer.singleShot(10, look)
        return
    print(json.dumps(gc.isenabled()), flush=True)
    shown[0].leave()
print(run(Place(Path(sys.argv[1]), "http://127.0.0.1:9"), Appearance(), on_painted=painted))
"""


def test_the_first_frame_is_there_before_the_till_is_loaded_and_a_new_folder_is_asked(
    tmp_path,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(tmp_path / "till")],
        capture_output=True,
        encoding="utf-8",
        cwd=HOUSE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
        check=True,
    )
    heavy, collects, status = (json.loads(line) for line in ended.stdout.splitlines())
    assert (heavy, collects, status) == ([], True, 0)
