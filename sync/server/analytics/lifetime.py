"""Lifetime value: what each customer is expected to bring, and how sure that is. Never money.

The expectation is the discounted sum over the steps of a horizon of expected purchases (BG/NBD)
times the expected purchase (Gamma-Gamma). Two intervals answer two questions:
`expectation_interval` draws the parameters from their likelihood (normal in logarithms, see
fitting.py): where may the *expectation* lie? `outcome_range` also draws the customer from the
posterior given their history, and their purchases: what may this customer *really* bring?
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sync.server.analytics import bg_nbd, gamma_gamma
from sync.server.analytics.bg_nbd import BgNbd, fit_bg_nbd
from sync.server.analytics.fitting import Fitted
from sync.server.analytics.gamma_gamma import GammaGamma, fit_gamma_gamma
from sync.server.analytics.histories import Histories, Numbers

_AT_ONCE = 5_000
"""Customers whose draws are held in memory together."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """`steps` of `length` time units each, discounted by `discount` a step (0.01: 1 % a month).

    The default is a year of months in weeks.
    """

    steps: int = 12
    length: float = 4.345
    discount: float = 0.01

    def factors(self) -> Numbers:
        """What an amount at the end of each step is worth today."""
        return np.asarray((1 + self.discount) ** -np.arange(1.0, self.steps + 1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Models:
    """Both models with what was left uncertain."""

    coming: BgNbd
    spending: GammaGamma
    coming_fit: Fitted
    spending_fit: Fitted

    def draws(self, count: int, seed: int) -> Iterator[tuple[BgNbd, GammaGamma]]:
        """Models as likely as the data make them."""
        coming = self.coming_fit.draws(count, seed)
        spending = self.spending_fit.draws(count, seed + 1)
        for one, other in zip(coming, spending, strict=True):
            yield bg_nbd.model_of(one), gamma_gamma.model_of(other)


def fit_models(who: Histories) -> Models:
    """Both models by maximum likelihood; CannotFit where the data say too little."""
    coming, coming_fit = fit_bg_nbd(who)
    spending, spending_fit = fit_gamma_gamma(who)
    return Models(coming, spending, coming_fit, spending_fit)


def lifetime_value(
    coming: BgNbd, spending: GammaGamma, who: Histories, horizon: Horizon
) -> Numbers:
    """The expected discounted value of each customer over the horizon, in units of the amounts."""
    so_far = np.zeros(len(who))
    total = np.zeros(len(who))
    for step, factor in enumerate(horizon.factors(), start=1):
        by_then = coming.expected(who, step * horizon.length)
        total += (by_then - so_far) * factor
        so_far = by_then
    return total * spending.expected(who)


@dataclass(frozen=True, slots=True)
class Sureness:
    """How much of the probability lies inside, from how many draws, from which seed."""

    inside: float = 0.95
    draws: int = 200
    seed: int = 1

    def ends(self, drawn: Numbers) -> tuple[Numbers, Numbers]:
        """Both ends over the first axis."""
        beside = (1 - self.inside) / 2
        lower, upper = np.quantile(drawn, [beside, 1 - beside], axis=0)
        return lower, upper


def expectation_interval(
    models: Models, who: Histories, horizon: Horizon, sure: Sureness
) -> tuple[Numbers, Numbers]:
    """Where the expected value of each customer may lie: (from, to).

    Draws whose mean purchase is infinite (q up to 1) are no models of a shop and are left out.
    """
    drawn = [pair for pair in models.draws(sure.draws, sure.seed) if pair[1].q > 1]

    def values(part: Histories) -> Numbers:
        return np.array([lifetime_value(*pair, part, horizon) for pair in drawn])

    return _in_parts(who, values, sure)


def outcome_range(
    models: Models, who: Histories, horizon: Horizon, sure: Sureness
) -> tuple[Numbers, Numbers]:
    """What each customer may really bring, discounted: (from, to)."""
    drawn = list(models.draws(sure.draws, sure.seed))
    dice = np.random.default_rng(sure.seed + 2)

    def values(part: Histories) -> Numbers:
        return np.array([simulated(*pair, part, horizon, dice) for pair in drawn])

    return _in_parts(who, values, sure)


def simulated(
    coming: BgNbd,
    spending: GammaGamma,
    who: Histories,
    horizon: Horizon,
    dice: np.random.Generator,
) -> Numbers:
    """One possible future of each: the discounted value of the purchases they happen to make.

    Given a history and being alive, the rate is Gamma(r + x, alpha + T), the probability to leave
    Beta(a, b + x); the mean purchase is p / nu, nu being Gamma(p x + q, v + x m).
    """
    x = who.frequency
    alive = dice.random(len(who)) < coming.alive(who)
    rate = dice.gamma(coming.r + x, 1 / (coming.alpha + who.age))
    leaving = np.clip(dice.beta(coming.a, coming.b + x), 1e-12, 1.0)
    left = np.where(alive, dice.geometric(leaving), 0)
    known = np.where(who.mean_value > 0, x, 0.0)
    nu = dice.gamma(spending.p * known + spending.q, 1 / (spending.v + known * who.mean_value))
    total = np.zeros(len(who))
    for factor in horizon.factors():
        made = np.minimum(dice.poisson(rate * horizon.length), left)
        left = left - made
        spent = dice.standard_gamma(spending.p * made) / np.maximum(nu, 1e-300)
        total += np.where(made > 0, spent, 0.0) * factor
    return total


def _in_parts(
    who: Histories, values: Callable[[Histories], Numbers], sure: Sureness
) -> tuple[Numbers, Numbers]:
    lower, upper = np.zeros(len(who)), np.zeros(len(who))
    for first in range(0, len(who), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        lower[part], upper[part] = sure.ends(values(_rows(who, part)))
    return lower, upper


def _rows(who: Histories, part: slice) -> Histories:
    columns = (who.frequency, who.recency, who.age, who.mean_value)
    return Histories(who.ids[part], *(column[part] for column in columns))


@dataclass(frozen=True, slots=True)
class Forecast:
    """One customer's horizon. `interval`: where `value` may lie; `outcome`: what may come."""

    customer: str
    alive: float
    purchases: float
    value: float
    interval: tuple[float, float]
    outcome: tuple[float, float]


def forecast(
    who: Histories, horizon: Horizon = Horizon(), sure: Sureness = Sureness()
) -> list[Forecast]:
    """Everything about everybody, from their own histories; CannotFit where they say too little."""
    models = fit_models(who)
    value = lifetime_value(models.coming, models.spending, who, horizon)
    coming = models.coming.expected(who, horizon.steps * horizon.length)
    alive = models.coming.alive(who)
    lower, upper = expectation_interval(models, who, horizon, sure)
    least, most = outcome_range(models, who, horizon, sure)
    rows = np.column_stack([alive, coming, value, lower, upper, least, most])
    return [
        Forecast(customer, row[0], row[1], row[2], (row[3], row[4]), (row[5], row[6]))
        for customer, row in zip(who.ids, rows.tolist(), strict=True)
    ]
