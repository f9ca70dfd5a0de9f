"""Which process has the devices of a file, so that a second one can say so instead of guessing.

Never keeps anybody out by itself: ports do that; and never a claim left by a dead process.
"""

import os
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import IO

AGAIN_S = 0.5
TILL = "the till"
SERVICE = "kopilka devices"
_FAR = 1 << 20
"""Where Windows locks a byte: a locked one cannot be read there, and who has it must be."""


class Claim:
    """Taken for as long as the process lives; waits for a former host that is still ending."""

    def __init__(self, config: Path, who: str) -> None:
        self._path, self._who = _beside(config), who
        self._ended = Signal()
        self._file: IO[bytes] | None = None
        if not self._taken():
            Thread(target=self._wait, name="device-claim", daemon=True).start()

    def release(self) -> None:
        """The devices are free, and nothing is left beside their file."""
        self._ended.set()
        if self._file is not None:
            with suppress(OSError):  # Windows keeps a file that is open
                self._path.unlink()
            self._file.close()

    def _wait(self) -> None:
        while not self._ended.wait(AGAIN_S) and not self._taken():
            continue

    def _is_still_there(self, file: IO[bytes]) -> bool:
        """Whoever had it may have removed it between our opening and our locking."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except OSError:
            return False

    def _taken(self) -> bool:
        """True too where no file can be written: then nobody can be told."""
        try:
            file = self._path.open("a+b")
        except OSError:
            return True
        if not _locked(file) or not self._is_still_there(file):
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()} {self._who}\n".encode())
        file.flush()
        self._file = file
        return True


def holder_of(config: Path) -> str:
    """`the till, process 123` while a living process has these devices; "" when nobody has."""
    try:
        with _beside(config).open("r+b") as file:
            if _locked(file):
                return ""
            number, _, who = file.read(100).decode("utf-8", "replace").strip().partition(" ")
    except OSError:
        return ""
    return f"{who or 'another program'}, process {number or '?'}"


def taken_sentence(holder: str) -> str:
    """What a command says that must not run beside the holder."""
    return f"the devices are in use by {holder}: close it"


def _beside(config: Path) -> Path:
    return config.with_name(f"{config.name}.lock")


def _locked(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        return False
    return True
