"""The same people in two worlds: who is elsewhere because of the change, and who cannot be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.comparing.reach import Reach
from sim.calendar_os import N_DAYS
from sim.ensemble import Replicate
from sim.model import RevolutionModel
from sim.world import World

NEVER = -1


@dataclass(frozen=True)
class Twins:
    """One replicate lived in two worlds with the same luck. Axes: c = constituency, k = party.

    Attributes
    ----------
    first_difference : ndarray of int64, shape (n_constituencies,)
        First day on which an agent of the place differs; -1 if none ever does.
    ever_different : ndarray of float64, shape (n_constituencies,)
        Share of agents that differ on some day.
    flows : ndarray of float64, shape (n_constituencies, n_parties, n_parties)
        People by allegiance in the baseline (axis 1) and in the other world (axis 2), on
        the day of reading; those in the villages in either world are left out.
    """

    first_difference: NDArray[np.int64]
    ever_different: NDArray[np.float64]
    flows: NDArray[np.float64]


def live_twice(base: World, other: World, replicate: Replicate, flow_day: int) -> Twins:
    """Live one replicate in two worlds and follow every agent in both.

    Parameters
    ----------
    base, other : World
        The two worlds; people and places must be the same.
    replicate : Replicate
        Parameters and seed, used in both.
    flow_day : int
        Evening on which the flows are read.

    Returns
    -------
    Twins
        What differed.
    """
    ours, theirs = (
        RevolutionModel(world=world, parameters=replicate.parameters, seed=replicate.seed)
        for world in (base, other)
    )
    layout, n_k = base.layout, len(base.parties.ids)
    starts = layout.unit_start[layout.unit_first]
    n_places = len(layout.ids)
    ever = np.zeros(layout.n_agents, dtype=np.bool_)
    first = np.full(n_places, NEVER, dtype=np.int64)
    flows = np.zeros((n_places, n_k, n_k))
    for day in range(N_DAYS):
        ours.step()
        theirs.step()
        a, b = ours.state.population, theirs.state.population
        differs = (
            (a.allegiance != b.allegiance)
            | (a.present != b.present)
            | (a.joint * ours.state.joint_fade != b.joint * theirs.state.joint_fade)
        )
        ever |= differs
        somewhere = np.logical_or.reduceat(differs, starts[:-1])
        first[(first == NEVER) & somewhere] = day
        if day == flow_day:
            both = a.present & b.present
            for c in range(n_places):
                here = slice(int(starts[c]), int(starts[c + 1]))
                pair = a.allegiance[here][both[here]].astype(np.int64) * n_k
                pair += b.allegiance[here][both[here]]
                counted = np.bincount(pair, minlength=n_k * n_k).reshape(n_k, n_k)
                flows[c] = counted * layout.people_per_agent[c]
    share = np.add.reduceat(ever.astype(np.float64), starts[:-1]) / np.diff(starts)
    return Twins(first, share, flows)


@dataclass(frozen=True)
class Audit:
    """Whether shared luck was shared.

    Attributes
    ----------
    reach : Reach
        What the change can touch.
    first_difference : ndarray of int64, shape (n_constituencies,)
        Earliest over all pairs; -1 if none.
    ever_different : ndarray of float64, shape (n_constituencies,)
        Mean over pairs.
    """

    reach: Reach
    first_difference: NDArray[np.int64]
    ever_different: NDArray[np.float64]

    @property
    def passed(self) -> bool:
        """Whether nobody differed before the change could reach them."""
        differs = self.first_difference != NEVER
        return not (differs & (self.first_difference < self.reach.from_day)).any()


def audit(twins: list[Twins], reach: Reach) -> Audit:
    """Collect what pairs show about the reach of a change."""
    firsts = np.stack([each.first_difference for each in twins])
    never = np.iinfo(np.int64).max
    earliest = np.where(firsts == NEVER, never, firsts).min(axis=0)
    return Audit(
        reach,
        np.where(earliest == never, NEVER, earliest),
        np.mean([each.ever_different for each in twins], axis=0),
    )
