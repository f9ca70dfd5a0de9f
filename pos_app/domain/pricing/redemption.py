"""Points as a reduction: how many this receipt takes, and where they fall. Never the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.mechanics.redeem import Redeem
from pos_app.domain.money import Money, allocate_largest_remainder, share_down
from pos_app.domain.pricing.basket import NO_REDUCTION, BasketLine, Wish
from pos_app.domain.pricing.result import RedeemLimit
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.sentence import Points, Rate, say


@dataclass(frozen=True, slots=True)
class PointsShare:
    """What points pay of one line: money and points."""

    money_minor: int
    points: int


def eligible(rules: Redeem, line: BasketLine) -> bool:
    """True when points may pay of this line at all."""
    return (
        line.item.points_allowed
        and line.item.regulated not in NO_REDUCTION
        and rules.goods.holds(line.item, line.unit_price_minor)
    )


def _room(rules: Redeem, row: Row) -> int:
    """How much of a line points may pay: above its floor, leaving what must be left."""
    if not eligible(rules, row.line):
        return 0
    least = max(row.line.floor_minor, rules.min_left_per_line_minor)
    share = share_down(row.net_minor, rules.max_share_line_ppm)
    return max(min(row.net_minor - least, share), 0)


def limit(rules: Redeem, rows: Sequence[Row], wish: Wish) -> RedeemLimit:
    """The most points the receipt takes, with the one reason that binds.

    The share is of the eligible net before redemption, so the limit never moves while choosing.
    """
    receipt = sum(row.net_minor for row in rows)
    if receipt < rules.min_receipt_minor:
        missing = rules.min_receipt_minor - receipt
        return RedeemLimit(0, say("limit.min_receipt", missing=Money(missing)))
    allowed = sum(row.net_minor for row in rows if eligible(rules, row.line))
    rooms = sum(_room(rules, row) for row in rows)
    share = share_down(allowed, rules.max_share_ppm)
    value = rules.point_value_minor
    bounds = [
        (share // value, say("limit.share", share=Rate(rules.max_share_ppm), of=Money(allowed))),
        (rooms // value, say("limit.lines", most=Money(rooms))),
        (wish.most, say(f"limit.{wish.most_reason}", points=Points(max(wish.most, 0)))),
    ]
    points, why = min(bounds, key=lambda bound: bound[0])
    points = max(points, 0)
    return RedeemLimit(points - points % rules.step, why)


def spend(rules: Redeem, rows: Sequence[Row], points: int) -> tuple[PointsShare, ...]:
    """Spread points over the lines like a discount, by value, largest remainder.

    `points` must be within the limit. The points themselves follow the money they paid.
    """
    money = points * rules.point_value_minor
    rooms = [_room(rules, row) for row in rows]
    weights = [row.net_minor if room else 0 for row, room in zip(rows, rooms, strict=True)]
    parts = allocate_largest_remainder(money, weights, rooms)
    if parts.unplaced:
        raise ValueError("more points than the limit allows")
    split = allocate_largest_remainder(points, parts.parts)
    return tuple(
        PointsShare(money_part, points_part)
        for money_part, points_part in zip(parts.parts, split.parts, strict=True)
    )
