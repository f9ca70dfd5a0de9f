"""The worksheet of one pricing: per line what is left of the list amount and who took it.

Never lets a line fall below its floor; what finds no room is returned to the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import BasketLine


@dataclass
class Row:
    """One line while it is priced."""

    line: BasketLine
    net_minor: int
    modifications: list[PriceModification] = field(default_factory=list)
    promoted_units: int = 0

    @property
    def room_minor(self) -> int:
        """How far the line may still fall."""
        if not self.line.reducible:
            return 0
        return max(self.net_minor - self.line.floor_minor, 0)

    def take(self, modification: PriceModification) -> int:
        """Apply a reduction as far as there is room; returns what was taken."""
        amount = min(modification.amount_minor, self.room_minor)
        if amount <= 0:
            return 0
        self.net_minor -= amount
        if amount != modification.amount_minor:
            modification = replace(modification, amount_minor=amount)
        self.modifications.append(modification)
        return amount


@dataclass
class Worksheet:
    """All lines of one pricing."""

    rows: list[Row]

    @staticmethod
    def of(lines: Sequence[BasketLine]) -> "Worksheet":
        """A fresh sheet at list amounts."""
        return Worksheet([Row(line, line.list_minor) for line in lines])

    def copy(self) -> "Worksheet":
        """Another sheet in the same state, to try something on."""
        return Worksheet([replace(r, modifications=list(r.modifications)) for r in self.rows])

    @property
    def net_minor(self) -> int:
        """The sum over all lines now."""
        return sum(row.net_minor for row in self.rows)

    def spread(
        self, rows: Sequence[Row], amount_minor: int, rule_id: str, step: Step, words: "Words"
    ) -> int:
        """Allocate a reduction over rows by their net; returns what was placed."""
        parts = allocate_largest_remainder(
            amount_minor, [row.net_minor for row in rows], [row.room_minor for row in rows]
        )
        for row, part in zip(rows, parts.parts, strict=True):
            units = row.line.count
            row.take(PriceModification(rule_id, step, part, units, words.name, words.arithmetic))
        return amount_minor - parts.unplaced


@dataclass(frozen=True, slots=True)
class Words:
    """How a reduction is called and computed."""

    name: str
    arithmetic: str = ""
