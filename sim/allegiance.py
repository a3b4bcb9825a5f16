"""Utility, reconsideration and choice of allegiance (E7 to E10).

A person who reconsiders draws a party from a multinomial logit over the utility

    intercept of the place + standing of the party + grievances times stances
    + ideal point times position + joint action + visible shares + contact
    + slander and repression + inertia,

with grievances, shares and contact counted from 1 March, so that the intercepts alone
reproduce the initial shares. Discrete choice with social interactions: Brock and Durlauf,
"Discrete choice with social interactions", Review of Economic Studies 68 (2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class ChoiceSettings(Settings):
    """Fixed constants of the choice. Values are assumed.

    Attributes
    ----------
    inertia : float
        Advantage of the present allegiance, logit (iota). It is confounded with social
        influence, so it is fixed rather than inferred.
    ideal_weight : float
        Weight of agreement between a person's ideal point and a party's position.
    ideal_sd : float
        Standard deviation of ideal points on each axis.
    own_unit_weight : float
        Share of social influence that comes from one's own unit; the rest comes from the
        constituency.
    salience_factor : float
        Events multiply the rate of reconsideration by one plus this, times exposure.
    salience_half_life_days : float
        Time in which attention halves after an event.
    share_precision : float
        Precision of the Dirichlet law of initial shares, used where they are drawn.
    """

    inertia: float = 1.0
    ideal_weight: float = 0.8
    ideal_sd: float = 0.5
    own_unit_weight: float = 0.7
    salience_factor: float = 4.0
    salience_half_life_days: float = 4.0
    share_precision: float = 30.0

    def __post_init__(self) -> None:
        """Refuse constants outside their range."""
        for name, low, high in (
            ("inertia", 0.0, 10.0),
            ("ideal_weight", 0.0, 10.0),
            ("ideal_sd", 0.0, 10.0),
            ("own_unit_weight", 0.0, 1.0),
            ("salience_factor", 0.0, 1000.0),
            ("salience_half_life_days", 0.01, 1000.0),
            ("share_precision", 0.1, 1e9),
        ):
            require_between(
                f"constants.choice.{name}", getattr(self, name), low, high, "See sim/allegiance.py."
            )


def softmax(utility: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the multinomial logit over the last axis."""
    weights = np.exp(utility - utility.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def resting_shares(utility: NDArray[np.float64], inertia: float) -> NDArray[np.float64]:
    r"""Return where a person comes to rest at a constant utility (V3).

    With :math:`q` the logit without inertia and :math:`c = e^\iota - 1`,

    .. math:: p_k = q_k (1 + c q_k) / (1 + c \sum_j q_j^2).

    Parameters
    ----------
    utility : ndarray of float64, shape (..., n_parties)
        Utility without inertia.
    inertia : float
        The advantage of the present allegiance, logit.

    Returns
    -------
    ndarray of float64, shape (..., n_parties)
        Shares at rest, whatever the rate of reconsideration.
    """
    q = softmax(utility)
    weighted = q * (1.0 + math.expm1(inertia) * q)
    shares: NDArray[np.float64] = weighted / weighted.sum(axis=-1, keepdims=True)
    return shares


def chance_of_reconsidering(
    rate_per_day: float,
    exposure: NDArray[np.float64],
    salience: NDArray[np.float64],
    settings: ChoiceSettings,
) -> NDArray[np.float64]:
    """Return the chance that a person reconsiders today (E8).

    Parameters
    ----------
    rate_per_day : float
        The parameter ``reconsideration_per_day``.
    exposure, salience : ndarray of float64, shape (n_constituencies,)
        Event exposure of the place, and how much events occupy it today.
    settings : ChoiceSettings
        Factor of salience.

    Returns
    -------
    ndarray of float64, shape (n_constituencies,)
        Chance in [0, 1).
    """
    rate = rate_per_day * (1.0 + settings.salience_factor * exposure * salience)
    return -np.expm1(-rate)


def fit_intercepts(
    initial: NDArray[np.float64],
    position: NDArray[np.float64],
    settings: ChoiceSettings,
    *,
    dispersed: bool = True,
    tolerance: float = 1e-6,
) -> NDArray[np.float64]:
    """Find the intercepts under which the initial shares are at rest (E10).

    The mean over ideal points is taken by Gauss-Hermite quadrature over their law rather
    than over one sample of people, so that intercepts do not depend on how many agents
    stand for them.

    Parameters
    ----------
    initial : ndarray of float64, shape (n_constituencies, n_parties)
        Initial shares, all positive.
    position : ndarray of float64, shape (n_parties, 2)
        Positions of parties.
    settings : ChoiceSettings
        Inertia, and weight and spread of ideal points.
    dispersed : bool
        Whether people differ in their ideal points.
    tolerance : float
        Largest error of a share that is left.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, n_parties)
        Intercepts; each row sums to zero.

    Raises
    ------
    ValueError
        If a share is zero or the search does not settle.
    """
    if not (initial > 0.0).all():
        raise ValueError(
            "initial shares must be positive for every modelled party, got a zero or less. "
            "Give the party at least .001 in place.constituencies."
        )
    points, weights = _ideal_points(settings.ideal_sd if dispersed else 0.0)
    agreement = settings.ideal_weight * points @ position.T
    excess = math.expm1(settings.inertia)
    target = np.log(initial)
    intercepts = target.copy()
    factor = np.exp(agreement)  # exp(b + a) = exp(b) exp(a): one exponential per round
    for _ in range(400):
        q = np.exp(intercepts)[:, None, :] * factor
        q /= q.sum(axis=-1, keepdims=True)
        q *= 1.0 + excess * q
        q /= q.sum(axis=-1, keepdims=True)
        shares = np.tensordot(q, weights, axes=(1, 0))
        if np.abs(shares - initial).max() < tolerance:
            intercepts -= intercepts.mean(axis=1, keepdims=True)
            return intercepts
        intercepts = intercepts + 0.7 * (target - np.log(shares))
    raise ValueError(
        f"intercepts did not settle within {tolerance:g} of the initial shares. "
        "Check constants.choice.inertia and the initial shares."
    )


def _ideal_points(sd: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return quadrature points, shape (n, 2), and weights, shape (n,), of the law of ideals."""
    if sd == 0.0:
        return np.zeros((1, 2)), np.ones(1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    weights = weights / weights.sum()
    grid = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2) * sd
    return grid, np.outer(weights, weights).ravel()


def common_utility(
    intercepts: NDArray[np.float64],
    credibility: NDArray[np.float64],
    grievance_growth: NDArray[np.float64],
    salience_of_issue: NDArray[np.float64],
    stance: NDArray[np.float64],
    grievance_weight: float,
) -> NDArray[np.float64]:
    """Return the utility that all people of a constituency share (first line of E7).

    Parameters
    ----------
    intercepts, credibility : ndarray of float64, shape (n_constituencies, n_parties)
        Intercepts, and standing of parties.
    grievance_growth, salience_of_issue : ndarray of float64, shape (n_constituencies, 4)
        Grievances less their level on 1 March, and their weight in the sector.
    stance : ndarray of float64, shape (n_parties, 4)
        Stances today.
    grievance_weight : float
        The parameter ``grievance_weight``.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, n_parties)
        Logit.
    """
    pressed = (salience_of_issue * grievance_growth) @ stance.T
    return intercepts + credibility + grievance_weight * pressed


def unit_utility(
    common: NDArray[np.float64],
    constituency_of_unit: NDArray[np.int64],
    unit_growth: NDArray[np.float64],
    place_growth: NDArray[np.float64],
    contact_growth: NDArray[np.float64],
    social_influence: float,
    contact_weight: float,
    settings: ChoiceSettings,
) -> NDArray[np.float64]:
    """Return the utility that all people of a unit share.

    Parameters
    ----------
    common : ndarray of float64, shape (n_constituencies, n_parties)
        From :func:`common_utility`, with slander and repression added.
    constituency_of_unit : ndarray of int64, shape (n_units,)
        Constituency of each unit.
    unit_growth : ndarray of float64, shape (n_units, n_parties)
        Visible shares of the unit less those of 1 March.
    place_growth : ndarray of float64, shape (n_constituencies, n_parties)
        The same for the constituency.
    contact_growth : ndarray of float64, shape (n_units, n_parties)
        Contact with agitators less that of 1 March.
    social_influence, contact_weight : float
        Parameters.
    settings : ChoiceSettings
        Weight of one's own unit.

    Returns
    -------
    ndarray of float64, shape (n_units, n_parties)
        Logit.
    """
    own = settings.own_unit_weight
    place_level = common + social_influence * (1.0 - own) * place_growth
    return (
        place_level[constituency_of_unit]
        + social_influence * own * unit_growth
        + contact_weight * contact_growth
    )
