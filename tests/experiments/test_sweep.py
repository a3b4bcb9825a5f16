"""Sweeps as a person meets them: what is kept, skipped, reported, and how they survive."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments import sweep
from experiments.cli import main
from experiments.errors import Interrupted, SettingsError, UserError
from experiments.sweeping import cells, plan, pool
from experiments.sweeping.outcomes import OutcomeSettings, meaning_of, outcomes_of
from experiments.sweeping.plan import Plan, PlannedCell
from experiments.sweeping.progress import Progress
from sim.ensemble import run_replicate

SMALL = ["size=tiny", "n_replicates=2", "sweep.outcomes.dates=['1917-10-25']", "workers=1"]
TABLES = ("runs.parquet", "runs.csv", "columns.csv")


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A folder to work in, with the cells run in this process."""

    def here(plan_file, numbers, workers, threads):
        assert (workers, threads) == (1, 1)
        lost = {}
        for number in numbers:
            try:
                plan.run_planned(plan_file, number)
            except Exception as error:
                lost[number] = str(error)
        return lost

    monkeypatch.setattr(sweep, "run_in_processes", here)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def counted(monkeypatch):
    """Numbers of replicates run, one entry for each cell."""
    ran = []
    run_ensemble = cells.run_ensemble

    def counting(model, replicates, reduce, workers):
        ran.append(len(replicates))
        return run_ensemble(model, replicates, reduce, workers=workers)

    monkeypatch.setattr(cells, "run_ensemble", counting)
    return ran


def runs(folder):
    return pd.read_parquet(folder / "runs.parquet")


def test_a_sweep_writes_a_row_for_each_replicate_of_each_cell(work):
    typed = ["parameters.discredit=1,4", "scenario=historical,no_revolt", *SMALL]
    assert main(["sweep", *typed, "hydra.sweep.dir=out"]) == 0
    table = runs(work / "out")
    assert list(table["cell"]) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert list(table["replicate"]) == [0, 1] * 4
    assert list(table["parameters.discredit"]) == [1, 1, 1, 1, 4, 4, 4, 4]
    assert list(table["scenario"][:4]) == ["historical"] * 2 + ["no_revolt"] * 2
    assert set(table["status"]) == {"finished"}
    assert table.filter(like="share.").notna().all(axis=None)


def test_the_table_holds_what_the_model_gives_when_it_is_run_alone(work):
    assert main(["sweep", "seed=3,5", *SMALL, "hydra.sweep.dir=out"]) == 0
    read = plan.read_plan(work / "out" / "plan.json")
    cell = cells.CellMaker().cell(0, read.bases[0], read.cells[1].put)
    record = run_replicate(cell.settings.model, cells._replicates(cell)[1], lambda kept: kept)
    names, values = outcomes_of(record, cell.settings.model, cell.settings.sweep.outcomes)
    row = runs(work / "out").iloc[3]
    np.testing.assert_array_equal(row[names].to_numpy(dtype=float), values)


def test_replicates_are_paired_across_cells_unless_that_is_switched_off(work):
    typed = ["parameters.discredit=1,4", *SMALL]
    main(["sweep", *typed, "hydra.sweep.dir=paired"])
    main(["sweep", *typed, "sweep.pair_seeds=false", "hydra.sweep.dir=free"])
    paired, free = runs(work / "paired")["replicate_seed"], runs(work / "free")["replicate_seed"]
    assert list(paired[:2]) == list(paired[2:])
    assert len(set(free)) == 4


def test_cells_that_exist_are_not_run_again_and_a_longer_sweep_runs_only_the_rest(work, counted):
    main(["sweep", "seed=1,2", *SMALL])
    assert counted == [2, 2]
    main(["sweep", "seed=1,2", *SMALL])
    assert counted == [2, 2]
    main(["sweep", "seed=1,2,3", *SMALL])
    assert counted == [2, 2, 2]
    assert len(list((work / "outputs" / "sweep").glob("*/runs.parquet"))) == 2


def test_the_columns_are_explained_and_have_types_that_others_read(work):
    main(["sweep", "parameters.discredit=1,2.5", "mechanism.fear=true,false", *SMALL,
          "hydra.sweep.dir=out"])  # fmt: skip
    explained = pd.read_csv(work / "out" / "columns.csv")
    table = runs(work / "out")
    assert list(explained["column"]) == list(table.columns)
    assert explained["meaning"].notna().all()
    assert {str(kind) for kind in table.dtypes} <= {"int32", "float64", "str", "object"}
    assert set(table["mechanism.fear"]) == {"true", "false"}
    text = pd.read_csv(work / "out" / "runs.csv")
    numbers = table.select_dtypes("number").columns
    pd.testing.assert_frame_equal(
        text[numbers], table[numbers], check_dtype=False, check_exact=True
    )


