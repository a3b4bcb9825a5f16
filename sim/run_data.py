"""What is fixed when a replicate starts, and the state it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.allegiance import fit_intercepts
from sim.contact import contact
from sim.election import first_mandates, general_elections
from sim.event import Schedule, compile_schedule
from sim.march import events_after_march
from sim.membership import initial_members
from sim.parameters import Parameters
from sim.population import Population, draw_shares, people_from
from sim.state import State
from sim.turnover import entrant_shares
from sim.world import World

PARALLEL_FROM_AGENTS = 400_000
"""Below so many agents, threads cost more than they save."""


@dataclass(frozen=True)
class RunData:
    """Inputs of one replicate.

    Attributes
    ----------
    parameters : Parameters
        Parameter set.
    seed : int
        Seed of the replicate.
    schedule : Schedule
        Events, with parameter values put in.
    intercepts : ndarray of float64, shape (n_constituencies, n_parties)
        From the initial shares.
    initial_expected : ndarray of float64, shape (n_constituencies, n_parties)
        Initial shares of this replicate, drawn or mean.
    initial_share : ndarray of float64, shape (n_constituencies, n_parties)
        Shares counted on 1 March.
    initial_unit_share, initial_contact : ndarray of float64, shape (n_units, n_parties)
        The same by unit, and contact with agitators then.
    initial_grievance : ndarray of float64, shape (4,)
        Levels on 1 March.
    entrant_cdf : ndarray of float64, shape (n_constituencies, n_parties)
        Cumulative allegiances of entrants.
    elected_on : dict of int to ndarray of int64
        Seats filled by dated elections, by day.
    parallel : bool
        Whether the people's day uses all threads.
    """

    parameters: Parameters
    seed: int
    schedule: Schedule
    intercepts: NDArray[np.float64]
    initial_expected: NDArray[np.float64]
    initial_share: NDArray[np.float64]
    initial_unit_share: NDArray[np.float64]
    initial_contact: NDArray[np.float64]
    initial_grievance: NDArray[np.float64]
    entrant_cdf: NDArray[np.float64]
    elected_on: dict[int, NDArray[np.int64]]
    parallel: bool


def start(world: World, parameters: Parameters, seed: int) -> tuple[RunData, State]:
    """Draw the people and the first mandates of a replicate.

    Parameters
    ----------
    world : World
        Tables.
    parameters : Parameters
        Parameter set.
    seed : int
        Seed of the replicate.

    Returns
    -------
    RunData, State
        What is fixed, and the evening before 1 March.
    """
    settings, parties, layout = world.settings, world.parties, world.layout
    choice, on = settings.constants.choice, settings.mechanism
    expected = world.initial_mean
    if settings.initial_shares == "drawn":
        expected = draw_shares(expected, choice.share_precision, seed, layout.ids)
    ideal_sd = choice.ideal_sd if on.dispersion else 0.0
    intercepts = fit_intercepts(expected, parties.position, choice, dispersed=on.dispersion)
    people = people_from(
        layout, world.blocks, intercepts, parties.position, ideal_sd, choice.ideal_weight,
        choice.inertia, seed,
    )  # fmt: skip
    count = count_by_unit(people.allegiance, world)
    return first_evening(world, parameters, seed, expected, intercepts, people, count)


def first_evening(
    world: World,
    parameters: Parameters,
    seed: int,
    expected: NDArray[np.float64],
    intercepts: NDArray[np.float64],
    people: Population,
    count: NDArray[Any],
) -> tuple[RunData, State]:
    """Return the evening before 1 March of people who are there already.

    Parameters
    ----------
    world : World
        Tables.
    parameters : Parameters
        Parameter set.
    seed : int
        Seed of the first mandates and of the days of elections.
    expected, intercepts : ndarray of float64, shape (n_constituencies, n_parties)
        Expected initial shares, and the intercepts under which they are at rest.
    people : Population
        Who there is.
    count : ndarray, shape (n_units, n_parties)
        How many of them are with each party.

    Returns
    -------
    RunData, State
        As from :func:`start`.
    """
    settings, parties, layout = world.settings, world.parties, world.layout
    constants = settings.constants
    choice, n_c, n_k = constants.choice, len(layout.ids), len(parties.ids)
    share_of_unit = count / count.sum(axis=1, keepdims=True)
    by_place = np.add.reduceat(count, layout.unit_first[:-1], axis=0)
    share = by_place / by_place.sum(axis=1, keepdims=True)
    members = initial_members(100.0 * share_of_unit, world.ratio_of_unit, constants.membership)
    mandates = first_mandates(
        world.plan, share_of_unit, share, world.non_party, seed, constants.election
    )
    left = share[:, parties.left].sum(axis=1)
    grievance = np.tile(np.array(constants.grievance.initial), (n_c, 1))
    activity = parties.activity.copy()
    state = State(
        population=people,
        mandates=mandates,
        constituency_of_unit=layout.constituency_of_unit,
        private_count=count,
        public_count=count.copy(),
        village_count=np.zeros((n_c, n_k), dtype=count.dtype),
        private_share=share,
        public_share=share.copy(),
        private_unit_share=share_of_unit,
        public_unit_share=share_of_unit.copy(),
        grievance=grievance,
        credibility=np.zeros((n_c, n_k)),
        government=np.zeros(n_k),
        activity=activity,
        position=parties.position.copy(),
        repression=np.zeros(n_c),
        repression_half_life=np.full(n_c, np.inf),
        repression_floor=np.zeros(n_c),
        stigma=0.0,
        stigma_half_life=np.inf,
        stigma_clearing=constants.repression.stigma_clearing,
        left_history=np.tile(left, (constants.repression.tide_window_days, 1)),
        tide=np.full(n_c, 0.5),
        members=members,
        fatigue=np.full(n_c, constants.fatigue.initial),
        words=constants.fatigue.initial_words,
        unused_majority_per_day=constants.credibility.unused_majority_per_day,
        joint_action=np.zeros(n_c),
        joint_fade=1.0,
        elections_open=np.ones(n_c, dtype=np.bool_),
        acted=False,
        extra_utility=np.zeros((layout.n_units, n_k)),
        switches=np.zeros((n_c, n_k, n_k), dtype=count.dtype),
    )
    data = RunData(
        parameters=parameters,
        seed=seed,
        schedule=compile_schedule(
            events_after_march(settings.event, settings.march),
            settings.place,
            parties,
            parameters,
            choice.salience_half_life_days,
        ),
        intercepts=intercepts,
        initial_expected=expected,
        initial_share=share,
        initial_unit_share=share_of_unit,
        initial_contact=contact(members, activity, world.reach_of_unit, constants.contact),
        initial_grievance=np.array(constants.grievance.initial),
        entrant_cdf=np.cumsum(entrant_shares(expected, parties.entrant_factor), axis=1),
        elected_on=general_elections(world.plan, seed),
        parallel=layout.n_agents >= PARALLEL_FROM_AGENTS,
    )
    return data, state


def count_by_unit(allegiance: NDArray[np.uint8], world: World) -> NDArray[np.int64]:
    """Count agents by unit and party, shape (n_units, n_parties)."""
    n_k = len(world.parties.ids)
    count = np.zeros((world.layout.n_units, n_k), dtype=np.int64)
    for u in range(world.layout.n_units):
        first, last = world.layout.unit_start[u], world.layout.unit_start[u + 1]
        count[u] = np.bincount(allegiance[first:last], minlength=n_k)
    return count
