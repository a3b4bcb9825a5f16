"""Files to take away: tables of a comparison, and settings that ``allegiance run`` takes."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from experiments.app.cards import labels_of, unit_of
from experiments.app.engine import N_REPLICATES, Engine, counts_with_villages
from experiments.app.ensemble import body_ids
from experiments.app.messages import History
from experiments.app.stage import VILLAGES
from experiments.settings import MEDIANS
from experiments.store import write_table
from sim.calendar_os import N_DAYS, new_style, old_style
from sim.record import Record

NAMES = {"a": "baseline", "b": "what_if"}
MINE = "class_room"
"""Name of the scenario that a settings file defines."""


def share_table(engine: Engine, lived: Mapping[str, tuple[History, Record]]) -> dict[str, Any]:
    """Collect the daily shares of all places and bodies of one or two histories.

    Parameters
    ----------
    engine : Engine
        For the names of bodies.
    lived : mapping of str to (History, Record)
        By slot.

    Returns
    -------
    dict of str to ndarray
        Tidy columns: history, day, both dates, kind (``held``, ``shown`` or ``seats``), id of
        the place or body, party, share, and count of agents or seats.
    """
    parts: dict[str, list[NDArray[Any]]] = {}
    for slot, (history, record) in lived.items():
        settings = engine.prepared(history.scenarios).settings
        places = [*record.constituencies, VILLAGES]
        bodies = body_ids(dict(settings.institution))
        blocks = [
            ("held", places, counts_with_villages(record, slice(0, N_DAYS), public=False)),
            ("shown", places, counts_with_villages(record, slice(0, N_DAYS), public=True)),
            ("seats", bodies, np.stack([_seats(record, body) for body in bodies], axis=1)),
        ]
        for kind, ids, counts in blocks:
            for name, column in _tidy(NAMES[slot], kind, ids, record.parties, counts).items():
                parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def vote_table(engine: Engine, lived: Mapping[str, tuple[History, Record]]) -> dict[str, Any]:
    """Collect the documented figures and what each history would have shown of them.

    The unit says what the two numbers are: ``share``, ``number`` (of people), or ``claim``
    (1 holds, 0 does not; the model's is the part of the days read on which it holds).
    """
    rows: list[tuple[Any, ...]] = []
    for slot, (history, record) in lived.items():
        documented = engine.prepared(history.scenarios).documented
        predicted = iter(documented.predict(record).astype(float))
        for operator in documented.operators.operators:
            seen = operator.observation
            for label, value in zip(labels_of(operator), operator.value, strict=True):
                rows.append(
                    (
                        NAMES[slot], seen.id, seen.date_os, seen.date_ns, seen.body, label,
                        unit_of(operator), float(value), next(predicted), seen.role,
                        seen.citation,
                    )
                )  # fmt: skip
    names = (
        "history", "observation", "date_old_style", "date_new_style", "body", "option",
        "unit", "documented", "model", "role", "citation",
    )  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: np.array(column) for name, column in zip(names, columns, strict=True)}


def as_csv(table: Mapping[str, NDArray[Any]]) -> bytes:
    """Write columns as CSV; a share that does not exist is left empty."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table)
    columns = [
        ["" if value != value else f"{value:.6g}" for value in column.tolist()]
        if column.dtype.kind == "f"
        else column.tolist()
        for column in table.values()
    ]
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue().encode()


def as_parquet(table: Mapping[str, NDArray[Any]]) -> bytes:
    """Write columns as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_table(path, table)
        return path.read_bytes()


def as_settings(engine: Engine, history: History) -> bytes:
    """Write a history as a scenario file.

    Put it into a folder ``scenario`` of a folder of your own; the first lines of the file say
    how to run it.

    Parameters
    ----------
    engine : Engine
        For what its scenarios say about themselves.
    history : History
        What to write.

    Returns
    -------
    bytes
        YAML.
    """
    notes = [engine.scenario_notes[name] for name in history.scenarios]
    changes = [note.changes for note in notes]
    changes += [f"{name} is {value:.6g}." for name, value in history.parameters]
    tree: dict[str, Any] = {
        "defaults": [*history.scenarios, "_self_"],
        "seed": history.seed,
        "n_replicates": N_REPLICATES,
        "parameter_source": MEDIANS,
        "parameters": engine.parameters(history).as_dict(),
        "scenario_notes": {
            MINE: {
                "title": " + ".join(note.title for note in notes) or "From the class room",
                "changes": " ".join(changes) or "Nothing.",
                "why": "Set up on the page of the class room.",
                "cannot_claim": " ".join(note.cannot_claim for note in notes)
                or "What would have happened; it says what the model does.",
            }
        },
    }
    head = [
        "# @package _global_",
        f"# Save as MY_CONFIGS/scenario/{MINE}.yaml and run, with the folder's own name:",
        f"#   allegiance run --config-dir MY_CONFIGS 'scenario=[{MINE}]' size={engine.size}",
        "# Replicate 0 is the history on the page. All replicates have its parameters, so that",
        "# their spread is luck alone.",
    ]
    if not engine.held(history):
        head += [
            "# For the page's intervals, in which the parameters vary too, take out the lines",
            "# parameter_source and parameters, and run with seeds_per_draw=1.",
        ]
    body = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=96)
    return ("\n".join(head) + "\n" + body).encode()


def _seats(record: Record, body: str) -> NDArray[np.int64]:
    if "/" in body:
        return record.seats[:, record.chambers.index(body)].astype(np.int64)
    rows = record.institution_of_chamber == record.institutions.index(body)
    seats: NDArray[np.int64] = record.seats[:, rows].sum(axis=1, dtype=np.int64)
    return seats


def _tidy(
    history: str, kind: str, ids: Sequence[str], parties: Sequence[str], counts: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    n_days, n_ids, n_parties = counts.shape
    total = counts.sum(axis=2, keepdims=True).astype(np.float64)
    total[total == 0] = np.nan
    each, n = n_ids * n_parties, counts.size

    def words(values: Sequence[str]) -> NDArray[Any]:
        return np.array(list(values), dtype=object)

    return {
        "history": np.repeat(words([history]), n),
        "day": np.repeat(np.arange(n_days), each),
        "date_old_style": np.repeat(words([old_style(d) for d in range(n_days)]), each),
        "date_new_style": np.repeat(words([new_style(d) for d in range(n_days)]), each),
        "kind": np.repeat(words([kind]), n),
        "id": np.tile(np.repeat(words(ids), n_parties), n_days),
        "party": np.tile(words(parties), n_days * n_ids),
        "share": (counts / total).ravel(),
        "count": counts.ravel(),
    }
