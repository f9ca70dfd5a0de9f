"""The worksheet of one pricing: per line what is left of the list amount and who took it.

Never lets a unit fall below its floor; what finds no room is returned to the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.basket import BasketLine


class Cell(NamedTuple):
    """Units of one line with the same present price; `claimed`: taken by a promotion that no
    other one may join."""

    units: int
    net_minor: int
    claimed: bool = False


Cells = tuple[Cell, ...]


def spread_over(cells: Cells, amount_minor: int, floor_minor: int) -> Cells:
    """An amount over units, by their price, the larger parts first; it must find room."""
    if len(cells) == 1:
        return _spread_even(cells[0], amount_minor)
    weights = [cell.units * cell.net_minor for cell in cells]
    rooms = [cell.units * max(cell.net_minor - floor_minor, 0) for cell in cells]
    parts = allocate_largest_remainder(amount_minor, weights, rooms).parts
    return tuple(
        after for cell, part in zip(cells, parts, strict=True) for after in _spread_even(cell, part)
    )


def _spread_even(cell: Cell, amount_minor: int) -> Cells:
    if not cell.units:
        return ()
    each, odd = divmod(amount_minor, cell.units)
    rest = Cell(cell.units - odd, cell.net_minor - each, cell.claimed)
    if not odd:
        return (rest,)
    return Cell(odd, cell.net_minor - each - 1, cell.claimed), rest


@dataclass(slots=True)
class Row:
    """One line while it is priced.

    `split` None: its units cost the same (the odd minor units on the first ones).
    """

    line: BasketLine
    net_minor: int
    modifications: list[PriceModification] = field(default_factory=list)
    promoted_units: int = 0
    split: Cells | None = None
    stage_mark: int = 0

    @property
    def room_minor(self) -> int:
        """How far the line may still fall."""
        if not self.line.reducible:
            return 0
        return max(self.net_minor - self.line.floor_minor, 0)

    @property
    def cells(self) -> Cells:
        """Its units by present price, the dearest first."""
        if self.split is not None:
            return self.split
        count = self.line.count
        if not count:
            return ()
        each, odd = divmod(self.net_minor, count)
        if not odd:
            return (Cell(count, each),)
        return Cell(odd, each + 1), Cell(count - odd, each)

    def free_cells(self) -> Cells:
        """The units that nothing has claimed."""
        if not self.promoted_units:
            return self.cells
        return tuple(cell for cell in self.cells if not cell.claimed)

    def take(self, modification: PriceModification) -> int:
        """Apply a reduction of the line as far as there is room; returns what was taken."""
        amount = min(modification.amount_minor, self.room_minor)
        if amount <= 0:
            return 0
        if self.split is not None:
            self.split = _ordered(spread_over(self.split, amount, self.line.floor_unit_minor))
        if amount != modification.amount_minor:
            modification = replace(modification, amount_minor=amount)
        self._note(modification)
        return amount

    def put(self, taken: Cells, after: Cells, modification: PriceModification) -> None:
        """Some units have new prices: `taken` (as they were) become `after`."""
        cells = list(self.cells)
        for cell in taken:
            _remove(cells, cell)
        cells.extend(after)
        self.split = _ordered(tuple(cells))
        self.promoted_units = sum(cell.units for cell in self.split if cell.claimed)
        if modification.amount_minor > 0:
            self._note(modification)

    def give_back(self) -> None:
        """The line as if nothing had been taken."""
        self.modifications = []
        self.net_minor = self.line.list_minor
        self.split = None

    def _note(self, modification: PriceModification) -> None:
        self.net_minor -= modification.amount_minor
        self.modifications.append(modification)

    def copy(self) -> "Row":
        """Another row in the same state."""
        return Row(
            self.line,
            self.net_minor,
            list(self.modifications),
            self.promoted_units,
            self.split,
            self.stage_mark,
        )


def _remove(cells: list[Cell], taken: Cell) -> None:
    for place, cell in enumerate(cells):
        alike = cell.net_minor == taken.net_minor and cell.claimed == taken.claimed
        if alike and cell.units >= taken.units:
            cells[place] = cell._replace(units=cell.units - taken.units)
            return
    raise ValueError(f"no such units: {taken}")


def _ordered(cells: Cells) -> Cells:
    """Equal ones together, the dearest first, nothing empty."""
    found: dict[tuple[int, bool], int] = {}
    for cell in cells:
        if cell.units:
            key = (cell.net_minor, cell.claimed)
            found[key] = found.get(key, 0) + cell.units
    return tuple(
        Cell(count, net, claimed)
        for (net, claimed), count in sorted(found.items(), key=lambda one: (-one[0][0], one[0][1]))
    )


@dataclass(slots=True)
class Worksheet:
    """All lines of one pricing. `line_net_minor`: after the promotions on lines, once known."""

    rows: list[Row]
    after_lines: dict[int, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(lines: Sequence[BasketLine]) -> "Worksheet":
        """A fresh sheet at list amounts."""
        return Worksheet([Row(line, line.list_minor) for line in lines])

    def copy(self) -> "Worksheet":
        """Another sheet in the same state, to try something on."""
        rows = [row.copy() for row in self.rows]
        return Worksheet(rows, dict(self.after_lines), dict(self.times))

    def become(self, other: "Worksheet") -> None:
        """Take over the state of a copy."""
        self.rows, self.after_lines, self.times = other.rows, other.after_lines, other.times

    @property
    def net_minor(self) -> int:
        """The sum over all lines now."""
        return sum(row.net_minor for row in self.rows)

    def rows_of(self, lines: Sequence[BasketLine]) -> list[Row]:
        """The rows of these lines, in the order of the sheet."""
        wanted = {line.line for line in lines}
        return [row for row in self.rows if row.line.line in wanted]

    def spread(
        self, rows: Sequence[Row], amount_minor: int, rule_id: str, step: Step, words: "Words"
    ) -> int:
        """Allocate a reduction over rows by their net; returns what was placed."""
        parts = allocate_largest_remainder(
            amount_minor, [max(row.net_minor, 0) for row in rows], [row.room_minor for row in rows]
        )
        self.place(rows, parts.parts, rule_id, step, words)
        return amount_minor - parts.unplaced

    def place(
        self,
        rows: Sequence[Row],
        parts: Sequence[int],
        rule_id: str,
        step: Step,
        words: "Words",
    ) -> None:
        """Take a part off each row."""
        for row, part in zip(rows, parts, strict=True):
            units = row.line.count
            row.take(PriceModification(rule_id, step, part, units, words.name, words.arithmetic))


@dataclass(frozen=True, slots=True)
class Words:
    """How a reduction is called and computed."""

    name: str
    arithmetic: str = ""
