"""What a rival of the model returns, and what it would have shown of each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.observation import SIDES, Operator, claim_holds, figure_of, share_of_groups
from sim.settings import ModelSettings

ABSTENTION_GAP = 0.25
STANCE_WEIGHT = 2.0


@dataclass(frozen=True)
class Forecast:
    """Predictive draws of one rival for every operator.

    Attributes
    ----------
    name : str
        Of the rival.
    predictions : ndarray of float64, shape (n_draws, n_predictions)
        As :meth:`calibration.observation.OperatorSet.predict` gives them for one replicate.
    error_model : ErrorModel
        Scatter of sources that goes with it.
    facts : dict of str to float
        What the fit says about itself.
    """

    name: str
    predictions: NDArray[np.float64]
    error_model: ErrorModel
    facts: dict[str, float]


def joined(drawn: Sequence[NDArray[np.float64]], n_draws: int) -> NDArray[np.float64]:
    """Put predictions of operators end to end, shape (n_draws, n_predictions)."""
    if not drawn:
        return np.zeros((n_draws, 0))
    return np.concatenate([each.reshape(n_draws, -1) for each in drawn], axis=1)


def left_stances(operator: Operator, settings: ModelSettings) -> NDArray[np.float64]:
    """Return each party's stance towards soviet power at a meeting, shape (n_parties,)."""
    modelled = {name: party for name, party in settings.party.items() if party.modelled}
    meeting = settings.meeting[operator.observation.target[0]]
    sign = 1.0 if meeting.direction == "for_soviet_power" else -1.0
    return np.array(
        [
            sign * meeting.stances[name] if name in meeting.stances else party.soviet_power
            for name, party in modelled.items()
        ]
    )


def votes_of_parties(
    shares: NDArray[np.float64],
    stances: NDArray[np.float64],
    shift: NDArray[np.float64] | float = 0.0,
    gap: NDArray[np.float64] | float = ABSTENTION_GAP,
) -> NDArray[np.float64]:
    """Turn party shares into votes left, right and abstaining, shape (..., 3).

    A delegate votes left with probability ``logistic(2 l + shift - gap)`` and right with
    ``logistic(-2 l - shift - gap)``, where ``l`` is the stance of the party.

    Parameters
    ----------
    shares : ndarray of float64, shape (..., n_parties)
        Party shares among the delegates.
    stances : ndarray of float64, shape (n_parties,)
        Towards soviet power, -1 to 1.
    shift, gap : ndarray of float64, shape (..., 1), or float
        Mood of the meeting, and half the gap of abstention, logit.
    """
    z = STANCE_WEIGHT * stances + shift
    left = 1.0 / (1.0 + np.exp(gap - z))
    right = 1.0 / (1.0 + np.exp(gap + z))
    sides = [(shares * vote).sum(axis=-1) for vote in (left, right, 1.0 - left - right)]
    return np.stack(sides, axis=-1)


def shown(
    operator: Operator,
    shares: NDArray[np.float64],
    parties: Sequence[str],
    votes: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return what party shares would show of a share, presidium, resolution or claim.

    Parameters
    ----------
    operator : Operator
        The observation; not a level.
    shares : ndarray of float64, shape (n_draws, n_targets, n_days_read, n_parties)
        Party shares of each target.
    parties : sequence of str
        Order of the last axis.
    votes : ndarray of float64, shape (n_draws, n_days_read, 3), optional
        For a resolution, the votes left, right and abstaining.

    Returns
    -------
    ndarray of float64, shape (n_draws, n_days_read, n_values)
        Like :func:`calibration.observation.predict` of one replicate each.
    """
    if operator.kind == "claim":
        figure = figure_of(operator)
        columns = [parties.index(party) for party in operator.groups[0]]
        own = shares[..., columns].sum(axis=-1)
        others = np.delete(shares, columns, axis=-1)
        flat: NDArray[np.bool_] = claim_holds(figure, own.ravel(), others.reshape(own.size, -1))
        holds = np.asarray(flat.reshape(own.shape).all(axis=1), dtype=np.float64)
        return holds[..., None]
    if operator.observation.operator == "resolution":
        if votes is None:
            raise ValueError(f"{operator.id} is a resolution: it is shown by votes, not shares.")
        values = votes[..., [SIDES.index(label) for label in operator.labels]]
        conditioned: NDArray[np.float64] = values / values.sum(axis=-1, keepdims=True)
        return conditioned
    return share_of_groups(shares[:, 0], operator.groups, parties)
