"""A posterior sample: its middle, its draws, its scatter of sources."""

import numpy as np
import pytest

from calibration.posterior import Posterior
from calibration.prior import NAMES, PARAMETER_NAMES, error_model_of

ROWS = np.random.default_rng(0).uniform(0.01, 0.05, size=(7, len(NAMES)))
POSTERIOR = Posterior(ROWS)


def test_the_medians_are_those_of_each_parameter():
    middle = POSTERIOR.medians()
    for j, name in enumerate(PARAMETER_NAMES):
        assert getattr(middle, name) == pytest.approx(sorted(ROWS[:, j])[3])


def test_draws_are_whole_rows_and_a_longer_list_begins_with_a_shorter_one():
    few, many = POSTERIOR.draws(3, seed=5), POSTERIOR.draws(14, seed=5)
    assert many[:3] == few
    assert many[7:] == many[:7]
    rows = {tuple(row[: len(PARAMETER_NAMES)]) for row in ROWS}
    drawn = {tuple(getattr(each, name) for name in PARAMETER_NAMES) for each in many}
    assert drawn == rows
    assert POSTERIOR.draws(7, seed=6) != many[:7]


def test_the_scatter_of_sources_is_that_of_the_median_correlations():
    assert POSTERIOR.error_model() == error_model_of(np.sort(ROWS, axis=0)[3])
