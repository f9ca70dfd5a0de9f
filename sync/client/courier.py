"""The courier: pushes, pulls, fetches a mirror, asks for allowances, and tells how it goes.

Never blocks on one of these for another, and never decides what a sale may do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import json

from pos_app.domain.ports import Clock
from sync.client import bearers
from sync.client.allowances import Allowances
from sync.client.backoff import Backoff
from sync.client.bootstrap import Bootstrap, NoSnapshot
from sync.client.connection import Connection
from sync.client.errors import Lost, MemoryFailed, Trouble
from sync.client.gathering import Offload
from sync.client.identify import Identify
from sync.client.lan import Lan
from sync.client.life import Life
from sync.client.link import Link
from sync.client.loop import Loop, Sleep
from sync.client.office import Office
from sync.client.ports import Grants, Lives, MirrorFile, MirrorFiles, Outbox, enrolled
from sync.client.pull import Pull, Pulled, SnapshotNeeded
from sync.client.push import Push
from sync.wire.messages import (
    ReportReply,
    ReportRequest,
    SettlementReply,
    SettlementRequest,
)
from sync.wire.version import CURRENT

T = TypeVar("T")
PUSH_EVERY_S = 30.0
LONG_POLL_MS = 25_000
PAUSE_S = 5.0
SNAPSHOT_TRIES = 3
Tell = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What wiring builds. All share one connection."""

    connection: Connection
    outbox: Outbox
    grants: Grants
    lives: Lives
    files: MirrorFiles
    push: Push
    bootstrap: Bootstrap
    allowances: Allowances
    link: Link
    lan: Lan | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time, chance and the exceptions by which the till's files say that they cannot."""

    clock: Clock
    random: Callable[[], float]
    sleep: Sleep = asyncio.sleep
    memory_errors: tuple[type[Exception], ...] = (OSError,)
    long_poll_ms: int = LONG_POLL_MS
    offload: Offload = asyncio.to_thread


