"""The basket in pieces that cannot influence each other before amounts on the whole are given.

Lines belong together when a promotion may take units of both, or compares them. A piece that was
calculated once is remembered: adding a line calculates only the piece it falls into. Never a
choice between sets of promotions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pos_app.domain.document import PriceModification
from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.setting import Effort
from pos_app.domain.pricing.worksheet import Cells, Row, Worksheet
from pos_app.domain.promotion.benefit import Benefit, FirstThen, Reduction
from pos_app.domain.promotion.promotion import is_whole

BY_LINE = ("net", "list_additive", "best_per_line")
REMEMBERED_MOST = 20_000

Key = tuple[object, ...]


@dataclass(slots=True)
class Piece:
    """Lines that belong together, with the promotions that touch them."""

    lines: list[BasketLine]
    joint: list[Candidate]
    single: list[tuple[Candidate, int, BasketLine]] = field(default_factory=list)

    def key(self, settled: Key) -> Key:
        """Two pieces with the same key come to the same amounts."""
        if len(self.lines) == 1 and not self.joint:
            single = tuple([(c.number, part, 0) for c, part, _ in self.single])
            return (settled, (self.lines[0].looks,), (), single)
        place = {line.line: number for number, line in enumerate(self.lines)}
        return (
            settled,
            tuple(line.looks for line in self.lines),
            tuple(candidate.number for candidate in self.joint),
            tuple((c.number, part, place[line.line]) for c, part, line in self.single),
        )

    def candidates(self) -> list[Candidate]:
        """The promotions with the lines they may touch here."""
        parts: dict[int, dict[int, list[BasketLine]]] = {}
        of_number: dict[int, Candidate] = {}
        for candidate, part, line in self.single:
            of_number[candidate.number] = candidate
            parts.setdefault(candidate.number, {}).setdefault(part, []).append(line)
        found = list(self.joint)
        for number, of_part in parts.items():
            whole = of_number[number]
            narrowed = tuple(
                Part(whole.parts[part].benefit, tuple(lines)) for part, lines in of_part.items()
            )
            found.append(Candidate(number, whole.promotion, narrowed))
        return sorted(found, key=lambda c: c.number)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a piece came to: its rows without their lines."""

    rows: tuple[tuple[int, tuple[PriceModification, ...], int, Cells | None, int], ...]
    times: tuple[tuple[str, int], ...]
    effort: Effort

    @staticmethod
    def of(sheet: Worksheet, effort: Effort) -> "Settled":
        """The rows as they are now."""
        rows = tuple(
            (r.net_minor, tuple(r.modifications), r.promoted_units, r.split, r.stage_mark)
            for r in sheet.rows
        )
        return Settled(rows, tuple(sheet.times.items()), effort)

    def enter(self, lines: Sequence[BasketLine], rows: dict[int, Row], sheet: Worksheet) -> None:
        """The same for these lines."""
        for line, (net, modifications, units, split, mark) in zip(lines, self.rows, strict=True):
            rows[line.line] = Row(line, net, list(modifications), units, split, mark)
        for name, count in self.times:
            sheet.times[name] = sheet.times.get(name, 0) + count


Calculate = Callable[[Sequence[BasketLine], Sequence[Candidate]], tuple[Worksheet, Effort]]


@dataclass(slots=True)
class Pieces:
    """What an engine remembers of pieces it has calculated."""

    known: dict[Key, Settled] = field(default_factory=dict)

    def sheet(
        self,
        lines: Sequence[BasketLine],
        chosen: Iterable[Candidate],
        settled: Key,
        calculate: Calculate,
    ) -> tuple[Worksheet, Effort]:
        """Every line after the promotions on units and lines."""
        if len(self.known) > REMEMBERED_MOST:
            self.known.clear()
        sheet, effort = Worksheet([]), Effort()
        rows: dict[int, Row] = {}
        for piece in split(lines, chosen):
            key = piece.key(settled)
            found = self.known.get(key)
            if found is None:
                found = Settled.of(*calculate(piece.lines, piece.candidates()))
                self.known[key] = found
            found.enter(piece.lines, rows, sheet)
            effort = effort.joined(found.effort)
        sheet.rows = [rows[line.line] for line in lines]
        return sheet, effort


def can_split(policies: Policies) -> bool:
    """True where lines are compared with nothing but the promotions that take their units."""
    return policies.compounding in BY_LINE and policies.order in ("percent_first", "amount_first")


def member_key(member: MemberOffer | None) -> Key:
    """What a member's discount makes of a piece."""
    return (member.discount.discount_id, member.rate_ppm) if member else ()


def receipt_key(chosen: Iterable[Candidate], lines: Sequence[BasketLine]) -> Key:
    """What a piece sees of the whole receipt: where a value goes by steps of the receipt."""
    benefits = (part.benefit for candidate in chosen for part in candidate.parts)
    if not any(
        isinstance(b, Reduction) and b.breaks and b.breaks_of == "receipt" for b in benefits
    ):
        return ()
    units = sum(line.count * line.pack_units for line in lines)
    return (sum(line.list_minor for line in lines), units)


def on_lines(chosen: Iterable[Candidate]) -> Iterator[Candidate]:
    """The promotions with those of their benefits that are not on the whole."""
    for candidate in chosen:
        if not candidate.promotion.partly_whole:
            yield candidate
        elif parts := tuple(p for p in candidate.parts if not is_whole(p.benefit)):
            yield Candidate(candidate.number, candidate.promotion, parts)


def split(lines: Sequence[BasketLine], chosen: Iterable[Candidate]) -> list[Piece]:
    """Pieces in the order of their first lines; lines keep the order of the sheet."""
    owner: dict[int, Piece] = {line.line: Piece([line], []) for line in lines}
    for candidate in chosen:
        if is_by_line(candidate):
            for number, part in enumerate(candidate.parts):
                for line in part.lines:
                    owner[line.line].single.append((candidate, number, line))
        else:
            _join(owner, candidate)
    place = {line.line: number for number, line in enumerate(lines)}
    found = list({id(piece): piece for piece in owner.values()}.values())
    for piece in found:
        if len(piece.lines) > 1:
            piece.lines.sort(key=lambda line: place[line.line])
            piece.joint.sort(key=lambda c: c.number)
            piece.single.sort(key=lambda one: (one[0].number, one[1], place[one[2].line]))
    return found


def _join(owner: dict[int, Piece], candidate: Candidate) -> None:
    """All lines of one promotion become one piece."""
    touched = candidate.lines
    if not touched:
        return
    joined = owner[touched[0].line]
    for line in touched[1:]:
        other = owner[line.line]
        if other is joined:
            continue
        if len(other.lines) > len(joined.lines):
            joined, other = other, joined
        joined.lines += other.lines
        joined.joint += other.joint
        joined.single += other.single
        for moved in other.lines:
            owner[moved.line] = joined
    joined.joint.append(candidate)


def is_by_line(candidate: Candidate) -> bool:
    """True when what a line gets does not depend on any other line."""
    return all(_by_line(part.benefit) for part in candidate.parts)


def _by_line(benefit: Benefit) -> bool:
    if isinstance(benefit, FirstThen):
        return True
    if not isinstance(benefit, Reduction):
        return False
    return not (benefit.whole or benefit.max_units or benefit.cap_minor or benefit.breaks)
