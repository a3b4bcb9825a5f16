"""Inference against problems whose answer is known, and on the project's own bank."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.diagnostics import (
    calibrate_by_simulation,
    contraction,
    disagreement,
    influence_of_each,
)
from calibration.history import match
from calibration.inference import infer, infer_own, prepare
from calibration.prior import NAMES
from calibration.summary import Records, cross_fitted

N_PARAMETERS = 3


def linear_bank(n, seed, noise=0.5):
    """Records that are linear in the parameters: the exact posterior is Normal."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, N_PARAMETERS))
    design = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.5, -1.0, 0.0]])
    features = scores @ design.T + noise * rng.standard_normal((n, 4))
    precision = np.eye(N_PARAMETERS) + design.T @ design / noise**2

    def exact(record):
        cov = np.linalg.inv(precision)
        return cov @ design.T @ record / noise**2, np.sqrt(np.diag(cov))

    return Records(features, scores, np.arange(n)), exact


def test_a_linear_normal_problem_gives_its_exact_posterior():
    records, exact = linear_bank(6000, seed=1)
    record = np.array([0.6, -0.4, 0.3, 0.7])
    sample = infer(prepare(records), record)
    mean, sd = exact(record)
    np.testing.assert_allclose(sample.mean(), mean, atol=0.08)
    np.testing.assert_allclose(sample.sd(), sd, rtol=0.12)


def several_records(n_rows, per_row, seed):
    """A linear bank whose rows have several records each, with their own scatter."""
    rng = np.random.default_rng(seed)
    scores = np.tile(rng.standard_normal((n_rows, N_PARAMETERS)), (per_row, 1))
    features = np.repeat(scores[:, :1], 4, axis=1) + rng.standard_normal((len(scores), 4))
    return Records(features, scores, np.tile(np.arange(n_rows), per_row))


def test_no_row_helps_to_learn_the_summaries_of_its_own_records():
    records = several_records(300, 4, seed=11)
    before, _ = cross_fitted(records)
    mine = records.origin == 7
    changed = records.scores.copy()
    changed[mine] += 100.0
    after, _ = cross_fitted(replace(records, scores=changed))
    np.testing.assert_array_equal(after[mine], before[mine])
    assert np.abs(after - before).max() > 0.1


def test_a_known_record_is_inferred_without_any_record_of_its_row():
    fit = prepare(several_records(200, 4, seed=12))
    assert fit.kept == 600  # three quarters, so that rows near the record are all wanted
    sample = infer_own(fit, 5)
    assert 5 not in sample.rows
    again = infer(fit, fit.records.features[5])
    assert 5 in again.rows


def test_records_of_some_rows_number_those_rows_anew():
    records = several_records(6, 2, seed=13)
    some = records.of(np.array([False, True, False, True, True, False]))
    np.testing.assert_array_equal(some.origin, [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(some.scores[0], records.scores[1])
    np.testing.assert_array_equal(some.features[5], records.features[10])


def test_a_parameter_that_nothing_informs_keeps_its_prior():
    records, _ = linear_bank(6000, seed=2)
    sample = infer(prepare(records), np.zeros(4))
    shrunk = contraction(sample, np.ones(N_PARAMETERS))
    assert shrunk[0] > 0.5
    assert abs(shrunk[2]) < 0.1


@pytest.mark.statistical
def test_intervals_on_known_records_cover_what_they_should():
    # 300 records: a correct 90 % interval covers 257 to 283 of them with probability 0.99
    # for each of three parameters; the bounds below are wider, false alarms under 1 in 1000.
    records, _ = linear_bank(4000, seed=3)
    tested = calibrate_by_simulation(prepare(records), 300, seed=4)
    assert ((tested.coverage(0.9) > 0.83) & (tested.coverage(0.9) < 0.96)).all()
    assert (tested.ks_p_values() > 1e-4).all()


@pytest.mark.statistical
def test_an_overconfident_posterior_would_be_noticed():
    records, _ = linear_bank(4000, seed=3)
    tested = calibrate_by_simulation(prepare(records), 300, seed=4)
    overconfident = 0.5 + 2.0 * (tested.rank - 0.5)  # intervals half as wide
    narrowed = replace(tested, rank=np.clip(overconfident, 0.0, 1.0))
    assert narrowed.coverage(0.9).max() < 0.83


def test_two_independent_banks_agree():
    samples = []
    for seed in (5, 6):
        records, _ = linear_bank(5000, seed=seed)
        samples.append(infer(prepare(records), np.array([0.6, -0.4, 0.3, 0.7])))
    assert disagreement(*samples).max() < 0.2


def test_leaving_out_what_informs_a_parameter_widens_it_and_nothing_else_does():
    records, _ = linear_bank(5000, seed=7)
    record = np.array([0.6, -0.4, 0.3, 0.7])
    whole = infer(prepare(records), record)
    owner = np.array([0, 1, 2, 3])
    found = influence_of_each(records, record, owner, ("first", "second", "rest", "rest"), whole)
    assert [each.observation for each in found] == ["first", "second", "rest"]
    rest = found[2]
    assert rest.widening[0] > 1.15
    assert rest.widening[1] > 1.15
    assert abs(rest.widening[2] - 1.0) < 0.1


def test_a_record_unlike_the_bank_is_called_untypical():
    records, _ = linear_bank(3000, seed=8)
    fit = prepare(records)
    assert infer(fit, np.zeros(4)).typical > 0.3
    assert infer(fit, np.array([9.0, -9.0, 9.0, 9.0])).typical < 0.02


def test_the_same_bank_gives_the_same_bytes():
    records, _ = linear_bank(1500, seed=9)
    first, second = (infer(prepare(records), np.zeros(4)) for _ in range(2))
    assert first.scores.tobytes() == second.scores.tobytes()


class OneFeature:
    """Stands in for a set of operators with one level each."""

    def __init__(self, n):
        from types import SimpleNamespace

        self.n = n
        self.operators = [SimpleNamespace(kind="level", value=np.ones(1)) for _ in range(n)]

    def split(self, predictions):
        return [predictions[:, j].reshape(-1, 1, 1) for j in range(self.n)]


def test_history_matching_rules_out_what_cannot_give_the_record_and_no_more():
    rng = np.random.default_rng(10)
    scores = rng.standard_normal((1500, len(NAMES)))
    predictions = np.exp(scores[:, :3] + 0.05 * rng.standard_normal((1500, 3)))
    drawn = np.log(predictions) + 0.1 * rng.standard_normal((1500, 3))
    emulator = match(scores, predictions, drawn, np.array([0.2, 0.2, 0.2]), OneFeature(3))
    near, far = np.zeros((2, 1, len(NAMES)))
    far[0, :2] = 2.5
    assert emulator.plausible(near)[0]
    assert not emulator.plausible(far)[0]
    assert emulator.plausible(scores).mean() >= 0.29  # the cutoff keeps 30 %
