"""Rights that were asked for whoever stood at the counter go back when they are gone.

Points, a gift card's money, a coupon's use: what the receipt did not take is free for another till
a moment later. Never before the spends it must follow in the chain, and never by waiting for the
courier: where it writes, all this is done on a tick, and after a cut at the next start.
"""

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import AllowanceReturned, Event
from pos_app.domain.loyalty.allowance import GOES_BACK, OWN, RECALLED, Allowance, AllowanceUse
from pos_app.domain.loyalty.owner import coupon_owner
from pos_app.domain.money import RUB, Money
from pos_app.domain.tender import TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Notice, Tone, notice
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station, record


def give_back(station: Station, owner: str) -> None:
    """Return what was granted for one identification and is not spent; comes after the spend.

    A disk that is full keeps the grant here; it goes back after a later receipt.
    """
    at_once_or_later(
        station,
        f"give back {owner}",
        lambda: _give_back(station, owner),
        lambda: _release(station, waiting=True),
    )


def _give_back(station: Station, owner: str) -> None:
    grants = station.journal.allowances(owner)
    uses = tuple(
        AllowanceUse(g.grant_id, g.left) for g in grants if _goes_back(station, g) and g.left > 0
    )
    if uses:
        record(station, Facts(events=let_go(station, owner, uses), returned=uses))


def _goes_back(station: Station, grant: Allowance) -> bool:
    """What the till earned in the dark stays here as long as it is dark."""
    return grant.kind in GOES_BACK and (grant.kind != OWN or station.courier.status().online)


def let_go(
    station: Station, owner: str, uses: tuple[AllowanceUse, ...]
) -> tuple[tuple[str, Event], ...]:
    """The event that says so; none for nothing."""
    if not uses:
        return ()
    return ((station.new_id(), AllowanceReturned(owner, uses, station.now())),)


def own_reversed(station: Station, document: CompletedTransaction) -> tuple[AllowanceUse, ...]:
    """What this till still holds of points that a return takes away: it goes with them."""
    reversed_ids = {entry.reverses for entry in document.entries}
    return tuple(
        AllowanceUse(grant.grant_id, grant.left)
        for grant in (station.journal.allowances(document.member_id) if document.member_id else ())
        if grant.kind == OWN and grant.left > 0 and grant.grant_id in reversed_ids
    )


def release(station: Station, *, waiting: bool = False) -> None:
    """Give back what was granted for whoever is not at the counter any more, or is asked back.

    `waiting`: a grant may be on its way to the open receipt before its member is on it, so only
    what the server asks back goes.
    """
    at_once_or_later(
        station,
        "release",
        lambda: _release(station, waiting=waiting),
        lambda: _release(station, waiting=True),
    )


def _release(station: Station, *, waiting: bool) -> None:
    needed = _needed(station)
    found = station.journal.identified()
    if waiting and station.open is not None:
        found = tuple(grant for grant in found if grant.kind == RECALLED)
    for owner in sorted({grant.member_id for grant in found if _goes_back(station, grant)}):
        if owner not in needed:
            _give_back(station, owner)


def _needed(station: Station) -> set[str]:
    """Owners that the open receipt may still spend from."""
    hand, exchange = station.gift_card, station.exchange
    needed = {hand.card_id} if hand is not None and station.open is not None else set()
    if station.open is not None:
        needed |= _owners(station.open)
    if exchange is not None and exchange.sale is not None:
        # The goods come back first: what follows is still to be paid.
        needed |= _owners(exchange.sale)
    return needed


def _owners(transaction: Transaction) -> set[str]:
    needed = {one.reference for one in transaction.tenders}
    if transaction.member is not None and transaction.member.member_id:
        needed.add(transaction.member.member_id)
    needed |= {coupon_owner(one.key) for one in transaction.coupons}
    sold = transaction.original.lines if transaction.original else ()
    return needed | {line.card_id for line in sold}


def handed_out(station: Station, transaction: Transaction) -> list[Notice]:
    """The goods of an exchange are not wanted: what the return had paid for them is handed out."""
    found = []
    for one in transaction.credit:
        if one.kind is TenderKind.CASH:
            station.devices.open_drawer()
        rules = station.rules().program
        amount = Money(one.amount_minor, rules.currency if rules else RUB)
        found.append(notice(f"hand_out_{one.kind.value}", Tone.WARNING, None, amount=amount))
    return found
