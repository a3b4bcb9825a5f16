"""Where parameters come from, who shares them, and how spread splits by cause."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import parameter_sets
from experiments.composing import compose_settings
from experiments.errors import SettingsError
from experiments.parameter_sets import (
    draw_of_replicate,
    error_model_for,
    parameter_source,
    replicates_of,
    spread_by_cause,
)


@pytest.fixture(autouse=True)
def _no_posterior(monkeypatch):
    monkeypatch.setattr(parameter_sets, "posterior_installed", lambda: False)


def settings(*overrides):
    """Settings of a tiny run."""
    return compose_settings("size=tiny", "n_replicates=5", *overrides)


def test_without_a_posterior_every_replicate_has_the_parameters_of_the_settings():
    told = settings()
    assert parameter_source(told) == "medians"
    assert {each.parameters for each in replicates_of(told)} == {told.parameters}
    assert len({each.seed for each in replicates_of(told)}) == 5


def test_a_posterior_is_used_where_there_is_one(monkeypatch):
    monkeypatch.setattr(parameter_sets, "posterior_installed", lambda: True)
    assert parameter_source(settings()) == "posterior"
    assert parameter_source(settings("parameter_source=medians")) == "medians"


def test_a_parameter_set_by_hand_is_never_ignored(monkeypatch):
    monkeypatch.setattr(parameter_sets, "posterior_installed", lambda: True)
    assert parameter_source(settings("parameters.discredit=1")) == "medians"
    with pytest.raises(SettingsError, match=r"parameters\.discredit=1 would have no effect"):
        parameter_source(settings("parameters.discredit=1", "parameter_source=posterior"))


def test_a_posterior_that_is_not_there_is_refused():
    with pytest.raises(SettingsError, match="no posterior is installed"):
        parameter_source(settings("parameter_source=posterior"))


def test_an_unknown_source_is_refused_with_those_that_exist():
    with pytest.raises(SettingsError, match="must be one of medians, prior, posterior"):
        settings("parameter_source=postrior")


def test_draws_are_shared_by_two_seeds_each():
    told = settings("parameter_source=prior")
    assert draw_of_replicate(told).tolist() == [0, 0, 1, 1, 2]
    sets = [each.parameters for each in replicates_of(told)]
    assert sets[0] == sets[1] != sets[2] == sets[3] != sets[4]


def test_a_replicate_has_the_same_seed_wherever_its_parameters_come_from():
    seeds = [[r.seed for r in replicates_of(settings(f"parameter_source={s}"))]
             for s in ("medians", "prior")]  # fmt: skip
    assert seeds[0] == seeds[1]


def test_more_replicates_leave_the_first_as_they_were():
    few = replicates_of(settings("parameter_source=prior"))
    many = replicates_of(settings("parameter_source=prior", "n_replicates=8"))
    assert many[:5] == few


def test_without_a_posterior_sources_scatter_as_assumed():
    assert error_model_for(settings()).correlation_seats == 0.02


def test_seeds_alone_spread_where_there_is_one_parameter_set():
    values = np.array([1.0, 2.0, 3.0])
    parameters, seeds = spread_by_cause(values, [0, 0, 0])
    assert np.isnan(parameters)
    assert seeds == pytest.approx(values.std(ddof=1))


def test_with_one_seed_a_set_the_causes_cannot_be_told_apart():
    assert np.isnan(spread_by_cause(np.array([1.0, 5.0]), [0, 1])).all()


@given(st.integers(0, 2**32 - 1))
def test_both_causes_scale_with_the_values_and_ignore_a_shift(seed):
    values = np.random.default_rng(seed).normal(size=(6, 2))
    draws = [0, 0, 1, 1, 2, 2]
    before = np.array(spread_by_cause(values, draws))
    after = np.array(spread_by_cause(3.0 * values + 7.0, draws))
    np.testing.assert_allclose(after, 3.0 * before, atol=1e-9)


@pytest.mark.statistical
def test_the_two_spreads_are_those_that_made_the_values():
    # 4,000 sets of two: relative sd of a deviation about 1.5 %; 8 % is beyond five of them.
    rng = np.random.default_rng(2)
    draws = np.repeat(np.arange(4000), 2)
    values = 2.0 * rng.normal(size=4000)[draws] + 1.0 * rng.normal(size=8000)
    parameters, seeds = spread_by_cause(values, draws)
    assert parameters == pytest.approx(2.0, rel=0.08)
    assert seeds == pytest.approx(1.0, rel=0.08)
