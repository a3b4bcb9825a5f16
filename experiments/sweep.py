"""``allegiance sweep``: many settings, each with its replicates, and one table at the end."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra._internal.hydra import Hydra
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra

from experiments.composing import Composer, plain_values, search_path
from experiments.errors import EXIT_FAILED, EXIT_FINE, Interrupted, SettingsError, UserError
from experiments.jobs import (
    Job,
    hand_over,
    own_settings,
    quoted,
    refuse_what_is_not_heeded,
    root_config,
    say,
    typed_names,
)
from experiments.manifest import FILE_NAME, add_facts, read_manifest, recorded
from experiments.settings import freeze
from experiments.store import fresh_folder, make_folder, write_text
from experiments.sweeping import design, plan, table
from experiments.sweeping.plan import Plan
from experiments.sweeping.points import (
    Bases,
    Point,
    crossed,
    filled,
    grid_axes,
    listed,
    read_points,
    refuse_repeated,
)
from experiments.sweeping.pool import run_in_processes
from experiments.sweeping.progress import Progress, duration
from experiments.sweeping.settings import Sweep, SweepSettings
from sim.checks import Settings

log = logging.getLogger(__name__)
NAME = "sweep"
TARGET = "experiments.sweep:main"
HOME = Path("outputs/sweep")
LAUNCHER = "hydra/launcher"
N_ROUNDS = 3
"""So often jobs are sent out before points without a cell are given up."""
JOBS_PER_CORE = 4
JOBS_OF_A_CLUSTER = 64


@dataclass(frozen=True)
class _Section(Settings):
    sweep: Sweep = field(default_factory=Sweep)


@dataclass(frozen=True)
class _Asked:
    """A sweep as asked for: what is fixed, what varies, and where it goes."""

    composer: Composer
    config_dir: Path | None
    fixed: list[str]
    points: list[Point]
    sweep: Sweep
    folder: Path | None
    launcher: str | None


def main(settings: SweepSettings, output_dir: Path) -> int:
    """Run many settings, each with its replicates, and gather one table.

    This function is one job of a sweep, as a launcher runs it; ``run_sweep`` sends it out.
    """
    part = settings.sweep.job
    if part.plan is None or part.parts is None:
        raise SettingsError(["sweep.job is set by the sweep itself: leave it out."])
    plan.set_threads(settings.sweep.threads)
    numbers = json.loads(Path(part.parts).read_text(encoding="utf-8"))[part.number]
    log.info("%d points in %s", len(numbers), output_dir)
    status = EXIT_FINE
    for number in numbers:
        try:
            if plan.run_planned(Path(part.plan), number):
                status = EXIT_FAILED
        except SettingsError:
            raise
        except Exception:
            log.exception("point %d", number)
            status = EXIT_FAILED
    return status


def run_sweep(arguments: Sequence[str]) -> int:
    """Run ``allegiance sweep``.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after the subcommand.

    Returns
    -------
    int
        Exit status: 0 if every cell is finished.

    Raises
    ------
    UserError
        For every mistake in the arguments, before anything is computed.
    Interrupted
        After Ctrl-C.
    """
    parser = get_args_parser()
    parser.prog = f"allegiance {NAME}"
    parser.usage = "%(prog)s [SETTING=VALUE,VALUE ...] [--config-dir DIR] [--help]"
    given = parser.parse_args(list(arguments))
    refuse_what_is_not_heeded(given)
    asked = _read(given)
    if given.cfg or given.info or given.hydra_help or given.shell_completion:
        return hand_over(asked.composer.config_name, asked.fixed, given, arguments)
    bases = Bases(asked.composer, asked.fixed)
    cells = plan.planned_cells(asked.points, bases)
    folder = (asked.folder or HOME / plan.plan_name(cells)).resolve()
    kept = asked.sweep.cells or (folder / "cells" if asked.folder else HOME / "cells")
    work = Plan(
        cells_folder=str(Path(kept).resolve()),
        threads=asked.sweep.threads,
        daily=asked.sweep.outcomes.daily,
        bases=tuple(base.values for base in bases.all),
        cells=cells,
    )
    make_folder(folder)
    make_folder(Path(work.cells_folder))
    plan.write_plan(folder / plan.FILE_NAME, work)
    settings = freeze(work.bases[cells[0].base], SweepSettings)
    typed = list(given.overrides)
    with recorded(folder, command=NAME, settings=settings, overrides=typed, seed=settings.seed):
        return _carry_out(asked, work, folder, settings.workers)


def _read(given: Any) -> _Asked:
    """Read what was typed: names and grammar are checked here, values when the plan is made."""
    config_dir = Path(given.config_dir) if given.config_dir else None
    composer = Composer(config_dir, given.config_name or root_config(NAME))
    overrides = composer.checked(
        [*given.overrides, *own_settings(NAME, given)], SweepSettings, sweep=True
    )
    parsed = composer.parse(overrides)
    fixed = [each.input_line or "" for each in parsed if not each.is_sweep_override()]
    swept = [each.input_line or "" for each in parsed if each.is_sweep_override()]
    grid_axes(composer, swept)
    first = composer.composed(fixed)
    if first.hydra.sweeper.get("params"):
        raise SettingsError(["hydra.sweeper.params is not read. Write its values in sweep.axes."])
    sweep = freeze({NAME: plain_values(first)[NAME]}, _Section, lifted=None).sweep
    designed = _designed(sweep, composer)
    if sweep.design == "grid":
        swept += _grid_of_axes(sweep, composer)
    axes = grid_axes(composer, swept)
    names = [axis[0].name for axis in axes] + [each.name for each in designed[0]]
    refuse_repeated(names)
    if any(name.partition(".")[0] == "parameters" for name in names):
        fixed += _without_draws(first.get("parameter_source"))
    named = {f"hydra.{which}.dir" for which in ("run", "sweep")} & typed_names(given)
    folder = Path(str(first.hydra[named.pop().split(".")[1]].dir)) if named else None
    launcher = first.hydra.runtime.choices[LAUNCHER] if LAUNCHER in typed_names(given) else None
    points = list(crossed(axes, designed))
    return _Asked(composer, config_dir, fixed, points, sweep, folder, launcher)


def _designed(sweep: Sweep, composer: Composer) -> list[Point]:
    """Lay out the points of a design; a grid has one without any settings."""
    if sweep.design == "grid":
        return [()]
    if sweep.points is not None:
        points = read_points(Path(sweep.points), composer)
    else:
        axes = design.read_axes(sweep.axes)
        laid = design.positions(sweep.design, sweep.n_points, len(axes), sweep.design_seed)
        points = filled(axes, laid, composer)
    problems: dict[str, None] = {}
    firsts = [each.text for each in points[0]]
    options = {each.text for point in points for each in point if each.composed}
    for text in dict.fromkeys([*firsts, *sorted(options)]):
        try:
            composer.checked([text], SweepSettings)
        except SettingsError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise SettingsError(list(problems))
    return points


def _grid_of_axes(sweep: Sweep, composer: Composer) -> list[str]:
    given = sweep.axes or {}
    wrong = [name for name, values in given.items() if not isinstance(values, list) or not values]
    if wrong:
        raise SettingsError(
            [
                f"sweep.axes: {name} has no list of values. Write {{{name}: [A, B, ...]}}, or take "
                "a range with sweep.design=sobol."
                for name in wrong
            ]
        )
    texts = [listed(name, values) for name, values in given.items()]
    return composer.checked(texts, SweepSettings, sweep=True)


def _without_draws(source: str | None) -> list[str]:
    """Fix the source of parameters where the sweep itself sets them."""
    if source not in (None, "medians"):
        raise SettingsError(
            [
                f"parameter_source={source} draws every parameter, so a sweep over parameters "
                "would have no effect. Leave parameter_source out."
            ]
        )
    return ["++parameter_source=medians"]


def _carry_out(asked: _Asked, work: Plan, folder: Path, workers: int | None) -> int:
    total = len(work.distinct())
    for number in work.distinct():
        work.path(number, "failed").unlink(missing_ok=True)
    before = total - len(work.pending())
    if before:
        say(f"{before} of {total} cells are there already.")
    remaining = work.pending()

    def missing() -> int:
        remaining[:] = [number for number in remaining if not work.is_settled(number)]
        return len(remaining)

    try:
        with Progress(total, missing):
            if asked.launcher is None:
                lost = _run_here(work, folder, workers)
            else:
                lost = _launch(asked, work, folder)
    except KeyboardInterrupt as error:
        done = total - len(work.pending())
        raise Interrupted(
            f"{done} of {total} cells are finished and kept in {work.cells_folder}. "
            "The same command computes the rest."
        ) from error
    return _gather(work, folder, lost)


def _run_here(work: Plan, folder: Path, workers: int | None) -> dict[int, str]:
    pending = work.pending()
    count = workers or os.cpu_count() or 1
    return run_in_processes(folder / plan.FILE_NAME, pending, count, work.threads)


def _launch(asked: _Asked, work: Plan, folder: Path) -> dict[int, str]:
    """Send jobs out by a Hydra launcher until no cell is missing or nothing more comes of it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    reason = ""
    for _ in range(N_ROUNDS):
        pending = work.pending()
        if not pending:
            break
        place = fresh_folder(folder / "jobs" / "launch")
        try:
            _send_out(asked, pending, place, folder / plan.FILE_NAME)
        except Exception as error:  # a launcher may give up when one of its workers dies
            said = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
            if not any(place.glob(f"*/{FILE_NAME}")):
                raise UserError(f"{LAUNCHER}={asked.launcher} started no job. {said}") from error
            say(f"the launcher gave up, and what is missing is sent out again. {said}")
            reason = f"; the launcher said {said}"
        _report_jobs(place)
        if len(work.pending()) == len(pending):
            break
    return {number: f"{table.NO_RESULT}{reason}" for number in work.pending()}


