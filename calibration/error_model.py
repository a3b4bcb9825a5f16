"""How a documented figure scatters around what the model says it would have shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from sim.checks import Settings, require_between
from sim.institution import apportion

SHARE_FLOOR = 1e-3
"""No category is impossible: predicted shares are kept at least so large, then rescaled."""


@dataclass(frozen=True)
class ErrorModel(Settings):
    """Scatter of each kind of figure. Priors of the correlations: configs/prior.

    Attributes
    ----------
    correlation_meeting : float
        Correlation of votes within blocs, resolutions of delegates (delta of meetings).
    correlation_seats : float
        The same for seats in soviets, committees, congresses and conferences.
    correlation_ballot : float
        The same for secret ballots.
    ballots_at_most : float
        Ballots count as at most so many, because the mix of electors and lists is
        uncertain whatever their number.
    unknown_count : float
        Number of seats or votes where a source gives a percentage alone.
    membership_log_sd : float
        Standard deviation of the logarithm of a membership claim.
    attendance_log_sd : float
        The same for attendance.
    turnout_sd : float
        Standard deviation of a turnout, share.
    claim_reliability : float
        Chance that an ordinal claim is right.
    """

    correlation_meeting: float = 0.02
    correlation_seats: float = 0.02
    correlation_ballot: float = 0.02
    ballots_at_most: float = 300.0
    unknown_count: float = 100.0
    membership_log_sd: float = 0.2
    attendance_log_sd: float = 0.1
    turnout_sd: float = 0.05
    claim_reliability: float = 0.9

    def __post_init__(self) -> None:
        """Refuse correlations and deviations outside their range."""
        for name in ("correlation_meeting", "correlation_seats", "correlation_ballot"):
            require_between(
                f"error_model.{name}",
                getattr(self, name),
                0.0,
                0.9,
                "A correlation.",
                open_low=True,
            )
        for name in ("membership_log_sd", "attendance_log_sd", "turnout_sd"):
            require_between(
                f"error_model.{name}",
                getattr(self, name),
                0.0,
                10.0,
                "A deviation.",
                open_low=True,
            )
        for name in ("ballots_at_most", "unknown_count"):
            require_between(f"error_model.{name}", getattr(self, name), 2.0, 1e9, "A number.")
        require_between(
            "error_model.claim_reliability", self.claim_reliability, 0.5, 1.0, "A chance."
        )


def floored(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares with every category possible; the last axis sums to one."""
    raised = np.maximum(shares, SHARE_FLOOR)
    scaled: NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return scaled


def effective_precision(n: float, correlation: float) -> float:
    """Return the precision of the Dirichlet law of shares among ``n`` correlated votes.

    The variance of a share is ``p (1 - p) (1 + (n - 1) correlation) / n`` (V6); a Dirichlet
    law with this precision has the same.

    Examples
    --------
    >>> round(effective_precision(1000, 0.02), 1)
    46.7
    """
    return n / (1.0 + (n - 1.0) * correlation) - 1.0


def dirichlet_multinomial_log_score(
    counts: NDArray[np.float64], shares: NDArray[np.float64], correlation: float
) -> NDArray[np.float64]:
    """Return the log probability of counts under correlated votes.

    Parameters
    ----------
    counts : ndarray of float64, shape (n_categories,)
        Counts; they may be fractions, as percentages scaled to a number are.
    shares : ndarray of float64, shape (..., n_categories)
        Predicted shares.
    correlation : float
        Correlation within blocs; the precision is ``(1 - correlation) / correlation``.

    Returns
    -------
    ndarray of float64, shape (...)
        Log probability.
    """
    precision = (1.0 - correlation) / correlation
    alpha = floored(shares) * precision
    n = counts.sum()
    constant = gammaln(n + 1) + gammaln(precision) - gammaln(n + precision)
    terms = gammaln(counts + alpha) - gammaln(alpha) - gammaln(counts + 1)
    score: NDArray[np.float64] = constant + terms.sum(axis=-1)
    return score


def dirichlet_multinomial_draws(
    shares: NDArray[np.float64], n: float, correlation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw observed shares around predicted ones, shape of ``shares``."""
    precision = (1.0 - correlation) / correlation
    gamma = rng.standard_gamma(floored(shares) * precision)
    p = floored(gamma / np.maximum(gamma.sum(axis=-1, keepdims=True), 1e-300))
    drawn: NDArray[np.float64] = rng.multinomial(round(n), p) / round(n)
    return drawn


def presidium_log_score(
    seats: NDArray[np.float64], shares: NDArray[np.float64], mandates: float, correlation: float
) -> NDArray[np.float64]:
    """Return the log probability that largest remainders give the printed seats.

    Factions scatter around their predicted shares like correlated votes of all mandates;
    the shares that round to the printed seats fill a cell of width one over the number of
    seats around the printed shares, and the density is taken as constant over the cell.

    Parameters
    ----------
    seats : ndarray of float64, shape (n_slates,)
        Printed seats, all positive.
    shares : ndarray of float64, shape (..., n_slates)
        Predicted shares of the slates among their delegates.
    mandates : float
        Number of mandates of the chamber.
    correlation : float
        Of seats.

    Returns
    -------
    ndarray of float64, shape (...)
        Log probability.
    """
    alpha = floored(shares) * effective_precision(mandates, correlation)
    at = floored(seats / seats.sum())
    log_density = (
        gammaln(alpha.sum(axis=-1))
        - gammaln(alpha).sum(axis=-1)
        + ((alpha - 1) * np.log(at)).sum(-1)
    )
    score: NDArray[np.float64] = log_density - (len(seats) - 1) * np.log(seats.sum())
    return np.minimum(score, 0.0)


def presidium_draws(
    shares: NDArray[np.float64],
    n_seats: int,
    mandates: float,
    correlation: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw printed shares of seats, shape of ``shares``."""
    gamma = rng.standard_gamma(floored(shares) * effective_precision(mandates, correlation))
    drawn = np.array([apportion(row, n_seats) for row in gamma.reshape(-1, shares.shape[-1])])
    return drawn.reshape(shares.shape) / n_seats


def normal_log_density(value: float, mean: NDArray[np.float64], sd: float) -> NDArray[np.float64]:
    """Return the log density of a Normal law."""
    z = (value - mean) / sd
    density: NDArray[np.float64] = -0.5 * z**2 - np.log(sd * np.sqrt(2 * np.pi))
    return density
