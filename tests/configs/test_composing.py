"""Every config in the repository composes, and nothing in one is left unread."""

from dataclasses import FrozenInstanceError

import pytest
import yaml

import sim
from experiments.cli import COMMANDS
from experiments.composing import ROOT_CONFIG, Composer, compose_settings, group_options
from experiments.errors import SettingsError
from experiments.jobs import entry_of, schema_of
from experiments.settings import RunSettings
from sim.historical import configs_dir
from tests.experiments.conftest import write_tree

COMPOSER = Composer()
FILES = sorted(path.relative_to(configs_dir()).as_posix() for path in configs_dir().rglob("*.yaml"))
ROOTS = sorted(path.stem for path in configs_dir().glob("*.yaml"))


def schema_for(root):
    """Settings that a root config composes into."""
    return RunSettings if root == ROOT_CONFIG else schema_of(entry_of(COMMANDS[root].target))


def groups_of(root):
    """Config groups in the defaults of a root config and of those that it includes."""
    entries = yaml.safe_load((configs_dir() / f"{root}.yaml").read_text("utf-8"))["defaults"]
    for entry in entries:
        if isinstance(entry, dict):
            yield from entry
        elif entry != "_self_":
            yield from groups_of(entry)


OWNERS = {group: root for root in [*ROOTS, ROOT_CONFIG] for group in groups_of(root)}
OPTIONS = [(group, option) for group in COMPOSER.groups() for option in COMPOSER.options(group)]


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_of_every_group_composes(group, option):
    root = OWNERS[group]
    settings = compose_settings(f"{group}={option}", config_name=root, schema=schema_for(root))
    assert settings.n_replicates >= 1


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_config_belongs_to_a_subcommand_and_composes_for_it(root):
    settings = compose_settings(config_name=root, schema=schema_for(root))
    assert isinstance(settings, RunSettings)


@pytest.mark.parametrize("scenario", group_options("scenario"))
def test_every_scenario_says_what_it_changes_and_what_it_cannot_claim(scenario):
    note = compose_settings(f"scenario={scenario}").scenario_notes[scenario]
    assert all((note.title, note.changes, note.why, note.cannot_claim))


@pytest.mark.parametrize("place", FILES)
def test_no_file_has_a_key_twice(place):
    class Strict(yaml.SafeLoader):
        pass

    def once(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{place} line {node.start_mark.line + 1}: {keys}"
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, once)
    assert yaml.load((configs_dir() / place).read_text(encoding="utf-8"), Strict) is not None


def test_the_notebook_and_the_command_line_run_the_same_model():
    assert compose_settings().model == sim.historical_settings()


def test_the_notebook_and_the_command_line_have_the_same_parameters():
    assert compose_settings().parameters == sim.Parameters()


def test_settings_cannot_be_changed_after_composing():
    settings = compose_settings()
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'discredit'"):
        settings.parameters.discredit = 1.0


def test_zero_is_a_seed():
    assert compose_settings("seed=0").seed == 0


def test_a_switch_of_one_mechanism_leaves_the_others_on():
    mechanism = compose_settings("mechanism.social_influence=false").model.mechanism
    assert not mechanism.social_influence
    assert mechanism.grievance


def test_an_event_can_be_removed_and_moved_from_the_command_line():
    moved = "event.kornilov.window=['1917-09-01','1917-09-07']"
    event = compose_settings(moved, "event.kornilov.enabled=false").model.event["kornilov"]
    assert event.window == ("1917-09-01", "1917-09-07")
    assert not event.enabled


def test_a_scenario_of_ones_own_overrides_every_key(tmp_path):
    text = """
        # @package _global_
        seed: 3
        n_replicates: 2
        parameters: {discredit: 1.5}
        event: {kornilov: {enabled: false}}
        """
    write_tree(tmp_path, {"scenario/mine.yaml": text})
    settings = compose_settings("scenario=mine", config_dir=tmp_path)
    assert (settings.seed, settings.n_replicates) == (3, 2)
    assert settings.parameters.discredit == 1.5
    assert not settings.model.event["kornilov"].enabled


def test_what_is_typed_overrides_the_scenario(tmp_path):
    text = "# @package _global_\nparameters: {discredit: 1.5}\n"
    write_tree(tmp_path, {"scenario/mine.yaml": text})
    settings = compose_settings("parameters.discredit=2.5", "scenario=mine", config_dir=tmp_path)
    assert settings.parameters.discredit == 2.5


def test_composing_twice_gives_equal_settings_and_shares_nothing():
    composer = Composer()
    first = composer.frozen(["parameters.discredit=1"], RunSettings)
    second = composer.frozen([], RunSettings)
    assert first.parameters.discredit == 1.0
    assert second == compose_settings()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("parameters.discredit=99", r"parameters\.discredit must lie in \[.*\], got 99\.0\."),
        ("parameters.discredit=nan", r"parameters\.discredit must lie in .*, got nan\."),
        (
            "parameters.discrdit=1",
            r"'parameters\.discrdit'\. Did you mean: parameters\.discredit\?",
        ),
        ("+parameters.discrdit=1", r"'parameters\.discrdit'\. Did you mean: parameters\.discredit"),
        ("mechanism.social_influnce=false", r"Did you mean: mechanism\.social_influence\?"),
        ("event.kornilov.enabld=false", r"Did you mean: event\.kornilov\.enabled\?"),
        ("event.kornlov.enabled=false", r"Did you mean: event\.kornilov\.enabled\?"),
        ("event.kornilov.window=['1916-08-25','1917-08-31']", r"kornilov.*1916-08-25"),
        ("event.kornilov.window=['1917-08-31','1917-08-25']", r"kornilov.*ends before it begins"),
        ("event.kornilov.places=[petrogard]", r"petrogard"),
        ("seed=-1", r"seed must lie in .*, got -1\."),
        ("n_replicates=0", r"n_replicates must lie in .*, got 0\. Statements need at least 20"),
        ("size=huge", r"there is no size 'huge'\. Available: .*desk"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_remedy(override, message):
    with pytest.raises(SettingsError, match=message):
        compose_settings(override)
