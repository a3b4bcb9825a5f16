"""How a subcommand with settings runs: checked first, in its own folder, on the record."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hydra import main as hydra_main
from hydra._internal.hydra import Hydra
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.composing import ROOT_CONFIG, Composer, search_path
from experiments.errors import (
    EXIT_FAILED,
    EXIT_FINE,
    EXIT_MISTAKE,
    Interrupted,
    SettingsError,
    UserError,
)
from experiments.manifest import FILE_NAME, read_manifest, recorded
from experiments.settings import RunSettings, freeze
from experiments.store import fresh_folder, make_folder
from sim.historical import configs_dir

log = logging.getLogger(__name__)
Entry = Callable[[Any, Path], int]


@dataclass(frozen=True)
class JobContext:
    """What a running job may want to know about how it was asked for.

    Attributes
    ----------
    command : str
        The subcommand.
    overrides : tuple of str
        Overrides of the job, as Hydra took them; they compose again.
    config_dir : Path or None
        The person's own folder of configs.
    config_name : str
        Root config of the job.
    """

    command: str
    overrides: tuple[str, ...]
    config_dir: Path | None
    config_name: str


@dataclass(frozen=True)
class Job:
    """One job of a subcommand, as Hydra and its launchers call it.

    Attributes
    ----------
    target : str
        ``module:function`` of the subcommand.
    sweep : bool
        Whether it is one of many. A job of a sweep logs its fault and lets the others run.
    """

    target: str
    sweep: bool

    def __call__(self, config: DictConfig) -> int:
        """Run the job in the folder that Hydra made and return its exit status."""
        entry = entry_of(self.target)
        folder = Path(HydraConfig.get().runtime.output_dir)
        job = current_job()
        try:
            values: Any = OmegaConf.to_container(config, resolve=True)
            settings: RunSettings = freeze(values, schema_of(entry))
            with recorded(
                folder,
                command=job.command,
                settings=settings,
                overrides=job.overrides,
                seed=settings.seed,
            ):
                return entry(settings, folder)
        except UserError as error:
            if self.sweep:
                log.error("%s", error)
            else:
                say(error)
            return EXIT_MISTAKE
        except Exception:
            if not self.sweep:
                raise
            log.exception("the job failed")
            return EXIT_FAILED


def run_command(name: str, target: str, arguments: Sequence[str]) -> int:
    """Run a subcommand whose settings Hydra composes.

    Parameters
    ----------
    name : str
        The subcommand. Its root config is ``configs/NAME.yaml`` where there is one.
    target : str
        ``module:function``; the function takes settings and a folder and returns a status.
    arguments : sequence of str
        What was typed after the subcommand.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    UserError
        For every mistake in the arguments, before anything is computed.
    Interrupted
        After Ctrl-C.
    """
    parser = get_args_parser()
    parser.prog = f"allegiance {name}"
    parser.usage = "%(prog)s [SETTING=VALUE ...] [--multirun] [--config-dir DIR] [--help]"
    given = parser.parse_args(list(arguments))
    refuse_what_is_not_heeded(given)
    config_dir = Path(given.config_dir) if given.config_dir else None
    composer = Composer(config_dir, given.config_name or root_config(name))
    schema = schema_of(entry_of(target))
    overrides = composer.checked(
        [*given.overrides, *own_settings(name, given)], schema, sweep=given.multirun
    )
    first = composer.refuse_wrong_values(composer.cells(overrides), schema)
    if given.cfg or given.info or given.hydra_help or given.shell_completion:
        return hand_over(composer.config_name, overrides, given, arguments)
    which = "sweep" if given.multirun else "run"
    folder = Path(str(OmegaConf.select(first, f"hydra.{which}.dir")))
    if f"hydra.{which}.dir" in typed_names(given):
        make_folder(folder)
    else:
        folder = fresh_folder(folder)
    overrides.append(f"++hydra.{which}.dir={quoted(str(folder))}")
    hydra = Hydra.create_main_hydra2(name, search_path(config_dir))
    job = Job(target, sweep=given.multirun)
    try:
        if job.sweep:
            hydra.multirun(composer.config_name, job, overrides)
            return _report_of(folder)
        status: int = hydra.run(composer.config_name, job, overrides).return_value
        return status
    except Interrupted:
        raise
    except KeyboardInterrupt as error:
        raise Interrupted(f"What was finished is in {folder}.") from error
    finally:
        GlobalHydra.instance().clear()


def entry_of(target: str) -> Entry:
    """Import the function of a subcommand from its ``module:function``."""
    module, _, function = target.partition(":")
    entry: Entry = getattr(importlib.import_module(module), function)
    return entry


def schema_of(entry: Entry) -> type[RunSettings]:
    """Read off the annotation of its first argument what settings a subcommand takes."""
    hints = typing.get_type_hints(entry)
    hints.pop("return", None)
    schema: type[RunSettings] = next(iter(hints.values()))
    return schema


def root_config(name: str) -> str:
    """Name the root config of a subcommand: its own where it has one."""
    return name if (configs_dir() / f"{name}.yaml").is_file() else ROOT_CONFIG


def current_job() -> JobContext:
    """Describe the job that is running, for subcommands that compose further settings."""
    hydra = HydraConfig.get()
    own = [source.path for source in hydra.runtime.config_sources if _is_own(source.provider)]
    return JobContext(
        command=hydra.job.name,
        overrides=tuple(hydra.overrides.task),
        config_dir=Path(own[0]) if own else None,
        config_name=hydra.job.config_name or ROOT_CONFIG,
    )


def say(message: object) -> None:
    """Print a message for the person to the terminal's error stream."""
    for line in str(message).splitlines():
        print(f"allegiance: {line}", file=sys.stderr)


