"""A return gives back to the terminals what they took. Never in cash what a card has paid.

Each part goes to the purchase it came from, as far as that one has anything left to give back.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.tender import Tender, TenderKind
from pos_app.workstation.answer import Answer
from pos_app.workstation.card_terminals import terminal_of
from pos_app.workstation.moving import Leg
from pos_app.workstation.return_sale import earlier_returns
from pos_app.workstation.station import Station
from pos_app.workstation.take_payment import refund_leg, send
from pos_app.workstation.tendering import frozen, moving_of, thawed

Part = tuple[TenderKind, int, str]
"""Tender, amount, the reference of the purchase."""


def given_back(
    station: Station,
    document: CompletedTransaction,
    counter: int,
    then: Callable[[Station], Answer],
) -> CompletedTransaction | Answer:
    """The document when every terminal has given back its part; else the next part is asked for."""
    if not any(_by_terminal(station, one) for one in document.tenders):
        return document
    moving = moving_of(station)
    kept = thawed(station, moving)
    if kept is None:
        kept = document
        moving = frozen(station, moving, document, counter)
        station.moving = moving
    kept = replace(kept, receipt_number=document.receipt_number)
    parts = _parts(station, kept)
    missing = _missing(parts, moving.legs)
    if missing is not None:
        kind, amount, reference = missing
        return send(station, refund_leg(station, kind, amount, (reference, "")), then)
    others = tuple(one for one in kept.tenders if not _by_terminal(station, one))
    given = tuple(Tender(kind, -amount, reference) for kind, amount, reference in parts)
    return replace(kept, tenders=(*others, *given))


def _by_terminal(station: Station, one: Tender) -> bool:
    return one.amount_minor < 0 and terminal_of(station, one.kind) is not None


def _missing(parts: list[Part], legs: tuple[Leg, ...]) -> Part | None:
    """The first part that no approved leg has given."""
    given = [(leg.tender_kind, leg.amount_minor, leg.of_reference) for leg in legs]
    for part in parts:
        if part not in given:
            return part
        given.remove(part)
    return None


def _parts(station: Station, document: CompletedTransaction) -> list[Part]:
    """The document's card and QR amounts, over the purchases that paid."""
    transaction = station.open
    original = transaction.original if transaction is not None else None
    wanted: dict[TenderKind, int] = {}
    for one in document.tenders:
        if _by_terminal(station, one):
            wanted[one.kind] = wanted.get(one.kind, 0) - one.amount_minor
    found: list[Part] = []
    for kind, amount in wanted.items():
        left = amount
        for reference, room in _rooms(station, original, kind).items():
            part = min(left, room)
            if part > 0:
                found.append((kind, part, reference))
                left -= part
        if left:
            found.append((kind, left, ""))
    return found


def _rooms(
    station: Station, original: CompletedTransaction | None, kind: TenderKind
) -> dict[str, int]:
    """What each purchase can still give back, by its reference."""
    rooms: dict[str, int] = {}
    if original is None:
        return rooms
    for document in (original, *earlier_returns(station, original)):
        for one in document.tenders:
            if one.kind is kind and (one.amount_minor > 0 or one.reference in rooms):
                rooms[one.reference] = rooms.get(one.reference, 0) + one.amount_minor
    return rooms
