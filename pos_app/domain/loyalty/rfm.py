"""RFM scores: recency, frequency and money of a member, each 1 to 5, exactly. Never a float.

Three rules. `quantile_7` and `quantile_7_plus_1` compare with dated bounds, so a till scores a
member offline from mirrored figures; `ntile` ranks a population at once, as SQL's NTILE does.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pos_app.domain.mechanics.rfm_maps import MAP_25, MAP_125, MAPS, SCORES

PLAIN, PLUS_1 = "quantile_7", "quantile_7_plus_1"
RULES = (PLAIN, PLUS_1)
"""How a value meets a bound. quantile_7: the bound belongs to the lower score. quantile_7_plus_1:
the bound is one more and belongs to the higher score: the table of the R package `rfm`."""
Exact = int | Fraction


@dataclass(frozen=True, slots=True)
class Figures:
    """What is scored: days since the last purchase, purchases, what they came to (minor units)."""

    recency_days: int
    frequency: int
    monetary: Exact


@dataclass(frozen=True, slots=True)
class RfmScores:
    """1 (worst) to 5 (best) each; few days since the last purchase are good."""

    recency: int
    frequency: int
    monetary: int

    @property
    def fm(self) -> int:
        """The mean of frequency and money, half up, for maps of recency x FM."""
        return (self.frequency + self.monetary + 1) // 2

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"


@dataclass(frozen=True, slots=True)
class RfmBounds:
    """Bounds between neighbouring scores, ascending, four each, of a population on a day.

    Raises ValueError for another number of them, for falling ones and for an unknown rule.
    """

    as_of: date
    recency: tuple[Fraction, ...]
    frequency: tuple[Fraction, ...]
    monetary: tuple[Fraction, ...]
    rule: str = PLAIN

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"one of {', '.join(RULES)} is wanted, got {self.rule!r}")
        for bounds in (self.recency, self.frequency, self.monetary):
            if len(bounds) != SCORES - 1 or tuple(sorted(bounds)) != bounds:
                raise ValueError(f"{SCORES - 1} rising bounds are wanted")

    def document(self) -> dict[str, Any]:
        """As JSON has it; rationals are texts: "115", "1487/5"."""
        doc = {name: [str(one) for one in getattr(self, name)] for name in _MEASURES}
        return {"as_of": self.as_of.isoformat(), "rule": self.rule, **doc}

    def to_json(self) -> str:
        """The document as a text."""
        return json.dumps(self.document())

    @classmethod
    def from_json(cls, text: str) -> "RfmBounds":
        """The reverse of `to_json`; ValueError says what is wrong."""
        return cls.from_document(json.loads(text))

    @classmethod
    def from_document(cls, doc: Any) -> "RfmBounds":
        """The reverse of `document`; ValueError says what is wrong."""
        if not isinstance(doc, dict) or set(doc) != {"as_of", "rule", *_MEASURES}:
            raise ValueError("as_of, rule, recency, frequency and monetary are wanted")
        recency, frequency, monetary = (_rationals(doc[name]) for name in _MEASURES)
        as_of, rule = doc["as_of"], doc["rule"]
        if not isinstance(as_of, str) or not isinstance(rule, str):
            raise ValueError("as_of and rule are texts")  # noqa: TRY004 - a document is wrong
        return cls(date.fromisoformat(as_of), recency, frequency, monetary, rule)


def bounds_told(setting: Any) -> RfmBounds | None:
    """The bounds in the setting `rfm_bounds`; None where there are none, or none that can be read:
    a till then scores nobody, and goes on selling."""
    try:
        return RfmBounds.from_document(setting)
    except ValueError:
        return None


SETTING = "rfm_bounds"
"""The setting of the chain that carries the bounds to its tills."""
_MEASURES = ("recency", "frequency", "monetary")


def _rationals(texts: Any) -> tuple[Fraction, ...]:
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError("bounds are a list of texts, as 1487/5")
    try:
        return tuple(Fraction(one) for one in texts)
    except ZeroDivisionError as error:
        raise ValueError("a bound divides by zero") from error


def figures_of(purchases: Iterable[tuple[date, int]], as_of: date) -> Figures | None:
    """Figures of (day, minor units) up to a day, that day included; None without a purchase."""
    known = [(on, amount) for on, amount in purchases if on <= as_of]
    if not known:
        return None
    days = (as_of - max(on for on, _ in known)).days
    return Figures(days, len(known), sum(amount for _, amount in known))


def quantile_7(values: Sequence[Exact], probability: Fraction) -> Fraction:
    """The quantile of type 7 (Hyndman and Fan 1996; the default of R and NumPy), exactly.

    ValueError for no values, or a probability outside of 0 to 1.
    """
    return _quantile_of_sorted(sorted(values), probability)


def _quantile_of_sorted(ascending: Sequence[Exact], probability: Fraction) -> Fraction:
    if not ascending or not 0 <= probability <= 1:
        raise ValueError("values and a probability from 0 to 1 are wanted")
    place = (len(ascending) - 1) * probability
    below = place.numerator // place.denominator
    above = min(below + 1, len(ascending) - 1)
    lower = Fraction(ascending[below])
    return lower + (place - below) * (ascending[above] - lower)


def bounds_of(population: Iterable[Figures], as_of: date, rule: str = PLAIN) -> RfmBounds:
    """The bounds of a population: its quantiles 1/5 to 4/5. ValueError for nobody."""
    everybody = list(population)
    more = 1 if rule == PLUS_1 else 0

    def between(value: Callable[[Figures], Exact]) -> tuple[Fraction, ...]:
        values = sorted(value(one) for one in everybody)
        fifths = (Fraction(i, SCORES) for i in range(1, SCORES))
        return tuple(_quantile_of_sorted(values, fifth) + more for fifth in fifths)

    return RfmBounds(
        as_of,
        between(lambda one: one.recency_days),
        between(lambda one: one.frequency),
        between(lambda one: one.monetary),
        rule,
    )


def score(bounds: RfmBounds, figures: Figures) -> RfmScores:
    """The scores of one member. Recency is what it is today, whenever the bounds were taken."""
    return RfmScores(
        SCORES + 1 - _step(bounds, bounds.recency, figures.recency_days),
        _step(bounds, bounds.frequency, figures.frequency),
        _step(bounds, bounds.monetary, figures.monetary),
    )


def _step(bounds: RfmBounds, between: tuple[Fraction, ...], value: Exact) -> int:
    if bounds.rule == PLUS_1:
        return 1 + sum(value >= one for one in between)
    return 1 + sum(value > one for one in between)


def name_of(scores: RfmScores, map_name: str = MAP_125) -> str:
    """What a published map calls these scores. KeyError for an unknown map."""
    if map_name == MAP_25:
        return MAPS[map_name][scores.recency, scores.fm]
    return MAPS[map_name][scores.recency, scores.frequency, scores.monetary]


def ntile(count: int, buckets: int = SCORES) -> list[int]:
    """The bucket of each of `count` ordered rows as SQL:2003 NTILE gives it: the first
    `count % buckets` buckets hold one row more."""
    size, larger = divmod(count, buckets)
    sizes = [size + (bucket <= larger) for bucket in range(1, buckets + 1)]
    return [bucket for bucket, held in enumerate(sizes, start=1) for _ in range(held)]


def ntile_scores(population: Mapping[str, Figures]) -> dict[str, RfmScores]:
    """Scores by rank, by member id. Equals are told apart by id, ascending, lower score first.

    That is `NTILE(5) OVER (ORDER BY recency_days DESC, id)`, and `frequency, id`, `monetary, id`.
    A rank needs everybody: a till cannot score so, and equals may differ by one.
    """

    def ranked(worth: Callable[[Figures], Exact]) -> dict[str, int]:
        order = sorted(population, key=lambda member: (worth(population[member]), member))
        return dict(zip(order, ntile(len(order)), strict=True))

    recency = ranked(lambda one: -one.recency_days)
    frequency = ranked(lambda one: one.frequency)
    monetary = ranked(lambda one: one.monetary)
    return {one: RfmScores(recency[one], frequency[one], monetary[one]) for one in population}
