"""From overrides to settings, with every mistake in them found first and explained."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

import yaml
from hydra import version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.utils import setup_globals
from hydra.errors import HydraException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.errors import SettingsError, how_to_install
from experiments.faults import unknown_option, unknown_setting
from experiments.names import Standing, known_settings, names_in, standing
from experiments.settings import LIFTED, RunSettings, freeze
from sim.historical import configs_dir

T = TypeVar("T")
ROOT_CONFIG = "config"
N_CELLS_CHECKED = 64
EXTRAS = {
    "joblib": "parallel",
    "submitit_local": "cluster",
    "submitit_slurm": "cluster",
    "ray": "ray",
}


@overload
def compose_settings(
    *overrides: str, config_dir: Path | None = ..., config_name: str = ...
) -> RunSettings: ...
@overload
def compose_settings(
    *overrides: str, config_dir: Path | None = ..., config_name: str = ..., schema: type[T]
) -> T: ...
def compose_settings(
    *overrides: str,
    config_dir: Path | None = None,
    config_name: str = ROOT_CONFIG,
    schema: type[Any] = RunSettings,
) -> Any:
    """Compose settings as the command line does.

    Parameters
    ----------
    *overrides : str
        Such as ``"scenario=no_revolt"`` or ``"parameters.discredit=2"``.
    config_dir : Path, optional
        A person's own folder of configs, looked at beside the project's.
    config_name : str
        Root config: ``"config"`` or the name of a subcommand that has one.
    schema : type
        :class:`~experiments.settings.RunSettings` or a subcommand's extension of it.

    Returns
    -------
    schema
        Frozen settings.

    Raises
    ------
    SettingsError
        With every mistake found.
    """
    composer = Composer(config_dir, config_name)
    return composer.frozen(composer.checked(overrides, schema), schema)


def group_options(group: str, config_dir: Path | None = None) -> list[str]:
    """List the options of a config group, such as ``"scenario"``.

    Parameters
    ----------
    group : str
        Name of the group.
    config_dir : Path, optional
        A person's own folder of configs, looked at beside the project's.
    """
    return Composer(config_dir).options(group)


def search_path(config_dir: Path | None) -> ConfigSearchPath:
    """Where configs are looked for: Hydra's, the project's, a person's own."""
    path = create_config_search_path(str(configs_dir()))
    if config_dir is not None:
        own = f"file://{config_dir.resolve()}"
        path.prepend("command-line", own, anchor=SearchPathQuery(provider="schema", path=None))
    return path


