"""The evidence at the command line: listed, shown in full, and checked in a file of one's own."""

import csv
import shutil

import pytest

import sim
from calibration.ledger import LEDGER_PATH, load_ledger
from experiments import cli
from experiments.errors import UserError
from experiments.evidence import read_evidence, vocabulary_of


def test_every_observation_is_listed_on_one_line_with_both_dates(capsys):
    assert cli.main(["evidence"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for observation in load_ledger():
        (line,) = (text for text in lines if observation.id in text.split())
        assert line.startswith(observation.date_os)
        assert observation.date_ns in line.split()
        assert observation.role in line.split()


def test_role_and_place_choose_observations(capsys):
    assert cli.main(["evidence", "--role", "train", "--place", "moscow"]) == 0
    out = capsys.readouterr().out
    ledger = load_ledger()
    chosen = [o for o in ledger if o.role == "train" and "moscow" in o.place.casefold()]
    assert f"\n{len(chosen)} of {len(ledger)} observations." in out
    assert chosen
    assert all(o.id in out for o in chosen)


def test_an_id_shows_everything_about_the_observation(capsys):
    observation = load_ledger().training()[0]
    assert cli.main(["evidence", observation.id]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for text in (observation.body, observation.operator, observation.citation):
        assert " ".join(text.split()) in out


def test_the_wide_form_has_a_heading_and_the_source(capsys):
    assert cli.main(["evidence", "--wide", "--role", "holdout"]) == 0
    assert "source" in capsys.readouterr().out.splitlines()[0].split()


def test_a_choice_that_fits_nothing_says_what_there_is(capsys):
    assert cli.main(["evidence", "--role", "trian"]) == 2
    assert "no observation fits. Roles: " in capsys.readouterr().err


def test_the_evidence_of_the_project_passes_its_own_check(capsys):
    assert cli.main(["evidence", "check", str(LEDGER_PATH)]) == 0
    assert "no problems" in capsys.readouterr().out


def test_a_broken_file_of_ones_own_is_refused_with_row_and_remedy(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    shutil.copy(LEDGER_PATH, path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    assert cli.main(["evidence", "check", str(path)]) == 2
    assert f"row {len(load_rows(path))}" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"mine\.csv"):
        read_evidence(path)


def load_rows(path):
    """Rows of a CSV file as a spreadsheet numbers them, the header being the first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("words", [["check"], ["check", "a.csv", "b.csv"]])
def test_check_needs_one_file(words, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["evidence", *words])
    assert "check needs one file" in capsys.readouterr().err


def test_a_missing_file_is_told(capsys):
    assert cli.main(["evidence", "check", "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().out


def test_the_vocabulary_is_that_of_the_composed_model():
    settings = sim.historical_settings()
    vocabulary = vocabulary_of(settings)
    assert "petrograd_workers" in vocabulary.constituencies
    assert "petrograd_soviet/soldiers" in vocabulary.chambers
    assert vocabulary.parties == tuple(settings.party)
    assert len(vocabulary.ballots) == len(settings.ballot)


def test_help_names_the_short_ways_to_write_a_setting(capsys):
    assert cli.main(["score", "--help"]) == 0
    said = capsys.readouterr().out
    assert "--run VALUE" in said
    assert "short for score.evidence=VALUE" in said
