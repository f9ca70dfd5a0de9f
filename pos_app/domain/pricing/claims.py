"""Rewards that the customer asked for: what they cost in points and whether there are enough.

Never a price; the rewards' own reductions are promotions like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import Context
from pos_app.domain.pricing.earning import Earning
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.extras import gives_extra, is_extra
from pos_app.domain.pricing.redemption import PointsShare
from pos_app.domain.pricing.worksheet import Row


@dataclass(frozen=True, slots=True)
class Claims:
    """What the claimed rewards cost in all, how often each is given, and one that is beyond the
    points ("" when there are enough)."""

    points: int = 0
    times: dict[str, int] = field(default_factory=dict)
    of_rule: dict[str, int] = field(default_factory=dict)
    short: str = ""

    @staticmethod
    def of(
        chosen: Sequence[Candidate], policies: Policies, context: Context, before: Earning
    ) -> "Claims":
        """In the order of asking. A gift is given as often as points allow, others once; what
        another promotion has beaten costs nothing."""
        asked = {name: place for place, name in enumerate(context.claims)}
        reduced = {m.rule_id for row in before.rows for m in row.modifications}
        claimed = [
            c.promotion
            for c in chosen
            if c.promotion.claim
            and c.promotion.cost_points
            and (c.promotion.promotion_id in reduced or gives_extra(c))
        ]
        if not claimed:
            return Claims()
        left = context.wish.most
        if policies.claim_points == "with_this_receipt":
            left += sum(before.earned().points)
        points = 0
        times: dict[str, int] = {}
        costs: dict[str, int] = {}
        for promotion in sorted(claimed, key=lambda p: asked[p.promotion_id]):
            cost = promotion.cost_points
            gift = all(is_extra(benefit) for benefit in promotion.benefits)
            most = promotion.limits.per_receipt or (left // cost if gift else 1)
            count = min(most, left // cost)
            if count <= 0:
                return Claims(points, times, costs, promotion.promotion_id)
            times[promotion.promotion_id] = count
            costs[promotion.promotion_id] = cost * count
            points += cost * count
            left -= cost * count
        return Claims(points, times, costs)

    def shared(self, shares: Sequence[PointsShare], rows: Sequence[Row]) -> tuple[PointsShare, ...]:
        """The points of rewards fall on the lines they reduced, of gifts on all."""
        found = list(shares)
        for rule_id, cost in self.of_rule.items():
            weights = [
                sum(m.amount_minor for m in row.modifications if m.rule_id == rule_id)
                for row in rows
            ]
            if not any(weights):
                weights = [max(row.net_minor, 0) for row in rows]
            parts = allocate_largest_remainder(cost, weights).parts
            found = [
                replace(share, points=share.points + part)
                for share, part in zip(found, parts, strict=True)
            ]
        return tuple(found)
