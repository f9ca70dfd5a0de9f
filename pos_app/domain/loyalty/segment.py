"""Who is in a segment, and why: one function for server and till, with no network. Never guesses.

What is not known (no scores yet, no such profile field) keeps a member out and is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from pos_app.domain.loyalty.rfm import Figures, RfmBounds, RfmScores, name_of, score
from pos_app.domain.loyalty.tally import LIFETIME, Tallies
from pos_app.domain.loyalty.turnover import VISITS, History, spend_minor
from pos_app.domain.mechanics.periods import PERIODS
from pos_app.domain.mechanics.segments import ProfileCondition, Range, RfmCondition, Segment, plain
from pos_app.domain.money import RUB, Currency, Money
from pos_app.domain.sentence import Sentence, say


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a member on a day. `receipts`: purchases ever, not returned whole.

    `spend_minor` is net, by period name; `profile` holds the text fields that this place may know
    (a till: few or none). `scores` is None until there are bounds and a purchase.
    """

    on: date
    scores: RfmScores | None = None
    tier_id: str = ""
    last_visit_on: date | None = None
    receipts: int = 0
    spend_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    profile: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    currency: Currency = RUB


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: whether it holds, and what it compared. Never a value of the profile."""

    holds: bool
    said: Sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a member is in a segment. `why` is the first condition that failed, if any did."""

    segment_id: str
    inside: bool
    why: Sentence
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a place knows beside the history: the chain's bounds, the tier that holds, the profile
    (empty at a till)."""

    bounds: RfmBounds | None = None
    currency: Currency = RUB
    tier_id: str = ""
    profile: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def facts_of(history: History, on: date, known: Known = Known()) -> Facts:
    """The facts that a mirrored history carries, and what else is known."""
    last = last_visit(history.tallies, on)
    receipts = history.tallies.get((VISITS, LIFETIME), 0)
    return Facts(
        on=on,
        scores=scored(
            known.bounds, receipts=receipts, spend_minor=history.lifetime_minor, last=last, on=on
        ),
        tier_id=known.tier_id,
        last_visit_on=last,
        receipts=receipts,
        spend_minor={period: spend_minor(history, period, on) for period in PERIODS},
        profile=known.profile,
        currency=known.currency,
    )


def last_visit(tallies: Tallies, on: date) -> date | None:
    """The day of the last purchase up to a day. Days are counted in programmes whose segments ask
    for them and fade; before, it is the end of the last month with a purchase."""
    periods = [period for (tally, period), n in tallies.items() if tally == VISITS and n > 0]
    days = [date.fromisoformat(one) for one in periods if len(one) == _DAY]
    months = [one for one in periods if len(one) == _MONTH and "Q" not in one]
    last = max((day for day in days if day <= on), default=None)
    month = max(months, default="")
    if month and (last is None or month > last.isoformat()[:_MONTH]):
        year, number = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
        last = date(year, number + 1, 1) - timedelta(days=1)
    return min(last, on) if last else None


def asks_for_days(rules: Iterable[Segment]) -> bool:
    """True where a rule needs the day of the last purchase."""
    return any(rule.rfm or rule.days_since_visit for rule in rules)


def offline(rules: Iterable[Segment]) -> tuple[Segment, ...]:
    """Rules that a till can judge: it knows no profile, the server says who is in the others."""
    return tuple(rule for rule in rules if not rule.profile)


_DAY, _MONTH = len("2026-11-22"), len("2026-11")


def segments_of(rules: Iterable[Segment], facts: Facts) -> frozenset[str]:
    """The ids of the segments that the member is in."""
    return frozenset(
        rule.segment_id for rule in rules if all(check.holds for check in _checks(rule, facts))
    )


def explain(rule: Segment, facts: Facts, language: str = "ru") -> Verdict:
    """Every condition of a segment with what it found, to say to an operator."""
    checks = tuple(_checks(rule, facts))
    failed = next((check.said for check in checks if not check.holds), None)
    why = failed or say("segment.inside", name=rule.name(language))
    return Verdict(rule.segment_id, failed is None, why, checks)


def scored(
    bounds: RfmBounds | None, *, receipts: int, spend_minor: int, last: date | None, on: date
) -> RfmScores | None:
    """Scores from what a mirror holds; None without bounds or without a purchase."""
    if bounds is None or last is None or not receipts:
        return None
    return score(bounds, Figures(max((on - last).days, 0), receipts, spend_minor))


def _checks(rule: Segment, facts: Facts) -> Iterator[Check]:
    if rule.rfm:
        yield from _rfm(rule.rfm, facts.scores)
    if rule.tiers:
        wanted = ", ".join(sorted(rule.tiers))
        said = say("segment.tier", tier=facts.tier_id or "-", wanted=wanted)
        yield Check(facts.tier_id in rule.tiers, said)
    yield from _visits(rule, facts)
    yield from _spend(rule, facts)
    for condition in rule.profile:
        yield _profile(condition, facts.profile)


def _rfm(rule: RfmCondition, scores: RfmScores | None) -> Iterator[Check]:
    if scores is None:
        yield Check(False, say("segment.unscored"))
        return
    if rule.recency:
        low, high = _ends(rule.recency)
        said = say("segment.recency", score=scores.recency, least=low, most=high)
        yield Check(rule.recency.holds(scores.recency), said)
    if rule.frequency:
        low, high = _ends(rule.frequency)
        said = say("segment.frequency", score=scores.frequency, least=low, most=high)
        yield Check(rule.frequency.holds(scores.frequency), said)
    if rule.money:
        low, high = _ends(rule.money)
        said = say("segment.money", score=scores.monetary, least=low, most=high)
        yield Check(rule.money.holds(scores.monetary), said)
    if rule.names:
        found, wanted = name_of(scores, rule.map_name), ", ".join(sorted(rule.names))
        yield Check(found in rule.names, say("segment.map", found=found, wanted=wanted))


def _ends(wanted: Range) -> tuple[int, int]:
    return wanted.least or 1, wanted.most or 5


def _visits(rule: Segment, facts: Facts) -> Iterator[Check]:
    days = rule.days_since_visit
    if days:
        if facts.last_visit_on is None:
            yield Check(False, say("segment.never"))
        else:
            yield from _days(days, max((facts.on - facts.last_visit_on).days, 0))
    least, most = rule.receipts.least, rule.receipts.most
    if least is not None:
        said = say("segment.receipts_from", n=facts.receipts, least=least)
        yield Check(facts.receipts >= least, said)
    if most is not None:
        said = say("segment.receipts_to", n=facts.receipts, most=most)
        yield Check(facts.receipts <= most, said)


def _days(wanted: Range, days: int) -> Iterator[Check]:
    if wanted.least is not None:
        said = say("segment.days_from", n=days, least=wanted.least)
        yield Check(days >= wanted.least, said)
    if wanted.most is not None:
        yield Check(days <= wanted.most, say("segment.days_to", n=days, most=wanted.most))


def _spend(rule: Segment, facts: Facts) -> Iterator[Check]:
    spent = facts.spend_minor.get(rule.spend_period, 0)
    found, least, most = Money(spent, facts.currency), rule.spend_minor.least, rule.spend_minor.most
    if least is not None:
        said = say("segment.spend_from", spent=found, least=Money(least, facts.currency))
        yield Check(spent >= least, said)
    if most is not None:
        said = say("segment.spend_to", spent=found, most=Money(most, facts.currency))
        yield Check(spent <= most, said)


def _profile(rule: ProfileCondition, profile: Mapping[str, str]) -> Check:
    if rule.field not in profile:
        return Check(False, say("segment.profile_unknown", field=rule.field))
    if plain(profile[rule.field]) in rule.values:
        return Check(True, say("segment.profile_fits", field=rule.field))
    return Check(False, say("segment.profile_differs", field=rule.field))
