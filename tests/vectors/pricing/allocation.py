"""Splitting an amount: weights and floors of a case -> the product's own largest remainder."""

from typing import Any

from pos_app.domain.money import allocate_largest_remainder
from tests.vectors.pricing.compare import Facts
from tests.vectors.pricing.fields import Fields


def facts_of(fields: Fields) -> Facts:
    """`floors` are the lowest value that each weight may be cut down to."""
    weights = [int(one) for one in fields.raw("weights", ())]
    floors = [int(one) for one in fields.raw("floors", ())]
    amount = fields.whole("amount")
    fields.finish()
    rooms = [max(w - f, 0) for w, f in zip(weights, floors, strict=True)] if floors else None
    split = allocate_largest_remainder(amount, weights, rooms)
    parts: list[Any] = list(split.parts)
    return {"parts": lambda: parts, "unplaced": lambda: split.unplaced}
