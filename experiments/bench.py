"""``allegiance bench``: how fast this machine lives 1917, beside a plain Mesa model."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments import stopwatch
from experiments.errors import EXIT_FAILED, EXIT_FINE, UserError
from experiments.manifest import code_version, machine, package_versions
from experiments.store import make_folder, write_text

DEFAULT_SIZES = ("desk", "100k", "1M")
RUNS_BELOW_AGENTS = {60_000: 5, 500_000: 3}
"""Replicates timed at sizes below so many agents; larger ones are timed once."""
EPILOG = """\
examples:
  allegiance bench                               (under a minute on two cores)
  allegiance bench --sizes desk full --threads 2 (the whole country, one agent a person)
  allegiance bench --plain-size 0 --no-compile   (the array model alone)
  allegiance bench --json bench.json
"""


def main(arguments: Sequence[str]) -> int:
    """Measure, print as it goes, and write JSON if asked for.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``allegiance bench``.

    Returns
    -------
    int
        Exit status; 1 if the plain and the array model disagree.
    """
    given = _parser().parse_args(list(arguments))
    threads = _threads(given.threads)
    for size in (*given.sizes, given.plain_size):
        _check_size(size)
    if given.json is not None:
        make_folder(given.json.resolve().parent)
    report: dict[str, Any] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code_version(),
        "machine": {**machine(), "cpu": _cpu_name(), "load_average": _load()},
        "packages": package_versions(),
        "sizes": [],
        "plain": None,
        "compilation": None,
    }
    print("\n".join(_heading(report)))
    for size in given.sizes:
        for row in stopwatch.in_fresh_process(
            stopwatch.time_size, size, threads, given.runs or _runs(size)
        ):
            report["sizes"].append(row)
            print(_size_line(row), flush=True)
    if given.plain_size != "0":
        report["plain"] = stopwatch.in_fresh_process(
            stopwatch.time_plain, given.plain_size, given.plain_days
        )
        print("\n".join(_plain_lines(report["plain"])), flush=True)
    if given.compile:
        report["compilation"] = _compilation()
        print("\n".join(_compile_lines(report["compilation"])))
    if given.json is not None:
        write_text(given.json, json.dumps(report, indent=2) + "\n")
        print(f"\nwritten to {given.json}")
    differs = report["plain"] is not None and not report["plain"]["same_people"]
    return EXIT_FAILED if differs else EXIT_FINE


def _runs(size: str) -> int:
    """Return how many replicates to time, so that small sizes are not timed by one chance."""
    agents = {"tiny": 2_000, "desk": 31_000, "full": 8_000_000}.get(size)
    agents = stopwatch.number_of(size) if agents is None else agents
    return next((runs for below, runs in RUNS_BELOW_AGENTS.items() if agents < below), 1)


def _check_size(size: str) -> None:
    try:
        if size not in ("0", "tiny", "desk", "full"):
            stopwatch.number_of(size)
    except ValueError as error:
        raise UserError(str(error)) from error


def _threads(wanted: Sequence[int] | None) -> list[int]:
    there = os.cpu_count() or 1
    if wanted is None:
        return list(dict.fromkeys((1, min(2, there))))
    for number in wanted:
        if not 1 <= number <= there:
            raise UserError(f"--threads must lie between 1 and {there} here, got {number}.")
    return list(wanted)


def _compilation() -> dict[str, Any]:
    try:
        return stopwatch.time_compilation()
    except subprocess.CalledProcessError as error:
        raise UserError(
            f"the first call could not be timed: {error.stderr.strip().splitlines()[-1]} "
            "Leave it out with --no-compile."
        ) from error


def _heading(report: dict[str, Any]) -> list[str]:
    where, packages = report["machine"], report["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in ("numpy", "numba", "mesa"))
    code = report["code"]
    commit = f", commit {code['commit'][:9]}" if code["commit"] else ""
    changed = " with changes" if code["dirty"] else ""
    load = where["load_average"]
    busy = "" if load is None else f", load average {load:.1f}"
    columns = "size", "agents", "threads", "build s", "run s", "agent-days/s", "peak MiB"
    return [
        f"allegiance {code['version']}{commit}{changed}; Python {where['python']}, {versions}",
        f"{where['cpu'] or where['processor']}, {where['cpu_count']} cores{busy}; "
        f"{where['platform']}",
        "",
        "{:>9} {:>10} {:>8} {:>9} {:>9} {:>14} {:>9}".format(*columns),
    ]


def _size_line(row: dict[str, Any]) -> str:
    alone = "" if row["threads_used"] == row["threads"] else "  (few agents: one thread is used)"
    return (
        f"{row['size']:>9} {row['agents']:>10,} {row['threads_used']:>8} "
        f"{row['construction_seconds']:>9.3f} {row['run_seconds']:>9.3f} "
        f"{row['agent_days_per_second'] / 1e6:>12.1f} M {_mib(row['peak_mib']):>9}{alone}"
    )


def _plain_lines(row: dict[str, Any]) -> list[str]:
    same = "the same" if row["same_people"] else "NOT the same"
    return [
        "",
        f"Plain Mesa, one Agent a person, {row['agents']:,} agents, median of {row['days']} days "
        "from 1 March, one core:",
        f"  build {row['construction_seconds']:.2f} s, {row['seconds_per_day']:.3f} s a day, "
        f"{row['agent_days_per_second'] / 1e6:.3f} M agent-days/s, "
        f"peak {_mib(row['peak_mib'])} MiB",
        f"  a whole run would take {row['year_seconds']:.0f} s (extrapolated from these days)",
        f"  the array model on the same days, one thread: {row['array_seconds_per_day']:.5f} s "
        f"a day, {row['array_agent_days_per_second'] / 1e6:.1f} M agent-days/s",
        f"  ratio {row['ratio']:.0f}; allegiances afterwards are {same}, person by person",
    ]


def _compile_lines(row: dict[str, Any]) -> list[str]:
    return [
        "",
        "Compilation, once after installing or changing the model, then kept on disk:",
        f"  one thread {row['one_thread_seconds']:.1f} s, "
        f"the form for all threads {row['all_threads_seconds']:.1f} s more",
    ]


def _mib(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f}"


def _load() -> float | None:
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return None


def _cpu_name() -> str | None:
    """Return the name of the processor as Linux gives it, else None."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, None)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="allegiance bench",
        description="Measure speed and memory of the model on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        default=list(DEFAULT_SIZES),
        metavar="SIZE",
        help="tiny, desk, full, or numbers of agents such as 100k or 1M (default: desk 100k 1M)",
    )
    parser.add_argument(
        "--threads",
        nargs="+",
        type=_positive,
        metavar="N",
        help="numbers of threads (default: 1 2)",
    )
    parser.add_argument(
        "--runs", type=_positive, metavar="N", help="replicates timed (default: 5, 3 or 1 by size)"
    )
    parser.add_argument(
        "--plain-size",
        default="100k",
        metavar="SIZE",
        help="size of the plain Mesa model (default: 100k; 0 leaves it out)",
    )
    parser.add_argument(
        "--plain-days",
        type=_positive,
        default=5,
        metavar="N",
        help="days that the plain model lives (default: 5)",
    )
    parser.add_argument(
        "--no-compile",
        dest="compile",
        action="store_false",
        help="do not time the first call, which compiles",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    return parser
