"""How far an ensemble has come: a bar for people at a terminal, a few lines for a log."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
N_LINES = 10


def counted(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Pass items on and show on the error stream how many have come.

    Parameters
    ----------
    items : iterable
        What comes, one by one.
    total : int
        How many will.
    what : str
        What they are, such as ``replicates``.

    Yields
    ------
    item
        Each, as it comes.
    """
    if sys.stderr.isatty():
        yield from _bar(items, total, what)
        return
    step = max(1, total // N_LINES)
    for count, item in enumerate(items, start=1):
        if count % step == 0 or count == total:
            print(f"allegiance: {count} of {total} {what}", file=sys.stderr, flush=True)
        yield item


def kernels_compiled() -> bool:
    """Return whether the machine code of the model is in Numba's cache already.

    True also where that cannot be found out, so that nothing false is announced.
    """
    from sim import population

    kernels = [each for each in vars(population).values() if hasattr(each, "py_func")]
    try:
        return any(_cached(each) for each in kernels if each.__module__ == population.__name__)
    except (AttributeError, OSError):
        return True


def _cached(kernel: Any) -> bool:
    """Look into the index of a kernel's cache file; one that is out of date is empty."""
    return bool(kernel.overloads or kernel._cache._cache_file._load_index())


def _bar(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        for item in items:
            progress.advance(task)
            yield item
