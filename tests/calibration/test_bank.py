"""The bank: the same on any number of workers, and never lost; holdouts never reach a fit."""

import csv
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import calibration.bank as bank_module
from calibration.bank import BankPlan, build_bank
from calibration.fitting import Effort, calibrate, operator_sets
from calibration.ledger import LEDGER_PATH
from calibration.outcomes import OUTCOME_NAMES
from calibration.prior import NAMES, LogNormalPrior, Prior, sobol_scores
from sim.historical import configs_dir, historical_settings
from sim.place import Size

TINY = Effort(first_wave=48, second_wave=32, sbc_draws=4)


@pytest.fixture(scope="module")
def prior():
    text = (configs_dir() / "prior" / "main.yaml").read_text(encoding="utf-8")
    parameters = yaml.safe_load(text)["parameters"]
    return Prior({name: LogNormalPrior(**values) for name, values in parameters.items()})


@pytest.fixture(scope="module")
def settings():
    return replace(historical_settings(), size=Size(agents_factor=0.02), initial_shares="drawn")


@pytest.fixture(scope="module")
def plan(settings, prior):
    fitted, others = operator_sets(settings)
    return BankPlan(settings, fitted, others, prior.values(sobol_scores(10, 3)), seed=5)


@pytest.fixture(scope="module")
def bank(plan, tmp_path_factory):
    return build_bank(plan, tmp_path_factory.mktemp("bank"), workers=1)


def bytes_of(bank):
    return b"".join(
        getattr(bank, name).tobytes() for name in ("values", "fitted", "others", "outcomes")
    )


def test_a_bank_has_a_row_for_each_point_and_a_column_for_each_prediction(bank, plan):
    assert bank.values.shape == (10, len(NAMES))
    assert bank.fitted.shape == (10, sum(plan.fitted.sizes))
    assert bank.outcomes.shape == (10, len(OUTCOME_NAMES))
    assert np.isfinite(bank.fitted).all()


def test_a_bank_does_not_depend_on_the_size_of_its_chunks(bank, plan, tmp_path, monkeypatch):
    monkeypatch.setattr(bank_module, "CHUNK_ROWS", 4)
    assert bytes_of(build_bank(plan, tmp_path, workers=1)) == bytes_of(bank)


@pytest.mark.slow
def test_a_bank_does_not_depend_on_the_number_of_workers(bank, plan, tmp_path):
    assert bytes_of(build_bank(plan, tmp_path, workers=2)) == bytes_of(bank)


def test_a_finished_chunk_is_not_simulated_again(plan, tmp_path, monkeypatch):
    build_bank(plan, tmp_path, workers=1)

    def never(chunk):
        raise AssertionError(f"rows from {chunk.first_row} were simulated again")

    monkeypatch.setattr(bank_module, "simulate_rows", never)
    assert len(build_bank(plan, tmp_path, workers=1).values) == 10


def test_other_luck_or_another_world_is_another_bank(plan, settings):
    other_world = replace(settings, size=Size(agents_factor=0.03))
    digests = {
        plan.digest,
        replace(plan, seed=6).digest,
        replace(plan, first_row=10).digest,
        replace(plan, settings=other_world).digest,
    }
    assert len(digests) == 4


@pytest.mark.slow
def test_a_bank_killed_in_the_middle_is_finished_by_the_same_command(tmp_path):
    program = textwrap.dedent(
        """
        import sys
        from dataclasses import replace
        from pathlib import Path
        import numpy as np, yaml
        import calibration.bank as bank_module
        from calibration.bank import BankPlan, build_bank
        from calibration.fitting import operator_sets
        from calibration.prior import LogNormalPrior, Prior, sobol_scores
        from sim.historical import configs_dir, historical_settings
        from sim.place import Size

        bank_module.CHUNK_ROWS = 2
        values = yaml.safe_load((configs_dir() / "prior" / "main.yaml").read_text())["parameters"]
        prior = Prior({k: LogNormalPrior(**v) for k, v in values.items()})
        settings = replace(
            historical_settings(), size=Size(agents_factor=0.02), initial_shares="drawn"
        )
        fitted, others = operator_sets(settings)
        plan = BankPlan(settings, fitted, others, prior.values(sobol_scores(40, 3)), seed=5)
        report = lambda done, n: print(done, flush=True)
        bank = build_bank(plan, Path(sys.argv[1]), workers=1, on_progress=report)
        np.save(sys.argv[2], bank.fitted)
        """
    )
    root = Path(__file__).resolve().parents[2]

    def start(folder, out):
        return subprocess.Popen(
            [sys.executable, "-c", program, str(folder), str(out)],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )

    with start(tmp_path / "whole", tmp_path / "whole.npy") as whole:
        whole.communicate()
    assert whole.returncode == 0
    for _ in range(2):
        with start(tmp_path / "killed", tmp_path / "killed.npy") as running:
            for _line in range(4):
                running.stdout.readline()
            os.kill(running.pid, signal.SIGKILL)
        assert not (tmp_path / "killed.npy").exists()
    finished = sorted((tmp_path / "killed").rglob("rows_*.npz"))
    times = [path.stat().st_mtime_ns for path in finished]
    assert len(finished) >= 2
    with start(tmp_path / "killed", tmp_path / "killed.npy") as last:
        last.communicate()
    assert last.returncode == 0
    assert [path.stat().st_mtime_ns for path in finished] == times
    np.testing.assert_array_equal(np.load(tmp_path / "killed.npy"), np.load(tmp_path / "whole.npy"))


@pytest.mark.slow
def test_figures_that_are_never_fitted_cannot_reach_the_posterior(settings, prior, tmp_path):
    with LEDGER_PATH.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    never_fitted = [
        row for row in rows if row["role"] in ("holdout", "negative_control") and row["count"]
    ]
    n_altered = 0
    for name in {row["observation_id"] for row in never_fitted}:
        group = [row for row in never_fitted if row["observation_id"] == name]
        counts = [row["count"] for row in group]
        for row, count in zip(group, counts[1:] + counts[:1], strict=True):
            n_altered += row["count"] != count
            row["count"] = count  # totals still add up
    assert n_altered > 20
    altered = tmp_path / "altered.csv"
    with altered.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    honest, other = (
        calibrate(settings, prior, TINY, 1, tmp_path / name, evidence=path, workers=1)
        for name, path in (("honest", LEDGER_PATH), ("altered", altered))
    )
    assert honest.sample.scores.tobytes() == other.sample.scores.tobytes()
    assert honest.sample.weights.tobytes() == other.sample.weights.tobytes()


def test_only_training_figures_are_fitted(settings):
    fitted, _ = operator_sets(settings)
    assert {o.observation.role for o in fitted.operators} == {"train"}
