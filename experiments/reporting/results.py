"""Stored results that a report is made of; whatever is missing is said to be missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from experiments.errors import UserError
from experiments.store import read_table

Columns = Mapping[str, NDArray[Any]]
PARTS = ("calibrate", "validate", "sensitivity")
MARK = {
    "calibrate": "calibration.json",
    "validate": "validation.json",
    "sensitivity": "first_order.parquet",
}
"""The file by which a finished folder of each part is known."""


@dataclass(frozen=True)
class Part:
    """The results of one command.

    Attributes
    ----------
    folder : Path
        Where they are.
    tables : mapping of str to columns
        Parquet tables by name.
    facts : mapping
        Its JSON report; empty if it has none.
    manifest : mapping
        Its manifest; empty if there is none.
    """

    folder: Path
    tables: Mapping[str, Columns]
    facts: Mapping[str, Any]
    manifest: Mapping[str, Any]


def read_part(name: str, folder: Path | None, outputs: Path) -> Part | None:
    """Read the results of a command: from a folder, or its latest finished one.

    Parameters
    ----------
    name : str
        ``calibrate``, ``validate`` or ``sensitivity``.
    folder : Path or None
        Where they are; ``None`` looks below ``outputs``.
    outputs : Path
        Folder of all results.

    Returns
    -------
    Part or None
        None if no folder was named and there is none.

    Raises
    ------
    UserError
        If the folder named does not hold them.
    """
    mark = MARK[name]
    if folder is None:
        found = sorted((outputs / name).glob(f"*/{mark}"), key=lambda path: path.stat().st_mtime)
        if not found:
            return None
        folder = found[-1].parent
    if not (folder / mark).is_file():
        raise UserError(
            f"{folder} has no {mark}. Name a folder that `allegiance {name}` said it wrote to."
        )
    tables = {path.stem: read_table(path) for path in sorted(folder.glob("*.parquet"))}
    return Part(
        folder,
        tables,
        _json(folder / mark) if mark.endswith(".json") else {},
        _json(folder / "manifest.json"),
    )


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts
