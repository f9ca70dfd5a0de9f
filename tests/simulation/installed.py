"""Puts the simulation's clocks, chance and disks under the product, for the time of one run.

Only what reaches outside is replaced: clocks, randomness, threads, how a file is opened. Never a
rule, never a decision.
"""

import asyncio
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

import pos_app.storage.connect as storage_connect
import pos_app.wiring.courier as wiring_courier
import pos_app.wiring.lan as wiring_lan
import pos_app.wiring.till as wiring_till
import sync.client.pull as client_pull
import sync.server.engine.database as server_database
import sync.server.surface.app as server_app
from pos_app.domain.ids import MonotonicUuid7
from pos_app.gear.secrets import random_bytes
from pos_app.storage import till_file
from pos_app.storage.sentinel import Sentinel
from pos_app.wiring.instance import InstanceLock
from resources.words import Words
from tests.simulation.life import Life, LivingConnection, LivingDriver
from tests.sync.client.virtual import VirtualClock

LONG_POLL_LOOKS_S = 600.0


class Ids:
    """UUIDv7 of one process from virtual time and seeded bits."""

    def __init__(self, clock: VirtualClock, chance: random.Random) -> None:
        self._source = MonotonicUuid7(
            lambda: int(clock.now_utc().timestamp() * 1000), chance.getrandbits
        )

    def new_id(self) -> Any:
        return self._source.next()


class Here:
    """Which process runs now: whatever is opened or asked for belongs to it."""

    life: Life | None = None
    clock: VirtualClock | None = None
    chance: random.Random = random.Random(0)
    long_poll_ms: int = 25_000
    page_bytes: int = 1 << 20


HERE = Here()


@contextmanager
def inside(life: Life, clock: VirtualClock, chance: random.Random) -> Iterator[None]:
    """Synchronous work of that process."""
    before = (HERE.life, HERE.clock, HERE.chance)
    HERE.life, HERE.clock, HERE.chance = life, clock, chance
    try:
        yield
    finally:
        HERE.life, HERE.clock, HERE.chance = before


async def in_place(work: Callable[[], Any]) -> Any:
    """A thread would have its own time."""
    return work()


def _opened(original: Callable[..., Any]) -> Callable[..., Any]:
    def opened(*arguments: Any, **named: Any) -> Any:
        driver = original(*arguments, **named)
        if HERE.life is None:
            return driver
        HERE.life.held.append(driver)
        return LivingDriver(driver, HERE.life)

    return opened


class _Lock(InstanceLock):
    """The system frees the lock of a dead process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if HERE.life is not None:
            HERE.life.held.append(self._file)


class _Sentinel(Sentinel):
    """The system closes the files of a dead process, this one too."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if HERE.life is not None:
            HERE.life.held.append(self)


class _Chance:
    """`secrets` as the courier uses it."""

    @staticmethod
    def SystemRandom() -> random.Random:
        return HERE.chance


_WORDS: dict[Any, Words] = {}


def _words(language: str, zone: Any = None) -> Words:
    key = (language, str(zone))
    if key not in _WORDS:
        _WORDS[key] = Words(language, zone)
    return _WORDS[key]


_SHARED: dict[str, Any] = {}


def _engine(original: Callable[..., Any]) -> Callable[..., Any]:
    """The real engine on a connection that may die; statements stay compiled between servers."""

    def engine(path: Any, *more: Any, **named: Any) -> Any:
        made = original(path, *more, **named)
        life = HERE.life
        if life is None:
            return made

        def connecting(_dialect: Any, _record: Any, _args: Any, parameters: Any) -> None:
            parameters["factory"] = _living(life)

        event.listen(made, "do_connect", connecting)
        if "dialect" not in _SHARED:
            _SHARED["dialect"], _SHARED["compiled"] = made.dialect, made._compiled_cache
        made._compiled_cache = _SHARED["compiled"]
        made.dialect = made.pool._dialect = _SHARED["dialect"]
        return made

    return engine


