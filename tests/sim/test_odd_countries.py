"""Countries at the edge: without bodies, without people, with a party more."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.party import TRACE_SHARE
from tests.sim.worlds import change, run_model, seven, small_settings, tiny


def test_a_country_without_bodies_runs():
    model = run_model(replace(small_settings(seven()), institution={}), until=30)
    assert model.record.seats.shape == (262, 0, 7)
    assert model.record.private_count[29].sum() == 1000


def test_shares_stay_where_nobody_is_left():
    settings = small_settings(seven(), on=("desertion", "contact"), sector="garrison", agents=60)
    settings = change(settings, "constants.desertion", per_day=1.0)
    model = run_model(settings, until=200)
    record = model.record
    empty = np.flatnonzero(record.private_count[:200, 0].sum(axis=1) == 0)
    assert len(empty) > 50
    assert record.village_count[199].sum() == 60
    np.testing.assert_allclose(model.state.private_share.sum(axis=1), 1.0)
    assert np.isfinite(record.members[:200]).all()


@pytest.mark.parametrize("party", ["NAT", "AN"])
def test_a_party_more_has_a_column_and_a_trace_where_nothing_is_said_of_it(party):
    settings = change(tiny(), f"party.{party}", modelled=True)
    model = sim.RevolutionModel(settings, seed=1)
    assert model.record.parties == (*seven(), party)
    urals = model.world.layout.ids.index("urals")
    assert model.world.initial_mean[urals, 7] == pytest.approx(TRACE_SHARE / (1 + TRACE_SHARE))
    if party == "NAT":
        ukraine = model.world.layout.ids.index("ukraine")
        assert model.world.initial_mean[ukraine, 7] == pytest.approx(0.35)
    model.run(30)
    np.testing.assert_allclose(model.state.private_share.sum(axis=1), 1.0)


def test_a_party_without_a_column_is_counted_with_another():
    table = sim.build_world(tiny()).parties
    row = table.shares("x", {"NP": 0.2, "RSR": 0.3, "NAT": 0.1, "AN": 0.4})
    assert row[table.index("RSR")] == pytest.approx(0.4, rel=0.02)
    assert row[table.index("NP")] == pytest.approx(0.6, rel=0.02)


@pytest.mark.parametrize("mode", ["mean", "drawn"])
def test_initial_shares_are_expected_or_drawn(mode):
    model = sim.RevolutionModel(replace(tiny(), initial_shares=mode), seed=4)
    same = np.array_equal(model.data.initial_expected, model.world.initial_mean)
    assert same == (mode == "mean")
    np.testing.assert_allclose(model.data.initial_expected.sum(axis=1), 1.0)
    assert (model.data.initial_expected > 0).all()
