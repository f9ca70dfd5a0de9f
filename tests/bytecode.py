"""Bytecode of the product, written once before the tests. Never of a test, never beside other code.

Where PYTHONDONTWRITEBYTECODE is set nobody writes it, and each of the many processes that tests
start compiles every module that was edited since: a third to a half of a second each.
"""

import compileall
import os
from pathlib import Path

ROOMS = ("pos_app", "sync", "drivers", "resources")
HOUSE = Path(__file__).parents[1]


def prepare() -> None:
    """Only what is older than its source; the processes of xdist find it done."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        for room in ROOMS:
            compileall.compile_dir(HOUSE / room, quiet=2)
