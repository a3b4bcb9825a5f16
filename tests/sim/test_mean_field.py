"""The recursion conserves people and seats, and rests where choice rests."""

from dataclasses import replace

import numpy as np
import pytest

from sim.allegiance import resting_shares
from sim.calendar_os import N_DAYS
from sim.historical import historical_settings
from sim.mean_field import chance_of_silence, mean_field_record, reconsider
from sim.mechanism import Mechanisms
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.place import Size
from sim.population import DayForPeople
from sim.world import build_world


@pytest.fixture(scope="module")
def settings():
    return replace(historical_settings(), size=Size(agents_factor=0.05))


@pytest.fixture(scope="module")
def record(settings):
    return mean_field_record(build_world(settings))


def test_nobody_is_lost_between_the_towns_and_the_villages(record):
    there = record.private_count.sum(axis=2) + record.village_count.sum(axis=2)
    np.testing.assert_allclose(
        there, np.broadcast_to(record.initial_count.sum(axis=1), there.shape), rtol=1e-12
    )
    np.testing.assert_allclose(
        record.public_count.sum(axis=2), record.private_count.sum(axis=2), rtol=1e-12
    )
    assert record.village_count[-1].sum() > 0.0


def test_flows_between_parties_with_turnover_and_desertion_make_up_the_change(settings):
    quiet = replace(settings.mechanism, turnover=False, desertion=False)
    record = mean_field_record(build_world(replace(settings, mechanism=quiet)))
    net = record.switches.sum(axis=2) - record.switches.sum(axis=3)
    np.testing.assert_allclose(np.diff(record.private_count, axis=0), net[1:], atol=1e-9)


def test_the_number_of_delegates_is_that_of_the_agent_model_every_day(settings, record):
    agents = RevolutionModel(settings, seed=1).run()
    differing = np.abs(record.seats.sum(axis=2) - agents.seats.sum(axis=2)) > 1e-9
    # A drawn election fills a chamber over some days; its expectation does so evenly.
    growing = np.diff(agents.seats.sum(axis=2), axis=0, prepend=0) != 0
    near = np.zeros_like(growing)
    for day, chamber in np.argwhere(growing):
        near[max(day - 30, 0) : day + 30, chamber] = True
    assert not (differing & ~near).any()
    assert (record.seats >= -1e-9).all()


def test_meetings_ballots_and_presidia_are_those_of_the_agent_model(settings, record):
    agents = RevolutionModel(settings, seed=1).run()
    assert list(record.meetings) == list(agents.meetings)
    assert list(record.ballots) == list(agents.ballots)
    for name, results in agents.ballots.items():
        assert len(record.ballots[name]) == len(results)
    for name, seats in agents.presidia.items():
        assert record.presidia[name].sum() == seats.sum()
    for result in record.meetings.values():
        assert result.expected.sum() == pytest.approx(1.0)
        assert result.drawn.sum() == round(result.expected_votes)


def test_one_unit_stands_for_all_of_a_constituency(settings, record):
    """Seats of one unit or of sixty are sent by the same people."""
    places = settings.place.constituencies
    merged = {name: replace(place, units=1) for name, place in places.items()}
    bodies = {
        name: body
        for name, body in settings.institution.items()
        if all(chamber.seats_per_unit is None for chamber in body.chambers.values())
    }
    left_out = set(settings.institution) - set(bodies)
    bodies = {
        name: body
        for name, body in bodies.items()
        if not any(base in left_out for c in body.chambers.values() for base in c.base)
    }
    other = replace(
        settings,
        place=replace(settings.place, constituencies=merged),
        institution=bodies,
        size=Size(),
    )
    alone = mean_field_record(build_world(other))
    for name in places:
        np.testing.assert_allclose(alone.shares(name), record.shares(name), atol=1e-9)
    np.testing.assert_allclose(
        alone.seat_shares("petrograd_soviet"), record.seat_shares("petrograd_soviet"), atol=1e-9
    )


def test_without_any_mechanism_the_initial_shares_are_at_rest(settings):
    still = Mechanisms(**dict.fromkeys(Mechanisms().__dataclass_fields__, False))
    shares = np.array([0.1, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2])
    world = build_world(replace(settings, mechanism=still))
    initial = np.tile(shares, (len(world.layout.ids), 1))
    record = mean_field_record(world, Parameters(reconsideration_per_day=0.2), initial)
    for name in world.layout.ids:
        np.testing.assert_allclose(record.shares(name)[-1], shares, atol=3e-6)


def test_constant_utilities_lead_to_the_closed_form_from_anywhere():
    """V3: where people come to rest does not depend on where they began."""
    utility = np.array([[0.0, 0.5, -0.5, 1.0, 0.2, -1.0, 0.7]])
    zero = np.zeros(7)
    meet = DayForPeople(
        weight=np.exp(utility), weighted_position=np.zeros((7, 2)), joint_gain=zero,
        cleared=zero, inertia_factor=np.e, reconsider=np.array([0.3]), desert=np.zeros(1),
        turnover=np.zeros(1), entrant_cdf=np.ones((1, 7)), act_together=np.zeros(1),
        joint_step=0.0, joint_fade=1.0, silence=np.zeros(1), united_party=6,
        hidden_party=np.zeros(7, dtype=bool), ideal_sd=0.0,
    )  # fmt: skip
    mass = np.zeros((1, 1, 7))
    mass[0, 0, 2] = 1.0
    for _ in range(400):
        mass, flows = reconsider(mass, np.zeros((1, 1)), meet, np.zeros(1, dtype=np.int64))
    np.testing.assert_allclose(mass[0, 0], resting_shares(utility[0], 1.0), atol=1e-12)
    np.testing.assert_allclose(flows[0].sum(axis=0), flows[0].sum(axis=1), atol=1e-12)


def test_fear_is_distributed_as_the_thresholds_of_people_are(settings):
    people = RevolutionModel(settings, seed=3).state.population.fear
    for level in (0.1, 0.4, 0.8):
        share = (people < level).mean()
        # 1,534 people: four standard deviations are at most .05.
        assert chance_of_silence(np.array([level]))[0] == pytest.approx(share, abs=0.05)


def test_the_whole_period_is_recorded(record):
    assert record.n_recorded == N_DAYS
    assert np.isfinite(record.members).all()
