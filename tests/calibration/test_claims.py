"""Claims about votes: a motion that was carried, a list that had most of a ballot."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from calibration.ledger import load_ledger
from calibration.observation import compile_operators, predict
from sim.ballot import BallotResult
from sim.historical import historical_settings
from sim.meeting import MeetingResult
from sim.party import PARTY_IDS


def claim(target):
    """The operator of the claim that the death penalty was voted down, moved to a target."""
    observation = load_ledger()["O_psov_0818"]
    if target != observation.target[0]:
        figure = replace(observation.figures[0], side="", parties=("BO",))
        observation = replace(observation, target=(target,), figures=(figure,))
    (operator,) = compile_operators([observation], historical_settings()).operators
    return operator


def record(in_favour=0.5, bolshevik=0.5):
    """As much of a record as a vote needs."""
    expected = np.array([in_favour, 0.9 - in_favour, 0.1])
    meeting = MeetingResult("for_soviet_power", expected, 9.0, 9.0, np.zeros(3, int), 9, True)
    shares = np.array([0.0, 1.0 - bolshevik, 0.0, 0.0, 0.0, 0.0, bolshevik])
    return SimpleNamespace(
        parties=PARTY_IDS,
        n_recorded=262,
        meetings={"petrograd_soviet_0818_death_penalty": meeting},
        ballots={"petrograd_city_duma": [BallotResult(shares, 0.7)]},
    )


@pytest.mark.parametrize(("share", "holds"), [(0.51, 1.0), (0.49, 0.0)])
def test_a_motion_is_carried_when_more_than_half_vote_for_it(share, holds):
    operator = claim("petrograd_soviet_0818_death_penalty")
    assert (predict(record(in_favour=share), operator) == holds).all()


@pytest.mark.parametrize(("share", "holds"), [(0.51, 1.0), (0.49, 0.0)])
def test_a_list_has_a_majority_when_more_than_half_of_the_ballots_are_for_it(share, holds):
    operator = claim("petrograd_city_duma")
    assert (predict(record(bolshevik=share), operator) == holds).all()
