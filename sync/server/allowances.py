"""Points promised to tills for spending offline. Never more than is available.

available = what the account can spend - what tills may still spend - holds; every grant is taken
from it under the bucket's lock. Source: loyalty.md 4; O'Neil's escrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.money import share_down
from sync.server import accounts
from sync.server.book import Book, Grant, Held
from sync.server.buckets import bucket_of
from sync.server.schema import member, setting, terminal
from sync.server.services import Services, micros

SETTING = "allowance.placement"
IDENTIFIED_LEASE = timedelta(hours=24)
MEMBERS_A_TRANSACTION = 500


class PlacementSetting(msgspec.Struct):
    """The owner's policy: which share of a member's points lies at the store's tills."""

    share_ppm: int = 700_000
    min_points: int = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """The policy with the terminals of every store."""

    policy: PlacementSetting = field(default_factory=PlacementSetting)
    store_of: Mapping[str, str] = field(default_factory=dict)

    def tills_beside(self, terminal_id: str) -> frozenset[str]:
        """The active terminals of the same store, this one included."""
        store = self.store_of.get(terminal_id)
        return frozenset(t for t, s in self.store_of.items() if store is not None and s == store)


def placement(connection: Connection) -> Placement:
    """The chain's policy and the active terminals."""
    value = connection.execute(
        sa.select(setting.c.value).where(setting.c.store == "", setting.c.name == SETTING)
    ).scalar_one_or_none()
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.store).where(terminal.c.state == "active")
    )
    policy = PlacementSetting()
    if value is not None:
        policy = msgspec.json.decode(value, type=PlacementSetting)
    return Placement(policy, {row.id: row.store for row in rows})


def free(book: Book, held: Held) -> int:
    """Points of a member that nobody holds."""
    return accounts.available(held.account, held.reserved, book.services.today())


def top_up(book: Book, held: Held, terminal_id: str, around: Placement) -> int:
    """Bring the terminal's placed grant up to its share; the points added.

    The store's tills share `share_ppm` of what is free or already lies with them.
    """
    tills = around.tills_beside(terminal_id)
    if not tills or held.member.blocked or not held.member.confirmed:
        return 0
    lying = {t: 0 for t in tills}
    for grant in book.grants_of(held.member.member_id):
        if grant.terminal in lying:
            lying[grant.terminal] += grant.left
    unpromised = max(0, free(book, held))
    whole = unpromised + sum(lying.values())
    target = share_down(whole, around.policy.share_ppm) // len(tills)
    more = min(unpromised, target - lying[terminal_id])
    if more < max(1, around.policy.min_points):
        return 0
    _grow(book, held, terminal_id, more)
    return more


def _grow(book: Book, held: Held, terminal_id: str, points: int) -> None:
    """A placed grant grows in place while nothing of it came back, so that grants stay few."""
    for grant in book.grants_of(held.member.member_id):
        if grant.terminal == terminal_id and grant.kind == "placed" and not grant.returned:
            book.reserve(held, replace(grant, granted=grant.granted + points))
            return
    new_id = book.services.ids.new_id()
    book.reserve(held, Grant(new_id, held.member.member_id, terminal_id, points))


def grant_now(
    connection: Connection, services: Services, terminal_id: str, wanted: Grant
) -> Grant | None:
    """The grant of that id, made now if it is not there; None for an unknown member.

    A known id answers what was granted then, whatever is asked now.
    """
    book = Book(connection, services, bucket_of(wanted.member))
    book.load([wanted.member])
    held = book.held.get(wanted.member)
    if held is None:
        return None
    known = book.grants.get(wanted.grant_id)
    if known is not None:
        return known if known.terminal == terminal_id else None
    may = 0 if held.member.blocked or not held.member.confirmed else max(0, free(book, held))
    points = min(max(0, wanted.granted), may)
    lease = micros(services.now() + IDENTIFIED_LEASE)
    made = replace(wanted, granted=points, terminal=terminal_id, lease_until=lease)
    book.reserve(held, made)
    book.flush()
    return made


def members_at_home(connection: Connection, store_id: str) -> dict[int, list[str]]:
    """Members of a home store by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(member.c.bucket, member.c.id)
        .where(member.c.home_store == store_id)
        .order_by(member.c.bucket, member.c.id)
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.id)
    return found


def place_in_bucket(
    connection: Connection, services: Services, bucket: int, members: list[str], store_id: str
) -> set[str]:
    """Top up every terminal of the store for these members; the terminals that got some."""
    around = placement(connection)
    tills = sorted(t for t, s in around.store_of.items() if s == store_id)
    book = Book(connection, services, bucket)
    book.load(members)
    for member_id in members:
        held: Any = book.held.get(member_id)
        for till in tills if held is not None else ():
            top_up(book, held, till, around)
    return book.flush()
