"""Goods that are not for everybody yet.

The cashier scans them before or after the card, in any order: with no card the line stands and
says for whom it is, the payment waits; with the card of somebody else it is refused at once.
"""

from collections.abc import Callable, Mapping

from pos_app.domain.item import Item
from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.early_access import Caller, Closed, chosen, closed_for, refusal
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.transaction import LineItem, Transaction
from pos_app.workstation.answer import Answer, Notice, Tone, refused_with
from pos_app.workstation.pricing_task import context_of, program_of
from pos_app.workstation.station import Station


def not_for(station: Station, item: Item, unit_price_minor: int) -> Answer | None:
    """Why the item cannot be put on this receipt: too early for all, or for who is on it."""
    closed = _closed(station, item, unit_price_minor)
    if not closed:
        return None
    caller = _caller(station, station.open)
    if caller is None and any(one.begun for one in closed):
        return None
    why = refusal(closed, caller, item.name, _words(station))
    return refused_with(why) if why else None


def asked(station: Station, item: Item, unit_price_minor: int, line: int | None) -> list[Notice]:
    """What to ask the customer for, when a line stands without a card."""
    closed = _closed(station, item, unit_price_minor)
    if not closed or _caller(station, station.open) is not None:
        return []
    why = refusal(closed, None, item.name, _words(station))
    return [Notice(why.key.replace(".", "_"), why, Tone.WARNING, line)] if why else []


def missing(station: Station, transaction: Transaction) -> Answer | None:
    """Why the payment waits: a line that is not for who is on the receipt. Not once money moved."""
    if not program_of(station).early_access or transaction.tenders:
        return None
    caller = _caller(station, transaction)
    for line in transaction.lines:
        closed = _closed(station, line.item, line.unit_price_minor)
        why = refusal(closed, caller, line.item.name, _words(station)) if closed else None
        if why is not None:
            return refused_with(why)
    return None


def noting(station: Station) -> Callable[[LineItem], tuple[Sentence, ...]]:
    """For each line: whom the goods are for now. The programme is asked for once, not per line."""
    accesses = program_of(station).early_access
    if not accesses:
        return lambda _entered: ()
    words, today = _words(station), station.business_on()

    def note(entered: LineItem) -> tuple[Sentence, ...]:
        if entered.sold:
            return ()
        closed = closed_for(accesses, entered.item, entered.unit_price_minor, today)
        return tuple(
            say("note.early", who=chosen(one.access, words)) for one in closed if one.begun
        )

    return note


def _closed(station: Station, item: Item, unit_price_minor: int) -> tuple[Closed, ...]:
    accesses = program_of(station).early_access
    return closed_for(accesses, item, unit_price_minor, station.business_on()) if accesses else ()


def _caller(station: Station, transaction: Transaction | None) -> Caller | None:
    """Who is on the receipt; a card that only the server knows stands in the lowest tier."""
    if transaction is None or transaction.member is None:
        return None
    customer = context_of(station, transaction).customer
    return Caller(customer.tier_id, customer.segments) if customer else Caller()


def _words(station: Station) -> Mapping[str, str]:
    program: Program = program_of(station)
    language = station.operator.language if station.operator else station.settings.language
    segments = {one.segment_id: one.name(language) for one in program.segments}
    return {**segments, **{one.tier_id: one.name(language) for one in program.tiers.tiers}}
