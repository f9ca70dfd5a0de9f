"""Where an event was applied before its member became another. Never a second place for it.

A batch is planned again when the server died before its end, when a person posts it again, and
when a till tells a receipt under another name. By then a merge may have led its member to another
bucket, where no mark of it lies. Only members who have moved, and receipts with a code alone, cost
a question here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.books.merging import trails
from sync.server.engine import bulk
from sync.server.engine.buckets import BUCKETS, bucket_of
from sync.server.engine.schema import effect, ledger, sale

Mark = tuple[int, str, str]
Trails = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one event may have left: its own id or other marks, its receipt, its entries."""

    members: frozenset[str]
    marks: tuple[str, ...]
    receipt: str = ""
    buyer: str = ""
    guest: bool = False
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Homes:
    """`trails`: a member and what became of it, hop by hop; the last is who it is now.
    `receipts`: receipt -> whom it lies with, of those that were asked for."""

    trails: Trails
    marks: set[Mark] = field(default_factory=set)
    receipts: Mapping[str, str] = field(default_factory=dict)
    lines: set[tuple[int, str]] = field(default_factory=set)

    def now(self, member_id: str) -> str:
        """Who it is now."""
        return self.trails[member_id][-1]

    def of_part(self, member_id: str, name: str, mark: str) -> str:
        """Who the member was when that part was applied; who it is now, where it was not."""
        return self._where(member_id, name, lambda _was: mark)

    def _where(self, member_id: str, name: str, mark: Callable[[str], str]) -> str:
        """`mark`: what the part is remembered by, told who it was of."""
        for former in self.trails[member_id][:-1]:
            if (bucket_of(former), mark(former), name) in self.marks:
                return former
        return self.now(member_id)

    def of_entry(self, event: str, entry: tuple[str, str], home: str) -> str:
        """Whose part an entry (member, id) of somebody else than the buyer belongs to.

        `home` is whom the receipt lies with: its buyer and the other may have been one already.
        """
        member_id, entry_id = entry
        found = self._where(member_id, "points", lambda was: points_mark(event, was))
        together = home in self.trails[member_id][:-1]
        if found == self.now(member_id) and together and (bucket_of(home), entry_id) in self.lines:
            return home
        return found


def points_mark(event: str, owner: str) -> str:
    """Two other members than the buyer may live in one bucket: each has a part of their own."""
    return f"{event} {owner}"


def homes(connection: Connection, paths: Trails, asked: Iterable[Asked]) -> Homes:
    """What events left where their members were before; nothing is read where nobody moved."""
    moved = {member for member, path in paths.items() if len(path) > 1}
    wanted = [one for one in asked if one.guest or one.members & moved]
    if not wanted:
        return Homes(paths)
    receipts = _receipts(connection, paths, wanted)
    return Homes(
        paths, _marks(connection, paths, wanted), receipts, _lines(connection, wanted, receipts)
    )


def home_of(connection: Connection, member_id: str, name: str, event: str) -> str:
    """The same for the one part of an event that stands alone."""
    one = Asked(frozenset({member_id}), (event,))
    found = homes(connection, trails(connection, {member_id}), [one])
    return found.of_part(member_id, name, event)


def _marks(connection: Connection, paths: Trails, asked: Sequence[Asked]) -> set[Mark]:
    places = {
        (bucket_of(former), mark)
        for one in asked
        for member in one.members
        for former in paths[member][:-1]
        for mark in (*one.marks, *(points_mark(event, former) for event in one.marks))
    }
    rows = bulk.matching(connection, effect, ("bucket", "event"), places)
    return {(row.bucket, row.event, row.name) for row in rows}


def _receipts(connection: Connection, paths: Trails, asked: Sequence[Asked]) -> dict[str, str]:
    """The owner of a code may have been anybody, or nobody: such a receipt may lie anywhere."""
    guests = {one.receipt for one in asked if one.guest}
    places = {
        (bucket_of(former), one.receipt)
        for one in asked
        if one.buyer
        for former in paths[one.buyer][:-1]
    }
    rows = [*bulk.matching(connection, sale, ("bucket", "id"), places)]
    return {row.id: row.member for row in (*rows, *anywhere(connection, guests))}


def anywhere(connection: Connection, receipts: Collection[str]) -> Sequence[Any]:
    """The rows (id, member, business_on) of these receipts, whichever bucket they lie in."""
    if not receipts:
        return ()
    return connection.execute(
        sa.select(sale.c.id, sale.c.member, sale.c.business_on).where(
            bulk.among(connection, sale.c.bucket, range(BUCKETS)),
            bulk.among(connection, sale.c.id, receipts),
        )
    ).all()


def _lines(
    connection: Connection, asked: Sequence[Asked], receipts: Mapping[str, str]
) -> set[tuple[int, str]]:
    places = {
        (bucket_of(receipts[one.receipt]), entry)
        for one in asked
        if one.receipt in receipts
        for entry in one.entries
    }
    rows = bulk.matching(connection, ledger, ("bucket", "id"), places)
    return {(row.bucket, row.id) for row in rows}
