"""What a group of units is reduced by, and where in the group it falls. Never which units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import allocate_largest_remainder, format_decimal
from pos_app.domain.pricing.bounds import Unit
from pos_app.domain.pricing.derivation import off_minor, times
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.setting import Setting
from pos_app.domain.pricing.worksheet import Cell, Row, Worksheet
from pos_app.domain.promotion.benefit import Benefit, OrderedGroup, RoleGroup


@dataclass(frozen=True, slots=True)
class Taken:
    """Units that a promotion's group benefit takes, each with its role, the dearest first."""

    candidate: Candidate
    benefit: Benefit
    units: Sequence[tuple[Unit, int]]


class _Reduced(NamedTuple):
    """One unit of a group, what is taken off it, and whether it counts as reduced."""

    unit: Unit
    off_minor: int


def realise(sheet: Worksheet, rows: dict[int, Row], taken: Taken, setting: Setting) -> None:
    """Take what the groups give off their units; all of them are claimed."""
    benefit = taken.benefit
    if isinstance(benefit, OrderedGroup):
        groups = _ordered(benefit, [unit for unit, _ in taken.units])
    else:
        assert isinstance(benefit, RoleGroup)
        groups = _in_roles(benefit, taken.units)
    groups = [group for group in groups if sum(one.off_minor for one in group) > 0]
    if not groups:
        return
    promotion = taken.candidate.promotion
    sheet.times[promotion.promotion_id] = sheet.times.get(promotion.promotion_id, 0) + len(groups)
    shared = not isinstance(benefit, OrderedGroup) or benefit.spread
    shared = shared or benefit.price_minor is not None
    if isinstance(benefit, RoleGroup) and benefit.price_minor is None:
        shared = False
    _put(rows, [one for group in groups for one in group], taken.candidate, setting, shared)


def _ordered(group: OrderedGroup, units: Sequence[Unit]) -> list[list[_Reduced]]:
    found = []
    for start in range(0, len(units), group.size):
        together = units[start : start + group.size]
        offs = [
            off_minor(off, unit.line, unit.net_minor)
            for off, unit in zip(group.offs, together, strict=False)
        ]
        found.append(_priced(together, offs, group.price_minor, group.spread))
    return found


def _priced(
    units: Sequence[Unit], offs: Sequence[int], price_minor: int | None, spread: bool
) -> list[_Reduced]:
    """A group with a price of its own, or with its reductions shared, falls on all its units."""
    total = sum(offs)
    if price_minor is not None:
        total = max(sum(unit.net_minor for unit in units) - price_minor, 0)
    elif not spread:
        return [_Reduced(unit, off) for unit, off in zip(units, offs, strict=True)]
    rooms = [max(unit.net_minor - unit.line.floor_unit_minor, 0) for unit in units]
    parts = allocate_largest_remainder(total, [unit.net_minor for unit in units], rooms).parts
    return [_Reduced(unit, part) for unit, part in zip(units, parts, strict=True)]


def _in_roles(group: RoleGroup, taken: Sequence[tuple[Unit, int]]) -> list[list[_Reduced]]:
    queues = [[unit for unit, role in taken if role == r] for r in range(len(group.roles))]
    found = []
    while any(queues):
        together, offs = [], []
        for role, queue in zip(group.roles, queues, strict=True):
            for unit in queue[: role.units]:
                together.append(unit)
                offs.append(off_minor(role.off, unit.line, unit.net_minor))
            del queue[: role.units]
        found.append(_priced(together, offs, group.price_minor, spread=False))
    return found


def _put(
    rows: dict[int, Row],
    reduced: Sequence[_Reduced],
    candidate: Candidate,
    setting: Setting,
    shared: bool,
) -> None:
    """Modifications by line: of all units where the reduction is shared, else of reduced ones."""
    text = _arithmetic(reduced, setting.digits)
    by_line: dict[int, list[_Reduced]] = {}
    for one in reduced:
        by_line.setdefault(one.unit.line.line, []).append(one)
    promotion = candidate.promotion
    for number, ones in by_line.items():
        units = len(ones) if shared else sum(1 for one in ones if one.off_minor)
        amount = sum(one.off_minor for one in ones)
        name = promotion.name(setting.language)
        modification = PriceModification(
            promotion.promotion_id, Step.ITEM, amount, units, name, text
        )
        rows[number].put(
            _cells([one.unit.net_minor for one in ones], claimed=False),
            _cells([one.unit.net_minor - one.off_minor for one in ones], claimed=True),
            modification,
        )


def _cells(nets: Sequence[int], claimed: bool) -> tuple[Cell, ...]:
    return tuple(Cell(nets.count(net), net, claimed) for net in dict.fromkeys(nets))


def _arithmetic(reduced: Sequence[_Reduced], digits: int) -> str:
    """`2 x 89.90 + 120.00 - 269.80 = 30.00`: all units, what is paid for them, what is saved."""
    counts: dict[tuple[int, int], int] = {}
    for one in sorted(reduced, key=lambda r: r.unit.line.line):
        key = one.unit.line.line, one.unit.net_minor
        counts[key] = counts.get(key, 0) + 1
    gross = " + ".join(times(count, net, digits) for (_, net), count in counts.items())
    total = sum(one.off_minor for one in reduced)
    paid = sum(one.unit.net_minor for one in reduced) - total
    return f"{gross} - {format_decimal(paid, digits)} = {format_decimal(total, digits)}"
