"""Everything that changes during one replicate, in one object.

Arrays are rebound, never changed in place (the agents' own columns excepted, which only
:mod:`sim.population` writes), so that a shallow copy taken in the morning still shows the
morning's values when the day is over.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.election import Mandates
    from sim.population import Population


@dataclass
class State:
    """The state of one replicate.

    Axes: c = constituency, u = unit, k = party, g = issue.

    Attributes
    ----------
    population : Population
        The people, as columns.
    mandates : Mandates
        Who holds which seat.
    constituency_of_unit : ndarray of int64, shape (n_units,)
        Never changes.
    private_count, public_count : ndarray of int64, shape (n_units, n_parties)
        Agents by allegiance, and by the allegiance they show.
    village_count : ndarray of int64, shape (n_constituencies, n_parties)
        Agents who left for the villages, by origin and allegiance.
    private_share, public_share : ndarray of float64, shape (n_constituencies, n_parties)
        Shares of agents present.
    private_unit_share, public_unit_share : ndarray of float64, shape (n_units, n_parties)
        The same in each unit.
    grievance : ndarray of float64, shape (n_constituencies, 4)
        Unmet demand, 0 to 1.
    credibility : ndarray of float64, shape (n_constituencies, n_parties)
        Standing of parties, logit.
    government, activity : ndarray of float64, shape (n_parties,)
        Responsibility for the government, and intensity of agitation.
    position : ndarray of float64, shape (n_parties, 2)
        Positions of parties today.
    repression, repression_half_life, repression_floor : ndarray, shape (n_constituencies,)
        Level, time to halve in days, lower limit.
    stigma, stigma_half_life, stigma_clearing : float
        Level of the slander, time to halve, and the share that joint action clears.
    left_history : ndarray of float64, shape (tide_window_days, n_constituencies)
        Private share of the left, the oldest day first.
    tide : ndarray of float64, shape (n_constituencies,)
        Momentum of the left, 0 to 1.
    members : ndarray of float64, shape (n_units, n_parties)
        Party members for every 100 people of the unit.
    fatigue : ndarray of float64, shape (n_constituencies,)
        0 to 1.
    words : float
        How much of politics is words, 0 to 1.
    unused_majority_per_day : float
        Standing lost per day by a party that holds a soviet's majority and does not act.
    joint_action : ndarray of float64, shape (n_constituencies,)
        1 where people act together against the revolt today.
    joint_fade : float
        Present worth of an exposure stored at 1 (see :mod:`sim.united_front`).
    elections_open : ndarray of bool, shape (n_constituencies,)
        Whether delegates can be elected today.
    acted : bool
        Whether the majority has acted on its power.
    extra_utility : ndarray of float64, shape (n_units, n_parties)
        For mechanisms of one's own: added to the utility today, zero every morning.
    switches : ndarray of int64, shape (n_constituencies, n_parties, n_parties)
        Agents who changed from one party (axis 1) to another (axis 2) today.
    """

    population: Population
    mandates: Mandates
    constituency_of_unit: NDArray[np.int64]
    private_count: NDArray[np.int64]
    public_count: NDArray[np.int64]
    village_count: NDArray[np.int64]
    private_share: NDArray[np.float64]
    public_share: NDArray[np.float64]
    private_unit_share: NDArray[np.float64]
    public_unit_share: NDArray[np.float64]
    grievance: NDArray[np.float64]
    credibility: NDArray[np.float64]
    government: NDArray[np.float64]
    activity: NDArray[np.float64]
    position: NDArray[np.float64]
    repression: NDArray[np.float64]
    repression_half_life: NDArray[np.float64]
    repression_floor: NDArray[np.float64]
    stigma: float
    stigma_half_life: float
    stigma_clearing: float
    left_history: NDArray[np.float64]
    tide: NDArray[np.float64]
    members: NDArray[np.float64]
    fatigue: NDArray[np.float64]
    words: float
    unused_majority_per_day: float
    joint_action: NDArray[np.float64]
    joint_fade: float
    elections_open: NDArray[np.bool_]
    acted: bool
    extra_utility: NDArray[np.float64]
    switches: NDArray[np.int64]

    def this_morning(self) -> State:
        """Return a view of today's start; later changes to this state do not reach it."""
        return copy.copy(self)
