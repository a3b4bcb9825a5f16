"""One table of all cells, in Parquet and CSV; and a list of what its columns mean."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.store import read_metadata, read_table, replacing, write_text
from experiments.sweeping.outcomes import meaning_of
from experiments.sweeping.plan import Plan
from sim.parameters import PARAMETER_NAMES

RUNS, RUNS_CSV, DAILY = "runs.parquet", "runs.csv", "daily.parquet"
COLUMNS_CSV, TIMES_CSV = "columns.csv", "times.csv"
CELLS_PER_PART = 512
INT32 = np.iinfo(np.int32)
EXACT = 2**53
"""Whole numbers beyond it would change in a 64-bit float."""
MEANINGS = {
    "cell": ("Number of the point in the sweep", ""),
    "cell_id": ("Name of the cell by content", ""),
    "replicate": ("Number of the replicate; replicate r is paired across cells", ""),
    "replicate_seed": ("Seed of the replicate", ""),
    "status": ("finished, failed, or missing", ""),
    "error": ("What went wrong", ""),
}


@dataclass(frozen=True)
class StoredCell:
    """What is on disk of one point.

    Attributes
    ----------
    facts : mapping of str to str
        Facts about the cell; empty where there is none.
    values : mapping of int to mapping of str to float
        Outcomes by replicate and name.
    errors : mapping of int to str
        Errors by replicate.
    """

    facts: Mapping[str, str]
    values: Mapping[int, Mapping[str, float]]
    errors: Mapping[int, str]


def stored_cell(plan: Plan, number: int) -> StoredCell:
    """Read the cell of a point, finished or failed."""
    paths = [plan.path(number), plan.path(number, "failed")]
    path = next((each for each in paths if each.exists()), None)
    if path is None:
        return StoredCell({}, {}, {})
    columns, facts = read_table(path), read_metadata(path)
    values: dict[int, dict[str, float]] = {}
    rows = zip(*(columns[name].tolist() for name in ("replicate", "outcome", "value")), strict=True)
    for replicate, outcome, value in rows:
        values.setdefault(replicate, {})[outcome] = value
    errors = {int(key): text for key, text in json.loads(facts["errors"]).items()}
    return StoredCell(facts, values, errors)


def write_runs(folder: Path, plan: Plan, lost: Mapping[int, str]) -> int:
    """Write the table of a sweep: a row for each replicate of each cell, in their order.

    The same cells give the same bytes, however often the sweep was interrupted.

    Parameters
    ----------
    folder : Path
        Folder of the sweep.
    plan : Plan
        What it was to compute.
    lost : mapping of int to str
        Why points have no cell.

    Returns
    -------
    int
        Number of rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = range(len(plan.cells))
    outcomes, drawn = _outcomes_of(plan)
    kinds = _kinds(plan)
    fields = [
        pa.field("cell", pa.int32()),
        pa.field("cell_id", pa.string()),
        *(pa.field(name, kind) for name, kind in kinds.items()),
        pa.field("replicate", pa.int32()),
        pa.field("replicate_seed", pa.string()),
        *(pa.field(f"drawn.{name}", pa.float64()) for name in PARAMETER_NAMES if drawn),
        pa.field("status", pa.string()),
        pa.field("error", pa.string()),
        *(pa.field(name, pa.float64()) for name in outcomes),
    ]
    schema, n_rows = pa.schema(fields), 0
    with contextlib.ExitStack() as stack:
        parquet = stack.enter_context(replacing(folder / RUNS))
        text = stack.enter_context(replacing(folder / RUNS_CSV))
        tables = stack.enter_context(pq.ParquetWriter(parquet, schema, compression="zstd"))
        text.write(_csv_lines([schema.names]))
        for first in range(0, len(numbers), CELLS_PER_PART):
            part = numbers[first : first + CELLS_PER_PART]
            rows = [row for number in part for row in _rows(plan, number, kinds, lost)]
            columns = [
                pa.array([row.get(field.name) for row in rows], field.type, from_pandas=True)
                for field in fields
            ]
            table = pa.table(columns, schema=schema)
            tables.write_table(table)
            text.write(_csv_lines(zip(*(c.to_pylist() for c in table.columns), strict=True)))
            n_rows += len(rows)
    known = MEANINGS | {name: ("Setting that the sweep varies", "") for name in kinds}
    known |= {f"drawn.{name}": ("Parameter drawn for it", "") for name in PARAMETER_NAMES}
    known |= {name: meaning_of(name) for name in outcomes}
    _write_csv(
        folder / COLUMNS_CSV,
        ("column", "meaning", "unit"),
        [(field.name, *known[field.name]) for field in fields],
    )
    return n_rows


