"""The command as a person meets it: what it answers, where it writes, how it ends."""

import json
from datetime import datetime

import pytest

from experiments import cli
from experiments.composing import ROOT_CONFIG
from experiments.jobs import root_config
from tests.experiments.conftest import write_tree

pytestmark = pytest.mark.usefixtures("house")


def received(folder):
    """What the probe wrote in its folder."""
    return json.loads((folder / "received.json").read_text(encoding="utf-8"))


def manifest(folder):
    """The manifest of a run's folder."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_help_has_one_line_for_each_subcommand(capsys):
    assert cli.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, command in cli.COMMANDS.items():
        assert sum(line.split() == [name, *command.summary.split()] for line in lines) == 1


def test_without_a_subcommand_the_list_is_shown_and_the_status_is_that_of_a_mistake(capsys):
    assert cli.main([]) == 2
    assert "probe" in capsys.readouterr().out


def test_a_misspelt_subcommand_is_told_the_nearest(capsys):
    assert cli.main(["prob"]) == 2
    assert "no subcommand 'prob'. Did you mean: probe?" in capsys.readouterr().err


def test_a_plain_subcommand_receives_what_was_typed(capsys):
    assert cli.main(["plain", "check", "--all"]) == 0
    assert capsys.readouterr().out == "check --all\n"


def test_overrides_reach_the_subcommand_and_its_folder_is_the_one_named(house):
    typed = ["seed=0", "scenario=no_revolt", "parameters.discredit=3", "hydra.run.dir=out"]
    assert cli.main(["probe", *typed]) == 0
    got = received(house / "out")
    assert got["seed"] == 0
    assert got["model"]["event"]["kornilov"]["enabled"] is False
    assert got["parameters"]["discredit"] == 3.0
    assert got["command"] == "probe"


def test_scenarios_compose_and_leave_their_notes_in_order(house):
    assert cli.main(["probe", "scenario=[relief,no_revolt]", "hydra.run.dir=out"]) == 0
    got = received(house / "out")
    assert list(got["scenario_notes"]) == ["relief", "no_revolt"]
    assert got["parameters"]["discredit"] == 1.0
    assert got["model"]["event"]["kornilov"]["enabled"] is False


def test_a_setting_that_no_file_mentions_can_be_set_without_a_plus(house):
    assert cli.main(["probe", "constants.fatigue.per_day=0.5", "hydra.run.dir=out"]) == 0
    assert received(house / "out")["model"]["constants"]["fatigue"]["per_day"] == 0.5


def test_an_element_of_a_list_can_be_set(house):
    assert cli.main(["probe", "event.kornilov.effects.0.value=-7", "hydra.run.dir=out"]) == 0
    assert received(house / "out")["model"]["event"]["kornilov"]["effects"][0]["value"] == -7.0


def test_an_event_can_be_added_from_the_command_line(house):
    event = "+event.flood={title:Flood,window:['1917-09-01','1917-09-02']}"
    assert cli.main(["probe", event, "+event.flood.enabled=false", "hydra.run.dir=out"]) == 0
    assert received(house / "out")["model"]["event"]["flood"]["enabled"] is False


def test_a_scenario_in_a_folder_of_ones_own_works(house, tmp_path):
    own = tmp_path / "own"
    text = """
        # @package _global_
        seed: 5
        scenario_notes: {mine: {title: Mine}}
        """
    write_tree(own, {"scenario/mine.yaml": text})
    arguments = ["probe", "--config-dir", str(own), "scenario=mine", "hydra.run.dir=out"]
    assert cli.main(arguments) == 0
    assert received(house / "out")["seed"] == 5


def test_a_subcommand_with_a_root_config_of_its_own_gets_its_section(house):
    assert cli.main(["sorting", "sorting.by=party", "hydra.run.dir=out"]) == 0
    assert (house / "out" / "by.txt").read_text(encoding="utf-8") == "party"


def test_a_section_of_another_subcommand_is_no_setting(capsys):
    assert cli.main(["probe", "sorting.by=party"]) == 2
    assert "no setting 'sorting.by'" in capsys.readouterr().err


def test_two_runs_that_start_in_one_second_get_two_folders(house, monkeypatch):
    class Clock:
        @staticmethod
        def now():
            return datetime(1917, 3, 1)

    monkeypatch.setattr("experiments.jobs.datetime", Clock)
    assert cli.main(["probe"]) == 0
    assert cli.main(["probe"]) == 0
    names = sorted(path.name for path in (house / "outputs" / "probe").iterdir())
    assert names == ["1917-03-01_00-00-00", "1917-03-01_00-00-00_2"]


def test_the_manifest_says_how_a_run_ended_and_what_it_was_told(house):
    assert cli.main(["probe", "seed=3", "hydra.run.dir=out"]) == 0
    facts = manifest(house / "out")
    assert facts["status"] == "finished"
    assert facts["seed"] == 3
    assert [text.lstrip("+") for text in facts["overrides"]] == ["seed=3"]
    assert facts["settings"]["model"]["event"]["kornilov"]["title"] == "The revolt"
    assert facts["wall_seconds"] > 0.0


def test_a_fault_of_the_persons_ends_with_status_2_and_no_traceback(house, capsys):
    assert cli.main(["probe", "seed=90", "hydra.run.dir=out"]) == 2
    assert capsys.readouterr().err == "allegiance: the file x.csv has no rows. Add a row.\n"
    assert manifest(house / "out")["status"] == "failed"


def test_a_fault_of_the_code_keeps_its_traceback_and_is_on_the_record(house):
    with pytest.raises(RuntimeError, match="a fault of the code"):
        cli.main(["probe", "seed=91", "hydra.run.dir=out"])
    assert manifest(house / "out")["error"] == "RuntimeError: a fault of the code"


@pytest.mark.parametrize(
    ("seed", "kept"),
    [(92, "3 of 20 replicates are in replicates.parquet."), (93, "What was finished is in out.")],
)
def test_ctrl_c_ends_with_status_130_and_says_what_is_kept(house, capsys, seed, kept):
    assert cli.main(["probe", f"seed={seed}", "hydra.run.dir=out"]) == 130
    assert capsys.readouterr().err == f"allegiance: stopped by Ctrl-C. {kept}\n"
    assert manifest(house / "out")["status"] == "interrupted"


def test_the_status_of_the_subcommand_is_the_status_of_the_command():
    assert cli.main(["probe", "seed=94"]) == 1


def test_a_folder_that_cannot_be_made_is_refused_before_the_run(house, capsys):
    (house / "notes.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["probe", "seed=91", "hydra.run.dir=notes.txt/out"]) == 2
    assert "cannot write results to notes.txt/out: Not a directory" in capsys.readouterr().err


def test_folders_with_spaces_and_quotes_are_taken_as_typed(house):
    assert cli.main(["probe", "hydra.run.dir=\"my 'own' run\""]) == 0
    assert received(house / "my 'own' run")["seed"] == 1917


def test_help_of_a_subcommand_shows_its_story_choices_and_settings(capsys):
    assert cli.main(["probe", "--help"]) == 0
    out = capsys.readouterr().out
    assert "Say what was received." in out
    assert "size=desk                     or tiny" in out
    assert "historical, no_revolt, relief" in out
    assert "seed=1917" in out


def test_settings_can_be_printed_without_running(house, capsys):
    assert cli.main(["probe", "seed=91", "--cfg", "job"]) == 0
    assert "seed: 91" in capsys.readouterr().out
    assert not (house / "outputs").exists()


def test_a_sweep_runs_every_point_and_names_those_that_failed(house, capsys):
    typed = ["--multirun", "seed=1,91,2", "size=desk,tiny", "hydra.sweep.dir=many"]
    assert cli.main(["probe", *typed]) == 1
    done = {
        place.name for place in (house / "many").iterdir() if (place / "received.json").exists()
    }
    assert done == {"0", "1", "4", "5"}
    err = capsys.readouterr().err
    assert "many/2 failed: RuntimeError: a fault of the code" in err
    assert "4 of 6 jobs finished; results in many" in err


def test_a_sweep_whose_jobs_all_finish_ends_well(house):
    assert cli.main(["probe", "--multirun", "seed=1,2", "hydra.sweep.dir=many"]) == 0
    assert received(house / "many" / "1")["seed"] == 2


def test_a_wrong_value_anywhere_in_a_sweep_is_refused_before_the_first_job(house, capsys):
    typed = ["--multirun", "parameters.discredit=1,2,99", "size=desk,tiny", "hydra.sweep.dir=many"]
    assert cli.main(["probe", *typed]) == 2
    err = capsys.readouterr().err
    assert err.count("parameters.discredit must lie in [0, 10], got 99.0. The median is 2.") == 1
    assert not (house / "many").exists()


def test_a_long_sweep_is_checked_to_its_last_value(capsys):
    typed = ["--multirun", "parameters.discredit=1,99", "seed=range(0,80)", "hydra.sweep.dir=many"]
    assert cli.main(["probe", *typed]) == 2
    assert "got 99.0" in capsys.readouterr().err


def test_the_root_config_is_the_common_one_unless_a_subcommand_has_its_own():
    assert (root_config("probe"), root_config("sorting")) == (ROOT_CONFIG, "sorting")
