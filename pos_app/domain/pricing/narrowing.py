"""Makes the search small before it starts: what cannot matter is left out. Never a choice.

Promotions that give the same to the same lines are one; a limit that is not reached is no limit; a
group that cannot be filled is no candidate; a limited promotion is considered only by units that
would save less without it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.bounds import Alternative, Unit
from pos_app.domain.pricing.derivation import unit_saving_scaled
from pos_app.domain.pricing.eligibility import Part
from pos_app.domain.pricing.plans import LimitedPlan, OrderedPlan, Plan
from pos_app.domain.pricing.worksheet import Cell, Cells, Row

Alternatives = dict[int, Alternative]


@dataclass
class Contest:
    """The rows, what their free units save alone (by present price), and which are still free."""

    rows: list[tuple[Row, Alternatives]]
    of_line: dict[int, Alternatives] = field(init=False)
    _left: dict[int, dict[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.of_line = {row.line.line: alternatives for row, alternatives in self.rows}
        self._left = {
            row.line.line: {cell.net_minor: cell.units for cell in row.free_cells()}
            for row, _ in self.rows
        }

    def left(self, row: Row) -> Cells:
        """Units of a row that nothing has claimed yet, the dearest first."""
        of_row = self._left[row.line.line]
        return tuple(Cell(count, net) for net, count in of_row.items() if count)

    def units(self, lines: Iterable[BasketLine]) -> int:
        """How many free units these lines have."""
        return sum(sum(self._left[line.line].values()) for line in lines)

    def claim(self, units: Iterable[Unit]) -> None:
        """These are taken."""
        for unit in units:
            self._left[unit.line.line][unit.net_minor] -= 1


def pooled(plans: Sequence[Plan]) -> list[Plan]:
    """Plans that give the same to the same lines become one with the sum of their limits."""
    order = sorted(
        plans,
        key=lambda p: (-p.pool[0][0].promotion.priority, p.pool[0][0].promotion.promotion_id),
    )
    found: list[Plan] = []
    places: dict[object, int] = {}
    for plan in order:
        if isinstance(plan, LimitedPlan | OrderedPlan):
            key = _gives(plan)
            if key in places:
                found[places[key]] = _joined(found[places[key]], plan)
                continue
            places[key] = len(found)
        found.append(plan)
    return found


def _gives(plan: LimitedPlan | OrderedPlan) -> object:
    """What tells one plan from another, its goods being these lines."""
    lines = tuple(line.line for line in plan.part.lines)
    if isinstance(plan, LimitedPlan):
        one = plan.reduction
        capped = plan.cap_minor and (plan.cap_minor, plan.pool[0][0].number)
        return lines, one.kind, one.scope, one.on_list, plan.value, capped
    group = plan.group
    limits = (bool(plan.most), group.max_off and plan.pool[0][0].number)
    return lines, group.offs, group.price_minor, group.least, group.spread, limits


def _joined(known: Plan, more: LimitedPlan | OrderedPlan) -> Plan:
    assert isinstance(known, LimitedPlan | OrderedPlan)
    if isinstance(known, OrderedPlan) and not known.most:
        return known
    return replace(known, pool=(*known.pool, *more.pool), most=known.most + more.most)


def worthwhile(plans: Sequence[Plan], contest: Contest) -> list[Plan]:
    """The plans of the search with the lines that matter.

    A limited promotion that covers what is left of its lines becomes their alternative.
    """
    found = list(plans)
    settled = False
    while not settled:
        settled = True
        found = [_better(plan, contest) for plan in found]
        for plan in found:
            if isinstance(plan, LimitedPlan) and plan.part.lines and _covers(plan, contest):
                _settle(plan, contest)
                settled = False
    return [p for p in found if p.part.lines and contest.units(p.part.lines) >= p.least]


def _covers(plan: LimitedPlan, contest: Contest) -> bool:
    """Enough for all: it is not limited here (one promotion only, so that it can be named)."""
    if plan.cap_minor or len(plan.pool) != 1:
        return False
    return contest.units(plan.part.lines) <= plan.most


def _better(plan: Plan, contest: Contest) -> Plan:
    if not isinstance(plan, LimitedPlan):
        return plan
    lines = tuple(line for line in plan.part.lines if _helps(plan, line, contest))
    if len(lines) == len(plan.part.lines):
        return plan
    return replace(plan, part=Part(plan.part.benefit, lines))


def _helps(plan: LimitedPlan, line: BasketLine, contest: Contest) -> bool:
    return any(
        unit_saving_scaled(plan.reduction, plan.value, line, net) > alone.saving
        for net, alone in contest.of_line[line.line].items()
    )


def _settle(plan: LimitedPlan, contest: Contest) -> None:
    candidate = plan.pool[0][0]
    for line in plan.part.lines:
        alternatives = contest.of_line[line.line]
        for net, alone in alternatives.items():
            saving = unit_saving_scaled(plan.reduction, plan.value, line, net)
            if saving > alone.saving:
                alternatives[net] = Alternative(saving, candidate, plan.reduction, plan.value)


def components(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Plans that share a line must be searched together; others must not."""
    of_line: dict[int, list[Plan]] = {}
    for plan in plans:
        numbers = [line.line for line in plan.part.lines]
        touched = [of_line[number] for number in numbers if number in of_line]
        joined = [plan]
        for known in {id(one): one for one in touched}.values():
            joined += known
        of_line.update((line.line, joined) for one in joined for line in one.part.lines)
    return [sorted(one, key=_rank) for one in {id(one): one for one in of_line.values()}.values()]


def _rank(plan: Plan) -> tuple[int, str]:
    promotion = plan.pool[0][0].promotion
    return -promotion.priority, promotion.promotion_id
