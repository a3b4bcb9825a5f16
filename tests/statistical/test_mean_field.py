"""V17: without dispersion of ideal points, many agents live as the recursion says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from sim.election import ElectionSettings
from sim.historical import historical_settings
from sim.mean_field import mean_field_record
from sim.mechanism import Mechanisms
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.streams import replicate_seed
from sim.world import build_world

FALSE_ALARM = 1e-3
"""Of each test as a whole; divided over its comparisons (Bonferroni)."""

N_REPLICATES = 40
AGENTS = {"petrograd_workers": 8_000, "petrograd_garrison": 6_000, "northern_western_fronts": 6_000}
DAYS = (30, 100, 130, 176, 200, 261)
JULY = 135

pytestmark = pytest.mark.statistical


def few_large_units():
    """20,000 people in three constituencies of two units each, over the whole of 1917."""
    whole = historical_settings()
    constituencies = {
        name: replace(
            whole.place.constituencies[name],
            agents=agents,
            units=2,
            unit_size_exponent=0.0,
            soviets=(),
        )
        for name, agents in AGENTS.items()
    }
    bodies = {}
    for name, body in whole.institution.items():
        chambers = {
            label: replace(chamber, base={c: w for c, w in chamber.base.items() if c in AGENTS})
            for label, chamber in body.chambers.items()
            if any(c in AGENTS for c in chamber.base)
        }
        if chambers:
            bodies[name] = replace(body, chambers=chambers)
    events = {
        name: replace(event, places=None if name == "mezhraiontsy" else event.places)
        for name, event in whole.event.items()
        if name not in ("moscow_state_conference", "preparliament_walkout")
    }
    meetings = {
        name: meeting
        for name, meeting in whole.meeting.items()
        if all(chamber.split("/")[0] in bodies for chamber in meeting.chambers)
    }
    return replace(
        whole,
        place=replace(whole.place, constituencies=constituencies),
        institution=bodies,
        event=events,
        meeting=meetings,
        ballot={},
        presidium={},
        mechanism=Mechanisms(dispersion=False),
        # The recall term is not linear in a delegation; without it expectations are exact.
        constants=replace(whole.constants, election=ElectionSettings(mismatch_factor=0.0)),
    )


@pytest.fixture(scope="module")
def world():
    return build_world(few_large_units())


def observed(record):
    """Collect what is compared: shares of people and of delegates, and votes."""
    columns = [record.parties.index(party) for party in ("RSR", "LSR", "ME", "BO")]
    at = np.ix_(DAYS, columns)
    people = [record.shares(name)[at].ravel() for name in AGENTS]
    shown = [record.shares(name, public=True)[JULY, columns[-1]] for name in AGENTS]
    seats = [record.seat_shares("petrograd_soviet")[at], record.seat_shares("congress_june")[-1:]]
    votes = [result.expected[:2] for result in record.meetings.values()]
    return {
        "people": np.concatenate([*people, shown]),
        "delegates": np.concatenate([each.ravel() for each in seats]),
        "votes": np.concatenate(votes),
    }


@pytest.fixture(scope="module")
def replicates(world):
    runs = [
        observed(RevolutionModel(world=world, seed=replicate_seed(17, r)).run())
        for r in range(N_REPLICATES)
    ]
    return {kind: np.array([run[kind] for run in runs]) for kind in runs[0]}


def agrees(sample, expected):
    """Tell whether the mean of replicates fits an expectation at the agreed false-alarm rate."""
    error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    limit = student.ppf(1.0 - FALSE_ALARM / (2 * len(expected)), len(sample) - 1)
    return bool((np.abs(sample.mean(axis=0) - expected) <= limit * error).all())


@pytest.mark.parametrize("kind", ["people", "delegates", "votes"])
def test_the_mean_of_many_agents_is_that_of_the_recursion(kind, world, replicates):
    assert agrees(replicates[kind], observed(mean_field_record(world))[kind])


@pytest.mark.parametrize(
    "changed",
    [
        Parameters(reconsideration_per_day=0.0315),
        Parameters(grievance_weight=3.15),
        Parameters(contact_weight=2.6),
        Parameters(discredit=2.3),
        Parameters(stigma_weight=0.6),
        Parameters(social_influence=0.6),
        Parameters(repression_weight=0.6),
    ],
)
def test_this_sample_would_notice_a_slightly_different_recursion(changed, world, replicates):
    assert not agrees(replicates["people"], observed(mean_field_record(world, changed))["people"])


def test_this_sample_would_notice_delegates_who_are_renewed_a_tenth_faster(world, replicates):
    faster = mean_field_record(world, Parameters(renewal_per_day=1.1 / 90))
    assert not agrees(replicates["delegates"], observed(faster)["delegates"])
