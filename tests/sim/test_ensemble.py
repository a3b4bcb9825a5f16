"""Ensembles: the same results from one process or several, and failures among them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import sim
from sim.ensemble import Failure, Replicate, run_ensemble, run_replicate
from sim.event import Effect, Event
from sim.parameters import Parameters
from sim.streams import replicate_seed
from tests.sim.worlds import fingerprint, run_model, seven, small_settings, tiny

REPLICATES = [Replicate(Parameters(), replicate_seed(3, r)) for r in range(4)]


def everything(record):
    """All that a record holds."""
    return fingerprint(record)


def last_day(record):
    """Counts of the last evening."""
    return record.private_count[-1].tolist()


def collected(settings=None, replicates=REPLICATES, reduce=everything, **how):
    """Results by index."""
    return dict(run_ensemble(settings or tiny(), replicates, reduce, **how))


@pytest.mark.slow
def test_one_process_or_two_make_no_difference():
    assert collected(workers=2) == collected(workers=1)


def test_replicates_are_numbered_and_each_is_the_run_of_its_seed():
    alone = collected(workers=1)
    assert sorted(alone) == [0, 1, 2, 3]
    assert alone[0] == fingerprint(run_model(tiny(), seed=REPLICATES[0].seed).record)
    assert len({result["private_count"] for result in alone.values()}) == 4


def test_an_engine_of_ones_own_gives_the_same_and_stays_open():
    with ThreadPoolExecutor(2) as pool:
        assert collected(executor=pool) == collected(workers=1)
        assert pool.submit(sum, (1, 2)).result() == 3


def test_an_engine_is_not_left_with_replicates_that_nobody_waits_for():
    made = []

    def noted(record):
        made.append(record.n_recorded)
        return record.n_recorded

    with ThreadPoolExecutor(1) as pool:
        running = run_ensemble(tiny(), 25 * REPLICATES, noted, executor=pool)
        next(running)
        running.close()
    assert len(made) < 50


def test_results_come_one_by_one():
    running = run_ensemble(tiny(), REPLICATES, last_day, workers=1)
    assert next(running)[0] == 0
    assert next(running)[0] == 1
    running.close()


def test_a_replicate_that_fails_is_a_result_and_the_others_go_on():
    odd_ones = [Replicate(Parameters(), -1), *REPLICATES[:1]]
    results = collected(replicates=odd_ones, reduce=last_day)
    assert results[0] == Failure(
        odd_ones[0],
        "ValueError: seed must lie in [0, 2**63), got -1. Any such integer will do.",
    )
    assert results[1] == last_day(run_model(tiny(), seed=REPLICATES[0].seed).record)


def test_a_failing_reduction_is_told_with_its_type():
    result = run_replicate(tiny(), REPLICATES[0], lambda record: record.nonsense)
    assert isinstance(result, Failure)
    assert result.replicate == REPLICATES[0]
    assert result.error == "AttributeError: 'Record' object has no attribute 'nonsense'"


def test_replicates_of_two_scenarios_share_their_draws():
    base = collected(workers=1)
    calm = collected(
        replace(tiny(), event={k: e for k, e in tiny().event.items() if k != "october"}),
        workers=1,
    )
    for r in range(4):
        assert base[r]["initial_count"] == calm[r]["initial_count"]
        assert base[r]["petrograd_soviet_0831"] == calm[r]["petrograd_soviet_0831"]
        assert base[r]["private_count"] != calm[r]["private_count"]


@pytest.mark.parametrize("turn", [False, True])
def test_tables_kept_from_before_belong_to_the_settings_in_their_order(turn):
    # Settings that differ in the order of events only are equal as mappings, but not the same.
    day = ("1917-03-11", "1917-03-11")
    one = Event("A", day, "", "", effects=(Effect("fatigue", 0.4),))
    two = Event("B", day, "", "", effects=(Effect("fatigue", 0.5, "mul"),))
    orders = [{"a": one, "b": two}, {"b": two, "a": one}]
    last = []
    for events in orders[:: -1 if turn else 1]:
        settings = small_settings(seven(), agents=100, event=events)
        record = dict(run_ensemble(settings, REPLICATES[:1], lambda r: r.fatigue[20, 0]))[0]
        model = sim.RevolutionModel(settings, seed=REPLICATES[0].seed)
        assert record == model.run().fatigue[20, 0]
        last.append(record)
    assert last[0] != last[1]