def write_times(folder: Path, plan: Plan) -> tuple[float, float]:
    """Write what each cell cost; return the CPU seconds of simulations and of cells in all."""
    names = ("simulation_cpu_seconds", "cpu_seconds", "wall_seconds")
    rows, spent = [], dict.fromkeys(names, 0.0)
    for number, cell in enumerate(plan.cells):
        facts = _facts(plan, number)
        if facts:
            rows.append((number, cell.key, *(facts[name] for name in names)))
            spent = {name: spent[name] + float(facts[name]) for name in names}
    _write_csv(folder / TIMES_CSV, ("cell", "cell_id", *names), rows)
    return spent["simulation_cpu_seconds"], spent["cpu_seconds"]


def write_daily(folder: Path, plan: Plan) -> None:
    """Write the daily counts of all cells as one table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = [n for n in range(len(plan.cells)) if plan.path(n, "daily").exists()]
    if not numbers:
        return
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(replacing(folder / DAILY))
        writer = None
        for number in numbers:
            table = pq.ParquetFile(plan.path(number, "daily")).read()
            names = list(plan.bases[plan.cells[number].base]["place"]["constituencies"])
            places = table.column("constituency").to_numpy()
            table = table.set_column(
                table.column_names.index("constituency"),
                "constituency",
                pa.array(np.array(names, dtype=object)[places]),
            )
            table = table.add_column(0, "cell", pa.array(np.full(len(table), number, np.int32)))
            if writer is None:
                schema = table.schema
                writer = stack.enter_context(pq.ParquetWriter(file, schema, compression="zstd"))
            writer.write_table(table.select(schema.names).cast(schema))


def failures(plan: Plan, lost: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """List the points that failed or are missing, with the reason."""
    for number in range(len(plan.cells)):
        if plan.path(number).exists():
            continue
        errors = stored_cell(plan, number).errors
        yield number, next(iter(errors.values()), "") or lost.get(number, NO_RESULT)


NO_RESULT = "it left no result; its job ended before it"


def _rows(
    plan: Plan, number: int, kinds: Mapping[str, Any], lost: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    planned, stored = plan.cells[number], stored_cell(plan, number)
    common: dict[str, Any] = {"cell": number, "cell_id": planned.key}
    common |= {name: _in_table(value, kinds[name]) for name, value in planned.swept.items()}
    if not stored.facts:
        yield common | {"status": "missing", "error": lost.get(number, NO_RESULT)}
        return
    seeds = json.loads(stored.facts["replicate_seeds"])
    sets = json.loads(stored.facts["parameters"])
    for replicate, seed in enumerate(seeds):
        row = common | {"replicate": replicate, "replicate_seed": seed}
        if sets:
            row |= {f"drawn.{name}": value for name, value in sets[replicate].items()}
        if replicate in stored.errors:
            yield row | {"status": "failed", "error": stored.errors[replicate]}
        else:
            yield row | {"status": "finished", "error": ""} | dict(stored.values[replicate])


def _facts(plan: Plan, number: int) -> dict[str, str]:
    for path in (plan.path(number), plan.path(number, "failed")):
        if path.exists():
            return read_metadata(path)
    return {}


def _outcomes_of(plan: Plan) -> tuple[list[str], bool]:
    """List the outcomes in the order in which cells have them; tell if parameters were drawn."""
    import pyarrow.parquet as pq

    known: dict[str, None] = {}
    drawn = False
    for number in range(len(plan.cells)):
        paths = [plan.path(number), plan.path(number, "failed")]
        path = next((each for each in paths if each.exists()), None)
        if path is not None:
            column = pq.ParquetFile(path).read(["outcome"]).column("outcome")
            known.update(dict.fromkeys(column.unique().to_pylist()))
            drawn = drawn or read_metadata(path)["parameters"] != "[]"
    return list(known), drawn


def _kinds(plan: Plan) -> dict[str, Any]:
    """Choose for each swept setting a type that all its values have."""
    import pyarrow as pa

    kinds = {}
    for name in dict.fromkeys(name for cell in plan.cells for name in cell.swept):
        values = [cell.swept[name] for cell in plan.cells if name in cell.swept]
        if not all(_is_number(value) and abs(value) <= EXACT for value in values):
            kinds[name] = pa.string()
        elif all(isinstance(v, int) and INT32.min <= v <= INT32.max for v in values):
            kinds[name] = pa.int32()
        else:
            kinds[name] = pa.float64()
    return kinds


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_table(value: Any, kind: Any) -> Any:
    if str(kind) != "string":
        return value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_csv(path: Path, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    write_text(path, _csv_lines([names, *rows]).decode())


def _csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows as CSV; 64-bit floats keep a point, by which readers know them, and all digits."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
