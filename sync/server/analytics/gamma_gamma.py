"""Gamma-Gamma: what a purchase of a customer is worth. Never how many there will be.

Fader, Hardie (2013), The Gamma-Gamma model of monetary value. Amounts of a customer vary around a
mean of their own, which does not depend on how often they buy (`correlation` says if that holds).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from sync.server.analytics.fitting import ENOUGH, CannotFit, Fitted, fit
from sync.server.analytics.histories import Histories, Numbers


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters; `v` in the units of the amounts."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """The mean purchase of all customers; infinite where q does not pass 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")

    def expected(self, who: Histories) -> Numbers:
        """The mean purchase of each, drawn towards that of all; without repeats, that of all."""
        x, m = who.frequency, who.mean_value
        known = (x > 0) & (m > 0)
        denominator = np.where(known, self.p * x + self.q - 1, 1.0)
        own = self.p * (self.v + x * m) / denominator
        return np.where(known, own, self.mean)


def log_likelihood(parameters: Numbers, x: Numbers, m: Numbers) -> float:
    """Log-likelihood of (p, q, v) for repeats `x` with the mean `m`, both above 0."""
    p, q, v = parameters
    shape = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    values = (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(v + x * m)
    return float(np.sum(shape + values))


def fit_gamma_gamma(who: Histories) -> tuple[GammaGamma, Fitted]:
    """The model by maximum likelihood, of those who came again and paid more than they took back.

    CannotFit where there are hardly any of them.
    """
    known = (who.frequency > 0) & (who.mean_value > 0)
    if int(np.sum(known)) < ENOUGH:
        raise CannotFit(f"fewer than {ENOUGH} customers have come a second time")
    x, m = who.frequency[known], who.mean_value[known]
    unit = float(np.mean(m))
    found = fit(
        lambda parameters: log_likelihood(parameters, x, m / unit),
        np.array([2.0, 3.0, 1.0]),
        float(len(x)),
    )
    found = replace(
        found,
        estimates=found.estimates * np.array([1.0, 1.0, unit]),
        log_likelihood=found.log_likelihood - float(len(x)) * np.log(unit),
    )
    return model_of(found.estimates), found


def model_of(parameters: Numbers) -> GammaGamma:
    """(p, q, v) as a model."""
    p, q, v = (float(one) for one in parameters)
    return GammaGamma(p, q, v)


def correlation(who: Histories) -> float:
    """Of frequency and mean value among those who came again; the model wants it near 0."""
    known = (who.frequency > 0) & (who.mean_value > 0)
    x, m = who.frequency[known], who.mean_value[known]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(m) == 0:
        return 0.0
    return float(np.corrcoef(x, m)[0, 1])
