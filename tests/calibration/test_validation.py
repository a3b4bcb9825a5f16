"""Scores side by side: who wins is said right, and where the model loses is said first."""

import numpy as np
import pytest

from calibration.ablation import ablations, worth
from calibration.error_model import ErrorModel
from calibration.fitting import operator_sets
from calibration.validation import bands, score_split, summary_rows, verdicts
from sim.historical import historical_settings
from sim.parameters import Parameters

SETTINGS = historical_settings()
TRAINING, _ = operator_sets(SETTINGS)
ALL = np.ones(len(TRAINING.operators), dtype=bool)
PARTIES = tuple(SETTINGS.party)


def around(offset, n=20):
    """Predictions at the documented values, moved towards equal shares by an offset."""
    parts = []
    for operator in TRAINING.operators:
        value = np.broadcast_to(operator.value, operator.shape)
        if operator.kind in ("shares", "presidium"):
            value = (1 - offset) * value + offset / len(operator.value)
        elif operator.kind == "level":
            value = value * (1 + offset)
        parts.append(value.ravel())
    return np.tile(np.concatenate(parts), (n, 1))


@pytest.fixture(scope="module")
def rows():
    forecasts = [
        ("model", around(0.1), ErrorModel()),
        ("N1", around(0.9), ErrorModel()),
        ("N3", around(0.4), ErrorModel()),
    ]
    scored = score_split("a", TRAINING, ALL, forecasts, 1, PARTIES)
    scored += score_split(
        "b",
        TRAINING,
        ALL,
        [("model", around(0.9), ErrorModel()), ("N3", around(0.1), ErrorModel())],
        1,
        PARTIES,
    )
    return summary_rows(scored, 200, 1)


def row(rows, split, model, measure):
    return next(
        r for r in rows if (r["split"], r["model"], r["measure"]) == (split, model, measure)
    )


def test_the_forecast_nearer_to_the_figures_has_the_better_scores(rows):
    for measure, sign in (("log_score", 1), ("crps", -1), ("energy_score", -1),
                          ("rmse_points", -1)):  # fmt: skip
        own = row(rows, "a", "model", measure)["estimate"]
        assert sign * own > sign * row(rows, "a", "N1", measure)["estimate"], measure


def test_skill_of_the_reference_against_itself_is_nothing(rows):
    for measure in ("log_score", "crps", "energy_score"):
        own = row(rows, "a", "N3", measure)
        assert own["skill"] == own["skill_low"] == own["skill_high"] == pytest.approx(0.0)


def test_an_interval_holds_its_estimate(rows):
    for each in rows:
        assert each["low"] <= each["estimate"] + 1e-9
        assert each["estimate"] <= each["high"] + 1e-9


def test_where_the_model_loses_is_said_first(rows):
    lines = verdicts(rows, {"a": "Split A", "b": "Split B"})
    assert lines[0].startswith("Split B: the model loses to N3")
    assert lines[1].startswith("Split A: the model beats all rivals")


def test_exact_predictions_lie_in_their_bands_and_distant_ones_do_not():
    near = bands(TRAINING, around(0.0, 4), ErrorModel(), 1)
    far = bands(TRAINING, around(0.9, 4), ErrorModel(), 1)
    assert near.inside.mean() > 0.95
    assert far.inside.mean() < 0.6
    assert 0.8 < near.ideal.mean() < 0.98  # ninety percent by construction, less rounding


def test_an_ablation_that_changes_nothing_is_worth_nothing():
    found = worth(TRAINING, ALL, ALL, around(0.1), around(0.1), ErrorModel())
    assert found.change == pytest.approx(0.0)
    assert found.effective_runs == pytest.approx(20.0)


def test_an_ablation_that_spoils_the_predictions_costs_log_score():
    found = worth(TRAINING, ALL, ALL, around(0.1), around(0.8), ErrorModel())
    assert found.change < -found.se


def test_every_switch_has_an_ablation_that_turns_it_off():
    off = {name for each in ablations() for name in each.off}
    for each in ablations():
        mechanism = each.settings(SETTINGS).mechanism
        assert all(not getattr(mechanism, name) for name in each.off)
    assert len(off) == len(vars(SETTINGS.mechanism))


def test_ablated_parameters_are_parameters_that_the_model_takes():
    turned = next(each for each in ablations() if each.name == "repression_turned")
    values = np.array([[*Parameters().as_dict().values(), 0.02, 0.02, 0.02]])
    changed = turned.values(values)
    assert (changed != values).sum() == 1
    assert changed.min() == pytest.approx(-Parameters().repression_weight)
