"""The most that units can still save: admissible, so that a gap is never understated.

Never a choice. Two bounds are made and the lower one counts: every unit takes the best it could
have alone; or every unit stays alone and each promotion adds the best units it has room for.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.plans import Plan
from pos_app.domain.promotion.benefit import Reduction


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a unit saves without a group: by a simple promotion, or (None) by being a member."""

    saving: int
    candidate: Candidate | None = None
    reduction: Reduction | None = None
    value: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """One indivisible unit: its line, its present price, and what it may do. `run` numbers units
    that nobody can tell apart."""

    line: BasketLine
    net_minor: int
    alone: Alternative
    roles: tuple[tuple[int, int], ...]
    run: int


def ends_here(units: Sequence[Unit], index: int, of: str) -> bool:
    """True when the next unit is of another line, or of another run."""
    if index + 1 == len(units):
        return True
    here, following = units[index], units[index + 1]
    return following.line is not here.line if of == "line" else following.run != here.run


@dataclass(slots=True)
class _Room:
    """What one promotion can add to units left alone: the best as many as it has room for."""

    capacity: int
    total: int
    best: list[int]

    def add(self, extra: int) -> None:
        """One more unit that would save so much more here than alone."""
        if extra <= 0:
            return
        if not self.capacity:
            self.total += extra
        elif len(self.best) < self.capacity:
            heapq.heappush(self.best, extra)
            self.total += extra
        elif extra > self.best[0]:
            self.total += extra - heapq.heapreplace(self.best, extra)


def most_from(units: Sequence[Unit], plans: Sequence[Plan], slack: int) -> list[int]:
    """What the units from an index on can save at the very most."""
    rooms = [_Room(plan.capacity, 0, []) for plan in plans]
    each, alone, rounding = 0, 0, slack
    most = [slack]
    for index in reversed(range(len(units))):
        unit = units[index]
        best = unit.alone.saving
        for number, role in unit.roles:
            ceiling = plans[number].ceiling(role, unit.line, unit.net_minor)
            rooms[number].add(ceiling - unit.alone.saving)
            best = max(best, ceiling)
        each += max(best, 0)
        alone += unit.alone.saving
        rounding += slack if ends_here(units, index, "line") else 0
        most.append(min(each, alone + sum(room.total for room in rooms)) + rounding)
    return most[::-1]