class Composer:
    """Reader of the project's configs, and of a person's own beside them.

    It holds no state of Hydra's, so that it works inside a running job as well.

    Parameters
    ----------
    config_dir : Path, optional
        A person's own folder of configs.
    config_name : str
        Root config.

    Raises
    ------
    SettingsError
        If the folder does not exist.
    """

    def __init__(self, config_dir: Path | None = None, config_name: str = ROOT_CONFIG) -> None:
        if config_dir is not None and not config_dir.is_dir():
            raise SettingsError(
                [f"--config-dir {config_dir}: there is no such folder. Name one with configs."]
            )
        version.setbase("1.3")
        setup_globals()
        self.config_name = config_name
        self._loader = ConfigLoaderImpl(search_path(config_dir))
        self._bases: dict[tuple[str, ...], DictConfig] = {}

    def options(self, group: str) -> list[str]:
        """List the options of a config group; none where there is no such group."""
        return self._loader.get_group_options(group)

    def groups(self) -> list[str]:
        """List the config groups, without Hydra's own."""
        return [group for group in self._loader.list_groups("") if group != "hydra"]

    def lists(self) -> list[str]:
        """List the config groups of the root config from which several options may be chosen."""
        text = (configs_dir() / f"{ROOT_CONFIG}.yaml").read_text(encoding="utf-8")
        entries = [entry for entry in yaml.safe_load(text)["defaults"] if isinstance(entry, dict)]
        return [key for entry in entries for key, value in entry.items() if isinstance(value, list)]

    def composed(self, overrides: Sequence[str]) -> DictConfig:
        """Compose the root config with overrides, Hydra's own node included.

        Files are read once for each combination of choices; values are then put on top.

        Raises
        ------
        SettingsError
            Where Hydra refuses; its own words are shortened to the reason.
        """
        parsed = self.parse(overrides)
        choices = tuple(each.input_line or "" for each in parsed if self.is_choice(each))
        values = [each for each in parsed if not self.is_choice(each)]
        try:
            if choices not in self._bases:
                self._bases[choices] = self._loader.load_configuration(
                    self.config_name, list(choices), run_mode=RunMode.RUN, from_shell=False
                )
            config = copy.deepcopy(self._bases[choices])
            ConfigLoaderImpl._apply_overrides_to_config(values, config)
        except (HydraException, OmegaConfBaseException) as error:
            raise SettingsError([_reason(error)]) from error
        except yaml.YAMLError as error:
            raise SettingsError([f"a config file is not valid YAML: {error}"]) from error
        return config

    def frozen(self, overrides: Sequence[str], schema: type[T]) -> T:
        """Compose, resolve and freeze.

        Raises
        ------
        SettingsError
            With every wrong type and value found.
        """
        return freeze(plain_values(self.composed(overrides)), schema)

    def refuse_wrong_values(self, cells: Sequence[Sequence[str]], schema: type[Any]) -> DictConfig:
        """Compose and check every parameter point, and return the first, composed.

        Raises
        ------
        SettingsError
            With every wrong type and value of every point, each once.
        """
        problems: dict[str, None] = {}
        composed = [self.composed(cell) for cell in cells]
        for config in composed:
            try:
                freeze(plain_values(config), schema)
            except SettingsError as error:
                problems.update(dict.fromkeys(error.problems))
        if problems:
            raise SettingsError(list(problems))
        return composed[0]

    def checked(
        self, overrides: Sequence[str], schema: type[Any], *, sweep: bool = False
    ) -> list[str]:
        """Check the names in overrides and return them as Hydra takes them.

        Settings that the schema knows and no config file mentions are added with ``++``.

        Raises
        ------
        SettingsError
            With every unreadable override, unknown option and unknown setting.
        """
        parsed = self.parse(overrides)
        if not sweep and (swept := [each for each in parsed if each.is_sweep_override()]):
            raise SettingsError([_needs_multirun(each) for each in swept])
        values = [each for each in parsed if not self.is_choice(each)]
        choices = [each for each in parsed if self.is_choice(each)]
        if problems := [text for each in choices for text in self._unknown_options(each)]:
            raise SettingsError(problems + self._unknown_groups(values))
        first = next(_cells(choices))
        base = self.composed(first)
        return self._known(parsed, values, base, schema)

    def cells(self, overrides: Sequence[str]) -> list[list[str]]:
        """Parameter points of a sweep, each as overrides without several values.

        Parameters
        ----------
        overrides : sequence of str
            Checked ones.

        Returns
        -------
        list of list of str
            All of them up to ``N_CELLS_CHECKED``. Beyond that every value appears once,
            beside the first values of the others.
        """
        parsed = self.parse(overrides)
        cells = list(itertools.islice(_cells(parsed), N_CELLS_CHECKED + 1))
        return cells if len(cells) <= N_CELLS_CHECKED else list(_each_value_once(parsed))

    def is_choice(self, override: Override) -> bool:
        """Tell whether an override chooses options of a config group."""
        return bool(self.options(override.key_or_group))

    def parse(self, overrides: Sequence[str]) -> list[Override]:
        """Read overrides by Hydra's grammar.

        Raises
        ------
        SettingsError
            With every one that cannot be read.
        """
        parser = OverridesParser.create(config_loader=self._loader)
        parsed, problems = [], []
        for text in overrides:
            try:
                parsed.extend(parser.parse_overrides([text]))
            except (OverrideParseException, HydraException) as error:
                problems.append(_unreadable(text, error))
        if problems:
            raise SettingsError(problems)
        return parsed

    def _unknown_options(self, override: Override) -> Iterator[str]:
        group, known = override.key_or_group, self.options(override.key_or_group)
        if override.is_delete():
            return
        for text in _value_texts(override):
            for name in text.strip("[]").split(","):
                if name in known or name == "null":
                    continue
                extra = EXTRAS.get(name) if group == "hydra/launcher" else None
                if extra:
                    yield f"{group}={name} is not installed. {how_to_install(extra)}"
                else:
                    yield unknown_option(group, name, known)

    def _unknown_groups(self, values: Sequence[Override]) -> list[str]:
        """Refuse ``NAME@PACKAGE=...`` where NAME is no group."""
        return [
            unknown_setting(each.key_or_group, self.groups())
            for each in values
            if each.package is not None
        ]

    def _known(
        self,
        parsed: Sequence[Override],
        values: Sequence[Override],
        base: DictConfig,
        schema: type[Any],
    ) -> list[str]:
        held: dict[str, Any] = OmegaConf.to_container(base)  # type: ignore[assignment]
        own = held.pop("hydra")
        names = [*known_settings(schema, held, LIFTED), *self.groups()]
        ready, problems, added = [], [], list[str]()
        for each in parsed:
            text, name = each.input_line or "", each.key_or_group
            if each not in values:
                ready.append(text)
                continue
            if name.startswith("hydra."):
                where = standing(name.removeprefix("hydra."), dict, own)
                known = [f"hydra.{key}" for key in names_in(own)]
            else:
                where = standing(name, schema, held, LIFTED, added)
                known = names
            if where is Standing.IN_USE:
                ready.append("++" + text.lstrip("+") if each.is_add() else text)
            elif where is Standing.UNUSED and not each.is_delete():
                ready.append("++" + text.lstrip("+"))
            elif where is Standing.NEW_ENTRY and (each.is_add() or each.is_force_add()):
                ready.append(text)
                added.append(name)
            elif where is Standing.NEW_ENTRY and known is names:
                problems.append(
                    f"{unknown_setting(name, known)} To add a new entry, write '+{text}'."
                )
            else:
                problems.append(unknown_setting(name, known))
        if problems:
            raise SettingsError(problems)
        return ready


