"""Approximate Bayesian computation with learnt summaries and regression adjustment.

From records drawn from a bank of simulations, those whose learnt summaries lie nearest to those of
the documented record are kept, weighted by nearness, and moved to where a local regression
says they would lie had they matched exactly (Beaumont, Zhang and Balding 2002; summaries as
in Fearnhead and Prangle 2012, cross-fitted). Inference works on standard scores of the
prior. A best-fitting point is never an estimate here: the result is the whole sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from calibration.prior import SCORE_LIMIT
from calibration.summary import Learner, Records, cross_fitted, summary_of

SHARE_KEPT = 1 / 2
"""Of two full banks, the posteriors lay up to 0.22 deviations apart when a third was kept, 0.19
when half was, and were otherwise the same."""

KEPT_AT_LEAST = 600


@dataclass(frozen=True)
class Fit:
    """A bank prepared for inference; one fit serves any number of records.

    Attributes
    ----------
    records : Records
        Drawn from the bank.
    summaries : ndarray of float64, shape (n_records, n_parameters)
        Their learnt summaries, cross-fitted and divided by ``scale``.
    scale : ndarray of float64, shape (n_parameters,)
        Spread of the summaries.
    learners : list of Learner
        For summaries of other records.
    kept : int
        Records kept for each inference.
    """

    records: Records
    summaries: NDArray[np.float64]
    scale: NDArray[np.float64]
    learners: list[Learner]
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
        Row of the bank behind each.
    reach : float
        Distance of the farthest record kept, in spreads of the summaries.
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


def prepare(records: Records, share_kept: float = SHARE_KEPT) -> Fit:
    """Learn summaries from a bank.

    Parameters
    ----------
    records : Records
        Drawn from the bank.
    share_kept : float
        Share of the records that each inference keeps; at least ``KEPT_AT_LEAST`` of them.

    Returns
    -------
    Fit
        Ready for any record.
    """
    summaries, learners = cross_fitted(records)
    scale = np.maximum(summaries.std(axis=0), 1e-6)
    n = len(summaries)
    kept = min(n - 1, max(KEPT_AT_LEAST, round(n * share_kept)))
    return Fit(records, summaries / scale, scale, learners, kept)


def infer(fit: Fit, features: NDArray[np.float64]) -> Sample:
    """Return the posterior sample for one record.

    Parameters
    ----------
    fit : Fit
        From :func:`prepare`.
    features : ndarray of float64, shape (n_features,)
        Of the record.

    Returns
    -------
    Sample
        Adjusted and weighted.
    """
    return _nearest(fit, summary_of(features[None], fit.learners)[0] / fit.scale)


def infer_own(fit: Fit, record: int) -> Sample:
    """Return the posterior sample for one of the bank's own records, as if its row were unknown."""
    return _nearest(fit, fit.summaries[record], without=int(fit.records.origin[record]))


def _nearest(fit: Fit, at: NDArray[np.float64], without: int | None = None) -> Sample:
    """Keep the records nearest to a summary, weigh them and move them to it."""
    distance = np.sqrt(((fit.summaries - at) ** 2).sum(axis=1))
    if without is not None:
        distance[fit.records.origin == without] = np.inf
    near = np.argpartition(distance, fit.kept)[: fit.kept]
    reach = float(distance[near].max())
    kernel = 1.0 - (distance[near] / (reach * (1 + 1e-9))) ** 2
    weights = kernel / kernel.sum()
    adjusted = _adjust(fit.summaries[near] - at, fit.records.scores[near], weights)
    return Sample(
        scores=np.clip(adjusted, -SCORE_LIMIT, SCORE_LIMIT),
        weights=weights,
        rows=fit.records.origin[near].astype(np.int64),
        reach=reach,
        typical=_typicality(fit, distance),
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


def _typicality(fit: Fit, distance: NDArray[np.float64]) -> float:
    """Share of a sample of records whose tenth neighbour is farther than that of this one.

    Only the first record of each row is looked at: records of one row are near each other.
    """
    first = fit.summaries[: int(fit.records.origin.max()) + 1]
    to_all = cdist(first[:: max(1, len(first) // 200)], first)
    tenth = np.partition(to_all, 10, axis=1)[:, 10]
    own = np.partition(distance[: len(first)], 9)[9]
    return float((tenth > own).mean())
