"""Broken files, and the words in which each is refused: file, row, column, remedy."""

import csv
import os
from pathlib import Path

import pytest

from calibration.ledger import load_ledger
from calibration.ledger_format import LedgerError

FOLDER = Path(__file__).parent / "broken_ledgers"
with (FOLDER / "messages.csv").open(encoding="utf-8", newline="") as stream:
    CASES = [(row["file"], row["words"]) for row in csv.DictReader(stream)]


def refusal(path, **options):
    """Load a file that must be refused and return the error."""
    with pytest.raises(LedgerError, match=Path(path).name) as caught:
        load_ledger(path, **options)
    return caught.value


@pytest.mark.parametrize(("file", "words"), CASES)
def test_a_broken_file_is_refused_in_words_that_say_what_to_do(file, words):
    error = refusal(FOLDER / file)
    assert words in str(error)


def test_every_broken_file_has_its_words_and_every_word_its_file():
    files = {path.name for path in FOLDER.iterdir()} - {"messages.csv"}
    assert files == {file for file, _ in CASES}


@pytest.mark.parametrize("file", sorted({file for file, _ in CASES}))
def test_each_broken_file_is_broken_in_the_stated_way_only(file):
    stated = [words for name, words in CASES if name == file]
    problems = refusal(FOLDER / file).problems
    if file == "prose.csv":  # text that is no table at all: one problem per missing column
        assert all(problem.row == 1 for problem in problems)
    else:
        assert all(any(words in str(p) for words in stated) for p in problems)


def test_all_faults_of_a_file_are_reported_at_once_and_in_the_order_of_its_rows():
    error = refusal(FOLDER / "three_faults.csv")
    assert [(p.row, p.column) for p in error.problems] == [
        (2, "parties"),
        (3, "count"),
        (4, "date_os"),
    ]
    assert str(error).count("three_faults.csv, row") == 3


def test_a_missing_file_is_refused(tmp_path):
    assert "does not exist. Check the path" in str(refusal(tmp_path / "nowhere.csv"))


def test_a_folder_is_refused(tmp_path):
    assert "is a folder. Name a CSV file in it" in str(refusal(tmp_path))


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom permissions bind"
)
def test_a_file_without_read_permission_is_refused(tmp_path):
    path = tmp_path / "closed.csv"
    path.write_text("observation_id\n", encoding="utf-8")
    path.chmod(0)
    assert "cannot be read" in str(refusal(path))


def test_a_misspelt_place_is_refused_even_where_unknown_places_are_only_reported():
    error = refusal(FOLDER / "misspelt_place.csv", unknown_places="report")
    assert "Did you mean 'Petrograd'?" in str(error)


def test_a_place_that_nobody_has_is_accepted_where_unknown_places_are_only_reported():
    ledger = load_ledger(FOLDER / "unknown_place.csv", unknown_places="report")
    assert ledger["soviet"].place == "Atlantis"


def test_a_misspelt_role_is_refused_even_when_other_roles_are_asked_for():
    error = refusal(FOLDER / "unknown_role.csv", roles=("holdout",))
    assert "unknown role 'trian'" in str(error)


def test_percentages_may_miss_their_total_by_their_rounding_and_no_more(tmp_path):
    header = (
        "observation_id,role,date_os,place,body,measure,option,parties,count,total,composition,"
        "operator,target,citation\n"
    )
    start = "a,train,1917-05-01,Moscow,duma,share"
    end = "100,complete,ballot,moscow_city_duma,a book"
    path = tmp_path / "rounded.csv"
    path.write_text(f"{header}{start},B,BO,33,{end}\n{start},K,KD,68,{end}\n", encoding="utf-8")
    assert [f.count for f in load_ledger(path)["a"].figures] == [33, 68]
    path.write_text(f"{header}{start},B,BO,33,{end}\n{start},K,KD,69,{end}\n", encoding="utf-8")
    assert "add up to 102, not to 100" in str(refusal(path))
