"""``allegiance calibrate``: a posterior from the training figures, and whether to trust it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import (
    LEARNT_FROM,
    Calibration,
    calibrate_by_simulation,
    contraction,
    disagreement,
    half_banks,
    influence_of_each,
)
from calibration.fitting import Effort, FitResult, calibrate
from calibration.prior import NAMES, Prior
from calibration.summary import RECORDS_PER_ROW, feature_owner
from experiments.errors import Interrupted, UserError
from experiments.settings import RunSettings
from experiments.store import write_table
from sim.checks import Settings, require_between, require_one_of

SECOND_BANK_SEED_OFFSET = 1_000_003
ENGINES = ("processes", "dask")


@dataclass(frozen=True)
class CalibrateOptions(Settings):
    """Where simulations are kept and who runs them.

    Attributes
    ----------
    bank : str
        Folder of finished simulations.
    n_draws : int
        Rows of the posterior that is written.
    engine : str
        ``processes`` of this machine, or ``dask``.
    scheduler : str or None
        Address of a Dask scheduler; ``None`` starts a cluster on this machine.
    """

    bank: str = "outputs/bank"
    n_draws: int = 500
    engine: str = "processes"
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse unknown engines."""
        require_one_of("calibrate.engine", self.engine, ENGINES)
        require_between("calibrate.n_draws", self.n_draws, 20, 100_000, "Rows.")


@dataclass(frozen=True, kw_only=True)
class CalibrateSettings(RunSettings):
    """Settings of a calibration: those of a run, priors, and how much to simulate."""

    prior: Prior
    effort: Effort
    calibrate: CalibrateOptions = field(default_factory=CalibrateOptions)


def main(settings: CalibrateSettings, output_dir: Path) -> int:
    """Calibrate, test the inference, and write everything into a folder."""
    started = time.monotonic()
    try:
        with executor_of(settings) as executor, progress() as report:
            result = fit_of(settings, settings.seed, executor, report)
            second = None
            if settings.effort.second_bank:
                other_seed = settings.seed + SECOND_BANK_SEED_OFFSET
                second = fit_of(
                    settings,
                    other_seed,
                    executor,
                    lambda name, done, n: report(f"second bank, {name}", done, n),
                )
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"Finished simulations are kept in {settings.calibrate.bank}; the same command "
            "goes on from there."
        ) from error
    say("testing the inference on records of known parameters")
    tested = calibrate_by_simulation(result.fit, settings.effort.sbc_draws, settings.seed)
    say("leaving out each observation in turn")
    tables = tables_of(result, tested, settings, second)
    for name, columns in tables.items():
        write_table(output_dir / f"{name}.parquet", columns)
    report_facts = facts_of(result, tested, settings, second) | {
        "wall_seconds_of_last_start": round(time.monotonic() - started, 1)
    }
    text = json.dumps(report_facts, indent=2) + "\n"
    (output_dir / "calibration.json").write_text(text, encoding="utf-8")
    for line in summary_lines(report_facts, output_dir):
        print(line)
    return 0


def fit_of(
    settings: CalibrateSettings, seed: int, executor: Executor | None, report: Any
) -> FitResult:
    """Calibrate with one bank."""
    return calibrate(
        settings.model,
        settings.prior,
        settings.effort,
        seed,
        Path(settings.calibrate.bank),
        workers=settings.workers,
        executor=executor,
        on_progress=report,
    )


@contextmanager
def executor_of(settings: CalibrateSettings) -> Iterator[Executor | None]:
    """Give the engine that the settings name; ``None`` stands for this machine's processes."""
    if settings.calibrate.engine == "processes":
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise UserError(
            "calibrate.engine=dask needs the extra: pip install 'allegiance[dask]'."
        ) from None
    address = settings.calibrate.scheduler
    client = (
        Client(address)
        if address
        else Client(n_workers=settings.workers or 2, threads_per_worker=1, dashboard_address=None)
    )
    with client:
        yield client.get_executor(pure=False, retries=3)


