"""How many mandates stand behind a presidium, and what they do to its likelihood."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.error_model import ErrorModel
from calibration.ledger import load_ledger
from calibration.likelihood import log_likelihood
from calibration.observation import compile_operators, mandates_behind
from sim.historical import historical_settings

SETTINGS = historical_settings()
PRESIDIA = {
    o.observation.target[0]: o
    for o in compile_operators(load_ledger(roles=("train",)), SETTINGS).operators
    if o.kind == "presidium"
}
WORKERS, SOLDIERS = "petrograd_workers_presidium_0908", "petrograd_soldiers_presidium_0913"


def elected_by(chamber):
    """Settings in which another chamber elects the workers' presidium."""
    changed = replace(SETTINGS.presidium[WORKERS], chamber=chamber)
    return replace(SETTINGS, presidium={**SETTINGS.presidium, WORKERS: changed})


def test_the_two_presidia_of_september_have_the_mandates_of_their_sections():
    sections = SETTINGS.institution["petrograd_soviet"].chambers
    assert PRESIDIA[WORKERS].mandates == sections["workers"].seats == 370
    assert PRESIDIA[SOLDIERS].mandates == sections["soldiers"].seats == 730


def test_a_presidium_of_a_whole_body_has_the_mandates_of_all_its_chambers():
    assert mandates_behind(elected_by("petrograd_soviet"), WORKERS) == 370 + 730


def test_a_presidium_of_committees_has_so_many_mandates_for_each_unit():
    units = SETTINGS.place.constituencies["petrograd_workers"].units
    committee = SETTINGS.institution["petrograd_factory_committees"].chambers["all"]
    found = mandates_behind(elected_by("petrograd_factory_committees/all"), WORKERS)
    assert found == units * committee.seats_per_unit


def test_figures_without_a_presidium_have_no_mandates():
    operators = compile_operators(load_ledger(roles=("train",)), SETTINGS).operators
    assert all(np.isnan(o.mandates) for o in operators if o.kind != "presidium")


@pytest.mark.parametrize("name", [WORKERS, SOLDIERS])
def test_a_miss_counts_for_more_the_more_mandates_there_were(name):
    whole = PRESIDIA[name]
    wrong = np.roll(whole.value, 1)[None, None]

    def loss(operator):
        right = log_likelihood(operator, whole.value[None, None], ErrorModel())[0]
        return right - log_likelihood(operator, wrong, ErrorModel())[0]

    assert 0 < loss(replace(whole, mandates=20.0)) < loss(whole)
