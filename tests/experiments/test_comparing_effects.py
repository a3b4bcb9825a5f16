"""Effects from paired replicates: by hand, in closed form, and on samples with known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.comparing.effects import (
    credible_from,
    is_prior_driven,
    pairing_factor,
    summarise,
)
from experiments.comparing.figures import spread_apart


def series(values):
    """Shares of one series and one party: (n_replicates, n_days, 1, 1)."""
    return np.asarray(values, dtype=np.float32)[:, :, None, None]


def test_the_effect_is_the_other_world_less_the_baseline():
    base = series([[0.2, 0.2], [0.3, 0.3]])
    other = series([[0.2, 0.1], [0.3, 0.2]])
    effect = summarise(base, other, np.array([0, 0]))
    np.testing.assert_allclose(effect.quantiles[2, :, 0, 0], [0.0, -0.1], atol=1e-7)
    np.testing.assert_allclose(effect.mean[:, 0, 0], [0.0, -0.1], atol=1e-7)


def test_a_series_that_does_not_exist_in_some_replicate_has_no_effect():
    base = series([[np.nan], [0.3]])
    effect = summarise(base, base, np.array([0, 1]))
    assert np.isnan(effect.quantiles).all()


@pytest.mark.statistical
def test_spread_splits_into_that_of_parameters_and_that_of_luck():
    # 4,000 sets of 2 seeds: relative standard errors below 2 %; five of them allowed.
    rng = np.random.default_rng(1917)
    draws = np.repeat(np.arange(4000), 2)
    difference = rng.normal(0.0, 0.3, 4000)[draws] + rng.normal(0.0, 0.1, 8000)
    effect = summarise(series(np.zeros((8000, 1))), series(difference[:, None]), draws)
    assert effect.sd_parameters.item() == pytest.approx(0.3, rel=0.1)
    assert effect.sd_seeds.item() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        ([0.1] * 5, 0),
        ([-0.1, 0.1, 0.1, 0.1, -0.1], 1),
        ([0.1, 0.1, -0.1, 0.1, 0.1], None),
        ([-0.1] * 5, None),
    ],
)
def test_an_effect_is_dated_from_the_day_on_which_it_stays_away_from_zero(low, expected):
    low = np.array(low)
    assert credible_from(low, low + 1.0, stays_days=3) == expected


def test_an_effect_that_changes_sides_has_to_stay_again():
    low = np.array([0.1, 0.1, -2.0, -2.0, -2.0])
    assert credible_from(low, low + 1.0, stays_days=3) == 2


def test_a_negative_effect_is_dated_as_well():
    low = np.array([-2.0, -2.0, -2.0])
    assert credible_from(low, low + 1.0, stays_days=3) == 0


@pytest.mark.statistical
def test_pairing_divides_the_variance_as_correlation_says():
    # Var(A) + Var(B) over Var(B - A) is 1 / (1 - r) for equal variances; r = .9 gives 10.
    rng = np.random.default_rng(7)
    shared = rng.normal(size=200_000)
    a, b = (np.sqrt(0.9) * shared + np.sqrt(0.1) * rng.normal(size=shared.size) for _ in "ab")
    everything, _ = pairing_factor(a, b, np.arange(a.size))
    assert everything == pytest.approx(10.0, rel=0.03)


@pytest.mark.statistical
def test_worlds_without_shared_luck_gain_nothing_from_pairing():
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=(2, 200_000))
    everything, _ = pairing_factor(a, b, np.arange(a.size))
    assert everything == pytest.approx(1.0, abs=0.03)


def test_a_difference_that_does_not_vary_gains_without_limit():
    a = np.array([0.1, 0.2, 0.3, 0.5])
    everything, luck = pairing_factor(a, a, np.array([0, 0, 1, 1]))
    assert np.isinf(everything)
    assert np.isinf(luck)


PRIOR = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("posterior", "driven"),
    [
        (PRIOR, True),
        (PRIOR + 0.4, True),
        (PRIOR + 0.6, False),
        (PRIOR * 0.8, True),
        (PRIOR * 0.7, False),
        (PRIOR * 1.5, True),
    ],
)
def test_an_effect_is_prior_driven_if_neither_its_place_nor_its_width_moved(posterior, driven):
    assert is_prior_driven(posterior, PRIOR, shift=0.25, contraction=0.25) == driven


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=7))
def test_labels_keep_their_order_and_their_distance(values):
    at = spread_apart(sorted(values), 1.0, 0.0, 10.0)
    assert (np.diff(at) >= 1.0 - 1e-9).all()
    assert max(at) <= 10.0
    assert min(at) >= 0.0 - 1e-9
