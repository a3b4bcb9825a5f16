"""What moves outcomes: known answers, and numbers that move without breaking the settings."""

import numpy as np
import pytest

from calibration.sensitivity import (
    NOISE,
    factors_of,
    first_order,
    morris_design,
    sobol_design,
    sobol_indices,
    with_values,
)
from sim.historical import historical_settings
from sim.parameters import PARAMETER_NAMES, Parameters
from sim.world import build_world

SETTINGS = historical_settings()
FACTORS = factors_of(SETTINGS, Parameters())


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_first_order_indices_of_the_ishigami_function_are_the_known_ones():
    x = np.random.default_rng(1).uniform(-np.pi, np.pi, (20_000, 4))
    found = first_order(x, ishigami(x)[:, None], n_bins=32)[:, 0]
    np.testing.assert_allclose(found, [0.314, 0.442, 0.0, 0.0], atol=0.02)


def test_total_indices_find_an_interaction_that_first_order_indices_miss():
    problem, unit = sobol_design(("a", "b", "c"), 1024, 1)
    found = sobol_indices(problem, ishigami(np.pi * (2 * unit - 1))[:, None], 1)[0]
    assert found["S1"][2] == pytest.approx(0.0, abs=0.05)
    assert found["ST"][2] == pytest.approx(0.244, abs=0.05)
    assert found["ST"][3] == pytest.approx(0.0, abs=1e-6)  # luck, which this function ignores


def test_every_parameter_and_every_constant_with_a_number_is_varied():
    names = {factor.name for factor in FACTORS}
    assert {f"parameters.{name}" for name in PARAMETER_NAMES} <= names
    assert "constants.choice.inertia" in names
    assert "party.BO.soviet_power" in names
    assert "place.constituencies.petrograd_workers.initial_shares.BO" in names
    assert not any(name.startswith("size.") for name in names)


def test_ranges_are_thirty_percent_or_end_where_the_settings_refuse():
    for factor in FACTORS:
        assert factor.low <= factor.value <= factor.high, factor.name
        assert factor.high - factor.low <= 0.6 * abs(factor.value) * 1.0001, factor.name


@pytest.mark.parametrize("u", [0.0, 0.3, 1.0])
def test_a_world_can_be_built_wherever_all_numbers_move_together(u):
    changes = {factor.path: factor.at(u) for factor in FACTORS}
    model, parameters = with_values(SETTINGS, Parameters(), changes)
    world = build_world(model)
    np.testing.assert_allclose(world.initial_mean.sum(axis=1), 1.0)
    if u == 1.0:
        assert parameters.discredit == pytest.approx(1.3 * Parameters().discredit)


def test_values_as_set_give_the_settings_back():
    changes = {f.path: f.value for f in FACTORS if "initial_shares" not in f.path}
    model, parameters = with_values(SETTINGS, Parameters(), changes)
    assert model == SETTINGS
    assert parameters == Parameters()


def test_a_screening_ranks_the_terms_of_a_linear_function():
    factors = FACTORS[:3]
    design = morris_design(factors, 10, 1, grouped=False)
    outputs = design.points[:, :4] @ np.array([3.0, 0.0, 1.0, 0.0])
    effects = design.effects(outputs[:, None], 1)[0]
    np.testing.assert_allclose(effects["mu_star"], [3.0, 0.0, 1.0, 0.0], atol=1e-9)
    assert effects["names"][-1] == NOISE


def test_a_grouped_screening_moves_the_numbers_of_a_group_together():
    design = morris_design(FACTORS, 2, 1, grouped=True)
    groups = len({factor.group for factor in FACTORS}) + 1
    assert len(design.points) == 2 * (groups + 1)
    assert len(design.effects(design.points[:, :1], 1)[0]["names"]) == groups
