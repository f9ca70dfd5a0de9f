"""The engine: one basket, one context, one answer, in the program's order of calculation.

    list amount - item promotions - member discount - transaction promotions = net amount
    net amount - points = payable amount; tax inside; points earned on the payable amount

The same basket gives the same answer on the till, on the server and a year later. Never a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.document import Totals
from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing import earning, member_step, redemption, transaction_step
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.eligibility import Candidate, PromotionIndex, candidates
from pos_app.domain.pricing.item_step import Component, Effort, ItemStep
from pos_app.domain.pricing.joint import item_choices
from pos_app.domain.pricing.likeness import Rules
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.result import Priced, PricedLine
from pos_app.domain.pricing.search import Assignment
from pos_app.domain.pricing.trace import Tracing, notes_of
from pos_app.domain.pricing.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class _Reduced:
    sheet: Worksheet
    effort: Effort
    member: MemberOffer | None


class Engine:
    """Prices baskets under one program; the index over its promotions is built once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        item = tuple(p for p in program.promotions if not p.transaction_step)
        whole = tuple(p for p in program.promotions if p.transaction_step)
        self._item = PromotionIndex(item)
        self._whole = PromotionIndex(whole)
        self._known: dict[Component, Assignment] = {}

    def price(self, lines: Sequence[BasketLine], context: Context) -> Priced:
        """Every amount of the basket, with its reason. Lines keep their order."""
        item = candidates(self._item, lines, context)
        whole = candidates(self._whole, lines, context)
        held, failed = member_step.offers(self.program.member_discounts, context)
        rules = Rules(self.program, context, _later(item, whole), held)
        reduced = self._best(rules.ordered(lines), item, whole, held, context)
        limit = redemption.limit(self.program.redeem, reduced.sheet.rows, context.wish)
        points = max(min(context.wish.points, limit.points), 0)
        points -= points % self.program.redeem.step
        shares = redemption.spend(self.program.redeem, reduced.sheet.rows, points)
        earned = earning.earned(self.program.earn, reduced.sheet.rows, shares, context)
        priced = _in_order_of(lines, _priced(reduced, shares, earned))
        hints = transaction_step.hints(whole, context.language)
        tracing = Tracing(self.program, context, (*item, *whole), reduced.member, failed)
        return Priced(
            priced,
            _totals(priced, points),
            limit,
            tracing.trace(lines, priced),
            reduced.effort.optimal,
            reduced.effort.gap_minor,
            reduced.effort.nodes,
            hints,
        )

    def _best(
        self,
        lines: Sequence[BasketLine],
        item: Sequence[Candidate],
        whole: Sequence[Candidate],
        held: Sequence[MemberOffer],
        context: Context,
    ) -> _Reduced:
        """The lowest net over the member's discounts; fewer reductions win a tie, then the id."""
        options = [None, *sorted(held, key=lambda o: o.discount.discount_id)]
        best: _Reduced | None = None
        for member in options:
            for chosen in item_choices(item, whole, member):
                reduced = self._reduced(lines, chosen, whole, member, context)
                if best is None or reduced.sheet.net_minor < best.sheet.net_minor:
                    best = reduced
        assert best is not None
        transaction_step.apply_goodwill(best.sheet, context.goodwill)
        return best

    def _reduced(
        self,
        lines: Sequence[BasketLine],
        item: Sequence[Candidate],
        whole: Sequence[Candidate],
        member: MemberOffer | None,
        context: Context,
    ) -> _Reduced:
        digits = self.program.currency.minor_digits
        sheet = Worksheet.of(lines)
        budget, known = self.program.node_budget, self._known
        step = ItemStep(tuple(item), context.language, digits, budget, known)
        effort = step.run(sheet, member_step.search_rate(member))
        if member is not None:
            member_step.apply(sheet, member, context.language, digits)
        transaction_step.apply_promotions(sheet, whole, context.language, digits)
        return _Reduced(sheet, effort, member)


def _later(item: Sequence[Candidate], whole: Sequence[Candidate]) -> list[Candidate]:
    """The promotions that come after the search of the item step."""
    return [*(c for c in item if c.promotion.stacking == "compound"), *whole]


def _in_order_of(
    lines: Sequence[BasketLine], priced: Sequence[PricedLine]
) -> tuple[PricedLine, ...]:
    by_number = {one.line: one for one in priced}
    return tuple(by_number[line.line] for line in lines)


def _priced(
    reduced: _Reduced, shares: Sequence[redemption.PointsShare], earned: Sequence[int]
) -> tuple[PricedLine, ...]:
    return tuple(
        PricedLine(
            line=row.line.line,
            list_minor=row.line.list_minor,
            modifications=tuple(row.modifications),
            net_minor=row.net_minor,
            points_minor=share.money_minor,
            points_redeemed=share.points,
            points_earned=points,
            notes=notes_of(row),
        )
        for row, share, points in zip(reduced.sheet.rows, shares, earned, strict=True)
    )


def _totals(lines: Sequence[PricedLine], points: int) -> Totals:
    list_minor = sum(line.list_minor for line in lines)
    net_minor = sum(line.net_minor for line in lines)
    points_minor = sum(line.points_minor for line in lines)
    return Totals(
        list_minor=list_minor,
        discount_minor=list_minor - net_minor,
        net_minor=net_minor,
        points_minor=points_minor,
        points_redeemed=points,
        payable_minor=net_minor - points_minor,
        rounding_minor=0,
        points_earned=sum(line.points_earned for line in lines),
    )
