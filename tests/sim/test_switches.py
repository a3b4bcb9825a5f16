"""Each mechanism switched off stops what it does, and only from when it would have acted."""

from dataclasses import fields

import numpy as np
import pytest

from sim.calendar_os import day_of
from sim.mechanism import Mechanisms
from sim.parameters import Parameters
from tests.sim.worlds import ARRAYS, change, fingerprint, run_model, tiny, tiny_world, without

SWITCHES = [f.name for f in fields(Mechanisms)]
BO = 6


@pytest.fixture(scope="module")
def whole():
    """The run with everything on."""
    return run_model(world=tiny_world(), seed=2).record


@pytest.fixture(scope="module")
def runs():
    """The runs with one mechanism off each."""
    return {
        name: run_model(change(tiny(), "mechanism", **{name: False}), seed=2) for name in SWITCHES
    }


@pytest.mark.parametrize("name", SWITCHES)
def test_every_mechanism_does_something(whole, runs, name):
    assert fingerprint(runs[name].record) != fingerprint(whole)


FIRST_DAYS = {
    "credibility": "1917-04-20",
    "joint_action": "1917-08-25",
    "stigma": "1917-07-05",
    "repression": "1917-07-06",
    "fear": "1917-07-06",
    "salience": "1917-04-20",
}


@pytest.mark.parametrize(("name", "date"), FIRST_DAYS.items())
def test_a_mechanism_that_events_start_does_nothing_before_them(whole, runs, name, date):
    record, first = runs[name].record, day_of(date)
    for array in ARRAYS:
        np.testing.assert_array_equal(
            getattr(record, array)[:first], getattr(whole, array)[:first], err_msg=array
        )
    held = {k: v for k, v in whole.meetings.items() if day_of(tiny().meeting[k].date) < first}
    for key, result in held.items():
        np.testing.assert_array_equal(record.meetings[key].expected, result.expected)


@pytest.mark.parametrize("name", ["attendance", "selective_turnout"])
def test_what_acts_in_the_hall_or_at_the_ballot_moves_nobody_outside(whole, runs, name):
    for array in ARRAYS:
        np.testing.assert_array_equal(getattr(runs[name].record, array), getattr(whole, array))


def test_without_fear_everybody_shows_an_allegiance(whole, runs):
    record = runs["fear"].record
    np.testing.assert_array_equal(record.public_count, record.private_count)
    assert (whole.public_count != whole.private_count).any()


def test_without_turnover_nobody_enters(runs):
    assert (runs["turnover"].state.population.entry_day == -1).all()
    assert (runs["fear"].state.population.entry_day >= 0).any()


def test_without_desertion_the_villages_stay_empty(whole, runs):
    assert runs["desertion"].record.village_count.sum() == 0
    assert whole.village_count[-1].sum() > 0


def test_without_dispersion_people_are_alike(runs):
    assert (runs["dispersion"].state.population.ideal == 0).all()


def test_without_joint_action_nobody_was_exposed(runs):
    assert (runs["joint_action"].state.population.joint == 0).all()
    assert (runs["fear"].state.population.joint > 0).any()


def test_without_credibility_no_party_has_a_standing(runs):
    assert (runs["credibility"].record.credibility == 0).all()


def test_without_fatigue_nobody_tires_except_by_events(whole, runs):
    record = runs["fatigue"].record
    assert (record.fatigue[: day_of("1917-09-14")] == 0).all()
    assert (whole.fatigue[10] > 0).all()


def test_without_membership_members_change_only_by_transfer(runs):
    members = runs["membership"].record.members
    first = day_of("1917-07-26")
    np.testing.assert_array_equal(members[first - 1], members[0])
    np.testing.assert_allclose(members.sum(axis=2), members.sum(axis=2)[0][None].repeat(262, 0))


def test_without_lag_bodies_are_renewed_every_day(runs):
    plan, since = runs["lag"].world.plan, runs["lag"].state.mandates.since
    renewed = plan.group_renewal[plan.group] > 0
    assert (since[renewed] == 261).all()
    assert (since[~renewed] < 261).all()


def test_without_attendance_all_vote(runs):
    for name, result in runs["attendance"].record.meetings.items():
        chambers = tiny().meeting[name].chambers
        plan = runs["attendance"].world.plan
        seats = np.isin(plan.chamber, [plan.chambers.index(c) for c in chambers]).sum()
        assert result.present == seats


def test_without_selective_turnout_only_the_non_party_stays_away(runs):
    for results in runs["selective_turnout"].record.ballots.values():
        for result in results:
            assert 0.6 < result.turnout < 1.0
            non_party = result.shares[0] * result.turnout / 0.14
            assert result.turnout == pytest.approx(1.0 - non_party * 0.86)


def test_grievances_that_do_not_grow_move_nobody_who_cannot_desert():
    # Desertion reads the grievance over peace too, so it is off in both.
    still = change(tiny(), "mechanism", grievance=False, desertion=False)
    weightless = change(tiny(), "mechanism", desertion=False)
    one = run_model(still, seed=2)
    two = run_model(weightless, seed=2, parameters=Parameters(grievance_weight=0.0))
    np.testing.assert_array_equal(one.record.private_count, two.record.private_count)
    assert np.ptp(one.record.grievance[: day_of("1917-06-18")]) == pytest.approx(0.05)
    assert np.ptp(two.record.grievance[: day_of("1917-06-18")]) > 0.3


OFF_BY_WEIGHT = {
    "social_influence": "social_influence",
    "contact": "contact_weight",
    "repression": "repression_weight",
}


@pytest.mark.parametrize(("name", "parameter"), OFF_BY_WEIGHT.items())
def test_a_mechanism_off_is_a_mechanism_of_no_weight(runs, name, parameter):
    weightless = run_model(world=tiny_world(), seed=2, parameters=Parameters(**{parameter: 0.0}))
    off = runs[name].record
    np.testing.assert_array_equal(off.private_count, weightless.record.private_count)
    np.testing.assert_array_equal(off.seats, weightless.record.seats)


def test_all_mechanisms_off_leave_people_at_rest():
    names = [n for n in SWITCHES if n != "lag"]
    model = run_model(change(tiny(), "mechanism", **dict.fromkeys(names, False)), seed=2)
    counts = model.record.private_count.astype(float)
    n = counts.sum(axis=2, keepdims=True)
    p = model.world.initial_mean[None]
    # After 20 days and later every share is within 6 sd of where it began.
    assert (np.abs(counts / n - p) < 6 * np.sqrt(p * (1 - p) / n) + 1 / n).all()
    assert model.record.switches.sum() > 0


def test_switches_are_all_on_in_history():
    assert tiny().mechanism == Mechanisms() == without()
