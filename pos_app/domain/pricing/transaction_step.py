"""Reductions on the whole transaction: thresholds, then goodwill. Never the items' own step."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import Money, format_decimal, share_half_up
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.pricing.derivation import percent_text
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.worksheet import Row, Words, Worksheet
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.sentence import Sentence, say

GOODWILL = "goodwill"


@dataclass(frozen=True, slots=True)
class _Offer:
    promotion: Promotion
    rows: tuple[Row, ...]


def reached(candidate: Candidate) -> int:
    """What is missing to the threshold, 0 when it is reached; judged on the list amount."""
    contributed = sum(line.list_minor for line in candidate.lines)
    return max(candidate.promotion.threshold_minor - contributed, 0)


def hints(chosen: Sequence[Candidate], language: str) -> tuple[Sentence, ...]:
    """How little is missing to a threshold that is at least half reached."""
    found = []
    for candidate in chosen:
        missing = reached(candidate)
        if 0 < missing <= candidate.promotion.threshold_minor // 2:
            name = candidate.promotion.name(language)
            found.append(say("hint.threshold", missing=Money(missing), name=name))
    return tuple(found)


def apply_promotions(
    sheet: Worksheet, chosen: Sequence[Candidate], language: str, digits: int
) -> None:
    """Give the best allowed set: one exclusive promotion alone, or all others together."""
    offers = [_offer(sheet, c) for c in chosen if not reached(c)]
    if not offers:
        return
    worth = {o.promotion.promotion_id: _worth(o) for o in offers}
    alone = [o for o in offers if o.promotion.stacking == "exclusive"]
    together = _best_of_groups([o for o in offers if o not in alone], worth)
    best = max(
        alone,
        key=lambda o: (worth[o.promotion.promotion_id], o.promotion.priority),
        default=None,
    )
    joint = sum(worth[o.promotion.promotion_id] for o in together)
    if best is not None and worth[best.promotion.promotion_id] >= joint:
        together = [best]
    for offer in together:
        _give(sheet, offer, language, digits)


def _offer(sheet: Worksheet, candidate: Candidate) -> _Offer:
    numbers = {line.line for line in candidate.lines}
    rows = tuple(row for row in sheet.rows if row.line.line in numbers)
    return _Offer(candidate.promotion, rows)


def _worth(offer: _Offer) -> int:
    net = sum(row.net_minor for row in offer.rows)
    room = sum(row.room_minor for row in offer.rows)
    promotion = offer.promotion
    wanted = promotion.amount_minor or share_half_up(net, promotion.percent_ppm)
    return min(wanted, room)


def _best_of_groups(offers: list[_Offer], worth: dict[str, int]) -> list[_Offer]:
    best: dict[str, _Offer] = {}
    for offer in offers:
        key = offer.promotion.group or f"#{offer.promotion.promotion_id}"
        known = best.get(key)
        if known is None or _rank(offer, worth) > _rank(known, worth):
            best[key] = offer
    order = list(best.values())
    return sorted(order, key=lambda o: (-o.promotion.priority, o.promotion.promotion_id))


def _rank(offer: _Offer, worth: dict[str, int]) -> tuple[int, int]:
    return (worth[offer.promotion.promotion_id], offer.promotion.priority)


def _give(sheet: Worksheet, offer: _Offer, language: str, digits: int) -> None:
    promotion, amount = offer.promotion, _worth(offer)
    text = format_decimal(amount, digits)
    if promotion.percent_ppm:
        net = format_decimal(sum(row.net_minor for row in offer.rows), digits)
        text = f"{net} x {percent_text(promotion.percent_ppm)} % = {text}"
    words = Words(promotion.name(language), text)
    sheet.spread(offer.rows, amount, promotion.promotion_id, Step.TRANSACTION, words)


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
