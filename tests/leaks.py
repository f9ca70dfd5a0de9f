"""What a test file leaves open in the process that runs it. Never closes anything itself."""

import gc
import os
from collections import Counter
from pathlib import Path

LEFT_MOST = 8
"""A file may leave this many more descriptors open than before it: libraries open some of their own
once, and a suite of 300 files must stay far below the usual limit of 1024."""
OPEN = Path("/proc/self/fd")


def open_now() -> Counter[str]:
    """Descriptors by what they lead to; nothing where no /proc tells."""
    found: Counter[str] = Counter()
    for one in os.listdir(OPEN) if OPEN.is_dir() else ():
        try:
            found[os.readlink(OPEN / one)] += 1
        except OSError:
            continue  # it was the one that listed them
    return found


def left(before: Counter[str]) -> list[str]:
    """What is open now and was not, if that is too much; garbage is collected before it counts."""
    if open_now().total() <= before.total() + LEFT_MOST:
        return []
    gc.collect()
    now = open_now()
    return sorted((now - before).elements()) if now.total() > before.total() + LEFT_MOST else []
