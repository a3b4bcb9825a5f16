"""The table of subcommands as shipped."""

import subprocess
import sys

import pytest

from experiments import cli
from experiments.jobs import entry_of, schema_of
from experiments.settings import RunSettings

HEAVY = {"hydra", "numpy", "mesa", "pydantic", "sim", "pyarrow", "matplotlib"}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_subcommand_can_be_imported_and_says_what_it_takes(name):
    command = cli.COMMANDS[name]
    entry = entry_of(command.target)
    assert callable(entry)
    if command.kind == "hydra":
        assert issubclass(schema_of(entry), RunSettings)
        assert entry.__doc__


def test_the_list_of_subcommands_loads_nothing_heavy():
    code = (
        "import sys; from experiments import cli; cli.main(['--help']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())
    assert set(cli.COMMANDS) <= set(done.stdout.split())


def test_the_version_is_that_of_the_installed_package(capsys):
    from importlib.metadata import version

    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"allegiance {version('allegiance')}\n"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_subcommand_answers_help(name):
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", name, "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"usage: allegiance {name}" in done.stdout
