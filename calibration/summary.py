"""What inference sees of the record: features of the figures, and summaries learnt from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import floored
from calibration.likelihood import draw_observed
from calibration.observation import Operator, OperatorSet
from calibration.prior import error_model_of

RIDGE_GRID = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


def features_of(operator: Operator, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn observed values into features on a scale where errors are alike.

    Parameters
    ----------
    operator : Operator
        The observation.
    values : ndarray of float64, shape (n, n_values)
        Documented or drawn values.

    Returns
    -------
    ndarray of float64, shape (n, n_features)
        Shares as the arcsine of their root (the last category is redundant and left out),
        levels as logarithms, claims as they are.
    """
    if operator.kind in ("shares", "presidium"):
        angles: NDArray[np.float64] = np.arcsin(np.sqrt(floored(values)))
        return angles[:, :-1] if values.shape[1] > 1 else angles
    if operator.kind == "claim":
        return values
    return np.log(np.maximum(values, 1e-3))


def documented_features(operators: OperatorSet) -> NDArray[np.float64]:
    """Return the features of the documented record, shape (n_features,)."""
    return np.concatenate([features_of(o, o.value[None])[0] for o in operators.operators])


def feature_owner(operators: OperatorSet) -> NDArray[np.int64]:
    """Return which operator each feature belongs to, shape (n_features,)."""
    sizes = [features_of(o, o.value[None]).shape[1] for o in operators.operators]
    return np.repeat(np.arange(len(sizes)), sizes)


def simulated_features(
    operators: OperatorSet,
    predictions: NDArray[np.float64],
    values: NDArray[np.float64],
    seed: int,
) -> NDArray[np.float64]:
    """Draw a record for each row of a bank and return its features.

    Parameters
    ----------
    operators : OperatorSet
        Of the fit.
    predictions : ndarray of float64, shape (n_rows, n_predictions)
        Of the bank.
    values : ndarray of float64, shape (n_rows, n_parameters)
        Parameter values; those of the error model set the scatter of each row.
    seed : int
        Of the scatter.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_features)
        Features of the drawn records.
    """
    split = operators.split(predictions)
    errors = [error_model_of(row) for row in values]
    columns = []
    for j, (operator, prediction) in enumerate(zip(operators.operators, split, strict=True)):
        rng = np.random.default_rng([seed, j])
        drawn = np.concatenate(
            [
                draw_observed(operator, prediction[i : i + 1], error, rng)
                for i, error in enumerate(errors)
            ]
        )
        columns.append(features_of(operator, drawn))
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True)
class Learner:
    """Regression of standard scores of the parameters on features.

    Attributes
    ----------
    mean, sd : ndarray of float64, shape (n_inputs,)
        Of the inputs.
    weights : ndarray of float64, shape (n_inputs + 1, n_parameters)
        The last row is the constant.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __call__(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the learnt summaries, shape (n, n_parameters)."""
        inputs = (_expand(features) - self.mean) / self.sd
        summaries: NDArray[np.float64] = inputs @ self.weights[:-1] + self.weights[-1]
        return summaries


def _expand(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add squares to features."""
    return np.concatenate([features, features**2], axis=1)


def learn(features: NDArray[np.float64], scores: NDArray[np.float64]) -> Learner:
    """Fit a ridge regression, its penalty chosen on a fifth of the rows.

    Parameters
    ----------
    features : ndarray of float64, shape (n, n_features)
        Of drawn records.
    scores : ndarray of float64, shape (n, n_parameters)
        Standard scores of the parameters behind them.

    Returns
    -------
    Learner
        Refitted to all rows with the best penalty.
    """
    inputs = _expand(features)
    mean, sd = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-9)
    z = (inputs - mean) / sd
    held = np.arange(len(z)) % 5 == 0
    centre = scores[~held].mean(axis=0)
    best = min(
        RIDGE_GRID,
        key=lambda penalty: float(
            (
                (
                    z[held] @ _ridge(z[~held], scores[~held] - centre, penalty)
                    + centre
                    - scores[held]
                )
                ** 2
            ).sum()
        ),
    )
    centre = scores.mean(axis=0)
    return Learner(mean, sd, np.vstack([_ridge(z, scores - centre, best), centre]))


def _ridge(x: NDArray[np.float64], y: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    gram = x.T @ x + penalty * len(x) * 0.01 * np.eye(x.shape[1])
    return np.asarray(np.linalg.solve(gram, x.T @ y), dtype=np.float64)


def cross_fitted(
    features: NDArray[np.float64], scores: NDArray[np.float64], n_folds: int = 5
) -> tuple[NDArray[np.float64], list[Learner]]:
    """Learn summaries so that no row helps to learn its own.

    Without this, summaries of the bank's rows look sharper than those of a record that the
    learner never saw, and intervals come out too narrow.

    Parameters
    ----------
    features : ndarray of float64, shape (n, n_features)
        Of drawn records.
    scores : ndarray of float64, shape (n, n_parameters)
        Behind them.
    n_folds : int
        Number of parts.

    Returns
    -------
    ndarray of float64, shape (n, n_parameters)
        Summary of each row by a learner that did not see it.
    list of Learner
        One for each fold; a record's summary is their mean.
    """
    fold = np.arange(len(features)) % n_folds
    learners = [learn(features[fold != k], scores[fold != k]) for k in range(n_folds)]
    summaries = np.empty((len(features), scores.shape[1]))
    for k, learner in enumerate(learners):
        summaries[fold == k] = learner(features[fold == k])
    return summaries, learners


def summary_of(features: NDArray[np.float64], learners: list[Learner]) -> NDArray[np.float64]:
    """Return the summary of records that no learner saw, shape (n, n_parameters)."""
    return np.asarray(np.mean([learner(features) for learner in learners], axis=0))
