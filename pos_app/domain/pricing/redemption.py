"""Points as a reduction: how many this receipt takes, and where they fall. Never the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pos_app.domain.mechanics.redeem import Redeem
from pos_app.domain.money import Money, allocate_largest_remainder, share_down
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.by_goods import ByGoods
from pos_app.domain.pricing.result import RedeemLimit
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.sentence import Points, Rate, Sentence, say

Bound = tuple[int, Sentence]


@dataclass(frozen=True, slots=True)
class PointsShare:
    """What points pay of one line: money and points."""

    money_minor: int
    points: int


NO_POINTS = PointsShare(0, 0)


def eligible(rules: Redeem, line: BasketLine) -> bool:
    """True when points may pay of this line at all; the quantity does not matter."""
    return (
        line.item.points_allowed
        and not line.item.bars.points
        and rules.goods.holds(line.item, line.unit_price_minor)
    )


@dataclass(frozen=True, slots=True)
class Paying:
    """Points against the rows of one sheet: the net that they may pay of, and how much of each
    line."""

    rules: Redeem
    rows: Sequence[Row]
    context: Context
    allowed_minor: int
    rooms_minor: tuple[int, ...]

    @staticmethod
    def of(
        rules: Redeem, rows: Sequence[Row], context: Context, payable: ByGoods[bool]
    ) -> "Paying":
        """Each line is looked at once. `payable`: what `eligible` says of its goods."""
        open_ = [payable.of(row.line) for row in rows]
        allowed = sum(row.net_minor for row, may in zip(rows, open_, strict=True) if may)
        rooms = tuple(
            _room_minor(rules, row) if may else 0 for row, may in zip(rows, open_, strict=True)
        )
        return Paying(rules, rows, context, allowed, rooms)


def _room_minor(rules: Redeem, row: Row) -> int:
    """How much of a line points may pay: above its floor, leaving what must be left."""
    least = max(row.line.floor_minor, rules.min_left_per_line_minor)
    share = share_down(row.net_minor, rules.max_share_line_ppm)
    return max(min(row.net_minor - least, share), 0)


def point_value(rules: Redeem, context: Context) -> Fraction:
    """Minor units that a point is worth on this receipt."""
    return rules.value(context.customer.tier_id if context.customer else "")


def limit(paying: Paying, claimed: int = 0) -> RedeemLimit:
    """The most points the receipt takes, with the one reason that binds.

    The share is of the eligible net before redemption, so the limit never moves while choosing.
    `claimed` points are already spent on rewards.
    """
    rules, context = paying.rules, paying.context
    refused = _refused(rules, paying.rows, context)
    if refused is not None:
        return RedeemLimit(0, refused)
    points, why = min(
        [*_by_money(paying), *_by_member(rules, context, claimed)],
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


def _by_money(paying: Paying) -> list[Bound]:
    rules, value = paying.rules, point_value(paying.rules, paying.context)
    allowed, rooms = paying.allowed_minor, sum(paying.rooms_minor)
    share = share_down(allowed, rules.max_share_ppm)
    bounds = [
        (
            int(share / value),
            say("limit.share", share=Rate(rules.max_share_ppm), of=Money(allowed)),
        ),
        (int(rooms / value), say("limit.lines", most=Money(rooms))),
    ]
    if rules.min_left_minor:
        left = sum(row.net_minor for row in paying.rows) - rules.min_left_minor
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


def spend(paying: Paying, points: int) -> tuple[PointsShare, ...]:
    """Spread points over the lines like a discount, by value, largest remainder.

    `points` must be within the limit. The points themselves follow the money they paid.
    """
    rows, rooms = paying.rows, paying.rooms_minor
    if not points:
        return (NO_POINTS,) * len(rows)
    money = int(points * point_value(paying.rules, paying.context))
    weights = [row.net_minor if room else 0 for row, room in zip(rows, rooms, strict=True)]
    parts = allocate_largest_remainder(money, weights, rooms)
    if parts.unplaced:
        raise ValueError("more points than the limit allows")
    split = allocate_largest_remainder(points, parts.parts)
    return tuple(
        PointsShare(money_part, points_part)
        for money_part, points_part in zip(parts.parts, split.parts, strict=True)
    )
