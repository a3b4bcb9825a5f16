"""Effects of a change from paired replicates: intervals, dates, causes of spread, the prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.parameter_sets import spread_by_cause

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the 90 % and 50 % intervals, and the median between them."""


@dataclass(frozen=True)
class Effect:
    """Paired differences summed up; arrays have shape (n_days, n_series, n_parties).

    Attributes
    ----------
    quantiles : ndarray of float64, shape (5, n_days, n_series, n_parties)
        At ``LEVELS``.
    mean : ndarray of float64
        Mean difference.
    sd_parameters, sd_seeds : ndarray of float64
        Standard deviation of the difference between parameter sets, and between seeds of
        one set; ``nan`` where the design cannot tell.
    """

    quantiles: NDArray[np.float64]
    mean: NDArray[np.float64]
    sd_parameters: NDArray[np.float64]
    sd_seeds: NDArray[np.float64]


def summarise(
    base: NDArray[np.float32], other: NDArray[np.float32], draws: NDArray[np.int64]
) -> Effect:
    """Sum up paired differences.

    Parameters
    ----------
    base, other : ndarray of float32, shape (n_replicates, n_days, n_series, n_parties)
        Shares in the two worlds, replicate by replicate.
    draws : ndarray of int64, shape (n_replicates,)
        Parameter set of each replicate.

    Returns
    -------
    Effect
        ``nan`` wherever a series does not exist in some replicate.
    """
    shape = base.shape[1:]
    effect = Effect(np.empty((len(LEVELS), *shape)), *(np.empty(shape) for _ in range(3)))
    for s in range(shape[1]):  # one series at a time keeps the memory small
        difference = other[:, :, s].astype(np.float64) - base[:, :, s]
        effect.quantiles[:, :, s] = np.quantile(difference, LEVELS, axis=0)
        effect.mean[:, s] = difference.mean(axis=0)
        parameters, seeds = spread_by_cause(difference, draws)
        effect.sd_parameters[:, s], effect.sd_seeds[:, s] = parameters, seeds
    return effect


def credible_from(
    low: NDArray[np.float64], high: NDArray[np.float64], stays_days: int
) -> int | None:
    """Return the first day from which an interval excludes zero and goes on doing so.

    Parameters
    ----------
    low, high : ndarray of float64, shape (n_days,)
        Ends of the interval.
    stays_days : int
        Consecutive days, on one side of zero, that are needed.

    Returns
    -------
    int or None
        Day index; None if there is none.

    Examples
    --------
    >>> import numpy as np
    >>> low = np.array([-1.0, 0.1, -0.1, 0.2, 0.3, 0.2])
    >>> credible_from(low, low + 1.0, stays_days=3)
    3
    """
    side = np.where(low > 0.0, 1, np.where(high < 0.0, -1, 0))
    run = 0
    for day, now in enumerate(side):
        run = run + 1 if now != 0 and (run == 0 or now == side[day - 1]) else int(now != 0)
        if run == stays_days:
            return day - stays_days + 1
    return None


def pairing_factor(
    base: NDArray[np.float64], other: NDArray[np.float64], draws: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much pairing reduces the variance of a difference.

    Parameters
    ----------
    base, other : ndarray of float64, shape (n_replicates, ...)
        Outcomes in the two worlds, paired.
    draws : ndarray of int64, shape (n_replicates,)
        Parameter set of each replicate.

    Returns
    -------
    everything, luck : ndarray of float64, shape (...)
        Variance of an unpaired difference over that of the paired one: with parameters and
        seeds both shared, and for seeds alone within a parameter set. ``inf`` where the
        paired difference does not vary, ``nan`` where nothing does or the design cannot tell.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        everything = (base.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / (other - base).var(
            axis=0, ddof=1
        )
        luck = [spread_by_cause(values, draws)[1] ** 2 for values in (base, other, other - base)]
        return everything, (luck[0] + luck[1]) / luck[2]


def is_prior_driven(
    posterior: NDArray[np.float64], prior: NDArray[np.float64], shift: float, contraction: float
) -> NDArray[np.bool_]:
    """Tell where an effect under the posterior coincides with that under the prior.

    Parameters
    ----------
    posterior, prior : ndarray of float64, shape (5, ...)
        Quantiles at ``LEVELS``.
    shift : float
        Largest move of the median, as a share of the width of the prior's 90 % interval.
    contraction : float
        Largest shrinking of that width, as a share of it.

    Returns
    -------
    ndarray of bool, shape (...)
        True where the figures taught nothing about the effect.
    """
    width = prior[-1] - prior[0]
    moved = np.abs(posterior[2] - prior[2])
    unmoved: NDArray[np.bool_] = (moved <= shift * width) & (
        posterior[-1] - posterior[0] >= (1.0 - contraction) * width
    )
    return unmoved
