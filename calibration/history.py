"""History matching: which parts of the prior the record rules out, before the second wave.

A quadratic emulator of each feature (linear where the wave is small) is fitted to the first
wave. A point is implausible if the documented feature lies too many deviations from its
emulated mean, the variance being that of the observation, of the replicates around the
emulator, and of the model's own discrepancy (Vernon, Goldstein and Bower 2010; McCulloch and
others 2022).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.observation import OperatorSet
from calibration.summary import features_of
from sim.parameters import PARAMETER_NAMES

N_MODEL = len(PARAMETER_NAMES)
N_QUADRATIC = 1 + N_MODEL + N_MODEL * (N_MODEL + 1) // 2
ROWS_PER_TERM = 3
DISCREPANCY_SD = 0.05
"""Assumed discrepancy of the model, on the scale of features: about 5 share points at 50 %."""

CUTOFF = 3.0
KEEP_AT_LEAST = 0.3
"""If fewer points of the prior pass, the cutoff is raised until so many do, and reported."""

RANK = 2
"""The so-many-th largest implausibility counts, so that one bad figure rules nothing out."""


@dataclass(frozen=True)
class Emulator:
    """Polynomial regression of features on standard scores.

    Attributes
    ----------
    weights : ndarray of float64, shape (n_terms, n_features)
        Regression.
    variance : ndarray of float64, shape (n_features,)
        Of observation, replicates, emulator and discrepancy together.
    documented : ndarray of float64, shape (n_features,)
        Features of the documented record.
    cutoff : float
        Implausibility above which a point is ruled out.
    degree : int
        2, or 1 where the first wave is too small for squares and cross terms.
    """

    weights: NDArray[np.float64]
    variance: NDArray[np.float64]
    documented: NDArray[np.float64]
    cutoff: float
    degree: int

    def implausibility(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the implausibility of points, shape (n,)."""
        distance = np.abs(_polynomial(scores, self.degree) @ self.weights - self.documented)
        ordered = np.sort(distance / np.sqrt(self.variance), axis=1)
        counted: NDArray[np.float64] = ordered[:, -min(RANK, ordered.shape[1])]
        return counted

    def plausible(self, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points are not ruled out, shape (n,)."""
        return self.implausibility(scores) <= self.cutoff


def match(
    scores: NDArray[np.float64],
    predictions: NDArray[np.float64],
    drawn: NDArray[np.float64],
    documented: NDArray[np.float64],
    operators: OperatorSet,
) -> Emulator:
    """Fit the emulators and set the cutoff.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Of the first wave.
    predictions : ndarray of float64, shape (n_rows, n_predictions)
        Its predictions, without scatter.
    drawn : ndarray of float64, shape (n_rows, n_features)
        Features with scatter.
    documented : ndarray of float64, shape (n_features,)
        Features of the documented record.
    operators : OperatorSet
        Of the fit.

    Returns
    -------
    Emulator
        With the cutoff that keeps at least ``KEEP_AT_LEAST`` of the first wave.
    """
    expected = np.concatenate(
        [
            features_of(operator, prediction.mean(axis=1))
            for operator, prediction in zip(
                operators.operators, operators.split(predictions), strict=True
            )
        ],
        axis=1,
    )
    degree = 2 if len(scores) >= ROWS_PER_TERM * N_QUADRATIC else 1
    terms = _polynomial(scores, degree)
    weights = np.linalg.lstsq(terms, expected, rcond=None)[0]
    spare = max(len(terms) - terms.shape[1], 1)
    around = ((expected - terms @ weights) ** 2).sum(axis=0) / spare
    observation = (drawn - expected).var(axis=0)
    variance = around + observation + DISCREPANCY_SD**2
    first = Emulator(weights, variance, documented, CUTOFF, degree)
    needed = float(np.quantile(first.implausibility(scores), KEEP_AT_LEAST))
    return Emulator(weights, variance, documented, max(CUTOFF, needed), degree)


def _polynomial(scores: NDArray[np.float64], degree: int) -> NDArray[np.float64]:
    """Return constant and linear terms of the model's parameters, and their products."""
    z = np.clip(scores[:, :N_MODEL], -3.0, 3.0)
    linear = np.concatenate([np.ones((len(z), 1)), z], axis=1)
    if degree == 1:
        return linear
    upper = np.triu_indices(N_MODEL)
    return np.concatenate([linear, z[:, upper[0]] * z[:, upper[1]]], axis=1)
