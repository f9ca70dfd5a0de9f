"""The promotions that claim units: who competes for which unit, searched and realised.

Never judges a condition; it is given candidates whose conditions hold.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import PPM, allocate_largest_remainder, format_decimal
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.bounds import Alternative, Unit
from pos_app.domain.pricing.derivation import Said, arithmetic, reduced, unit_saving_scaled
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.pricing.groups import Taken, realise
from pos_app.domain.pricing.narrowing import Contest, components, pooled, worthwhile
from pos_app.domain.pricing.plans import LimitedPlan, OrderedPlan, Plan, RolePlan
from pos_app.domain.pricing.search import assign
from pos_app.domain.pricing.setting import Component, Effort, Setting
from pos_app.domain.pricing.shop import by_shop, chosen_by_shop, picked
from pos_app.domain.pricing.worksheet import Cell, Cells, Row, Worksheet, spread_over
from pos_app.domain.promotion.benefit import FirstThen, OrderedGroup, Reduction, RoleGroup
from pos_app.domain.quantity import Unit as Measure

MemberRate = Callable[[BasketLine], int]


@dataclass
class Block:
    """One set of candidates that compete for units, on one sheet."""

    setting: Setting
    sheet: Worksheet
    member_rate: MemberRate
    simple: dict[int, list[tuple[Candidate, Reduction, int]]] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    given: dict[int, int] = field(default_factory=dict)

    def run(self, chosen: Sequence[Candidate]) -> Effort:
        """Give every unit its best promotion, and take what it gives off the rows."""
        rows = {row.line.line: row for row in self.sheet.rows}
        for candidate in chosen:
            for part in candidate.parts:
                self._enter(candidate, part, rows)
        contest = Contest(
            [(row, self._alternatives(row)) for row in self.sheet.rows if row.line.count]
        )
        plans = worthwhile(pooled(self.plans), contest)
        effort = Effort()
        for component in components(plans):
            effort = self._settle(component, contest, rows, effort)
        for row, alternatives in contest.rows:
            self._realise_alone(row, alternatives, contest.left(row))
        return effort

    def _enter(self, candidate: Candidate, part: Part, rows: dict[int, Row]) -> None:
        benefit = part.benefit
        if isinstance(benefit, Reduction):
            self._enter_reduction(candidate, part, benefit, rows)
        elif isinstance(benefit, OrderedGroup | RoleGroup):
            if by_shop(benefit, self.setting.policies):
                taken = chosen_by_shop(candidate, _pieces(part), rows, self.setting.policies)
                realise(self.sheet, rows, taken, self.setting)
            else:
                self._enter_group(candidate, _pieces(part), benefit)
        elif isinstance(benefit, FirstThen):
            for line in part.lines:
                self._enter_first_then(candidate, benefit, line)

    def _enter_first_then(self, candidate: Candidate, benefit: FirstThen, line: BasketLine) -> None:
        """One unit at the first amount, the rest at the other."""
        most = min(benefit.max_units or line.count, line.count)
        for value, units in ((benefit.first_minor, 1), (benefit.further_minor, most - 1)):
            if value and units:
                one = Reduction("amount", value, scope="unit")
                self._enter_limited(candidate, Part(one, (line,)), value, units)

    def _enter_reduction(
        self, candidate: Candidate, part: Part, one: Reduction, rows: dict[int, Row]
    ) -> None:
        value = self.setting.value_of(one, part)
        if not value:
            return
        pick = self.setting.pick_of(one)
        if one.max_units and pick != "best":
            found = picked(one, pick, [rows[line.line] for line in part.lines])
            self._reduce(found, candidate, one, value)
        elif one.max_units_per_line:
            for line in part.lines:
                self._enter_limited(candidate, Part(one, (line,)), value, one.max_units_per_line)
        else:
            self._enter_limited(candidate, part, value, one.max_units)

    def _enter_limited(self, candidate: Candidate, part: Part, value: int, most: int) -> None:
        """A limit that is not reached is no limit."""
        one = part.benefit
        assert isinstance(one, Reduction)
        if _reaches_all(one, value, most, part.lines):
            for line in part.lines:
                self.simple.setdefault(line.line, []).append((candidate, one, value))
        else:
            pool = ((candidate, most),)
            self.plans.append(LimitedPlan(pool, part, one, value, most, one.cap_minor))

    def _enter_group(
        self, candidate: Candidate, part: Part, group: OrderedGroup | RoleGroup
    ) -> None:
        limits = [n for n in (group.max_applications, candidate.promotion.limits.per_receipt) if n]
        most = min(limits, default=0)
        pool = ((candidate, most),)
        if isinstance(group, OrderedGroup):
            self.plans.append(OrderedPlan(pool, part, group, most))
        else:
            self.plans.append(RolePlan(pool, part, group, most))

    def _alternatives(self, row: Row) -> dict[int, Alternative]:
        """What a free unit saves alone, by its present price."""
        found = {}
        options = sorted(
            self.simple.get(row.line.line, ()),
            key=lambda one: (-one[0].promotion.priority, one[0].promotion.promotion_id),
        )
        units = sum(cell.units for cell in row.free_cells())
        for cell in row.free_cells():
            room = max(cell.net_minor - row.line.floor_unit_minor, 0) * PPM
            best = Alternative(min(cell.net_minor * self.member_rate(row.line), room))
            for candidate, one, value in options:
                saving = unit_saving_scaled(one, value, row.line, cell.net_minor)
                if _is_off_line(one):  # the units of the line share it
                    saving = min(value * PPM // units, room)
                if saving > best.saving:
                    best = Alternative(saving, candidate, one, value)
            found[cell.net_minor] = best
        return found

    def _settle(
        self,
        component: Sequence[Plan],
        contest: Contest,
        rows: dict[int, Row],
        effort: Effort,
    ) -> Effort:
        units = _units(component, contest)
        key = _key(component, units)
        found = self.setting.known.get(key)
        if found is None:
            found = assign(units, component, self.setting.budget)
            self.setting.remember(key, found)
        for number, plan in enumerate(component):
            taken = [
                (unit, choice[1])
                for unit, choice in zip(units, found.choices, strict=True)
                if choice[0] == number
            ]
            contest.claim(unit for unit, _ in taken)
            self._realise_plan(plan, taken, rows)
        return effort.plus(found)

    def _realise_plan(
        self, plan: Plan, taken: Sequence[tuple[Unit, int]], rows: dict[int, Row]
    ) -> None:
        for candidate, share in plan.shares(taken):
            if isinstance(plan, LimitedPlan):
                self._reduce(list(_by_row(share, rows)), candidate, plan.reduction, plan.value)
            else:
                realise(self.sheet, rows, Taken(candidate, plan.part.benefit, share), self.setting)

    def _realise_alone(self, row: Row, alternatives: dict[int, Alternative], left: Cells) -> None:
        """What remains of the line by simple promotions, each rounded once."""
        by_promotion: dict[int, list[Cell]] = {}
        for cell in left:
            alone = alternatives[cell.net_minor]
            if alone.candidate is not None and cell.units:
                by_promotion.setdefault(alone.candidate.number, []).append(cell)
        for cells in by_promotion.values():
            alone = alternatives[cells[0].net_minor]
            assert alone.candidate is not None and alone.reduction is not None
            self._reduce([(row, tuple(cells))], alone.candidate, alone.reduction, alone.value)

    def _reduce(
        self, taken: Sequence[tuple[Row, Cells]], candidate: Candidate, one: Reduction, value: int
    ) -> None:
        """Some units of some rows, each row rounded once, all within what is left of the cap."""
        setting, promotion = self.setting, candidate.promotion
        found = [
            reduced(one, value, row.line, cells, setting.policies.rounding) for row, cells in taken
        ]
        amounts = [amount for _, amount in found]
        parts = self._within_cap(candidate, one, amounts)
        for (row, cells), (after, full), amount in zip(taken, found, parts, strict=True):
            text = arithmetic(one, value, row.line, cells, Said(full, setting.digits))
            if amount != full:
                after = spread_over(cells, amount, row.line.floor_unit_minor)
                text += f", <= {format_decimal(one.cap_minor, setting.digits)}"
            units = sum(cell.units for cell in cells)
            name = promotion.name(setting.language)
            modification = PriceModification(
                promotion.promotion_id, Step.ITEM, amount, units, name, text
            )
            row.put(cells, tuple(cell._replace(claimed=True) for cell in after), modification)

    def _within_cap(
        self, candidate: Candidate, one: Reduction, amounts: Sequence[int]
    ) -> Sequence[int]:
        """The amounts, or shares of what is left of the promotion's cap."""
        if not one.cap_minor:
            return amounts
        given = self.given.get(candidate.number, 0)
        total = min(sum(amounts), one.cap_minor - given)
        self.given[candidate.number] = given + total
        return allocate_largest_remainder(total, amounts, amounts).parts


