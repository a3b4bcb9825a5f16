"""``allegiance scenarios``: what there is to compare, and what each says about itself."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from experiments.composing import Composer
from experiments.errors import EXIT_FINE, UserError

GROUP = "scenario"
EPILOG = """\
Scenarios compose: allegiance run 'scenario=[no_revolt,relief_peace]'
Your own: put scenario/NAME.yaml into a folder and name the folder with --config-dir.
"""


def main(arguments: Sequence[str]) -> int:
    """List the scenarios, or tell about some.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``allegiance scenarios``.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    UserError
        If a named scenario does not exist, or one in the folder is wrong.
    """
    given = _parser().parse_args(list(arguments))
    composer = Composer(Path(given.config_dir) if given.config_dir else None)
    names = sorted(composer.options(GROUP), key=lambda name: (name != "historical", name))
    for name in given.names:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f"Did you mean: {near[0]}?" if near else "allegiance scenarios lists them."
            raise UserError(f"there is no scenario '{name}'. {hint}")
    if given.names:
        print("\n\n".join(_card(name, _note(composer, name)) for name in given.names))
        return EXIT_FINE
    width = max(len(name) for name in names)
    for name in names:
        print(f"{name:<{width}}  {_note(composer, name).get('title', 'says nothing about itself')}")
    print("\nallegiance scenarios NAME tells what one changes, and what it cannot claim.")
    return EXIT_FINE


def _note(composer: Composer, name: str) -> Mapping[str, Any]:
    config = composer.composed([f"{GROUP}=[{name}]"])
    note: Mapping[str, Any] = (config.get("scenario_notes") or {}).get(name) or {}
    return note


def _card(name: str, note: Mapping[str, Any]) -> str:
    lines = [f"{name}: {note.get('title', 'says nothing about itself')}"]
    for key, label in (
        ("changes", "changes"),
        ("why", "asks"),
        ("cannot_claim", "cannot claim"),
    ):
        if note.get(key):
            lines.append(
                textwrap.fill(
                    " ".join(str(note[key]).split()),
                    96,
                    initial_indent=f"  {label:<13}",
                    subsequent_indent=" " * 15,
                )
            )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="allegiance scenarios",
        usage="%(prog)s [NAME ...] [--config-dir DIR]",
        description="List the scenarios, or tell what some of them change and cannot claim.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios to tell about")
    parser.add_argument("--config-dir", metavar="DIR", help="a folder with scenarios of your own")
    return parser
