"""Same seed, same bytes: on one thread or two, watched or not, compiled or not."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import numba
import numpy as np
import pytest

import sim
from sim.day import Today, people_meet
from sim.population import BLOCK_AGENTS, live_a_day
from tests.sim.worlds import (
    assert_same_run,
    change,
    fingerprint,
    run_model,
    seven,
    small_settings,
    state_bytes,
    tiny,
    tiny_world,
)


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_the_same_seed_gives_the_same_bytes(seed):
    assert_same_run(run_model(world=tiny_world(), seed=seed), run_model(tiny(), seed=seed))


def test_seed_zero_is_a_seed_and_differs_from_seed_one():
    zero, one, left_out = (run_model(world=tiny_world(), seed=s, until=20) for s in (0, 1, 0))
    assert_same_run(zero, left_out)
    assert fingerprint(zero.record)["private_count"] != fingerprint(one.record)["private_count"]
    assert state_bytes(zero)["ideal"] != state_bytes(one)["ideal"]


def test_a_run_leaves_the_tables_that_runs_share_as_they_were():
    world = sim.build_world(tiny())
    before = hashlib.sha256(repr(freeze(world)).encode()).hexdigest()
    run_model(world=world, seed=5)
    assert hashlib.sha256(repr(freeze(world)).encode()).hexdigest() == before


def freeze(value):
    """A value as nested tuples, arrays as bytes."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if hasattr(value, "__dataclass_fields__"):
        return tuple(freeze(getattr(value, name)) for name in value.__dataclass_fields__)
    if isinstance(value, dict):
        return tuple((key, freeze(item)) for key, item in value.items())
    return tuple(freeze(item) for item in value) if isinstance(value, list | tuple) else value


def crowd():
    """A model whose places hold several blocks each, at an eventful date."""
    settings = change(
        small_settings(seven(), agents=5 * BLOCK_AGENTS, units=3),
        "mechanism",
        **dict.fromkeys(("turnover", "fear", "social_influence", "dispersion"), True),
    )
    model = sim.RevolutionModel(settings, seed=11)
    model.run(2)
    model.state.repression = np.ones(1)
    model.state.joint_action = np.ones(1)
    return model


def day_of_a_crowd(*, parallel, threads=1):
    """Tally and people after a day with several blocks."""
    model = crowd()
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        today = Today(2, model.state.this_morning(), model.world, model.data, model.record)
        meet = replace(
            people_meet(today),
            act_together=np.full(model.world.layout.n_units, 0.3),
            desert=np.array([0.05]),
        )
        tally = live_a_day(
            model.state.population, model.world.blocks, meet, 11, 2, parallel=parallel
        )
    finally:
        numba.set_num_threads(before)
    return [a.tobytes() for a in (tally.change, tally.hidden, tally.deserted, tally.switches)], (
        state_bytes(model)
    )


@pytest.mark.parametrize("threads", [1, min(2, numba.config.NUMBA_NUM_THREADS)])
def test_one_thread_or_more_make_no_difference(threads):
    serial = day_of_a_crowd(parallel=False)
    assert day_of_a_crowd(parallel=True, threads=threads) == serial
    assert all(any(part) for part in serial[0])


def test_a_run_on_all_threads_is_the_run_on_one():
    plain, threaded = (sim.RevolutionModel(world=tiny_world(), seed=6) for _ in range(2))
    threaded.data = replace(threaded.data, parallel=True)
    plain.run(70)
    threaded.run(70)
    assert_same_run(plain, threaded)


def test_blocks_are_no_part_of_the_result(monkeypatch):
    whole = run_model(world=tiny_world(), seed=8, until=40)
    monkeypatch.setattr("sim.population.BLOCK_AGENTS", 7)
    pieces = run_model(tiny(), seed=8, until=40)
    assert len(pieces.world.blocks.start) > 2 * len(whole.world.blocks.start) / 3
    assert pieces.world.blocks.stop[0] - pieces.world.blocks.start[0] <= 7
    assert_same_run(whole, pieces)


