"""The ten patterns: each is shown by a record made to show it, and not by its opposite."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from calibration.fitting import operator_sets
from calibration.observation import OperatorSet
from calibration.patterns import PATTERNS, accepted, documented_ballots, patterns_of
from sim.calendar_os import day_of
from sim.historical import historical_settings
from sim.model import RevolutionModel

SETTINGS = historical_settings()


@pytest.fixture(scope="module")
def documented():
    training, others = operator_sets(SETTINGS)
    both = OperatorSet((*training.operators, *others.operators), (), ())
    return documented_ballots(both, SETTINGS)


@pytest.fixture(scope="module")
def run():
    return RevolutionModel(SETTINGS, seed=1).run()


def with_share(record, place, party, start, end):
    """The record with the private share of a party moving in a line, the rest in proportion."""
    changed = copy.deepcopy(record)
    c, k = record.constituencies.index(place), record.parties.index(party)
    total = changed.private_count[:, c].sum(axis=1)
    line = np.linspace(start, end, len(total))
    others = np.delete(np.arange(len(record.parties)), k)
    rest = (1 - line) * total / len(others)
    changed.private_count[:, c, others] = rest[:, None].round()
    changed.private_count[:, c, k] = (line * total).round()
    return changed


def test_a_run_shows_or_misses_each_of_the_ten(run, documented):
    shown = patterns_of(run, documented)
    assert tuple(shown) == tuple(PATTERNS)
    assert all(isinstance(value, bool) for value in shown.values())


def test_the_documented_bolshevik_shares_are_averaged_over_printings(documented):
    assert documented.ballots["petrograd_city_duma"] == pytest.approx(0.342, abs=0.01)
    assert len(documented.ballots) == 5


def test_a_steady_rise_through_july_does_not_show_the_pause(run, documented):
    steady = with_share(run, "petrograd_workers", "BO", 0.1, 0.9)
    assert not patterns_of(steady, documented)["P4"]


def test_a_pause_in_july_that_is_made_good_by_august_shows(run, documented):
    changed = with_share(run, "petrograd_workers", "BO", 0.1, 0.9)
    pause = slice(day_of("1917-07-01"), day_of("1917-07-26"))
    c = changed.constituencies.index("petrograd_workers")
    changed.private_count[pause, c] = changed.private_count[pause.start, c]
    assert patterns_of(changed, documented)["P4"]


def test_a_larger_vote_on_9_september_does_not_show_the_fall(run, documented):
    changed = copy.copy(run)
    second = replace(run.meetings["petrograd_soviet_0909"], expected=np.array([0.01, 0.98, 0.01]))
    changed.meetings = {**run.meetings, "petrograd_soviet_0909": second}
    assert not patterns_of(changed, documented)["P5"]


def test_a_menshevik_share_that_never_halves_does_not_collapse_first(run, documented):
    changed = with_share(run, "petrograd_workers", "ME", 0.3, 0.3)
    changed = with_share(changed, "moscow_workers", "ME", 0.3, 0.3)
    assert not patterns_of(changed, documented)["P6"]


def test_turnout_that_rises_does_not_fall(run, documented):
    changed = copy.copy(run)
    june = [replace(result, turnout=0.01) for result in run.ballots["moscow_city_duma"]]
    changed.ballots = {**run.ballots, "moscow_city_duma": june}
    assert not patterns_of(changed, documented)["P8"]


def test_a_party_of_millions_fails_the_membership_pattern(run, documented):
    changed = copy.copy(run)
    changed.members = run.members * 10
    assert not patterns_of(changed, documented)["P9"]


def test_acceptance_needs_eight_patterns_and_the_first_three():
    shown = np.ones((3, 10), dtype=bool)
    shown[1, 7:] = False
    shown[2, 0] = False
    assert accepted(shown).tolist() == [True, False, False]
