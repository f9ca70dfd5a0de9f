"""The engine: one basket, one context, one answer, in the program's order of calculation.

    list amount - item promotions - member discount - transaction promotions = net amount
    net amount - points = payable amount; tax inside; points earned on the payable amount

The same basket gives the same answer on the till, on the server and a year later. Never a clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pos_app.domain.document import Totals
from pos_app.domain.loyalty.program import Program
from pos_app.domain.pricing import extras, goodwill_step, member_step, redemption
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.cascade import Cascade
from pos_app.domain.pricing.claims import Claims
from pos_app.domain.pricing.earning import Earned, Earning
from pos_app.domain.pricing.eligibility import Candidate, Judge, PromotionIndex, candidates
from pos_app.domain.pricing.hints import hints
from pos_app.domain.pricing.joint import claimed_minor, concerned_lines, item_choices, missed_minor
from pos_app.domain.pricing.late import waits
from pos_app.domain.pricing.likeness import Rules, Sight
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.pieces import Pieces, can_split, member_key, on_lines, receipt_key
from pos_app.domain.pricing.redemption import Paying, PointsShare
from pos_app.domain.pricing.result import Priced, PricedLine, RedeemLimit
from pos_app.domain.pricing.search import Assignment
from pos_app.domain.pricing.selection import Chosen, orders, selections
from pos_app.domain.pricing.setting import Component, Effort, Setting
from pos_app.domain.pricing.trace import Tracing, earn_traces, notes_of
from pos_app.domain.pricing.worksheet import Worksheet
from pos_app.domain.promotion.gift import GiftGiven
from pos_app.domain.promotion.promotion import Promotion

SHARED_PREFIX = ("percent_first", "amount_first")


@dataclass(frozen=True, slots=True)
class _Reduced:
    """A sheet after every promotion, and how it was found."""

    sheet: Worksheet
    effort: Effort
    member: MemberOffer | None
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class _Paid:
    """What points pay and what is earned, line by line in the order of the sheet."""

    limit: RedeemLimit
    points: int
    shares: Sequence[PointsShare]
    earned: Earned
    claims: Claims


class Engine:
    """Prices baskets under one program; the index over its promotions is built once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._index = PromotionIndex(program.promotions)
        self._known: dict[Component, Assignment] = {}
        self._pieces = Pieces()
        self._sight = Sight.of(program)

    def promotions_of(self, line: BasketLine) -> tuple[Promotion, ...]:
        """Those whose goods hold the line's item at its price, open now or not."""
        if not line.reducible:
            return ()
        numbers = dict.fromkeys(number for number, _, _ in self._index.seen(line))
        return tuple(self.program.promotions[number] for number in numbers)

    def price(self, lines: Sequence[BasketLine], context: Context) -> Priced:
        """Every amount of the basket, with its reason. Lines keep their order."""
        judge = Judge(lines, context, self.program.policies)
        touching, failed = candidates(self._index, lines, judge)
        held, member_failed = member_step.offers(
            self.program.member_discounts, context, _toward_borders_minor(lines)
        )
        rules = Rules(self.program, context, touching, held, self._sight)
        ordered = rules.ordered(lines)
        setting = self._setting(ordered, context)
        reduced, paid = self._affordable(ordered, touching, held, setting, context)
        tracing = Tracing(
            self.program,
            context,
            self._index,
            reduced.chosen,
            touching,
            failed,
            member_failed,
            partial(self._alone, ordered, touching, setting),
        )
        return self._told(_in_order_of(lines, _priced(reduced.sheet, paid)), reduced, paid, tracing)

    def _told(
        self, lines: tuple[PricedLine, ...], reduced: _Reduced, paid: _Paid, tracing: Tracing
    ) -> Priced:
        """The answer with its reasons."""
        context = tracing.context
        judge = Judge([row.line for row in reduced.sheet.rows], context, self.program.policies)
        short = list(tracing.failed) if not context.explain else tracing.judged(judge)
        return Priced(
            lines=lines,
            totals=_totals(lines),
            limit=paid.limit,
            trace=(
                *tracing.trace(judge, lines),
                *earn_traces(self.program, context, paid.earned.by_rule, judge),
            ),
            optimal=reduced.effort.optimal,
            gap_minor=reduced.effort.gap_minor,
            nodes=reduced.effort.nodes,
            hints=hints(self._index, short, judge, context.language),
            gifts=self._gifts(reduced, paid),
            issued=extras.issued(reduced.chosen),
            claimed_points=paid.claims.points,
            applications=_applications(reduced, paid),
            notes=paid.earned.notes,
        )

    def _gifts(self, reduced: _Reduced, paid: _Paid) -> tuple[GiftGiven, ...]:
        steps = self.program.policies.gift_steps
        return extras.gifts(reduced.chosen, steps, paid.claims.times)

    def _alone(
        self,
        lines: Sequence[BasketLine],
        touching: Sequence[Candidate],
        setting: Setting,
        number: int,
    ) -> dict[int, int]:
        """What a promotion saves on each line when no other is given."""
        only = tuple(c for c in touching if c.number == number)
        order = "percent_first"
        begun = self._begin(lines, only, order, None, setting)
        sheet = self._finished(begun, only, order, None, setting).sheet
        return {
            row.line.line: row.line.list_minor - row.net_minor
            for row in sheet.rows
            if row.net_minor < row.line.list_minor
        }

    def _setting(self, lines: Sequence[BasketLine], context: Context) -> Setting:
        return Setting(
            self.program.policies,
            context.language,
            self.program.currency.minor_digits,
            self.program.node_budget,
            self._known,
            lines,
        )

    def _affordable(
        self,
        lines: Sequence[BasketLine],
        touching: Sequence[Candidate],
        held: Sequence[MemberOffer],
        setting: Setting,
        context: Context,
    ) -> tuple[_Reduced, _Paid]:
        """Rewards that the points do not cover are left out, the latest claim first."""
        while True:
            reduced = self._best(lines, touching, held, setting)
            goodwill_step.apply_goodwill(reduced.sheet, context.goodwill)
            paid = self._paid(reduced, context)
            if not paid.claims.short:
                return reduced, paid
            left_out = paid.claims.short
            touching = [c for c in touching if c.promotion.promotion_id != left_out]

    def _paid(self, reduced: _Reduced, context: Context) -> _Paid:
        """Claims first, then points as money, then what is earned on the rest."""
        rows = reduced.sheet.rows
        none = (redemption.NO_POINTS,) * len(rows)
        rates = self._sight.rates
        before = Earning(self.program, rows, none, context, rates)
        claims = Claims.of(reduced.chosen, self.program.policies, context, before)
        paying = Paying.of(self.program.redeem, rows, context, self._sight.payable)
        limit = redemption.limit(paying, claims.points)
        points = redemption.granted(self.program.redeem, context.wish.points, limit)
        shares = redemption.spend(paying, points)
        earned = Earning(self.program, rows, shares, context, rates).earned()
        return _Paid(limit, points, claims.shared(shares, rows), earned, claims)

    def _best(
        self,
        lines: Sequence[BasketLine],
        touching: Sequence[Candidate],
        held: Sequence[MemberOffer],
        setting: Setting,
    ) -> _Reduced:
        """The lowest net; fewer reductions win a tie, then the order of the sets, then the id."""
        options = [None, *sorted(held, key=lambda o: o.discount.discount_id)]
        sets = selections(touching, setting)
        best: _Reduced | None = None
        for member in options:
            for reduced in self._compared(lines, sets, member, setting):
                if best is None or reduced.sheet.net_minor < best.sheet.net_minor:
                    best = reduced
        assert best is not None
        return best

    def _compared(
        self,
        lines: Sequence[BasketLine],
        sets: Sequence[Chosen],
        member: MemberOffer | None,
        setting: Setting,
    ) -> Iterator[_Reduced]:
        """Every set in every order, what they have in common calculated once."""
        begun: dict[tuple[int, ...], tuple[Worksheet, Effort]] = {}
        for chosen in sets:
            most, concerned = -1, concerned_lines(chosen, member)
            for tried in item_choices(chosen, member):
                for ordered, order in orders(tuple(tried), setting.policies):
                    key = tuple(c.number for c in ordered if not c.promotion.whole)
                    known = begun.get(key) if order in SHARED_PREFIX else None
                    if known is None:
                        known = self._begin(lines, ordered, order, member, setting)
                        begun[key] = known
                    found = self._finished(known, ordered, order, member, setting)
                    if concerned:
                        saved = sum(claimed_minor(found.sheet, chosen, concerned).values())
                        most = max(most, saved)
                        missed = missed_minor(found.sheet, most, concerned, chosen, member)
                        found = _doubted(found, missed)
                    yield found

    def _finished(
        self,
        begun: tuple[Worksheet, Effort],
        chosen: Chosen,
        order: str,
        member: MemberOffer | None,
        setting: Setting,
    ) -> _Reduced:
        """With the amounts on the whole transaction."""
        sheet, effort = begun
        if order in SHARED_PREFIX and not any(c.promotion.partly_whole for c in chosen):
            return _Reduced(sheet, effort, member, chosen)
        cascade = Cascade.of(chosen, order, setting.policies)
        rest = cascade.stretches[cascade.before_whole :]
        if not rest:
            return _Reduced(sheet, effort, member, chosen)
        sheet = sheet.copy()
        sheet.after_lines = {row.line.line: row.net_minor for row in sheet.rows}
        more = cascade.run(sheet, setting, member, rest)
        return _Reduced(sheet, effort.joined(more), member, chosen)

    def _begin(
        self,
        lines: Sequence[BasketLine],
        chosen: Chosen,
        order: str,
        member: MemberOffer | None,
        setting: Setting,
    ) -> tuple[Worksheet, Effort]:
        """Everything before the first amount on the whole, piece by piece where that is exact."""

        def calculate(
            some: Sequence[BasketLine], touching: Sequence[Candidate]
        ) -> tuple[Worksheet, Effort]:
            cascade = Cascade.of(touching, order, setting.policies)
            sheet = Worksheet.of(some)
            first = cascade.stretches[: cascade.before_whole]
            return sheet, cascade.run(sheet, setting, member, first)

        joined = any(waits(c.promotion, setting) for c in chosen)
        negative = any(line.list_minor < 0 for line in lines)
        if joined or negative or not can_split(setting.policies):
            return calculate(lines, chosen)
        key = (*member_key(member), order, setting.language, receipt_key(chosen, lines))
        return self._pieces.sheet(lines, on_lines(chosen), key, calculate)


