"""The how-to for extensions works as printed."""

import re
from pathlib import Path

import numpy as np
import pytest

from experiments.cli import main
from experiments.composing import compose_settings
from sim.model import RevolutionModel

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "extend.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture
def own_folder(tmp_path):
    (tmp_path / "scenario").mkdir()
    for text in blocks("yaml"):
        name = re.search(r"scenario_notes:\n  (\w+):", text).group(1)
        (tmp_path / "scenario" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_event_of_ones_own_acts_where_it_says_and_not_before(own_folder):
    before, after = (
        RevolutionModel(compose_settings(*overrides, config_dir=own_folder).model, seed=0).run(160)
        for overrides in (("size=tiny",), ("size=tiny", "scenario=[historical,bread_riots]"))
    )
    moscow = before.constituencies.index("moscow_workers")
    np.testing.assert_array_equal(before.private_count[:153], after.private_count[:153])
    rise = after.grievance[155, :, 1] - before.grievance[155, :, 1]
    assert rise[moscow] > 0.1
    assert np.delete(rise, moscow) == pytest.approx(0.0)


def test_a_place_of_ones_own_moves_the_draws_of_no_other(own_folder):
    plain, wider = (
        RevolutionModel(compose_settings(*overrides, config_dir=own_folder).model, seed=0).run(30)
        for overrides in (("size=tiny",), ("size=tiny", "scenario=[historical,with_tver]"))
    )
    assert "tver_workers" in wider.constituencies
    kept = [wider.constituencies.index(name) for name in plain.constituencies]
    np.testing.assert_array_equal(wider.private_count[:30, kept], plain.private_count[:30])


def test_evidence_of_ones_own_is_checked_and_scored_as_printed(tmp_path, monkeypatch, capsys):
    (text,) = (found for found in blocks("text") if found.startswith("observation_id"))
    (tmp_path / "my_figures.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["evidence", "check", "my_figures.csv"]) == 0
    assert "the model has no Tver; not scored." in capsys.readouterr().out
    words = ["--evidence", "my_figures.csv", "size=tiny", "n_replicates=2"]
    assert main(["score", *words, "hydra.run.dir=scored"]) == 0
    said = capsys.readouterr().out
    assert "my_moscow_workers [holdout]" in said
    assert "2 rows, 1 of them not scored." in said


@pytest.mark.parametrize(
    "command", [line for text in blocks("sh") for line in text.splitlines() if " run " in line]
)
def test_run_commands_compose(command, own_folder):
    import shlex

    words = shlex.split(command)[2:]
    overrides = [word for word in words if "=" in word]
    compose_settings(*overrides, config_dir=own_folder)
