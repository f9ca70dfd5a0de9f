"""What an account took before it became another: lots of redemptions, for returns after a merge.

The lines stay where they were written; what is left of their takes is remembered with the new
account. Never changes a line of an account that is gone.
"""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.ids import derived_id
from pos_app.domain.loyalty.ledger import EntryKind, PointsEntry, Take
from pos_app.domain.loyalty.lots import RESTORED_LOT_DAYS
from sync.server.books import accounts
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import effect, ledger, member_redirect

NAME = "former_takes"
HOPS_MAX = 16


def takes_of(connection: Connection, member_id: str, entry_id: str) -> tuple[Take, ...]:
    """What that entry of an account which this member had before took; () if there is none."""
    former = _former_ids(connection, member_id)
    if not former:
        return ()
    left = connection.execute(
        sa.select(effect.c.result).where(
            bulk.among(connection, effect.c.bucket, map(bucket_of, {member_id, *former})),
            effect.c.event == entry_id,
            effect.c.name == NAME,
        )
    )
    # A return may have come to each of the accounts that were one after another: the last one
    # left the least.
    known = [accounts.takes_from_text(text) for text in left.scalars()]
    if known:
        return min(known, key=lambda takes: sum(take.points for take in takes))
    text = connection.execute(
        sa.select(ledger.c.takes).where(
            bulk.among(connection, ledger.c.bucket, map(bucket_of, former)),
            ledger.c.id == entry_id,
            bulk.among(connection, ledger.c.member, former),
        )
    ).scalar_one_or_none()
    return accounts.takes_from_text(text) if text is not None else ()


def _former_ids(connection: Connection, member_id: str) -> set[str]:
    found: set[str] = set()
    newest = {member_id}
    for _hop in range(HOPS_MAX):
        rows = connection.execute(
            sa.select(member_redirect.c.old).where(
                bulk.among(connection, member_redirect.c.new, newest)
            )
        )
        newest = set(rows.scalars()) - found
        if not newest:
            break
        found |= newest
    return found


def left_row(member_id: str, entry_id: str, left: tuple[Take, ...]) -> dict[str, object]:
    """What is still taken, as it is remembered."""
    return {
        "bucket": bucket_of(member_id),
        "event": entry_id,
        "name": NAME,
        "result": accounts.takes_text(left),
    }


def pieces(
    entry: PointsEntry, takes: tuple[Take, ...]
) -> tuple[list[PointsEntry], tuple[Take, ...]]:
    """Redeemed points go back to the lots they came from, the last taken first, each by an entry
    that says so: the account's history is whole without the other one. Also what is still taken.

    What no lot had given comes back as the entry itself would.
    """
    rest = entry.points
    found: list[PointsEntry] = []
    left: list[Take] = []
    for take in reversed(takes):
        part = min(rest, take.points)
        rest -= part
        if part:
            found.append(_piece(entry, replace(take, points=part), first=not found))
        if take.points > part:
            left.append(replace(take, points=take.points - part))
    if rest:
        whole = replace(entry, points=rest, kind=EntryKind.TRANSFER)
        found.append(replace(whole, entry_id=_id(entry, "rest")) if found else whole)
    return found, tuple(reversed(left))


def _piece(entry: PointsEntry, take: Take, *, first: bool) -> PointsEntry:
    on = entry.business_on
    lives = take.expires_on is None or take.expires_on >= on
    return replace(
        entry,
        entry_id=entry.entry_id if first else _id(entry, take.lot_id),
        kind=EntryKind.TRANSFER,
        points=take.points,
        lot_id=take.lot_id if lives else None,
        available_on=take.available_on if lives else on,
        expires_on=take.expires_on if lives else on + timedelta(days=RESTORED_LOT_DAYS),
    )


def _id(entry: PointsEntry, name: str) -> str:
    return derived_id(f"{entry.entry_id}\nback\n{name}")


def same_fact(known: PointsEntry, entry: PointsEntry) -> bool:
    """Whether a posted entry is this one, or the first piece of it."""
    piece = known.kind is EntryKind.TRANSFER and entry.kind is EntryKind.REVERSE
    return known == entry or (piece and known.reverses == entry.reverses is not None)
