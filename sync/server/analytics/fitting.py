"""Maximum likelihood of positive parameters, with what is left uncertain. Never a model of its own.

The search is in logarithms, so that no parameter can become negative; the covariance is the
inverse of the observed information (Hessian of the log-likelihood at its top), in logarithms too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from sync.server.analytics.histories import Numbers

BORDER = 12.0
UNSURE = 2.0
"""A standard error of a logarithm: beyond, an estimate may be fifty times too large or small."""
_STEP = 1e-3
LogLikelihood = Callable[[Numbers], float]
"""Parameters (not their logarithms) -> log-likelihood of everybody."""


class CannotFit(ValueError):
    """The data say too little for the model: no repeats, or a parameter runs away."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Estimates, log-likelihood there, and the covariance of the logarithms of the estimates."""

    estimates: Numbers
    log_likelihood: float
    covariance: Numbers

    def draws(self, count: int, seed: int) -> Numbers:
        """`count` parameter vectors from the normal approximation around the logarithms."""
        dice = np.random.default_rng(seed)
        return np.exp(dice.multivariate_normal(np.log(self.estimates), self.covariance, count))


def fit(log_likelihood: LogLikelihood, start: Numbers, weight: float) -> Fitted:
    """The maximum from a start. `weight` is the number of customers: it scales the search only.

    Raises CannotFit where a parameter runs to the border, the top is no top, or hardly one.
    """

    def cost(logs: Numbers) -> float:
        value = -log_likelihood(np.exp(logs)) / weight
        return value if np.isfinite(value) else 1e10

    bounds = [(-BORDER, BORDER)] * len(start)
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000, "maxfun": 20000}
    found = minimize(
        cost, np.log(start), method="L-BFGS-B", jac="3-point", bounds=bounds, options=options
    )
    logs = np.asarray(found.x, dtype=np.float64)
    if np.any(np.abs(logs) > BORDER - 0.01):
        raise CannotFit("a parameter runs away: too little is known of these customers")
    information = weight * _hessian(cost, logs)
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError as error:
        raise CannotFit("the likelihood is flat: too little is known of these customers") from error
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    if np.max(np.diag(covariance)) > UNSURE**2:
        raise CannotFit("nothing sure can be said: too little is known of these customers")
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
