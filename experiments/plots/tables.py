"""The tables of a run, read when a figure asks for them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.results import file_of
from experiments.store import read_table


class RunTables:
    """The tables in the folder of a run.

    Parameters
    ----------
    folder : Path
        Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read = lru_cache(lambda name: read_table(folder / file_of(name)))

    def __getitem__(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the columns of a table."""
        columns: dict[str, NDArray[Any]] = self._read(name)
        return columns

    def daily(self, table: str, key: str, value: str, column: str) -> NDArray[np.float64]:
        """Return one column of a daily table, shape (n_replicates, n_days).

        Parameters
        ----------
        table : str
            Such as ``shares``.
        key, value : str
            Which rows: those whose column ``key`` is ``value``.
        column : str
            What to return.
        """
        columns = self[table]
        here = columns[key] == value
        n = len(np.unique(columns["replicate"]))
        found: NDArray[np.float64] = columns[column][here].reshape(n, -1).astype(np.float64)
        return found

    @property
    def n_replicates(self) -> int:
        """Number of finished replicates."""
        return len(np.unique(self["start"]["replicate"]))

    @property
    def ensemble(self) -> str:
        """The finished replicates in words."""
        rows = self["replicates"]
        sets = len(np.unique(rows["draw"][rows["status"] == "finished"]))
        return f"{self.n_replicates} replicates of {sets} parameter set{'s' if sets > 1 else ''}"
