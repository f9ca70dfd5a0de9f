"""Which unit goes to which promotion: the assignment that saves most, to the minor unit.

Never judges a condition, never changes a line.

Every indivisible unit takes at most one item promotion. A group promotion (N for M, a bundle) wants
full groups, filled in falling price, so that walking the units from the dearest down and
remembering only how far each promotion's present group is filled explores every assignment once.
States with equal memory are merged, the better one kept: exact, and polynomial in units. When
there are more states than the budget of nodes, the most promising are kept and the answer says so.

Savings are in millionths of a minor unit. A percentage is rounded once a line (half up), so the
memory also holds what is pending below a minor unit until the line ends; a path that is behind by
more than rounding can ever give back is dropped, which keeps that part of the memory small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


# The choices of the units so far, the latest first.
_Choices = tuple[int, "_Choices"] | None
_Counts = tuple[int, ...]


class _Memory(NamedTuple):
    """What a path must remember, one number a promotion.

    `filled`: units of the present group; `floors`: the sum of their floor prices (bundles);
    `complete`: groups given, counted only where the promotion limits them; `pending`: millionths
    of the present line that are not rounded yet, first of the units left alone.
    """

    filled: _Counts
    floors: _Counts
    complete: _Counts
    pending: _Counts


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


def assign(units: Sequence[Unit], promotions: Sequence[Promotion], budget: int) -> Assignment:
    """The best assignment of units sorted by falling price, the units of a line together."""
    none = tuple(0 for _ in promotions)
    settled = (0, *none)
    states: dict[_Memory, _Path] = {_Memory(none, none, none, settled): _Path(0, 0, None)}
    width = max(budget // max(len(units), 1), 16)
    slack = PPM * _pending_parts(units, promotions)
    nodes, bound = 0, 0
    ended = _ends(units)
    rest = _most_from(units, slack)
    for index, unit in enumerate(units):
        grown: dict[_Memory, _Path] = {}
        for memory, path in states.items():
            for after, further in _moves(memory, path, unit, promotions):
                nodes += 1
                if further.beats(grown.get(after)):
                    grown[after] = further
        if slack:
            last = _line_ends(units, index)
            grown = _undominated(_rounded(grown, settled) if last else grown, slack)
        states, lost = _promising(_forgotten(grown, ended.get(index, ())), width)
        bound = max(bound, lost + rest[index + 1] if lost >= 0 else 0)
    best = _best_whole(states)
    gap = max(bound - best.saving, 0)
    return Assignment(_unwound(best.choices), best.saving, gap == 0, gap, nodes)


def _moves(
    memory: _Memory, path: _Path, unit: Unit, promotions: Sequence[Promotion]
) -> list[tuple[_Memory, _Path]]:
    """The unit stays alone, or joins the present group of one of its promotions."""
    filled, floors, complete, pending = memory
    after = _Memory(filled, floors, complete, _more(pending, 0, unit.alone.saving))
    moves = [(after, _Path(path.saving + unit.alone.saving, path.groups, (-1, path.choices)))]
    for number in unit.groups:
        promotion = promotions[number]
        limit = group_limit(promotion)
        if limit and complete[number] >= limit:
            continue
        after, saving = _joined(memory, number, promotion, unit.line)
        full = not after.filled[number]
        if full and limit:
            after = _Memory(after[0], after[1], _with(complete, number, 1), after[3])
        further = _Path(path.saving + saving, path.groups + full, (number, path.choices))
        moves.append((after, further))
    return moves


def _joined(
    memory: _Memory, number: int, promotion: Promotion, line: BasketLine
) -> tuple[_Memory, int]:
    """The memory when one more unit is in the promotion's present group, and what that saves."""
    filled, floors, complete, pending = memory
    if promotion.kind not in GROUP_KINDS:
        saving = unit_saving_scaled(promotion, line)
        return _Memory(filled, floors, complete, _more(pending, number + 1, saving)), saving
    position = filled[number]
    full = position + 1 == promotion.buy
    filled = _with(filled, number, -position if full else 1)
    if promotion.kind == "buy_n_pay_m":
        free = position >= promotion.pay
        saving = (line.unit_minor - line.floor_unit_minor) * PPM if free else 0
        return _Memory(filled, floors, complete, pending), saving
    floor = floors[number] + line.floor_unit_minor
    paid = max(promotion.price_minor, floor) if full else 0
    floors = _with(floors, number, -floors[number] if full else line.floor_unit_minor)
    return _Memory(filled, floors, complete, pending), (line.unit_minor - paid) * PPM


