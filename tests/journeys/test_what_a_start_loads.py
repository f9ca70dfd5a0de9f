"""Until a till is ready it has loaded what a first scan needs, built the screen that is asked for
and compiled no class that nobody made. Real processes; nothing is timed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo_shop_once import furnished

HOUSE = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9"
PATIENCE_S = 120
NEVER = {"sqlalchemy", "alembic", "rich", "click", "pygments", "uvicorn", "starlette", "scipy"}
"""The server's and other programs' own libraries."""
LATER = {"httpx", "phonenumbers", "PIL", "qrcode", "reportlab", "xlsxwriter", "pyqtgraph"}
"""What a window needs when somebody types a phone number, or wants a sheet or a plot."""
TILL = """
import json, linecache, sys
from pos_app.wiring import quick_start
quick_start.begin()
from pathlib import Path
from PySide6.QtCore import QTimer
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.opening import run
from pos_app.wiring.place import Place
def started(till):
    QTimer.singleShot(0, lambda: ready(till))
def ready(till):
    import gc
    from PySide6.QtWidgets import QApplication
    from pos_app.ui.main_window import MainWindow
    from pos_app.ui.sale_screen import SaleScreen
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    till.terminal.station.mirror.item_by_code("4600000000001")
    print(json.dumps({
        "roots": sorted({name.split(".")[0] for name in sys.modules if sys.modules[name]}),
        "sources": [path for path in linecache.cache if "workstation" in path or "domain" in path],
        "screens": len(window.findChildren(SaleScreen)),
        "asked": window.desk.ask.name,
        "threshold": gc.get_threshold()[0],
    }), flush=True)
    QApplication.instance().quit()
sys.exit(run(Place(Path(sys.argv[1]), sys.argv[2]), Appearance(), started))
"""


def told(script: str, *arguments: str) -> dict:
    """The last line of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=HOUSE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
        timeout=PATIENCE_S,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_till_is_ready_without_what_a_first_scan_does_not_need(tmp_path):
    with furnished(tmp_path / "shop") as shop:
        place = shop.till("till")
        found = told(TILL, str(place.data), NOBODY)
    assert not set(found["roots"]) & (NEVER | LATER)
    assert found["sources"] == [], "Qt reads the source of what is imported after it"
    assert found["asked"] == "sign_on"
    assert found["screens"] == 0, "the screen of selling is built when somebody signs on"
    assert found["threshold"] < 10_000, "collections are as always once it is loaded"


@pytest.mark.parametrize(
    ("entry", "never"),
    [
        ("pos_app.wiring.courier", NEVER | (LATER - {"httpx"}) | {"PySide6"}),
        ("drivers.host", (NEVER | {"PySide6", "pos_app.domain", "phonenumbers"})),
        ("sync.server.command_line.cli", {"alembic", "rich", "pygments", "PySide6", "scipy"}),
    ],
)
def test_a_child_loads_no_library_of_another(entry, never):
    script = (
        "from pos_app.wiring import quick_start\nquick_start.begin()\nimport json, sys\n"
        f"import {entry}\n"
        "print(json.dumps(sorted({n.split('.')[0] for n in sys.modules if sys.modules[n]})))"
    )
    assert not set(told(script)) & never
