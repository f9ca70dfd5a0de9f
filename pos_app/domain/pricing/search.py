"""Which unit goes to which promotion: the assignment that saves most. Never an amount rounded.

Every indivisible unit takes at most one item promotion. A group promotion (N for M, a bundle) wants
full groups; for a given set of units the best grouping is consecutive in falling price, so that
walking the units from the dearest down and remembering only how far each promotion's present
group is filled explores every assignment once. States with equal memory are merged, the better
one kept: exact, and polynomial in units. When there are more states than the budget of nodes, the
most promising are kept and the answer says so.

Savings are in millionths of a minor unit, so that percents compare exactly before rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.money import PPM
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.derivation import unit_saving_scaled
from pos_app.domain.promotion.promotion import GROUP_KINDS, Promotion


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a unit saves without a group: by a simple promotion, or (None) by being a member."""

    saving: int
    promotion: Promotion | None


@dataclass(frozen=True, slots=True)
class Unit:
    """One indivisible unit: its line, and what it may do."""

    line: BasketLine
    alone: Alternative
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Per unit (in the order given) the number of its group promotion, or -1 for alone."""

    choices: tuple[int, ...]
    saving: int
    optimal: bool
    gap: int
    nodes: int


# How far each promotion's present group is filled, and how many groups are complete (counted
# only where the promotion limits them).
_Memory = tuple[tuple[int, ...], tuple[int, ...]]
# The choices of the units so far, the latest first.
_Choices = tuple[int, "_Choices"] | None


@dataclass(frozen=True, slots=True)
class _Path:
    """The best way known to a memory: what it saves, how many groups it uses (fewer wins)."""

    saving: int
    groups: int
    choices: _Choices

    def beats(self, other: "_Path | None") -> bool:
        """More saved; else fewer groups; else the one found first stays."""
        return other is None or (self.saving, -self.groups) > (other.saving, -other.groups)


def group_size(promotion: Promotion) -> int:
    """Units of a full group; a limited simple promotion has groups of one."""
    return promotion.buy if promotion.kind in GROUP_KINDS else 1


def group_limit(promotion: Promotion) -> int:
    """How often it may be given; 0 is without limit."""
    return promotion.max_applications if promotion.kind in GROUP_KINDS else promotion.max_units


def is_group(promotion: Promotion) -> bool:
    """True for promotions whose units cannot be judged one by one."""
    return promotion.kind in GROUP_KINDS or promotion.max_units > 0


def unit_gain(promotion: Promotion, unit: BasketLine, position: int) -> int:
    """Scaled saving when a unit becomes the `position`-th (from 0, dearest first) of a group."""
    if promotion.kind == "bundle":
        whole = promotion.price_minor * PPM if position == promotion.buy - 1 else 0
        return unit.unit_minor * PPM - whole
    if promotion.kind == "buy_n_pay_m":
        free = position >= promotion.pay
        return (unit.unit_minor - unit.floor_unit_minor) * PPM if free else 0
    return unit_saving_scaled(promotion, unit)


def assign(units: Sequence[Unit], promotions: Sequence[Promotion], budget: int) -> Assignment:
    """The best assignment of units sorted by falling price."""
    empty = tuple(0 for _ in promotions)
    states: dict[_Memory, _Path] = {(empty, empty): _Path(0, 0, None)}
    width = max(budget // max(len(units), 1), 16)
    nodes, bound = 0, 0
    rest = _most_from(units)
    for index, unit in enumerate(units):
        grown: dict[_Memory, _Path] = {}
        for memory, path in states.items():
            for after, further in _moves(memory, path, unit, promotions):
                nodes += 1
                if further.beats(grown.get(after)):
                    grown[after] = further
        states, lost = _promising(grown, width, empty)
        bound = max(bound, lost + rest[index + 1] if lost >= 0 else 0)
    best = _best_whole(states)
    gap = max(bound - best.saving, 0)
    return Assignment(_unwound(best.choices), best.saving, gap == 0, gap, nodes)


def _moves(
    memory: _Memory, path: _Path, unit: Unit, promotions: Sequence[Promotion]
) -> list[tuple[_Memory, _Path]]:
    """The unit stays alone, or joins the present group of one of its promotions."""
    filled, complete = memory
    alone = _Path(path.saving + unit.alone.saving, path.groups, (-1, path.choices))
    moves = [(memory, alone)]
    for number in unit.groups:
        promotion = promotions[number]
        limit = group_limit(promotion)
        if limit and complete[number] >= limit:
            continue
        position = filled[number]
        full = position + 1 == group_size(promotion)
        after = _with(filled, number, 0 if full else position + 1)
        done = _with(complete, number, complete[number] + 1) if full and limit else complete
        saving = path.saving + unit_gain(promotion, unit.line, position)
        moves.append(((after, done), _Path(saving, path.groups + full, (number, path.choices))))
    return moves


def _with(values: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _promising(
    states: dict[_Memory, _Path], width: int, empty: tuple[int, ...]
) -> tuple[dict[_Memory, _Path], int]:
    """At most `width` states, whole ones always kept; and the most that a dropped one had saved."""
    if len(states) <= width:
        return states, -1
    order = sorted(states, key=lambda m: (m[0] != empty, -states[m].saving, states[m].groups, m))
    kept = {memory: states[memory] for memory in order[:width]}
    return kept, max(states[memory].saving for memory in order[width:])


def _most_from(units: Sequence[Unit]) -> list[int]:
    """Admissible: what the units from an index on can save at the very most."""
    most = [0]
    for unit in reversed(units):
        room = unit.line.unit_minor * PPM if unit.groups else 0
        most.append(most[-1] + max(unit.alone.saving, room))
    return most[::-1]


def _best_whole(states: dict[_Memory, _Path]) -> _Path:
    """Only full groups count; "every unit alone" is always among them."""
    best: _Path | None = None
    for (filled, _), path in states.items():
        if not any(filled) and path.beats(best):
            best = path
    assert best is not None
    return best


def _unwound(choices: _Choices) -> tuple[int, ...]:
    found: list[int] = []
    while choices is not None:
        choice, choices = choices
        found.append(choice)
    return tuple(reversed(found))
