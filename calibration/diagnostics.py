"""Whether to trust the inference, and what was learnt from which figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest, wasserstein_distance

from calibration.inference import Fit, Sample, infer, infer_own, prepare
from calibration.summary import Records

LEARNT_FROM = 0.2
"""A parameter whose contraction is below this is called silent: the record does not say."""


@dataclass(frozen=True)
class Calibration:
    """Simulation-based calibration: records of known parameters, inferred.

    Attributes
    ----------
    truth : ndarray of float64, shape (n_draws, n_parameters)
        Standard scores behind each record.
    rank : ndarray of float64, shape (n_draws, n_parameters)
        Posterior mass below the truth; uniform if the inference is calibrated.
    mean : ndarray of float64, shape (n_draws, n_parameters)
        Posterior means.
    """

    truth: NDArray[np.float64]
    rank: NDArray[np.float64]
    mean: NDArray[np.float64]

    def coverage(self, share: float) -> NDArray[np.float64]:
        """Return how often the central interval holds the truth, shape (n_parameters,)."""
        tail = (1.0 - share) / 2.0
        inside = (self.rank >= tail) & (self.rank <= 1.0 - tail)
        return np.asarray(inside.mean(axis=0))

    def ks_p_values(self) -> NDArray[np.float64]:
        """Return p-values of uniformity of the ranks, shape (n_parameters,)."""
        return np.array(
            [kstest(self.rank[:, j], "uniform").pvalue for j in range(self.rank.shape[1])]
        )


def calibrate_by_simulation(fit: Fit, n_draws: int, seed: int) -> Calibration:
    """Infer records drawn from the bank itself, each without its own row.

    Parameters
    ----------
    fit : Fit
        A prepared bank; its rows are draws from the prior (within what was not ruled out).
    n_draws : int
        Number of records.
    seed : int
        Of the choice of rows.

    Returns
    -------
    Calibration
        Truths, ranks and means.
    """
    n_rows = int(fit.records.origin.max()) + 1  # the first records are one from each row
    chosen = np.random.default_rng(seed).choice(n_rows, size=min(n_draws, n_rows), replace=False)
    truth = fit.records.scores[chosen]
    ranks, means = [], []
    for record, known in zip(chosen, truth, strict=True):
        sample = infer_own(fit, int(record))
        ranks.append(sample.weights @ (sample.scores < known))
        means.append(sample.mean())
    return Calibration(truth, np.array(ranks), np.array(means))


def contraction(sample: Sample, prior_sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one minus posterior spread over prior spread, shape (n_parameters,)."""
    shrunk: NDArray[np.float64] = 1.0 - sample.sd() / prior_sd
    return shrunk


def disagreement(first: Sample, second: Sample) -> NDArray[np.float64]:
    """Return the Wasserstein distance of two posteriors, in spreads of their mean."""
    spread = np.sqrt((first.sd() ** 2 + second.sd() ** 2) / 2.0)
    distance = [
        wasserstein_distance(first.scores[:, j], second.scores[:, j], first.weights, second.weights)
        for j in range(len(spread))
    ]
    return np.array(distance) / spread


def half_banks(records: Records, documented: NDArray[np.float64]) -> tuple[Sample, Sample]:
    """Infer the documented record from each half of the bank; the halves share no row."""
    even = np.arange(int(records.origin.max()) + 1) % 2 == 0
    first = infer(prepare(records.of(even)), documented)
    second = infer(prepare(records.of(~even)), documented)
    return first, second


@dataclass(frozen=True)
class Influence:
    """What leaving one observation out does to the posterior.

    Attributes
    ----------
    observation : str
        Id of what was left out.
    shift : ndarray of float64, shape (n_parameters,)
        Change of the posterior mean, in posterior spreads.
    widening : ndarray of float64, shape (n_parameters,)
        Spread without it over spread with it; above 1 it informed the parameter.
    """

    observation: str
    shift: NDArray[np.float64]
    widening: NDArray[np.float64]


def influence_of_each(
    records: Records,
    documented: NDArray[np.float64],
    owner: NDArray[np.int64],
    ids: tuple[str, ...],
    whole: Sample,
) -> list[Influence]:
    """Leave each observation out in turn; no simulation is needed.

    Parameters
    ----------
    records : Records
        Drawn from the bank.
    documented : ndarray of float64, shape (n_features,)
        Of the record.
    owner : ndarray of int64, shape (n_features,)
        Operator of each feature.
    ids : tuple of str
        Observation of each operator; operators of one observation leave together.
    whole : Sample
        Posterior with all of them.

    Returns
    -------
    list of Influence
        In the order of the observations.
    """
    found = []
    for name in dict.fromkeys(ids):
        others = np.array([ids[j] != name for j in owner])
        sample = infer(prepare(records.seeing(others)), documented[others])
        found.append(
            Influence(
                name,
                (sample.mean() - whole.mean()) / whole.sd(),
                sample.sd() / whole.sd(),
            )
        )
    return found
