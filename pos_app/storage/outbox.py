"""What the courier needs of `till.db`: the outbox, grants, who we are. Never a network.

The courier is another process on the same file: every change here is one short transaction.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from pos_app.storage.driver import write
from pos_app.storage.grants import Grants
from pos_app.storage.places import place_of
from pos_app.storage.plain import from_us, identity_of, to_json, to_us
from pos_app.storage.texts import outbox as q
from pos_app.storage.till_file import GENESIS, Chain, TillFile
from pos_app.workstation.ports import TerminalIdentity

RETENTION_DAYS = 30


class OutboxEvent(NamedTuple):
    """One event as it is pushed: `body` and `hash` are the bytes that were recorded."""

    seq: int
    id: str
    kind: str
    v: int
    body: bytes
    hash: bytes


class Position(NamedTuple):
    """Where the chain stands. `acked` <= `head`; `safe_head` is part of a backup at the server."""

    incarnation: int
    head: int
    head_hash: bytes
    acked: int
    safe_head: int


class HeldGrant(NamedTuple):
    """A grant as this database has it, spent or not; `incarnation` 0: never to be spent here."""

    grant_id: str
    owner_id: str
    granted: int
    kind: str
    lease_until: datetime | None
    incarnation: int


def read_identity(till: TillFile) -> TerminalIdentity | None:
    """Who this till is, with the incarnation of now."""
    data = till.meta("identity")
    if data is None:
        return None
    return replace(identity_of(data), incarnation=till.chain().incarnation)


class Outbox(Grants):
    """Events to push, what the server answered about them, and the grants: one for the courier."""

    def position(self) -> Position:
        """Everything a push needs to know, read at once."""
        chain = self._till.chain()
        return Position(
            chain.incarnation, chain.head, chain.head_hash, chain.acked, chain.safe_head
        )

    def head(self) -> int:
        """The sequence number of the newest event; 0 for none."""
        return self._till.chain().head

    def batch(self, after_seq: int, max_events: int, max_bytes: int) -> list[OutboxEvent]:
        """Events of this incarnation after that one, in order; at least one if there is one."""
        base = place_of(self._till.chain().incarnation, 0)
        found: list[OutboxEvent] = []
        size = 0
        rows = q.BATCH.all(self._driver, after=base + after_seq, max_events=max_events)
        for place, event_id, kind, version, body, digest in rows:
            size += len(body)
            if found and size > max_bytes:
                break
            found.append(
                OutboxEvent(place - base, event_id, kind, version, bytes(body), bytes(digest))
            )
        return found

    def hash_at(self, seq: int) -> bytes | None:
        """The chain's hash after that event; 32 zero bytes at 0; None for what is not kept."""
        chain = self._till.chain()
        if seq == chain.pruned:
            return bytes(chain.pruned_hash)
        row = q.HASH.one(self._driver, at=place_of(chain.incarnation, seq))
        return None if row is None else bytes(row[0])

    def ack(self, head: int, safe_head: int) -> bool:
        """The server has everything up to `head`; an older answer changes nothing.

        False, and nothing changed, when the server is ahead of this database: it was rolled
        back, and a new incarnation is due.
        """
        chain = self._till.chain()
        if head > chain.head:
            return False
        if head > chain.acked or safe_head > chain.safe_head:
            with self._till.protected("ack") as chain:
                chain.acked = max(chain.acked, head)
                chain.safe_head = min(max(chain.safe_head, safe_head), chain.acked)
        return True

    def unack(self, head: int) -> None:
        """The server lost what is above `head`: send it again."""
        if head < self._till.chain().acked:
            with self._till.protected("unack") as chain:
                chain.acked = min(chain.acked, head)
                chain.safe_head = min(chain.safe_head, head)

    def retention(self, now: datetime, days: int = RETENTION_DAYS, max_events: int = 500) -> int:
        """Delete events that are acknowledged, safe at the server and older than `days`.

        Only from the old end, a few at a time; returns how many. Unsent events never go.
        """
        horizon = to_us(now - timedelta(days=days))
        with self._till.protected("retention") as chain:
            return self._prune(chain, horizon, max_events) + self._prune_history(
                chain, horizon, max_events
            )

    def _prune(self, chain: Chain, horizon: int, max_events: int) -> int:
        base = place_of(chain.incarnation, 0)
        row = q.KEEP_FROM.one(self._driver, after=base, horizon=horizon)
        young = row[0] - base if row and row[0] is not None else chain.head + 1
        up_to = min(young - 1, chain.acked, chain.safe_head, chain.pruned + max_events)
        if up_to <= chain.pruned:
            return 0
        kept = q.HASH.one(self._driver, at=base + up_to)
        for statement in q.PRUNE:
            statement.run(self._driver, above=base, up_to=base + up_to)
        q.ORPHAN_KEYS.run(self._driver)
        gone = up_to - chain.pruned
        chain.pruned, chain.pruned_hash = up_to, bytes(kept[0]) if kept else GENESIS
        return gone

    def _prune_history(self, chain: Chain, horizon: int, max_events: int) -> int:
        """Events of older incarnations were safe before their chain ended."""
        below = place_of(chain.incarnation, 0)
        rows = q.OLD_PLACES.all(self._driver, below=below, horizon=horizon, count=max_events)
        for (place,) in rows:
            for statement in q.PRUNE:
                statement.run(self._driver, above=place - 1, up_to=place)
        return len(rows)

    def forget_members(self, member_ids: Iterable[str]) -> None:
        """Members enrolled here whom the server has erased, or made one with others."""
        with write(self._driver):
            for member_id in member_ids:
                q.FORGET_MEMBER.run(self._driver, member=member_id)
            q.ORPHAN_KEYS.run(self._driver)

    def save_identity(self, identity: TerminalIdentity) -> None:
        """Enrolment succeeded. A chain that has begun keeps its incarnation."""
        with self._till.protected("enrol") as chain:
            q.SET_META.run(self._driver, k="identity", v=to_json(identity))
            if chain.head == 0:
                chain.incarnation = max(chain.incarnation, identity.incarnation)

    def identity(self) -> TerminalIdentity | None:
        """None before enrolment."""
        return read_identity(self._till)

    def get(self, name: str) -> bytes | None:
        """A small value of the courier: epoch, server key, requests under way."""
        return self._till.meta(name)

    def put(self, name: str, value: bytes) -> None:
        """Remember it, durably."""
        self._till.set_meta(name, value)

    def epoch(self) -> str:
        """The server's epoch as last heard; empty before."""
        return (self._till.meta("epoch") or b"").decode()

    def set_epoch(self, epoch: str) -> None:
        """The server named another epoch."""
        self._till.set_meta("epoch", epoch.encode())

    def reconciled_epoch(self) -> str:
        """The epoch in which the server was told which grants are held here; empty before."""
        return (self._till.meta("reconciled") or b"").decode()

    def set_reconciled_epoch(self, epoch: str) -> None:
        """The server knows them."""
        self._till.set_meta("reconciled", epoch.encode())

    def held_grants(self, after: str, count: int) -> list[HeldGrant]:
        """A page of the grants that were ever given to this database, by id."""
        rows = q.HELD.all(self._driver, after=after, count=count)
        return [
            HeldGrant(grant, owner, granted, kind, _instant(until), incarnation)
            for grant, owner, granted, kind, until, incarnation in rows
        ]

    def lost(self) -> str:
        """What a salvage could not read, until the server was told; `<incarnation>:<seq>-<seq>`."""
        return (self._till.meta("lost") or b"").decode()

    def told_lost(self) -> None:
        """The server has it."""
        if self.lost():
            self._till.set_meta("lost", b"")

    def mirror_generation(self) -> int:
        """Which mirror file is the current one; 0 before the first."""
        return int(self._till.meta("mirror_generation") or b"0")

    def set_mirror_generation(self, generation: int) -> None:
        """Flip to a mirror file that is complete and on the disk."""
        self._till.set_meta("mirror_generation", str(generation).encode())

    def sentinel_mismatch(self) -> bool:
        """See `TillFile.sentinel_mismatch`."""
        return self._till.sentinel_mismatch()

    def new_incarnation(self, above: int = 0, whole: bool = False) -> int:
        """See `TillFile.new_incarnation`."""
        return self._till.new_incarnation(above, whole)


def _instant(at_us: int | None) -> datetime | None:
    return None if at_us is None else from_us(at_us)
