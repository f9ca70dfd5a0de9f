"""Tiers: thresholds and periods, as written in the program. Never who holds one."""

from dataclasses import dataclass

from pos_app.domain.mechanics.periods import PERIODS, read_period, rolling_days
from pos_app.domain.reading import Reader

__all__ = ["MEASURES", "PERIODS", "Tier", "Tiers", "read_tiers"]

MEASURES = ("spend", "points_earned", "points_balance", "visits", "months_in_row", "granted")
"""What a tier is reached by. `months_in_row`: months without a gap that saw a purchase;
`granted`: by nothing, a person or a file names it."""
BOUNDS = ("lower_inclusive", "upper_inclusive")
GRACE_DAYS_MOST = 366
DAYS_REMEMBERED = 400


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and where it starts: minor units of spend, or a number of points, visits, months."""

    tier_id: str
    names: dict[str, str]
    start: int = 0

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.tier_id)


@dataclass(frozen=True, slots=True)
class Tiers:
    """Tiers, lowest first: up at once, down when the promise (the period's end) has passed.

    `bound`: lower_inclusive, the border belongs to the tier that starts there; upper_inclusive, to
    the one that ends there. A tier that is not earned again is kept `grace_days` longer, or for
    `grace_periods` whole periods; `one_step` lets it fall by one tier only. Within
    `qualifying_days` of a sale its return takes the tier back that it had brought (0: never).
    """

    period: str = "rolling_12_months"
    tiers: tuple[Tier, ...] = ()
    measure: str = "spend"
    bound: str = "lower_inclusive"
    grace_days: int = 0
    grace_periods: int = 0
    one_step: bool = False
    qualifying_days: int = 0

    def find(self, tier_id: str) -> Tier | None:
        """The tier of that id."""
        return next((t for t in self.tiers if t.tier_id == tier_id), None)

    def rank(self, tier_id: str) -> int:
        """0 for the lowest, -1 for none of them."""
        return next((i for i, t in enumerate(self.tiers) if t.tier_id == tier_id), -1)


def read_tiers(doc: Reader, digits: int) -> Tiers:
    """The section `tiers`."""
    measure = doc.choice("by", MEASURES, "spend")
    tiers = []
    for one in doc.children("list"):
        tiers.append(Tier(one.text("id"), one.names("name"), _start(one, measure, digits)))
        one.finish()
    down = doc.child("downgrade")
    found = Tiers(
        period=_period(doc, measure),
        tiers=tuple(tiers),
        measure=measure,
        bound=doc.choice("bound", BOUNDS, BOUNDS[0]),
        grace_days=down.integer("grace_days", 0, most=GRACE_DAYS_MOST),
        grace_periods=down.integer("grace_periods", 0, most=1),
        one_step=down.flag("one_step", False),
        qualifying_days=doc.integer("qualifying_return_days", 0, most=GRACE_DAYS_MOST),
    )
    down.finish()
    doc.finish()
    _judge(found, doc)
    return found


def _start(one: Reader, measure: str, digits: int) -> int:
    """Money as a decimal text, everything else as a number; a granted tier starts nowhere."""
    if measure == "granted":
        if one.has("from"):
            one.fault("from", "means nothing: these tiers are granted, not reached")
            one.raw("from")
        return 0
    return one.decimal("from", digits, "0") if measure == "spend" else one.integer("from", 0)


def _period(doc: Reader, measure: str) -> str:
    """A run of months is judged month by month; what is granted ends when it was said to."""
    own = {"months_in_row": "month", "granted": "lifetime"}.get(measure)
    if own is None:
        return read_period(doc)
    for key in ("period", "rolling_days"):
        if doc.has(key):
            doc.raw(key)
            doc.fault(key, f"means nothing for tiers by {measure}")
    return own


def _judge(found: Tiers, doc: Reader) -> None:
    """Contradictions."""
    if found.grace_days and found.grace_periods:
        doc.fault("downgrade", "either grace_days or grace_periods")
    days = rolling_days(found.period) or 0
    if days * (1 + found.grace_periods) > DAYS_REMEMBERED:
        doc.fault("downgrade.grace_periods", f"days are remembered for {DAYS_REMEMBERED} only")
    if found.period == "lifetime" or found.measure not in ("spend", "visits"):
        wanted = "wants spend or visits in a period"
        if found.grace_periods:
            doc.fault("downgrade.grace_periods", wanted)
        if found.qualifying_days:
            doc.fault("qualifying_return_days", wanted)
    if found.measure != "granted":
        _judge_borders(found, doc)


def _judge_borders(found: Tiers, doc: Reader) -> None:
    for lower, higher in zip(found.tiers, found.tiers[1:], strict=False):
        if higher.start <= lower.start:
            doc.fault("list", f"{higher.tier_id!r} must start above {lower.tier_id!r}")
    if found.tiers and found.tiers[0].start:
        doc.fault("list[0].from", "the lowest tier starts from 0")
