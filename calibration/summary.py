"""What inference sees of the record: features of the figures, and summaries learnt from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import floored
from calibration.likelihood import draw_observed
from calibration.observation import Operator, OperatorSet
from calibration.prior import ERROR_NAMES, Prior, error_model_of

RECORDS_PER_ROW = 12
"""Records drawn for each simulation. Scatter of sources and its correlations cost nothing to draw
again, and drawing them often leaves only the luck of the simulations as noise of the inference."""

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
    seed: int | Sequence[int],
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
    seed : int or sequence of int
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
        rng = np.random.default_rng([*np.atleast_1d(seed), j])
        drawn = np.concatenate(
            [
                draw_observed(operator, prediction[i : i + 1], error, rng)
                for i, error in enumerate(errors)
            ]
        )
        columns.append(features_of(operator, drawn))
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True)
class Records:
    """Records drawn from a bank, several from each of its rows.

    Attributes
    ----------
    features : ndarray of float64, shape (n_records, n_features)
        Of the records; the first ``n_rows`` are one from each row.
    scores : ndarray of float64, shape (n_records, n_parameters)
        Standard scores behind them.
    origin : ndarray of int64, shape (n_records,)
        Row of the bank that each was drawn from.
    """

    features: NDArray[np.float64]
    scores: NDArray[np.float64]
    origin: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> Records:
        """Return the records of some rows of the bank, their rows numbered anew."""
        kept = rows[self.origin]
        number = np.cumsum(rows) - 1
        return Records(self.features[kept], self.scores[kept], number[self.origin[kept]])

    def seeing(self, columns: NDArray[np.bool_]) -> Records:
        """Return the records with some of the features only."""
        return Records(self.features[:, columns], self.scores, self.origin)


def drawn_records(
    operators: OperatorSet,
    predictions: NDArray[np.float64],
    scores: NDArray[np.float64],
    prior: Prior,
    seed: int,
    per_row: int = RECORDS_PER_ROW,
) -> Records:
    """Draw several records from each row of a bank.

    The first takes the correlations of the row; each other draws its own from their prior,
    on which the simulation does not depend.

    Parameters
    ----------
    operators : OperatorSet
        Of the fit.
    predictions : ndarray of float64, shape (n_rows, n_predictions)
        Of the bank.
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Standard scores of the rows.
    prior : Prior
        Of the correlations.
    seed : int
        Of correlations and scatter.
    per_row : int
        Records of each row.

    Returns
    -------
    Records
        ``n_rows * per_row`` of them.
    """
    n_rows, n_errors = len(scores), len(ERROR_NAMES)
    features, drawn = [], []
    for copy in range(per_row):
        own = scores.copy()
        if copy:
            rng = np.random.default_rng([seed, copy])
            own[:, -n_errors:] = rng.standard_normal((n_rows, n_errors))
        drawn.append(own)
        features.append(simulated_features(operators, predictions, prior.values(own), [seed, copy]))
    return Records(
        np.concatenate(features), np.concatenate(drawn), np.tile(np.arange(n_rows), per_row)
    )


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


def learn(records: Records) -> Learner:
    """Fit a ridge regression, its penalty chosen on the records of a fifth of the rows.

    Parameters
    ----------
    records : Records
        Drawn records and the standard scores behind them.

    Returns
    -------
    Learner
        Refitted to all rows with the best penalty.
    """
    inputs, scores = _expand(records.features), records.scores
    mean, sd = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-9)
    z = (inputs - mean) / sd
    held = records.origin % 5 == 0
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


def cross_fitted(records: Records, n_folds: int = 5) -> tuple[NDArray[np.float64], list[Learner]]:
    """Learn summaries so that no row helps to learn those of its own records.

    Without this, summaries of the bank's records look sharper than those of a record that the
    learner never saw, and intervals come out too narrow.

    Parameters
    ----------
    records : Records
        Drawn from a bank.
    n_folds : int
        Number of parts into which its rows are divided.

    Returns
    -------
    ndarray of float64, shape (n_records, n_parameters)
        Summary of each record by a learner that saw no record of its row.
    list of Learner
        One for each fold; another record's summary is their mean.
    """
    fold = np.random.default_rng(n_folds).permutation(int(records.origin.max()) + 1) % n_folds
    learners = [learn(records.of(fold != k)) for k in range(n_folds)]
    summaries = np.empty(records.scores.shape)
    for k, learner in enumerate(learners):
        mine = fold[records.origin] == k
        summaries[mine] = learner(records.features[mine])
    return summaries, learners


def summary_of(features: NDArray[np.float64], learners: list[Learner]) -> NDArray[np.float64]:
    """Return the summary of records that no learner saw, shape (n, n_parameters)."""
    return np.asarray(np.mean([learner(features) for learner in learners], axis=0))
