"""What `kopilka program` prints, line by line, in a language. Never prices, never reads files."""

from collections.abc import Iterable, Iterator, Mapping

from pos_app.domain.document import Step
from pos_app.domain.loyalty.program import Program
from pos_app.domain.money import PPM, Money, divide_half_up
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.result import Priced, PricedLine, Trace
from pos_app.domain.pricing.trace import why_modified
from pos_app.domain.sentence import Points, Rate, Sentence
from pos_app.domain.sheet.rule_sheet import RuleSheet
from pos_app.domain.what_if import Figures, Trial
from resources.words import Words


def sheet_page(sheet: RuleSheet, words: Words) -> Iterator[str]:
    """The rule sheet as Markdown that reads as plain text too."""
    yield f"# {words.say(sheet.title)}"
    yield ""
    yield words.say(sheet.since)
    for chapter in sheet.chapters:
        yield ""
        yield f"## {words.say(chapter.title)}"
        yield ""
        for line in chapter.lines:
            text = "; ".join(words.say(sentence) for sentence in line)
            end = "" if text.endswith(".") else "."
            yield f"- {text[:1].upper()}{text[1:]}{end}"


def name_of(program: Program, language: str) -> str:
    """The programme's name in a language, else in any, else its id."""
    names = program.names
    return names.get(language) or next(iter(names.values()), program.ref.program_id)


class ExplainPage:
    """A priced basket: lines, steps, rules applied and not, each with its reason.

    `early`: lines that are not for this customer yet, and why; `after`: the member's counters.
    """

    def __init__(
        self,
        program: Program,
        words: Words,
        early: Mapping[int, Sentence] | None = None,
        after: Iterable[Sentence] = (),
    ) -> None:
        self._program = program
        self._words = words
        self._early = early or {}
        self._after = tuple(after)

    def lines(self, basket: Iterable[BasketLine], priced: Priced) -> Iterator[str]:
        """The page."""
        name = name_of(self._program, self._words.language)
        yield self._say("heading", name=name, version=self._program.ref.version)
        yield from self._basket(basket, priced)
        yield from self._steps(priced)
        yield from self._said("counters", (*self._given(priced), *self._after))
        applied = [t for t in priced.trace if t.applied]
        others = [t for t in priced.trace if not t.applied]
        yield from self._rules("applied", applied)
        yield from self._rules("not_applied", others)
        yield from self._said("hints", map(self._words.say, priced.hints))
        yield ""
        gap = self._money(priced.gap_minor)
        yield self._say("optimal") if priced.optimal else self._say("unproven", gap=gap)

    def _given(self, priced: Priced) -> Iterator[str]:
        for gift in priced.gifts:
            yield self._say("gift", item=gift.item_id, n=gift.units)

    def _basket(self, basket: Iterable[BasketLine], priced: Priced) -> Iterator[str]:
        yield from self._head("basket")
        for line in basket:
            done = priced.line(line.line)
            yield "  " + self._say(
                "line",
                number=line.line,
                name=line.item.name,
                quantity=line.quantity,
                price=self._money(line.unit_price_minor),
                amount=self._money(done.list_minor),
            )
            yield from self._line_end(done)

    def _line_end(self, done: PricedLine) -> Iterator[str]:
        for one in done.modifications:
            step, amount = self._say(f"step.{one.step.value}"), self._money(-one.amount_minor)
            why = self._words.say(why_modified(one))
            yield "      " + self._say("line_step", step=step, amount=amount, why=why)
        if done.line in self._early:
            yield f"      {self._words.say(self._early[done.line])}"
        for note in done.notes:
            yield f"      {self._words.say(note)}"
        net, points = self._money(done.net_minor), done.points_earned
        yield "      " + self._say("line_net", amount=net, points=points)
        if done.points_minor:
            by_points, money = self._money(done.points_minor), self._money(done.payable_minor)
            yield "      " + self._say("line_points", amount=by_points, rest=money)

    def _steps(self, priced: Priced) -> Iterator[str]:
        yield from self._head("steps")
        totals = priced.totals
        yield self._amount("list_amount", totals.list_minor)
        for step in Step:
            taken = sum(
                one.amount_minor
                for line in priced.lines
                for one in line.modifications
                if one.step is step
            )
            if taken:
                yield self._amount(f"step.{step.value}", -taken)
        yield self._amount("net_amount", totals.net_minor)
        yield from self._by_points(priced)
        if totals.rounding_minor:
            yield self._amount("rounding", totals.rounding_minor)
        yield self._amount("due", totals.due_minor)
        yield "  " + self._say("earned", points=Points(totals.points_earned))
        yield from (f"  {self._words.say(note)}" for note in priced.notes)
        yield "  " + self._most(priced)

    def _by_points(self, priced: Priced) -> Iterator[str]:
        """Points that pay, and beside them what rewards cost: those pay for nothing."""
        totals, claimed = priced.totals, priced.claimed_points
        if claimed:
            yield "  " + self._say("claimed", points=Points(claimed))
        if totals.points_redeemed > claimed:
            points = self._say("points_amount", points=Points(totals.points_redeemed - claimed))
            yield "  " + self._say("amount", name=points, amount=self._money(-totals.points_minor))

    def _most(self, priced: Priced) -> str:
        limit = priced.limit
        if limit.why is None:
            return self._say("most", points=Points(limit.points))
        amounts = [one for one in limit.why.args.values() if isinstance(one, Money)]
        if not limit.points and any(not one.minor for one in amounts):
            return self._say("no_points_here")
        return self._say("limit", points=Points(limit.points), why=self._words.say(limit.why))

    def _rules(self, key: str, traces: list[Trace]) -> Iterator[str]:
        """A rule of earning takes nothing off: it stands with its sentence only."""
        if not traces:
            return
        yield from self._head(key)
        for one in traces:
            amount = self._money(-one.amount_minor)
            lines = ", ".join(str(number) for number in sorted(one.lines))
            named = "rule_not"
            if one.applied and one.lines:
                named = "rule_earn" if one.step is Step.POINTS else "rule"
            yield "  " + self._say(named, name=one.name, amount=amount, lines=lines)
            yield from (f"      {self._words.say(why)}" for why in one.why)

    def _said(self, key: str, said: Iterable[str | Sentence]) -> Iterator[str]:
        lines = [one if isinstance(one, str) else self._words.say(one) for one in said]
        if lines:
            yield from self._head(key)
            yield from (f"  {line}" for line in lines)

    def _amount(self, key: str, minor: int) -> str:
        return "  " + self._say("amount", name=self._say(key), amount=self._money(minor))

    def _head(self, key: str) -> Iterator[str]:
        yield ""
        yield self._say(key)

    def _money(self, minor: int) -> Money:
        return Money(minor, self._program.currency)

    def _say(self, key: str, **args: object) -> str:
        return self._words.text(f"program.{key}", **args)


