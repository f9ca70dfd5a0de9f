"""Which unit goes to which promotion: the assignment that saves most, to the minor unit.

Never judges a condition, never changes a line.

Every indivisible unit takes at most one promotion that claims it. A group promotion (N for M, a
bundle) wants full groups, filled in falling price, so that walking the units from the dearest down
and remembering only how far each promotion's present group is filled explores every assignment
once. States with equal memory are merged, the better one kept: exact, and polynomial in units.
Equal units are interchangeable: among them the promotions take theirs in one order. When there are
more states than the budget of nodes, the most promising are kept and the answer says so.

Savings are in millionths of a minor unit. A percentage is rounded once a line (half up), so the
memory also holds what is pending below a minor unit until the line ends; a path that is behind by
more than rounding can ever give back is dropped, which keeps that part of the memory small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pos_app.domain.money import PPM
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.plans import Memory, Plan
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


# What a unit does: (plan, role), or ALONE.
Choice = tuple[int, int]
ALONE: Choice = (1_000_000_000, 0)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Per unit, in the order given, what it does."""

    choices: tuple[Choice, ...]
    saving: int
    optimal: bool
    gap: int
    nodes: int


# The choices of the units so far, the latest first.
_Choices = tuple[Choice, "_Choices"] | None


class _State(NamedTuple):
    """What a path must remember: each plan's memory; millionths of the present line that are not
    rounded yet, first of the units left alone; the latest choice among equal units."""

    memories: tuple[Memory, ...]
    pending: tuple[int, ...]
    latest: Choice


class _Path(NamedTuple):
    """The best way known to a state: what it saves, how many groups it uses (fewer wins)."""

    saving: int
    groups: int
    choices: _Choices

    def beats(self, other: "_Path | None") -> bool:
        """More saved; else fewer groups; else the one found first stays."""
        return other is None or (self.saving, -self.groups) > (other.saving, -other.groups)


_States = dict[_State, _Path]
FIRST: Choice = (-1, 0)