def _applications(reduced: _Reduced, paid: _Paid) -> dict[str, int]:
    """How often each promotion was given: by groups, by claims, or once."""
    found = {m.rule_id: 1 for row in reduced.sheet.rows for m in row.modifications}
    found |= {c.promotion.promotion_id: 1 for c in reduced.chosen if extras.gives_extra(c)}
    found |= {**reduced.sheet.times, **paid.claims.times}
    known = {c.promotion.promotion_id for c in reduced.chosen}
    return {rule_id: times for rule_id, times in found.items() if rule_id in known}


def _doubted(reduced: _Reduced, missed_minor: int) -> _Reduced:
    """With what another assignment could still save where later percentages are uneven."""
    if not missed_minor:
        return reduced
    return replace(reduced, effort=reduced.effort.joined(Effort(False, missed_minor, 0)))


def _toward_borders_minor(lines: Sequence[BasketLine]) -> int:
    """The list amount of what may open a step of a cumulative discount."""
    return sum(line.list_minor for line in lines if not line.item.bars.threshold)


def _in_order_of(
    lines: Sequence[BasketLine], priced: Sequence[PricedLine]
) -> tuple[PricedLine, ...]:
    by_number = {one.line: one for one in priced}
    return tuple(by_number[line.line] for line in lines)


def _priced(sheet: Worksheet, paid: _Paid) -> tuple[PricedLine, ...]:
    return tuple(
        PricedLine(
            line=row.line.line,
            list_minor=row.line.list_minor,
            modifications=tuple(row.modifications),
            net_minor=row.net_minor,
            points_minor=share.money_minor,
            points_redeemed=share.points,
            points_earned=points,
            earn_rate=rate,
            notes=notes_of(row),
        )
        for row, share, points, rate in zip(
            sheet.rows, paid.shares, paid.earned.points, paid.earned.rates, strict=True
        )
    )


def _totals(lines: Sequence[PricedLine]) -> Totals:
    list_minor = sum(line.list_minor for line in lines)
    net_minor = sum(line.net_minor for line in lines)
    points_minor = sum(line.points_minor for line in lines)
    return Totals(
        list_minor=list_minor,
        discount_minor=list_minor - net_minor,
        net_minor=net_minor,
        points_minor=points_minor,
        points_redeemed=sum(line.points_redeemed for line in lines),
        payable_minor=net_minor - points_minor,
        rounding_minor=0,
        points_earned=sum(line.points_earned for line in lines),
    )
