"""A partner's card beside the member.

The customer shows a bank's card: it opens what names the partner, with a member on the receipt or
without. It identifies nobody, gives no member's price, and never takes the member's place.
"""

from dataclasses import replace

from pos_app.domain.mechanics.partners import Partner, partners_shown
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Answer, Tone, notice
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import begin, put
from pos_app.workstation.station import Station


def issuer(station: Station, card: str) -> Partner | None:
    """Whose card that number is; a card belongs to one partner only."""
    return next(iter(partners_shown(program_of(station).partners, card, ())), None)


def beside(station: Station, card: str, partner: Partner) -> Answer:
    """Put the card on the receipt; whoever is on it stays."""
    new = replace(begin(station), partner_card=card)
    language = station.operator.language if station.operator else station.settings.language
    said = notice("partner_card", Tone.GOOD, None, name=partner.name(language))
    return put(station, new, said, known=station.known)


def taken_off(station: Station, transaction: Transaction) -> Answer:
    """The receipt without the card; who shows one again scans it again."""
    return put(station, replace(transaction, partner_card=""), known=station.known)
