"""How far a group of units is filled, as small numbers a search can remember. Never a choice.

A plan is one benefit that wants units together, or only so many of them. Its memory says how far
the present group is filled; what is full is forgotten, unless the plan is limited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from pos_app.domain.money import PPM
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.derivation import off_minor, unit_saving_scaled
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.promotion.benefit import OrderedGroup, Reduction, RoleGroup

Memory = tuple[int, ...]
# Promotions that give exactly the same to the same lines, and how often each may be given.
Pool = tuple[tuple[Candidate, int], ...]
T = TypeVar("T")


class Joined(NamedTuple):
    """After one more unit: the memory, millionths of a minor unit saved, a group completed."""

    memory: Memory
    saving: int
    full: bool


@dataclass(frozen=True, slots=True)
class LimitedPlan:
    """A reduction of so many units, or of so much in all. Memory: units taken (where they are
    limited), millionths saved (where the amount is); 0 is without limit."""

    pool: Pool
    part: Part
    reduction: Reduction
    value: int
    most: int
    cap_minor: int = 0
    start: Memory = (0, 0)
    least: int = 1

    @property
    def capacity(self) -> int:
        """Units it can take in all; 0 is without limit."""
        return self.most

    @property
    def key(self) -> tuple[str, ...]:
        """The promotions, the value and the limit."""
        return (*_ids(self.pool), str(self.value), str(self.most))

    def shares(self, taken: Sequence[tuple[T, int]]) -> list[tuple[Candidate, list[tuple[T, int]]]]:
        """The first promotion of the pool takes its units first."""
        return _dealt(self.pool, taken, 1)

    @property
    def rounds(self) -> bool:
        """A percentage of a line is rounded once for all its units."""
        return self.reduction.kind == "percent" and self.reduction.scope == "line"

    def join(self, memory: Memory, role: int, line: BasketLine, net_minor: int) -> Joined | None:
        """One more unit while there are any left, as far as the amount reaches."""
        units, saved = memory
        if self.most and units >= self.most:
            return None
        saving = unit_saving_scaled(self.reduction, self.value, line, net_minor)
        if self.cap_minor:
            saving = min(saving, self.cap_minor * PPM - saved)
            if saving <= 0:
                return None
            saved += saving
        return Joined((units + 1 if self.most else 0, saved), saving, True)

    def whole(self, memory: Memory) -> bool:
        """Always."""
        return True

    def promise(self, memory: Memory, net_minor: int) -> int:
        """Nothing is begun."""
        return 0

    def due(self, memory: Memory, net_minor: int) -> int:
        """Nothing is begun."""
        return 0

    def ceiling(self, role: int, line: BasketLine, net_minor: int) -> int:
        """The most that a unit can save here."""
        return unit_saving_scaled(self.reduction, self.value, line, net_minor)


@dataclass(frozen=True, slots=True)
class OrderedPlan:
    """Groups filled in falling price. Memory: units of the present group, their floors (for a
    group price), groups given (where limited), units reduced (where limited)."""

    pool: Pool
    part: Part
    group: OrderedGroup
    most: int
    start: Memory = (0, 0, 0, 0)
    rounds: bool = False

    @property
    def capacity(self) -> int:
        """Units it can take in all; 0 is without limit."""
        return self.most * self.group.size

    @property
    def key(self) -> tuple[str, ...]:
        """The promotions and the limit."""
        return (*_ids(self.pool), str(self.most))

    @property
    def least(self) -> int:
        """Units of the smallest group that gives something."""
        return self.group.least or self.group.size

    def shares(self, taken: Sequence[tuple[T, int]]) -> list[tuple[Candidate, list[tuple[T, int]]]]:
        """Whole groups to each promotion of the pool."""
        return _dealt(self.pool, taken, self.group.size)

    def join(self, memory: Memory, role: int, line: BasketLine, net_minor: int) -> Joined | None:
        """The next position of the present group."""
        filled, floors, given, offs = memory
        group = self.group
        if self.most and given >= self.most:
            return None
        off = group.offs[filled]
        saving = off_minor(off, line, net_minor) * PPM
        if saving and group.max_off:
            if offs >= group.max_off:
                return None
            offs += 1
        full = filled + 1 == group.size
        if group.price_minor is not None:
            floors += line.floor_unit_minor
            paid = max(group.price_minor, floors) if full else 0
            saving = (net_minor - paid) * PPM
        if full:
            return Joined((0, 0, given + 1 if self.most else 0, offs), saving, True)
        return Joined((filled + 1, floors, given, offs), saving, False)

    def whole(self, memory: Memory) -> bool:
        """Nothing begun, or as much of the last group as it needs."""
        return not memory[0] or bool(self.group.least and memory[0] >= self.group.least)

    def promise(self, memory: Memory, net_minor: int) -> int:
        """What the units of a begun group are worth beyond what they have saved, if it is filled
        at this price: their even share of what the group saves. A guess, to rank by."""
        filled, group = memory[0], self.group
        if not filled:
            return 0
        if group.price_minor is not None:
            return -group.price_minor * PPM * filled // group.size
        offs = [off.minor(net_minor) for off in group.offs]
        return sum(offs) * PPM * filled // group.size - sum(offs[:filled]) * PPM

    def due(self, memory: Memory, net_minor: int) -> int:
        """The most that a begun group may still save beyond its later units' own shares, when no
        later unit costs more than this."""
        filled, group = memory[0], self.group
        if not filled or group.price_minor is not None:
            return 0
        return sum(off.minor(net_minor) for off in group.offs[filled:]) * PPM

    def ceiling(self, role: int, line: BasketLine, net_minor: int) -> int:
        """The most that a unit adds to a full group: its even share.

        A group saves no more than the even shares of its units: exact for a group price; where
        the later, cheaper units are reduced more, by Chebyshev's inequality for sums. Otherwise
        the largest reduction.
        """
        group = self.group
        if group.price_minor is not None:
            return net_minor * PPM - group.price_minor * PPM // group.size
        offs = [off_minor(off, line, net_minor) for off in group.offs]
        if group.least or offs != sorted(offs) or not _proportional(group):
            return max(offs) * PPM
        return -(-sum(offs) * PPM // group.size)


@dataclass(frozen=True, slots=True)
class RolePlan:
    """Groups of units in roles. Memory: groups given and units reduced (where limited), units a
    role beyond full groups, and of a set the floors of each group that is begun."""

    pool: Pool
    part: Part
    group: RoleGroup
    most: int
    rounds: bool = False

    @property
    def capacity(self) -> int:
        """Units it can take in all; 0 is without limit."""
        return self.most * sum(role.units for role in self.group.roles)

    @property
    def key(self) -> tuple[str, ...]:
        """The promotions and the limit."""
        return (*_ids(self.pool), str(self.most))

    @property
    def least(self) -> int:
        """Units of the smallest group that gives something."""
        return self.group.size

    def shares(self, taken: Sequence[tuple[T, int]]) -> list[tuple[Candidate, list[tuple[T, int]]]]:
        """All to the one promotion: sets are not pooled."""
        return [(self.pool[0][0], list(taken))] if taken else []

    @property
    def start(self) -> Memory:
        """Nobody in any role."""
        return (0, 0, *(0 for _ in self.group.roles))

    def _taken(self, memory: Memory) -> list[int]:
        return list(memory[2 : 2 + len(self.group.roles)])

    def join(self, memory: Memory, role: int, line: BasketLine, net_minor: int) -> Joined | None:
        """One more unit in a role; a set's price is paid when a group begins, what its floors
        leave of the reduction when it is full."""
        taken, (given, offs) = self._taken(memory), memory[:2]
        before = self._begun(taken)
        place = taken[role] // self.group.roles[role].units
        taken[role] += 1
        begun = self._begun(taken)
        if self.most and given + begun > self.most:
            return None
        saving = off_minor(self.group.roles[role].off, line, net_minor) * PPM
        if saving and self.group.max_off:
            if offs >= self.group.max_off:
                return None
            offs += 1
        full = min(n // one.units for n, one in zip(taken, self.group.roles, strict=True))
        floors: Memory = ()
        if self.group.price_minor is not None:
            floors = _more_at(memory[2 + len(taken) :], place, line.floor_unit_minor)
            lost = sum(max(floor - self.group.price_minor, 0) for floor in floors[:full])
            saving = (net_minor - self.group.price_minor * (begun - before) - lost) * PPM
        rest = [n - full * one.units for n, one in zip(taken, self.group.roles, strict=True)]
        given += full if self.most else 0
        return Joined((given, offs, *rest, *floors[full:]), saving, full > 0)

    def _begun(self, taken: list[int]) -> int:
        pairs = zip(taken, self.group.roles, strict=True)
        return max(-(-count // role.units) for count, role in pairs)

    def whole(self, memory: Memory) -> bool:
        """A set: every role full. Buy and get: whoever gets has bought."""
        taken = self._taken(memory)
        if self.group.price_minor is not None:
            return not any(taken)
        roles = self.group.roles
        bought = min(n // one.units for n, one in zip(taken[:-1], roles[:-1], strict=True))
        return taken[-1] <= bought * roles[-1].units

    def promise(self, memory: Memory, net_minor: int) -> int:
        """Of buy and get: what those who have bought may still get. A guess, to rank by."""
        if self.group.price_minor is not None:
            return 0
        last = self.group.roles[-1]
        worth = last.off.minor(net_minor) * PPM * last.units
        return sum(self._taken(memory)[:-1]) * worth // max(self.group.size, 1)

    def due(self, memory: Memory, net_minor: int) -> int:
        """Nothing beyond what later units save themselves."""
        return 0

    def ceiling(self, role: int, line: BasketLine, net_minor: int) -> int:
        """The most that a unit can save: its price less its share of a set's, or its reduction."""
        group = self.group
        if group.price_minor is None:
            return off_minor(group.roles[role].off, line, net_minor) * PPM
        units = sum(one.units for one in group.roles)
        return net_minor * PPM - group.price_minor * PPM // units


def _more_at(floors: Memory, place: int, more: int) -> Memory:
    """So much more at a place; nothing at all is remembered of groups without floors."""
    if not more:
        return floors
    filled = (*floors, *(0 for _ in range(place + 1 - len(floors))))
    return (*filled[:place], filled[place] + more, *filled[place + 1 :])


def _proportional(group: OrderedGroup) -> bool:
    """True when every reduction of the group is a percentage."""
    return all(not off.amount_minor and off.price_minor is None for off in group.offs)


Plan = LimitedPlan | OrderedPlan | RolePlan


def _ids(pool: Pool) -> tuple[str, ...]:
    return tuple(candidate.promotion.promotion_id for candidate, _ in pool)


def _dealt(
    pool: Pool, taken: Sequence[tuple[T, int]], size: int
) -> list[tuple[Candidate, list[tuple[T, int]]]]:
    """So many groups of `size` to each, in the order of the pool; 0 is without limit."""
    found, rest = [], list(taken)
    for candidate, most in pool:
        count = most * size if most else len(rest)
        if rest[:count]:
            found.append((candidate, rest[:count]))
        rest = rest[count:]
    return found
