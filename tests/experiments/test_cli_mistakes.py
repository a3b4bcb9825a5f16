"""Mistakes in overrides: each is told in a sentence with its remedy, all at once."""

import pytest

from experiments import cli

pytestmark = pytest.mark.usefixtures("house")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("sed=3", "there is no setting 'sed'. Did you mean: seed?"),
        ("+sed=3", "there is no setting 'sed'. Did you mean: seed?"),
        ("++sed=3", "there is no setting 'sed'. Did you mean: seed?"),
        ("~sed", "there is no setting 'sed'. Did you mean: seed?"),
        (
            "parameters.discrdit=3",
            "no setting 'parameters.discrdit'. Did you mean: parameters.disc",
        ),
        ("+parameters.discrdit=3", "'parameters.discrdit'. Did you mean: parameters.discredit?"),
        ("discredit=3", "there is no setting 'discredit'. Did you mean: parameters.discredit?"),
        ("model.seed=3", "there is no setting 'model.seed'. Did you mean: seed?"),
        ("event.kornlov.enabled=false", "Did you mean: event.kornilov.enabled"),
        ("+event.kornlov.enabled=false", "Did you mean: event.kornilov.enabled"),
        ("event.kornilov.enabld=false", "Did you mean: event.kornilov.enabled"),
        ("+event.kornilov.enabld=false", "Did you mean: event.kornilov.enabled"),
        ("event.flood={title:Flood}", "To add a new entry, write '+event.flood={title:Flood}'."),
        ("+event.flood={title:Flood}", "event.flood.window is missing."),
        ("scenaro=no_revolt", "there is no setting 'scenaro'. Did you mean: scenario?"),
        ("scenario=no_revlt", "no scenario 'no_revlt'. Did you mean: no_revolt? Available: hist"),
        ("scenario=[relief,no_revlt]", "there is no scenario 'no_revlt'. Did you mean: no_revolt?"),
        ("size=enormous", "there is no size 'enormous'. Available: desk, tiny."),
        ("tempo=fast", "this subcommand has no choice of 'tempo'. Leave it out."),
        ("size.fraction=2", "size.fraction must lie in [0, 1], got 2.0. A share of the people."),
        ("seed=abc", "seed = 'abc': must be a whole number."),
        ("n_replicates=1.5", "n_replicates = 1.5: must be a whole number."),
        ("parameters.discredit=strong", "parameters.discredit = 'strong': must be a number."),
        ("parameters.discredit=99", "parameters.discredit must lie in [0, 10], got 99.0. The med"),
        ("parameters.discredit=nan", "parameters.discredit must lie in [0, 10], got nan."),
        ("parameters=3", "parameters = 3: is a section and cannot be replaced"),
        ("event.kornilov.enabled=perhaps", "event.kornilov.enabled = 'perhaps': must be true or f"),
        ("event.kornilov.window=soon", "'soon': must be a list, such as 'event.kornilov.window=["),
        ("event.kornilov.title=3", "must be text; put it in quotes: 'event.kornilov.title=\"3\"'"),
        ("event.kornilov.effects.0.value=x", "event.kornilov.effects[0].value = 'x': must be a n"),
        ("seed=[1", "cannot read 'seed=[1'"),
        ("seed", "cannot read 'seed'"),
        ("seed=1,2", "To run each of them add --multirun; to give one list write 'seed=[1,2]'."),
        ("hydra.run.dri=out", "there is no setting 'hydra.run.dri'. Did you mean: hydra.run.dir"),
        (
            "hydra/launcher=ray",
            "hydra/launcher=ray is not installed. Install the extra: pip install '.[ray]'",
        ),
        ("--config-dir=nowhere", "--config-dir nowhere: there is no such folder."),
        ("--config-path=here", "name a folder of your own with --config-dir."),
    ],
)
def test_a_mistake_is_told_with_its_remedy(house, capsys, typed, told):
    assert cli.main(["probe", typed]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "+seed" not in err
    assert "Traceback" not in err
    assert all(line.startswith("allegiance: ") for line in err.splitlines())
    assert not (house / "outputs").exists()


def test_all_wrong_values_are_told_at_once(capsys):
    assert cli.main(["probe", "seed=abc", "n_replicates=x", "parameters.discredit=-1"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert all(any(name in line for line in told) for name in ("seed", "n_repl", "discredit"))


def test_all_unknown_settings_are_told_at_once(capsys):
    assert cli.main(["probe", "sed=1", "+n_replicate=2", "size=desk"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "allegiance: there is no setting 'sed'. Did you mean: seed?",
        "allegiance: there is no setting 'n_replicate'. Did you mean: n_replicates?",
    ]


def test_an_unknown_flag_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["probe", "--fast"])
    assert "unrecognized arguments: --fast" in capsys.readouterr().err


def test_a_broken_file_of_ones_own_is_told_apart_from_a_fault_of_the_code(tmp_path, capsys):
    own = tmp_path / "own" / "scenario"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text("# @package _global_\nseed: [1\n", encoding="utf-8")
    assert cli.main(["probe", f"--config-dir={own.parent}", "scenario=mine"]) == 2
    err = capsys.readouterr().err
    assert "not valid YAML" in err
    assert "mine.yaml" in err


def test_a_stray_key_in_a_file_of_ones_own_is_told(tmp_path, capsys):
    own = tmp_path / "own" / "scenario"
    own.mkdir(parents=True)
    text = "# @package _global_\nparameters: {discrdit: 1.0}\n"
    (own / "mine.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["probe", f"--config-dir={own.parent}", "scenario=mine"]) == 2
    assert "no setting 'parameters.discrdit'. Did you mean: parameters.discredit?" in (
        capsys.readouterr().err
    )


def test_a_fault_is_placed_where_its_own_words_do_not_say_it(capsys):
    assert cli.main(["probe", "event.kornilov.effects.0.target=''"]) == 2
    assert "event.kornilov.effects[0]: effect.target is empty. Name what changes." in (
        capsys.readouterr().err
    )
