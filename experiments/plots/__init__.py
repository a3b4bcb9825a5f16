"""Figures of a run, one module each, drawn from the run's own tables."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.plots.saving import Drawing, save_figure
from experiments.plots.tables import RunTables

if TYPE_CHECKING:
    from experiments.settings import RunSettings

FIGURES: tuple[str, ...] = ("overview", "observed_predicted")
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
    tables = RunTables(folder)
    written = []
    for name in FIGURES:
        module = importlib.import_module(f"experiments.plots.{name}")
        drawing: Drawing = module.draw(tables, settings)
        written += save_figure(folder / "figures" / name, drawing)
    return written
