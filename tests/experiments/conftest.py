"""A small house: a handful of settings and a subcommand that only says what it received."""

import logging
import shutil
from textwrap import dedent

import pytest

from experiments import cli, composing, jobs
from sim.historical import configs_dir

FILES = {
    "config.yaml": """
        defaults:
          - event: historical
          - size: desk
          - _self_
          - scenario: [historical]
        seed: 1917
        n_replicates: 20
        parameters: {discredit: 2.0}
        """,
    "event/historical.yaml": """
        kornilov:
          title: The revolt
          window: ["1917-08-25", "1917-08-31"]
          effects: [{target: credibility.KD, value: -2.0}]
        """,
    "size/desk.yaml": "fraction: 1.0",
    "size/tiny.yaml": "fraction: 0.1",
    "scenario/historical.yaml": """
        # @package _global_
        scenario_notes: {historical: {title: As it was}}
        """,
    "scenario/no_revolt.yaml": """
        # @package _global_
        event: {kornilov: {enabled: false}}
        scenario_notes: {no_revolt: {title: Without the revolt}}
        """,
    "scenario/relief.yaml": """
        # @package _global_
        parameters: {discredit: 1.0}
        scenario_notes: {relief: {title: With relief}}
        """,
    "tempo/fast.yaml": "speed: 2",
    "sorting.yaml": """
        defaults: [config, _self_]
        sorting: {by: date}
        """,
}


def write_tree(folder, files):
    """Write YAML files, given by their place in the folder."""
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip(), encoding="utf-8")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder to work in, with the subcommands ``probe`` and ``sorting`` in place."""
    configs = tmp_path / "configs"
    write_tree(configs, FILES)
    shutil.copytree(configs_dir() / "hydra", configs / "hydra")
    for module in (composing, jobs):
        monkeypatch.setattr(module, "configs_dir", lambda: configs)
    commands = {
        "probe": cli.Command("say what was received", "tests.experiments.probe:main", "hydra"),
        "sorting": cli.Command("sort", "tests.experiments.probe:sort", "hydra"),
        "plain": cli.Command("echo", "tests.experiments.probe:plain", "plain"),
    }
    monkeypatch.setattr(cli, "COMMANDS", commands)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield work
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler, logging.FileHandler):
            handler.close()
            logging.getLogger().removeHandler(handler)
