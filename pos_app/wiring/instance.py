"""One front end for a data folder: the second one is refused. Never a lock left by a dead one."""

import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another till works in this data folder."""


class InstanceLock:
    """Held while the front end lives; the system frees it however the process ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = (folder / "till.lock").open("a+b")
        try:
            lock_file(self._file)
        except OSError as error:
            self._file.close()
            raise AlreadyRunning(f"another till already runs in {folder}") from error

    def release(self) -> None:
        """Give the folder to the next."""
        self._file.close()


def lock_file(file: IO[bytes]) -> None:
    """Ours until it is closed; OSError while another process has it."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
