"""The demo shop's server, filled once and copied. Never a running one, never an enrolled till.

Filling it (goods, members, programme, operators) by the server's own commands takes seconds; the
copies begin where it ended, each served by a process of its own.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from pos_app.wiring.demo_shop import Shop, Stock, fill


def furnished(folder: Path) -> Shop:
    """`Shop(folder)` with its data there; as a context it is served."""
    shop = Shop(folder)
    shutil.copytree(_filled(), shop.data)
    return shop


@cache
def _filled() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kopilka-shop-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = folder / "server"
    data.mkdir()
    fill(data, Stock())
    return data
