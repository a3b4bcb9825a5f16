"""One day as a list of mechanisms, in order.

Every mechanism reads this morning's values (``today.morning``) and writes this evening's
(``state``), so that their order matters only where the list says so: events come first,
elections, meetings and ballots last. A mechanism is a function of (state, today); to add
one's own, insert it into the list of a model (see ``docs`` and ``RevolutionModel.mechanisms``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.allegiance import chance_of_reconsidering, common_utility, unit_utility
from sim.ballot import count_ballot
from sim.calendar_os import day_of
from sim.contact import contact
from sim.credibility import fade
from sim.effect import apply_action
from sim.election import delegates_by_body, elector_shares, renew
from sim.fatigue import tire
from sim.grievance import grow, stance_today
from sim.meeting import hold_meeting
from sim.membership import recruit
from sim.population import DayForPeople, live_a_day
from sim.presidium import elect_presidium
from sim.record import Record, by_constituency
from sim.repression import push_of_repression, subside, tide
from sim.run_data import RunData
from sim.state import State
from sim.turnover import desertion_chance
from sim.united_front import chance_of_acting_together
from sim.world import World


@dataclass(frozen=True)
class Today:
    """What a mechanism may read.

    Attributes
    ----------
    day : int
        Day index.
    morning : State
        State of this morning, after the day's events; read only.
    world : World
        Tables.
    data : RunData
        Parameters, seed and what was fixed at the start of the replicate.
    record : Record
        Where meetings and ballots leave their results.
    """

    day: int
    morning: State
    world: World
    data: RunData
    record: Record


Mechanism = Callable[[State, Today], None]


def apply_events(state: State, world: World, data: RunData, day: int) -> None:
    """Make the changes of the day's events; runs before the morning is fixed."""
    state.joint_action = np.zeros_like(state.joint_action)
    state.elections_open = np.ones_like(state.elections_open)
    state.extra_utility = np.zeros_like(state.extra_utility)
    switches = world.settings.mechanism
    for action in data.schedule.actions.get(day, ()):
        off = (action.kind == "credibility" and not switches.credibility) or (
            action.kind == "joint_action" and not switches.joint_action
        )
        if not off and all(holds_majority(state, world, *need) for need in action.requires):
            apply_action(state, action, world.people_of_unit)


def holds_majority(state: State, world: World, institution: str, party: str) -> bool:
    """Tell whether a party has more than half of the delegates of an institution."""
    rows = world.plan.institution_of_chamber == world.plan.institutions.index(institution)
    count = state.mandates.count[rows].sum(axis=0)
    return bool(2 * count[world.parties.index(party)] > count.sum())


def update_grievances(state: State, today: Today) -> None:
    """E1: unmet demands grow."""
    if today.world.settings.mechanism.grievance:
        settings = today.world.settings.constants.grievance
        state.grievance = grow(today.morning.grievance, settings)


def update_tide(state: State, today: Today) -> None:
    """E4, E5: slander and repression subside; the tide is read."""
    settings = today.world.settings.constants.repression
    morning, parties = today.morning, today.world.parties
    left = morning.private_share[:, parties.left].sum(axis=1)
    state.left_history = np.concatenate([morning.left_history[1:], left[None]])
    state.tide = tide(left - morning.left_history[0], settings)
    state.repression = subside(
        morning.repression, morning.repression_half_life, morning.repression_floor
    )
    state.stigma = morning.stigma * 2.0 ** (-1.0 / morning.stigma_half_life)


def update_membership(state: State, today: Today) -> None:
    """E12: members join and leave."""
    if today.world.settings.mechanism.membership:
        world, morning = today.world, today.morning
        state.members = recruit(
            morning.members,
            100.0 * morning.private_unit_share,
            morning.tide[state.constituency_of_unit],
            world.ratio_of_unit,
            world.settings.constants.membership,
        )


def update_fatigue(state: State, today: Today) -> None:
    """E15: people tire of words."""
    if today.world.settings.mechanism.fatigue:
        settings = today.world.settings.constants.fatigue
        state.fatigue = tire(today.morning.fatigue, today.morning.words, settings)


