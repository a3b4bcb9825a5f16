"""The page on batch runs and the page on R work as printed."""

import re
import shlex
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.composing import compose_settings
from experiments.results import TABLES

DOCS = Path(__file__).resolve().parents[2] / "docs"
BATCH = (DOCS / "tutorials" / "batch.md").read_text("utf-8")
R_PAGE = (DOCS / "howto" / "r.md").read_text("utf-8")
PARTIES = ("NP", "KD", "RSR", "LSR", "ME", "MI", "BO")
COMMANDS = [
    shlex.split(line[2:]) for line in BATCH.splitlines() if line.startswith("$ allegiance run")
]


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    """The small run of the page, in an empty folder."""
    folder = tmp_path_factory.mktemp("batch")
    (small,) = [words for words in COMMANDS if "hydra.run.dir=outputs/first" in words[3:]]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(small[1:]) == 0
    return folder


def test_the_python_of_the_page_runs_as_printed(small_run, monkeypatch, capsys):
    monkeypatch.chdir(small_run)
    program = "\n".join(re.findall(r"```python\n(.*?)```", BATCH, flags=re.DOTALL))
    exec(compile(program, "batch.md", "exec"), {})
    assert "delegates" in capsys.readouterr().out


def test_the_files_that_the_page_names_are_left_behind(small_run):
    named = {"summary.txt", "manifest.json", "scores.parquet", "shares.parquet", "seats.parquet"}
    assert all(f"`{name}`" in BATCH for name in named)
    assert named <= {path.name for path in (small_run / "outputs" / "first").iterdir()}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_commands_of_the_page_compose(words):
    overrides = [word for word in words[2:] if not word.startswith(("hydra.", "figures="))]
    assert compose_settings(*overrides) is not None


def test_the_columns_of_the_page_on_r_exist():
    named = {"date", "constituency", "private_BO", "replicate", "day"}
    assert named <= set(TABLES["shares"].names(PARTIES))
    seen = set(re.findall(r"(?:seen|scores)\$(\w+)", R_PAGE))
    assert {"documented", "predicted", "unit"} <= seen <= set(TABLES["scores"].names(PARTIES))
