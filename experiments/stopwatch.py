"""What ``allegiance bench`` measures, each in a fresh process so that memory can be told apart."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.settings import ModelSettings

COLD_START = """
import time
import numba
from experiments.stopwatch import settings_of_size
from sim.model import RevolutionModel
from sim.world import build_world
import sim.run_data

world = build_world(settings_of_size("tiny"))
for parallel_from in (10**9, 0):
    sim.run_data.PARALLEL_FROM_AGENTS = parallel_from
    for _ in range(2):
        clock = time.perf_counter()
        RevolutionModel(world=world).step()
        print(time.perf_counter() - clock)
"""


@dataclass(frozen=True)
class SizeTimes:
    """Speed of the array model at one size and number of threads.

    Attributes
    ----------
    size : str
        Name of the size.
    agents, units, seats : int
        What it consists of.
    threads : int
        Threads allowed.
    threads_used : int
        1 where so few agents live that threads would cost more than they save.
    days : int
        Days of the period, all of them lived.
    runs : int
        Replicates timed; their median is given.
    tables_seconds, construction_seconds, run_seconds : float
        Building the tables once, drawing the people, and living the days.
    agent_days_per_second : float
        From ``run_seconds``.
    imports_mib, peak_mib : float or None
        Memory of the process before anything was built, and the most it ever held;
        ``None`` where the system does not tell.
    """

    size: str
    agents: int
    units: int
    seats: int
    threads: int
    threads_used: int
    days: int
    runs: int
    tables_seconds: float
    construction_seconds: float
    run_seconds: float
    agent_days_per_second: float
    imports_mib: float | None
    peak_mib: float | None


@dataclass(frozen=True)
class PlainTimes:
    """Speed of the plain model, and of the array model on the same days.

    Attributes
    ----------
    agents, days : int
        How many agents lived how many days from 1 March.
    construction_seconds, seconds_per_day : float
        Of the plain model; the median day.
    year_seconds : float
        ``seconds_per_day`` times all days of the period: extrapolated, not measured.
    agent_days_per_second : float
        Of the plain model.
    array_seconds_per_day, array_agent_days_per_second : float
        Of the array model on one thread, same agents, same days, same draws.
    ratio : float
        How many times faster the array model is.
    same_people : bool
        Whether both ended with the same allegiances, person by person.
    imports_mib, peak_mib : float or None
        Memory.
    """

    agents: int
    days: int
    construction_seconds: float
    seconds_per_day: float
    year_seconds: float
    agent_days_per_second: float
    array_seconds_per_day: float
    array_agent_days_per_second: float
    ratio: float
    same_people: bool
    imports_mib: float | None
    peak_mib: float | None


@dataclass(frozen=True)
class CompileTimes:
    """Cost of the first call where nothing has been compiled yet.

    Attributes
    ----------
    one_thread_seconds, all_threads_seconds : float
        First call less second call, of the two forms of the daily pass.
    """

    one_thread_seconds: float
    all_threads_seconds: float


def settings_of_size(size: str) -> ModelSettings:
    """Return the historical settings at a size.

    Parameters
    ----------
    size : str
        ``tiny``, ``desk``, ``full`` or a number of agents such as ``250000``, ``100k``, ``1M``.

    Returns
    -------
    ModelSettings
        Every constituency keeps at least one agent for each unit.

    Raises
    ------
    ValueError
        If the size is neither a name nor a positive number.
    """
    from sim.historical import historical_settings
    from sim.place import Size

    settings = historical_settings()
    named = {
        "tiny": Size(agents_factor=0.05),
        "desk": Size(),
        "full": Size(people_per_agent=1.0),
    }
    if size in named:
        return replace(settings, size=named[size])
    listed = sum(place.agents for place in settings.place.constituencies.values())
    return replace(settings, size=Size(agents_factor=number_of(size) / listed))


def number_of(size: str) -> int:
    """Read a number of agents such as ``250000``, ``100k`` or ``1.5M``.

    Raises
    ------
    ValueError
        If it is none, or less than one.

    Examples
    --------
    >>> number_of("100k"), number_of("1.5M")
    (100000, 1500000)
    """
    factor = {"k": 1_000, "M": 1_000_000}.get(size[-1:], 1)
    try:
        number = round(float(size if factor == 1 else size[:-1]) * factor)
    except (ValueError, OverflowError):
        number = 0
    if number < 1:
        raise ValueError(
            f"size must be tiny, desk, full or a number of agents such as 100k, got {size!r}."
        )
    return number


def time_size(size: str, threads: Sequence[int], runs: int) -> list[dict[str, Any]]:
    """Time the array model at one size, once for each number of threads."""
    import numba

    from sim.calendar_os import N_DAYS
    from sim.model import RevolutionModel
    from sim.world import build_world

    imports = peak_mib()
    settings = settings_of_size(size)
    clock = time.perf_counter()
    world = build_world(settings)
    tables = time.perf_counter() - clock
    rows = []
    for n_threads in threads:
        numba.set_num_threads(n_threads)
        made, lived = [], []
        parallel = RevolutionModel(world=world).data.parallel
        for seed in range(runs):
            clock = time.perf_counter()
            model = RevolutionModel(world=world, seed=seed)
            born = time.perf_counter()
            model.run()
            lived.append(time.perf_counter() - born)
            made.append(born - clock)
            del model
        run_seconds = statistics.median(lived)
        times = SizeTimes(
            size=size,
            agents=world.layout.n_agents,
            units=world.layout.n_units,
            seats=world.plan.n_seats,
            threads=n_threads,
            threads_used=n_threads if parallel else 1,
            days=N_DAYS,
            runs=runs,
            tables_seconds=tables,
            construction_seconds=statistics.median(made),
            run_seconds=run_seconds,
            agent_days_per_second=world.layout.n_agents * N_DAYS / run_seconds,
            imports_mib=imports,
            peak_mib=peak_mib(),
        )
        rows.append(asdict(times))
        if not parallel:
            break
    return rows


def time_plain(size: str, days: int) -> dict[str, Any]:
    """Time the plain model for some days, and the array model on the same days."""
    import numba

    from experiments.plain_mesa import PlainModel
    from sim.calendar_os import N_DAYS
    from sim.model import RevolutionModel
    from sim.world import build_world

    imports = peak_mib()
    numba.set_num_threads(1)
    settings = settings_of_size(size)
    world = build_world(settings)
    RevolutionModel(world=world).step()  # compiled code is loaded now
    clock = time.perf_counter()
    plain = PlainModel(settings, world=world)
    construction = time.perf_counter() - clock
    array = RevolutionModel(world=world)
    plain_days, array_days = [], []
    for _ in range(days):
        clock = time.perf_counter()
        array.step()
        between = time.perf_counter()
        plain.step()
        plain_days.append(time.perf_counter() - between)
        array_days.append(between - clock)
    n = world.layout.n_agents
    slow, fast = statistics.median(plain_days), statistics.median(array_days)
    allegiances = array.state.population.allegiance.tolist()
    times = PlainTimes(
        agents=n,
        days=days,
        construction_seconds=construction,
        seconds_per_day=slow,
        year_seconds=slow * N_DAYS,
        agent_days_per_second=n / slow,
        array_seconds_per_day=fast,
        array_agent_days_per_second=n / fast,
        ratio=slow / fast,
        same_people=[person.allegiance for person in plain.people] == allegiances,
        imports_mib=imports,
        peak_mib=peak_mib(),
    )
    return asdict(times)


def time_compilation() -> dict[str, Any]:
    """Time the first call in a process of its own, with an empty folder of compiled code."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", COLD_START],
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
            capture_output=True,
            text=True,
            check=True,
        )
    first, second, first_parallel, second_parallel = map(float, done.stdout.split())
    return asdict(CompileTimes(first - second, first_parallel - second_parallel))


def in_fresh_process(measure: Any, *arguments: Any) -> Any:
    """Run a measurement in a process that has held nothing yet."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()


def peak_mib() -> float | None:
    """Return the most memory this process has held so far, MiB; ``None`` if unknown."""
    with contextlib.suppress(ImportError):
        import resource

        kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return kept / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return None
