"""The item step: the best assignment of units to promotions, realised to the kopeck.

Never judges a condition; it is given candidates whose conditions hold.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import PPM, allocate_largest_remainder, format_decimal
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.derivation import (
    compound_arithmetic,
    compound_discount_minor,
    group_discount_minor,
    simple_arithmetic,
    simple_discount_minor,
    unit_saving_scaled,
)
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.reduction import components, covers, worthwhile
from pos_app.domain.pricing.search import (
    Alternative,
    Assignment,
    Unit,
    assign,
    group_size,
    is_group,
)
from pos_app.domain.pricing.worksheet import Row, Worksheet
from pos_app.domain.promotion.promotion import GROUP_KINDS, Promotion

MemberRate = Callable[[BasketLine], int]
Component = tuple[tuple[str, ...], tuple[object, ...]]
KNOWN_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Effort:
    """What the search says of itself."""

    optimal: bool = True
    gap_minor: int = 0
    nodes: int = 0

    def plus(self, found: Assignment) -> "Effort":
        """With one more component."""
        return Effort(
            self.optimal and found.optimal,
            self.gap_minor + -(-found.gap // PPM),
            self.nodes + found.nodes,
        )


@dataclass(frozen=True, slots=True)
class ItemStep:
    """Everything that does not change while member discounts are compared."""

    chosen: tuple[Candidate, ...]
    language: str
    digits: int
    budget: int
    known: dict[Component, Assignment]

    def run(self, sheet: Worksheet, member_rate: MemberRate) -> Effort:
        """Reduce the rows of the sheet; `member_rate` (ppm) is what a unit left alone saves."""
        simple, grouped, compound = self._sorted()
        alternatives = {
            row.line.line: self._alone(row.line, simple, member_rate) for row in sheet.rows
        }
        grouped = worthwhile(grouped, alternatives)
        rows = {row.line.line: row for row in sheet.rows}
        effort = Effort()
        alone_units = {row.line.line: row.line.count for row in sheet.rows}
        place = {number: index for index, number in enumerate(alternatives)}
        for component in components(grouped):
            found = self._assign(component, alternatives, place)
            effort = effort.plus(found[1])
            self._realise_groups(component, found[0], found[1], rows, alone_units)
        for row in sheet.rows:
            self._realise_alone(row, alternatives[row.line.line], alone_units[row.line.line])
        self._compound(compound, rows)
        return effort

    def _sorted(
        self,
    ) -> tuple[dict[int, list[Promotion]], list[Candidate], list[Candidate]]:
        simple: dict[int, list[Promotion]] = {}
        grouped, compound = [], []
        for candidate in self.chosen:
            if candidate.promotion.stacking == "compound":
                compound.append(candidate)
            elif is_group(candidate.promotion) and not covers(candidate):
                grouped.append(candidate)
            else:
                for line in candidate.lines:
                    simple.setdefault(line.line, []).append(candidate.promotion)
        compound.sort(key=lambda c: (-c.promotion.priority, c.promotion.promotion_id))
        return simple, grouped, compound

    def _alone(
        self, line: BasketLine, simple: dict[int, list[Promotion]], member_rate: MemberRate
    ) -> Alternative:
        room = (line.unit_minor - line.floor_unit_minor) * PPM
        best = Alternative(min(line.unit_minor * member_rate(line), room), None)
        order = sorted(simple.get(line.line, ()), key=lambda p: (-p.priority, p.promotion_id))
        for promotion in order:
            saving = unit_saving_scaled(promotion, line)
            if saving > best.saving:
                best = Alternative(saving, promotion)
        return best

    def _assign(
        self,
        component: list[Candidate],
        alternatives: dict[int, Alternative],
        place: dict[int, int],
    ) -> tuple[list[BasketLine], Assignment]:
        promotions = [c.promotion for c in component]
        lines = {line.line: line for c in component for line in c.lines}
        touched = [{line.line for line in c.lines} for c in component]
        groups = {
            number: tuple(i for i, numbers in enumerate(touched) if number in numbers)
            for number in lines
        }
        # Equal prices keep the order of the sheet, which does not depend on scanning.
        order = sorted(lines.values(), key=lambda b: (-b.unit_minor, place[b.line]))
        units = [
            Unit(line, alternatives[line.line], groups[line.line])
            for line in order
            for _ in range(line.count)
        ]
        return [u.line for u in units], self._found(units, promotions)

    def _found(self, units: list[Unit], promotions: list[Promotion]) -> Assignment:
        """The assignment, searched once for equal components: a scan changes few of them."""
        lines = {u.line.line: (u.line.unit_minor, u.line.floor_unit_minor, u.line.quantity,
                               u.alone.saving, u.groups) for u in units}  # fmt: skip
        key = (tuple(p.promotion_id for p in promotions), tuple(lines.values()))
        if key not in self.known:
            if len(self.known) >= KNOWN_MOST:
                self.known.clear()
            self.known[key] = assign(units, promotions, self.budget)
        return self.known[key]

    def _realise_groups(
        self,
        component: list[Candidate],
        units: list[BasketLine],
        found: Assignment,
        rows: dict[int, Row],
        alone_units: dict[int, int],
    ) -> None:
        for index, candidate in enumerate(component):
            taken = [u for u, choice in zip(units, found.choices, strict=True) if choice == index]
            for line in taken:
                alone_units[line.line] -= 1
                rows[line.line].promoted_units += 1
            if candidate.promotion.kind in GROUP_KINDS:
                self._realise_full_groups(candidate.promotion, taken, rows)
            else:
                for number, count in Counter(line.line for line in taken).items():
                    self._take_simple(candidate.promotion, rows[number], count)

    def _realise_full_groups(
        self, promotion: Promotion, taken: list[BasketLine], rows: dict[int, Row]
    ) -> None:
        amounts: dict[int, int] = {}
        counts: dict[int, int] = {}
        total = 0
        size = group_size(promotion)
        for start in range(0, len(taken), size):
            group = taken[start : start + size]
            discount = group_discount_minor(promotion, group)
            total += discount
            rooms = [line.unit_minor - line.floor_unit_minor for line in group]
            parts = allocate_largest_remainder(discount, [line.unit_minor for line in group], rooms)
            for line, part in zip(group, parts.parts, strict=True):
                amounts[line.line] = amounts.get(line.line, 0) + part
                counts[line.line] = counts.get(line.line, 0) + 1
        gross = " + ".join(self._times(rows[n].line, counts[n]) for n in sorted(counts))
        paid = sum(rows[n].line.unit_minor * counts[n] for n in counts) - total
        text = f"{gross} - {self._money(paid)} = {self._money(total)}"
        for number, amount in amounts.items():
            rows[number].take(self._modification(promotion, amount, counts[number], text))

    def _realise_alone(self, row: Row, alone: Alternative, units: int) -> None:
        if alone.promotion is not None and units:
            row.promoted_units += units
            self._take_simple(alone.promotion, row, units)

    def _take_simple(self, promotion: Promotion, row: Row, units: int) -> None:
        amount = simple_discount_minor(promotion, row.line, units)
        text = simple_arithmetic(promotion, row.line, units, self.digits)
        row.take(self._modification(promotion, amount, units, text))

    def _compound(self, compound: list[Candidate], rows: dict[int, Row]) -> None:
        """On top of what others left, one after another by priority."""
        for candidate in compound:
            for line in candidate.lines:
                row = rows[line.line]
                net, promotion = row.net_minor, candidate.promotion
                amount = compound_discount_minor(promotion, line, net)
                text = compound_arithmetic(promotion, line, net, self.digits)
                row.take(self._modification(promotion, amount, line.count, text))

    def _modification(
        self, promotion: Promotion, amount: int, units: int, arithmetic: str
    ) -> PriceModification:
        name = promotion.name(self.language)
        return PriceModification(promotion.promotion_id, Step.ITEM, amount, units, name, arithmetic)

    def _money(self, minor: int) -> str:
        return format_decimal(minor, self.digits)

    def _times(self, line: BasketLine, count: int) -> str:
        return (
            f"{count} x {self._money(line.unit_minor)}"
            if count > 1
            else self._money(line.unit_minor)
        )
