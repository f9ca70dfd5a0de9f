"""The tier rule of the program in force, for posting. Never a rule of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.standing import history_of
from pos_app.domain.loyalty.tier import after_return, tier_for
from sync.server.engine.buckets import PROGRAM
from sync.server.publishing import feed
from sync.translate.instants import instant
from sync.wire.rows import ProgramRow


def program_in_force(connection: Connection, at: datetime) -> Program | None:
    """The newest version whose time has come; None before the first."""
    rows = [
        msgspec.json.decode(body, type=ProgramRow)
        for body in feed.living(connection, PROGRAM, "program").values()
    ]
    begun = [row for row in rows if instant(row.valid_from) <= at]
    if not begun:
        return None
    newest = max(begun, key=lambda row: (instant(row.valid_from), row.version))
    return _loaded(bytes(newest.document))


@lru_cache(maxsize=8)
def _loaded(document: bytes) -> Program:
    return load(document)


@dataclass(frozen=True, slots=True)
class Judged:
    """When and on what a member is judged: business day, balance, and after a return the day of
    its sale."""

    on: date
    points: int = 0
    sold_on: date | None = None


Tiering = Callable[[Member, Judged], Member]


def tiering_in_force(connection: Connection, at: datetime) -> Tiering:
    """The member with the tier that earlier receipts have earned."""
    program = program_in_force(connection, at)
    if program is None or not program.tiers.tiers:
        return lambda member, _judged: member
    tiers = program.tiers

    def judged(member: Member, case: Judged) -> Member:
        held = (member.tier_id, member.tier_until)
        history = history_of(member, points=case.points)
        if case.sold_on is not None:
            held = after_return(tiers, history, held, case.sold_on, case.on)
        tier_id, until = tier_for(tiers, history, held, case.on)
        if (tier_id, until) == (member.tier_id, member.tier_until):
            return member
        return replace(member, tier_id=tier_id, tier_until=until)

    return judged