def _is_off_line(one: Reduction) -> bool:
    """True for an amount that a line gets once, however many its units."""
    return one.kind == "amount" and one.scope == "line"


def _reaches_all(one: Reduction, value: int, most: int, lines: Sequence[BasketLine]) -> bool:
    """True when neither the number of units nor the cap leaves out any unit."""
    if most and sum(line.count for line in lines) > most:
        return False
    if not one.cap_minor or _is_off_line(one):
        return True
    saved = sum(
        unit_saving_scaled(one, value, line, line.unit_minor) * line.count + PPM for line in lines
    )
    return saved <= one.cap_minor * PPM


def _pieces(part: Part) -> Part:
    """A weighed line cannot be part of a group of pieces."""

    def only(lines: tuple[BasketLine, ...]) -> tuple[BasketLine, ...]:
        return tuple(line for line in lines if line.quantity.unit is Measure.PIECE)

    return Part(part.benefit, only(part.lines), tuple(only(lines) for lines in part.of_role))


def _units(component: Sequence[Plan], contest: Contest) -> list[Unit]:
    """Every free unit that a plan may take, the dearest first; of equal prices the one that may
    fall least, as the last of a group is reduced most. Others keep the order of the sheet, which
    does not depend on scanning."""
    roles = roles_by_line(component)
    cells = [
        (cell, row.line, alternatives)
        for row, alternatives in contest.rows
        if row.line.line in roles
        for cell in contest.left(row)
    ]
    cells.sort(key=lambda one: (-one[0].net_minor, -one[1].floor_unit_minor))
    return [
        Unit(line, cell.net_minor, alternatives[cell.net_minor], roles[line.line], run)
        for run, (cell, line, alternatives) in enumerate(cells)
        for _ in range(cell.units)
    ]


