"""A cell of a sweep: one point with its replicates, named by its content, kept whole."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from experiments.manifest import canonical_json, evidence_hash
from experiments.parameter_sets import parameter_source, replicates_of
from experiments.settings import MEDIANS, freeze
from experiments.store import write_table
from experiments.sweeping.outcomes import daily_of, outcomes_of
from experiments.sweeping.points import put
from experiments.sweeping.settings import SweepSettings
from sim.ensemble import Failure, Replicate, run_ensemble
from sim.parameters import Parameters
from sim.streams import replicate_seed

FORMAT = "1"
N_MODELS_HELD = 4
PARAMETERS = "parameters"
Outcome = tuple[list[str], NDArray[np.float64], dict[str, NDArray[np.int32]] | None]


@dataclass(frozen=True)
class Cell:
    """One point of a sweep, ready to run.

    Attributes
    ----------
    settings : SweepSettings
        All settings; its parameters are those of the base.
    parameters : Parameters
        Parameters of the point.
    seed : int
        Seed of its ensemble.
    key : str
        SHA-256 over all that can move its numbers, in hexadecimal.
    drawn : bool
        Whether its replicates draw parameter sets and ``parameters`` is not used.
    """

    settings: SweepSettings
    parameters: Parameters
    seed: int
    key: str
    drawn: bool = False


class CellMaker:
    """Maker of cells. Points that differ only in parameters share their settings."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, tuple[SweepSettings, str, str]] = OrderedDict()
        self._parameters = TypeAdapter(Parameters)
        self._code = canonical_json({"code": code_hash(), "evidence": evidence_hash()})

    def cell(self, number: int, base: Mapping[str, Any], values: Mapping[str, Any]) -> Cell:
        """Check a point and name it.

        Parameters
        ----------
        number : int
            Number of the base.
        base : mapping
            Nested values of the base.
        values : mapping of str to any
            What the point puts into them, by dotted name.

        Raises
        ------
        SettingsError
            With every wrong value.
        """
        light = {name: value for name, value in values.items() if _is_parameter(name)}
        heavy = {name: value for name, value in values.items() if name not in light}
        settings, model_key, drawn = self._model(number, base, heavy)
        parameters = settings.parameters
        if light:
            nested = base
            for name, value in values.items():
                nested = put(nested, name, value)
            try:
                parameters = self._parameters.validate_python(nested[PARAMETERS])
            except ValidationError:
                parameters = freeze(nested, SweepSettings).parameters
        content = {
            "format": FORMAT,
            "model": model_key,
            PARAMETERS: drawn or parameters,
            "seed": str(settings.seed),
            "n_replicates": settings.n_replicates,
            "pair_seeds": settings.sweep.pair_seeds,
            "outcomes": settings.sweep.outcomes,
        }
        key = hashlib.sha256((self._code + canonical_json(content)).encode()).hexdigest()
        return Cell(settings, parameters, ensemble_seed(settings, key), key, bool(drawn))

    def _model(
        self, number: int, base: Mapping[str, Any], heavy: Mapping[str, Any]
    ) -> tuple[SweepSettings, str, str]:
        """Return settings, the name of their model, and that of drawn parameter sets, if any."""
        name = f"{number} {canonical_json(heavy)}"
        held = self._models.get(name)
        if held is None:
            nested = base
            for setting, value in heavy.items():
                nested = put(nested, setting, value)
            settings = freeze(nested, SweepSettings)
            drawn = "" if parameter_source(settings) == MEDIANS else _name_of_draws(settings)
            held = (settings, _ordered_hash(settings.model), drawn)
            self._models[name] = held
            if len(self._models) > N_MODELS_HELD:
                self._models.popitem(last=False)
        self._models.move_to_end(name)
        return held


def ensemble_seed(settings: SweepSettings, key: str) -> int:
    """Return the seed of a cell's replicates: the common one, or one of the cell's own."""
    return settings.seed if settings.sweep.pair_seeds else int(key[:16], 16) >> 1


