"""What an unidentified customer's receipt would be with a card: told, never in the way of a scan.

It is a second pricing of the whole receipt, so it waits for the heart beat: the first that sees
other prices notes them, the next that still sees the same ones prices the teaser. By then the line
has been painted, and a burst of scans has cost one teaser. The view shows it beside the prices it
was made for only.
"""

from dataclasses import replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.pricing.result import Priced
from pos_app.workstation.answer import Answer, Part, done
from pos_app.workstation.pricing_task import one_programme, stranger
from pos_app.workstation.station import Station, changed, guarded
from pos_app.workstation.teased import Teased


def tick(station: Station) -> None:
    """The heart beat: note the prices on the screen, or price them with a card."""
    priced, seen = station.priced, station.teaser
    if priced is None or not _wanted(station):
        station.teaser = None
    elif seen is None or seen.beside is not priced:
        station.teaser = Teased(priced)
    elif not seen.done:
        answer = guarded(lambda: _tell(station, priced))
        if answer.ok and answer.changed:
            station.say(answer)


def _wanted(station: Station) -> bool:
    """Somebody unknown buys something."""
    transaction = station.open
    if transaction is None or station.known is not None or station.priced_for is None:
        return False
    return bool(transaction.lines) and transaction.kind is not TransactionKind.RETURN


def _tell(station: Station, priced: Priced) -> Answer:
    """Tried once: a disk that cannot be read is told where something is asked of it."""
    station.teaser = Teased(priced, done=True)
    found = _with_a_card(station)
    station.teaser = Teased(priced, found, done=True)
    return changed(Part.MEMBER) if found is not None else done()


def _with_a_card(station: Station) -> Priced | None:
    """The same receipt, at the same moment and by the same programme, for the lowest tier."""
    engine, context, transaction = station.priced_under, station.priced_for, station.open
    if engine is None or context is None or transaction is None:
        return None
    program = engine.program
    if not (program.member_discounts or program.earn.rules):
        return None
    with one_programme(station):
        if station.engine is not engine:  # another came since: the next price is by that one
            return None
        with_card = replace(context, customer=stranger(station))
    return engine.price([line.basket_line() for line in transaction.lines], with_card)
