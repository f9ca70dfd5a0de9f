"""Points a receipt earns: by the rule that gives a line most, rounded down once per receipt."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from pos_app.domain.mechanics.earn import Earn, EarnRule
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import NO_EARNING, BasketLine, Context
from pos_app.domain.pricing.eligibility import failed_condition
from pos_app.domain.pricing.redemption import PointsShare
from pos_app.domain.pricing.worksheet import Row


def open_rules(earn: Earn, context: Context) -> tuple[EarnRule, ...]:
    """The rules whose conditions hold now."""
    return tuple(rule for rule in earn.rules if failed_condition(rule.when, context) is None)


def line_rate(rules: Sequence[EarnRule], line: BasketLine, tier_id: str) -> Fraction:
    """Points per minor unit that a line earns."""
    item = line.item
    if not item.earns or item.regulated in NO_EARNING:
        return Fraction(0)
    rates = [rule.rate(tier_id) for rule in rules if rule.goods.holds(item, line.unit_price_minor)]
    return max(rates, default=Fraction(0))


def earned(
    earn: Earn, rows: Sequence[Row], shares: Sequence[PointsShare], context: Context
) -> tuple[int, ...]:
    """Points per line; their sum is the receipt's, rounded down once.

    The base is what money pays (the default), or the net before redemption.
    """
    customer = context.customer
    redeemed = any(share.points for share in shares)
    if customer is None or not customer.earns or (earn.base == "none_if_redeemed" and redeemed):
        return tuple(0 for _ in rows)
    rules = open_rules(earn, context)
    exact = []
    for row, share in zip(rows, shares, strict=True):
        base = row.net_minor - (share.money_minor if earn.base == "paid_money" else 0)
        exact.append(line_rate(rules, row.line, customer.tier_id) * base)
    return split_down(exact)


def split_down(exact: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole points of the sum, spread over the parts by largest remainder."""
    total = sum(exact, Fraction(0))
    if total <= 0:
        return tuple(0 for _ in exact)
    scale = lcm(*(part.denominator for part in exact))
    weights = [int(part * scale) for part in exact]
    return allocate_largest_remainder(int(total), weights).parts
