"""Registered splits: nothing that is scored apart from the fit is ever fitted."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.fitting import operator_sets
from calibration.observation import OperatorSet
from calibration.refit import Refitter
from calibration.splits import REGISTRY, SplitError, columns_of, read_splits, subset
from calibration.summary import Records, feature_owner
from sim.historical import historical_settings

TRAINING, OTHERS = operator_sets(historical_settings())
EVERYTHING = OperatorSet((*TRAINING.operators, *OTHERS.operators), (), ())
SPLITS = read_splits(EVERYTHING).splits


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.name)
def test_only_training_figures_are_fitted(split):
    fitted = [o for o, yes in zip(EVERYTHING.operators, split.fitted, strict=True) if yes]
    assert {o.observation.role for o in fitted} == {"train"}


@pytest.mark.parametrize(
    "split", [s for s in SPLITS if s.name != "in_sample"], ids=lambda split: split.name
)
def test_no_figure_is_both_fitted_and_scored(split):
    assert not split.in_sample


def test_leaving_one_type_of_body_out_scores_every_training_figure_once():
    scored = sum(s.scored.astype(int) for s in SPLITS if s.family == "body_type")
    train = [o.observation.role == "train" for o in EVERYTHING.operators]
    np.testing.assert_array_equal(scored, np.array(train, dtype=int))


def test_figures_from_the_revolt_on_are_not_fitted_in_the_split_of_the_revolt():
    split = next(s for s in SPLITS if s.name == "revolt")
    kept = subset(EVERYTHING, split.fitted)
    assert max(o.observation.start_day for o in kept.operators) < 177  # 25 August


def test_the_hash_is_that_of_the_file(tmp_path):
    own = tmp_path / "splits.yaml"
    own.write_bytes(REGISTRY.read_bytes())
    assert read_splits(EVERYTHING, own).sha256 == read_splits(EVERYTHING).sha256
    own.write_bytes(REGISTRY.read_bytes() + b"# another line\n")
    assert read_splits(EVERYTHING, own).sha256 != read_splits(EVERYTHING).sha256


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {title: A, leave_out: []}", "no 'leave_out'"),
        ("a: {title: A, left_out: [{town: Moscow}]}", "no 'town'"),
        ("a: {title: A, each: place}", "each must be body_type"),
    ],
)
def test_a_registry_with_unknown_words_is_refused(tmp_path, text, message):
    own = tmp_path / "splits.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(SplitError, match=message):
        read_splits(EVERYTHING, own)


def test_columns_follow_the_sizes_of_operators():
    keep = np.zeros(len(EVERYTHING.operators), dtype=bool)
    keep[3] = True
    assert columns_of(EVERYTHING, keep).sum() == EVERYTHING.sizes[3]


def test_figures_left_out_of_a_refit_do_not_reach_its_posterior():
    rng = np.random.default_rng(0)
    n_features = len(feature_owner(TRAINING))
    scores = rng.standard_normal((400, 13))
    features = rng.uniform(0.0, 1.5, (400, n_features))
    records = Records(features, scores, np.arange(400))
    fitted = np.ones(len(TRAINING.operators), dtype=bool)
    fitted[[1, 9]] = False

    def posterior(left_out, kept):
        values = list(TRAINING.operators)
        for j in left_out + kept:
            values[j] = replace(values[j], value=np.roll(values[j].value, 1))
        return Refitter(OperatorSet(tuple(values), (), ()), records).posterior(fitted)

    as_documented = posterior([], [])
    assert posterior([1, 9], []).scores.tobytes() == as_documented.scores.tobytes()
    assert posterior([], [7]).scores.tobytes() != as_documented.scores.tobytes()
