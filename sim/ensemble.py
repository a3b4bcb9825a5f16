"""Many replicates, in this process or in several; the results do not depend on which."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sim.parameters import Parameters
from sim.world import World, build_world

if TYPE_CHECKING:
    from sim.record import Record
    from sim.settings import ModelSettings

T = TypeVar("T")

POOL_FROM_JOBS = 40
"""Below so many replicates at desk size, starting processes costs more than it saves."""


@dataclass(frozen=True)
class Replicate:
    """One run to make.

    Attributes
    ----------
    parameters : Parameters
        Its parameter set.
    seed : int
        Its seed.
    """

    parameters: Parameters
    seed: int


@dataclass(frozen=True)
class Failure:
    """A replicate that could not be finished; kept as a result so that the others go on.

    Attributes
    ----------
    replicate : Replicate
        What was to be run.
    error : str
        Type and message of the error.
    """

    replicate: Replicate
    error: str


def run_replicate(
    settings: ModelSettings, replicate: Replicate, reduce: Callable[[Record], T]
) -> T | Failure:
    """Run one replicate and reduce its record; a failure becomes a result."""
    from sim.model import RevolutionModel

    try:
        model = RevolutionModel(
            parameters=replicate.parameters, seed=replicate.seed, world=_world_of(settings)
        )
        return reduce(model.run())
    except Exception as error:  # a bad parameter set must not end an ensemble of thousands
        return Failure(replicate, f"{type(error).__name__}: {error}")


def run_ensemble(
    settings: ModelSettings,
    replicates: Sequence[Replicate],
    reduce: Callable[[Record], T],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
) -> Iterator[tuple[int, T | Failure]]:
    """Run replicates and yield each result as it is ready.

    Parameters
    ----------
    settings : ModelSettings
        Shared by all.
    replicates : sequence of Replicate
        What to run.
    reduce : callable
        Called on each record where it was made; with several processes it must be a
        function of a module, and only what it returns travels back.
    workers : int or None
        Processes; 1 runs here, ``None`` uses all cores from ``POOL_FROM_JOBS`` replicates.
    executor : concurrent.futures.Executor or None
        An engine of one's own, such as that of a cluster; it is not shut down.

    Yields
    ------
    (int, result)
        Index of the replicate, and what ``reduce`` returned, or a :class:`Failure`.
    """
    if workers is None:
        workers = (os.cpu_count() or 1) if len(replicates) >= POOL_FROM_JOBS else 1
    if executor is None and workers <= 1:
        for index, replicate in enumerate(replicates):
            yield index, run_replicate(settings, replicate, reduce)
        return
    if executor is not None:
        yield from _collect(executor, settings, replicates, reduce)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=one_thread_each)
    try:
        yield from _collect(pool, settings, replicates, reduce)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _collect(
    executor: Executor,
    settings: ModelSettings,
    replicates: Sequence[Replicate],
    reduce: Callable[[Record], T],
) -> Iterator[tuple[int, T | Failure]]:
    futures: dict[Future[Any], int] = {
        executor.submit(run_replicate, settings, replicate, reduce): index
        for index, replicate in enumerate(replicates)
    }
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:  # after Ctrl-C, or when nobody asks for more
        for future in futures:
            future.cancel()


def one_thread_each() -> None:
    """Keep each worker to one thread, and let Ctrl-C be the parent's business."""
    import signal

    import numba

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    numba.set_num_threads(1)


_worlds: dict[int, tuple[Any, str, World]] = {}


def _world_of(settings: ModelSettings) -> World:
    """Return the tables of settings, built once in each process.

    Settings arrive pickled, so that identity cannot tell whether they are the same; their
    text can, order of mappings included. Only the last are kept.
    """
    held = _worlds.get(0)
    if held is not None and held[0] is settings:
        return held[2]
    text = repr(settings)
    if held is None or held[1] != text:
        held = (settings, text, build_world(settings))
        _worlds[0] = held
    return held[2]
