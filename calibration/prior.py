"""Priors of the parameters, and the scale on which inference works.

Every parameter has a log-Normal prior cut at its bounds. Inference works on standard
scores: the Normal quantile of the prior's distribution function, so that every parameter
has a standard Normal prior and a posterior spread below one means that something was learnt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from calibration.error_model import ErrorModel
from sim.checks import Settings, require_between, require_one_of
from sim.parameters import PARAMETER_NAMES, Parameters

ERROR_NAMES = ("correlation_meeting", "correlation_seats", "correlation_ballot")
"""Parameters of the error model that are inferred with those of the model."""

NAMES = (*PARAMETER_NAMES, *ERROR_NAMES)
"""Order of the parameter axis of inference."""

SCORE_LIMIT = 6.0


@dataclass(frozen=True)
class LogNormalPrior(Settings):
    """A log-Normal prior cut at its bounds.

    Attributes
    ----------
    median : float
        Median before cutting.
    log_sd : float
        Standard deviation of the logarithm.
    low, high : float
        Bounds.
    role : str
        ``calibrated``, or ``marginalised`` (varied, but not expected to be learnt).
    source : str
        Why so.
    """

    median: float
    log_sd: float
    low: float
    high: float
    role: str = "calibrated"
    source: str = "assumed"

    def __post_init__(self) -> None:
        """Refuse medians outside the bounds."""
        require_between("prior.log_sd", self.log_sd, 0.0, 5.0, "Positive.", open_low=True)
        require_between("prior.low", self.low, 0.0, self.high, "Below prior.high.")
        require_between(
            "prior.median", self.median, self.low, self.high, "It lies between the bounds."
        )
        require_one_of("prior.role", self.role, ("calibrated", "marginalised"))

    def _ends(self) -> tuple[float, float]:
        low = -np.inf if self.low <= 0 else math.log(self.low / self.median) / self.log_sd
        return float(ndtr(low)), float(ndtr(math.log(self.high / self.median) / self.log_sd))

    def value(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn standard scores into values."""
        low, high = self._ends()
        inner = ndtri(np.clip(low + ndtr(score) * (high - low), 1e-15, 1 - 1e-15))
        values: NDArray[np.float64] = self.median * np.exp(self.log_sd * inner)
        return np.clip(values, self.low, self.high)

    def score(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn values into standard scores, at most six either way."""
        low, high = self._ends()
        inner = ndtr(np.log(np.maximum(value, 1e-300) / self.median) / self.log_sd)
        share = np.clip((inner - low) / (high - low), 1e-15, 1 - 1e-15)
        return np.clip(ndtri(share), -SCORE_LIMIT, SCORE_LIMIT)


@dataclass(frozen=True)
class Prior(Settings):
    """Priors of all parameters by name.

    Attributes
    ----------
    parameters : mapping of str to LogNormalPrior
        One for each of the model and of the error model; see ``NAMES``.
    """

    parameters: Mapping[str, LogNormalPrior] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse missing and unknown parameters."""
        for name in self.parameters:
            require_one_of("prior.parameters", name, NAMES)
        missing = [name for name in NAMES if name not in self.parameters]
        if missing:
            raise ValueError(f"prior.parameters lacks {', '.join(missing)}. Give each a prior.")

    def values(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn standard scores into values, shape (n, n_parameters)."""
        return np.stack(
            [self.parameters[n].value(scores[:, j]) for j, n in enumerate(NAMES)], axis=1
        )

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn values into standard scores, shape (n, n_parameters)."""
        return np.stack(
            [self.parameters[n].score(values[:, j]) for j, n in enumerate(NAMES)], axis=1
        )

    @property
    def learnable(self) -> NDArray[np.bool_]:
        """Which parameters are calibrated rather than marginalised, shape (n_parameters,)."""
        return np.array([self.parameters[n].role == "calibrated" for n in NAMES])


def sobol_scores(n: int, seed: int, *, skip: int = 0) -> NDArray[np.float64]:
    """Draw standard scores of the prior from a scrambled Sobol sequence.

    Parameters
    ----------
    n : int
        Number of points.
    seed : int
        Of the scrambling.
    skip : int
        Points of the sequence to leave out first.

    Returns
    -------
    ndarray of float64, shape (n, n_parameters)
        Standard Normal in each coordinate.
    """
    engine = qmc.Sobol(len(NAMES), scramble=True, rng=np.random.default_rng(seed))
    if skip:
        engine.fast_forward(skip)
    power = 1 << max(n - 1, 1).bit_length()  # a whole power of two keeps the balance
    scores: NDArray[np.float64] = ndtri(np.clip(engine.random(power)[:n], 1e-9, 1 - 1e-9))
    return scores


def model_parameters(values: NDArray[np.float64]) -> Parameters:
    """Return the model's parameters of one row of values."""
    n = len(PARAMETER_NAMES)
    return Parameters(**dict(zip(PARAMETER_NAMES, map(float, values[:n]), strict=True)))


def error_model_of(values: NDArray[np.float64]) -> ErrorModel:
    """Return the error model of one row of values."""
    n = len(PARAMETER_NAMES)
    return ErrorModel(**dict(zip(ERROR_NAMES, map(float, values[n:]), strict=True)))


def prior_draws(n: int, seed: int, prior: Prior) -> list[Parameters]:
    """Draw parameter sets of the model from the prior."""
    return [model_parameters(row) for row in prior.values(sobol_scores(n, seed))]
