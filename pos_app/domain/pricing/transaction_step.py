"""Reductions on the whole transaction: thresholds, then goodwill. Never the items' own step."""

from collections.abc import Iterator, Sequence
from itertools import islice, product

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import Money, format_decimal, share_half_up
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.pricing.derivation import percent_text
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.worksheet import Words, Worksheet
from pos_app.domain.sentence import Sentence, say

GOODWILL = "goodwill"
COMBINATIONS_MOST = 256


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
    best: Worksheet | None = None
    for promotions in _allowed([c for c in chosen if not reached(c)]):
        trial = sheet.copy()
        for candidate in promotions:
            _give(trial, candidate, language, digits)
        if best is None or trial.net_minor < best.net_minor:
            best = trial
    if best is not None:
        sheet.rows = best.rows


def _allowed(open_: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """Sets that may be given together: fewer promotions first, then priority, then the id.

    `best_of` gives one of each group; with more combinations than the limit the first ones are
    compared, which keeps the answer the same everywhere.
    """
    order = sorted(open_, key=lambda c: (-c.promotion.priority, c.promotion.promotion_id))
    alone = [c for c in order if c.promotion.stacking == "exclusive"]
    yield from ([c] for c in alone)
    groups: dict[str, list[Candidate]] = {}
    for candidate in order:
        if candidate.promotion.stacking != "exclusive":
            key = candidate.promotion.group or f"#{candidate.promotion.promotion_id}"
            groups.setdefault(key, []).append(candidate)
    if groups:
        yield from islice(product(*groups.values()), COMBINATIONS_MOST)


def _give(sheet: Worksheet, candidate: Candidate, language: str, digits: int) -> None:
    promotion = candidate.promotion
    numbers = {line.line for line in candidate.lines}
    rows = [row for row in sheet.rows if row.line.line in numbers]
    net = sum(row.net_minor for row in rows)
    room = sum(row.room_minor for row in rows)
    amount = min(promotion.amount_minor or share_half_up(net, promotion.percent_ppm), room)
    text = format_decimal(amount, digits)
    if promotion.percent_ppm:
        text = f"{format_decimal(net, digits)} x {percent_text(promotion.percent_ppm)} % = {text}"
    words = Words(promotion.name(language), text)
    sheet.spread(rows, amount, promotion.promotion_id, Step.TRANSACTION, words)


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
