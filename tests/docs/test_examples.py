"""The scripts that the documentation shows run as they are."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {
    (ROOT / "docs" / folder / found).resolve()
    for folder in ("tutorials", "howto")
    for page in (ROOT / "docs" / folder).glob("*.md")
    for found in re.findall(r"literalinclude\} (\S+\.py)", page.read_text("utf-8"))
}


def printed(name, capsys):
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def percent(text):
    return float(text.removesuffix("%"))


def test_pages_show_scripts_that_are_there():
    assert {path.name for path in SHOWN} == {"first_look.py", "own_mechanism.py"}
    assert all(path.is_file() for path in SHOWN)


def test_two_histories_of_the_first_look_part_with_the_revolt_and_not_before(capsys):
    lines = printed("first_look.py", capsys)
    shares = {words[0]: percent(words[1]) for words in lines if len(words) == 2}
    assert sum(shares.values()) == pytest.approx(100.0, abs=0.5)
    course = {w[0]: (percent(w[1]), percent(w[2])) for w in lines if w[0].startswith("1917")}
    assert course["1917-08-24"][0] == course["1917-08-24"][1]
    assert course["1917-09-09"][0] > course["1917-09-09"][1]


def test_a_mechanism_of_ones_own_moves_the_place_it_names_and_no_other(capsys):
    lines = {words[0]: words[1:] for words in printed("own_mechanism.py", capsys)}
    without, tilted = map(percent, lines["moscow_workers"])
    assert tilted > without
    assert lines["petrograd_workers"][0] == lines["petrograd_workers"][1]