def update_credibility(state: State, today: Today) -> None:
    """E3: standing of parties fades; unused majorities cost."""
    world, morning = today.world, today.morning
    settings = world.settings.constants.credibility
    majority = np.zeros(morning.credibility.shape, dtype=np.bool_)
    if morning.unused_majority_per_day > 0.0:
        bodies = delegates_by_body(morning.mandates.count, world.plan)
        for c, soviets in enumerate(world.soviets_of):
            count = bodies[list(soviets)].sum(axis=0)
            majority[c] = 2 * count > count.sum()
    state.credibility = fade(
        morning.credibility, majority, morning.acted, morning.unused_majority_per_day, settings
    )


def utility_of_units(today: Today) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """E7: the utility that all people of a unit share this morning.

    Returns
    -------
    ndarray of float64, shape (n_units, n_parties)
        Logit; ideal points, joint action and inertia are added for each person.
    """
    world, morning, data = today.world, today.morning, today.data
    on, constants, p = world.settings.mechanism, world.settings.constants, data.parameters
    common = common_utility(
        data.intercepts,
        morning.credibility,
        morning.grievance - data.initial_grievance,
        world.issue_salience,
        stance_today(world.parties.stance, morning.government, constants.grievance),
        p.grievance_weight if on.grievance else 0.0,
    )
    push = -p.stigma_weight * morning.stigma * np.ones(len(world.exposure)) * on.stigma
    if on.repression:
        felt = morning.repression * world.exposure
        push = push + push_of_repression(felt, morning.tide, p.repression_weight)
    common = common + push[:, None] * world.parties.stigmatised
    met = contact(morning.members, morning.activity, world.reach_of_unit, constants.contact)
    return morning.extra_utility + unit_utility(
        common,
        morning.constituency_of_unit,
        morning.public_unit_share - data.initial_unit_share,
        morning.public_share - data.initial_share,
        met - data.initial_contact,
        p.social_influence if on.social_influence else 0.0,
        p.contact_weight if on.contact else 0.0,
        constants.choice,
    )


def people_meet(today: Today) -> DayForPeople:
    """Collect what the people meet today, from this morning's values."""
    world, morning, data = today.world, today.morning, today.data
    on, constants, p = world.settings.mechanism, world.settings.constants, data.parameters
    of_unit = morning.constituency_of_unit
    utility = utility_of_units(today)
    choice, front, united = constants.choice, constants.united_front, world.united_party
    salience = data.schedule.salience[today.day] * on.salience
    felt = (morning.repression * world.exposure)[of_unit] * on.fear
    hidden_party = world.parties.stigmatised > 0.0
    visible = morning.public_unit_share[:, hidden_party].sum(axis=1)
    clears = p.stigma_weight * morning.stigma * morning.stigma_clearing * on.stigma
    acting = (morning.joint_action * world.exposure)[of_unit]
    later_from = day_of(constants.desertion.later_from)
    return DayForPeople(
        weight=np.exp(utility - utility.max(axis=1, keepdims=True)),
        weighted_position=choice.ideal_weight * morning.position,
        joint_gain=2.0 * p.discredit * world.parties.joint_action_gain,
        cleared=clears * world.parties.stigmatised,
        inertia_factor=float(np.exp(choice.inertia)),
        reconsider=chance_of_reconsidering(
            p.reconsideration_per_day, world.exposure, salience, choice
        ),
        desert=desertion_chance(
            morning.grievance[:, 0], world.deserts & on.desertion, today.day, later_from,
            constants.desertion,
        ),
        turnover=world.turnover_per_day * on.turnover,
        entrant_cdf=data.entrant_cdf,
        act_together=chance_of_acting_together(
            morning.members[:, united], float(morning.activity[united]), acting, front
        ),
        joint_step=front.step,
        joint_fade=morning.joint_fade,
        silence=felt * (1.0 - visible),
        united_party=united,
        hidden_party=hidden_party,
        ideal_sd=choice.ideal_sd if on.dispersion else 0.0,
    )  # fmt: skip


def live(state: State, today: Today) -> None:
    """E7 to E11, E13, E14: the people live their day, and are counted in the evening."""
    world, morning, data = today.world, today.morning, today.data
    tally = live_a_day(
        state.population, world.blocks, people_meet(today), data.seed, today.day,
        parallel=data.parallel,
    )  # fmt: skip
    state.private_count = morning.private_count + tally.change
    state.public_count = state.private_count
    if tally.hidden.any():
        state.public_count = state.private_count - tally.hidden
        state.public_count[:, world.non_party] += tally.hidden.sum(axis=1)
    state.village_count = morning.village_count + by_constituency(tally.deserted, world)
    state.switches = by_constituency(tally.switches, world)
    memory = world.settings.constants.united_front.memory_days
    state.joint_fade = morning.joint_fade * (1.0 - 1.0 / memory)
    take_shares(state, world)


