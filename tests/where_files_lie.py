"""Where the files of tests lie: in memory where there is room. Never says what a disk does.

A commit waits for the disk, and thousands of tests commit. What is proven of durability is proven
on disks that lose their power on purpose (tests/storage/powered.py) and on processes killed in the
middle; neither asks a real disk. `TMPDIR` set by whoever runs the tests is obeyed.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3


def choose() -> None:
    """For this process and all its children."""
    if "TMPDIR" in os.environ or not sys.platform.startswith("linux"):
        return
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and _room() >= ROOM_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _room() -> int:
    return shutil.disk_usage(MEMORY).free
