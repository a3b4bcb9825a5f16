"""Scoring evidence against a finished run, one's own evidence too, and what is refused."""

import csv

import numpy as np
import pytest

from calibration.ledger import LEDGER_PATH
from experiments import cli
from experiments.store import read_table

TINY = ["size=tiny", "n_replicates=2", "seed=5", "parameter_source=medians"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    assert cli.main(["run", *TINY, "figures=false", f"hydra.run.dir={folder}"]) == 0
    return folder


def own_evidence(path, **changes):
    """Write one documented vote into a file of its own, with changes in every row."""
    with LEDGER_PATH.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["observation_id"] == "O_kron_may"]
        columns = reader.fieldnames
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | changes for row in rows)
    return path


def test_scores_of_a_finished_run_are_those_that_it_gave_itself(finished, tmp_path):
    typed = ["score", "--run", str(finished), f"hydra.run.dir={tmp_path / 'out'}"]
    assert cli.main(typed) == 0
    own, again = (read_table(f / "scores.parquet") for f in (finished, tmp_path / "out"))
    for name, column in own.items():
        np.testing.assert_array_equal(column, again[name], err_msg=name)


def test_own_evidence_is_scored_row_by_row(finished, tmp_path, capsys):
    file = own_evidence(tmp_path / "own.csv", observation_id="mine", role="holdout")
    typed = ["score", f"--run={finished}", f"--evidence={file}"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr().out
    table = read_table(tmp_path / "out" / "scores.parquet")
    assert set(table["observation"]) == {"mine"}
    assert set(table["role"]) == {"holdout"}
    assert "mine [holdout]" in said
    assert "1 rows, 0 of them not scored." in said
    lines = (tmp_path / "out" / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(table["label"])


def test_a_place_that_the_model_lacks_is_reported_and_counted(finished, tmp_path, capsys):
    file = own_evidence(tmp_path / "own.csv", place="Vladivostok", target="vladivostok_soviet")
    typed = ["score", f"--run={finished}", f"--evidence={file}"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr().out
    assert "O_kron_may: the model has no" in said
    assert "1 rows, 1 of them not scored." in said
    unscored = read_table(tmp_path / "out" / "unscored.parquet")
    assert unscored["observation"].tolist() == ["O_kron_may"]


def test_without_a_run_one_is_simulated(tmp_path, capsys):
    typed = ["score", *TINY, "score.roles=[negative_control]"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 0
    assert set(read_table(tmp_path / "out" / "scores.parquet")["role"]) == {"negative_control"}
    assert read_table(tmp_path / "out" / "replicates.parquet")["status"].tolist() == 2 * [
        "finished"
    ]
    assert "negative control" in capsys.readouterr().out


def test_context_is_scored_when_it_is_asked_for(finished, tmp_path):
    typed = ["score", f"--run={finished}", "score.roles=[context]"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 0
    assert set(read_table(tmp_path / "out" / "scores.parquet")["role"]) == {"context"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--run", "nowhere"], "there is no such folder. Name that of a run."),
        (["--run"], "--run needs a value"),
        (["--evidence", "nowhere.csv"], "there is no such file"),
        (["score.roles=[trian]"], "score.roles must be one of"),
        (["score.rum=x"], "there is no setting 'score.rum'. Did you mean: score.run"),
    ],
)
def test_a_mistake_ends_with_status_2_and_a_remedy(typed, said, tmp_path, capsys):
    assert cli.main(["score", *TINY, *typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert "Traceback" not in errors


def test_a_folder_without_a_run_in_it_is_refused(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    typed = ["score", f"--run={tmp_path / 'empty'}", f"hydra.run.dir={tmp_path / 'out'}"]
    assert cli.main(typed) == 2
    assert "is not the folder of a run" in capsys.readouterr().err


def test_a_run_that_was_not_finished_is_refused(finished, tmp_path, capsys):
    half = tmp_path / "half"
    half.mkdir()
    (half / "manifest.json").write_bytes((finished / "manifest.json").read_bytes())
    typed = ["score", f"--run={half}", f"hydra.run.dir={tmp_path / 'out'}"]
    assert cli.main(typed) == 2
    assert "has no start.parquet" in capsys.readouterr().err


def test_a_broken_evidence_file_is_refused_with_its_row(finished, tmp_path, capsys):
    file = own_evidence(tmp_path / "own.csv", date_os="1917-13-40")
    typed = ["score", f"--run={finished}", f"--evidence={file}"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 2
    errors = capsys.readouterr().err
    assert "own.csv" in errors
    assert "row 2" in errors


def test_a_file_without_a_row_of_the_role_is_refused(finished, tmp_path, capsys):
    file = own_evidence(tmp_path / "own.csv", role="context")
    typed = ["score", f"--run={finished}", f"--evidence={file}"]
    assert cli.main([*typed, f"hydra.run.dir={tmp_path / 'out'}"]) == 2
    assert "own.csv has no row with role train or holdout" in capsys.readouterr().err