def roles_by_line(component: Sequence[Plan]) -> dict[int, tuple[tuple[int, int], ...]]:
    """What each line may be in: (number of the plan, role)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, plan in enumerate(component):
        of_role = plan.part.of_role or (plan.part.lines,)
        for role, lines in enumerate(of_role):
            for line in lines:
                found.setdefault(line.line, []).append((number, role))
    return {line: tuple(roles) for line, roles in found.items()}


def _key(component: Sequence[Plan], units: Sequence[Unit]) -> Component:
    """Two components with the same key have the same best assignment."""
    plans = tuple(name for plan in component for name in (*plan.key, ""))
    counts = Counter(unit.run for unit in units)
    first = {unit.run: unit for unit in reversed(units)}
    runs = tuple(
        (
            counts[run],
            unit.net_minor,
            unit.line.unit_minor,
            unit.line.floor_unit_minor,
            unit.alone.saving,
            unit.roles,
        )
        for run, unit in sorted(first.items())
    )
    return plans, runs


def _by_row(taken: Sequence[tuple[Unit, int]], rows: dict[int, Row]) -> Iterator[tuple[Row, Cells]]:
    counts: dict[int, dict[int, int]] = {}
    for unit, _ in taken:
        of_line = counts.setdefault(unit.line.line, {})
        of_line[unit.net_minor] = of_line.get(unit.net_minor, 0) + 1
    for number, nets in counts.items():
        yield rows[number], tuple(Cell(count, net) for net, count in nets.items())
