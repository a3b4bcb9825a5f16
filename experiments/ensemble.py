"""An ensemble run to the end, or as far as it came, and what of it is kept."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.errors import Interrupted
from experiments.parameter_sets import draw_of_replicate, replicates_of
from experiments.progress import counted, kernels_compiled
from experiments.results import TABLES, file_of
from experiments.store import write_table
from experiments.tables import keep, tables_of
from sim.ensemble import Failure, Replicate, run_ensemble
from sim.record import Record

if TYPE_CHECKING:
    from experiments.settings import RunSettings

FINISHED, FAILED, NOT_RUN = "finished", "failed", "not run"


@dataclass
class Ensemble:
    """Replicates of one parameter point, finished or not.

    Attributes
    ----------
    replicates : tuple of Replicate
        What was to be run.
    records : list of (int, Record)
        Number of each finished replicate and its record, in the order of the numbers.
    failures : dict of int to str
        Error of each replicate that failed.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    replicates: tuple[Replicate, ...]
    records: list[tuple[int, Record]] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Number of replicates by outcome."""
        finished, failed = len(self.records), len(self.failures)
        return {
            FINISHED: finished,
            FAILED: failed,
            NOT_RUN: len(self.replicates) - finished - failed,
        }


def run_all(settings: RunSettings) -> Ensemble:
    """Run every replicate; after Ctrl-C return those that are finished.

    Parameters
    ----------
    settings : RunSettings
        What to run.

    Returns
    -------
    Ensemble
        At least one replicate is finished or failed.

    Raises
    ------
    Interrupted
        If Ctrl-C came before the first was finished.
    """
    ensemble = Ensemble(tuple(replicates_of(settings)))
    if not kernels_compiled():
        print(
            "allegiance: compiling the model for this machine, once; it takes up to a minute",
            file=sys.stderr,
            flush=True,
        )
    results = run_ensemble(settings.model, ensemble.replicates, keep, workers=settings.workers)
    try:
        for number, result in counted(results, len(ensemble.replicates), "replicates"):
            if isinstance(result, Failure):
                ensemble.failures[number] = result.error
            else:
                ensemble.records.append((number, result))
    except KeyboardInterrupt:
        ensemble.interrupted = True
        if not ensemble.records and not ensemble.failures:
            raise Interrupted("No replicate was finished, so there is nothing to keep.") from None
    finally:
        results.close()  # type: ignore[attr-defined]
    ensemble.records.sort(key=lambda pair: pair[0])
    return ensemble


def replicates_table(ensemble: Ensemble, settings: RunSettings) -> dict[str, NDArray[Any]]:
    """Return the table ``replicates``: one row for each that was asked for."""
    finished = {number for number, _ in ensemble.records}
    numbers = range(len(ensemble.replicates))
    status = [
        FINISHED if n in finished else FAILED if n in ensemble.failures else NOT_RUN
        for n in numbers
    ]
    parameters = [replicate.parameters.as_dict() for replicate in ensemble.replicates]
    return {
        "replicate": np.array(numbers, dtype=np.int64),
        "draw": draw_of_replicate(settings),
        "seed": np.array([str(each.seed) for each in ensemble.replicates], dtype=object),
        "status": np.array(status, dtype=object),
        "error": np.array([ensemble.failures.get(n, "") for n in numbers], dtype=object),
        **{
            name: np.array([values[name] for values in parameters], dtype=np.float64)
            for name in parameters[0]
        },
    }


def write_tables(folder: Path, tables: Mapping[str, Mapping[str, NDArray[Any]]]) -> dict[str, int]:
    """Write tables into a folder, each with its title, and return their numbers of rows."""
    rows = {}
    for name, columns in tables.items():
        write_table(folder / file_of(name), columns, {"title": TABLES[name].title})
        rows[name] = len(next(iter(columns.values())))
    return rows


def write_ensemble(folder: Path, ensemble: Ensemble, settings: RunSettings) -> dict[str, int]:
    """Write the records of an ensemble as tables; return rows by table."""
    tables: dict[str, dict[str, NDArray[Any]]] = {
        "replicates": replicates_table(ensemble, settings)
    }
    if ensemble.records:
        tables |= tables_of(ensemble.records, settings.model)
    return write_tables(folder, tables)
