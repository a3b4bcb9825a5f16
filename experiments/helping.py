"""Help for subcommands with settings: what can be chosen, in one screen."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping

from omegaconf import DictConfig, OmegaConf

from experiments.composing import Composer
from experiments.jobs import entry_of, root_config

WIDTH = 96
FLAGS = {
    "hydra.run.dir=FOLDER": "where results go (default: outputs/{name}/DATE_TIME)",
    "--config-dir DIR": "a folder of your own configs, such as DIR/scenario/mine.yaml",
    "--multirun": "run every combination of the values given: seed=1,2 size=desk",
    "--cfg job": "print all settings as composed, and run nothing",
    "--hydra-help": "all that Hydra offers beside this",
}
SWEEP_USAGE = "usage: allegiance sweep [SETTING=VALUE,VALUE,... ...] [--config-dir DIR]"
SWEEP_FLAGS = {
    "hydra.sweep.dir=FOLDER": "where results go (default: outputs/sweep/NAME_OF_THE_POINTS)",
    "hydra/launcher=NAME": "who runs the jobs: basic, joblib, submitit_slurm, ray; "
    "without it, processes on this machine",
}


def help_text(name: str, summary: str, target: str, short: Mapping[str, str] | None = None) -> str:
    """Compose the help of a subcommand from its docstring and the configs.

    Parameters
    ----------
    name : str
        The subcommand.
    summary : str
        Its line in the list of subcommands.
    target : str
        Its ``module:function``.
    short : mapping of str to str or None
        Flags that are short for a setting.

    Returns
    -------
    str
        Ready to print.
    """
    composer = Composer(None, root_config(name))
    config = composer.composed([])
    story = inspect.getdoc(entry_of(target)) or summary
    usage = f"usage: allegiance {name} [SETTING=VALUE ...] [--multirun] [--config-dir DIR]"
    flags = FLAGS
    if name == "sweep":
        flags = SWEEP_FLAGS | {flag: FLAGS[flag] for flag in FLAGS if flag.startswith("--c")}
        usage = SWEEP_USAGE
    flags = {
        f"{flag} VALUE": f"short for {key}=VALUE" for flag, key in (short or {}).items()
    } | flags
    own = [*_settings(config), *_own_section(name, config)]
    parts = [
        usage,
        story.split("\n\n")[0],
        "Choices\n" + "\n".join(_choices(composer, config)),
        "Settings\n" + "\n".join(own),
        "Also\n" + "\n".join(_row(flag, text.format(name=name)) for flag, text in flags.items()),
    ]
    return "\n\n".join(parts)


def _choices(composer: Composer, config: DictConfig) -> Iterator[str]:
    chosen = config.hydra.runtime.choices
    for group in composer.groups():
        options = composer.options(group)
        now = chosen.get(group)
        others = ", ".join(option for option in options if option != now)
        if now is not None:
            yield _row(f"{group}={now}", f"or {others}" if others else "")
        elif group in composer.lists():
            yield _row(f"{group}=[NAME,...]", others)


def _settings(config: DictConfig) -> Iterator[str]:
    for name in map(str, config):
        value = config[name]
        if name == "hydra":
            continue
        if not OmegaConf.is_config(value):
            yield _row(f"{name}={_word(value)}", "")
        elif OmegaConf.is_dict(value) and not any(map(OmegaConf.is_config, value.values())):
            pairs = (f"{key!s}={_word(value[key])}" for key in value)
            yield _row(f"{name}.NAME=VALUE", ", ".join(pairs))


def _own_section(name: str, config: DictConfig) -> Iterator[str]:
    """List the settings of a subcommand's own section where it has sections of its own."""
    section = config.get(name)
    if not OmegaConf.is_dict(section) or not any(map(OmegaConf.is_config, section.values())):
        return
    for key in map(str, section):
        if OmegaConf.is_dict(section[key]):
            pairs = (f"{inner!s}={_word(section[key][inner])}" for inner in section[key])
            yield _row(f"{name}.{key}.NAME=VALUE", ", ".join(pairs))
        else:
            yield _row(f"{name}.{key}={_word(section[key])}", "")


def _word(value: object) -> str:
    """Write a value as one types it."""
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _row(left: str, right: str) -> str:
    if not right:
        return f"  {left}"
    lines = textwrap.wrap(right, WIDTH - 30)
    rest = "".join(f"\n{'':32}{line}" for line in lines[1:])
    return (
        f"  {left:<28}  {lines[0]}{rest}"
        if len(left) <= 28
        else (f"  {left}\n{'':32}{lines[0]}{rest}")
    )
