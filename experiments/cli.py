"""The ``allegiance`` command: one table of subcommands, one way to end."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from experiments.errors import (
    EXIT_FINE,
    EXIT_INTERRUPTED,
    EXIT_MISTAKE,
    Interrupted,
    UserError,
)


class Command(NamedTuple):
    """A subcommand.

    Attributes
    ----------
    summary : str
        What it does, in one line.
    target : str
        ``module:function``. A ``hydra`` function takes frozen settings (the annotation of
        this argument says which) and the folder for results; a ``plain`` one takes the
        arguments as typed. Both return an exit status.
    kind : {"hydra", "sweep", "plain"}
        Whether its arguments are Hydra overrides. A ``sweep`` function is one job of many.
    flags : tuple of (str, str)
        Short ways to write a setting: ``--run FOLDER`` for ``score.run=FOLDER``.
    """

    summary: str
    target: str
    kind: Literal["hydra", "sweep", "plain"]
    flags: tuple[tuple[str, str], ...] = ()


NAMED_SETTING = re.compile(r"[\w./@+~]+=")
"""What follows a flag that was left without its value."""

COMMANDS: dict[str, Command] = {
    "run": Command(
        "simulate 1917, hold it against the record and draw both",
        "experiments.run:main",
        "hydra",
    ),
    "score": Command(
        "hold evidence, your own too, against a finished run",
        "experiments.score:main",
        "hydra",
        (("--run", "score.run"), ("--evidence", "score.evidence")),
    ),
    "evidence": Command(
        "list the documented figures, or check a file of your own",
        "experiments.evidence:main",
        "plain",
    ),
    "calibrate": Command(
        "infer the parameters from the training figures",
        "experiments.calibrate:main",
        "hydra",
    ),
    "validate": Command(
        "score the posterior and four rivals on figures that were not fitted",
        "experiments.validate:main",
        "hydra",
    ),
    "sensitivity": Command(
        "find what moves the outcomes: every number, and the calibrated set",
        "experiments.sensitivity:main",
        "hydra",
    ),
    "report": Command(
        "put what calibration, validation and sensitivity found on one page",
        "experiments.report:main",
        "plain",
    ),
    "bench": Command(
        "measure speed and memory on this machine, beside a plain Mesa model",
        "experiments.bench:main",
        "plain",
    ),
    "compare": Command(
        "what a change did: scenarios with shared luck, on one page",
        "experiments.compare:main",
        "hydra",
    ),
    "attribute": Command(
        "which events an outcome hangs on, and what if they came at another time",
        "experiments.attribute:main",
        "hydra",
    ),
    "biography": Command(
        "the life of one person in two worlds with the same luck",
        "experiments.biography:main",
        "hydra",
    ),
    "scenarios": Command(
        "list the scenarios, and what each changes and cannot claim",
        "experiments.scenarios:main",
        "plain",
    ),
    "sweep": Command(
        "run many settings, each with its replicates, and gather one table",
        "experiments.sweep:main",
        "sweep",
    ),
    "app": Command(
        "open the class-room page: 1917 day by day, and what if",
        "experiments.app.command:main",
        "plain",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``allegiance`` and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        What was typed after ``allegiance``; by default that of this process.

    Returns
    -------
    int
        0 when all went well, 1 when something failed, 2 for a mistake in what was typed,
        130 after Ctrl-C.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(typed)
    except UserError as error:
        _say(str(error))
        return EXIT_MISTAKE
    except KeyboardInterrupt as error:
        kept = error.kept if isinstance(error, Interrupted) else "Nothing was kept."
        _say(f"stopped by Ctrl-C. {kept}")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `allegiance evidence | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FINE


def overview() -> str:
    """Write the list of subcommands, one line each."""
    rows = [f"  {name:<12} {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: allegiance SUBCOMMAND [ARGUMENTS]",
            "",
            "Party allegiance in Russia, March to November 1917, simulated and compared with the",
            "record.",
            "",
            *rows,
            "",
            "allegiance SUBCOMMAND --help tells more.",
        ]
    )


def _dispatch(typed: Sequence[str]) -> int:
    if not typed or typed[0] in ("-h", "--help", "help"):
        print(overview())
        return EXIT_FINE if typed else EXIT_MISTAKE
    if typed[0] in ("-V", "--version"):
        from importlib.metadata import version

        print(f"allegiance {version('allegiance')}")
        return EXIT_FINE
    name, rest = typed[0], list(typed[1:])
    command = COMMANDS.get(name)
    if command is None:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"Did you mean: {near[0]}?" if near else "allegiance --help lists them."
        raise UserError(f"there is no subcommand '{name}'. {hint}")
    if command.kind == "plain":
        module, _, function = command.target.partition(":")
        status: int = getattr(importlib.import_module(module), function)(rest)
        return status
    rest = _as_settings(rest, dict(command.flags))
    if "-h" in rest or "--help" in rest:
        from experiments.helping import help_text

        print(help_text(name, command.summary, command.target, dict(command.flags)))
        return EXIT_FINE
    if command.kind == "sweep":
        from experiments.sweep import run_sweep

        return run_sweep(rest)
    from experiments.jobs import run_command

    return run_command(name, command.target, rest)


def _as_settings(typed: Sequence[str], flags: Mapping[str, str]) -> list[str]:
    """Write flags such as ``--run FOLDER`` as the settings that they stand for."""
    found, words = [], iter(typed)
    for word in words:
        flag, equals, value = word.partition("=")
        if flag not in flags:
            found.append(word)
            continue
        if not equals:
            value = next(words, "")
        if not value or (not equals and NAMED_SETTING.match(value)):
            raise UserError(
                f"{flag} needs a value: {flag} {flags[flag].upper().rpartition('.')[2]}"
            )
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        found.append(f'{flags[flag]}="{quoted}"')
    return found


def _say(message: str) -> None:
    for line in message.splitlines():
        print(f"allegiance: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
