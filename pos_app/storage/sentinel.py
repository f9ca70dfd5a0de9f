"""A small file beside the database that remembers how far it came. Never a fact, never fsynced.

A restored or cloned `till.db` is older than its sentinel. The sentinel may itself be older than
the database (it is written after COMMIT, a power cut may lose it): that means nothing.
Source: sync-protocol, (d): a generation over every protected transaction, not only over events.
"""

import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path

_DIGITS = 12


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far a database was: compared as (incarnation, generation).

    `receipts` is the last receipt number on paper: a till that lost it must not print it again.
    """

    incarnation: int
    generation: int
    receipts: int = field(default=0, compare=False)


class Sentinel:
    """The file. It is rewritten in place with one write of fixed length."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def read(self) -> Mark | None:
        """None when there is none, or nobody can read it."""
        try:
            text = self._path.read_text(encoding="ascii")
        except (OSError, ValueError):
            return None
        parts = text.split()
        if len(parts) != 4 or not all(p.isdigit() for p in parts):
            return None
        mark = Mark(int(parts[0]), int(parts[1]), int(parts[2]))
        return mark if _line(mark) == text else None

    def write(self, mark: Mark) -> None:
        """Remember; a sentinel that cannot be written is no reason to refuse a sale."""
        try:
            if self._descriptor < 0:
                flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
                self._descriptor = os.open(self._path, flags, 0o600)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, _line(mark).encode("ascii"))
        except OSError:
            self.close()

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _line(mark: Mark) -> str:
    numbers = (mark.incarnation, mark.generation, mark.receipts)
    text = " ".join(f"{number:0{_DIGITS}d}" for number in numbers)
    return f"{text} {zlib.crc32(text.encode('ascii')):010d}\n"
