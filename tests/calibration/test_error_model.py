"""Scatter of figures: known variances (V6), normalisation, and draws that fit the densities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.error_model import (
    ErrorModel,
    dirichlet_multinomial_draws,
    dirichlet_multinomial_log_score,
    effective_precision,
    floored,
    normal_log_density,
    presidium_draws,
    presidium_log_score,
)


@pytest.mark.parametrize("correlation", [0.005, 0.02, 0.1])
def test_probabilities_of_all_outcomes_sum_to_one(correlation):
    n = 12
    counts = [np.array([a, b, n - a - b]) for a in range(n + 1) for b in range(n + 1 - a)]
    shares = np.array([0.5, 0.3, 0.2])
    total = sum(
        np.exp(dirichlet_multinomial_log_score(c.astype(float), shares, correlation))
        for c in counts
    )
    assert total == pytest.approx(1.0, abs=1e-9)


@pytest.mark.statistical
@pytest.mark.parametrize("correlation", [0.01, 0.05])
def test_correlated_votes_scatter_as_they_should(correlation):
    # V6: variance ratio 1 + (n - 1) correlation. 40,000 draws: relative sd of a variance
    # about 0.8 %; the bound of 5 % is beyond six deviations.
    n, p = 400, np.array([0.55, 0.45])
    rng = np.random.default_rng(1)
    drawn = dirichlet_multinomial_draws(np.tile(p, (40_000, 1)), n, correlation, rng)[:, 0]
    ratio = drawn.var() / (p[0] * p[1] / n)
    assert ratio == pytest.approx(1 + (n - 1) * correlation, rel=0.05)


@pytest.mark.statistical
def test_this_sample_would_catch_independent_votes():
    n, p = 400, np.array([0.55, 0.45])
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(n, p, size=40_000)[:, 0] / n
    assert drawn.var() / (p[0] * p[1] / n) != pytest.approx(1 + (n - 1) * 0.01, rel=0.05)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6))
def test_floored_shares_are_shares_and_none_is_impossible(raw):
    shares = floored(np.array(raw))
    assert shares.sum() == pytest.approx(1.0)
    assert (shares > 0.0).all()


def test_the_effective_precision_gives_the_variance_of_correlated_votes():
    n, correlation, p = 370.0, 0.02, 0.3
    variance = p * (1 - p) / (effective_precision(n, correlation) + 1)
    assert variance == pytest.approx(p * (1 - p) * (1 + (n - 1) * correlation) / n)


def test_a_presidium_is_likeliest_where_factions_round_to_it():
    seats = np.array([6.0, 3.0, 2.0])
    near, far = np.array([[0.52, 0.29, 0.19], [0.8, 0.1, 0.1]])
    both = presidium_log_score(seats, np.stack([near, far]), 440.0, 0.02)
    assert both[0] > both[1] + 1.0
    assert (both <= 0.0).all()


@pytest.mark.statistical
def test_the_presidium_density_is_close_to_the_frequency_of_its_seats():
    # 20,000 draws of an event of chance about 0.1: relative sd 2 %. The density is constant
    # over a cell by construction, which costs up to a quarter here; 35 % is the claim.
    rng = np.random.default_rng(2)
    shares = np.array([0.5, 0.3, 0.2])
    drawn = presidium_draws(np.tile(shares, (20_000, 1)), 11, 440.0, 0.02, rng)
    frequency = (drawn == np.array([6, 3, 2]) / 11).all(axis=1).mean()
    density = float(np.exp(presidium_log_score(np.array([6.0, 3, 2]), shares, 440.0, 0.02)))
    assert density == pytest.approx(frequency, rel=0.35)


def test_the_normal_density_by_hand():
    assert normal_log_density(1.0, np.array([1.0]), 2.0)[0] == pytest.approx(
        -np.log(2.0 * np.sqrt(2 * np.pi))
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"correlation_meeting": 0.0}, r"error_model\.correlation_meeting must lie in \(0, 0\.9\]"),
        ({"turnout_sd": -1.0}, r"error_model\.turnout_sd must lie in \(0, 10\], got -1\.0"),
        ({"claim_reliability": 0.2}, r"error_model\.claim_reliability must lie in \[0\.5, 1\]"),
        ({"ballots_at_most": 1.0}, r"error_model\.ballots_at_most must lie in \[2,"),
    ],
)
def test_an_error_model_that_means_nothing_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        ErrorModel(**change)
