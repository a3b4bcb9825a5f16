"""Priors and the scale of inference."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from calibration.prior import (
    NAMES,
    LogNormalPrior,
    Prior,
    error_model_of,
    model_parameters,
    prior_draws,
    sobol_scores,
)
from sim.historical import configs_dir
from sim.parameters import BOUNDS, Parameters

TEXT = (configs_dir() / "prior" / "main.yaml").read_text(encoding="utf-8")
PRIOR = Prior({k: LogNormalPrior(**v) for k, v in yaml.safe_load(TEXT)["parameters"].items()})


def test_a_score_of_zero_is_near_the_median_and_within_the_bounds():
    values = PRIOR.values(np.zeros((1, len(NAMES))))[0]
    for name, value in zip(NAMES, values, strict=True):
        each = PRIOR.parameters[name]
        assert each.low <= value <= each.high
        assert abs(np.log(value / each.median)) < 0.35 * each.log_sd


def test_values_and_scores_are_inverse():
    scores = np.clip(np.random.default_rng(0).standard_normal((200, len(NAMES))), -3, 3)
    np.testing.assert_allclose(PRIOR.scores(PRIOR.values(scores)), scores, atol=1e-6)


def test_values_never_leave_the_bounds():
    values = PRIOR.values(np.random.default_rng(1).uniform(-8, 8, (500, len(NAMES))))
    for j, name in enumerate(NAMES):
        each = PRIOR.parameters[name]
        assert each.low <= values[:, j].min()
        assert values[:, j].max() <= each.high


def test_a_sobol_design_is_standard_normal_in_each_coordinate():
    scores = sobol_scores(1024, seed=3)
    np.testing.assert_allclose(scores.mean(axis=0), 0.0, atol=0.02)
    np.testing.assert_allclose(scores.std(axis=0), 1.0, atol=0.03)
    assert not np.allclose(scores, sobol_scores(1024, seed=4))


def test_prior_bounds_lie_within_what_a_run_can_mean():
    for name, (low, high) in BOUNDS.items():
        assert low <= PRIOR.parameters[name].low
        assert PRIOR.parameters[name].high <= high


def test_the_shipped_medians_are_those_of_the_prior():
    for name, value in Parameters().as_dict().items():
        assert value == pytest.approx(PRIOR.parameters[name].median, rel=1e-6)


def test_rows_become_parameters_and_error_models():
    row = PRIOR.values(np.zeros((1, len(NAMES))))[0]
    assert model_parameters(row).discredit == pytest.approx(row[NAMES.index("discredit")])
    assert error_model_of(row).correlation_ballot == pytest.approx(row[-1])
    assert len({p.discredit for p in prior_draws(8, 0, PRIOR)}) == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"median": 9.0}, r"prior\.median must lie in \[0, 2\], got 9\.0"),
        ({"log_sd": 0.0}, r"prior\.log_sd must lie in \(0, 5\], got 0\.0"),
        ({"role": "fitted"}, r"prior\.role must be one of calibrated, marginalised"),
    ],
)
def test_a_prior_that_means_nothing_is_refused(change, message):
    good = LogNormalPrior(median=1.0, log_sd=0.5, low=0.0, high=2.0)
    with pytest.raises(ValueError, match=message):
        replace(good, **change)


def test_a_missing_or_unknown_parameter_is_refused():
    some = dict(PRIOR.parameters)
    del some["discredit"]
    with pytest.raises(ValueError, match=r"lacks discredit\. Give each a prior"):
        Prior(some)
    with pytest.raises(ValueError, match="must be one of"):
        Prior({**PRIOR.parameters, "kappa": PRIOR.parameters["discredit"]})
