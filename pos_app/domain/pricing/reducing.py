"""One benefit applied to what is left: which units, how much, rounded once at its scope.

Never lets a unit fall below its floor; knows no other promotion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import allocate_largest_remainder, format_decimal
from pos_app.domain.pricing.derivation import (
    Said,
    arithmetic,
    base_minor,
    part_minor,
    percent_text,
    reduced,
)
from pos_app.domain.pricing.eligibility import Part
from pos_app.domain.pricing.setting import Setting
from pos_app.domain.pricing.shop import picked
from pos_app.domain.pricing.worksheet import Cell, Cells, Row, Worksheet
from pos_app.domain.promotion.benefit import FirstThen, Reduction, RoundDown
from pos_app.domain.promotion.promotion import Promotion, is_whole


class Wanted(NamedTuple):
    """What one line would lose."""

    line: int
    amount_minor: int
    units: int
    text: str
    taken: Cells = ()
    after: Cells = ()


@dataclass(frozen=True, slots=True)
class Reducing:
    """One benefit of one promotion in its turn."""

    setting: Setting
    promotion: Promotion
    part: Part
    rank: int

    def apply(self, sheet: Worksheet) -> None:
        """Take what it gives off the rows of a sheet."""
        meant = self._rows(sheet)
        rows = {row.line.line: row for row in meant}
        shelved = {
            line
            for line, row in rows.items()
            if self.promotion.not_with_price_stage and row.stage_mark & 1
        }
        named = self._named()
        for one in self._wanted(sheet, meant):
            if one.line not in shelved:
                self._take(rows[one.line], one, named)
        for line in shelved:
            self._instead(rows[line])

    def wanted(self, sheet: Worksheet) -> list[Wanted]:
        """What each line would lose if it were applied to this sheet."""
        return self._wanted(sheet, self._rows(sheet))

    def _wanted(self, sheet: Worksheet, rows: list[Row]) -> list[Wanted]:
        benefit = self.part.benefit
        if isinstance(benefit, RoundDown):
            return self._rounding(benefit, sheet)
        if isinstance(benefit, FirstThen):
            return [one for row in rows for one in self._first_then(benefit, row)]
        if not isinstance(benefit, Reduction):
            return []
        value = self.setting.value_of(benefit, self.part)
        if benefit.whole:
            return self._whole(benefit, value, rows, sheet)
        found = [
            self._of_line(benefit, value, row, cells)
            for row, cells in self._chosen(benefit, rows)
            if cells
        ]
        return self._capped(benefit, found, sheet)

    def _rows(self, sheet: Worksheet) -> list[Row]:
        if not self.part.lines:
            return list(sheet.rows) if isinstance(self.part.benefit, RoundDown) else []
        rows = sheet.rows_of(self.part.lines)
        goods = getattr(self.part.benefit, "goods", None)
        if goods is not None and goods.not_promoted:
            earlier = (1 << self.rank) - 1
            rows = [row for row in rows if not row.stage_mark & earlier]
        return rows

    def _named(self) -> tuple[Step, str]:
        """The step it leads to and what it is called: the same for every line."""
        step = Step.TRANSACTION if is_whole(self.part.benefit) else Step.ITEM
        return step, self.promotion.name(self.setting.language)

    def _take(self, row: Row, one: Wanted, named: tuple[Step, str]) -> None:
        if one.amount_minor <= 0:
            return
        step, name = named
        modification = PriceModification(
            self.promotion.promotion_id, step, one.amount_minor, one.units, name, one.text
        )
        row.stage_mark |= 1 << self.rank
        if one.taken:
            row.put(one.taken, one.after, modification)
        else:
            row.take(modification)

    def _instead(self, row: Row) -> None:
        """In place of the shelf price where that is lower, line by line."""
        fresh = Worksheet([Row(row.line, row.line.list_minor)])
        wanted = self.wanted(fresh)
        if row.line.list_minor - sum(one.amount_minor for one in wanted) >= row.net_minor:
            return
        row.give_back()
        for one in wanted:
            self._take(row, one, self._named())

    def _of_line(self, benefit: Reduction, value: int, row: Row, cells: Cells) -> Wanted:
        after, amount = reduced(benefit, value, row.line, cells, self.setting.policies.rounding)
        units = sum(cell.units for cell in cells)
        said = Said(amount, self.setting.digits)
        text = arithmetic(benefit, value, row.line, cells, said)
        return Wanted(row.line.line, amount, units, text, cells, after)

    def _chosen(self, benefit: Reduction, rows: Sequence[Row]) -> list[tuple[Row, Cells]]:
        """The units it is for: all, so many a line, or so many in all by the named choice."""
        if benefit.max_units_per_line:
            most = benefit.max_units_per_line
            return [(row, _first(_sorted(row.cells, benefit.pick), most)) for row in rows]
        if not benefit.max_units:
            return [(row, row.cells) for row in rows]
        return picked(benefit, self.setting.pick_of(benefit), rows, lambda row: row.cells)

    def _capped(self, benefit: Reduction, found: list[Wanted], sheet: Worksheet) -> list[Wanted]:
        """At most the cap in all, shared in proportion; never below nothing in all."""
        total = sum(one.amount_minor for one in found)
        cap = self._cap(benefit, total, sheet)
        if total <= cap:
            return found
        parts = allocate_largest_remainder(cap, [one.amount_minor for one in found]).parts
        money = format_decimal(cap, self.setting.digits)
        return [
            Wanted(one.line, part, one.units, f"{one.text}, <= {money}")
            for one, part in zip(found, parts, strict=True)
        ]

    def _cap(self, benefit: Reduction, total: int, sheet: Worksheet) -> int:
        cap = benefit.cap_minor or total
        if any(row.net_minor < 0 for row in sheet.rows):
            cap = min(cap, max(sheet.net_minor, 0))
        return cap

    def _whole(
        self, benefit: Reduction, value: int, rows: list[Row], sheet: Worksheet
    ) -> list[Wanted]:
        """One amount, rounded once, then allocated to the lines."""
        money, digits = format_decimal, self.setting.digits
        net = sum(base_minor(benefit, row.line, row.cells) for row in rows if row.net_minor > 0)
        amount = value
        if benefit.kind == "percent":
            amount = part_minor(net, value, self.setting.policies.rounding)
        rooms = [row.room_minor for row in rows]
        amount = min(amount, self._cap(benefit, amount, sheet), sum(rooms))
        text = money(amount, digits)
        if benefit.kind == "percent":
            text = f"{money(net, digits)} x {percent_text(value)} % = {text}"
        return [
            Wanted(row.line.line, part, row.line.count, text)
            for row, part in zip(rows, self._allocated(rows, amount, rooms), strict=True)
        ]

    def _allocated(self, rows: Sequence[Row], amount: int, rooms: Sequence[int]) -> tuple[int, ...]:
        way = self.setting.policies.allocation
        weights = [max(row.net_minor, 0) for row in rows]
        if way == "equal_per_unit":
            weights = [row.line.count for row in rows]
        if way == "largest_line" and rows:
            largest = max(range(len(rows)), key=lambda i: (weights[i], -i))
            weights = [int(i == largest) for i in range(len(rows))]
        return allocate_largest_remainder(amount, weights, rooms).parts

    def _rounding(self, benefit: RoundDown, sheet: Worksheet) -> list[Wanted]:
        rows = [row for row in sheet.rows if row.room_minor]
        rooms = [row.room_minor for row in rows]
        amount = min(sheet.net_minor % benefit.to_minor, sum(rooms))
        text = format_decimal(amount, self.setting.digits)
        parts = self._allocated(rows, amount, rooms)
        return [
            Wanted(row.line.line, part, row.line.count, text)
            for row, part in zip(rows, parts, strict=True)
        ]

    def _first_then(self, benefit: FirstThen, row: Row) -> list[Wanted]:
        found = []
        left = benefit.max_units or row.line.count
        first = True
        for cell in row.cells:
            count = min(cell.units, left)
            left -= count
            for units, value in _first_and_rest(count, first, benefit):
                one = Reduction("amount", value, scope="unit")
                found.append(self._of_line(one, value, row, (cell._replace(units=units),)))
            first = first and not count
        return found


def _first_and_rest(count: int, first: bool, benefit: FirstThen) -> list[tuple[int, int]]:
    parts = [(1, benefit.first_minor)] if first and count else []
    rest = count - len(parts)
    return [*parts, (rest, benefit.further_minor)] if rest else parts


def _sorted(cells: Cells, pick: str) -> Cells:
    return cells[::-1] if pick == "cheapest" else cells


def _first(cells: Cells, most: int) -> Cells:
    found: list[Cell] = []
    for cell in cells:
        count = min(cell.units, most)
        most -= count
        if count:
            found.append(cell._replace(units=count))
    return tuple(found)
