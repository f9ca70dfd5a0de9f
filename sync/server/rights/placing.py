"""Points go where their member will probably want them. Never more than nobody holds.

The decision is `pos_app.domain.loyalty.placement`; here it meets the tables: grants grow in the
member's bucket, under its lock, and are told to their terminals by whoever posts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.placement import (
    Policy,
    Standing,
    after_visit,
    recalls,
    receipt_points,
    surplus,
    top_ups,
)
from sync.server.books import accounts
from sync.server.books.book import Book, Grant, Held
from sync.server.books.desk import SharedDesk
from sync.server.engine.days import days_now
from sync.server.engine.keys import barred
from sync.server.engine.schema import account, allowance, member, setting, terminal
from sync.server.engine.services import Services, micros
from sync.server.rights import ending
from sync.server.rights.allowances import free
from sync.server.settings.tiering import program_in_force

SETTING = "allowance.placement"
PLACED, IDENTIFIED, RECALLED = "placed", "identified", "recalled"
LYING = (PLACED, "moved")
"""Kinds that wait at a till for their member."""
MEMBERS_A_TRANSACTION = 500
TURNS_A_DAY = 24
POINT_MINOR = 100
"""A point is worth 1.00 where no programme says otherwise."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The policy, the terminals of every store, and what a receipt may take."""

    policy: Policy = field(default_factory=Policy)
    tills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    incarnation_of: Mapping[str, int] = field(default_factory=dict)
    share_ppm: int = 1_000_000
    point_minor: int = 100


def policy_in_force(connection: Connection) -> Policy:
    """The owner's, or the default."""
    value = connection.execute(
        sa.select(setting.c.value).where(setting.c.store == "", setting.c.name == SETTING)
    ).scalar_one_or_none()
    return Policy() if value is None else msgspec.json.decode(value, type=Policy)


def point_minor_in_force(connection: Connection, services: Services) -> int:
    """What a point is worth in money, for showing it."""
    program = program_in_force(connection, services.now())
    return program.redeem.point_value_minor if program else POINT_MINOR


def placement(connection: Connection, services: Services) -> Placement:
    """The chain's policy and the terminals that can take grants.

    One whose restored database has not announced itself yet would not spend them; one that was
    not heard of for as long as a lease lasts would not either. None while the server, in a new
    epoch, has not heard every till yet.
    """
    policy = policy_in_force(connection)
    since = micros(services.now() - timedelta(hours=policy.lease_hours))
    rows = connection.execute(
        sa.select(terminal.c.id, terminal.c.store, terminal.c.incarnation)
        .where(
            sa.literal(not barred(connection)),
            terminal.c.state == "active",
            terminal.c.voided == terminal.c.incarnation,
            sa.or_(terminal.c.heard_at >= since, terminal.c.enrolled_at >= since),
        )
        .order_by(terminal.c.id)
    ).all()
    tills: dict[str, tuple[str, ...]] = {}
    for row in rows:
        tills[row.store] = (*tills.get(row.store, ()), row.id)
    program = program_in_force(connection, services.now())
    share = program.redeem.max_share_ppm if program else 1_000_000
    worth = max(1, program.redeem.point_value_minor) if program else POINT_MINOR
    return Placement(policy, tills, {row.id: row.incarnation for row in rows}, share, worth)


def visited(held: Held, document: CompletedTransaction, around: Placement) -> None:
    """Remember where the member was seen; a return is no visit."""
    if document.kind is TransactionKind.SALE:
        place = (document.store_id, document.terminal_id)
        net, decay = max(0, document.totals.net_minor), around.policy.decay_ppm
        held.habits = after_visit(held.habits, place, document.business_on, net, decay)


def standing_of(book: Book, held: Held, around: Placement) -> Standing:
    """What the decision rests on."""
    lying: dict[str, int] = {}
    for grant in book.grants_of(held.member.member_id):
        if grant.kind in LYING and grant.left:
            lying[grant.terminal] = lying.get(grant.terminal, 0) + grant.left
    most = receipt_points(held.habits, around.policy, around.share_ppm, around.point_minor)
    return Standing(free(book, held), lying, held.habits, held.member.home_store, most)


def place(book: Book, held: Held, around: Placement) -> int:
    """Bring the placed grants of a member up to what the policy wants; the points added.

    While somebody stands with the member at a till, or a till was asked to give back, what is
    free is not placed: it is about to be wanted.
    """
    if held.bearer is not None or held.member.blocked or not held.member.confirmed:
        return 0
    today, owner = book.days.today, held.member.member_id
    more = top_ups(standing_of(book, held, around), around.tills, around.policy, today)
    ends = ending.ends_of(book, held, ending.horizon_days(around.policy.lease_hours))
    longest = ending.longest_lease(book, around.policy.lease_hours)
    for till, points in more.items():
        for until, part in ending.parts(ends, points):
            lease = min(until, longest)
            grow(book, held, Grant("", owner, till, part, lease_until=lease), around)
    return sum(more.values())


def grow(book: Book, held: Held, more: Grant, around: Placement) -> None:
    """A placed grant grows in place while nothing of it came back, so that grants stay few."""
    incarnation = around.incarnation_of[more.terminal]
    for grant in book.grants_of(more.member):
        same = (grant.terminal, grant.kind, grant.incarnation, grant.returned, grant.lease_until)
        if same == (more.terminal, PLACED, incarnation, 0, more.lease_until):
            book.reserve(held, replace(grant, granted=grant.granted + more.granted))
            return
    new_id = book.services.ids.new_id()
    book.reserve(held, replace(more, grant_id=new_id, incarnation=incarnation))