def _with(values: _Counts, index: int, more: int) -> _Counts:
    return (*values[:index], values[index] + more, *values[index + 1 :]) if more else values


def _more(pending: _Counts, index: int, saving: int) -> _Counts:
    after = (pending[index] + saving) % PPM
    return _with(pending, index, after - pending[index])


def _pending_parts(units: Sequence[Unit], promotions: Sequence[Promotion]) -> int:
    """How many roundings a line may have: its units left alone, and each limited promotion."""
    alone = any(unit.alone.saving % PPM for unit in units)
    limited = {
        number
        for unit in units
        for number in unit.groups
        if promotions[number].kind not in GROUP_KINDS
        and unit_saving_scaled(promotions[number], unit.line) % PPM
    }
    return alone + len(limited)


def _line_ends(units: Sequence[Unit], index: int) -> bool:
    return index + 1 == len(units) or units[index + 1].line is not units[index].line


def _rounded(states: dict[_Memory, _Path], settled: _Counts) -> dict[_Memory, _Path]:
    """At the end of a line every pending part is rounded half up and forgotten."""
    found: dict[_Memory, _Path] = {}
    for memory, path in states.items():
        part = sum(PPM - p if 2 * p >= PPM else -p for p in memory.pending)
        after = _Memory(memory[0], memory[1], memory[2], settled)
        further = _Path(path.saving + part, path.groups, path.choices)
        if further.beats(found.get(after)):
            found[after] = further
    return found


def _ends(units: Sequence[Unit]) -> dict[int, tuple[int, ...]]:
    """Which promotions see their last unit at an index."""
    last = {number: index for index, unit in enumerate(units) for number in unit.groups}
    found: dict[int, tuple[int, ...]] = {}
    for number, index in last.items():
        found[index] = (*found.get(index, ()), number)
    return found


def _forgotten(states: dict[_Memory, _Path], ended: _Counts) -> dict[_Memory, _Path]:
    """Promotions without further units: groups must be full, and how many does not matter now."""
    if not ended:
        return states
    found: dict[_Memory, _Path] = {}
    for memory, path in states.items():
        if any(memory.filled[number] for number in ended):
            continue
        complete = memory.complete
        for number in ended:
            complete = _with(complete, number, -complete[number])
        after = _Memory(memory.filled, memory.floors, complete, memory.pending)
        if path.beats(found.get(after)):
            found[after] = path
    return found


def _undominated(states: dict[_Memory, _Path], slack: int) -> dict[_Memory, _Path]:
    """Without the paths that no rounding can bring up to a path of the same groups."""
    best: dict[tuple[_Counts, _Counts, _Counts], int] = {}
    for memory, path in states.items():
        best[memory[:3]] = max(path.saving, best.get(memory[:3], path.saving))
    return {m: p for m, p in states.items() if p.saving >= best[m[:3]] - slack}


def _promising(states: dict[_Memory, _Path], width: int) -> tuple[dict[_Memory, _Path], int]:
    """At most `width` states, whole ones always kept; and the most that a dropped one had saved."""
    if len(states) <= width:
        return states, -1
    order = sorted(states, key=lambda m: (any(m.filled), -states[m].saving, states[m].groups, m))
    kept = {memory: states[memory] for memory in order[:width]}
    return kept, max(states[memory].saving for memory in order[width:])


def _most_from(units: Sequence[Unit], slack: int) -> list[int]:
    """Admissible: what the units from an index on can save at the very most."""
    most = [slack]
    for index in reversed(range(len(units))):
        unit = units[index]
        room = unit.line.unit_minor * PPM if unit.groups else 0
        rounding = slack if _line_ends(units, index) else 0
        most.append(most[-1] + max(unit.alone.saving, room) + rounding)
    return most[::-1]


def _best_whole(states: dict[_Memory, _Path]) -> _Path:
    """Only full groups count; "every unit alone" is always among them."""
    best: _Path | None = None
    for memory, path in states.items():
        if not any(memory.filled) and path.beats(best):
            best = path
    assert best is not None
    return best


def _unwound(choices: _Choices) -> tuple[int, ...]:
    found: list[int] = []
    while choices is not None:
        choice, choices = choices
        found.append(choice)
    return tuple(reversed(found))
