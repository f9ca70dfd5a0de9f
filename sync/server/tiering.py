"""The tier rule of the program in force, for posting. Never a rule of its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.tier import tier_for
from sync.server import feed
from sync.server.buckets import PROGRAM
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


def tiering_in_force(connection: Connection, at: datetime) -> Callable[[Member, date], Member]:
    """Member and business day -> member with the tier that earlier receipts have earned."""
    program = program_in_force(connection, at)
    if program is None or not program.tiers.tiers:
        return lambda member, _on: member
    tiers = program.tiers

    def judged(member: Member, on: date) -> Member:
        held = (member.tier_id, member.tier_until)
        tier_id, until = tier_for(
            tiers, member.spend_by_month, member.lifetime_spend_minor, held, on
        )
        return replace(member, tier_id=tier_id, tier_until=until)

    return judged
