"""A paid membership on a receipt.

The cashier scans it before or after the member's card: with no card the line stands and asks for
one, the payment waits; the line taken off, it waits no more. Never how long a membership runs.
"""

from dataclasses import replace

from pos_app.domain.item import Item
from pos_app.domain.mechanics.memberships import Membership
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Answer, Notice, Tone, notice, refused
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.station import Station


def on_line(station: Station, item: Item) -> Item:
    """The item as it stands on a line: a membership is neither reduced nor earns, like a gift
    card."""
    if _sold(station, item) is None:
        return item
    return replace(item, discountable=False, earns=False)


def asked(station: Station, item: Item, line: int | None) -> list[Notice]:
    """The card is asked for when the line comes, not only when the money does."""
    sold = _sold(station, item)
    if sold is None or _whose(station.open):
        return []
    return [notice("membership_asks_card", Tone.WARNING, line, name=_name(station, sold))]


def missing(station: Station, transaction: Transaction) -> Answer | None:
    """Why the payment waits: a membership of nobody. Not once money moved."""
    if transaction.tenders or _whose(transaction):
        return None
    for line in transaction.lines:
        sold = _sold(station, line.item)
        if sold is not None:
            return refused("membership_asks_card", name=_name(station, sold))
    return None


def _whose(transaction: Transaction | None) -> str:
    """Whose it will be: a member, or a card whose owner the server finds."""
    member = transaction.member if transaction else None
    return (member.member_id or member.code) if member else ""


def _sold(station: Station, item: Item) -> Membership | None:
    found = (one for one in program_of(station).memberships if item.item_id in one.items)
    return next(found, None)


def _name(station: Station, sold: Membership) -> str:
    return sold.name(station.operator.language if station.operator else station.settings.language)
