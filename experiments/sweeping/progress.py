"""How far a sweep is, told by one line in the parent, whoever does the work."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

POLL_SECONDS = 0.5
PLAIN_SECONDS = 60.0


class Progress:
    """A bar on a terminal, or a line now and then where there is none.

    It counts what is finished and knows nothing of processes, launchers or machines.

    Parameters
    ----------
    total : int
        Cells of the sweep.
    missing : callable
        Returns how many of them are not finished.
    """

    def __init__(self, total: int, missing: Callable[[], int]) -> None:
        self._total, self._missing = total, missing
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Progress:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Show the last count and stop."""
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        if sys.stderr.isatty():
            self._watch_bar()
        else:
            self._watch_lines()

    def _watch_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("sweep"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("cells, time left"),
            TimeRemainingColumn(compact=True),
        )
        with Bar(*columns, console=Console(stderr=True), speed_estimate_period=600.0) as bar:
            task = bar.add_task("sweep", total=self._total, completed=self._done())
            while not self._end.wait(self._pause()):
                bar.update(task, completed=self._done())
            bar.update(task, completed=self._done())

    def _watch_lines(self) -> None:
        began, at_first = time.monotonic(), self._done()
        said, last = began, at_first
        while not self._end.wait(self._pause()):
            done, now = self._done(), time.monotonic()
            if done > last and now - said >= PLAIN_SECONDS:
                left = (self._total - done) * (now - began) / max(done - at_first, 1)
                print(
                    f"sweep: {done} of {self._total} cells, {duration(left)} left",
                    file=sys.stderr,
                    flush=True,
                )
                said, last = now, done

    def _done(self) -> int:
        start = time.monotonic()
        done = self._total - self._missing()
        self._cost = time.monotonic() - start
        return done

    def _pause(self) -> float:
        """Look more rarely where looking takes long, as on a network disk."""
        return max(POLL_SECONDS, 50.0 * self._cost)


def duration(seconds: float) -> str:
    """Write a length of time for a reader.

    Examples
    --------
    >>> duration(42.4), duration(300), duration(12000)
    ('42 s', '5 min', '3 h 20 min')
    """
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
