"""Somebody with a right lets the till do one thing that whoever is signed on may not.

The cashier chooses it, the other types a PIN beside them; the cashier stays. Who allowed it is in
the audit chain before anything is shown. It ends with the thing: the screen gives the right back
when its page is left, the till at the latest with a receipt, a session or whoever signs on.
"""

from pos_app.domain.rights import Operator, Right
from pos_app.workstation.answer import Answer, Part, notice, refused
from pos_app.workstation.lent import LENDABLE, Lent
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    find_operator,
    record,
    right_used,
)


def lend(station: Station, name: str, override: Override | None) -> Answer:
    """`name`: of a right in LENDABLE. Nothing is lent to whoever has it."""
    right = next((one for one in LENDABLE if one.value == name), None)
    if right is None:
        return refused("senior_only")
    allowed = authorise(station, right, override)
    if isinstance(allowed, Answer):
        nobody = not any(one.may(right) for one in station.mirror.operators())
        return refused("senior_only") if nobody else allowed
    if not allowed.by:
        return changed(Part.SESSION)
    used = right_used(station, right.value, "lent", override_by=allowed.by)
    trouble = record(station, Facts(events=(used,)))
    other = find_operator(station, allowed.by)
    if trouble or other is None:
        return trouble or refused("wrong_pin")
    station.lent = Lent(allowed.by, frozenset(one for one in LENDABLE[right] if other.may(one)))
    return changed(Part.SESSION, notices=(notice("right_lent", name=other.name),))


def give_back(station: Station) -> Answer:
    """The one thing is done, or was left."""
    station.lent = None
    return changed(Part.SESSION)


def lender(station: Station, right: Right) -> str:
    """The id of who lent that right; "" where whoever is signed on uses their own."""
    lent = station.lent
    return lent.by if lent is not None and right in lent.rights else ""


def holder(station: Station, right: Right) -> Operator | None:
    """In whose name that right is used now: whoever lent it, else whoever is signed on."""
    by = lender(station, right)
    return find_operator(station, by) if by else station.operator
