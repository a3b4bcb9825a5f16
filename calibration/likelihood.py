"""How likely a documented observation is under predictions, and what would have been printed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from calibration.error_model import (
    ErrorModel,
    dirichlet_multinomial_draws,
    dirichlet_multinomial_log_score,
    normal_log_density,
    presidium_draws,
    presidium_log_score,
)
from calibration.observation import CORRELATION_OF, Operator


def log_likelihood(
    operator: Operator,
    prediction: NDArray[np.float64],
    error_model: ErrorModel,
    value: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the log probability of a documented observation under predictions.

    Parameters
    ----------
    operator : Operator
        The observation.
    prediction : ndarray of float64, shape (..., n_days_read, n_values)
        From :func:`predict`, of one or many replicates.
    error_model : ErrorModel
        Scatter.
    value : ndarray of float64, shape (n_values,), optional
        Another value in place of the documented one.

    Returns
    -------
    ndarray of float64, shape (...)
        Averaged over the days read; other readings of the figures are not mixed in.
    """
    value = operator.value if value is None else value
    by_day = _log_by_day(operator, prediction, error_model, value)
    averaged: NDArray[np.float64] = logsumexp(by_day, axis=-1) - np.log(by_day.shape[-1])
    return averaged


def _log_by_day(
    operator: Operator,
    prediction: NDArray[np.float64],
    error_model: ErrorModel,
    value: NDArray[np.float64],
) -> NDArray[np.float64]:
    name = operator.observation.operator
    if operator.kind == "shares":
        correlation = getattr(error_model, CORRELATION_OF[name])
        return dirichlet_multinomial_log_score(value * operator.n, prediction, correlation)
    if operator.kind == "presidium":
        return presidium_log_score(
            value * operator.n, prediction, operator.mandates, error_model.correlation_seats
        )
    if operator.kind == "claim":
        right = error_model.claim_reliability
        chance = 1.0 - right + (2.0 * right - 1.0) * prediction[..., 0]
        return np.log(np.where(value[0] > 0.5, chance, 1.0 - chance))
    if name == "turnout":
        return normal_log_density(float(value[0]), prediction[..., 0], error_model.turnout_sd)
    sd = error_model.attendance_log_sd if name == "attendance" else error_model.membership_log_sd
    mean = np.log(np.maximum(prediction[..., 0], 1.0))
    return normal_log_density(float(np.log(value[0])), mean, sd)


def draw_observed(
    operator: Operator,
    prediction: NDArray[np.float64],
    error_model: ErrorModel,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw what a source would have printed.

    Parameters
    ----------
    operator : Operator
        The observation.
    prediction : ndarray of float64, shape (n_draws, n_days_read, n_values)
        Predictions of replicates; for each, one of the days is drawn.
    error_model : ErrorModel
        Scatter.
    rng : numpy.random.Generator
        Of the draws.

    Returns
    -------
    ndarray of float64, shape (n_draws, n_values)
        Shares, levels, or claims (1 or 0).
    """
    rows = np.arange(len(prediction))
    at = prediction[rows, rng.integers(prediction.shape[1], size=len(prediction))]
    name = operator.observation.operator
    if operator.kind == "shares":
        correlation = getattr(error_model, CORRELATION_OF[name])
        return dirichlet_multinomial_draws(at, operator.n, correlation, rng)
    if operator.kind == "presidium":
        return presidium_draws(
            at, round(operator.n), operator.mandates, error_model.correlation_seats, rng
        )
    if operator.kind == "claim":
        right = error_model.claim_reliability
        return (rng.random(at.shape) < 1.0 - right + (2.0 * right - 1.0) * at).astype(np.float64)
    noise = rng.standard_normal(at.shape)
    if name == "turnout":
        return np.clip(at + error_model.turnout_sd * noise, 0.0, 1.0)
    sd = error_model.attendance_log_sd if name == "attendance" else error_model.membership_log_sd
    return np.maximum(at, 1.0) * np.exp(sd * noise)