def assign(units: Sequence[Unit], plans: Sequence[Plan], budget: int) -> Assignment:
    """The best assignment of units sorted by falling price, the units of a line together."""
    return _Walk(units, plans).run(max(budget // max(len(units), 1), 16))


class _Walk:
    """One walk over the units."""

    def __init__(self, units: Sequence[Unit], plans: Sequence[Plan]) -> None:
        self.units = units
        self.plans = plans
        self.settled = (0,) * (1 + len(plans))
        self.slack = PPM * _pending_parts(units, plans)
        self.ended = _ends(units)
        self.nodes = 0

    def run(self, width: int) -> Assignment:
        start = _State(tuple(plan.start for plan in self.plans), self.settled, FIRST)
        states: _States = {start: _Path(0, 0, None)}
        rest = _most_from(self.units, self.slack)
        bound = 0
        for index in range(len(self.units)):
            grown = self._step(states, index)
            states, lost = self._promising(grown, width, self.units[index].net_minor)
            bound = max(bound, lost + rest[index + 1] if lost >= 0 else 0)
        best = self._best_whole(states)
        gap = max(bound - best.saving, 0)
        return Assignment(_unwound(best.choices), best.saving, gap == 0, gap, self.nodes)

    def _step(self, states: _States, index: int) -> _States:
        grown: _States = {}
        unit = self.units[index]
        run_ends = _ends_here(self.units, index, "run")
        closing = self.ended.get(unit.run, ()) if run_ends else ()
        for state, path in states.items():
            for after, further in self._moves(state, path, unit):
                self.nodes += 1
                if run_ends:
                    after = after._replace(latest=FIRST)
                known = grown.get(after)
                if known is None or further.beats(known):
                    grown[after] = further
        if self.slack:
            last = _ends_here(self.units, index, "line")
            grown = _undominated(self._rounded(grown) if last else grown, self.slack)
        return self._forgotten(grown, closing)

    def _moves(self, state: _State, path: _Path, unit: Unit) -> list[tuple[_State, _Path]]:
        """The unit joins one of its promotions, or stays alone."""
        moves = []
        for choice in unit.roles:
            if choice < state.latest or not self._may_leave(state, unit, choice[0]):
                continue
            plan = self.plans[choice[0]]
            joined = plan.join(state.memories[choice[0]], choice[1], unit.line, unit.net_minor)
            if joined is None:
                continue
            memories = _with(state.memories, choice[0], joined.memory)
            pending = state.pending
            if plan.rounds and joined.saving % PPM:
                pending = _more(pending, choice[0] + 1, joined.saving)
            further = _Path(
                path.saving + joined.saving, path.groups + joined.full, (choice, path.choices)
            )
            moves.append((_State(memories, pending, choice), further))
        if self._may_leave(state, unit, ALONE[0]):
            saving = unit.alone.saving
            pending = _more(state.pending, 0, saving) if saving % PPM else state.pending
            further = _Path(path.saving + saving, path.groups, (ALONE, path.choices))
            moves.append((_State(state.memories, pending, ALONE), further))
        return moves

    def _may_leave(self, state: _State, unit: Unit, plan: int) -> bool:
        """A promotion that sees no later units must be whole before others take equal ones."""
        for number in self.ended.get(unit.run, ()):
            if number < plan and not self.plans[number].whole(state.memories[number]):
                return False
        return True

    def _rounded(self, states: _States) -> _States:
        """At the end of a line every pending part is rounded half up and forgotten."""
        found: _States = {}
        for state, path in states.items():
            part = sum(PPM - p if 2 * p >= PPM else -p for p in state.pending)
            after = state._replace(pending=self.settled)
            further = path._replace(saving=path.saving + part)
            if further.beats(found.get(after)):
                found[after] = further
        return found

    def _forgotten(self, states: _States, ended: tuple[int, ...]) -> _States:
        """Promotions without further units must be whole, and how often does not matter now."""
        if not ended:
            return states
        found: _States = {}
        for state, path in states.items():
            if not all(self.plans[n].whole(state.memories[n]) for n in ended):
                continue
            memories = state.memories
            for number in ended:
                memories = _with(memories, number, self.plans[number].start)
            after = state._replace(memories=memories)
            if path.beats(found.get(after)):
                found[after] = path
        return found

    def _promising(self, states: _States, width: int, net_minor: int) -> tuple[_States, int]:
        """At most `width` states, those that promise most, the best whole one always among them;
        and the most that a dropped one had saved."""
        if len(states) <= width:
            return states, -1
        whole = min(
            (s for s in states if self._is_whole(s)),
            key=lambda s: (-states[s].saving, states[s].groups, s),
        )
        order = sorted(
            states,
            key=lambda s: (
                s is not whole,
                -states[s].saving - self._promise(s, net_minor),
                states[s].groups,
                s,
            ),
        )
        kept = {state: states[state] for state in order[:width]}
        return kept, max(states[state].saving for state in order[width:])

    def _promise(self, state: _State, net_minor: int) -> int:
        pairs = zip(self.plans, state.memories, strict=True)
        return sum(plan.promise(memory, net_minor) for plan, memory in pairs)

    def _is_whole(self, state: _State) -> bool:
        return all(p.whole(m) for p, m in zip(self.plans, state.memories, strict=True))

    def _best_whole(self, states: _States) -> _Path:
        """Only whole groups count; "every unit alone" is always among them."""
        best: _Path | None = None
        for state, path in states.items():
            if self._is_whole(state) and path.beats(best):
                best = path
        assert best is not None
        return best


def _with(memories: tuple[Memory, ...], number: int, memory: Memory) -> tuple[Memory, ...]:
    return (*memories[:number], memory, *memories[number + 1 :])


def _more(pending: tuple[int, ...], index: int, saving: int) -> tuple[int, ...]:
    after = (pending[index] + saving) % PPM
    return (*pending[:index], after, *pending[index + 1 :])


def _pending_parts(units: Sequence[Unit], plans: Sequence[Plan]) -> int:
    """How many roundings a line may have: its units left alone, and each limited promotion."""
    alone = any(unit.alone.saving % PPM for unit in units)
    return alone + sum(plan.rounds for plan in plans)


def _ends_here(units: Sequence[Unit], index: int, of: str) -> bool:
    if index + 1 == len(units):
        return True
    here, following = units[index], units[index + 1]
    return following.line is not here.line if of == "line" else following.run != here.run


def _ends(units: Sequence[Unit]) -> dict[int, tuple[int, ...]]:
    """Which promotions see their last units in a run."""
    last = {number: unit.run for unit in units for number, _ in unit.roles}
    found: dict[int, tuple[int, ...]] = {}
    for number, run in sorted(last.items()):
        found[run] = (*found.get(run, ()), number)
    return found


def _undominated(states: _States, slack: int) -> _States:
    """Without the paths that no rounding can bring up to a path of the same groups."""
    best: dict[tuple[tuple[Memory, ...], Choice], int] = {}
    for state, path in states.items():
        key = state.memories, state.latest
        best[key] = max(path.saving, best.get(key, path.saving))
    return {s: p for s, p in states.items() if p.saving >= best[s.memories, s.latest] - slack}


def _most_from(units: Sequence[Unit], slack: int) -> list[int]:
    """Admissible: what the units from an index on can save at the very most."""
    most = [slack]
    for index in reversed(range(len(units))):
        unit = units[index]
        room = unit.net_minor * PPM if unit.roles else 0
        rounding = slack if _ends_here(units, index, "line") else 0
        most.append(most[-1] + max(unit.alone.saving, room) + rounding)
    return most[::-1]


def _unwound(choices: _Choices) -> tuple[Choice, ...]:
    found: list[Choice] = []
    while choices is not None:
        choice, choices = choices
        found.append(choice)
    return tuple(reversed(found))
