"""Where sliders stand, and what the intervals of the page draw."""

import threading

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra [app] is not installed")

from calibration.posterior import load_posterior
from calibration.prior import NAMES
from experiments.app.engine import N_REPLICATES, Engine
from experiments.app.ensemble import run_ensemble
from experiments.app.messages import History
from experiments.app.parameters import SLIDERS, Knowledge, knowledge
from experiments.parameter_sets import installed_prior
from sim.parameters import PARAMETER_NAMES, Parameters


def test_every_parameter_has_a_slider():
    assert {slider.name for slider in SLIDERS} == set(PARAMETER_NAMES)


def test_a_slider_stands_at_the_median_of_the_posterior_within_the_range_of_the_prior():
    values = load_posterior().values
    for slider in SLIDERS:
        centre = getattr(knowledge().centre, slider.name)
        median = np.median(values[:, NAMES.index(slider.name)])
        assert centre == pytest.approx(median, rel=1e-3)
        low, high = knowledge().range_of(slider.name)
        assert low < centre < high
        scores = installed_prior().parameters[slider.name].score(np.array([low, high]))
        np.testing.assert_allclose(scores, [-1.645, 1.645], atol=1e-3)


def test_without_a_slider_moved_the_sets_are_rows_of_the_posterior():
    rows = {tuple(row) for row in load_posterior().values[:, : len(PARAMETER_NAMES)]}
    drawn = knowledge().sets(N_REPLICATES, 1917, {})
    assert {tuple(each.as_dict().values()) for each in drawn} <= rows
    assert len(set(drawn)) == N_REPLICATES


def test_a_moved_slider_is_held_and_the_others_stay_paired():
    free = knowledge().sets(N_REPLICATES, 7, {})
    held = knowledge().sets(N_REPLICATES, 7, {"discredit": 0.25})
    for one, other in zip(free, held, strict=True):
        assert other.discredit == 0.25
        assert one.discredit != 0.25
        assert one.as_dict() | {"discredit": 0.25} == other.as_dict()


def test_without_a_posterior_sets_come_from_the_prior_around_the_usual_parameters():
    known = Knowledge(installed_prior(), None)
    assert known.source == "prior"
    assert known.centre == Parameters()
    assert known.learnt("discredit") is None
    drawn = known.sets(64, 3, {"renewal_per_day": 0.01})
    assert {each.renewal_per_day for each in drawn} == {0.01}
    median = np.median([each.grievance_weight for each in drawn])
    assert median == pytest.approx(Parameters().grievance_weight, rel=0.1)


def test_the_intervals_of_the_page_run_the_sets_of_the_posterior(monkeypatch):
    engine, lived = Engine("tiny"), []
    live = engine.live

    def noting(model, stop, each_day=None):
        lived.append((model.data.seed, model.data.parameters))
        return live(model, stop, each_day)

    monkeypatch.setattr(engine, "live", noting)
    base, moved = History((), (), 5), History((), (("discredit", 1.0),), 5)
    stop = threading.Event()
    run_ensemble(engine, 1, (("a", base), ("b", moved)), lambda _: None, stop, with_parameters=True)
    sets = knowledge().sets(N_REPLICATES, 5, {})
    assert len(lived) == 2 * N_REPLICATES
    by_seed = {}
    for seed, parameters in lived:
        by_seed.setdefault(seed, []).append(parameters)
    assert len(by_seed) == N_REPLICATES
    for pair in by_seed.values():
        free, held = sorted(pair, key=lambda each: each.discredit == 1.0)
        assert free in sets
        assert held.as_dict() == free.as_dict() | {"discredit": 1.0}