def _is_own(provider: str) -> bool:
    return provider == "command-line"


def own_settings(name: str, given: argparse.Namespace) -> list[str]:
    """Hydra settings that the house sets unless the person does."""
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    house = {
        "hydra.job.name": name,
        "hydra/job_logging": "file",
        "hydra/hydra_logging": "quiet",
        "hydra.run.dir": f"outputs/{name}/{stamp}",
        "hydra.sweep.dir": f"outputs/{name}/sweep_{stamp}",
    }
    return [f"{key}={value}" for key, value in house.items() if key not in typed_names(given)]


def typed_names(given: argparse.Namespace) -> set[str]:
    """List the names of the settings that were typed."""
    return {text.partition("=")[0].lstrip("+~") for text in given.overrides}


def refuse_what_is_not_heeded(given: argparse.Namespace) -> None:
    """Refuse Hydra's flags that a subcommand would pass over.

    Raises
    ------
    SettingsError
        With what to type instead.
    """
    if given.config_path:
        raise SettingsError(
            [f"--config-path {given.config_path}: name a folder of your own with --config-dir."]
        )
    if given.experimental_rerun:
        raise SettingsError(
            ["--experimental-rerun is not supported: repeat the overrides of manifest.json."]
        )


def quoted(text: str) -> str:
    """Quote text for an override."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _report_of(folder: Path) -> int:
    """Name the jobs of a sweep that did not finish."""
    states = {path.parent: read_manifest(path.parent) for path in folder.rglob(FILE_NAME)}
    bad = {place: facts for place, facts in states.items() if facts["status"] != "finished"}
    for place, facts in sorted(bad.items()):
        say(f"{place} {facts['status']}: {facts.get('error', 'see its run.log')}")
    say(f"{len(states) - len(bad)} of {len(states)} jobs finished; results in {folder}")
    return EXIT_FAILED if bad else EXIT_FINE


def hand_over(
    config_name: str,
    overrides: Sequence[str],
    given: argparse.Namespace,
    arguments: Sequence[str],
) -> int:
    """Let Hydra answer its own questions, such as ``--cfg job``."""
    flags = [text for text in arguments if text not in given.overrides]
    typed, sys.argv = sys.argv, ["allegiance", *flags, *overrides]
    try:
        hydra_main(version_base="1.3", config_path=str(configs_dir()), config_name=config_name)(
            _never
        )()
    finally:
        sys.argv = typed
    return EXIT_FINE


def _never(config: DictConfig) -> None:
    raise AssertionError(f"a question about settings ran a job with {len(config)} of them")
