"""Points for joining. Never twice for one person, never from a purchase.

They are given on enrolment, by the server when it makes the member: the same phone enrolled at two
dark tills becomes one member and is welcomed once, and no return can touch them. The till shows the
same lot, under the same id, as soon as it has enrolled somebody.
"""

from datetime import date, datetime, timedelta

from pos_app.domain.ids import derived_id
from pos_app.domain.loyalty.account import Cause, EntryKind, Lot, PointsEntry
from pos_app.domain.loyalty.program import Program

REASON = "welcome"


def welcome_entry(
    program: Program | None, member_id: str, at: datetime, on: date
) -> PointsEntry | None:
    """The entry for a new member; None where the programme gives nothing for joining."""
    if program is None or not program.earn.welcome_points:
        return None
    days = program.earn.expires_after_days
    return PointsEntry(
        derived_id(f"{REASON}\n{member_id}"),
        member_id,
        EntryKind.EARN,
        program.earn.welcome_points,
        at,
        on,
        Cause("program", member_id, reason=REASON),
        program.ref,
        available_on=on + timedelta(days=program.earn.vesting_days),
        expires_on=on + timedelta(days=days) if days else None,
    )


def welcome_lots(
    program: Program | None, member_id: str, at: datetime, on: date
) -> tuple[Lot, ...]:
    """What a till shows of it before the server has answered."""
    entry = welcome_entry(program, member_id, at, on)
    if entry is None:
        return ()
    return (Lot(entry.entry_id, entry.points, entry.available_on or on, entry.expires_on),)
