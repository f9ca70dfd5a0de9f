"""Parts of events become rows: of one bucket, or of many buckets in one transaction.

Never applies a part twice: what was applied before is remembered by (bucket, mark, name).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from sync.server.books.book import Book
from sync.server.books.desk import SharedDesk
from sync.server.engine import bulk
from sync.server.engine.schema import account, allowance, effect, ledger, member
from sync.server.engine.services import Services
from sync.server.poster.effects import Part, Surroundings, apply_part, ids_needed
from sync.server.poster.outcomes import TWICE, sale_row, store_sales
from sync.server.poster.twins import twins
from sync.server.poster.velocity import watch
from sync.server.rights.placing import placement
from sync.server.settings.tiering import program_in_force, tiering_in_force
from sync.wire.codec import canonical

PARTS_A_TRANSACTION = 200
ByBucket = Mapping[int, Sequence[Part]]
Applied = dict[tuple[int, str, str], list[str]]
"""(bucket, mark, name) -> kinds of conflicts."""


def surroundings(connection: Connection, services: Services) -> Surroundings:
    """The rules in force, read once for a group of events."""
    now = services.now()
    return Surroundings(
        tiering_in_force(connection, now),
        placement(connection, services),
        program_in_force(connection, now),
    )


def in_transactions(parts: ByBucket, most: int = PARTS_A_TRANSACTION) -> Iterator[ByBucket]:
    """Whole buckets in their order, until they are enough for one transaction."""
    some: dict[int, Sequence[Part]] = {}
    for bucket in sorted(parts):
        some[bucket] = parts[bucket]
        if sum(map(len, some.values())) >= min(most, PARTS_A_TRANSACTION):
            yield some
            some = {}
    if some:
        yield some


def post_parts(
    connection: Connection,
    services: Services,
    bucket: int,
    parts: Sequence[Part],
    around: Surroundings | None = None,
) -> dict[str, list[str]]:
    """Apply the parts of one bucket that were not applied; the kinds of conflicts by event."""
    return post_many(connection, services, {bucket: parts}, around)


def post_many(
    connection: Connection,
    services: Services,
    parts: ByBucket,
    around: Surroundings | None = None,
    desk: SharedDesk | None = None,
) -> dict[str, list[str]]:
    """The same for many buckets, with as many statements as for one. A desk that is given has
    locked these buckets and is flushed with what lies on it."""
    desk = desk or SharedDesk(connection, parts)
    found = _applied(connection, parts)
    again = twins(connection, parts, found)
    for bucket, some in parts.items():
        for part in some:
            if part.event in again:
                found[bucket, part.mark, part.name] = [TWICE] if part.name == "sale" else []
    fresh = {bucket: _fresh(bucket, some, found) for bucket, some in parts.items()}
    _prefetch(desk, fresh)
    around = around or surroundings(connection, services)
    books = []
    for bucket, some in fresh.items():
        book = Book(connection, services, bucket, desk=desk)
        book.load(*ids_needed(some))
        for part in some:
            kinds = [c.kind for c in apply_part(book, part, around)]
            found[bucket, part.mark, part.name] = kinds
        books.append(book)
    _remember(connection, fresh, found)
    watch(connection, services, fresh)
    for book in books:
        book.flush()
    desk.flush(services.now_us())
    return _by_event(parts, found)


def _fresh(bucket: int, parts: Sequence[Part], found: Applied) -> list[Part]:
    """Each part once; without those that a crash interrupted after their commit."""
    new = {(p.mark, p.name): p for p in parts if (bucket, p.mark, p.name) not in found}
    return list(new.values())


def _prefetch(desk: SharedDesk, fresh: ByBucket) -> None:
    owners, lines = [], []
    for bucket, parts in fresh.items():
        members, entries = ids_needed(parts)
        owners += [(bucket, one) for one in members]
        lines += [(bucket, one) for one in entries]
    desk.prefetch(account, "member", owners)
    desk.prefetch(member, "id", owners)
    desk.prefetch(allowance, "member", owners)
    desk.prefetch(ledger, "id", lines)


def _applied(connection: Connection, parts: ByBucket) -> Applied:
    """Of these parts alone: an account that the same event emptied in this bucket has left a
    mark too, with what it held."""
    asked = [(bucket, p.mark, p.name) for bucket, some in parts.items() for p in some]
    rows = bulk.matching(connection, effect, ("bucket", "event"), [place[:2] for place in asked])
    found = {(row.bucket, row.event, row.name): row.result for row in rows}
    return {
        place: msgspec.json.decode(found[place], type=list[str])
        for place in asked
        if place in found
    }


def _remember(connection: Connection, fresh: ByBucket, found: Applied) -> None:
    """What was applied, and the receipts as they are."""
    sales = [
        ((bucket, part.mark, part.name), _sale_row(bucket, part))
        for bucket, parts in fresh.items()
        for part in parts
        if part.name == "sale"
    ]
    for key in store_sales(connection, sales):
        found[key] = [*found[key], TWICE]
    marks = [
        {"bucket": bucket, "event": part.mark, "name": part.name,
         "result": canonical(found[bucket, part.mark, part.name]).decode()}
        for bucket, parts in fresh.items()
        for part in parts
    ]  # fmt: skip
    bulk.insert(connection, effect, marks)


def _by_event(parts: ByBucket, found: Applied) -> dict[str, list[str]]:
    by_event: dict[str, list[str]] = {}
    for bucket, some in parts.items():
        for part in some:
            kinds = found.get((bucket, part.mark, part.name), ())
            by_event.setdefault(part.event, []).extend(kinds)
    return by_event


def _sale_row(bucket: int, part: Part) -> dict[str, Any]:
    return sale_row(bucket, part.document, part.member, part.text)