def recall_for(
    book: Book, held: Held, wanted: Grant, answering: Iterable[str], policy: Policy
) -> bool:
    """Ask tills that answer to give back what a member who stands elsewhere wants.

    True when something was asked back: it returns by an event of their chains, so after
    everything they have spent of it.
    """
    near = set(answering) - {wanted.terminal}
    grants = [g for g in book.grants_of(wanted.member) if g.left]
    here = sum(g.left for g in grants if g.terminal == wanted.terminal)
    most = max(0, _whole(book, held) - here)
    shortage = min(wanted.granted, most) - max(0, free(book, held))
    if shortage <= 0:
        return False
    coming = sum(g.left for g in grants if g.kind == RECALLED and g.terminal in near)
    lying: dict[str, int] = {}
    for grant in grants:
        if grant.kind in LYING and grant.terminal in near:
            lying[grant.terminal] = lying.get(grant.terminal, 0) + grant.left
    for till in recalls(lying, shortage - coming, policy):
        recall(book, held, till)
        coming += lying[till]
    return coming > 0


def _whole(book: Book, held: Held) -> int:
    """All that could be spent, whoever may: points, or what is on a gift card."""
    if held.bearer is not None:
        return held.bearer.balance
    return accounts.spendable(held.account, book.days)


def recall(book: Book, held: Held, terminal_id: str) -> None:
    """Ask one till to return what is left of a member's waiting grants."""
    for grant in book.grants_of(held.member.member_id):
        if grant.terminal == terminal_id and grant.kind in LYING and grant.left:
            book.reserve(held, replace(grant, kind=RECALLED))


def recall_ending(book: Book, held: Held, around: Placement) -> None:
    """Ask back what is promised beyond a lot's last day and will not be there; it is placed again
    up to that day when it comes."""
    ends = ending.ends_of(book, held, ending.horizon_days(around.policy.lease_hours))
    for grant in ending.outlasting(book.grants_of(held.member.member_id), ends, LYING):
        book.reserve(held, replace(grant, kind=RECALLED))


def rebalance(book: Book, held: Held, around: Placement) -> None:
    """Place what is free; ask back what lies where the member does not come any more, and what
    would outlast its points."""
    recall_ending(book, held, around)
    place(book, held, around)
    today = book.days.today
    for till in surplus(standing_of(book, held, around), around.tills, around.policy, today):
        recall(book, held, till)


def place_in_buckets(
    connection: Connection, services: Services, by_bucket: Mapping[int, Sequence[str]]
) -> set[str]:
    """Rebalance these members, of many buckets in one transaction with as many statements as for
    one; the terminals whose grants changed."""
    around = placement(connection, services)
    desk = SharedDesk(connection, sorted(by_bucket))
    owners = [(bucket, one) for bucket, members in by_bucket.items() for one in members]
    for table, column in ((account, "member"), (member, "id"), (allowance, "member")):
        desk.prefetch(table, column, owners)
    changed: set[str] = set()
    for bucket, members in by_bucket.items():
        book = Book(connection, services, bucket, desk=desk)
        book.load(members)
        for member_id in members:
            if member_id in book.held:
                rebalance(book, book.held[member_id], around)
        changed |= book.flush()
    desk.flush(services.now_us())
    return changed


def some_of(by_bucket: Mapping[int, list[str]]) -> Iterator[dict[int, list[str]]]:
    """Enough for one transaction, bucket by bucket."""
    some: dict[int, list[str]] = {}
    count = 0
    for bucket in sorted(by_bucket):
        members = by_bucket[bucket]
        for start in range(0, len(members), MEMBERS_A_TRANSACTION):
            some[bucket] = members[start : start + MEMBERS_A_TRANSACTION]
            count += len(some[bucket])
            if count >= MEMBERS_A_TRANSACTION:
                yield some
                some, count = {}, 0
    if some:
        yield some


def unplaced_at_home(connection: Connection, store_id: str) -> dict[int, list[str]]:
    """Members of a home store with points that no till may spend, by bucket."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        sa.select(member.c.bucket, member.c.id)
        .join(
            account,
            sa.and_(account.c.bucket == member.c.bucket, account.c.member == member.c.id),
        )
        .where(member.c.home_store == store_id, account.c.balance > account.c.reserved)
        .order_by(member.c.bucket, member.c.id)
    )
    for row in rows:
        found.setdefault(row.bucket, []).append(row.id)
    return found


def count_at_home(connection: Connection, store_id: str) -> int:
    """How many members have that home store."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).where(member.c.home_store == store_id)
        ).scalar_one()
    )


def due_in_bucket(connection: Connection, services: Services, bucket: int) -> list[str]:
    """Members of a bucket who may need a rebalancing: they have points and were seen somewhere,
    or points lie at tills that end soon."""
    ahead = timedelta(days=1 + ending.horizon_days(policy_in_force(connection).lease_hours))
    soon = (days_now(connection, services).first + ahead).isoformat()
    seen = account.c.habits != "{}"
    ends = sa.and_(account.c.reserved > 0, account.c.lapses_on != "", account.c.lapses_on <= soon)
    rows = connection.execute(
        sa.select(account.c.member)
        .where(account.c.bucket == bucket, account.c.balance > 0, sa.or_(seen, ends))
        .order_by(account.c.member)
    )
    return [row.member for row in rows]


def buckets_of_turn(turn: int, buckets: int) -> range:
    """Each bucket once a day: one part of them with every hour."""
    return range(turn % TURNS_A_DAY, buckets, TURNS_A_DAY)
