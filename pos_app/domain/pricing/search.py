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

from pos_app.domain.money import PPM
from pos_app.domain.pricing.bounds import Unit, ends_here, most_from
from pos_app.domain.pricing.plans import Memory, Plan

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


# What a path must remember: each plan's memory; millionths of the present line that are not rounded
# yet, first of the units left alone; the latest choice among equal units.
_State = tuple[tuple[Memory, ...], tuple[int, ...], Choice]
# The best way known to a state: what it saves, how many groups it uses (fewer wins), the choices.
_Path = tuple[int, int, _Choices]
_States = dict[_State, _Path]
FIRST: Choice = (-1, 0)


def assign(units: Sequence[Unit], plans: Sequence[Plan], budget: int) -> Assignment:
    """The best assignment of units sorted by falling price, the units of a line together."""
    return _Walk(units, plans).run(max(budget // max(len(units), 1), 16))


def _beats(path: _Path, other: _Path | None) -> bool:
    """More saved; else fewer groups; else the one found first stays."""
    if other is None or path[0] > other[0]:
        return True
    return path[0] == other[0] and path[1] < other[1]


class _Walk:
    """One walk over the units."""

    def __init__(self, units: Sequence[Unit], plans: Sequence[Plan]) -> None:
        self.units = units
        self.plans = plans
        self.rounds = tuple(plan.rounds for plan in plans)
        self.settled = (0,) * (1 + len(plans))
        self.slack = PPM * _pending_parts(units, plans)
        self.ended = _ends(units)
        self.nodes = 0

    def run(self, width: int) -> Assignment:
        start = tuple(plan.start for plan in self.plans), self.settled, FIRST
        states: _States = {start: (0, 0, None)}
        rest = most_from(self.units, self.plans, self.slack)
        bound = 0
        for index in range(len(self.units)):
            grown = self._step(states, index)
            states, lost = self._promising(grown, width, self.units[index].net_minor)
            bound = max(bound, lost + rest[index + 1] if lost >= 0 else 0)
        saving, _, choices = states[self._best_whole(states)]
        gap = max(bound - saving, 0)
        return Assignment(_unwound(choices), saving, gap == 0, gap, self.nodes)

    def _step(self, states: _States, index: int) -> _States:
        grown: _States = {}
        unit = self.units[index]
        run_ends = ends_here(self.units, index, "run")
        ended = self.ended.get(unit.run, ())
        for state, path in states.items():
            for after, further in self._moves(state, path, unit, ended):
                self.nodes += 1
                if run_ends:
                    after = (after[0], after[1], FIRST)
                if _beats(further, grown.get(after)):
                    grown[after] = further
        if self.slack:
            last = ends_here(self.units, index, "line")
            grown = _undominated(self._rounded(grown) if last else grown, self.slack)
        return self._forgotten(grown, ended) if run_ends and ended else grown

    def _moves(
        self, state: _State, path: _Path, unit: Unit, ended: tuple[int, ...]
    ) -> list[tuple[_State, _Path]]:
        """The unit joins one of its promotions, or stays alone."""
        memories, pending, latest = state
        saved, groups, choices = path
        unfinished = self._unfinished(memories, ended)
        moves: list[tuple[_State, _Path]] = []
        for choice in unit.roles:
            number = choice[0]
            if choice < latest or unfinished < number:
                continue
            joined = self.plans[number].join(memories[number], choice[1], unit.line, unit.net_minor)
            if joined is None:
                continue
            memory, saving, full = joined
            after = (*memories[:number], memory, *memories[number + 1 :])
            rest = pending
            if self.rounds[number] and saving % PPM:
                rest = _more(pending, number + 1, saving)
            moves.append(
                ((after, rest, choice), (saved + saving, groups + full, (choice, choices)))
            )
        if unfinished == ALONE[0]:
            saving = unit.alone.saving
            rest = _more(pending, 0, saving) if saving % PPM else pending
            moves.append(((memories, rest, ALONE), (saved + saving, groups, (ALONE, choices))))
        return moves

    def _unfinished(self, memories: tuple[Memory, ...], ended: tuple[int, ...]) -> int:
        """The first promotion that sees no later units and is not whole: others must wait for it
        among equal units; the number of ALONE when there is none."""
        for number in ended:
            if not self.plans[number].whole(memories[number]):
                return number
        return ALONE[0]

    def _rounded(self, states: _States) -> _States:
        """At the end of a line every pending part is rounded half up and forgotten."""
        found: _States = {}
        for (memories, pending, latest), (saved, groups, choices) in states.items():
            if pending is not self.settled:
                saved += sum(PPM - p if 2 * p >= PPM else -p for p in pending)
            after = (memories, self.settled, latest)
            further = (saved, groups, choices)
            if _beats(further, found.get(after)):
                found[after] = further
        return found

    def _forgotten(self, states: _States, ended: tuple[int, ...]) -> _States:
        """Promotions without further units must be whole, and how often does not matter now."""
        found: _States = {}
        for (memories, pending, latest), path in states.items():
            if self._unfinished(memories, ended) != ALONE[0]:
                continue
            kept = list(memories)
            for number in ended:
                kept[number] = self.plans[number].start
            after = (tuple(kept), pending, latest)
            if _beats(path, found.get(after)):
                found[after] = path
        return found

    def _promising(self, states: _States, width: int, net_minor: int) -> tuple[_States, int]:
        """At most `width` states, those that promise most, the best whole one always among them;
        and the most that a dropped one had saved."""
        if len(states) <= width:
            return states, -1
        whole = self._best_whole(states)
        order = sorted(
            states,
            key=lambda s: (
                s is not whole,
                -states[s][0] - self._promise(s[0], net_minor),
                states[s][1],
                s,
            ),
        )
        kept = {state: states[state] for state in order[:width]}
        return kept, max(
            states[state][0] + self._due(state[0], net_minor) for state in order[width:]
        )

    def _due(self, memories: tuple[Memory, ...], net_minor: int) -> int:
        pairs = zip(self.plans, memories, strict=True)
        return sum(plan.due(memory, net_minor) for plan, memory in pairs)

    def _promise(self, memories: tuple[Memory, ...], net_minor: int) -> int:
        pairs = zip(self.plans, memories, strict=True)
        return sum(plan.promise(memory, net_minor) for plan, memory in pairs)

    def _is_whole(self, memories: tuple[Memory, ...]) -> bool:
        return all(p.whole(m) for p, m in zip(self.plans, memories, strict=True))

    def _best_whole(self, states: _States) -> _State:
        """Only whole groups count; "every unit alone" is always among them."""
        best: _State | None = None
        for state, path in states.items():
            known = states[best] if best is not None else None
            if self._is_whole(state[0]) and _beats(path, known):
                best = state
        assert best is not None
        return best


def _more(pending: tuple[int, ...], index: int, saving: int) -> tuple[int, ...]:
    after = (pending[index] + saving) % PPM
    return (*pending[:index], after, *pending[index + 1 :])


def _pending_parts(units: Sequence[Unit], plans: Sequence[Plan]) -> int:
    """How many roundings a line may have: its units left alone, and each limited promotion."""
    alone = any(unit.alone.saving % PPM for unit in units)
    return alone + sum(plan.rounds for plan in plans)


def _ends(units: Sequence[Unit]) -> dict[int, tuple[int, ...]]:
    """Which promotions see their last units in a run."""
    last = {number: unit.run for unit in units for number, _ in unit.roles}
    found: dict[int, tuple[int, ...]] = {}
    for number, run in sorted(last.items()):
        found[run] = (*found.get(run, ()), number)
    return found


def _undominated(states: _States, slack: int) -> _States:
    """Without the paths that no rounding can bring up to a path of the same groups."""
    if len(states) == 1:
        return states
    best: dict[tuple[tuple[Memory, ...], Choice], int] = {}
    for (memories, _, latest), path in states.items():
        key = memories, latest
        known = best.get(key)
        if known is None or path[0] > known:
            best[key] = path[0]
    return {s: p for s, p in states.items() if p[0] >= best[s[0], s[2]] - slack}


def _unwound(choices: _Choices) -> tuple[Choice, ...]:
    found: list[Choice] = []
    while choices is not None:
        choice, choices = choices
        found.append(choice)
    return tuple(reversed(found))