def _living(life: Life) -> Callable[..., LivingConnection]:
    def factory(*arguments: Any, **named: Any) -> LivingConnection:
        connection = LivingConnection(*arguments, **named)
        connection.life = life
        return connection

    return factory


def _interrupted(original: Callable[..., Any]) -> Callable[..., Any]:
    """Others may run before and after every transaction of the server."""

    async def transaction(self: Any, work: Callable[[Any], Any]) -> Any:
        life = getattr(self, "life", None)
        if life is None:
            return await original(self, work)
        await asyncio.sleep(life.chance.random() * 0.002)
        life.point("transaction")
        done = await original(self, work)
        life.point("transacted")
        await asyncio.sleep(0)
        return done

    return transaction


def _database(original: Callable[..., Any]) -> Callable[..., Any]:
    def opened(*arguments: Any, **named: Any) -> Any:
        made = original(*arguments, **named)
        made.life = HERE.life
        return made

    return opened


def _bits(count: int) -> bytes:
    return HERE.chance.randbytes(count)


def _clock() -> Any:
    assert HERE.clock is not None
    return HERE.clock


def _ids() -> Ids:
    return Ids(_clock(), HERE.chance)


def replacements() -> list[tuple[Any, str, Any]]:
    """(module or class, name, what stands there during a run)."""
    surroundings, database = wiring_courier.Surroundings, server_database.SqliteDatabase
    bootstrap = wiring_courier.Bootstrap

    def around(*arguments: Any, **named: Any) -> Any:
        more = {"offload": in_place, "long_poll_ms": HERE.long_poll_ms}
        return surroundings(*arguments, **more | named)

    return [
        (storage_connect, "_open", _opened(storage_connect._open)),
        (till_file, "Sentinel", _Sentinel),
        (wiring_till, "SystemClock", _clock),
        (wiring_till, "Uuid7Source", _ids),
        (wiring_till, "Words", _words),
        (wiring_till, "InstanceLock", _Lock),
        (wiring_courier, "SystemClock", _clock),
        (wiring_courier, "Uuid7Source", _ids),
        (wiring_courier, "secrets", _Chance),
        (wiring_lan, "SystemClock", _clock),
        (wiring_lan, "Uuid7Source", _ids),
        (wiring_lan, "secrets", _Chance),
        (wiring_courier, "Surroundings", around),
        (wiring_courier, "Bootstrap", partial(bootstrap, offload=in_place)),
        (server_app, "LOOK_AGAIN_S", LONG_POLL_LOOKS_S),
        (server_app, "WAIT_MS_MAX", 3_600_000),
        (client_pull, "PAGE_BYTES", HERE.page_bytes),
        (server_database, "_sqlite_engine", _engine(server_database._sqlite_engine)),
        (database, "write", _interrupted(database.write)),
        (database, "read", _interrupted(database.read)),
        (server_database, "SqliteDatabase", _database(database)),
        *_randomness(),
        *_machines(),
    ]


def _randomness() -> list[tuple[Any, str, Any]]:
    """Every module of the product that draws bytes of its own."""
    return [
        (module, "random_bytes", _bits)
        for name, module in sorted(sys.modules.items())
        if name.startswith(("sync.", "pos_app.wiring."))
        and getattr(module, "random_bytes", None) is random_bytes
    ]


def _machines() -> list[tuple[Any, str, Any]]:
    def fingerprint() -> str:
        return HERE.life.machine if HERE.life is not None else ""

    return [
        (module, "fingerprint", fingerprint)
        for name, module in sorted(sys.modules.items())
        if name.startswith("pos_app.wiring.") and hasattr(module, "fingerprint")
    ]


@contextmanager
def installed() -> Iterator[None]:
    """During this the product runs in the simulation."""
    before = []
    for owner, name, new in replacements():
        before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, old in reversed(before):
            setattr(owner, name, old)
