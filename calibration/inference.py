"""Approximate Bayesian computation with learnt summaries and regression adjustment.

From a bank of simulated records, the rows whose learnt summaries lie nearest to those of
the documented record are kept, weighted by nearness, and moved to where a local regression
says they would lie had they matched exactly (Beaumont, Zhang and Balding 2002; summaries as
in Fearnhead and Prangle 2012, cross-fitted). Inference works on standard scores of the
prior. A best-fitting point is never an estimate here: the result is the whole sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.prior import SCORE_LIMIT
from calibration.summary import cross_fitted, summary_of

DRAWS_KEPT = 1000


@dataclass(frozen=True)
class Fit:
    """A bank prepared for inference; one fit serves any number of records.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Parameters of the rows.
    summaries : ndarray of float64, shape (n_rows, n_parameters)
        Their learnt summaries, cross-fitted and divided by ``scale``.
    scale : ndarray of float64, shape (n_parameters,)
        Spread of the summaries.
    learners : list
        For summaries of other records.
    kept : int
        Rows kept for each record.
    """

    scores: NDArray[np.float64]
    summaries: NDArray[np.float64]
    scale: NDArray[np.float64]
    learners: list[object]
    kept: int


@dataclass(frozen=True)
class Sample:
    """A posterior sample.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_kept, n_parameters)
        Adjusted standard scores.
    weights : ndarray of float64, shape (n_kept,)
        They sum to one.
    rows : ndarray of int64, shape (n_kept,)
        Rows of the bank that were kept.
    reach : float
        Distance of the farthest row kept, in spreads of the summaries.
    typical : float
        Share of the bank's rows that lie farther from their own nearest rows than the
        record does: small if the record is unlike everything simulated.
    """

    scores: NDArray[np.float64]
    weights: NDArray[np.float64]
    rows: NDArray[np.int64]
    reach: float
    typical: float

    def mean(self) -> NDArray[np.float64]:
        """Return the posterior mean of the standard scores."""
        return self.weights @ self.scores

    def sd(self) -> NDArray[np.float64]:
        """Return the posterior spread, in units of the prior's."""
        spread: NDArray[np.float64] = np.sqrt(self.weights @ (self.scores - self.mean()) ** 2)
        return spread

    def quantile(self, share: float) -> NDArray[np.float64]:
        """Return a weighted quantile of each parameter, shape (n_parameters,)."""
        order = np.argsort(self.scores, axis=0)
        sorted_scores = np.take_along_axis(self.scores, order, axis=0)
        mass = np.cumsum(self.weights[order], axis=0) - 0.5 * self.weights[order]
        return np.array(
            [np.interp(share, mass[:, j], sorted_scores[:, j]) for j in range(order.shape[1])]
        )

    def resampled(self, n: int, seed: int) -> NDArray[np.float64]:
        """Draw rows of equal weight, systematically; shape (n, n_parameters)."""
        start = np.random.default_rng(seed).random()
        at = np.searchsorted(np.cumsum(self.weights), (np.arange(n) + start) / n)
        picked: NDArray[np.float64] = self.scores[np.minimum(at, len(self.scores) - 1)]
        return picked


def prepare(
    features: NDArray[np.float64], scores: NDArray[np.float64], kept: int | None = None
) -> Fit:
    """Learn summaries from a bank.

    Parameters
    ----------
    features : ndarray of float64, shape (n_rows, n_features)
        Of drawn records.
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Parameters behind them.
    kept : int or None
        Rows kept for each record; a third of the bank, at least 600, if ``None``.

    Returns
    -------
    Fit
        Ready for any record.
    """
    summaries, learners = cross_fitted(features, scores)
    scale = np.maximum(summaries.std(axis=0), 1e-6)
    n = min(len(scores) - 1, kept or max(600, len(scores) // 3))
    return Fit(scores, summaries / scale, scale, list(learners), n)


def infer(fit: Fit, features: NDArray[np.float64], leave_out: int | None = None) -> Sample:
    """Return the posterior sample for one record.

    Parameters
    ----------
    fit : Fit
        From :func:`prepare`.
    features : ndarray of float64, shape (n_features,)
        Of the record.
    leave_out : int or None
        A row of the bank that may not take part, for tests on the bank's own records.

    Returns
    -------
    Sample
        Adjusted and weighted.
    """
    if leave_out is None:
        at = summary_of(features[None], fit.learners)[0] / fit.scale  # type: ignore[arg-type]
    else:
        at = fit.summaries[leave_out]
    distance = np.sqrt(((fit.summaries - at) ** 2).sum(axis=1))
    if leave_out is not None:
        distance[leave_out] = np.inf
    rows = np.argpartition(distance, fit.kept)[: fit.kept]
    reach = float(distance[rows].max())
    kernel = 1.0 - (distance[rows] / (reach * (1 + 1e-9))) ** 2
    weights = kernel / kernel.sum()
    adjusted = _adjust(fit.summaries[rows] - at, fit.scores[rows], weights)
    return Sample(
        scores=np.clip(adjusted, -SCORE_LIMIT, SCORE_LIMIT),
        weights=weights,
        rows=rows.astype(np.int64),
        reach=reach,
        typical=_typicality(fit, float(np.partition(distance, 9)[9])),
    )


def _adjust(
    offset: NDArray[np.float64], scores: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move rows to the record by local linear regression.

    Residuals are widened for the terms that the regression has used up; without this the
    intervals of small banks are too narrow. A regression of the spread as well (Blum and
    Francois 2010) was tried and dropped: on this bank its 90 % intervals covered 82 %.
    """
    design = np.concatenate([np.ones((len(offset), 1)), offset], axis=1)
    root = np.sqrt(weights)[:, None]
    centre = np.linalg.lstsq(design * root, scores * root, rcond=None)[0]
    effective = 1.0 / (weights**2).sum()
    widened = np.sqrt(effective / max(effective - design.shape[1], 1.0))
    moved: NDArray[np.float64] = centre[0] + (scores - design @ centre) * widened
    return moved


def _typicality(fit: Fit, distance: float) -> float:
    """Share of a sample of the bank's rows whose tenth neighbour is farther than this."""
    step = max(1, len(fit.summaries) // 200)
    probes = fit.summaries[::step]
    to_all = np.sqrt(((probes[:, None, :] - fit.summaries[None, :, :]) ** 2).sum(axis=2))
    tenth = np.partition(to_all, 10, axis=1)[:, 10]
    return float((tenth > distance).mean())
