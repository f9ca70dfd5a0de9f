"""Which card numbers were given out by this machine: `card-numbers.json` in the data folder.

Never gives one number twice: a number is on the disk as given before it is on paper, also when the
paper then fails; what the members of the till's mirror have is not given again.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pos_app.gear.studio import StudioError, new_numbers
from pos_app.storage.errors import StorageBusy
from pos_app.wiring.instance import lock_file
from pos_app.wiring.memory import Memory, open_memory
from pos_app.wiring.protection import TILL_FILE
from pos_app.workstation.ports import StorageBroken

FILE = "card-numbers.json"
LOCK = "card-numbers.lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; `first` None: go on behind the highest number that is known."""

    prefix: str
    digits: int
    count: int
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A run of numbers without their check digits, both ends in it; `at` in UTC."""

    first: str
    last: str
    at: str

    def overlaps(self, first: str, last: str) -> bool:
        """Whether one number is in both; only numbers of one length can be."""
        alike = len(self.first) == len(first)
        return alike and self.first <= last and first <= self.last


class CardBook:
    """The given numbers of one data folder, and the members of its mirror where it is a till."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now
        self.is_compared = False
        """Whether the last numbers were compared with a till's members."""

    @contextmanager
    def new(self, wanted: Wanted) -> Iterator[tuple[str, ...]]:
        """Numbers that nobody has; they count as given when the block ends without an error.

        Raises StudioError when the wished ones are taken, or another process is giving some.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOCK).open("a+b") as lock:
            try:
                lock_file(lock)
            except OSError as busy:
                raise StudioError("somebody else is making card numbers now: try again") from busy
            given = self._read()
            with self._till() as memory:
                numbers = _numbers(wanted, given, memory)
            yield numbers
            run = Given(numbers[0][:-1], numbers[-1][:-1], self._now().isoformat())
            self._write([*given, run])

    def _read(self) -> list[Given]:
        path = self._folder / FILE
        try:
            told = json.loads(path.read_text(encoding="utf-8"))["given"]
            return [Given(one["first"], one["last"], one["at"]) for one in told]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as bad:
            raise StudioError(
                f"{path} says which numbers were given and cannot be read ({bad}): bring it back"
                " from a copy; without it a number could be given twice"
            ) from bad

    def _write(self, given: list[Given]) -> None:
        path, part = self._folder / FILE, self._folder / f"{FILE}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump({"given": [asdict(one) for one in given]}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    @contextmanager
    def _till(self) -> Iterator[Memory | None]:
        self.is_compared = (self._folder / TILL_FILE).exists()
        if not self.is_compared:
            yield None
            return
        try:
            memory = open_memory(self._folder)
        except (StorageBroken, StorageBusy) as bad:
            raise StudioError(f"the till's members cannot be asked: {bad}") from bad
        try:
            yield memory
        finally:
            memory.close()


def _numbers(wanted: Wanted, given: list[Given], memory: Memory | None) -> tuple[str, ...]:
    """Behind the highest, or exactly the wished ones; StudioError names what is taken."""
    reader = memory.mirror() if memory is not None else None
    try:
        last = [one.last for one in given if len(one.last) == wanted.digits - 1]
        if reader is not None:
            last.append((reader.highest_card(wanted.prefix, wanted.digits) or "")[:-1])
        first = wanted.first if wanted.first is not None else _after(last, wanted.prefix)
        numbers = new_numbers(wanted.prefix, first, wanted.count, wanted.digits)
        for one in given:
            if one.overlaps(numbers[0][:-1], numbers[-1][:-1]):
                raise StudioError(
                    f"numbers from {numbers[0]} to {numbers[-1]} were given on {one.at[:10]}"
                    " or some of them; without --first new ones follow the highest"
                )
        for number in numbers:
            if memory is not None and reader is not None:
                known = reader.member_by_key("card", number)
                if known or memory.journal.local_member("card", number):
                    raise StudioError(f"a member has the number {number}: choose another --first")
        return numbers
    finally:
        if reader is not None:
            reader.close()


def _after(last: list[str], prefix: str) -> int:
    """The first serial behind all of them."""
    serials = [one[len(prefix) :] for one in last if one.startswith(prefix)]
    return max((int(one) for one in serials if one.isdigit()), default=0) + 1
