"""N3: the hierarchical trend, fitted to training figures; the serious rival.

For each point of a design over spreads and correlations, Gauss-Newton steps find the mode of
the trend and the Laplace approximation there gives the evidence. Predictive draws come from
the mixture of these approximations, each weighted by its evidence, as in nested Laplace
approximations (Rue, Martino and Chopin 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from calibration.error_model import ErrorModel
from calibration.likelihood import log_likelihood
from calibration.nulls.forecast import Forecast, joined
from calibration.nulls.trend import Hyper, Trend, trend_of
from calibration.nulls.trend_design import SPREADS, Rows, rows_of
from calibration.nulls.trend_slopes import linearise
from calibration.observation import Operator, OperatorSet
from calibration.prior import ERROR_NAMES, Prior
from sim.settings import ModelSettings

NEWTON_STEPS = 25
STEP_SIZES = 0.5 ** np.arange(7)
ENOUGH = 0.01
"""Newton steps end when one gains less than so many nats."""

LEAST_INFORMATION = 1e-8


@dataclass(frozen=True)
class Laplace:
    """A Normal approximation at the mode, given spreads and correlations.

    Its precision is the unit matrix of the prior plus one of low rank.

    Attributes
    ----------
    hyper : Hyper
        Spreads and correlations.
    centre : ndarray of float64, shape (n_dimensions,)
        Mode.
    axes : ndarray of float64, shape (n_axes, n_dimensions)
        Orthonormal directions about which the figures say something.
    shrink : ndarray of float64, shape (n_axes,)
        Spread along each, below one; it is one along all others.
    log_likelihood, log_evidence : float
        At the mode, and integrated.
    """

    hyper: Hyper
    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    shrink: NDArray[np.float64]
    log_likelihood: float
    log_evidence: float

    def points(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn standard Normal coordinates into points, shape (n, n_dimensions)."""
        along = y @ self.axes.T
        moved: NDArray[np.float64] = y + (along * (self.shrink - 1.0)) @ self.axes
        return self.centre + moved


def hierarchical_trend(
    training: OperatorSet,
    wanted: OperatorSet,
    settings: ModelSettings,
    prior: Prior,
    n_draws: int,
    seed: int,
    *,
    n_designs: int = 128,
) -> Forecast:
    """Fit the trend to training figures and predict every operator.

    Parameters
    ----------
    training : OperatorSet
        Figures that are fitted.
    wanted : OperatorSet
        What is to be predicted; its documented values are not read.
    settings : ModelSettings
        For electorates and the shares of 1 March.
    prior : Prior
        Of the correlations of the error model.
    n_draws : int
        Number of predictive draws.
    seed : int
        Of the draws.
    n_designs : int
        Points of the design over spreads and correlations.

    Returns
    -------
    Forecast
        Its error model has the weighted means of the correlations. Its facts say how many
        points of the design carry the weight.
    """
    trend = trend_of(training, settings, prior)
    found = fit(trend, training.operators, n_designs, seed)
    log = np.array([each.log_evidence for each in found])
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    rng = np.random.default_rng([seed, 5])
    at = np.searchsorted(np.cumsum(weights), (np.arange(n_draws) + rng.random()) / n_draws)
    counts = np.bincount(np.minimum(at, len(found) - 1), minlength=len(found))
    rows = rows_of(wanted.operators, trend.terms)
    drawn = []
    for laplace, count in zip(found, counts, strict=True):
        z = laplace.points(rng.standard_normal((count, trend.n_dimensions)))
        if count:
            parts = trend.parts(z, laplace.hyper)
            drawn.append(joined(trend.predict(wanted.operators, rows, parts), int(count)))
    predictions = np.concatenate(drawn)[rng.permutation(n_draws)]
    mean = weights @ np.array([each.hyper.correlations for each in found])
    spreads = weights @ np.array([each.hyper.spreads for each in found])
    return Forecast(
        "N3",
        predictions,
        error_model_with(mean),
        {
            "log_evidence": float(np.logaddexp.reduce(log) - np.log(len(found))),
            "log_likelihood_at_modes": float(weights @ [each.log_likelihood for each in found]),
            "effective_designs": float(1.0 / (weights**2).sum()),
            "n_coordinates": float(trend.n_dimensions),
            **{f"spread.{name}": float(s) for name, s in zip(SPREADS, spreads, strict=True)},
        },
    )


def error_model_with(correlations: NDArray[np.float64]) -> ErrorModel:
    """Return an error model with these correlations."""
    return ErrorModel(**dict(zip(ERROR_NAMES, map(float, correlations), strict=True)))


def fit(trend: Trend, operators: Sequence[Operator], n_designs: int, seed: int) -> list[Laplace]:
    """Approximate the trend at each point of a Sobol design over what is above it."""
    rows = rows_of(operators, trend.terms)
    engine = qmc.Sobol(
        len(SPREADS) + len(ERROR_NAMES), scramble=True, rng=np.random.default_rng([seed, 4])
    )
    power = 1 << max(n_designs - 1, 1).bit_length()
    scores = ndtri(np.clip(engine.random(power)[:n_designs], 1e-6, 1 - 1e-6))
    found: list[Laplace] = []
    centre = np.zeros(trend.n_dimensions)
    for row in scores:
        found.append(approximate(trend, operators, rows, trend.hyper(row), centre))
        centre = found[-1].centre
    return found


def approximate(
    trend: Trend,
    operators: Sequence[Operator],
    rows: Rows,
    hyper: Hyper,
    start: NDArray[np.float64],
) -> Laplace:
    """Find the mode by damped Gauss-Newton steps, and the information around it."""
    error_model = error_model_with(hyper.correlations)

    def log_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted = trend.predict(operators, rows, trend.parts(points, hyper))
        log = [
            operator.weight * log_likelihood(operator, prediction, error_model)
            for operator, prediction in zip(operators, predicted, strict=True)
        ]
        return np.sum(log, axis=0) if log else np.zeros(len(points))

    z = start.copy()
    best = float(log_of(z[None])[0] - 0.5 * z @ z)
    for _ in range(NEWTON_STEPS):
        here = linearise(trend, operators, rows, z, hyper)
        inner = np.eye(len(here.slopes)) + here.slopes @ here.slopes.T
        goal = here.slopes.T @ np.linalg.solve(inner, here.residual + here.slopes @ z)
        tried = z + STEP_SIZES[:, None] * (goal - z)
        value = log_of(tried) - 0.5 * (tried**2).sum(axis=1)
        j = int(np.argmax(value))
        gain = float(value[j]) - best
        if gain > 0.0:
            z, best = tried[j], float(value[j])
        if gain < ENOUGH:
            break
    slopes = linearise(trend, operators, rows, z, hyper).slopes
    information, turned = np.linalg.eigh(slopes @ slopes.T)
    told = information > LEAST_INFORMATION
    axes = (turned[:, told] / np.sqrt(information[told])).T @ slopes
    shrink = 1.0 / np.sqrt(1.0 + information[told])
    at_mode = float(log_of(z[None])[0])
    evidence = at_mode - 0.5 * float(z @ z) + float(np.log(shrink).sum())
    return Laplace(hyper, z, axes, shrink, at_mode, evidence)
