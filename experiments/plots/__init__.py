"""Figures of a run, one module each, drawn from the run's own tables."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.plots.saving import Drawing, save_figure
from experiments.plots.tables import RunTables

if TYPE_CHECKING:
    from experiments.settings import RunSettings

FIGURES: tuple[str, ...] = ("overview", "observed_predicted", "petrograd_soviet")
"""Modules of this package, each with ``draw(tables, settings)``; also the names of files."""


def draw_run(folder: Path, settings: RunSettings) -> list[Path]:
    """Draw every figure of a finished run into its folder ``figures``.

    Parameters
    ----------
    folder : Path
        Of the run.
    settings : RunSettings
        Of the run.

    Returns
    -------
    list of Path
        Files written.
    """
    print(f"allegiance: drawing {len(FIGURES)} figures", file=sys.stderr, flush=True)
    written = []
    for name, drawing in drawings(folder, settings):
        written += save_figure(folder / "figures" / name, drawing)
    return written


def drawings(folder: Path, settings: RunSettings) -> Iterator[tuple[str, Drawing]]:
    """Draw every figure of a finished run.

    Yields
    ------
    (str, Drawing)
        Name and figure.
    """
    tables = RunTables(folder)
    for name in FIGURES:
        module = importlib.import_module(f"experiments.plots.{name}")
        yield name, module.draw(tables, settings)
