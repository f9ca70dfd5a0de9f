"""Maximum likelihood of positive parameters, with what is left uncertain. Never a model of its own.

The search is in logarithms, so that no parameter can become negative; the covariance is the
inverse of the observed information (Hessian of the log-likelihood at its top), in logarithms too.
Where the data leave a parameter open (in a shop that nobody leaves, how they would leave), the
search is done again with a weak prior: logarithms around the start, standard deviation 2.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from sync.server.analytics.histories import Numbers

ENOUGH = 10
"""Customers who came again that a model wants to see."""
BORDER = 12.0
UNSURE = 2.0
"""A standard error of a logarithm beyond which a parameter is open, and that of the prior."""
_STEP = 1e-3
LogLikelihood = Callable[[Numbers], float]
"""Parameters (not their logarithms) -> log-likelihood of everybody."""


class CannotFit(ValueError):
    """The data say too little for the model: hardly a customer has come again."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Estimates, log-likelihood there, and the covariance of the logarithms of the estimates.

    `prior`: the data left a parameter open and the weak prior closed it.
    """

    estimates: Numbers
    log_likelihood: float
    covariance: Numbers
    prior: bool = False

    def draws(self, count: int, seed: int) -> Numbers:
        """`count` parameter vectors from the normal approximation around the logarithms."""
        dice = np.random.default_rng(seed)
        return np.exp(dice.multivariate_normal(np.log(self.estimates), self.covariance, count))


def fit(log_likelihood: LogLikelihood, start: Numbers, weight: float) -> Fitted:
    """The maximum from a start. `weight` is the number of customers: it scales the search only.

    Parameters and start are in units where they are of order one. Raises CannotFit where not even
    the prior makes a top.
    """
    return _top(log_likelihood, start, weight) or _with_prior(log_likelihood, start, weight)


def _with_prior(log_likelihood: LogLikelihood, start: Numbers, weight: float) -> Fitted:
    def posterior(parameters: Numbers) -> float:
        away = np.log(parameters / start)
        return log_likelihood(parameters) - float(np.dot(away, away)) / (2 * UNSURE**2)

    found = _top(posterior, start, weight, UNSURE * 1.01)
    if found is None:
        raise CannotFit("the likelihood has no top: these customers do not fit the model")
    return replace(found, log_likelihood=log_likelihood(found.estimates), prior=True)


def _top(
    log_likelihood: LogLikelihood, start: Numbers, weight: float, unsure: float = UNSURE
) -> Fitted | None:
    """The maximum, or None where a parameter runs away or may be almost anything."""

    def cost(logs: Numbers) -> float:
        value = -log_likelihood(np.exp(logs)) / weight
        return value if np.isfinite(value) else 1e10

    bounds = [(-BORDER, BORDER)] * len(start)
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000, "maxfun": 20000}
    found = minimize(
        cost, np.log(start), method="L-BFGS-B", jac="3-point", bounds=bounds, options=options
    )
    logs = np.asarray(found.x, dtype=np.float64)
    information = weight * _hessian(cost, logs)
    runs_away = np.any(np.abs(logs) > BORDER - 0.01)
    if runs_away or np.min(np.linalg.eigvalsh(information)) <= 0:
        return None
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    if np.max(np.diag(covariance)) > unsure**2:
        return None
    return Fitted(np.exp(logs), -weight * float(found.fun), covariance)


def _hessian(cost: Callable[[Numbers], float], at: Numbers) -> Numbers:
    """Second differences; the cost is smooth and of order one."""
    size = len(at)
    steps = np.eye(size) * _STEP
    found = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            corners = (
                cost(at + steps[i] + steps[j]),
                cost(at + steps[i] - steps[j]),
                cost(at - steps[i] + steps[j]),
                cost(at - steps[i] - steps[j]),
            )
            second = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * _STEP**2)
            found[i, j] = found[j, i] = second
    return found
