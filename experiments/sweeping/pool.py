"""Processes on this machine that run cells, and survive the death of any of them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from pathlib import Path

from experiments.sweeping.plan import run_planned, set_threads

log = logging.getLogger(__name__)
THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
N_DEATHS_ALONE = 2
"""So often a cell that runs alone may take its process with it before it is given up."""


def run_in_processes(
    plan: Path, numbers: Sequence[int], workers: int, threads: int
) -> dict[int, str]:
    """Run cells in processes of this machine.

    Parameters
    ----------
    plan : Path
        File of the plan.
    numbers : sequence of int
        Points to run.
    workers : int
        Number of processes.
    threads : int
        Threads in each.

    Returns
    -------
    dict of int to str
        What went wrong, for the points that have no cell.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the processes have been stopped.
    """
    if threads == 1:
        for name in THREAD_COUNTS:
            os.environ.setdefault(name, "1")
    lost = dict[int, str]()
    waiting, aside = list(numbers), list[int]()
    while waiting:
        waiting, suspects = _round(plan, waiting, workers, threads, lost)
        aside += suspects
        if suspects:
            log.warning("a process died; %d cells are left", len(waiting) + len(aside))
    deaths = Counter[int]()
    while aside:
        aside, suspects = _round(plan, aside, 1, threads, lost)
        deaths.update(suspects)
        for number in suspects:
            if deaths[number] < N_DEATHS_ALONE:
                aside.append(number)
            else:
                lost[number] = "its process died each time it was run; was there enough memory?"
    return lost


def _round(
    plan: Path, numbers: Sequence[int], workers: int, threads: int, lost: dict[int, str]
) -> tuple[list[int], list[int]]:
    """Run cells until all are done or a process dies.

    Returns
    -------
    untouched, suspects : list of int
        Points that were not begun, and those that were under way when a process died.
    """
    pool = ProcessPoolExecutor(
        min(workers, len(numbers)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(threads,),
    )
    queue = deque(numbers)
    under_way: dict[Future[dict[int, str]], int] = {}
    suspects: list[int] = []
    n_ahead = workers if workers == 1 else workers + 1
    try:
        while (queue or under_way) and not suspects:
            while queue and len(under_way) < n_ahead:
                future = pool.submit(run_planned, plan, queue[0])
                under_way[future] = queue.popleft()
            done, _ = wait_for(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                number, error = under_way.pop(future), future.exception()
                if isinstance(error, BrokenProcessPool):
                    suspects.append(number)
                elif error is not None:
                    lost[number] = f"{type(error).__name__}: {error}"
    except BrokenProcessPool:
        pass
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown(wait=True, cancel_futures=True)
    return list(queue), suspects + list(under_way.values())


def _prepare(threads: int) -> None:
    """Ready a worker: Ctrl-C is the parent's business, and without the parent there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_threads(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