def take_shares(state: State, world: World) -> None:
    """Turn counts into shares, by unit and constituency; where nobody is left, shares stay."""
    inhabited = _take_shares(state, world, "private")
    if inhabited and state.public_count is state.private_count:  # nobody keeps silent
        state.public_unit_share, state.public_share = state.private_unit_share, state.private_share
    else:
        _take_shares(state, world, "public")


def _take_shares(state: State, world: World, kind: str) -> bool:
    """Take one kind of shares; tell whether somebody is left in every unit."""
    count = getattr(state, f"{kind}_count")
    inhabited = True
    levels = ((f"{kind}_unit_share", count), (f"{kind}_share", by_constituency(count, world)))
    for name, by_party in levels:
        total = by_party.sum(axis=1, keepdims=True)
        if total.all():
            setattr(state, name, by_party / total)
        else:
            inhabited = False
            shares = np.where(total > 0, by_party / np.maximum(total, 1), getattr(state, name))
            setattr(state, name, shares)
    return inhabited


def elect_delegates(state: State, today: Today) -> None:
    """E16: mandates are renewed from this morning's public shares."""
    world, morning, data = today.world, today.morning, today.data
    plan, settings = world.plan, world.settings.constants.election
    shares = elector_shares(
        morning.public_unit_share, morning.public_share, morning.mandates.count, plan,
        world.non_party, settings,
    )  # fmt: skip
    place = plan.group_constituency
    open_group = np.where(place >= 0, morning.elections_open[place], morning.elections_open.all())
    state.mandates = renew(
        morning.mandates,
        plan,
        shares,
        data.parameters.renewal_per_day if world.settings.mechanism.lag else np.inf,
        open_group,
        data.elected_on.get(today.day),
        data.seed,
        today.day,
        settings,
    )


def hold_meetings(state: State, today: Today) -> None:
    """E17, E18: dated resolution votes, on tonight's mandates."""
    world, data = today.world, today.data
    tables = world.meetings.get(today.day, ())
    if not tables:
        return
    count = state.mandates.count
    bodies = np.concatenate([delegates_by_body(count, world.plan), count]).astype(np.float64)
    bodies /= np.maximum(bodies.sum(axis=1, keepdims=True), 1.0)
    electors = np.concatenate([state.public_unit_share, state.public_share, bodies])
    for table in tables:
        today.record.meetings[table.name] = hold_meeting(
            table.meeting, table.seats, world.plan, state.mandates.allegiance, electors,
            state.position[:, 0], world.parties.zeal, table.whip, table.stance_set, table.duty,
            state.fatigue, data.parameters.responsiveness, data.seed, today.day,
            world.settings.constants.meeting,
            all_attend=not world.settings.mechanism.attendance,
        )  # fmt: skip


def hold_ballots(state: State, today: Today) -> None:
    """E19: secret ballots on tonight's private allegiances."""
    world, p = today.world, today.data.parameters
    selective = world.settings.mechanism.selective_turnout
    for name, (electorate, days) in world.ballots.items():
        if today.day in days:
            result = count_ballot(
                state.private_share, state.fatigue, electorate, world.parties.zeal,
                world.non_party, world.settings.ballot[name].fatigue_weight,
                p.demobilisation if selective else 0.0, world.settings.constants.ballot,
            )  # fmt: skip
            today.record.ballots.setdefault(name, []).append(result)


def elect_presidia(state: State, today: Today) -> None:
    """E20: dated presidia, on tonight's factions."""
    world = today.world
    for name in world.presidia.get(today.day, ()):
        presidium = world.settings.presidium[name]
        count = state.mandates.count[world.plan.chambers_named(presidium.chamber)].sum(axis=0)
        faction = np.array(
            [sum(count[world.parties.index(p)] for p in slate) for slate in
             presidium.slates.values()], dtype=np.float64,
        )  # fmt: skip
        today.record.presidia[name] = elect_presidium(faction, presidium.seats, presidium.rule)


MECHANISMS: tuple[Mechanism, ...] = (
    update_grievances,
    update_tide,
    update_membership,
    update_fatigue,
    update_credibility,
    live,
    elect_delegates,
    hold_meetings,
    hold_ballots,
    elect_presidia,
)
"""The order of a day. Events come before it, the record after it."""