def test_a_failed_replicate_is_a_row_with_its_error_and_the_rest_goes_on(
    work, monkeypatch, capsys, counted
):
    outcomes = cells.outcomes_of

    def failing(record, model, kept):
        if counted == [2, 2] and len(record.switches) and not failing.done:
            failing.done = True
            raise FloatingPointError("the shares are not finite")
        return outcomes(record, model, kept)

    failing.done = False
    monkeypatch.setattr(cells, "outcomes_of", failing)
    typed = ["sweep", "seed=1,2,3", *SMALL, "hydra.sweep.dir=out"]
    assert main(typed) == 1
    table = runs(work / "out")
    assert list(table["status"]) == ["finished"] * 2 + ["failed", "finished"] + ["finished"] * 2
    assert table["error"][2] == "FloatingPointError: the shares are not finite"
    said = capsys.readouterr().err
    assert "failed/cell_00001: FloatingPointError: the shares are not finite" in said
    assert "2 of 3 cells finished, 6 rows" in said
    kept = (work / "out" / "failed" / "cell_00001" / "error.txt").read_text()
    assert "allegiance run" in kept
    assert "'seed=2'" in kept
    assert main(typed) == 0
    assert counted == [2, 2, 2, 2]
    assert set(runs(work / "out")["status"]) == {"finished"}
    assert not (work / "out" / "failed").exists()


def test_a_cell_that_left_nothing_is_a_row_too(work, monkeypatch):
    monkeypatch.setattr(sweep, "run_in_processes", lambda *_: {1: "it was run over"})
    assert main(["sweep", "seed=1,2", *SMALL, "hydra.sweep.dir=out"]) == 1
    table = runs(work / "out")
    assert list(table["status"]) == ["missing", "missing"]
    assert table["error"][1] == "it was run over"
    assert table["replicate"].isna().all()


def test_wrong_values_are_refused_before_anything_is_written(work, capsys):
    assert main(["sweep", "parameters.discredit=1,99", *SMALL]) == 2
    assert "got 99.0" in capsys.readouterr().err
    assert list(work.iterdir()) == []


def test_a_sweep_over_parameters_never_mixes_them_with_drawn_ones(work):
    assert main(["sweep", "parameters.discredit=2,3", *SMALL, "hydra.sweep.dir=out"]) == 0
    facts = json.loads((work / "out" / "manifest.json").read_text())
    assert facts["settings"]["parameter_source"] == "medians"
    with pytest.raises(SettingsError, match="parameter_source=prior draws every parameter"):
        sweep.run_sweep(["parameters.discredit=2,3", "parameter_source=prior", *SMALL])


def test_drawn_parameters_are_in_the_table_and_shared_by_scenarios(work):
    typed = ["parameter_source=prior", "seeds_per_draw=1", "scenario=historical,no_revolt", *SMALL]
    assert main(["sweep", *typed, "hydra.sweep.dir=out"]) == 0
    drawn = runs(work / "out")["drawn.discredit"]
    assert drawn[0] == drawn[2] != drawn[1]


