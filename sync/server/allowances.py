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
from sync.server import accounts, bearers
from sync.server.book import Book, Grant, Held
from sync.server.buckets import bucket_of
from sync.server.schema import allowance, member, setting, terminal
from sync.server.services import Services, micros

SETTING = "allowance.placement"
IDENTIFIED_LEASE = timedelta(hours=24)
MEMBERS_A_TRANSACTION = 500


class PlacementSetting(msgspec.Struct):
    """The owner's policy: which share of a member's points lies at the store's tills."""

    share_ppm: int = 500_000
    min_points: int = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """The policy with the terminals of every store."""

    policy: PlacementSetting = field(default_factory=PlacementSetting)
    store_of: Mapping[str, str] = field(default_factory=dict)
    incarnation_of: Mapping[str, int] = field(default_factory=dict)

    def tills_beside(self, terminal_id: str) -> frozenset[str]:
        """The active terminals of the same store, this one included."""
        store = self.store_of.get(terminal_id)
        return frozenset(t for t, s in self.store_of.items() if store is not None and s == store)


def placement(connection: Connection) -> Placement:
    """The chain's policy and the terminals that can take grants.

    One whose restored database has not announced itself yet would not spend them.
    """
    value = connection.execute(
        sa.select(setting.c.value).where(setting.c.store == "", setting.c.name == SETTING)
    ).scalar_one_or_none()
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.store, terminal.c.incarnation).where(
            terminal.c.state == "active", terminal.c.voided == terminal.c.incarnation
        )
    ).all()
    policy = PlacementSetting()
    if value is not None:
        policy = msgspec.json.decode(value, type=PlacementSetting)
    return Placement(
        policy, {row.id: row.store for row in rows}, {row.id: row.incarnation for row in rows}
    )


def free(book: Book, held: Held) -> int:
    """Points of a member that nobody holds; money of a gift card, uses of a coupon."""
    if held.bearer is not None:
        return held.bearer.free(held.reserved)
    return accounts.available(held.account, held.reserved, book.services.today())


def top_up(book: Book, held: Held, terminal_id: str, around: Placement) -> int:
    """Bring the terminal's placed grant up to its share; the points added.

    The store's tills share `share_ppm` of what is free or already lies with them, and never hold
    more than that together: the rest stays for whichever till identifies the member on-line.
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
    share = share_down(whole, around.policy.share_ppm)
    placed = sum(lying.values())
    more = min(unpromised, share // len(tills) - lying[terminal_id], share - placed)
    if more < max(1, around.policy.min_points):
        return 0
    _grow(book, held, Grant("", held.member.member_id, terminal_id, more), around)
    return more


def _grow(book: Book, held: Held, more: Grant, around: Placement) -> None:
    """A placed grant grows in place while nothing of it came back, so that grants stay few."""
    incarnation = around.incarnation_of[more.terminal]
    for grant in book.grants_of(more.member):
        same = (grant.terminal, grant.kind, grant.incarnation, grant.returned)
        if same == (more.terminal, "placed", incarnation, 0):
            book.reserve(held, replace(grant, granted=grant.granted + more.granted))
            return
    new_id = book.services.ids.new_id()
    book.reserve(held, replace(more, grant_id=new_id, incarnation=incarnation))


def grant_now(connection: Connection, services: Services, wanted: Grant) -> Grant | None:
    """The grant of that id, made now if it is not there; None for an unknown member.

    A known id answers what was granted then, whatever is asked now.
    """
    book = Book(connection, services, bucket_of(wanted.member))
    book.load([wanted.member])
    held = book.held.get(wanted.member)
    if held is None and (one := bearers.unheard(connection, services, wanted.member)):
        held = book.bear(one)
    if held is None:
        return None
    known = book.grants.get(wanted.grant_id)
    if known is not None:
        return known if known.terminal == wanted.terminal else None
    may = 0 if held.member.blocked or not held.member.confirmed else max(0, free(book, held))
    points = min(max(0, wanted.granted), may)
    lease = micros(services.now() + IDENTIFIED_LEASE)
    made = replace(wanted, granted=points, lease_until=lease)
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


def terminals_to_void(connection: Connection) -> list[tuple[str, int]]:
    """(terminal, incarnation) of restored tills that have sent all they had and said so."""
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.incarnation).where(
            terminal.c.announced > terminal.c.voided,
            terminal.c.announced == terminal.c.incarnation,
            terminal.c.posted_seq == terminal.c.head,
        )
    )
    return [(row.id, row.incarnation) for row in rows]


def former_grants(
    connection: Connection, terminal_id: str, incarnation: int
) -> dict[int, list[str]]:
    """Members with grants of earlier incarnations, by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(allowance.c.bucket, allowance.c.member)
        .where(allowance.c.terminal == terminal_id, allowance.c.incarnation < incarnation)
        .distinct()
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.member)
    return found


def void_in_bucket(
    connection: Connection, services: Services, bucket: int, members: list[str], till: Grant
) -> None:
    """Give back what is left of grants of incarnations before `till.incarnation`.

    Only after every spend that survived has been posted: a grant voided earlier would let another
    till spend what this one has already spent.
    """
    book = Book(connection, services, bucket)
    book.load(members)
    for grant in list(book.grants.values()):
        former = grant.terminal == till.terminal and grant.incarnation < till.incarnation
        if former and grant.left:
            book.use(book.held[grant.member], grant, returned=grant.left)
    book.flush()


def mark_voided(connection: Connection, terminal_id: str, incarnation: int) -> None:
    """From here on the terminal takes grants again."""
    connection.execute(
        sa.update(terminal).where(terminal.c.id == terminal_id).values(voided=incarnation)
    )
