"""A payment by a gift card whose money is still asked for: it goes on when the server has answered.

Only for the receipt as it was when the key was pressed, and only once. Never a second payment.
"""

from dataclasses import replace

from pos_app.domain.loyalty.owner import masked
from pos_app.workstation import exchange
from pos_app.workstation.answer import Answer, Tone, notice
from pos_app.workstation.gift_card_at_hand import PARTS, at_hand, shown_told
from pos_app.workstation.shift_wait import patient
from pos_app.workstation.station import Station, changed, guarded

ASKING = "gift_card_asking"


def pay(station: Station, kind: str, amount_minor: int | None) -> Answer:
    """As `exchange.pay`; where only the server's word on the card is missing it waits for that."""
    answer = exchange.pay(station, kind, amount_minor)
    hand = at_hand(station)
    waits = answer.refusal is not None and answer.refusal.code == ASKING
    if not waits or hand is None or not hand.asking or station.exchange is not None:
        return answer
    seen, wish = _seen(station), ("pay", kind, amount_minor)

    def again() -> Answer:
        return exchange.pay(station, kind, amount_minor)

    def go_on() -> Answer:
        """What was changed meanwhile is paid by another key: the card is only told."""
        if _seen(station) != seen:
            return shown_told(station)
        return guarded(lambda: patient(station, wish, again))

    station.gift_card = replace(hand, then=go_on)
    said = notice(ASKING, Tone.NEUTRAL, None, number=masked(hand.card_id))
    return changed(*PARTS, notices=(said,))


def _seen(station: Station) -> object:
    transaction, operator = station.open, station.operator
    return (
        None if transaction is None else replace(transaction, selected=None),
        None if operator is None else operator.operator_id,
    )
