"""N2: a straight line through the comparable figures of each series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel, floored
from calibration.nulls.forecast import Forecast, joined, left_stances, shown, votes_of_parties
from calibration.nulls.series import Reading, Shelf, level_at_the_start, middle, shelf_of
from calibration.observation import Operator, OperatorSet
from sim.settings import ModelSettings

SLOPE_SD = 0.5
"""Prior spread of a slope, share per hundred days; a level's is of its logarithm."""

START_SD = 0.1
"""Prior spread of a share on 1 March around the initial shares of the electorate."""

SCATTER_SD = 0.05
"""Scatter of bodies around the line, share."""

LEVEL_START_SD = 1.0
LEVEL_SCATTER_SD = 0.2


def linear_trend(
    training: OperatorSet,
    wanted: OperatorSet,
    settings: ModelSettings,
    error_model: ErrorModel,
    n_draws: int,
    seed: int,
) -> Forecast:
    """Predict every operator by a line through the comparable training figures.

    Each part is a Bayesian regression on the day with known variances: the line starts near
    the shares of 1 March, and its slope is vague. Training figures are in sample.

    Parameters
    ----------
    training : OperatorSet
        Figures that may be used.
    wanted : OperatorSet
        What is to be predicted; its documented values are not read.
    settings : ModelSettings
        For electorates and the shares of 1 March.
    error_model : ErrorModel
        Scatter of sources.
    n_draws : int
        Number of predictive draws.
    seed : int
        Of the draws.

    Returns
    -------
    Forecast
        Predictive draws.
    """
    shelf = shelf_of(training, settings, error_model)
    rng = np.random.default_rng([seed, 3])
    drawn = [_predict(shelf, o, n_draws, rng) for o in wanted.operators]
    return Forecast("N2", joined(drawn, n_draws), error_model, {"scatter_sd": SCATTER_SD})


def _predict(
    shelf: Shelf, operator: Operator, n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw predictions, shape (n, n_days_read, n_values)."""
    days = operator.days.astype(np.float64)
    if operator.kind == "level":
        return np.exp(_level(shelf, operator, days, n, rng))[..., None]
    readings = shelf.comparable(operator)
    resolution = operator.observation.operator == "resolution"
    start = shelf.at_the_start(operator)
    if resolution:
        start = votes_of_parties(start, left_stances(operator, shelf.settings))
    drawn = _line(readings, start, days, n, rng)
    if resolution:
        return shown(operator, drawn, shelf.parties, drawn)
    wide = np.broadcast_to(drawn[:, None], (n, len(operator.observation.target), *drawn.shape[1:]))
    return shown(operator, wide, shelf.parties)


def _line(
    readings: Sequence[Reading],
    start: NDArray[np.float64],
    days: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw shares on some days, shape (n, n_days, n_parts)."""
    at = np.array([reading.day for reading in readings])
    parts = []
    for k, begin in enumerate(start):
        seen = np.array([reading.share[k] for reading in readings])
        votes = np.array([reading.n for reading in readings])
        variance = SCATTER_SD**2 + seen * (1.0 - seen) / np.maximum(votes, 1.0)
        parts.append(regress(at, seen, variance, begin, START_SD, days, SCATTER_SD, n, rng))
    return floored(np.clip(np.stack(parts, axis=-1), 0.0, 1.0))


def _level(
    shelf: Shelf, operator: Operator, days: NDArray[np.float64], n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the logarithm of a level, shape (n, n_days)."""
    own = [
        each
        for each in shelf.training
        if each.kind == "level"
        and each.observation.operator == operator.observation.operator
        and each.observation.target == operator.observation.target
    ]
    at = np.array([middle(each) for each in own])
    seen = np.array([np.log(each.value[0]) for each in own])
    begin = float(np.log(level_at_the_start(operator, shelf.settings)))
    variance = np.full(len(own), 2.0 * LEVEL_SCATTER_SD**2)
    return regress(at, seen, variance, begin, LEVEL_START_SD, days, LEVEL_SCATTER_SD, n, rng)


def regress(
    at: NDArray[np.float64],
    seen: NDArray[np.float64],
    variance: NDArray[np.float64],
    begin: float,
    begin_sd: float,
    days: NDArray[np.float64],
    scatter_sd: float,
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw from a Bayesian regression on the day, shape (n, n_days).

    Parameters
    ----------
    at, seen, variance : ndarray of float64, shape (n_readings,)
        Days, values and their variances; there may be none.
    begin, begin_sd : float
        Prior of the value on day 0; the slope's is Normal(0, ``SLOPE_SD``) per 100 days.
    days : ndarray of float64, shape (n_days,)
        Where to predict.
    scatter_sd : float
        Scatter of a body around the line, the same on all its days.
    n : int
        Number of draws.
    rng : numpy.random.Generator
        Of the draws.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = regress(
    ...     np.array([0.0, 100.0]), np.array([0.2, 0.4]), np.array([1e-8, 1e-8]), 0.3, 0.1,
    ...     np.array([150.0]), 0.0, 50, np.random.default_rng(1),
    ... )
    >>> round(float(drawn.mean()), 3)
    0.5
    """
    design = np.stack([np.ones(len(at)), at / 100.0], axis=1)
    prior = np.diag([begin_sd**-2, SLOPE_SD**-2])
    precision = prior + design.T @ (design / variance[:, None])
    shift = prior @ np.array([begin, 0.0]) + design.T @ (seen / variance)
    mean = np.linalg.solve(precision, shift)
    root = np.linalg.cholesky(np.linalg.inv(precision))
    lines = mean + rng.standard_normal((n, 2)) @ root.T
    values = lines[:, :1] + lines[:, 1:] * days / 100.0
    drawn: NDArray[np.float64] = values + scatter_sd * rng.standard_normal((n, 1))
    return drawn
