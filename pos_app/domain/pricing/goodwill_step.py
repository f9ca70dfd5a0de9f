"""Goodwill: what an operator gives by right, after every rule. Never a rule's own reduction."""

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import share_half_up
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.pricing.worksheet import Words, Worksheet

GOODWILL = "goodwill"


def apply_goodwill(sheet: Worksheet, whole: Goodwill | None) -> None:
    """What an operator gives by right: on lines first, then on the transaction."""
    for row in sheet.rows:
        if row.line.goodwill is not None:
            amount = _goodwill_minor(row.line.goodwill, row.net_minor)
            reason = row.line.goodwill.reason
            row.take(PriceModification(GOODWILL, Step.GOODWILL, amount, row.line.count, reason))
    if whole is not None:
        rows = [row for row in sheet.rows if row.room_minor]
        amount = _goodwill_minor(whole, sum(row.net_minor for row in rows))
        sheet.spread(rows, amount, GOODWILL, Step.GOODWILL, Words(whole.reason))


def _goodwill_minor(goodwill: Goodwill, net_minor: int) -> int:
    return goodwill.amount_minor or share_half_up(net_minor, goodwill.percent_ppm)
