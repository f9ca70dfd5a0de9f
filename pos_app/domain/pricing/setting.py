"""What does not change while combinations are compared. Never a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.money import PPM
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Part
from pos_app.domain.pricing.search import Assignment
from pos_app.domain.promotion.benefit import Break, Reduction

Component = tuple[tuple[str, ...], tuple[object, ...]]
KNOWN_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """The program's policies and what the engine remembers of components it has searched."""

    policies: Policies
    language: str
    digits: int
    budget: int
    known: dict[Component, Assignment]
    lines: Sequence[BasketLine]

    def value_of(self, one: Reduction, part: Part) -> int:
        """The value of a reduction here: by its breaks, or its own."""
        if not one.breaks:
            return one.value
        lines = self.lines if one.breaks_of == "receipt" else part.lines
        if one.breaks_by == "units":
            reached = sum(line.count * line.pack_units for line in lines)
        else:
            reached = sum(line.list_minor for line in lines)
        return broken(one.breaks, reached, one.value)

    def pick_of(self, one: Reduction) -> str:
        """Which units a limited reduction takes: as it says itself, or as the program does."""
        if one.pick != "best":
            return one.pick
        choice = self.policies.unit_choice
        return {"best_for_shop": "cheapest", "listed_first": "listed"}.get(choice, "best")

    def remember(self, key: Component, found: Assignment) -> None:
        """Keep a searched component; all are forgotten when there are too many."""
        if len(self.known) >= KNOWN_MOST:
            self.known.clear()
        self.known[key] = found


def broken(breaks: Sequence[Break], reached: int, otherwise: int) -> int:
    """The value of the highest break that is reached; its border belongs to it."""
    found = otherwise
    for one in breaks:
        if reached >= one.least:
            found = one.value
    return found


@dataclass(frozen=True, slots=True)
class Effort:
    """What the search says of itself."""

    optimal: bool = True
    gap_minor: int = 0
    nodes: int = 0

    def joined(self, other: "Effort") -> "Effort":
        """With what another search says; nearly all of them had nothing to search."""
        if other.optimal and not other.gap_minor and not other.nodes:
            return self
        return Effort(
            self.optimal and other.optimal,
            self.gap_minor + other.gap_minor,
            self.nodes + other.nodes,
        )

    def plus(self, found: Assignment) -> "Effort":
        """With one more component."""
        return Effort(
            self.optimal and found.optimal,
            self.gap_minor + -(-found.gap // PPM),
            self.nodes + found.nodes,
        )
