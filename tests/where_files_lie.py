"""Where the files of tests lie: in memory where there is room. Never says what a disk does.

A commit waits for the disk, and thousands of tests commit. What is proven of durability is proven
on disks that lose their power on purpose (tests/storage/powered.py) and on processes killed in the
middle; neither asks a real disk. `TMPDIR` set by whoever runs the tests is obeyed.

Each process of pytest has a folder of its own there, and takes it away when it ends, with all that
was left in it: a program that a test kills clears up nothing.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3


def choose() -> None:
    """For this process and all its children."""
    own = Path(tempfile.mkdtemp(prefix="k", dir=_place()))  # short: sockets lie in it
    own.chmod(0o755)  # PostgreSQL and CUPS run as others
    atexit.register(_clear, own, os.getpid())
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)


def _place() -> Path:
    """Where the folder is made."""
    if "TMPDIR" in os.environ or not sys.platform.startswith("linux"):
        return Path(tempfile.gettempdir())
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and _room() >= ROOM_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())


def _clear(own: Path, maker: int) -> None:
    """A fork of the process leaves it alone."""
    if os.getpid() == maker:
        shutil.rmtree(own, ignore_errors=True)


def _room() -> int:
    return shutil.disk_usage(MEMORY).free
