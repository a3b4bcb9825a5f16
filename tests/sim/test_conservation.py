"""What a run never changes: people, weights, sums of shares, mandates (V15)."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.institution import VACANT
from sim.mechanism import Mechanisms
from sim.parameters import BOUNDS, Parameters
from tests.sim.worlds import change, run_model, tiny, tiny_world

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_every_day(model, until):
    """Live day by day and check what must hold every evening."""
    world, plan = model.world, model.world.plan
    people = world.layout.people_per_agent.copy()
    agents = np.diff(world.layout.agent_start)
    seats = np.bincount(plan.chamber, minlength=len(plan.chambers))
    for _ in range(until):
        before = model.state.mandates.count.sum(axis=1)
        model.step()
        state, day = model.state, model.day - 1
        record = model.record
        private, public = record.private_count[day], record.public_count[day]
        # Nobody appears or disappears: present and in the villages make all.
        np.testing.assert_array_equal(
            private.sum(axis=1) + record.village_count[day].sum(axis=1), agents
        )
        np.testing.assert_array_equal(private.sum(axis=1), public.sum(axis=1))
        assert (private >= 0).all()
        assert (public >= 0).all()
        for shares in (state.private_unit_share, state.public_unit_share):
            np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)
        for shares in (state.private_share, state.public_share):
            np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)
        count = state.mandates.count.sum(axis=1)
        assert (count <= seats).all()
        ever_full = np.isin(count, [0, before.max()]) | (count == seats) | ~plan_starts_full(plan)
        assert ever_full.all()
        for level in (state.grievance, state.fatigue, state.tide):
            assert ((level >= 0.0) & (level <= 1.0)).all()
        assert np.isfinite(state.credibility).all()
        assert (state.members >= 0.0).all()
        assert (state.members <= 50.0 + 1e-9).all()
    np.testing.assert_array_equal(world.layout.people_per_agent, people)


def plan_starts_full(plan):
    """Whether each chamber has all seats filled from 1 March on."""
    full = np.ones(len(plan.chambers), dtype=bool)
    full[plan.chamber[~plan.from_start]] = False
    return full


def counts_from_columns(model):
    """Counts by constituency, party and presence, taken from the people themselves."""
    layout, people = model.world.layout, model.state.population
    place = np.repeat(np.arange(len(layout.ids)), np.diff(layout.agent_start))
    counts = np.zeros((2, len(layout.ids), len(model.world.parties.ids)), dtype=int)
    np.add.at(counts, (people.present.astype(int), place, people.allegiance), 1)
    return counts


def test_the_historical_run_conserves_people_shares_and_mandates():
    model = sim.RevolutionModel(world=tiny_world(), seed=3)
    check_every_day(model, 262)
    gone, present = counts_from_columns(model)
    np.testing.assert_array_equal(model.record.private_count[-1], present)
    np.testing.assert_array_equal(model.record.village_count[-1], gone)
    assert gone.sum() > 0


@SLOW
@given(
    off=st.sets(st.sampled_from([f.name for f in fields(Mechanisms)])),
    draw=st.fixed_dictionaries({n: st.floats(low, high) for n, (low, high) in BOUNDS.items()}),
    seed=st.integers(0, 2**63 - 1),
)
def test_any_parameters_and_switches_conserve_people_shares_and_mandates(off, draw, seed):
    settings = change(tiny(), "mechanism", **dict.fromkeys(off, False))
    check_every_day(sim.RevolutionModel(settings, Parameters(**draw), seed), 8)


def test_changes_of_a_day_are_its_switches_entries_and_desertions():
    settings = change(tiny(), "mechanism", turnover=False)
    record = run_model(settings, until=120).record
    counts = np.concatenate([record.initial_count[None], record.private_count[:120]])
    flow = record.switches[:120]
    gone = np.diff(np.concatenate([np.zeros_like(counts[:1]), record.village_count[:120]]), axis=0)
    np.testing.assert_array_equal(
        np.diff(counts, axis=0), flow.sum(axis=2) - flow.sum(axis=3) - gone
    )
    assert (np.diagonal(flow, axis1=2, axis2=3) == 0).all()
    assert flow.sum() > 100


def test_counted_seats_are_the_seats():
    model = run_model(world=tiny_world(), seed=1, until=240)
    plan, mandates = model.world.plan, model.state.mandates
    held = mandates.allegiance != VACANT
    expected = np.zeros_like(mandates.count)
    np.add.at(expected, (plan.chamber[held], mandates.allegiance[held]), 1)
    np.testing.assert_array_equal(mandates.count, expected)
    np.testing.assert_array_equal(model.record.seats[239], expected)


def test_a_congress_sits_from_its_election_and_an_executive_until_it_is_dissolved():
    model = run_model(world=tiny_world(), seed=1)
    record = model.record
    total = {name: record.seats[:, i].sum(axis=1) for i, name in enumerate(record.chambers)}
    june = total["congress_june/all"]
    assert june[73] == 0  # 13 May: the window of 21 days to 3 June opens on 14 May
    assert 0 < june[84] < 777
    assert (june[94:] == 777).all()
    first = total["central_executive/first"]
    assert (first[114], first[115], first[239], first[240]) == (0, 300, 300, 0)
    assert total["central_executive/second"][-1] == 300


@pytest.mark.parametrize("name", ["moscow_workers_executive", "petrograd_soviet"])
def test_mandates_of_a_standing_body_are_constant(name):
    model = run_model(world=tiny_world(), seed=1)
    rows = [i for i, c in enumerate(model.record.chambers) if c.startswith(f"{name}/")]
    per_day = model.record.seats[:, rows].sum(axis=(1, 2))
    assert np.ptp(per_day) == 0
    assert per_day[0] > 0
