"""Allowances and their uses <-> wire. Never decides what may be spent."""

from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse
from sync.translate.instants import optional_instant, optional_instant_text
from sync.wire.events import UseDoc
from sync.wire.rows import AllowanceRow


def use_doc(use: AllowanceUse) -> UseDoc:
    """Points of one grant."""
    return UseDoc(use.grant_id, use.points, use.owner)


def use_from_doc(doc: UseDoc) -> AllowanceUse:
    """The reverse."""
    return AllowanceUse(doc.grant, doc.points, doc.owner)


def allowance_row(allowance: Allowance, posted_seq: int = 0) -> AllowanceRow:
    """The feed row of a grant; `posted_seq`: the till's last event that it contains."""
    return AllowanceRow(
        grant=allowance.grant_id,
        member=allowance.member_id,
        granted=allowance.granted,
        kind=allowance.kind,
        spent=allowance.spent,
        returned=allowance.returned,
        lease_until=optional_instant_text(allowance.lease_until),
        posted_seq=posted_seq,
    )


def allowance_from_row(row: AllowanceRow) -> Allowance:
    """The reverse; `posted_seq` is for the till's journal and not of the domain."""
    return Allowance(
        grant_id=row.grant,
        member_id=row.member,
        granted=row.granted,
        spent=row.spent,
        returned=row.returned,
        kind=row.kind,
        lease_until=optional_instant(row.lease_until),
    )
