"""A process that may die between any two effects: every statement and request passes its points.

The product is not changed for this: its files are opened, its requests sent and its sleeps slept
through these channels. A dead process can do nothing more, so no `finally` writes to a disk.
"""

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any

from sqlcipher3 import dbapi2

HOUSE = Path(__file__).parents[2]
ROOMS = ("sync", "pos_app")
PLUMBING = (
    "storage/driver.py",
    "storage/connect.py",
    "engine/database.py",
    "engine/bulk.py",
    "engine/apart.py",
    "mirror/schema.py",
)
PLUMBING_NAMES = {"protected", "_watched", "_guarded", "<lambda>", "guarded", "record"}
DEPTH = 40
NEVER = 1 << 60


class Crash(BaseException):
    """The process is gone. Not an Exception: nothing in the product may catch it."""


_SITES: dict[CodeType, str] = {}


def _site_of(code: CodeType) -> str:
    """`module.function` of product code; "" for plumbing and everything else."""
    path = code.co_filename
    for room in ROOMS:
        start = f"{HOUSE}/{room}/"
        if path.startswith(start):
            if path.endswith(PLUMBING) or code.co_name in PLUMBING_NAMES:
                return ""
            return f"{Path(path).stem}.{code.co_name}"
    return ""


def site() -> str:
    """The nearest function of the product that is on its way to this effect."""
    frame: Any = sys._getframe(2)
    for _ in range(DEPTH):
        if frame is None:
            break
        code = frame.f_code
        name = _SITES.get(code)
        if name is None:
            name = _SITES[code] = _site_of(code)
        if name:
            return name
        frame = frame.f_back
    return "outside"


@dataclass
class Points:
    """Named crash points of one run: which were passed, which killed, which shall."""

    passed: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    targets: dict[str, int] = field(default_factory=dict)
    armed: bool = False
    deadly: set[str] = field(default_factory=set)
    """Those that were passed while they could kill."""

    def hit(self, name: str) -> bool:
        """Count one pass; True when this one was chosen to kill."""
        self.passed[name] += 1
        if not self.armed:
            return False
        self.deadly.add(name)
        left = self.targets.get(name)
        if left is None:
            return False
        self.targets[name] = left - 1
        if left > 1:
            return False
        del self.targets[name]
        return True


class Disk:
    """What is wrong with a machine's disk."""

    def __init__(self) -> None:
        self.full = False
        self.failing = 0

    def fault(self) -> tuple[str, str, int] | None:
        """(name, words, code) of the error that a write gets now."""
        if self.full:
            return "SQLITE_FULL", "database or disk is full", 13
        if self.failing:
            self.failing -= 1
            return "SQLITE_IOERR", "disk I/O error", 10
        return None


class Life:
    """One process from start to death. `kind`: front, courier or server."""

    def __init__(
        self, kind: str, points: Points, disk: Disk, chance: Random, rate: float = 0.0
    ) -> None:
        self.kind, self.points, self.disk, self.chance = kind, points, disk, chance
        self.alive = True
        self.held: list[Any] = []
        self.machine = ""
        self.left = NEVER if rate <= 0 else 1 + int(chance.expovariate(rate))
        self.died_at = ""

    def point(self, effect: str) -> None:
        """Die here, if it is time; a dead process always does."""
        if not self.alive:
            raise Crash(self.died_at)
        name = f"{self.kind}:{site()}.{effect}"
        chosen = self.points.hit(name)
        if self.points.armed:
            self.left -= 1
            if chosen or self.left <= 0:
                self.die(name)
                raise Crash(name)

    def die(self, name: str) -> None:
        """No effect comes after this."""
        if self.alive:
            self.alive, self.died_at = False, name
            if name != "stopped":
                self.points.fired[name] += 1

    def let_go(self) -> None:
        """The system frees what a dead process held."""
        held, self.held = self.held, []
        for one in held:
            one.close()

    def before(self, sql: str) -> None:
        """A statement is about to run."""
        word = sql[:7].lstrip().upper()
        if word.startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            self.point("write")
        elif word.startswith("BEGIN"):
            self.point("begin")
        elif word.startswith("COMMIT"):
            self.point("commit")
        elif not self.alive:
            raise Crash(self.died_at)

    def after(self, sql: str) -> None:
        """A statement has run."""
        if sql[:6].upper() == "COMMIT":
            self.point("committed")


_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE")


def writes(sql: str) -> bool:
    """Whether the statement wants room on the disk."""
    return sql[:7].lstrip().upper().startswith(_WRITES)


class LivingDriver:
    """The Driver of a till's file, in a process that may die. Satisfies storage.driver.Driver."""

    def __init__(self, driver: Any, life: Life) -> None:
        self._driver, self._life = driver, life

    @property
    def in_transaction(self) -> bool:
        return bool(self._driver.in_transaction) and self._life.alive

    @property
    def raw(self) -> Any:
        return self._driver

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        self._life.before(sql)
        self._trouble(sql)
        cursor = self._driver.execute(sql, parameters)
        self._life.after(sql)
        return cursor

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Any:
        self._life.before(sql)
        self._trouble(sql)
        return self._driver.executemany(sql, rows)

    def close(self) -> None:
        self._driver.close()

    def _trouble(self, sql: str) -> None:
        if not writes(sql):
            return
        fault = self._life.disk.fault()
        if fault is not None:
            error = dbapi2.OperationalError(fault[1])
            error.sqlite_errorname, error.sqlite_errorcode = fault[0], fault[2]
            raise error


class LivingCursor(sqlite3.Cursor):
    """A cursor of the server's file."""

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        life = self.connection.life
        life.before(sql)
        if writes(sql):
            fault = life.disk.fault()
            if fault is not None:
                raise sqlite3.OperationalError(fault[1])
        return super().execute(sql, parameters)


class LivingConnection(sqlite3.Connection):
    """A connection of the server's file; `life` is set by whoever opens it."""

    life: Life

    def cursor(self, factory: Any = LivingCursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        if self.in_transaction:
            self.life.point("commit")
        super().commit()
