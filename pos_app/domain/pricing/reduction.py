"""Makes the search small before it starts: what cannot matter is left out. Never a choice.

A limit that is not reached is no limit; a group that cannot be filled is no candidate; a limited
promotion is considered only by units that would save less without it.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.pricing.derivation import unit_saving_scaled
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.search import Alternative
from pos_app.domain.promotion.promotion import GROUP_KINDS
from pos_app.domain.quantity import Unit


def covers(candidate: Candidate) -> bool:
    """True when a limited promotion has enough for all units it touches: it is not limited here."""
    promotion = candidate.promotion
    return promotion.kind not in GROUP_KINDS and _units(candidate) <= promotion.max_units


def worthwhile(
    grouped: Sequence[Candidate], alternatives: dict[int, Alternative]
) -> list[Candidate]:
    """The candidates of the search with the lines that matter.

    A limited promotion that covers what is left of its lines becomes their alternative.
    """
    found = [_fitting(candidate) for candidate in grouped]
    settled = False
    while not settled:
        settled = True
        found = [_better(candidate, alternatives) for candidate in found]
        for candidate in found:
            if candidate.lines and covers(candidate):
                _settle(candidate, alternatives)
                settled = False
    return [c for c in found if c.lines and _units(c) >= _least(c)]


def _units(candidate: Candidate) -> int:
    return sum(line.count for line in candidate.lines)


def _least(candidate: Candidate) -> int:
    return candidate.promotion.buy if candidate.promotion.kind in GROUP_KINDS else 1


def _fitting(candidate: Candidate) -> Candidate:
    """A weighed line cannot be part of a group of pieces."""
    if candidate.promotion.kind not in GROUP_KINDS:
        return candidate
    pieces = tuple(line for line in candidate.lines if line.quantity.unit is Unit.PIECE)
    return replace(candidate, lines=pieces)


def _better(candidate: Candidate, alternatives: dict[int, Alternative]) -> Candidate:
    if candidate.promotion.kind in GROUP_KINDS:
        return candidate
    lines = tuple(
        line
        for line in candidate.lines
        if unit_saving_scaled(candidate.promotion, line) > alternatives[line.line].saving
    )
    return replace(candidate, lines=lines) if len(lines) < len(candidate.lines) else candidate


def _settle(candidate: Candidate, alternatives: dict[int, Alternative]) -> None:
    for line in candidate.lines:
        saving = unit_saving_scaled(candidate.promotion, line)
        if saving > alternatives[line.line].saving:
            alternatives[line.line] = Alternative(saving, candidate.promotion)


def components(grouped: Sequence[Candidate]) -> list[list[Candidate]]:
    """Group promotions that share a line must be searched together; others must not."""
    of_line: dict[int, list[Candidate]] = {}
    for candidate in grouped:
        numbers = [line.line for line in candidate.lines]
        touched = [of_line[number] for number in numbers if number in of_line]
        joined = [candidate]
        for known in {id(one): one for one in touched}.values():
            joined += known
        of_line.update((line.line, joined) for one in joined for line in one.lines)
    return [
        sorted(one, key=lambda c: (-c.promotion.priority, c.promotion.promotion_id))
        for one in {id(one): one for one in of_line.values()}.values()
    ]