@contextmanager
def progress() -> Iterator[Any]:
    """Give a function that reports progress: one bar on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            tasks: dict[str, Any] = {}

            def draw(name: str, done: int, n: int) -> None:
                if name not in tasks:
                    tasks[name] = bar.add_task(name, total=n)
                bar.update(tasks[name], completed=done)

            yield draw
        return
    begun: dict[str, tuple[float, int]] = {}
    spoken: dict[str, float] = {}

    def speak(name: str, done: int, n: int) -> None:
        now = time.monotonic()
        begun.setdefault(name, (now, done))
        if done < n and now - spoken.get(name, -1e9) < 30.0:
            return
        spoken[name] = now
        since, at = begun[name]
        left = (n - done) * (now - since) / (done - at) if done > at else float("nan")
        ending = "" if done == n or np.isnan(left) else f", about {left / 60:.0f} min left"
        say(f"{name}: {done} of {n} simulations{ending}")

    yield speak


def say(text: str) -> None:
    """Tell the person how far it is."""
    print(f"allegiance: {text}", file=sys.stderr, flush=True)


def tables_of(
    result: FitResult,
    tested: Calibration,
    settings: CalibrateSettings,
    second: FitResult | None = None,
) -> dict[str, dict[str, NDArray[Any]]]:
    """Return the tables of a calibration by name, each as columns."""
    scores = result.sample.resampled(settings.calibrate.n_draws, settings.seed)
    values = settings.prior.values(scores)
    prior_sd = result.scores.std(axis=0)
    owner = feature_owner(result.operators)
    ids = tuple(operator.id for operator in result.operators.operators)
    influences = influence_of_each(result.records, result.documented, owner, ids, result.sample)
    quantiles = {
        f"q{round(100 * q):02d}": settings.prior.values(result.sample.quantile(q)[None])[0]
        for q in (0.05, 0.25, 0.5, 0.75, 0.95)
    }
    halves = disagreement(*half_banks(result.records, result.documented))
    banks = (
        np.full(len(NAMES), np.nan)
        if second is None
        else disagreement(result.sample, second.sample)
    )
    return {
        "posterior": {
            "draw": np.arange(len(values), dtype=np.int32),
            **{name: values[:, j] for j, name in enumerate(NAMES)},
        },
        "learnt": {
            "parameter": np.array(NAMES),
            "role": np.array([settings.prior.parameters[n].role for n in NAMES]),
            "prior_median": np.array([settings.prior.parameters[n].median for n in NAMES]),
            **quantiles,
            "contraction": contraction(result.sample, np.ones(len(NAMES))),
            "contraction_after_matching": contraction(result.sample, prior_sd),
            "two_halves_distance": halves,
            "two_banks_distance": banks,
            "sbc_cover_50": tested.coverage(0.5),
            "sbc_cover_90": tested.coverage(0.9),
            "sbc_ks_p": tested.ks_p_values(),
        },
        "sbc": _long({"truth": tested.truth, "rank": tested.rank, "posterior_mean": tested.mean}),
        "influence": {
            "observation": np.repeat([i.observation for i in influences], len(NAMES)),
            "parameter": np.tile(NAMES, len(influences)),
            "shift": np.concatenate([i.shift for i in influences]),
            "widening": np.concatenate([i.widening for i in influences]),
        },
        "prior_pool": {
            name: settings.prior.values(result.scores)[:, j] for j, name in enumerate(NAMES)
        },
    }


def _long(arrays: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[Any]]:
    """Turn arrays of shape (n_draws, n_parameters) into columns of one row each."""
    n = len(next(iter(arrays.values())))
    return {
        "draw": np.repeat(np.arange(n, dtype=np.int32), len(NAMES)),
        "parameter": np.tile(NAMES, n),
        **{name: array.ravel() for name, array in arrays.items()},
    }


def facts_of(
    result: FitResult,
    tested: Calibration,
    settings: CalibrateSettings,
    second: FitResult | None = None,
) -> dict[str, Any]:
    """Return what is to be said of a calibration, in numbers."""
    shrunk = contraction(result.sample, np.ones(len(NAMES)))
    learnable = settings.prior.learnable
    return {
        "effort": asdict(settings.effort),
        "seed": settings.seed,
        "simulations": (settings.effort.first_wave + settings.effort.second_wave)
        * (1 if second is None else 2),
        "worker_seconds": round(
            result.worker_seconds + (second.worker_seconds if second else 0.0), 1
        ),
        "observations_fitted": len({o.id for o in result.operators.operators}),
        "kept_of_prior": round(result.kept_of_prior, 4),
        "implausibility_cutoff": round(result.emulator.cutoff, 3),
        "records_per_simulation": RECORDS_PER_ROW,
        "records_kept": int(result.fit.kept),
        "record_is_typical": round(result.sample.typical, 4),
        "sbc_draws": len(tested.truth),
        "sbc_cover_50": round(float(tested.coverage(0.5).mean()), 4),
        "sbc_cover_90": round(float(tested.coverage(0.9).mean()), 4),
        "sbc_worst_cover_90": round(float(tested.coverage(0.9).min()), 4),
        "contraction": {n: round(float(c), 3) for n, c in zip(NAMES, shrunk, strict=True)},
        "silent": [
            n for n, c, ok in zip(NAMES, shrunk, learnable, strict=True) if ok and c < LEARNT_FROM
        ],
        "marginalised": [n for n, ok in zip(NAMES, learnable, strict=True) if not ok],
        "two_banks_distance_at_most": None
        if second is None
        else round(float(disagreement(result.sample, second.sample).max()), 3),
    }


def summary_lines(facts: dict[str, Any], folder: Path) -> list[str]:
    """Return what is printed at the end."""
    rows = [f"  {name:<26} {value:6.2f}" for name, value in facts["contraction"].items()]
    return [
        f"{facts['simulations']} simulations, {facts['worker_seconds'] / 60:.1f} min of workers; "
        f"{100 * facts['kept_of_prior']:.0f} % of the prior not ruled out "
        f"(implausibility at most {facts['implausibility_cutoff']:g})",
        f"inference tested on {facts['sbc_draws']} known records: 90 % intervals cover "
        f"{100 * facts['sbc_cover_90']:.1f} % (worst parameter "
        f"{100 * facts['sbc_worst_cover_90']:.1f} %), 50 % intervals "
        f"{100 * facts['sbc_cover_50']:.1f} %",
        "contraction of each parameter (0: nothing learnt, 1: known):",
        *rows,
        f"the record is silent (below {LEARNT_FROM:g}) about: "
        f"{', '.join(facts['silent']) or 'none of the calibrated'}",
        f"results in {folder}",
    ]
