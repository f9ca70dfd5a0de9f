"""`make run`: the demo shop. With a display a window for a person; without one, a customer played
through the same window, papers and screenshots in a folder. Never anything but the real program.
"""

import base64
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from pos_app.wiring.commands import command
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import OPERATORS, Counter, has_display
from pos_app.wiring.demo_stock import NAMES, shop_to_try, speak
from pos_app.wiring.place import Place

EXTRAS = ("fiscal", "card", "sbp")
TILL = "till-1"
TITLES = {"ru": "Касса 1", "en": "Till 1"}
PAN_G = 342
"""What lies on the scale of a person's demo, so that something can be weighed."""
DRAWER_SHUTS_MS = 6000
"""Nobody stands there to push the drawer shut when the customer has the change."""


def run_demo(out: Path, language: str, scripted: bool) -> int:
    """0 when all went well."""
    alone = scripted or not has_display()
    if alone and not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    out.mkdir(parents=True, exist_ok=True)
    folder = out / "shop"
    if alone:
        shutil.rmtree(folder, ignore_errors=True)
    _say("the shop opens: server, goods, members ...")
    with shop_to_try(folder, language) as shop:
        speak(shop, TILL, language)
        # a scripted customer needs nobody beside the till; a person may try everything
        counter = shop.counter() if alone else shop.counter("massa100", EXTRAS, folder / "counter")
        title = TITLES[language]
        place = shop.till(TILL, devices=counter.devices, language=language, title=title)
        first_sync(place.data, place.server)
        if alone:
            from pos_app.wiring.demo_script import play

            status = play(place, counter, out)
            save_papers(counter, out)
            return status
        return _for_a_person(place, counter, language)


def _for_a_person(place: Place, counter: Counter, language: str) -> int:
    from pos_app.wiring.appearance import Appearance
    from pos_app.wiring.window import run

    end_with_ctrl_c()
    counter.order("pan", load_g=PAN_G)
    counter.order("drawer", shuts_ms=DRAWER_SHUTS_MS)
    for operator, _name, role, pin in OPERATORS:
        _say(f"{role}: {NAMES[language][operator]}, PIN {pin}")
    _say("codes to try are beside the till, or behind the blue handle: a press there is a scan")
    paper = subprocess.Popen(
        command("paper", "--demo", "--port", str(counter.port), "--language", language),
        stdin=subprocess.DEVNULL,
    )
    try:
        return run(place, Appearance())
    finally:
        paper.terminate()
        paper.wait(10)


def end_with_ctrl_c() -> None:
    """Ctrl+C at the terminal closes the window as its cross does; Qt swallows Python's own way."""
    from PySide6.QtCore import QTimer

    from pos_app.ui.app import application

    app = application()
    # by a timer: a loop that has not begun yet ends as soon as it begins
    signal.signal(signal.SIGINT, lambda _number, _frame: QTimer.singleShot(0, app.quit))


def save_papers(counter: Counter, out: Path) -> None:
    """Every paper as text and as a picture."""
    for number, paper in enumerate(counter.papers(png=True), start=1):
        (out / f"paper-{number}.txt").write_text(paper["text"], encoding="utf-8")
        (out / f"paper-{number}.png").write_bytes(base64.b64decode(paper["png"]))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