def _cells(parsed: Sequence[Override]) -> Iterator[list[str]]:
    for texts in itertools.product(*(texts_of(each) for each in parsed)):
        yield list(texts)


def _each_value_once(parsed: Sequence[Override]) -> Iterator[list[str]]:
    choices = [texts_of(each) for each in parsed]
    first = [texts[0] for texts in choices]
    yield first
    for position, texts in enumerate(choices):
        for text in texts[1:]:
            yield [*first[:position], text, *first[position + 1 :]]


def texts_of(override: Override) -> list[str]:
    """Write an override once for each of its values."""
    if not override.is_discrete_sweep():
        return [override.input_line or ""]
    return [f"{override.get_key_element()}={text}" for text in override.sweep_string_iterator()]


def _value_texts(override: Override) -> list[str]:
    if override.is_discrete_sweep():
        return list(override.sweep_string_iterator())
    return [override.get_value_string()]


def plain_values(config: DictConfig) -> Mapping[str, Any]:
    """Resolve a composed config into nested plain values, without Hydra's own node.

    Raises
    ------
    SettingsError
        If a value is missing or refers to nothing.
    """
    try:
        plain: dict[str, Any] = OmegaConf.to_container(  # type: ignore[assignment]
            OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"]),
            resolve=True,
            throw_on_missing=True,
        )
    except OmegaConfBaseException as error:
        raise SettingsError([f"{error.full_key}: {str(error).splitlines()[0]}"]) from error
    return plain


def _needs_multirun(override: Override) -> str:
    name, text = override.key_or_group, override.get_value_string()
    return (
        f"{name}={text} names several values. To run each of them add --multirun; "
        f"to give one list write '{name}=[{text}]'."
    )


def _unreadable(text: str, error: HydraException) -> str:
    reason = str(error).splitlines()[0].removeprefix("Error parsing override ").strip()
    return (
        f"cannot read '{text}' ({reason}). Write SETTING=VALUE, such as seed=7, and quote what "
        "has spaces or brackets in it: 'name=\"a b\"'."
    )


def _reason(error: Exception) -> str:
    if found := re.search(r"Could not override '([^']+)'\. No match in the defaults", str(error)):
        return f"this subcommand has no choice of '{found[1]}'. Leave it out."
    cause = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(cause, OmegaConfBaseException):
        lines.append(str(cause).splitlines()[0])
    elif "Available options" in str(error):
        return " ".join(lines).split(" Search path:")[0]
    return ": ".join(lines[:1] + lines[-1:] if len(lines) > 1 else lines)
