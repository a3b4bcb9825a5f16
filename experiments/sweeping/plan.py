"""The plan of a sweep on disk: its points, their cells, and how a worker runs one."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from experiments.errors import OutputError, SettingsError
from experiments.manifest import canonical_json
from experiments.store import write_text
from experiments.sweeping.cells import CellMaker, cell_path, run_cell
from experiments.sweeping.points import RESERVED, Bases, Point

log = logging.getLogger(__name__)
FILE_NAME = "plan.json"
N_PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class PlannedCell:
    """One cell of a sweep, as the plan has it.

    Attributes
    ----------
    base : int
        Number of the settings that were composed for it.
    put : mapping of str to any
        What it puts into them.
    swept : mapping of str to any
        Values of the swept settings, for the table.
    typed : tuple of str
        Overrides that give the same settings to ``allegiance run``.
    key : str
        Name of the cell by content.
    """

    base: int
    put: Mapping[str, Any]
    swept: Mapping[str, Any]
    typed: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Plan:
    """All that a sweep is to compute.

    Attributes
    ----------
    cells_folder : str
        Where finished cells are kept.
    threads : int
        Threads in each process.
    daily : bool
        Whether daily counts are kept.
    bases : tuple of mapping
        Composed settings.
    cells : tuple of PlannedCell
        In the order of the points.
    """

    cells_folder: str
    threads: int
    daily: bool
    bases: tuple[Mapping[str, Any], ...]
    cells: tuple[PlannedCell, ...]

    def path(self, number: int, kind: str = "") -> Path:
        """Where the cell of a point is kept, finished or of another kind."""
        return cell_path(Path(self.cells_folder), self.cells[number].key, kind)

    def pending(self) -> list[int]:
        """List points whose cell is neither finished nor failed; of equal cells the first."""
        return [number for number in self.distinct() if not self.is_settled(number)]

    def distinct(self) -> list[int]:
        """List points, of equal cells only the first."""
        first = {cell.key: number for number, cell in reversed(list(enumerate(self.cells)))}
        return sorted(first.values())

    def is_settled(self, number: int) -> bool:
        """Tell whether the cell of a point is there, finished or failed."""
        return self.path(number).exists() or self.path(number, "failed").exists()


def planned_cells(points: Sequence[Point], bases: Bases) -> tuple[PlannedCell, ...]:
    """Check every point of a sweep and name its cell.

    Parameters
    ----------
    points : sequence of Point
        All of them.
    bases : Bases
        Composes what they need.

    Raises
    ------
    SettingsError
        With every wrong value of every point, each once, up to a screenful.
    """
    maker, cells = CellMaker(), []
    fixed = [text for text in bases.fixed if not text.lstrip("+").startswith(RESERVED)]
    problems: dict[str, None] = {}
    for point in points:
        try:
            number, values = bases.split(point)
            key = maker.cell(number, bases.all[number].values, values).key
        except SettingsError as error:
            problems.update(dict.fromkeys(error.problems))
            continue
        swept = {each.name: each.value for each in point}
        typed = (*fixed, *(each.text for each in point))
        cells.append(PlannedCell(number, values, swept, typed, key))
    if problems:
        more = len(problems) - N_PROBLEMS_SHOWN
        shown = [*problems][:N_PROBLEMS_SHOWN] + [f"and {more} more like these."] * (more > 0)
        raise SettingsError(shown)
    return tuple(cells)


def plan_name(cells: Sequence[PlannedCell]) -> str:
    """Name a plan by its points, so that the same command finds what it began."""
    text = canonical_json([[cell.swept, cell.key] for cell in cells])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan, whole or not at all."""
    write_text(path, json.dumps(asdict(plan), ensure_ascii=False))


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    OutputError
        If there is none.
    """
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(
            f"cannot read the plan {path}: {error}. Every machine must see this file; "
            "name a shared folder with hydra.sweep.dir=FOLDER."
        ) from error
    cells = tuple(
        PlannedCell(**{**cell, "typed": tuple(cell["typed"])}) for cell in read.pop("cells")
    )
    return Plan(**{**read, "bases": tuple(read["bases"]), "cells": cells})


@lru_cache(maxsize=1)
def _plan_and_maker(path: Path) -> tuple[Plan, CellMaker]:
    """Read a plan once in each process; its cells share what the maker holds."""
    return read_plan(path), CellMaker()


def run_planned(path: Path, number: int) -> dict[int, str]:
    """Run the cell of one point in this process, unless it is finished.

    Parameters
    ----------
    path : Path
        File of the plan.
    number : int
        The point.

    Returns
    -------
    dict of int to str
        Errors by replicate.

    Raises
    ------
    SettingsError
        If the code has changed since the sweep was planned.
    """
    plan, maker = _plan_and_maker(path)
    if plan.path(number).exists():
        return {}
    planned = plan.cells[number]
    cell = maker.cell(planned.base, plan.bases[planned.base], planned.put)
    if cell.key != planned.key:
        raise SettingsError(
            ["the code or the evidence has changed since this sweep began. Start it again."]
        )
    errors = run_cell(cell, Path(plan.cells_folder))
    for replicate, error in errors.items():
        log.error("cell %d (%s), replicate %d: %s", number, named(planned.swept), replicate, error)
    return errors


def named(swept: Mapping[str, Any]) -> str:
    """Write the values of a point for a reader.

    Examples
    --------
    >>> named({"parameters.discredit": 2.0, "scenario": ["no_revolt"]})
    "parameters.discredit=2.0 scenario=['no_revolt']"
    """
    return " ".join(f"{name}={value}" for name, value in swept.items()) or "as composed"


def set_threads(n_threads: int) -> None:
    """Let this process use so many threads, where it has them."""
    import numba

    at_most = int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    numba.set_num_threads(min(n_threads, at_most))
