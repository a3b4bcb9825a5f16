"""``allegiance validate`` and ``allegiance sensitivity``, from the command to the tables."""

import json

import pytest

from calibration.patterns import PATTERNS
from experiments.cli import main
from experiments.errors import EXIT_MISTAKE
from experiments.sensitivity import SensitivityOptions
from experiments.store import read_table
from experiments.validating import ValidateOptions


@pytest.mark.slow
def test_a_validation_scores_the_model_and_four_rivals_on_every_split(tmp_path, capsys):
    folder = tmp_path / "out"
    status = main(
        [
            "validate",
            "size=tiny",
            "effort=tiny",
            "workers=1",
            "validate.n_draws=4",
            "validate.trend_designs=1",
            "validate.mean_field_rows=16",
            "validate.bootstrap=20",
            f"validate.bank={tmp_path / 'bank'}",
            f"hydra.run.dir={folder}",
        ]
    )
    assert status == 0
    said = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    summary = read_table(folder / "summary.parquet")
    assert set(summary["model"]) == {"model", "N1", "N2", "N3", "N4"}
    assert set(summary["split"]) == set(said["titles"])
    assert len(said["splits_sha256"]) == 64
    assert capsys.readouterr().out.splitlines()[: len(said["verdicts"])] == said["verdicts"]
    patterns = read_table(folder / "patterns.parquet")
    assert list(patterns["pattern"]) == list(PATTERNS)
    at_medians = set(patterns["share_of_runs_at_medians"])
    assert at_medians <= {0.0, 0.25, 0.5, 0.75, 1.0}  # four runs
    losses = ["loses" in line for line in said["verdicts"]]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.slow
def test_a_sensitivity_analysis_measures_luck_beside_every_factor(tmp_path):
    folder = tmp_path / "out"
    status = main(
        [
            "sensitivity",
            "size=tiny",
            "effort=tiny",
            "workers=1",
            "sensitivity.trajectories=0",
            "sensitivity.sobol_points=1",
            "sensitivity.replicates=1",
            f"sensitivity.bank={tmp_path / 'bank'}",
            f"hydra.run.dir={folder}",
        ]
    )
    assert status == 0
    for name in ("first_order", "sobol"):
        table = read_table(folder / f"{name}.parquet")
        assert "(luck alone)" in set(table["factor"])
        assert (folder / f"sensitivity_{name}.png").stat().st_size > 10_000


def test_a_number_of_sobol_points_that_is_no_power_of_two_is_refused():
    with pytest.raises(ValueError, match=r"power of two, got 100\. Use 128"):
        SensitivityOptions(sobol_points=100)


def test_a_single_trajectory_is_refused():
    with pytest.raises(ValueError, match="0 or at least 2, got 1"):
        SensitivityOptions(trajectories=1)


def test_too_few_draws_are_refused():
    with pytest.raises(ValueError, match=r"validate\.n_draws must lie in \[4"):
        ValidateOptions(n_draws=1)


def test_a_misspelt_option_is_refused_before_anything_runs(tmp_path, capsys):
    status = main(["validate", "validate.n_drwas=8", f"hydra.run.dir={tmp_path / 'out'}"])
    assert status == EXIT_MISTAKE
    assert "n_drwas" in capsys.readouterr().err
