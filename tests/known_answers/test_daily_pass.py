"""The daily pass over the people, with chances of zero and one, so that nothing is left to luck."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.day import Today, people_meet
from sim.population import live_a_day
from tests.sim.worlds import constituency, seven, small_settings

BO, ME, LSR = 6, 4, 3
PARTY_BY_PLACE = {"here": ME, "there": BO, "yonder": LSR}


def people_of_three_places(agents=60):
    """A model of three places with two units each, on its first morning."""
    settings = small_settings(seven(), agents=agents)
    places = {
        name: constituency(seven(), agents=agents, units=2, place=name) for name in PARTY_BY_PLACE
    }
    settings = replace(
        settings,
        place=replace(settings.place, constituencies=places),
        institution={},
    )
    return sim.RevolutionModel(settings, seed=5)


def after_a_day(model, **changed):
    """Tally of a day of which some inputs are changed and nothing else happens."""
    today = Today(0, model.state.this_morning(), model.world, model.data, model.record)
    n_c, n_u = 3, model.world.layout.n_units
    quiet = replace(
        people_meet(today),
        reconsider=np.zeros(n_c),
        desert=np.zeros(n_c),
        turnover=np.zeros(n_c),
        act_together=np.zeros(n_u),
        silence=np.zeros(n_u),
        joint_fade=0.5,
    )
    meet = replace(quiet, **changed)
    return live_a_day(model.state.population, model.world.blocks, meet, 5, 0, parallel=False)


def certain(parties):
    """Chances of which one party of each place is certain, cumulated."""
    return np.cumsum(np.eye(7)[list(parties)], axis=1)


def place_of(model):
    """Place of each person."""
    return np.repeat(np.arange(3), np.diff(model.world.layout.agent_start))


def test_on_a_quiet_day_nothing_happens():
    model = people_of_three_places()
    before = [a.copy() for a in vars(model.state.population).values()]
    tally = after_a_day(model)
    assert not any(part.any() for part in vars(tally).values())
    for one, other in zip(before, vars(model.state.population).values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_newcomers_have_the_allegiances_of_their_place_and_no_past():
    model = people_of_three_places()
    people = model.state.population
    people.joint[:] = 0.4
    ideal, fear = people.ideal.copy(), people.fear.copy()
    before = people.allegiance.copy()
    tally = after_a_day(
        model,
        turnover=np.array([1.0, 1.0, 0.0]),
        entrant_cdf=certain(PARTY_BY_PLACE.values()),
        reconsider=np.ones(3),
        weight=np.tile(np.eye(7)[0], (6, 1)),  # whoever reconsiders loses the party
        act_together=np.ones(6),
    )
    place = place_of(model)
    assert (people.allegiance[place == 0] == ME).all()
    assert (people.allegiance[place == 1] == BO).all()
    assert (people.allegiance[place == 2] == 0).all()
    new = place < 2
    np.testing.assert_array_equal(people.entry_day, np.where(new, 0, -1))
    assert (people.joint[new] == 0).all()
    assert (people.ideal[new] == 0).all(), "people alike have no ideal points, newcomers neither"
    assert (people.fear[new] != fear[new]).all()
    assert (people.fear[~new] == fear[~new]).all()
    np.testing.assert_array_equal(people.ideal[~new], ideal[~new])
    expected = np.bincount(people.allegiance[new], minlength=7) - np.bincount(
        before[new], minlength=7
    )
    np.testing.assert_array_equal(tally.change[:4].sum(axis=0), expected)
    assert tally.switches[:4].sum() == 0, "coming and going is no change of allegiance"


def test_newcomers_differ_in_their_ideal_points_where_people_do():
    model = people_of_three_places()
    after_a_day(model, turnover=np.ones(3), ideal_sd=0.5)
    x = model.state.population.ideal
    assert len(np.unique(x[:, 0])) == len(x)
    assert 0.3 < x.std() < 0.7


def test_members_of_the_mobilised_party_are_not_moved_by_themselves():
    model = people_of_three_places()
    people = model.state.population
    tally = after_a_day(model, act_together=np.array([1.0, 1.0, 0, 0, 0, 0]), joint_step=0.25)
    here = place_of(model) == 0
    acted = here & (people.allegiance != BO)
    assert (here & (people.allegiance == BO)).any()
    # An exposure of .25 today is stored as what it would have been worth on the first day.
    np.testing.assert_array_equal(people.joint, np.where(acted, 0.25 / 0.5, 0.0))
    assert not tally.change.any()


def test_exposure_adds_up_to_one_at_most():
    model = people_of_three_places()
    people = model.state.population
    people.joint[:] = 1.6  # worth .8 today
    after_a_day(model, act_together=np.ones(6), joint_step=0.5)
    np.testing.assert_array_equal(people.joint[people.allegiance != BO], 2.0)
    np.testing.assert_allclose(people.joint[people.allegiance == BO], 1.6, rtol=1e-6)


def test_deserters_keep_their_allegiance_and_do_nothing_more():
    model = people_of_three_places()
    people, place = model.state.population, place_of(model)
    before = people.allegiance.copy()
    tally = after_a_day(
        model, desert=np.array([0.0, 1.0, 0.0]), reconsider=np.ones(3), act_together=np.ones(6),
        weight=np.tile(np.eye(7)[0], (6, 1)),
    )  # fmt: skip
    np.testing.assert_array_equal(people.present, place != 1)
    np.testing.assert_array_equal(people.allegiance, np.where(place == 1, before, 0))
    assert (people.joint[place == 1] == 0).all()
    gone = np.bincount(before[place == 1], minlength=7)
    np.testing.assert_array_equal(tally.deserted[2:4].sum(axis=0), gone)
    np.testing.assert_array_equal(tally.change[2:4].sum(axis=0), -gone)
    again = after_a_day(model, desert=np.ones(3), turnover=np.array([0.0, 1.0, 0.0]))
    assert again.deserted[2:4].sum() == 0
    assert (people.entry_day == -1).all()


@pytest.mark.parametrize(("exposure", "gained"), [(0.0, False), (0.02, True), (2.0, True)])
def test_only_who_acted_together_gains_and_is_cleared(exposure, gained):
    # Equal weights but for a certain loss of the Bolsheviks, which is returned to the exposed.
    model = people_of_three_places()
    model.state.population.joint[:] = exposure
    weight = np.ones((6, 7))
    weight[:, BO] = np.exp(-60.0)
    after_a_day(
        model,
        reconsider=np.ones(3),
        weight=weight,
        inertia_factor=1.0,
        cleared=120.0 * np.eye(7)[BO],
        joint_gain=np.zeros(7),
    )
    assert (model.state.population.allegiance == BO).all() == gained
    assert (model.state.population.allegiance == BO).any() == gained


@pytest.mark.parametrize(("exposure", "party"), [(2.0, LSR), (1.0, ME)])
def test_the_gain_is_in_proportion_to_the_present_worth_of_exposure(exposure, party):
    # At a worth of 1 (stored as 2) LSR wins by 80 - 60, at a worth of 1/2 it loses by 60 - 40.
    model = people_of_three_places()
    model.state.population.joint[:] = exposure
    weight = np.zeros((6, 7))
    weight[:, ME], weight[:, LSR] = 1.0, np.exp(-60.0)
    after_a_day(
        model,
        reconsider=np.ones(3),
        weight=weight,
        inertia_factor=1.0,
        cleared=np.zeros(7),
        joint_gain=80.0 * np.eye(7)[LSR],
    )
    assert (model.state.population.allegiance == party).all()


def test_inertia_speaks_for_the_party_one_has():
    model = people_of_three_places()
    before = model.state.population.allegiance.copy()
    tally = after_a_day(
        model, reconsider=np.ones(3), weight=np.ones((6, 7)), inertia_factor=np.exp(60.0)
    )
    np.testing.assert_array_equal(model.state.population.allegiance, before)
    assert tally.switches.sum() == 0


def test_ideal_points_speak_for_the_party_that_is_near():
    model = people_of_three_places()
    people = model.state.population
    people.ideal[:] = np.where(np.arange(len(people.ideal))[:, None] % 2, 1.0, -1.0)
    position = np.zeros((7, 2))
    position[BO], position[ME] = (40.0, 40.0), (-40.0, -40.0)
    after_a_day(
        model, reconsider=np.ones(3), weight=np.ones((6, 7)), weighted_position=position,
        inertia_factor=1.0,
    )  # fmt: skip
    expected = np.where(np.arange(len(people.ideal)) % 2, BO, ME)
    np.testing.assert_array_equal(people.allegiance, expected)


def test_switches_say_who_went_where():
    model = people_of_three_places()
    before = model.state.population.allegiance.copy()
    weight = np.tile(np.eye(7)[BO], (6, 1))
    tally = after_a_day(model, reconsider=np.array([0.0, 1.0, 0.0]), weight=weight)
    gone = np.bincount(before[place_of(model) == 1], minlength=7)
    gone[BO] = 0
    np.testing.assert_array_equal(tally.switches[2:4].sum(axis=0)[:, BO], gone)
    assert tally.switches.sum() == gone.sum()


def test_only_followers_of_the_repressed_party_who_fear_enough_and_are_there_keep_silent():
    model = people_of_three_places()
    people = model.state.population
    people.fear[:] = np.tile([0.2, 0.4, 0.8], len(people.fear) // 3)
    people.present[:10] = False
    silence = np.array([0.0, 0.0, 0.5, 0.5, 0.4, 0.4])
    tally = after_a_day(model, silence=silence)
    place = place_of(model)
    level = np.array([0.0, 0.5, 0.4])[place]
    silent = (level > people.fear.astype(float) + 1e-7) & (people.allegiance == BO) & people.present
    assert silent.any()
    assert tally.hidden[:, BO].sum() == silent.sum()
    assert tally.hidden.sum() == silent.sum()
    assert tally.hidden[:2].sum() == 0