class ReplayPage:
    """What past receipts would have come to."""

    def __init__(self, trial: Trial, words: Words) -> None:
        self._trial = trial
        self._words = words

    def lines(self) -> Iterator[str]:
        """The page."""
        program = self._trial.program
        name = name_of(program, self._words.language)
        yield self._say("title", name=name, version=program.ref.version)
        days = self._trial.days
        if days is None:
            yield self._say("nothing")
            return
        yield self._say(
            "period",
            receipts=self._trial.now.receipts,
            first=days[0],
            last=days[1],
            members=self._trial.members,
        )
        yield ""
        yield from self._figures()
        yield from self._by_rule()
        yield from self._largest()

    def _figures(self) -> Iterator[str]:
        then, now = self._trial.then, self._trial.now
        yield self._say("head")
        yield self._say("list", then=self._money(now.list_minor))
        yield self._pair("discount", then.discount_minor, now.discount_minor)
        yield self._say("share", then=_share(then), now=_share(now))
        yield self._pair("net", then.net_minor, now.net_minor)
        for key, old, new in (
            ("redeemed", then.redeemed, now.redeemed),
            ("earned", then.earned, now.earned),
        ):
            yield self._say(key, then=old, now=new, more=new - old)
        value = int(now.earned * self._trial.program.redeem.point_value)
        yield self._say("earned_money", now=self._money(value))
        yield self._say("changed", changed=self._trial.changed, receipts=now.receipts)
        if self._trial.unproven:
            yield self._say("unproven", n=self._trial.unproven)

    def _by_rule(self) -> Iterator[str]:
        yield ""
        yield self._say("rules")
        rules = self._trial.by_cost()
        if not rules:
            yield "  " + self._say("no_rules")
        for one in rules:
            amount = self._money(one.amount_minor)
            key = "rule_earn" if one.earns else "rule" if one.amount_minor else "rule_gives"
            yield "  " + self._say(key, name=one.name, amount=amount, n=one.receipts)

    def _largest(self) -> Iterator[str]:
        found = [one for one in self._trial.largest if one.now_minor != one.then_minor]
        if not found:
            return
        yield ""
        yield self._say("largest")
        for one in found:
            yield "  " + self._say(
                "change",
                receipt=one.receipt,
                at=one.local,
                then=self._money(one.then_minor),
                now=self._money(one.now_minor),
                more=self._money(one.now_minor - one.then_minor),
            )

    def _pair(self, key: str, then: int, now: int) -> str:
        more = self._money(now - then)
        return self._say(key, then=self._money(then), now=self._money(now), more=more)

    def _money(self, minor: int) -> Money:
        return Money(minor, self._trial.program.currency)

    def _say(self, key: str, **args: object) -> str:
        return self._words.text(f"program.replay.{key}", **args)


def _share(figures: Figures) -> Rate:
    """Discounts as a share of the list amount, to a hundredth of a percent."""
    if not figures.list_minor:
        return Rate(0)
    hundredths = divide_half_up(figures.discount_minor * PPM // 100, figures.list_minor)
    return Rate(hundredths * 100)