@cache
def code_hash() -> str:
    """Name the code that can move a cell's numbers: SHA-256 of the model's source files."""
    digest = hashlib.sha256()
    spec = importlib.util.find_spec("sim")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path()
    own = Path(__file__).parent
    for path in [*sorted(folder.glob("**/*.py")), own / "cells.py", own / "outcomes.py"]:
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def cell_path(cells: Path, key: str, kind: str = "") -> Path:
    """Where a cell is kept: finished, or with ``kind`` failed or daily."""
    return cells / key[:2] / f"{key}{f'.{kind}' if kind else ''}.parquet"


def run_cell(cell: Cell, cells: Path) -> dict[int, str]:
    """Run the replicates of a cell and keep their outcomes.

    Parameters
    ----------
    cell : Cell
        What to run.
    cells : Path
        Folder of cells.

    Returns
    -------
    dict of int to str
        Errors by replicate. A cell with any is kept as failed, and tried again another time.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    settings, sweep = cell.settings, cell.settings.sweep
    replicates = _replicates(cell)
    spent = [0.0]
    reduce = partial(_reduced, settings=settings, spent=spent)
    start = time.process_time()
    results = dict(run_ensemble(settings.model, replicates, reduce, workers=1))
    simulating = time.process_time() - start - spent[0]
    done = {r: result for r, result in results.items() if not isinstance(result, Failure)}
    errors = {r: result.error for r, result in results.items() if isinstance(result, Failure)}
    if sweep.outcomes.daily and not errors:
        write_table(cell_path(cells, cell.key, "daily"), _daily_columns(done))
    facts = {
        "cell": cell.key,
        "errors": json.dumps(errors, ensure_ascii=False),
        PARAMETERS: canonical_json([each.parameters for each in replicates] if cell.drawn else []),
        "replicate_seeds": json.dumps([str(each.seed) for each in replicates]),
        "simulation_cpu_seconds": f"{simulating:.4f}",
        "cpu_seconds": f"{time.process_time() - cpu:.4f}",
        "wall_seconds": f"{time.perf_counter() - wall:.4f}",
    }
    finished, failed = cell_path(cells, cell.key), cell_path(cells, cell.key, "failed")
    write_table(failed if errors else finished, _columns(done), facts)
    if not errors:
        failed.unlink(missing_ok=True)
    return errors


def _replicates(cell: Cell) -> list[Replicate]:
    settings = cell.settings
    if cell.drawn:
        return replicates_of(dataclasses.replace(settings, seed=cell.seed))
    numbers = range(settings.n_replicates)
    return [Replicate(cell.parameters, replicate_seed(cell.seed, r)) for r in numbers]


def _name_of_draws(settings: SweepSettings) -> str:
    sets = [replicate.parameters for replicate in replicates_of(settings)]
    return hashlib.sha256(canonical_json(sets).encode()).hexdigest()


def _reduced(record: Any, settings: SweepSettings, spent: list[float]) -> Outcome:
    start = time.process_time()
    names, values = outcomes_of(record, settings.model, settings.sweep.outcomes)
    daily = daily_of(record) if settings.sweep.outcomes.daily else None
    spent[0] += time.process_time() - start
    return names, values, daily


def _columns(done: Mapping[int, Outcome]) -> dict[str, NDArray[Any]]:
    """Lay outcomes out in rows of (replicate, outcome, value)."""
    numbers = [np.full(len(done[r][1]), r) for r in sorted(done)]
    names = [done[r][0] for r in sorted(done)]
    return {
        "replicate": np.concatenate([np.empty(0, dtype=np.int64), *numbers]),
        "outcome": np.array([name for each in names for name in each], dtype=object),
        "value": np.concatenate([np.empty(0), *(done[r][1] for r in sorted(done))]),
    }


def _daily_columns(done: Mapping[int, Outcome]) -> dict[str, NDArray[Any]]:
    tables = {r: done[r][2] or {} for r in sorted(done)}
    names = next(iter(tables.values()))
    n_rows = len(names["day"])
    columns: dict[str, NDArray[Any]] = {"replicate": np.repeat(np.array(list(tables)), n_rows)}
    return columns | {
        name: np.concatenate([table[name] for table in tables.values()]) for name in names
    }


def _is_parameter(name: str) -> bool:
    return name.startswith(f"{PARAMETERS}.")


def _ordered_hash(model: Any) -> str:
    """Hash settings; the order of parties and places counts, for it orders the arrays."""
    text = json.dumps(dataclasses.asdict(model), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
