"""Levels of a run, recomputed from its own record: tide, members, grievances, fatigue, shares."""

import numpy as np
import pytest
from scipy.special import expit

import sim
from sim.calendar_os import day_of
from sim.day import Today, utility_of_units
from sim.event import Effect, Event
from tests.sim.worlds import run_model, seven, small_settings, still, tiny_world

BO = 6
LEFT = [3, 5, 6]  # LSR, MI, BO
MARCH_11 = ("1917-03-11", "1917-03-11")


@pytest.fixture(scope="module")
def history():
    """The historical run."""
    return run_model(world=tiny_world(), seed=8)


def mornings(record, counts):
    """Shares of every morning, from counts of the evenings."""
    held = np.concatenate([record.initial_count[None], counts[:-1]]).astype(float)
    return held / held.sum(axis=2, keepdims=True)


def test_the_tide_is_the_growth_of_the_left_in_fourteen_days(history):
    record = history.record
    left = mornings(record, record.private_count)[:, :, LEFT].sum(axis=2)
    before = np.concatenate([np.repeat(left[:1], 14, axis=0), left[:-14]])
    np.testing.assert_allclose(record.tide, expit(40.0 * (left - before - 0.02)), rtol=1e-9)


def repressed():
    """One factory under lasting repression, so that many keep silent."""
    event = Event(
        "Repression", MARCH_11, "It began.", "A test.", effects=(Effect("repression", 0.8, "set"),)
    )  # fmt: skip
    settings = small_settings(
        seven((0.14, 0.02, 0.2, 0.03, 0.2, 0.05, 0.36)),
        on=("fear", "membership", "turnover", "social_influence", "repression"),
        agents=2000,
        event={"repression": event},
    )
    model = sim.RevolutionModel(settings, seed=3)
    model.run(80)
    return model


def test_members_follow_the_supporters_that_the_party_has_and_not_those_who_say_so():
    record = repressed().record
    assert (record.public_count[79] != record.private_count[79]).any()
    shares = mornings(record, record.private_count[:80])[:, 0]
    tide = np.concatenate([[0.5], record.tide[:79, 0]])
    members = 0.6 * 100.0 * shares[0] / 9.0
    for day in range(80):
        supporters = 100.0 * shares[day]
        joining = 0.03 / 8.0 * (0.5 + tide[day]) * (supporters - members)
        members = np.minimum(members + joining - 0.03 * members, 0.5 * supporters)
        np.testing.assert_allclose(record.members[day, 0], members * 20.0, rtol=1e-9)


def test_grievances_and_fatigue_grow_as_their_recursions_say(history):
    record = history.record
    days = np.arange(1, day_of("1917-06-18") + 1)
    for g, (start, q) in enumerate(
        zip((0.15, 0.15, 0.1, 0.1), (0.0040, 0.0045, 0.0035, 0.0035), strict=True)
    ):
        expected = 1.0 - (1.0 - start) * (1.0 - q) ** days
        np.testing.assert_allclose(record.grievance[: len(days), 0, g], expected)
    tired = 1.0 - (1.0 - 0.002) ** days
    np.testing.assert_allclose(record.fatigue[: len(days)], tired[:, None].repeat(16, axis=1))


def test_slander_halves_in_forty_days_from_5_july():
    model = run_model(world=tiny_world(), seed=8, until=day_of("1917-07-05"))
    assert model.state.stigma == 0.0
    for days in range(1, 60):
        model.step()
        # The evening after so many days; the morning of 5 July has 1.
        assert model.state.stigma == pytest.approx(2.0 ** (-days / 40.0))


def utility_today(model):
    """Utility that the units share on the coming morning."""
    return utility_of_units(
        Today(model.day, model.state.this_morning(), model.world, model.data, model.record)
    )


