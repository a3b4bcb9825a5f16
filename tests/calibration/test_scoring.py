"""Scores: against closed forms, by hand, and that a worse ensemble never looks better."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from calibration.error_model import ErrorModel
from calibration.ledger import load_ledger
from calibration.likelihood import log_likelihood
from calibration.observation import compile_operators
from calibration.scoring import (
    crps,
    energy_score,
    other_readings,
    place_in,
    score_all,
    score_operator,
    summaries,
)
from sim.historical import historical_settings
from sim.party import PARTY_IDS

SCATTER = ErrorModel()


@pytest.fixture(scope="module")
def operators():
    """Operators of everything that is scored."""
    return compile_operators(load_ledger().scored(), historical_settings())


def operator_of(operators, observation):
    """The operator of one observation."""
    return next(o for o in operators.operators if o.id == observation)


def truthful(operator, n_replicates=4):
    """Predictions that say what is documented."""
    return np.broadcast_to(operator.value, (n_replicates, *operator.shape)).astype(float)


def test_crps_of_a_normal_ensemble_is_that_of_the_normal_law():
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for value in (-1.3, 0.0, 0.4):
        exact = value * (2 * norm.cdf(value) - 1) + 2 * norm.pdf(value) - 1 / np.sqrt(np.pi)
        assert crps(draws, value) == pytest.approx(exact, abs=1e-3)


def test_the_energy_score_of_one_number_is_its_crps():
    draws = np.random.default_rng(0).normal(size=300)
    assert energy_score(draws[:, None], np.array([0.7])) == pytest.approx(crps(draws, 0.7))


def test_a_certain_ensemble_is_off_by_its_distance():
    assert crps(np.full(50, 2.0), 5.0) == 3.0
    assert energy_score(np.tile([0.0, 0.0], (9, 1)), np.array([3.0, 4.0])) == pytest.approx(5.0)


def test_ties_count_half_in_the_place_of_a_value():
    assert place_in(np.array([0.0, 1.0, 1.0, 2.0]), 1.0) == 0.5


def test_what_is_documented_lies_in_the_interval_of_a_truthful_ensemble(operators):
    operator = operator_of(operators, "S44_petrograd_votes_aug")
    score = score_operator(operator, truthful(operator), SCATTER)
    for value in score.values:
        assert value.predicted == pytest.approx(value.documented)
        assert value.within == (1.0, 1.0)
        assert value.low[1] <= value.low[0] <= value.high[0] <= value.high[1]


def test_an_ensemble_that_is_far_off_scores_worse_in_every_way(operators):
    operator = operator_of(operators, "S44_petrograd_votes_aug")
    wrong = np.roll(truthful(operator), 2, axis=-1)
    good, bad = (score_operator(operator, each, SCATTER) for each in (truthful(operator), wrong))
    assert bad.log_score < good.log_score - 1
    assert bad.energy_score > good.energy_score
    assert any(value.within[1] == 0.0 for value in bad.values)
    assert all(b.crps >= g.crps for b, g in zip(bad.values, good.values, strict=True))


def test_the_log_score_averages_probabilities_and_not_their_logarithms(operators):
    operator = operator_of(operators, "S44_petrograd_votes_aug")
    both = np.concatenate([truthful(operator, 1), np.roll(truthful(operator, 1), 2, axis=-1)])
    chances = np.exp(log_likelihood(operator, both, SCATTER))
    score = score_operator(operator, both, SCATTER)
    assert score.log_score == pytest.approx(np.log(chances.mean()))


def test_a_misprint_is_another_reading_with_a_fifth_of_the_weight(operators):
    operator = operator_of(operators, "O_psov_0831")
    (misprint,) = other_readings(operator, PARTY_IDS)
    np.testing.assert_allclose(misprint.value * misprint.n, [229.0, 115.0, 51.0])
    score = score_operator(operator, truthful(operator), SCATTER)
    chances = [
        np.exp(log_likelihood(each, truthful(operator), SCATTER)).mean()
        for each in (operator, misprint)
    ]
    assert score.n_readings == 2
    assert score.log_score == pytest.approx(np.log(0.8 * chances[0] + 0.2 * chances[1]))


def test_a_percentage_that_conflicts_with_counts_is_scaled_to_them(operators):
    operator = operator_of(operators, "O_mosduma_sep_a")
    (other,) = other_readings(operator, PARTY_IDS)
    shares = dict(zip(other.labels, other.value, strict=True))
    assert shares["Kadet"] == pytest.approx(0.315)
    assert shares["Bolshevik"] == pytest.approx(0.495)


def test_an_undisputed_figure_has_one_reading(operators):
    assert other_readings(operator_of(operators, "O_kron_may"), PARTY_IDS) == []


def test_a_claim_has_a_chance_and_no_interval(operators):
    claim = next(o for o in operators.operators if o.kind == "claim")
    always, never = (
        score_operator(claim, np.full((5, *claim.shape), holds), SCATTER) for holds in (1.0, 0.0)
    )
    assert np.isnan([*always.values[0].low, *always.values[0].within]).all()
    assert (always.values[0].predicted, never.values[0].predicted) == (1.0, 0.0)
    assert np.exp(always.log_score) == pytest.approx(0.9)
    assert np.exp(never.log_score) == pytest.approx(0.1)


def test_draws_of_an_observation_depend_on_no_other_observation(operators):
    alone = compile_operators(
        [load_ledger()["O_kron_may"]], historical_settings()
    )  # fmt: skip
    every = np.concatenate([truthful(o).reshape(4, -1) for o in operators.operators], axis=1)
    few = truthful(alone.operators[0]).reshape(4, -1)
    (found,) = score_all(alone, few, SCATTER, seed=3)
    among = next(
        s for s in score_all(operators, every, SCATTER, seed=3) if s.operator.id == "O_kron_may"
    )
    assert [v.low for v in found.values] == [v.low for v in among.values]
    assert found.energy_score == among.energy_score


def test_sums_leave_out_what_a_source_does_not_name(operators):
    operator = operator_of(operators, "S02_saratov_plenum")  # one party, and the others
    off = truthful(operator) + np.array([0.1, -0.1])
    (total,) = summaries([score_operator(operator, off, SCATTER)])
    assert total.n_figures == 1
    assert total.rmse_points == pytest.approx(10.0)


def test_sums_go_by_role_and_then_over_all(operators):
    train = operator_of(operators, "O_kron_may")
    held_out = operator_of(operators, "O_ca_petrograd")
    scores = [score_operator(o, truthful(o), SCATTER) for o in (train, held_out)]
    assert [each.role for each in summaries(scores)] == ["train", "holdout", "all"]
    assert all(each.rmse_points == pytest.approx(0.0) for each in summaries(scores))


def test_without_replicates_there_is_nothing_to_score(operators):
    with pytest.raises(ValueError, match="at least one finished replicate"):
        score_all(operators, np.zeros((0, sum(operators.sizes))), SCATTER)


def test_turnout_and_people_are_not_counted_as_shares_of_a_whole(operators):
    people = next(o for o in operators.operators if o.kind == "level")
    score = score_operator(people, truthful(people), SCATTER)
    assert not any(value.counts_as_figure for value in score.values)
    named = operator_of(operators, "O_kron_may")
    other = replace(named, labels=("other", *named.labels[1:]))
    assert not score_operator(other, truthful(other), SCATTER).values[0].counts_as_figure
