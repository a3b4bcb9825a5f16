"""Stop at any day, keep a replicate, resume it, or give it two futures."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.calendar_os import N_DAYS
from sim.event import Effect, Event
from sim.parameters import Parameters
from tests.sim.worlds import assert_same_run, change, fingerprint, run_model, tiny, tiny_world


@pytest.fixture(scope="module")
def whole():
    """A run without a stop."""
    return run_model(world=tiny_world(), seed=12)


def keep_and_restore(model):
    """A model written down and read again."""
    return pickle.loads(pickle.dumps(model))


WAYS = [
    *((keep_and_restore, day) for day in (0, 1, 64, 127, 180, 187, 240, 262)),
    *((copy.deepcopy, day) for day in (0, 180)),
    *((sim.RevolutionModel.fork, day) for day in (0, 180)),
]


@pytest.mark.parametrize(("way", "day"), WAYS)
def test_a_replicate_stopped_and_resumed_is_the_same(whole, day, way):
    model = sim.RevolutionModel(world=tiny_world(), seed=12)
    model.run(day)
    resumed = way(model)
    assert_same_run(model, resumed)
    resumed.run()
    assert_same_run(whole, resumed)


def test_the_original_does_not_notice_what_its_copies_live(whole):
    model = sim.RevolutionModel(world=tiny_world(), seed=12)
    model.run(100)
    for way in (keep_and_restore, copy.deepcopy, lambda m: m.fork()):
        other = way(model)
        other.mechanisms.pop()
        other.run(150)
        assert model.day == 100
    model.run()
    assert_same_run(whole, model)


@pytest.mark.parametrize("way", [keep_and_restore, copy.deepcopy])
def test_registered_agents_are_kept_with_the_model_and_belong_to_the_copy(way):
    model = sim.RevolutionModel(world=tiny_world(), seed=12)
    model.run(5)
    n = len(model.agents)
    other = way(model)
    other.run(60)
    assert len(other.agents) == n
    assert all(agent.model is other for agent in other.agents)
    soviet = other.agents.select(lambda a: getattr(a, "name", "") == "petrograd_soviet")[0]
    assert list(soviet.seats.values()) == other.seats("petrograd_soviet").tolist()
    assert soviet.seats != {
        p: int(n)
        for p, n in zip(model.record.parties, model.seats("petrograd_soviet"), strict=True)
    }


def no_revolt():
    """Settings without Kornilov's revolt."""
    return change(tiny(), "event.kornilov", enabled=False)


def test_a_fork_before_the_event_is_a_run_without_it_from_the_start():
    forked = run_model(world=tiny_world(), seed=5, until=170).fork(no_revolt())
    forked.run()
    assert_same_run(forked, run_model(no_revolt(), seed=5))


def test_two_futures_share_the_past_and_part_when_the_event_comes():
    here = run_model(world=tiny_world(), seed=5, until=170)
    there = here.fork(no_revolt())
    for model in (here, there):
        model.run()
    one, two = here.record.private_count, there.record.private_count
    np.testing.assert_array_equal(one[:177], two[:177])
    assert (one[177:] != two[177:]).any()


def test_a_fork_after_the_event_keeps_what_it_did():
    here = run_model(world=tiny_world(), seed=5, until=190)
    there = here.fork(no_revolt())
    np.testing.assert_array_equal(here.state.credibility, there.state.credibility)
    there.run()
    assert (
        fingerprint(there.record)["seats"]
        != fingerprint(run_model(no_revolt(), seed=5).record)["seats"]
    )


def test_a_fork_may_add_an_event():
    news = Event(
        "News", ("1917-09-01", "1917-09-01"), "News came.", "A test.",
        effects=(Effect("credibility.ME", 3.0),),
    )  # fmt: skip
    changed = replace(tiny(), event={**tiny().event, "news": news})
    model = run_model(world=tiny_world(), seed=5, until=180)
    with_news = model.fork(changed)
    model.run()
    with_news.run()
    np.testing.assert_array_equal(
        model.record.private_count[:184], with_news.record.private_count[:184]
    )
    assert with_news.share("petrograd_workers", "ME") > model.share("petrograd_workers", "ME")


def test_a_fork_may_change_parameters_from_a_day_on():
    model = run_model(world=tiny_world(), seed=5, until=100)
    faster = model.fork(parameters=Parameters(reconsideration_per_day=0.5))
    faster.run(110)
    model.run(110)
    flows = [m.record.switches[100:110].sum() for m in (model, faster)]
    assert flows[1] > 3 * flows[0]
    np.testing.assert_array_equal(model.record.switches[:100], faster.record.switches[:100])


def test_a_fork_with_another_memory_of_the_tide_is_refused():
    model = run_model(world=tiny_world(), until=20)
    longer = change(tiny(), "constants.repression", tide_window_days=21)
    with pytest.raises(ValueError, match="tide_window_days is 21 in the fork"):
        model.fork(longer)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("size", {"agents_factor": 0.06}),
        ("institution.kronstadt_soviet.chambers.all", {"seats": 291}),
        ("party.NAT", {"modelled": True}),
    ],
)
def test_a_fork_into_another_country_is_refused(path, values):
    model = run_model(world=tiny_world(), until=2)
    with pytest.raises(ValueError, match="must keep parties, places, size and institutions"):
        model.fork(change(tiny(), path, **values))


def test_nobody_lives_beyond_the_period():
    model = run_model(world=tiny_world(), seed=12)
    assert model.day == N_DAYS
    assert not model.running
    with pytest.raises(RuntimeError, match=r"ends on 1917-11-17 \(Old Style\).*fork"):
        model.step()
