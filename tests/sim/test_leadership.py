"""The leadership module: its fixed point, its date, and that it changes nothing else."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import RevolutionModel, historical_settings
from sim.calendar_os import day_of
from sim.leadership import (
    LeadershipSettings,
    chance_of_favour,
    compare_divisions,
    exchange,
    first_stances,
    influence,
    lead,
    opportunity,
    settled,
)
from sim.place import Size

USUAL = LeadershipSettings()


@pytest.fixture(scope="module")
def model():
    settings = dataclasses.replace(
        historical_settings(), size=Size(agents_factor=0.05), leadership=enabled()
    )
    model = RevolutionModel(settings, seed=2)
    model.run()
    return model


def enabled(**changes):
    return LeadershipSettings(enabled=True, **changes)


@given(weight=st.floats(0.1, 20.0), openness=st.floats(0.0, 0.95))
def test_repeated_exchange_settles_at_the_fixed_point(weight, openness):
    anchor = first_stances(USUAL, seed=1)
    weights = influence(len(anchor), weight)
    stance = anchor
    for _ in range(600):
        stance = exchange(stance, anchor, weights, openness)
    np.testing.assert_allclose(stance, settled(anchor, weights, openness), atol=1e-9)


def test_two_members_by_hand():
    # x = W x / 2 + a / 2 with W = [[.5, .5], [.5, .5]] and a = [1, 0]: x = [.75, .25]
    np.testing.assert_allclose(settled(np.array([1.0, 0.0]), influence(2, 1.0), 0.5), [0.75, 0.25])


def test_a_closed_committee_keeps_its_anchors():
    anchor = np.array([0.9, 0.1, 0.4])
    np.testing.assert_array_equal(settled(anchor, influence(3, 6.0), 0.0), anchor)


def test_the_heavier_word_draws_all_towards_it():
    anchor = first_stances(USUAL, seed=1)
    light, heavy = (settled(anchor, influence(21, w), 0.5) for w in (1.0, 6.0))
    assert (heavy > light).all()


@pytest.mark.statistical
def test_unnamed_stances_have_the_stated_mean_and_spread():
    # 2,000 committees, 18 draws each: standard error .001; ten of them allowed.
    drawn = np.concatenate([first_stances(USUAL, seed)[3:] for seed in range(2000)])
    assert drawn.mean() == pytest.approx(0.45, abs=0.01)
    assert drawn.std() == pytest.approx(0.2, abs=0.01)


def test_the_module_changes_nothing_else(model):
    settings = dataclasses.replace(model.world.settings, leadership=LeadershipSettings())
    plain = RevolutionModel(settings, seed=2).run()
    np.testing.assert_array_equal(plain.private_count, model.record.private_count)
    np.testing.assert_array_equal(plain.seats, model.record.seats)
    assert plain.leadership is None


def test_the_insurrection_follows_the_first_majority_by_the_time_of_preparation(model):
    course = model.record.leadership
    majority = course.meeting_days[2 * course.in_favour > 21]
    assert course.decision_day == majority[0]
    assert course.insurrection_day >= course.decision_day + 14
    assert course.shift_days == course.insurrection_day - day_of("1917-10-25")


def test_a_garrison_that_never_inclines_sets_no_date(model):
    course = read(model, gate_share=1.0)
    assert course.decision_day is not None
    assert course.insurrection_day is None
    assert course.shift_days is None


def test_members_who_gain_nothing_from_the_mood_decide_later_or_never(model):
    moved, unmoved = read(model, mood_gain=2.0), read(model, mood_gain=-2.0)
    assert unmoved.in_favour[-1] < moved.in_favour[-1]


def read(model, **changes):
    return lead(model.record, model.world.parties.left, enabled(**changes), seed=2)


def test_extra_meetings_take_place_on_the_days_of_presence(model):
    days = set(model.record.leadership.meeting_days)
    assert {day_of("1917-10-10"), day_of("1917-10-16")} <= days


def test_the_opportunity_shrinks_as_the_other_side_prepares():
    flat = np.full(262, 0.5)
    chance = opportunity(flat, flat, np.zeros(262))
    assert chance[day_of("1917-09-30")] == 0.5
    assert chance[day_of("1917-10-25")] == pytest.approx(1 / (1 + np.exp(0.24)))


def test_recorded_divisions_are_compared_on_those_who_took_sides(model):
    checks = compare_divisions(model.record.leadership, enabled())
    assert checks["october_16"].recorded == pytest.approx(19 / 21)
    assert checks["september_fraction"].recorded == pytest.approx(50 / 127)
    assert all(0.0 <= c.low <= c.expected <= c.high <= 1.0 for c in checks.values())


def test_a_stance_of_one_half_is_a_coin():
    assert chance_of_favour(np.array([0.5]), USUAL)[0] == 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"openness": 1.0}, r"leadership.openness must lie in \[0, 0.999\], got 1.0"),
        ({"named_stances": {}}, "names 0 of 21 members"),
        ({"first_meeting": "1918-01-05"}, "leadership dates must lie between 1917-03-01"),
        ({"sd_stance": 0.6}, "square must stay below"),
        ({"preparation_days": -1}, "must not be negative"),
    ],
)
def test_refuses_a_committee_that_could_not_meet(changes, message):
    with pytest.raises(ValueError, match=message):
        LeadershipSettings(**changes)
