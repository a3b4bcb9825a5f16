"""``allegiance bench`` measures what it says, at sizes that take no time. No speed is asserted."""

import json
import os

import pytest

from experiments import bench, stopwatch
from experiments.errors import UserError

TIMES_OF_A_SIZE = {
    "size",
    "agents",
    "units",
    "seats",
    "threads",
    "threads_used",
    "days",
    "runs",
    "tables_seconds",
    "construction_seconds",
    "run_seconds",
    "agent_days_per_second",
    "imports_mib",
    "peak_mib",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    typed = ["--sizes", "tiny", "--threads", "1", "--runs", "1", "--plain-size", "tiny"]
    status = bench.main([*typed, "--plain-days", "2", "--no-compile", "--json", str(file)])
    assert status == 0
    return json.loads(file.read_text())


def test_the_report_says_where_it_was_measured_and_with_what(report):
    assert set(report) == {
        "measured", "code", "machine", "packages", "sizes", "plain", "compilation",
    }  # fmt: skip
    assert {"cpu", "cpu_count", "load_average", "python"} <= set(report["machine"])
    assert report["packages"]["numba"]


def test_each_size_has_its_times_and_agent_days_follow_from_them(report):
    (row,) = report["sizes"]
    assert set(row) == TIMES_OF_A_SIZE
    assert row["agents"] * row["days"] / row["run_seconds"] == pytest.approx(
        row["agent_days_per_second"]
    )
    assert row["peak_mib"] is None or row["peak_mib"] >= row["imports_mib"] > 0


def test_the_ratio_compares_the_same_people_on_the_same_days(report):
    plain = report["plain"]
    assert plain["same_people"] is True
    assert plain["agents"] == report["sizes"][0]["agents"]
    assert plain["days"] == 2
    assert plain["ratio"] == pytest.approx(
        plain["array_agent_days_per_second"] / plain["agent_days_per_second"]
    )


def test_what_was_left_out_is_null_in_the_report(report):
    assert report["compilation"] is None


@pytest.mark.slow
def test_the_first_call_costs_more_than_the_second():
    times = stopwatch.time_compilation()
    assert set(times) == {"one_thread_seconds", "all_threads_seconds"}
    assert times["one_thread_seconds"] > 0.0


@pytest.mark.parametrize(
    ("size", "agents"), [("tiny", 1534), ("desk", 30_670), ("100k", 100_000), ("40000", 40_000)]
)
def test_a_size_has_about_as_many_agents_as_it_says(size, agents):
    places = stopwatch.settings_of_size(size)
    there = sum(places.size.n_agents(each) for each in places.place.constituencies.values())
    assert there == pytest.approx(agents, abs=20)


@pytest.mark.parametrize("size", ["huge", "-3", "0.2", "1e400", "k", ""])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(UserError, match="tiny, desk, full or a number of agents such as 100k"):
        bench.main([f"--sizes={size}"])


def test_more_threads_than_there_are_are_refused():
    with pytest.raises(UserError, match=r"--threads must lie between 1 and \d+ here, got 100000"):
        bench.main(["--threads", "100000"])


def test_a_measurement_has_a_process_of_its_own():
    assert stopwatch.in_fresh_process(os.getpid) != os.getpid()
