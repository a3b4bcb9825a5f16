"""N1: the last figure of a comparable body, carried forward as a random walk."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel, floored
from calibration.likelihood import log_likelihood
from calibration.nulls.forecast import Forecast, joined, left_stances, shown, votes_of_parties
from calibration.nulls.series import Reading, Shelf, known_level, middle, shelf_of
from calibration.observation import Operator, OperatorSet
from sim.settings import ModelSettings

WALK_SDS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.4, 2.0)
"""Candidates for the spread of a log share after a hundred days."""

DRAWS_TO_CHOOSE = 200


def persistence(
    training: OperatorSet,
    wanted: OperatorSet,
    settings: ModelSettings,
    error_model: ErrorModel,
    n_draws: int,
    seed: int,
) -> Forecast:
    """Predict every operator by the last comparable training figure before it.

    A training figure is predicted from those before it, never from itself. The log shares
    walk at random; the size of the steps is the one that predicts the training figures best.

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
    score = partial(_score, shelf, error_model, seed)
    sd = max(WALK_SDS, key=score) if training.operators else 0.6
    rng = np.random.default_rng([seed, 1])
    drawn = [_predict(shelf, o, sd, n_draws, rng) for o in wanted.operators]
    return Forecast("N1", joined(drawn, n_draws), error_model, {"walk_sd_per_100_days": sd})


def _score(shelf: Shelf, error_model: ErrorModel, seed: int, sd: float) -> float:
    """Return the log score of the training figures, each predicted from those before it."""
    total = 0.0
    for j, operator in enumerate(shelf.training):
        rng = np.random.default_rng([seed, 2, j])
        drawn = _predict(shelf, operator, sd, DRAWS_TO_CHOOSE, rng)
        log = log_likelihood(operator, drawn, error_model)
        total += operator.weight * float(np.logaddexp.reduce(log))
    return total


def _predict(
    shelf: Shelf, operator: Operator, sd: float, n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw predictions, shape (n, n_days_read, n_values)."""
    day = middle(operator)
    if operator.kind == "level":
        level, since = known_level(shelf, operator, day)
        drawn = level * np.exp(sd * np.sqrt(since / 100.0) * rng.standard_normal((n, 1, 1)))
        return np.broadcast_to(drawn, (n, *operator.shape)).copy()
    earlier = shelf.comparable(operator, before=day)
    if operator.observation.operator == "resolution":
        if not earlier:
            start = _walk(_march(shelf, operator), day, sd, n, rng)
            votes = votes_of_parties(start, left_stances(operator, shelf.settings))
        else:
            votes = _walk(earlier[-1], day, sd, n, rng)
        return shown(operator, votes, shelf.parties, np.repeat(votes[:, None], 1, axis=1))
    last = earlier[-1] if earlier else _march(shelf, operator)
    shares = _walk(last, day, sd, n, rng)[:, None, None, :]
    n_targets = len(operator.observation.target)
    wide = np.broadcast_to(shares, (n, n_targets, len(operator.days), shares.shape[-1]))
    return shown(operator, wide, shelf.parties)


def _march(shelf: Shelf, operator: Operator) -> Reading:
    """Return the shares of 1 March as a reading as sure as the prior of initial shares."""
    precision = shelf.settings.constants.choice.share_precision
    return Reading(0.0, shelf.at_the_start(operator), precision)


def _walk(
    last: Reading, day: float, sd: float, n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw shares on a day from a reading before it, shape (n, n_parts)."""
    gamma = rng.standard_gamma(last.share * last.n, size=(n, len(last.share)))
    start = floored(gamma / np.maximum(gamma.sum(axis=1, keepdims=True), 1e-300))
    steps = sd * np.sqrt(max(day - last.day, 0.0) / 100.0) * rng.standard_normal(start.shape)
    moved = start * np.exp(steps)
    return floored(moved / moved.sum(axis=1, keepdims=True))