def _send_out(asked: _Asked, pending: Sequence[int], place: Path, plan_file: Path) -> None:
    size = asked.sweep.points_per_job or _points_per_job(len(pending), asked.launcher)
    parts = [pending[first : first + size] for first in range(0, len(pending), size)]
    write_text(place / "parts.json", json.dumps(parts))
    own = {
        "sweep.job.plan": quoted(str(plan_file)),
        "sweep.job.parts": quoted(str(place / "parts.json")),
        "sweep.job.number": f"range(0,{len(parts)})" if len(parts) > 1 else "0",
        "hydra.sweep.dir": quoted(str(place)),
        "hydra.sweep.subdir": "${hydra.job.num}",
    }
    kept = [text for text in asked.fixed if text.lstrip("+").partition("=")[0] not in own]
    overrides = [*kept, *(f"++{name}={value}" for name, value in own.items())]
    hydra = Hydra.create_main_hydra2(NAME, search_path(asked.config_dir))
    try:
        hydra.multirun(asked.composer.config_name, Job(TARGET, sweep=True), overrides)
    finally:
        GlobalHydra.instance().clear()


def _points_per_job(n_points: int, launcher: str | None) -> int:
    """Divide points so that every core has a few jobs, and a cluster a few dozen."""
    cores = os.cpu_count() or 1
    n_jobs = {"submitit_slurm": JOBS_OF_A_CLUSTER, "submitit_local": cores, "basic": 1}
    return -(-n_points // n_jobs.get(launcher or "", JOBS_PER_CORE * cores))


def _report_jobs(place: Path) -> None:
    """Name the jobs that ended before their end."""
    for manifest in sorted(place.glob(f"*/{FILE_NAME}")):
        facts = read_manifest(manifest.parent)
        if facts["status"] != "finished":
            how = "was killed" if facts["status"] == "running" else facts["status"]
            say(f"{manifest.parent} {how}: {facts.get('error', 'its log ends without a reason')}")


def _gather(work: Plan, folder: Path, lost: Mapping[int, str]) -> int:
    """Write the table, report every failure, and return the exit status."""
    n_rows = table.write_runs(folder, work, lost)
    simulating, in_all = table.write_times(folder, work)
    if work.daily:
        table.write_daily(folder, work)
    bad = dict(table.failures(work, lost))
    shutil.rmtree(folder / "failed", ignore_errors=True)
    for number, error in bad.items():
        say(f"{_keep_failure(work, folder, number, error)}: {error}")
    facts = {
        "n_cells": len(work.cells),
        "n_failed": len(bad),
        "n_rows": n_rows,
        "simulation_cpu_seconds": round(simulating, 3),
        "cell_cpu_seconds": round(in_all, 3),
    }
    add_facts(folder, facts)
    say(
        f"{len(work.cells) - len(bad)} of {len(work.cells)} cells finished, {n_rows} rows, "
        f"{duration(simulating)} of simulations; the table is {folder / table.RUNS}"
    )
    return EXIT_FAILED if bad else EXIT_FINE


def _keep_failure(work: Plan, folder: Path, number: int, error: str) -> Path:
    """Keep what went wrong with a cell, and how to run it alone."""
    cell, place = work.cells[number], folder / "failed" / f"cell_{number:05d}"
    typed = " ".join(f"'{text.lstrip('+')}'" for text in cell.typed)
    errors = table.stored_cell(work, number).errors
    lines = [f"replicate {replicate}: {text}" for replicate, text in errors.items()] or [error]
    lines += ["", f"{plan.named(cell.swept)}", f"To run it alone: allegiance run {typed}"]
    write_text(place / "error.txt", "\n".join(lines) + "\n")
    return place
