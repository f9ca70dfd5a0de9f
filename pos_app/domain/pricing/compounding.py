"""Promotions on what the earlier ones left: each in its turn, or as the program adds them up.

Never lets a unit fall below its floor, never judges who is in force.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.money import allocate_largest_remainder, format_decimal, share_half_up
from pos_app.domain.pricing.block import Block
from pos_app.domain.pricing.derivation import percent_text
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.pricing.late import still_open
from pos_app.domain.pricing.reducing import Reducing, Wanted
from pos_app.domain.pricing.setting import Setting
from pos_app.domain.pricing.worksheet import Row, Worksheet
from pos_app.domain.promotion.benefit import OrderedGroup, Reduction, RoleGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """One benefit in the order of calculation."""

    candidate: Candidate
    part: Part
    rank: int
    whole: bool
    claims: bool

    @property
    def priority(self) -> int:
        """Of its promotion."""
        return self.candidate.promotion.priority

    @property
    def step(self) -> Step:
        """Which intermediate amount it leads to."""
        return Step.TRANSACTION if self.whole else Step.ITEM


@dataclass
class Compounding:
    """Applies entries to a sheet in one of the ways that a program may name."""

    setting: Setting
    sheet: Worksheet

    def apply(self, entries: Sequence[Entry]) -> None:
        """In the given order; shelf prices always one after another."""
        shelf = [e for e in entries if not e.rank]
        rest = [e for e in entries if e.rank]
        self._in_turn(shelf)
        way = self.setting.policies.compounding
        if way == "list_additive":
            self._additive(rest)
        elif way == "best_per_line":
            self._best_per_line(rest)
        elif way == "parallel_in_priority":
            for _, level in groupby(rest, key=lambda e: (e.rank, e.priority)):
                self._parallel(list(level), self.sheet.copy())
        elif way == "compound_in_priority":
            self._top_level(rest)
        elif way == "best_in_priority":
            for _, level in groupby(rest, key=lambda e: (e.rank, e.priority)):
                self._best_of(list(level))
        else:
            self._in_turn(rest)

    def _in_turn(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if not still_open(entry.candidate.promotion, self.sheet, self.setting):
                continue
            if isinstance(entry.part.benefit, OrderedGroup | RoleGroup):
                self._group(entry)
            else:
                self._reducing(entry).apply(self.sheet)

    def _group(self, entry: Entry) -> None:
        """A promotion on groups of units, by itself."""
        whole = entry.candidate
        alone = Candidate(whole.number, whole.promotion, (entry.part,))
        Block(self.setting, self.sheet, lambda _line: 0).run([alone])

    def _reducing(self, entry: Entry) -> Reducing:
        return Reducing(self.setting, entry.candidate.promotion, entry.part, entry.rank)

    def _parallel(self, entries: Sequence[Entry], base: Worksheet) -> None:
        """All on the amounts of `base`, summed."""
        for entry in entries:
            if isinstance(entry.part.benefit, OrderedGroup | RoleGroup):
                self._in_turn([entry])
            elif still_open(entry.candidate.promotion, self.sheet, self.setting):
                wanted = self._reducing(entry).wanted(base)
                self._place(entry, wanted)

    def _place(self, entry: Entry, wanted: Sequence[Wanted]) -> None:
        rows = {row.line.line: row for row in self.sheet.rows}
        promotion = entry.candidate.promotion
        for one in wanted:
            row = rows[one.line]
            row.take(
                PriceModification(
                    promotion.promotion_id,
                    entry.step,
                    one.amount_minor,
                    one.units,
                    promotion.name(self.setting.language),
                    one.text,
                )
            )
            row.stage_mark |= 1 << entry.rank

    def _additive(self, entries: Sequence[Entry]) -> None:
        """On the list amount (after shelf prices), summed; one rounding of the sum if named."""
        base = self.sheet.copy()
        for _, together in groupby(entries, key=lambda e: e.whole):
            stretch = list(together)
            if self.setting.policies.rounding == "half_up_sum":
                stretch = self._summed(stretch, base)
            self._parallel(stretch, base)

    def _summed(self, entries: Sequence[Entry], base: Worksheet) -> list[Entry]:
        """Percentages of lines are added up and rounded once; the other entries are returned."""
        percents = [e for e in entries if _is_line_percent(e)]
        rates: dict[int, list[tuple[Entry, int]]] = {}
        for entry in percents:
            benefit = entry.part.benefit
            assert isinstance(benefit, Reduction)
            value = self.setting.value_of(benefit, entry.part)
            for line in entry.part.lines:
                rates.setdefault(line.line, []).append((entry, value))
        for row, origin in zip(self.sheet.rows, base.rows, strict=True):
            self._take_sum(row, origin, rates.get(row.line.line, []))
        return [e for e in entries if not _is_line_percent(e)]

    def _take_sum(self, row: Row, origin: Row, rates: Sequence[tuple[Entry, int]]) -> None:
        values = [value for _, value in rates]
        wanted = min(share_half_up(origin.net_minor, sum(values)), row.room_minor)
        parts = allocate_largest_remainder(wanted, values).parts if values else ()
        for (entry, value), part in zip(rates, parts, strict=True):
            text = f"{format_decimal(origin.net_minor, self.setting.digits)} x "
            text += f"{percent_text(value)} % = {format_decimal(part, self.setting.digits)}"
            self._place(entry, [Wanted(row.line.line, part, row.line.count, text)])

    def _best_per_line(self, entries: Sequence[Entry]) -> None:
        """Each line takes the one that gives it most; amounts on the whole follow in turn."""
        base = self.sheet.copy()
        by_promotion: dict[int, list[Entry]] = {}
        for entry in entries:
            group = isinstance(entry.part.benefit, OrderedGroup | RoleGroup)
            if not (entry.whole or group):
                by_promotion.setdefault(entry.candidate.number, []).append(entry)
        best: dict[int, tuple[int, list[tuple[Entry, Wanted]]]] = {}
        for mine in by_promotion.values():
            for line, wanted in self._by_line(mine, base).items():
                total = sum(one.amount_minor for _, one in wanted)
                if total > best.get(line, (0, []))[0]:
                    best[line] = (total, wanted)
        for _, wanted in best.values():
            for entry, one in wanted:
                self._place(entry, [one])
        self._in_turn(e for e in entries if e.candidate.number not in by_promotion or e.whole)

    def _by_line(
        self, entries: Sequence[Entry], base: Worksheet
    ) -> dict[int, list[tuple[Entry, Wanted]]]:
        """What all benefits of one promotion want of each line."""
        found: dict[int, list[tuple[Entry, Wanted]]] = {}
        for entry in entries:
            if still_open(entry.candidate.promotion, self.sheet, self.setting):
                for one in self._reducing(entry).wanted(base):
                    found.setdefault(one.line, []).append((entry, one))
        return found

    def _best_of(self, entries: Sequence[Entry]) -> None:
        """The one entry that leaves the lowest total, or none."""
        self._lowest([[entry] for entry in entries])

    def _top_level(self, entries: Sequence[Entry]) -> None:
        """Of the first priority only: all that compound, or one that does not, whichever is
        lower."""
        level = [e for e in entries if (e.rank, e.priority) == _first_level(entries)]
        together = [e for e in level if e.candidate.promotion.stacking == "compound"]
        alone = [[e] for e in level if e.candidate.promotion.stacking != "compound"]
        self._lowest([together, *alone])

    def _lowest(self, options: Sequence[Sequence[Entry]]) -> None:
        best = self.sheet
        for option in options:
            trial = Compounding(self.setting, self.sheet.copy())
            trial._in_turn(option)
            if trial.sheet.net_minor < best.net_minor:
                best = trial.sheet
        if best is not self.sheet:
            self.sheet.become(best)


def _first_level(entries: Sequence[Entry]) -> tuple[int, int]:
    return (entries[0].rank, entries[0].priority) if entries else (0, 0)


def _is_line_percent(entry: Entry) -> bool:
    benefit = entry.part.benefit
    return isinstance(benefit, Reduction) and benefit.kind == "percent" and not entry.whole
