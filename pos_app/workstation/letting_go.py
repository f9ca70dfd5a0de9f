"""Rights that were asked for whoever stood at the counter go back when they are gone.

Points, a gift card's money, a coupon's use: what the receipt did not take is free for another till
a moment later. Never before the spends it must follow in the chain.
"""

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import GOES_BACK, RECALLED, AllowanceUse
from pos_app.domain.loyalty.owner import coupon_owner
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station, record


def give_back(station: Station, owner: str) -> None:
    """Return what was granted for one identification and is not spent; comes after the spend.

    A disk that is full keeps the grant here; it goes back after a later receipt.
    """
    grants = station.journal.allowances(owner)
    uses = tuple(
        AllowanceUse(g.grant_id, g.left) for g in grants if g.kind in GOES_BACK and g.left > 0
    )
    if uses:
        event = AllowanceReturned(owner, uses, station.now())
        record(station, Facts(events=((station.new_id(), event),), returned=uses))


def release(station: Station, *, waiting: bool = False) -> None:
    """Give back what was granted for whoever is not at the counter any more, or is asked back.

    `waiting`: a grant may be on its way to the open receipt before its member is on it, so only
    what the server asks back goes.
    """
    needed = _needed(station)
    found = station.journal.identified()
    if waiting and station.open is not None:
        found = tuple(grant for grant in found if grant.kind == RECALLED)
    for owner in sorted({grant.member_id for grant in found}):
        if owner not in needed:
            give_back(station, owner)


def _needed(station: Station) -> set[str]:
    """Owners that the open receipt may still spend from."""
    hand, transaction = station.gift_card, station.open
    needed = {hand.card_id} if hand is not None and transaction is not None else set()
    if transaction is None:
        return needed
    if transaction.member is not None and transaction.member.member_id:
        needed.add(transaction.member.member_id)
    needed |= {one.reference for one in transaction.tenders}
    needed |= {coupon_owner(one.key) for one in transaction.coupons}
    sold = transaction.original.lines if transaction.original else ()
    return needed | {line.card_id for line in sold}
