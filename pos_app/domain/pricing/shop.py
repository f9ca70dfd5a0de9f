"""Groups whose units the shop chooses: the cheapest are the reduced ones. Never a search."""

from collections import Counter
from collections.abc import Callable, Sequence

from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.bounds import Alternative, Unit
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.pricing.groups import Taken
from pos_app.domain.pricing.worksheet import Cells, Row
from pos_app.domain.promotion.benefit import NOTHING_OFF, Group, OrderedGroup, Reduction, RoleGroup

_ALONE = Alternative(0)


def by_shop(group: Group, policies: Policies) -> bool:
    """True where the benefit itself, or else the program, leaves the choice to the shop."""
    if isinstance(group, OrderedGroup) and group.price_minor is None:
        pairing = group.pairing or policies.unit_choice
        return pairing not in ("customer", "best_for_customer")
    if group.pick != "best":
        return group.pick == "cheapest"
    return policies.unit_choice != "best_for_customer"


def chosen_by_shop(
    candidate: Candidate, part: Part, rows: dict[int, Row], policies: Policies
) -> Taken:
    """The units of as many groups as there are, the reduced ones the cheapest of all."""
    group = part.benefit
    assert isinstance(group, OrderedGroup | RoleGroup)
    limits = [n for n in (group.max_applications, candidate.promotion.limits.per_receipt) if n]
    most = min(limits, default=0)
    if isinstance(group, OrderedGroup):
        units = _units(part.lines, rows)
        if policies.unit_choice == "listed_first" and not group.pairing:
            units = _listed(group, units, most)
        else:
            units = _ordered(group, units, most)
        return Taken(candidate, group, [(unit, 0) for unit in units])
    return Taken(candidate, group, _in_roles(group, part, rows, most))


def _units(lines: Sequence[BasketLine], rows: dict[int, Row]) -> list[Unit]:
    """Free units, the dearest first; equal ones in the order of the sheet."""
    place = {number: index for index, number in enumerate(rows)}
    cells = [(cell, line) for line in lines for cell in rows[line.line].free_cells()]
    cells.sort(key=lambda one: (-one[0].net_minor, place[one[1].line]))
    return [
        Unit(line, cell.net_minor, _ALONE, (), run)
        for run, (cell, line) in enumerate(cells)
        for _ in range(cell.units)
    ]


def _listed(group: OrderedGroup, units: list[Unit], most: int) -> list[Unit]:
    """Group by group as the lines were entered."""
    units = sorted(units, key=lambda unit: unit.line.line)
    count = len(units) // group.size
    return units[: (min(count, most) if most else count) * group.size]


def _ordered(group: OrderedGroup, units: list[Unit], most: int) -> list[Unit]:
    """Group by group: who pays of the dearest, who is reduced of the cheapest."""
    count = len(units) // group.size
    count = min(count, most) if most else count
    rewards = sum(1 for off in group.offs if off != NOTHING_OFF)
    if group.max_off and rewards:
        count = min(count, -(-group.max_off // rewards))
    if group.price_minor is not None or rewards == group.size:
        return units[len(units) - count * group.size :]
    paying = group.size - rewards
    payers = units[: count * paying]
    reduced = units[len(units) - count * rewards :]
    found: list[Unit] = []
    for number in range(count):
        found += payers[number * paying : (number + 1) * paying]
        found += reduced[number * rewards : (number + 1) * rewards]
    return found


def _in_roles(
    group: RoleGroup, part: Part, rows: dict[int, Row], most: int
) -> list[tuple[Unit, int]]:
    """The most groups that can be filled when the last role takes the cheapest it may."""
    of_role = part.of_role or (part.lines,)
    wanted = _units(of_role[-1], rows)
    if group.pick == "dearest":
        wanted.reverse()
    last = group.roles[-1]
    top = min(len(wanted), group.max_off or len(wanted), most * last.units or len(wanted))
    for count in range(top, 0, -1):
        if group.price_minor is not None and count % last.units:
            continue
        reduced = wanted[len(wanted) - count :]
        others = _others(group, part, rows, reduced, -(-count // last.units))
        if others is not None:
            return [*others, *((unit, len(group.roles) - 1) for unit in reduced)]
    return []


def _others(
    group: RoleGroup, part: Part, rows: dict[int, Row], reduced: Sequence[Unit], groups: int
) -> list[tuple[Unit, int]] | None:
    """Units for the paying roles, none of them twice; None when there are not enough."""
    used = Counter((unit.line.line, unit.net_minor) for unit in reduced)
    found: list[tuple[Unit, int]] = []
    for role, one in enumerate(group.roles[:-1]):
        wanted = groups * one.units
        taken = _unused(_units(part.of_role[role], rows), used)[:wanted]
        if len(taken) < wanted:
            return None
        used.update((unit.line.line, unit.net_minor) for unit in taken)
        found += ((unit, role) for unit in taken)
    return found


def _unused(units: Sequence[Unit], used: Counter[tuple[int, int]]) -> list[Unit]:
    """The units beyond those that are used already."""
    left = Counter(used)
    found = []
    for unit in units:
        key = unit.line.line, unit.net_minor
        if left[key]:
            left[key] -= 1
        else:
            found.append(unit)
    return found


def picked(
    one: Reduction,
    pick: str,
    rows: Sequence[Row],
    units: Callable[[Row], Cells] = Row.free_cells,
) -> list[tuple[Row, Cells]]:
    """The cheapest, the dearest or the first units of the rows, as many as it is for."""
    cells = [(row, cell) for row in rows for cell in units(row)]
    if pick == "listed":
        cells.sort(key=lambda pair: pair[0].line.line)
    else:
        cells.sort(key=lambda pair: pair[1].net_minor, reverse=pick != "cheapest")
    left, found = one.max_units, []
    for row, cell in cells:
        count = min(left, cell.units)
        left -= count
        if count:
            found.append((row, cell._replace(units=count)))
    return [
        (row, chosen)
        for row in rows
        if (chosen := tuple(cell for other, cell in found if other is row))
    ]
