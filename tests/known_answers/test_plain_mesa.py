"""The array model and the plain one, an object for each person, agree in every particular."""

from dataclasses import fields, replace

import numpy as np
import pytest

from experiments.plain_mesa import PlainModel
from sim.calendar_os import N_DAYS
from sim.credibility import CredibilitySettings
from sim.historical import historical_settings
from sim.institution import VACANT
from sim.mechanism import Mechanisms
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.place import Size
from tests.known_answers.short_year import N_DAYS_OF_IT, short_year

LIVELY = Parameters(reconsideration_per_day=0.1, renewal_per_day=1 / 20, social_influence=1.5)
SWITCHES = [item.name for item in fields(Mechanisms)]


def pair(settings, seed=0, parameters=LIVELY):
    return RevolutionModel(settings, parameters, seed), PlainModel(settings, parameters, seed)


def differences(array, plain):
    """Name everything in which the two models differ tonight."""
    state, people = array.state, plain.people
    present = np.array([person.present for person in people])
    exact = {
        "allegiance": ([person.allegiance for person in people], state.population.allegiance),
        "presence": (present, state.population.present),
        "villages": ([place.villages for place in plain.places], state.village_count),
        "private counts": ([unit.private_count for unit in plain.units], state.private_count),
        "public counts": ([unit.public_count for unit in plain.units], state.public_count),
        "delegates": (
            [VACANT if party is None else party for party in plain.seats],
            state.mandates.allegiance,
        ),
        "mandate starts": (plain.since, state.mandates.since),
    }
    exposure = np.array([person.exposure for person in people])
    worth = state.population.joint * state.joint_fade
    ideals = np.array([person.ideal for person in people])
    near = {
        # Four bytes a number: two parts in 10 million.
        "joint action": (exposure[present], worth[present], 5e-7),
        "ideal points": (ideals[present], state.population.ideal[present], 5e-7),
        "grievances": ([place.grievance for place in plain.places], state.grievance, 1e-12),
        "credibility": ([place.credibility for place in plain.places], state.credibility, 1e-12),
        "fatigue": ([place.fatigue for place in plain.places], state.fatigue, 1e-12),
        "repression": ([place.repression for place in plain.places], state.repression, 1e-12),
        "tide": ([place.tide for place in plain.places], state.tide, 1e-12),
        "members": ([unit.members for unit in plain.units], state.members, 1e-12),
        "slander": (plain.stigma, state.stigma, 1e-12),
    }
    found = [name for name, (one, other) in exact.items() if not np.array_equal(one, other)]
    return found + [
        name for name, (one, other, by) in near.items() if not np.allclose(one, other, 0, by)
    ]


def assert_they_live_the_same_days(array, plain):
    for _ in range(N_DAYS_OF_IT):
        array.step()
        plain.step()
        assert differences(array, plain) == [], f"on day {plain.day - 1}"
    for name, result in array.record.meetings.items():
        np.testing.assert_array_equal(result.drawn, plain.meetings[name].drawn)
        np.testing.assert_allclose(result.expected, plain.meetings[name].expected, atol=1e-12)
    for name, results in array.record.ballots.items():
        for result, other in zip(results, plain.ballots[name], strict=True):
            np.testing.assert_allclose(result.shares, other.shares, atol=1e-12)
            assert result.turnout == pytest.approx(other.turnout, abs=1e-12)
    for name, seats in array.record.presidia.items():
        np.testing.assert_array_equal(seats, plain.presidia[name])


@pytest.mark.parametrize("seed", [0, 1])
def test_every_person_and_every_delegate_of_the_two_models_is_the_same_every_day(seed):
    array, plain = pair(short_year(), seed)
    assert differences(array, plain) == []
    assert_they_live_the_same_days(array, plain)
    assert set(plain.meetings) == {"first", "second"}
    assert len(plain.ballots["vote"]) == 3
    assert set(plain.presidia) == {"chair"}


def test_the_short_year_brings_every_part_of_a_persons_day_into_play():
    _, plain = pair(short_year())
    first = [person.allegiance for person in plain.people]
    hidden = exposed = 0
    for _ in range(N_DAYS_OF_IT):
        plain.step()
        hidden += sum(
            person.present and person.expressed() != person.allegiance for person in plain.people
        )
        exposed += sum(person.exposure > 0 for person in plain.people)
    moved = sum(a != person.allegiance for a, person in zip(first, plain.people, strict=True))
    deserted = sum(not person.present for person in plain.people)
    assert min(hidden, exposed, moved, deserted) > 10
    assert sum(since >= 0 for since in plain.since) > 50


@pytest.mark.parametrize("switch", SWITCHES)
def test_the_two_models_agree_with_any_one_mechanism_off(switch):
    settings = replace(short_year(), mechanism=replace(Mechanisms(), **{switch: False}))
    assert_they_live_the_same_days(*pair(settings))


def test_the_two_models_agree_where_initial_shares_are_drawn_and_unused_majorities_cost():
    settings = short_year()
    credibility = CredibilitySettings(memory_days=30.0, unused_majority_per_day=0.02)
    constants = replace(settings.constants, credibility=credibility)
    settings = replace(settings, constants=constants, initial_shares="drawn")
    assert_they_live_the_same_days(*pair(settings, seed=5))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reconsideration_per_day", 0.101),
        ("grievance_weight", 3.3),
        ("contact_weight", 2.8),
        ("discredit", 2.1),
        ("stigma_weight", 0.6),
        ("renewal_per_day", 1 / 19),
        ("social_influence", 1.6),
        ("repression_weight", 0.6),
    ],
)
def test_a_tenth_more_of_any_parameter_would_be_noticed(name, value):
    settings = short_year()
    array = RevolutionModel(settings, LIVELY)
    plain = PlainModel(settings, replace(LIVELY, **{name: value}))
    seen = set()
    for _ in range(N_DAYS_OF_IT):
        array.step()
        plain.step()
        seen.update(differences(array, plain))
    assert seen & {"allegiance", "delegates"}


def test_intercepts_of_the_two_models_are_equal_up_to_a_constant():
    array, plain = pair(short_year())
    own = np.array([place.intercept for place in plain.places])
    own -= own.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(own, array.data.intercepts, atol=1e-9)


@pytest.mark.slow
def test_the_two_models_agree_through_the_whole_of_1917():
    settings = replace(historical_settings(), size=Size(agents_factor=0.02))
    array, plain = pair(settings, seed=1917, parameters=None)
    while array.day < N_DAYS:
        array.step()
        plain.step()
    assert differences(array, plain) == []
    for name, result in array.record.meetings.items():
        np.testing.assert_array_equal(result.drawn, plain.meetings[name].drawn)
    for name, seats in array.record.presidia.items():
        np.testing.assert_array_equal(seats, plain.presidia[name])
