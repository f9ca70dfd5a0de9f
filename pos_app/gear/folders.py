"""Folders on a disk. Never what is in them."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make its new names durable: a rename is on the disk when its folder is. Raises OSError.

    Where folders cannot be opened (Windows) the file system does it.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