class Courier:
    """`run` for ever; requests may come at any time beside it."""

    def __init__(self, parts: Parts, around: Surroundings) -> None:
        self._parts = parts
        self._around = around
        self._mirror: MirrorFile | None = None
        self._pull = Pull(parts.connection, parts.outbox, parts.grants)
        self._tell: Tell = lambda _event: None
        self._told: dict[str, Any] = {}
        self._pulled_untold = Pulled()
        now = around.clock.now_utc
        self._life = Life(parts.push, self._pull, parts.outbox, parts.grants, parts.lives, now)
        self._identification = Identify(parts.allowances, parts.link)
        self._office = Office(parts.connection, parts.outbox, parts.files, around.offload)
        self._join_lan()
        self._spoilt = 0
        self._unverified: list[str] = []
        parts.connection.on_contact = parts.link.contact
        parts.connection.on_server_time = parts.link.told_time
        parts.link.on_change = self._changed
        self._pushing = self._loop(self._push_pass, self._push_idle)
        self._pulling = self._loop(self._pull_pass, self._pull_idle)

    def _join_lan(self) -> None:
        lan = self._identification.lan = self._parts.lan
        if lan is not None:
            lan.on_change, lan.on_moved = self._changed, self.nudge
            lan.online = lambda: self._parts.link.online

    def _loop(self, work: Callable[[], Awaitable[T]], idle: Callable[[], Any]) -> Loop[T]:
        backoff = Backoff(self._around.random)
        return Loop(work, idle=idle, backoff=backoff, sleep=self._around.sleep)

    async def run(self, tell: Tell) -> None:
        """Both loops until cancelled. `tell` hears `{"event": "status", ...}` when it changes."""
        self._tell = tell
        self._parts.files.sweep()
        self._changed()
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._pushing.run())
                loops.create_task(self._pulling.run())
                if self._parts.lan is not None:
                    loops.create_task(self._parts.lan.run())
        finally:
            self._close_mirror()

    # --- requests of the front end ------------------------------------------------------------

    async def answer(self, do: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to one request, or Trouble. ValueError for a request that is none.

        `sync` {wait}: {sent, pulled, parked, unsent, mirror_as_of, online}. `identify` {kind, key,
        want_points}: {member, allowance}, each a row or None; `moved`: points that came from other
        tills of the store. `settlement` {business_on}: the
        server's SettlementReply and `unsent`. `report` {store, since, until, language}: the
        server's ReportReply. `link` {online}: takes the network away or back.
        `take_over`: this machine goes on in the place of its double; {incarnation}. What a
        manager asks: see `Office.verbs`.
        """
        verbs: dict[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]] = {
            "sync": self._sync,
            "identify": self._identify,
            "settlement": self._settlement,
            "report": self._report,
            "link": self._switch,
            "nudge": self._nudge,
            "take_over": self._take_over,
            "status": self._status,
            **self._office.verbs(),
        }
        if do not in verbs:
            raise ValueError(f"unknown request {do!r}")
        return await self._guarded(verbs[do](fields))

    def nudge(self) -> None:
        """There is something new to push."""
        self._pushing.nudge()

    async def _take_over(self, _fields: Mapping[str, Any]) -> dict[str, Any]:
        """A person has said that this machine goes on, whoever else thinks so."""
        incarnation = self._life.take_over()
        self._pushing.hurry()
        return {"incarnation": incarnation}

    async def _nudge(self, _fields: Mapping[str, Any]) -> dict[str, Any]:
        self.nudge()
        return {}

    async def _status(self, _fields: Mapping[str, Any]) -> dict[str, Any]:
        return self.status()

    async def _sync(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if not fields.get("wait", True):
            self._pushing.hurry()
            self._pulling.hurry()
            return self._after(0, Pulled())
        sent = await self._pushing.ask()
        pulled = await self._pulling.ask()
        return self._after(sent, pulled)

    def _after(self, sent: int, pulled: Pulled) -> dict[str, Any]:
        status = self.status()
        keys = ("unsent", "mirror_as_of", "online")
        return {"sent": sent, "pulled": pulled.rows, "parked": pulled.parked} | {
            key: status[key] for key in keys
        }

    async def _identify(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        kind, key = str(fields["kind"]), str(fields["key"])
        if kind in bearers.KINDS:
            parts = self._parts
            about = (parts.connection, parts.outbox, parts.allowances)
            return await bearers.identify(*about, fields, self._open_mirror(), parts.lan)
        points = int(fields.get("want_points", 0))
        return await self._identification.member(kind, key, points, self._open_mirror())

    async def _settlement(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        terminal = enrolled(self._parts.outbox).terminal_id
        request = SettlementRequest(CURRENT, terminal, str(fields["business_on"]))
        reply = await self._parts.connection.call("settlement", request, SettlementReply)
        unsent = self._unsent()
        return {**json.decode(json.encode(reply)), "unsent": unsent}

    async def _report(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        terminal = enrolled(self._parts.outbox).terminal_id
        told = (str(fields[name]) for name in ("store", "since", "until", "language"))
        request = ReportRequest(CURRENT, terminal, *told)
        reply = await self._parts.connection.call("report", request, ReportReply)
        return dict(json.decode(json.encode(reply)))

    async def _switch(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        online = bool(fields["online"])
        self._parts.connection.allowed = online
        if not online:
            self._parts.link.contact(False)
        self._pushing.hurry()
        self._pulling.hurry()
        return {"online": online}

    # --- the loops ----------------------------------------------------------------------------

    async def _push_pass(self) -> int:
        return await self._watched("push", self._push_and_settle())

    async def _push_and_settle(self) -> int:
        sent, told = await self._life.push()
        if told:
            self._pulling.hurry()
        await self._parts.allowances.settle()
        return sent

    async def _push_idle(self) -> bool:
        await self._around.sleep(PUSH_EVERY_S)
        return self._unsent() > 0

    async def _pull_pass(self) -> Pulled:
        announced = self._life.announced()
        pulled = self._count(await self._watched("pull", self._pull_intact()))
        if self._life.after_pull(announced):
            self._pushing.nudge()
        return pulled

    async def _pull_intact(self) -> Pulled:
        """A damaged mirror is replaced, not mourned: it holds nothing that is only here."""
        try:
            return await self._pull_or_fetch()
        except self._around.memory_errors:
            self._close_mirror()
            path = self._parts.files.current()
            if await self._around.offload(lambda: self._parts.files.intact(path)):
                raise
        await self._fetch_mirror()
        return await self._pull.run(self._must_open())

    async def _pull_idle(self) -> bool:
        """Listen: the server answers when there is something, or when the time is over."""
        mirror = self._mirror
        if mirror is None:
            return True
        wait_ms = self._around.long_poll_ms
        began = self._around.clock.monotonic_ms()
        try:
            pulled = await self._watched("pull", self._listen(mirror, wait_ms))
        except SnapshotNeeded:
            return True
        self._count(pulled)
        if self._life.has_to_tell():
            self._pushing.nudge()
        if not pulled.rows and self._around.clock.monotonic_ms() - began < wait_ms // 2:
            # A server (or something between) that does not wait: then we do.
            await self._around.sleep(PAUSE_S * (0.5 + self._around.random()))
        return False

    async def _listen(self, mirror: MirrorFile, wait_ms: int) -> Pulled:
        """One long poll; in the quiet after it, one scope after the other is counted again."""
        pulled = await self._pull.run(mirror, wait_ms)
        if pulled.rows:
            return pulled
        if not self._unverified:
            self._unverified = sorted(mirror.cursor(), reverse=True)
        if self._unverified:
            return await self._pull.verify(mirror, self._unverified.pop())
        return pulled

    async def _pull_or_fetch(self) -> Pulled:
        enrolled(self._parts.outbox)
        mirror = self._open_mirror()
        if mirror is not None:
            try:
                return await self._pull.run(mirror)
            except SnapshotNeeded:
                pass
        await self._fetch_mirror()
        try:
            return await self._pull.run(self._must_open())
        except SnapshotNeeded:
            # The snapshot is itself too old, or of a former epoch.
            await self._refill()
            return await self._pull.run(self._must_open())

    async def _fetch_mirror(self) -> None:
        """A snapshot; the feed where there is none, or where something on the way spoils files."""
        try:
            await self._parts.bootstrap.run()
        except NoSnapshot:
            await self._refill()
        except Lost:
            self._spoilt += 1
            if self._spoilt % SNAPSHOT_TRIES:
                raise
            await self._refill()
        else:
            self._spoilt = 0
            self._close_mirror()

    async def _refill(self) -> None:
        """A new generation from the feed; the old one is read until this one is whole."""
        path = self._parts.files.next_path()
        fresh = self._parts.files.create(path)
        try:
            await self._pull.run(fresh)
        except SnapshotNeeded as needed:
            raise Lost(f"no snapshot, and the feed asks for one: {needed}") from needed
        finally:
            fresh.close()
        self._parts.files.flip(path)
        self._close_mirror()

    # --- common -------------------------------------------------------------------------------

    async def _watched(self, loop: str, work: Awaitable[T]) -> T:
        try:
            result = await self._guarded(work)
        except Trouble as trouble:
            self._parts.link.failed(loop, trouble)
            raise
        self._parts.link.worked(loop)
        return result

    async def _guarded(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except self._around.memory_errors as error:
            raise MemoryFailed(f"{type(error).__name__}: {error}") from error

    def _unsent(self) -> int:
        position = self._parts.outbox.position()
        return position.head - position.acked

    def _open_mirror(self) -> MirrorFile | None:
        if self._mirror is None:
            self._mirror = self._parts.files.open()
        return self._mirror

    def _must_open(self) -> MirrorFile:
        mirror = self._open_mirror()
        if mirror is None:
            raise MemoryFailed("the new mirror does not open")
        return mirror

    def _close_mirror(self) -> None:
        if self._mirror is not None:
            self._mirror.close()
            self._mirror = None

    def _count(self, pulled: Pulled) -> Pulled:
        self._pulled_untold.rows += pulled.rows
        self._pulled_untold.parked += pulled.parked
        self._changed()
        return pulled

    def status(self) -> dict[str, Any]:
        """What the front end shows; instants ISO 8601 UTC, `trouble` a stable code or None.

        An event adds what came since the last one: `pulled` rows, `parked` events of our own.
        """
        link = self._parts.link
        return {
            "online": link.online,
            "since": link.since.isoformat(),
            "unsent": self._unsent(),
            "mirror_as_of": (self._mirror.as_of() or None) if self._mirror else None,
            "trouble": link.trouble(),
            "fenced_by": link.fenced_by,
            "skew_ms": link.skew_ms,
            "peers": self._parts.lan.reached() if self._parts.lan else 0,
        }

    def _changed(self) -> None:
        status, pulled = self.status(), self._pulled_untold
        if status == self._told and not pulled.rows:
            return
        self._told, self._pulled_untold = status, Pulled()
        counts = {"pulled": pulled.rows, "parked": pulled.parked}
        self._tell({"event": "status", **status, **counts})
