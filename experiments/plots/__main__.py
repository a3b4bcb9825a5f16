"""Draw the figures of a finished run again: ``python -m experiments.plots RUN FOLDER``.

The pictures in ``docs/images`` are made from a run with default settings by

    allegiance run hydra.run.dir=outputs/readme
    python -m experiments.plots outputs/readme docs/images --dots-per-inch 100
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.errors import EXIT_FINE, EXIT_MISTAKE, UserError
from experiments.plots import drawings
from experiments.plots.saving import save_small
from experiments.score import read_run
from experiments.store import make_folder


def main(arguments: Sequence[str]) -> int:
    """Draw small pictures of a run.

    Parameters
    ----------
    arguments : sequence of str
        Folder of the run, folder for the pictures, and flags.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(
        prog="python -m experiments.plots", description="Draw small pictures of a finished run."
    )
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--dots-per-inch", type=int, default=100)
    given = parser.parse_args(list(arguments))
    try:
        settings, _ = read_run(given.run)
        make_folder(given.folder)
        for name, drawing in drawings(given.run, settings):
            path = given.folder / f"{name}.png"
            save_small(path, drawing, given.dots_per_inch)
            print(path)
    except UserError as error:
        print(f"allegiance: {error}", file=sys.stderr)
        return EXIT_MISTAKE
    return EXIT_FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
