"""Rivals without agents: what they read, and what must not reach them."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from calibration.error_model import ErrorModel
from calibration.fitting import operator_sets
from calibration.likelihood import log_likelihood
from calibration.nulls.electorate import electorates, overlap
from calibration.nulls.forecast import votes_of_parties
from calibration.nulls.linear_trend import linear_trend
from calibration.nulls.mean_field import Recursion, mean_field
from calibration.nulls.persistence import persistence
from calibration.nulls.trend import trend_of
from calibration.nulls.trend_design import rows_of
from calibration.nulls.trend_fit import approximate, hierarchical_trend
from calibration.nulls.trend_slopes import linearise
from calibration.observation import OperatorSet
from calibration.prior import Prior
from experiments.settings import freeze
from sim.historical import configs_dir, historical_settings

N_DRAWS = 24
SETTINGS = historical_settings()
TRAINING, OTHERS = operator_sets(SETTINGS)
EVERYTHING = OperatorSet((*TRAINING.operators, *OTHERS.operators), (), ())


@pytest.fixture(scope="module")
def prior():
    text = (configs_dir() / "prior" / "main.yaml").read_text(encoding="utf-8")
    return freeze(yaml.safe_load(text), Prior, lifted=None)


def forecasts(training, wanted, prior):
    """Forecasts of N1 to N3, small."""
    error_model = ErrorModel()
    return [
        persistence(training, wanted, SETTINGS, error_model, N_DRAWS, 1),
        linear_trend(training, wanted, SETTINGS, error_model, N_DRAWS, 1),
        hierarchical_trend(training, wanted, SETTINGS, prior, N_DRAWS, 1, n_designs=2),
    ]


def altered(operators):
    """The same figures with other documented values."""
    return OperatorSet(
        tuple(
            replace(o, value=np.roll(o.value, 1) if len(o.value) > 1 else o.value * 0.5)
            for o in operators.operators
        ),
        (),
        (),
    )


def test_every_electorate_is_a_distribution_over_constituencies():
    mixes = electorates(SETTINGS)
    sums = np.array([mix.sum() for mix in mixes.values()])
    np.testing.assert_allclose(sums, 1.0)
    assert set(SETTINGS.institution) | set(SETTINGS.ballot) | set(SETTINGS.meeting) <= set(mixes)


def test_a_body_elected_by_bodies_has_their_electorate():
    mixes = electorates(SETTINGS)
    assert overlap(mixes["petrograd_soldiers_executive"][None],
                   mixes["petrograd_soviet/soldiers"][None]) == pytest.approx(1.0)  # fmt: skip


def test_every_forecast_has_the_shape_of_predictions_and_shares_that_sum_to_one(prior):
    for forecast in forecasts(TRAINING, EVERYTHING, prior):
        assert forecast.predictions.shape == (N_DRAWS, sum(EVERYTHING.sizes)), forecast.name
        assert np.isfinite(forecast.predictions).all()
        pairs = zip(EVERYTHING.operators, EVERYTHING.split(forecast.predictions), strict=True)
        for operator, prediction in pairs:
            if operator.kind in ("shares", "presidium"):
                np.testing.assert_allclose(prediction.sum(axis=-1), 1.0)
            if operator.kind == "claim":
                assert set(np.unique(prediction)) <= {0.0, 1.0}


def test_figures_that_are_not_fitted_never_reach_a_rival(prior):
    wanted = OperatorSet((*TRAINING.operators, *altered(OTHERS).operators), (), ())
    for before, after in zip(
        forecasts(TRAINING, EVERYTHING, prior), forecasts(TRAINING, wanted, prior), strict=True
    ):
        assert before.predictions.tobytes() == after.predictions.tobytes(), before.name


def test_figures_that_are_fitted_do_reach_every_rival(prior):
    for before, after in zip(
        forecasts(TRAINING, OTHERS, prior), forecasts(altered(TRAINING), OTHERS, prior), strict=True
    ):
        assert before.predictions.tobytes() != after.predictions.tobytes(), before.name


def test_persistence_carries_the_last_ballot_of_the_same_city_forward():
    forecast = persistence(TRAINING, OTHERS, SETTINGS, ErrorModel(), 2000, 1)
    ids = [o.id for o in OTHERS.operators]
    september = OTHERS.split(forecast.predictions)[ids.index("O_mosduma_sep_a")].mean(axis=(0, 1))
    june = next(o for o in TRAINING.operators if o.id == "O_mosduma_jun_b").value
    assert september[0] == pytest.approx(june[0], abs=0.12)  # Socialist Revolutionaries
    assert september[0] == september.max()


def test_persistence_predicts_a_training_figure_without_itself():
    operator = next(o for o in TRAINING.operators if o.id == "O_mosduma_jun_b")
    alone = OperatorSet((operator,), (), ())
    forecast = persistence(alone, alone, SETTINGS, ErrorModel(), 50, 1)
    other = persistence(altered(alone), alone, SETTINGS, ErrorModel(), 50, 1)
    same_walk = forecast.facts == other.facts
    assert not same_walk or forecast.predictions.tobytes() == other.predictions.tobytes()


def test_parties_without_a_stance_split_their_votes_and_left_parties_vote_left():
    votes = votes_of_parties(np.eye(2), np.array([0.0, 1.0]))
    assert votes[0, 0] == pytest.approx(votes[0, 1])
    assert votes[1, 0] > 0.8
    np.testing.assert_allclose(votes.sum(axis=1), 1.0)


def test_slopes_of_the_trend_agree_with_differences(prior):
    trend = trend_of(TRAINING, SETTINGS, prior)
    rows = rows_of(TRAINING.operators, trend.terms)
    hyper = trend.hyper(np.zeros(13))
    rng = np.random.default_rng(0)
    z = 0.3 * rng.standard_normal(trend.n_dimensions)
    predicted = trend.predict(TRAINING.operators, rows, trend.parts(z[None], hyper))
    at_mean = tuple(
        replace(o, value=p[0].mean(axis=0))
        for o, p in zip(TRAINING.operators, predicted, strict=True)
    )  # residuals are zero there, so that their change is the slope
    step = 1e-6 * rng.standard_normal(trend.n_dimensions)
    here = linearise(trend, at_mean, rows, z, hyper)
    there = linearise(trend, at_mean, rows, z + step, hyper)
    change = -here.slopes @ step
    np.testing.assert_allclose(there.residual, change, atol=2e-3 * np.abs(change).max())


def test_the_fitted_trend_shows_the_training_figures_better_than_the_first_of_march(prior):
    trend = trend_of(TRAINING, SETTINGS, prior)
    rows = rows_of(TRAINING.operators, trend.terms)
    hyper = trend.hyper(np.zeros(13))
    start = np.zeros(trend.n_dimensions)
    found = approximate(trend, TRAINING.operators, rows, hyper, start)
    flat = trend.predict(TRAINING.operators, rows, trend.parts(start[None], hyper))
    before = sum(
        o.weight * float(log_likelihood(o, p, ErrorModel())[0])
        for o, p in zip(TRAINING.operators, flat, strict=True)
    )
    assert found.log_likelihood > before + 50.0
    assert (found.shrink <= 1.0).all()


@pytest.mark.slow
def test_the_recursion_is_fitted_to_training_figures_alone(prior):
    recursion = Recursion(SETTINGS, EVERYTHING, workers=1)
    wanted = OperatorSet((*TRAINING.operators, *altered(OTHERS).operators), (), ())
    other = Recursion(SETTINGS, wanted, workers=1)
    before = mean_field(recursion, TRAINING, prior, 24, 4, 1)
    after = mean_field(other, TRAINING, prior, 24, 4, 1)
    assert before.predictions.shape == (4, sum(EVERYTHING.sizes))
    assert before.predictions.tobytes() == after.predictions.tobytes()
