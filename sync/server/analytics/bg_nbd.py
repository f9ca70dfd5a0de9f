"""BG/NBD: how often will a customer come, and are they still one? Never what they spend.

Fader, Hardie, Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2). While
alive a customer buys at a rate of their own, Gamma(r, alpha) over customers, and after each
purchase leaves for good with a probability of their own, Beta(a, b).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, gammaln, hyp2f1

from sync.server.analytics.fitting import ENOUGH, CannotFit, Fitted, fit
from sync.server.analytics.histories import Histories, Numbers

_AWAY_FROM_ONE = 1e-6


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters; `alpha` in the time units of the histories."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, who: Histories) -> Numbers:
        """Probability of each to be still a customer; 1 without a repeat (nobody leaves before)."""
        return np.asarray(expit(-self._odds_of_leaving_log(who)), dtype=np.float64)

    def expected(self, who: Histories, ahead: float) -> Numbers:
        """Purchases each is expected to make in the coming `ahead` (paper, equation 10).

        Of the paper's 2F1 and its Euler transformation the one is taken that stays bounded, so any
        frequency works.
        """
        a = self._a_beside_one()
        x, rest = who.frequency, self.alpha + who.age
        z = ahead / (rest + ahead)
        c = a + self.b + x - 1
        if np.any(np.abs(c) < _AWAY_FROM_ONE):
            c = c + _AWAY_FROM_ONE
        plain = a - 1 > self.r + x
        first = np.where(plain, self.r + x, a + self.b - 1 - self.r)
        second = np.where(plain, self.b + x, a - 1)
        lasting = (1 - z) ** np.minimum(a - 1, self.r + x) * hyp2f1(first, second, c, z)
        return np.asarray(c / (a - 1) * (1 - lasting) * self.alive(who), dtype=np.float64)

    def _a_beside_one(self) -> float:
        """The formula divides by a - 1; it is continuous there."""
        near = abs(self.a - 1) < _AWAY_FROM_ONE
        return 1 + _AWAY_FROM_ONE if near else self.a

    def _odds_of_leaving_log(self, who: Histories) -> Numbers:
        x = who.frequency
        away = np.log((self.alpha + who.age) / (self.alpha + who.recency))
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(self.a / (self.b + x - 1)) + (self.r + x) * away
        return np.where(x > 0, odds, -np.inf)


def log_likelihood(parameters: Numbers, who: Histories, weight: Numbers) -> float:
    """Log-likelihood of (r, alpha, a, b), each customer counted `weight` times."""
    r, alpha, a, b = parameters
    x = who.frequency
    shape = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    here = -(r + x) * np.log(alpha + who.age)
    repeated = np.where(x > 0, x, 1.0)
    gone = np.log(a / (b + repeated - 1)) - (r + x) * np.log(alpha + who.recency)
    ends = np.where(x > 0, np.logaddexp(here, gone), here)
    return float(np.dot(weight, shape + staying + ends))


def fit_bg_nbd(who: Histories) -> tuple[BgNbd, Fitted]:
    """The model by maximum likelihood. CannotFit where hardly anybody has come again."""
    if int(np.sum(who.frequency > 0)) < ENOUGH:
        raise CannotFit(f"fewer than {ENOUGH} customers have come a second time")
    distinct, weight = _distinct(who)
    unit = float(np.mean(who.age)) or 1.0
    scaled = Histories(
        distinct.ids,
        distinct.frequency,
        distinct.recency / unit,
        distinct.age / unit,
        distinct.mean_value,
    )
    found = fit(
        lambda parameters: log_likelihood(parameters, scaled, weight),
        np.array([1.0, 1.0, 1.0, 2.0]),
        float(len(who)),
    )
    found = replace(
        found,
        estimates=found.estimates * np.array([1.0, unit, 1.0, 1.0]),
        log_likelihood=found.log_likelihood - float(np.sum(who.frequency)) * np.log(unit),
    )
    return model_of(found.estimates), found


def model_of(parameters: Numbers) -> BgNbd:
    """(r, alpha, a, b) as a model."""
    r, alpha, a, b = (float(one) for one in parameters)
    return BgNbd(r, alpha, a, b)


def _distinct(who: Histories) -> tuple[Histories, Numbers]:
    """Customers with the same history are one row with a weight: most have none."""
    table = np.column_stack([who.frequency, who.recency, who.age])
    rows, counts = np.unique(table, axis=0, return_counts=True)
    ids = tuple("" for _ in counts)
    distinct = Histories(ids, rows[:, 0], rows[:, 1], rows[:, 2], np.zeros(len(ids)))
    return distinct, counts.astype(np.float64)
