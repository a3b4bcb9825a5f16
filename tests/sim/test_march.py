"""The march on Petrograd: closed forms, known outcomes, and what follows from them."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import historical_settings
from sim.calendar_os import day_of
from sim.march import (
    Column,
    MarchSettings,
    arrive_after,
    distance_after,
    end_of_column,
    events_after_march,
    march_on,
    stop_after,
    will_at,
)

SAVAGE = Column(title="Savage Division")
HISTORICAL = MarchSettings()


def alone(column=SAVAGE, **changes):
    return MarchSettings(columns={"one": column}, **changes)


def steps(column, march, *, hours=0.01):
    """End of a column by small steps of the differential equations."""
    day, km, will = 0.0, 0.0, column.will
    dt = hours / 24
    while day < 30.0:
        if will <= march.stopping_will:
            return False, day, km
        if km >= column.distance_km:
            return True, day, km
        taken = (
            march.sabotage_factor
            * march.sabotage_per_day
            * max(0.0, day - march.sabotage_from_days)
        )
        km += column.speed_km_per_day * (1.0 - min(march.sabotage_limit, taken)) * dt
        if day >= march.agitation_from_days:
            will -= march.persuasion_per_day * column.language * march.agitation * will * dt
        day += dt
    raise AssertionError("neither arrived nor stopped")


def test_the_recorded_end_is_a_stop_before_the_capital_on_the_fifth_day():
    end = end_of_column(SAVAGE, HISTORICAL)
    assert not end.arrived
    assert end.days == pytest.approx(4.526, abs=0.001)
    assert end.distance_km == pytest.approx(405.4, abs=0.1)


def test_on_a_sound_line_the_column_arrives_on_the_third_day():
    end = end_of_column(SAVAGE, MarchSettings(sabotage_factor=0.0))
    assert end.arrived
    assert end.days == 3.0


def test_sabotage_alone_delays_the_column_to_seven_and_a_half_days():
    end = end_of_column(SAVAGE, MarchSettings(agitation=0.0))
    assert end.arrived
    assert end.days == pytest.approx(7.5)


def test_a_column_stops_when_its_will_has_fallen_to_the_threshold():
    k = HISTORICAL.persuasion_per_day * SAVAGE.language
    by_hand = HISTORICAL.agitation_from_days + math.log(SAVAGE.will / HISTORICAL.stopping_will) / k
    assert stop_after(SAVAGE, HISTORICAL) == pytest.approx(by_hand)
    assert will_at(by_hand, SAVAGE, HISTORICAL) == pytest.approx(HISTORICAL.stopping_will)


def test_a_column_with_a_shared_language_stops_earlier():
    shared = dataclasses.replace(SAVAGE, language=1.0)
    assert stop_after(shared, HISTORICAL) < stop_after(SAVAGE, HISTORICAL)


@pytest.mark.parametrize(
    ("column", "march"),
    [
        (SAVAGE, alone()),
        (SAVAGE, alone(agitation=0.0)),
        (SAVAGE, alone(sabotage_factor=0.5, agitation=0.3)),
        (dataclasses.replace(SAVAGE, language=1.0), alone(sabotage_factor=2.0)),
        (dataclasses.replace(SAVAGE, distance_km=900.0), alone(agitation=0.2)),
    ],
)
def test_the_closed_form_agrees_with_small_time_steps(column, march):
    arrived, day, km = steps(column, march)
    end = end_of_column(column, march)
    assert end.arrived == arrived
    assert end.days == pytest.approx(day, abs=0.01)
    assert end.distance_km == pytest.approx(km, abs=1.0)


@given(
    sabotage=st.floats(0.0, 3.0),
    limit=st.floats(0.0, 0.99),
    distance=st.floats(1.0, 2000.0),
    speed=st.floats(10.0, 600.0),
)
def test_the_arrival_is_when_the_distance_is_covered(sabotage, limit, distance, speed):
    column = Column(title="any", distance_km=distance, speed_km_per_day=speed)
    march = alone(sabotage_factor=sabotage, sabotage_limit=limit)
    day = arrive_after(column, march)
    assert distance_after(day, column, march) == pytest.approx(distance, rel=1e-6)


@given(more=st.floats(0.0, 3.0), less=st.floats(0.0, 3.0))
def test_more_sabotage_never_brings_a_column_nearer(more, less):
    less, more = sorted((less, more))
    near = end_of_column(SAVAGE, alone(sabotage_factor=more))
    far = end_of_column(SAVAGE, alone(sabotage_factor=less))
    assert near.distance_km <= far.distance_km + 1e-9


def test_a_line_taken_up_altogether_is_never_passed():
    march = alone(sabotage_limit=1.0, agitation=0.0)
    end = end_of_column(SAVAGE, march)
    assert not end.arrived
    assert math.isinf(end.days)
    assert end.distance_km == pytest.approx(150 * (1.5 + 0.5 / 0.45))


def test_one_column_that_arrives_decides_the_march():
    slow = dataclasses.replace(SAVAGE, speed_km_per_day=10.0)
    fast = dataclasses.replace(SAVAGE, speed_km_per_day=400.0)
    end = march_on(MarchSettings(columns={"slow": slow, "fast": fast}))
    assert end.outcome == "arrived"
    assert end.days == pytest.approx(450 / 400)


def test_the_march_has_stopped_when_its_last_column_has():
    assert march_on(HISTORICAL).days == stop_after(SAVAGE, HISTORICAL)


def events(march, **changes):
    listed = historical_settings().event
    for name, change in changes.items():
        listed = {**listed, name: dataclasses.replace(listed[name], **change)}
    return events_after_march(listed, march)


def test_a_march_that_stops_lets_the_prisoners_be_released():
    after = events(HISTORICAL)
    assert "release_of_prisoners" in after
    assert "capital_occupied" not in after


def test_a_march_that_arrives_occupies_the_capital_and_releases_nobody():
    after = events(MarchSettings(sabotage_factor=0.0))
    assert "release_of_prisoners" not in after
    assert after["capital_occupied"].days.start == day_of("1917-08-28")


def test_what_follows_an_arrival_waits_for_it():
    after = events(MarchSettings(agitation=0.0))
    assert after["capital_occupied"].days.start == day_of("1917-09-01")
    assert len(after["capital_occupied"].days) == 60


def test_an_earlier_revolt_brings_the_columns_earlier():
    after = events(MarchSettings(sabotage_factor=0.0), kornilov={"shift_days": -10})
    assert after["capital_occupied"].days.start == day_of("1917-08-18")


def test_without_a_revolt_the_march_has_no_outcome():
    after = events(MarchSettings(sabotage_factor=0.0), kornilov={"enabled": False})
    assert not {"capital_occupied", "release_of_prisoners"} & set(after)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Column(title="x", distance_km=0.0), r"march.columns.distance_km must lie in \(0"),
        (lambda: MarchSettings(sabotage_limit=1.1), r"march.sabotage_limit must lie in \[0, 1\]"),
        (lambda: MarchSettings(columns={}), "march.columns is empty. To have no march, switch"),
        (lambda: events(MarchSettings(event="kornilow")), "march.event names no event: 'kornilow'"),
    ],
)
def test_refuses_a_march_that_means_nothing(make, message):
    with pytest.raises(ValueError, match=message):
        make()