def test_the_shared_utility_by_hand():
    model = run_model(world=tiny_world(), seed=8, until=day_of("1917-09-02"))
    world, state, data, p = model.world, model.state, model.data, model.data.parameters
    utility = utility_today(model)
    for u in (0, 61, 85, 100, world.layout.n_units - 1):  # the third of citizens
        c = world.layout.constituency_of_unit[u]
        place = list(world.settings.place.constituencies.values())[c]
        sector = world.settings.place.sectors[place.sector]
        salience = np.array([sector.peace, sector.bread, sector.land, sector.order])
        grown = state.grievance[c] - [0.15, 0.15, 0.1, 0.1]
        for k, party in enumerate(world.parties.ids):
            settings = world.settings.party[party]
            office = 0.4 * state.government[k] * np.array([1.0, 1.0, 1.0, 0.0])
            stance = np.array([settings.peace, settings.bread, settings.land, settings.order])
            visible = 0.7 * (state.public_unit_share[u, k] - data.initial_unit_share[u, k])
            visible += 0.3 * (state.public_share[c, k] - data.initial_share[c, k])
            first = 0.6 * 100.0 * data.initial_unit_share[u, k] / (place.supporters_per_member + 1)
            reach = place.agitator_reach * place.shared_language
            met = state.activity[k] * (1.0 - np.exp(-state.members[u, k] / 1.5))
            met -= settings.activity * (1.0 - np.exp(-first / 1.5))
            repressed = state.repression[c] * place.event_exposure
            push = -p.stigma_weight * state.stigma
            push += p.repression_weight * repressed * (2.0 * state.tide[c] - 1.0)
            expected = (
                data.intercepts[c, k]
                + p.grievance_weight * (salience * grown) @ (stance - office)
                + state.credibility[c, k]
                + p.social_influence * visible
                + p.contact_weight * reach * met
                + push * (party == "BO")
            )
            assert utility[u, k] == pytest.approx(expected, abs=1e-9)


def test_on_the_first_morning_only_the_intercepts_speak():
    model = sim.RevolutionModel(world=tiny_world(), seed=8)
    np.testing.assert_allclose(
        utility_today(model), model.data.intercepts[model.world.layout.constituency_of_unit]
    )


def test_joint_action_reaches_a_unit_by_its_members_and_the_exposure_of_its_place():
    # min(x, 1) (1 - exp(-.5 * .5 * activity * members)): Petrograd's garrison has x = 1.2.
    from sim.day import people_meet

    model = run_model(world=tiny_world(), seed=8, until=day_of("1917-08-24"))
    model.state.joint_action = np.ones(16)
    today = Today(model.day, model.state.this_morning(), model.world, model.data, model.record)
    meet = people_meet(today)
    exposure = np.minimum(model.world.exposure, 1.0)[model.world.layout.constituency_of_unit]
    mobilised = 0.5 * model.state.activity[BO] * model.state.members[:, BO]
    np.testing.assert_allclose(meet.act_together, exposure * -np.expm1(-0.5 * mobilised))


def test_desertion_is_four_times_as_frequent_from_1_september():
    from sim.day import people_meet

    model = run_model(world=tiny_world(), seed=8, until=day_of("1917-08-31"))
    for factor in (1.0, 4.0):
        today = Today(model.day, model.state.this_morning(), model.world, model.data, model.record)
        expected = 0.0003 * factor * model.state.grievance[:, 0] * model.world.deserts
        np.testing.assert_allclose(people_meet(today).desert, expected)
        assert (expected > 0).sum() == 4
        model.step()


def test_a_seat_of_a_congress_is_filled_on_one_of_the_days_of_its_window(history):
    plan, since = history.world.plan, history.state.mandates.since
    seats = plan.chamber == plan.chamber_index("congress_june")
    days = np.bincount(since[seats] - day_of("1917-05-14"), minlength=21)
    assert len(days) == 21
    # 777 seats over 21 days: 37 a day; 5.5 sd.
    assert (np.abs(days - 37.0) < 5.5 * np.sqrt(37.0)).all()


def test_nobody_moves_where_nobody_reconsiders():
    settings = small_settings(seven(), on=("social_influence", "membership"))
    model = run_model(settings, parameters=still(reconsideration_per_day=0.0), until=40)
    assert model.record.switches.sum() == 0
    np.testing.assert_array_equal(model.record.private_count[39], model.record.initial_count)
