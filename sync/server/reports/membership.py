"""Members as they stand: tiers, points held, what they are worth, what ends soon. Never a name."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.domain.loyalty.program import Program
from pos_app.domain.reporting.period_report import MemberFigures, TierFigures
from sync.server.engine.buckets import BUCKETS
from sync.server.engine.schema import account, member
from sync.server.engine.services import Services
from sync.server.settings.tiering import program_in_force

SOON = timedelta(days=30)


class _Lot(Struct):
    points: int
    expires_on: str | None = None


class _Member(Struct):
    """The part of a stored MemberRow that a count needs; the person stays sealed."""

    tier: str = ""
    enrolled_on: str | None = None
    blocked: str = ""


class _Account(Struct):
    lots: tuple[_Lot, ...] = ()
    debt: int = 0

    def points(self) -> int:
        """What is held, less what is owed; what is not available yet is held too."""
        return sum(lot.points for lot in self.lots) - self.debt

    def ending(self, until: str) -> int:
        """Points of lots that end by then (ISO), as far as they are not owed."""
        soon = sum(one.points for one in self.lots if one.expires_on and one.expires_on <= until)
        return min(soon, max(self.points(), 0))


_member = msgspec.json.Decoder(_Member)
_account = msgspec.json.Decoder(_Account)


def member_figures(
    connection: Connection,
    services: Services,
    store_id: str,
    period: tuple[date, date],
    visits: Mapping[str, int],
    language: str,
) -> MemberFigures:
    """Members of a store are those whose home it is; of the chain all. `visits`: who came, how
    often, in the period; a visitor from another store is active here."""
    program = program_in_force(connection, services.now())
    since, until = period
    ends = until + SOON
    counts: Counter[str] = Counter()
    tiers: Counter[str] = Counter()
    held: Counter[str] = Counter()
    worth = Fraction(0)
    for one, has in _standing(connection, store_id):
        points = has.points()
        counts["members"] += 1
        counts["enrolled"] += since.isoformat() <= (one.enrolled_on or "") <= until.isoformat()
        counts["points"] += points
        counts["expiring"] += has.ending(ends.isoformat())
        tiers[one.tier] += 1
        held[one.tier] += points
        worth += max(points, 0) * _point_value(program, one.tier)
    return MemberFigures(
        counts["members"],
        counts["enrolled"],
        len(visits),
        sum(visits.values()),
        counts["points"],
        int(worth),
        counts["expiring"],
        ends,
        tuple(
            TierFigures(tier, _tier_name(program, tier, language), count, held[tier])
            for tier, count in sorted(tiers.items(), key=lambda one: _rank(program, one[0]))
        ),
    )


def _standing(connection: Connection, store_id: str) -> Iterator[tuple[_Member, _Account]]:
    """Bucket by bucket; erased members are none."""
    ours = [member.c.home_store == store_id] if store_id else []
    own = sa.and_(account.c.bucket == member.c.bucket, account.c.member == member.c.id)
    both = sa.select(member.c.state, account.c.state).select_from(member.outerjoin(account, own))
    for bucket in range(BUCKETS):
        for state, points in connection.execute(both.where(member.c.bucket == bucket, *ours)):
            one = _member.decode(state)
            if one.blocked != "erased":
                yield one, _account.decode(points) if points else _Account()


def _point_value(program: Program | None, tier: str) -> Fraction:
    return program.redeem.value(tier) if program is not None else Fraction(0)


def _rank(program: Program | None, tier_id: str) -> tuple[int, str]:
    """From the lowest tier up, as the programme ranks them; who has none comes before them."""
    tiers = program.tiers.tiers if program is not None else ()
    return next((n for n, one in enumerate(tiers) if one.tier_id == tier_id), -1), tier_id


def _tier_name(program: Program | None, tier_id: str, language: str) -> str:
    tiers = program.tiers.tiers if program is not None else ()
    return next((one.name(language) for one in tiers if one.tier_id == tier_id), tier_id)