def test_looking_at_a_run_changes_nothing():
    plain, watched = (sim.RevolutionModel(world=tiny_world(), seed=7) for _ in range(2))
    plain.run(190)
    for day in range(190):
        if day % 40 == 3:
            person = watched.person(day)
            person.terms(), person.chances(), str(person)
            watched.agents.shuffle().select(at_most=10)
            watched.agents.get("unique_id")
            watched.share("petrograd_workers", "BO", public=True)
            watched.seats("petrograd_soviet")
            (
                watched.record.shares("petrograd_workers"),
                watched.record.seat_shares("kronstadt_soviet"),
            )
        watched.step()
    assert_same_run(plain, watched)


def test_mesas_own_generator_is_no_part_of_the_result():
    plain, disturbed = (sim.RevolutionModel(world=tiny_world(), seed=7) for _ in range(2))
    disturbed.random.random()
    disturbed.rng.random(100)
    np.random.seed(3)  # noqa: NPY002 - the global generator must not matter
    plain.run(30)
    disturbed.run(30)
    assert_same_run(plain, disturbed)


ORACLE = """
import hashlib, json, sys
import numpy as np
from tests.sim.worlds import ARRAYS, fingerprint
from tests.sim.test_determinism import story
model = story()
record = fingerprint(model.record)
people = model.state.population
print(json.dumps({
    "jit": hasattr(__import__("sim.population").population._live, "py_func"),
    "record": {k: hashlib.sha256(v).hexdigest() for k, v in record.items()},
    "people": {k: getattr(people, k).tolist() for k in
               ("allegiance", "present", "joint", "fear", "ideal", "entry_day")},
}))
"""


def story():
    """A small place in which everything happens to somebody, within three weeks."""
    whole = tiny()
    names = ("kornilov", "united_front", "july_days")
    events = {name: whole.event[name] for name in names}
    march = {"1917-08-": "1917-03-", "1917-07-0": "1917-03-1"}
    early = json.loads(json.dumps({n: e.window for n, e in events.items()}))
    moved = {}
    for name, event in events.items():
        effects = tuple(
            replace(e, window=e.window and tuple(shift(d, march) for d in e.window))
            for e in event.effects
        )
        window = tuple(shift(d, march) for d in early[name])
        moved[name] = replace(event, window=window, effects=effects)
    settings = small_settings(
        seven((0.14, 0.02, 0.16, 0.08, 0.20, 0.05, 0.35)),
        agents=160,
        units=3,
        event=moved,
        sector="garrison",
    )
    settings = replace(settings, mechanism=whole.mechanism)
    settings = change(settings, "place.sectors.garrison", turnover_per_day=0.02)
    settings = change(settings, "constants.desertion", per_day=0.02)
    return run_model(settings, seed=17, until=32)


def shift(date, names):
    """A date moved into March."""
    for old, new in names.items():
        date = date.replace(old, new)
    return date


def test_the_compiled_run_is_the_run_of_plain_python():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    answer = subprocess.run(
        [sys.executable, "-c", ORACLE],
        env=environment, capture_output=True, text=True, check=True, cwd=os.getcwd(),
    )  # fmt: skip
    plain = json.loads(answer.stdout)
    model = story()
    assert not plain["jit"]
    compiled = {k: hashlib.sha256(v).hexdigest() for k, v in fingerprint(model.record).items()}
    assert compiled == plain["record"]
    people = model.state.population
    for name in ("allegiance", "present", "entry_day"):
        assert getattr(people, name).tolist() == plain["people"][name], name
    for name in ("joint", "fear", "ideal"):
        # Elementary functions of two libraries may differ in the last bit.
        np.testing.assert_allclose(getattr(people, name), plain["people"][name], rtol=1e-5)
    # The story is one in which everything happens to somebody.
    assert (people.entry_day >= 0).any()
    assert not people.present.all()
    assert (people.joint > 0).any()
    assert (model.record.public_count != model.record.private_count).any()
    assert model.record.switches.sum() > 50
