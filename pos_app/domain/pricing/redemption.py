"""Points as a reduction: how many this receipt takes, and where they fall. Never the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pos_app.domain.mechanics.redeem import Redeem
from pos_app.domain.money import Money, allocate_largest_remainder, share_down
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.result import RedeemLimit
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.sentence import Points, Rate, Sentence, say

Bound = tuple[int, Sentence]


@dataclass(frozen=True, slots=True)
class PointsShare:
    """What points pay of one line: money and points."""

    money_minor: int
    points: int


def eligible(rules: Redeem, line: BasketLine) -> bool:
    """True when points may pay of this line at all."""
    return (
        line.item.points_allowed
        and not line.item.bars.points
        and rules.goods.holds(line.item, line.unit_price_minor)
    )


def room_minor(rules: Redeem, row: Row) -> int:
    """How much of a line points may pay: above its floor, leaving what must be left."""
    if not eligible(rules, row.line):
        return 0
    least = max(row.line.floor_minor, rules.min_left_per_line_minor)
    share = share_down(row.net_minor, rules.max_share_line_ppm)
    return max(min(row.net_minor - least, share), 0)


def point_value(rules: Redeem, context: Context) -> Fraction:
    """Minor units that a point is worth on this receipt."""
    return rules.value(context.customer.tier_id if context.customer else "")


def limit(rules: Redeem, rows: Sequence[Row], context: Context, claimed: int = 0) -> RedeemLimit:
    """The most points the receipt takes, with the one reason that binds.

    The share is of the eligible net before redemption, so the limit never moves while choosing.
    `claimed` points are already spent on rewards.
    """
    refused = _refused(rules, rows, context)
    if refused is not None:
        return RedeemLimit(0, refused)
    points, why = min(
        [*_by_money(rules, rows, context), *_by_member(rules, context, claimed)],
        key=lambda bound: bound[0],
    )
    points = max(points, 0)
    points -= points % rules.step
    if points < rules.min_points:
        return RedeemLimit(0, say("limit.min_points", points=Points(rules.min_points)))
    return RedeemLimit(points, why)


def _refused(rules: Redeem, rows: Sequence[Row], context: Context) -> Sentence | None:
    receipt = sum(row.net_minor for row in rows)
    if receipt < rules.min_receipt_minor:
        missing = rules.min_receipt_minor - receipt
        return say("limit.min_receipt", missing=Money(missing))
    balance = context.customer.points if context.customer else 0
    if rules.min_balance and balance < rules.min_balance:
        return say("limit.min_balance", points=Points(rules.min_balance))
    return None


def _by_money(rules: Redeem, rows: Sequence[Row], context: Context) -> list[Bound]:
    value = point_value(rules, context)
    allowed = sum(row.net_minor for row in rows if eligible(rules, row.line))
    rooms = sum(room_minor(rules, row) for row in rows)
    share = share_down(allowed, rules.max_share_ppm)
    bounds = [
        (
            int(share / value),
            say("limit.share", share=Rate(rules.max_share_ppm), of=Money(allowed)),
        ),
        (int(rooms / value), say("limit.lines", most=Money(rooms))),
    ]
    if rules.min_left_minor:
        left = sum(row.net_minor for row in rows) - rules.min_left_minor
        bounds.append((int(left / value), say("limit.left", least=Money(rules.min_left_minor))))
    return bounds


def _by_member(rules: Redeem, context: Context, claimed: int) -> list[Bound]:
    wish = context.wish
    most = wish.most - claimed
    bounds = [(most, say(f"limit.{wish.most_reason}", points=Points(max(most, 0))))]
    if context.offline and rules.max_points_offline is not None:
        offline = rules.max_points_offline
        bounds.append((offline, say("limit.offline", points=Points(offline))))
    return bounds


def granted(rules: Redeem, wished: int, most: RedeemLimit) -> int:
    """Points that are taken for a wish: cut to the limit, or none of it."""
    if wished > most.points and rules.excess == "reject":
        return 0
    points = max(min(wished, most.points), 0)
    points -= points % rules.step
    return points if points >= rules.min_points else 0


def spend(
    rules: Redeem, rows: Sequence[Row], points: int, context: Context
) -> tuple[PointsShare, ...]:
    """Spread points over the lines like a discount, by value, largest remainder.

    `points` must be within the limit. The points themselves follow the money they paid.
    """
    money = int(points * point_value(rules, context))
    rooms = [room_minor(rules, row) for row in rows]
    weights = [row.net_minor if room else 0 for row, room in zip(rows, rooms, strict=True)]
    parts = allocate_largest_remainder(money, weights, rooms)
    if parts.unplaced:
        raise ValueError("more points than the limit allows")
    split = allocate_largest_remainder(points, parts.parts)
    return tuple(
        PointsShare(money_part, points_part)
        for money_part, points_part in zip(parts.parts, split.parts, strict=True)
    )
