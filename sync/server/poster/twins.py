"""One receipt that came under two ids of events. Never applied a second time.

A receipt is there and this event has not brought it: then another one has.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from pos_app.domain.events import TransactionCompleted
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import effect, sale
from sync.server.poster.effects import Part

Place = tuple[int, str]


def twins(
    connection: Connection,
    parts: Mapping[int, Sequence[Part]],
    applied: Mapping[tuple[int, str, str], object],
) -> set[str]:
    """Events whose receipt another event has brought, in the database or before them here."""
    places: dict[str, Place] = {}
    own: set[str] = set()
    for bucket, part in _of_receipts(parts):
        lies_in = bucket if part.name == "sale" else bucket_of(part.home or part.terminal)
        places[part.event] = (lies_in, part.document.transaction_id)
        if (bucket, part.mark, part.name) in applied:
            own.add(part.event)
    rows = bulk.matching(connection, sale, ("bucket", "id"), set(places.values()))
    there = {(row.bucket, row.id) for row in rows}
    own |= _brought(connection, {e: p for e, p in places.items() if p in there and e not in own})
    there |= {places[event] for event in own}
    found: set[str] = set()
    for event, place in places.items():
        if event in own:
            continue
        if place in there:
            found.add(event)
        there.add(place)
    return found


def _brought(connection: Connection, places: Mapping[str, Place]) -> set[str]:
    """Events that have brought their receipt themselves, in a transaction before this one."""
    asked = {(bucket, event) for event, (bucket, _receipt) in places.items()}
    rows = bulk.matching(connection, effect, ("bucket", "event"), asked)
    return {row.event for row in rows if row.name == "sale"}


def _of_receipts(parts: Mapping[int, Sequence[Part]]) -> Iterator[tuple[int, Part]]:
    for bucket, some in parts.items():
        for part in some:
            if isinstance(part.fact, TransactionCompleted):
                yield bucket, part
