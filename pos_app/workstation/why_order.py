"""In which order a receipt's rules are told: what was applied, what was nearly, then the rest.

Never decides what applies: the rules have said why each did not.
"""

from collections.abc import Iterable

from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence
from pos_app.workstation.view import TraceRow

SHORT = {"why.too_few": 0, "why.missing": 1, "limit.min_receipt": 1}
"""A little more of the goods: pieces before money, the least missing first."""
ONE_STEP = frozenset(
    {
        "why.members_only",
        "why.no_coupon",
        "why.not_claimed",
        "why.claim_short",
        "why.no_evidence",
        "why.other_receipt",
        "why.beaten",
        "why.beaten_by",
        "limit.min_points",
    }
)
"""The goods would do: a card, a coupon, a paper or another rule stands between."""


def in_order(rows: Iterable[TraceRow]) -> tuple[TraceRow, ...]:
    """Applied ones as the calculation has them, then the nearest misses, then the others."""
    return tuple(sorted(rows, key=_place))


def _place(row: TraceRow) -> tuple[int, int, int]:
    if row.applied:
        return 0, 0, 0
    why = row.why[0] if row.why else None
    if why is not None and why.key in SHORT:
        return 1, SHORT[why.key], _missing(why)
    return (2 if why is not None and why.key in ONE_STEP else 3), 0, 0


def _missing(why: Sentence) -> int:
    missing = why.args.get("missing")
    if isinstance(missing, Money):
        return missing.minor
    return missing if isinstance(missing, int) else 0
