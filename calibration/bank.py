"""The bank: simulations at a design of parameter points, built once and never lost.

One row is one replicate at one parameter point with its own luck and its own initial
shares. Rows are written in chunks, each whole or not at all; a killed bank resumes with the
chunks that are missing. The seed of a row depends on the bank's seed and the row alone, so
that the bank is the same on any number of workers.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.observation import OperatorSet
from calibration.outcomes import outcomes_of
from calibration.prior import model_parameters
from sim.ensemble import one_thread_each
from sim.model import RevolutionModel
from sim.settings import ModelSettings
from sim.streams import replicate_seed
from sim.world import World, build_world

CHUNK_ROWS = 64
RETRIES = 3
"""A chunk whose worker dies is given to another worker at most so many times."""


@dataclass(frozen=True)
class BankPlan:
    """What a bank is to hold.

    Attributes
    ----------
    settings : ModelSettings
        The world; initial shares should be ``drawn``.
    fitted : OperatorSet
        Operators of the training observations.
    others : OperatorSet
        Operators of everything else, kept apart so that a fit never opens them.
    values : ndarray of float64, shape (n_rows, n_parameters)
        Parameter values, in the order of ``calibration.prior.NAMES``.
    seed : int
        Of the rows' luck.
    first_row : int
        Number of the first row, for second waves.
    """

    settings: ModelSettings
    fitted: OperatorSet
    others: OperatorSet
    values: NDArray[np.float64]
    seed: int
    first_row: int = 0

    @property
    def digest(self) -> str:
        """Content address of the bank; documented values have no part in it."""
        operators = [
            [o.id, o.observation.operator, list(o.observation.target), list(o.labels),
             o.days.tolist(), list(map(list, o.groups))]
            for o in (*self.fitted.operators, *self.others.operators)
        ]  # fmt: skip
        text = json.dumps(
            [asdict(self.settings), operators, self.seed, self.first_row],
            sort_keys=True, default=str,
        )  # fmt: skip
        return hashlib.sha256(text.encode() + self.values.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Bank:
    """A finished bank.

    Attributes
    ----------
    values : ndarray of float64, shape (n_rows, n_parameters)
        Parameter values.
    fitted, others : ndarray of float64, shape (n_rows, n_predictions)
        Predictions of the operators of the plan.
    outcomes : ndarray of float64, shape (n_rows, n_outcomes)
        See :mod:`calibration.outcomes`.
    seconds : ndarray of float64, shape (n_rows,)
        What each row took its worker; the only thing that differs from machine to machine.
    """

    values: NDArray[np.float64]
    fitted: NDArray[np.float64]
    others: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def joined(self, other: Bank) -> Bank:
        """Return the rows of both."""
        return Bank(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in COLUMNS)
        )

    def rows(self, keep: NDArray[Any]) -> Bank:
        """Return some of the rows."""
        return Bank(*(getattr(self, name)[keep] for name in COLUMNS))


COLUMNS = tuple(item.name for item in fields(Bank))


def build_bank(
    plan: BankPlan,
    folder: Path,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Bank:
    """Simulate what is missing of a bank and return it whole.

    Parameters
    ----------
    plan : BankPlan
        What it holds.
    folder : Path
        Where chunks are kept, in a folder named after the plan's digest.
    workers : int or None
        Processes; all cores if ``None``.
    executor : concurrent.futures.Executor or None
        An engine of one's own, such as Dask's; it is not shut down.
    on_progress : callable or None
        Called with rows done and rows in all.

    Returns
    -------
    Bank
        The same for any number of workers, and however often it was interrupted.
    """
    home = folder / plan.digest
    home.mkdir(parents=True, exist_ok=True)
    n_rows = len(plan.values)
    starts = list(range(0, n_rows, CHUNK_ROWS))
    missing = [s for s in starts if not _chunk_file(home, s).is_file()]
    done = n_rows - sum(min(CHUNK_ROWS, n_rows - s) for s in missing)
    report = on_progress or (lambda _done, _all: None)
    report(done, n_rows)
    for start, arrays in _simulate(plan, missing, workers, executor):
        _write(_chunk_file(home, start), arrays)
        done += len(arrays["values"])
        report(done, n_rows)
    chunks = [_read(_chunk_file(home, s)) for s in starts]
    return Bank(*(np.concatenate([chunk[name] for chunk in chunks]) for name in COLUMNS))


def _read(path: Path) -> dict[str, NDArray[np.float64]]:
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files}


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a bank, with all that a worker needs to simulate them."""

    bank: str
    settings: ModelSettings
    fitted: OperatorSet
    others: OperatorSet
    values: NDArray[np.float64]
    seed: int
    first_row: int


def _chunk(plan: BankPlan, digest: str, start: int) -> Chunk:
    return Chunk(
        digest, plan.settings, plan.fitted, plan.others,
        plan.values[start : start + CHUNK_ROWS], plan.seed, plan.first_row + start,
    )  # fmt: skip


def _chunk_file(home: Path, start: int) -> Path:
    return home / f"rows_{start:07d}.npz"


def _write(path: Path, arrays: dict[str, NDArray[np.float64]]) -> None:
    """Write a chunk whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]
    os.replace(part, path)


def _simulate(
    plan: BankPlan, starts: list[int], workers: int | None, executor: Executor | None
) -> Iterator[tuple[int, dict[str, NDArray[np.float64]]]]:
    if not starts:
        return
    workers = workers or os.cpu_count() or 1
    digest = plan.digest
    if executor is None and workers == 1:
        for start in starts:
            yield start, simulate_rows(_chunk(plan, digest, start))
        return
    pool = executor or ProcessPoolExecutor(
        min(workers, len(starts)), mp_context=get_context("spawn"), initializer=one_thread_each
    )
    try:
        yield from _gather(pool, plan, starts)
    finally:
        if executor is None:
            pool.shutdown(wait=False, cancel_futures=True)


def _gather(
    pool: Executor, plan: BankPlan, starts: list[int]
) -> Iterator[tuple[int, dict[str, NDArray[np.float64]]]]:
    """Collect chunks as they come; a chunk whose worker died is submitted again."""
    digest = plan.digest

    def submit(start: int) -> Future[Any]:
        return pool.submit(simulate_rows, _chunk(plan, digest, start))

    pending: dict[Future[Any], int] = {submit(s): s for s in starts}
    tries = dict.fromkeys(starts, 1)
    while pending:
        ready, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in ready:
            start = pending.pop(future)
            try:
                arrays = future.result()
            except Exception:
                if tries[start] >= RETRIES:
                    raise
                tries[start] += 1
                pending[submit(start)] = start
                continue
            yield start, arrays


_world: dict[str, World] = {}


def simulate_rows(chunk: Chunk) -> dict[str, NDArray[np.float64]]:
    """Simulate one chunk of a bank; runs in a worker."""
    if chunk.bank not in _world:
        _world.clear()
        _world[chunk.bank] = build_world(chunk.settings)
    world = _world[chunk.bank]
    fitted, others, outcomes, seconds = [], [], [], []
    for offset, row in enumerate(chunk.values):
        started = time.perf_counter()
        seed = replicate_seed(chunk.seed, chunk.first_row + offset)
        record = RevolutionModel(parameters=model_parameters(row), seed=seed, world=world).run()
        fitted.append(chunk.fitted.predict(record))
        others.append(chunk.others.predict(record))
        outcomes.append(outcomes_of(record))
        seconds.append(time.perf_counter() - started)
    return {
        "values": chunk.values,
        "fitted": np.array(fitted),
        "others": np.array(others),
        "outcomes": np.array(outcomes),
        "seconds": np.array(seconds),
    }