def test_daily_counts_are_kept_when_asked_for(work):
    typed = ["seed=1,2", *SMALL, "sweep.outcomes.daily=true", "hydra.sweep.dir=out"]
    assert main(["sweep", *typed]) == 0
    daily = pd.read_parquet(work / "out" / "daily.parquet")
    assert set(daily["cell"]) == {0, 1}
    assert set(daily["replicate"]) == {0, 1}
    day = daily.query("cell == 0 and replicate == 0 and day == 238").set_index("constituency")
    count = day.drop(columns=["cell", "replicate", "day"]).loc["petrograd_workers"]
    share = runs(work / "out")["share.petrograd_workers.BO.1025"][0]
    assert count["BO"] / count.sum() == share


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(work, monkeypatch):
    def stopped(plan_file, numbers, *_):
        plan.run_planned(plan_file, numbers[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "run_in_processes", stopped)
    with pytest.raises(Interrupted, match=r"1 of 2 cells are finished and kept in .*cells\. The s"):
        sweep.run_sweep(["seed=1,2", *SMALL, "hydra.sweep.dir=out"])
    assert json.loads((work / "out" / "manifest.json").read_text())["status"] == "interrupted"


def test_jobs_of_a_launcher_give_the_same_table_with_several_points_in_each(work):
    main(["sweep", "seed=1,2,3", *SMALL, "hydra.sweep.dir=here"])
    typed = ["seed=1,2,3", *SMALL, "hydra/launcher=basic", "sweep.points_per_job=2"]
    assert main(["sweep", *typed, "hydra.sweep.dir=sent"]) == 0
    jobs = sorted((work / "sent" / "jobs" / "launch").glob("*/manifest.json"))
    assert [path.parent.name for path in jobs] == ["0", "1"]
    for name in TABLES:
        assert (work / "here" / name).read_bytes() == (work / "sent" / name).read_bytes()


@pytest.mark.usefixtures("work")
def test_a_launcher_that_starts_no_job_is_told_as_it_said(monkeypatch):
    def refuses(*_):
        raise RuntimeError("no cluster here")

    monkeypatch.setattr(sweep.Hydra, "multirun", refuses)
    with pytest.raises(UserError, match=r"hydra/launcher=basic started no job\. .*no cluster"):
        sweep.run_sweep(["seed=1,2", *SMALL, "hydra/launcher=basic"])


def test_the_name_of_a_job_is_not_for_people(work, capsys):
    assert main(["sweep", "seed=1,2", "sweep.axes={sed: [1, 2]}", *SMALL]) == 2
    assert "there is no setting 'sed'. Did you mean: seed?" in capsys.readouterr().err
    with pytest.raises(SettingsError, match=r"sweep\.job is set by the sweep itself"):
        sweep.main(plan_settings(), work)


def plan_settings():
    from experiments.composing import compose_settings
    from experiments.sweeping.settings import SweepSettings

    return compose_settings("size=tiny", config_name="sweep", schema=SweepSettings)


def test_a_plan_made_with_other_code_is_refused(tmp_path):
    settings = plan_settings()
    planned = PlannedCell(0, {}, {}, (), "0" * 64)
    from experiments.composing import Composer, plain_values

    base = plain_values(Composer(config_name="sweep").composed(["size=tiny"]))
    work = Plan(str(tmp_path), 1, False, (base,), (planned,))
    plan.write_plan(tmp_path / "plan.json", work)
    with pytest.raises(SettingsError, match="the code or the evidence has changed"):
        plan.run_planned(tmp_path / "plan.json", 0)
    assert settings.sweep.pair_seeds


def test_help_of_a_sweep_lists_the_settings_of_its_section(capsys):
    assert main(["sweep", "--help"]) == 0
    said = capsys.readouterr().out
    assert "sweep.design=grid" in said
    assert "sweep.outcomes.NAME=VALUE" in said
    assert "--multirun" not in said


def test_every_kind_of_outcome_has_a_meaning():
    assert meaning_of("share.urals.BO.0824")[1] == "share of agents"
    assert meaning_of("majority_day.petrograd_soviet")[1].startswith("days since 1 March")
    assert meaning_of("ballot.petrograd_city_duma.turnout")[1] == "share of electors"
    assert meaning_of("presidium.x.SRs") == ("x: seats of SRs", "seats")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dates": ()}, r"sweep\.outcomes\.dates is empty"),
        ({"dates": ("1918-01-01",)}, r"sweep\.outcomes\.dates must lie between"),
    ],
)
def test_outcomes_of_no_day_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        replace(OutcomeSettings(), **wrong)


def test_progress_without_a_terminal_is_a_line_now_and_then(monkeypatch, capsys):
    monkeypatch.setattr("experiments.sweeping.progress.POLL_SECONDS", 0.01)
    monkeypatch.setattr("experiments.sweeping.progress.PLAIN_SECONDS", 0.02)
    left = iter(range(10, -1, -1))
    with Progress(10, lambda: next(left, 0)):
        time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all("of 10 cells" in line and "left" in line for line in lines)


def dies_at_one(plan_file, number):
    """Stand in for a cell; point 1 takes its process with it, point 2 fails."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 2:
        raise ValueError("two is wrong")
    (plan_file / str(number)).touch()
    return {}


@pytest.mark.slow
def test_a_cell_that_kills_its_process_is_given_up_and_the_others_are_run(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "run_planned", dies_at_one)
    lost = pool.run_in_processes(tmp_path, list(range(6)), workers=2, threads=1)
    assert set(lost) == {1, 2}
    assert "its process died each time" in lost[1]
    assert lost[2] == "ValueError: two is wrong"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "3", "4", "5"]


@pytest.mark.slow
def test_a_sweep_killed_twice_ends_with_the_table_of_one_that_was_not(tmp_path):
    command = [sys.executable, "-m", "experiments.cli", "sweep", "seed=range(0,40)", "workers=2",
               "size=tiny", "n_replicates=1"]  # fmt: skip

    def start(folder):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        return subprocess.Popen(
            [*command, f"hydra.sweep.dir={folder}"], cwd=tmp_path, env=environment,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip

    def finished(folder):
        return len(list((tmp_path / folder / "cells").glob("*/*.parquet")))

    for how, at in ((signal.SIGKILL, 5), (signal.SIGINT, 15)):
        process = start("killed")
        while finished("killed") < at and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(how)
        said = process.communicate()[1]
        assert process.returncode == (-9 if how == signal.SIGKILL else 130), said
        assert at <= finished("killed") < 40
    assert "cells are finished and kept" in said
    for folder in ("killed", "whole"):
        process = start(folder)
        process.communicate()
        assert process.returncode == 0
    for name in TABLES:
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
