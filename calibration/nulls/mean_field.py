"""N4: the model without agents, fitted to the same figures in the same way as the model."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.inference import infer, prepare
from calibration.nulls.forecast import Forecast
from calibration.observation import OperatorSet
from calibration.prior import Prior, error_model_of, model_parameters, sobol_scores
from calibration.refit import SHARE_KEPT_OF_PRIOR
from calibration.summary import documented_features, drawn_records, feature_owner
from sim.ensemble import one_thread_each
from sim.mean_field import mean_field_record
from sim.population import draw_shares
from sim.settings import ModelSettings
from sim.streams import replicate_seed
from sim.world import World, build_world

TASK_ROWS = 16


@dataclass(frozen=True)
class Recursion:
    """The recursion, ready to run at parameter points.

    Attributes
    ----------
    settings : ModelSettings
        The world.
    operators : OperatorSet
        What is predicted; documented values are not read.
    folder : Path or None
        Where finished tasks are kept, to resume from.
    workers : int or None
        Processes; all cores if ``None``. Predictions do not depend on it.
    """

    settings: ModelSettings
    operators: OperatorSet
    folder: Path | None = None
    workers: int | None = None

    def predictions(
        self,
        values: NDArray[np.float64],
        seed: int,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float64]:
        """Return predictions at parameter points, each from its own initial shares.

        Parameters
        ----------
        values : ndarray of float64, shape (n_rows, n_parameters)
            In the order of ``calibration.prior.NAMES``.
        seed : int
            Of the initial shares.
        on_progress : callable or None
            Called with rows done and rows in all.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_predictions)
            One row for each point.
        """
        starts = range(0, len(values), TASK_ROWS)
        kept = _kept_in(self.folder, self.settings, self.operators, values, seed)
        parts = {s: np.load(kept / f"{s}.npy") for s in starts if kept and _is_kept(kept, s)}
        report = on_progress or (lambda _done, _all: None)
        for first, rows in self._run(values, seed, [s for s in starts if s not in parts]):
            parts[first] = rows
            if kept:
                _keep(kept, first, rows)
            report(min(len(values), len(parts) * TASK_ROWS), len(values))
        return np.concatenate([parts[s] for s in starts])

    def _run(
        self, values: NDArray[np.float64], seed: int, starts: list[int]
    ) -> Iterator[tuple[int, NDArray[np.float64]]]:
        tasks = {
            s: (self.settings, self.operators, values[s : s + TASK_ROWS], seed, s) for s in starts
        }
        workers = min(self.workers or os.cpu_count() or 1, max(len(tasks), 1))
        if workers == 1:
            for first, task in tasks.items():
                yield first, run_rows(*task)
            return
        pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=one_thread_each
        )
        try:
            pending = {pool.submit(run_rows, *task): first for first, task in tasks.items()}
            for future in as_completed(pending):
                yield pending[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_worlds: dict[int, tuple[ModelSettings, World]] = {}


def run_rows(
    settings: ModelSettings,
    operators: OperatorSet,
    values: NDArray[np.float64],
    seed: int,
    first_row: int,
) -> NDArray[np.float64]:
    """Run the recursion for some rows and return their predictions; runs in a worker."""
    held = _worlds.get(0)
    if held is None or held[0] != settings:
        held = (settings, build_world(settings))
        _worlds[0] = held
    world = held[1]
    precision = settings.constants.choice.share_precision
    rows = []
    for offset, row in enumerate(values):
        initial = draw_shares(
            world.initial_mean,
            precision,
            replicate_seed(seed, first_row + offset),
            world.layout.ids,
        )
        record = mean_field_record(world, model_parameters(row), initial)
        rows.append(operators.predict(record))
    return np.array(rows)


def mean_field(
    recursion: Recursion,
    training: OperatorSet,
    prior: Prior,
    n_rows: int,
    n_draws: int,
    seed: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Fit the recursion to training figures and predict every operator of it.

    Inference is that of the model: a bank at points of the prior, learnt summaries and
    regression adjustment; the recursion is then run at the posterior.

    Parameters
    ----------
    recursion : Recursion
        Its operators must include those of the training figures.
    training : OperatorSet
        Figures that are fitted.
    prior : Prior
        Of the parameters.
    n_rows : int
        Points of the bank, the same for all sets of training figures.
    n_draws : int
        Number of predictive draws.
    seed : int
        Of design, initial shares, scatter and draws.
    on_progress : callable or None
        Called with rows of the bank done and in all.

    Returns
    -------
    Forecast
        Its error model has the posterior medians of the correlations.
    """
    scores = sobol_scores(n_rows, seed)
    values = prior.values(scores)
    bank = recursion.predictions(values, seed, on_progress)
    operators = recursion.operators
    wanted = {(o.id, o.labels) for o in training.operators}
    used = np.array([(o.id, o.labels) in wanted for o in operators.operators])
    records = drawn_records(operators, bank, scores, prior, seed)
    fit = prepare(records.seeing(used[feature_owner(operators)]), SHARE_KEPT_OF_PRIOR)
    sample = infer(fit, documented_features(training))
    drawn = prior.values(sample.resampled(n_draws, seed))
    return Forecast(
        "N4",
        recursion.predictions(drawn, seed + 1),
        error_model_of(np.median(drawn, axis=0)),
        {"rows": float(n_rows), "records_kept": float(fit.kept)},
    )


def _kept_in(
    folder: Path | None,
    settings: ModelSettings,
    operators: OperatorSet,
    values: NDArray[np.float64],
    seed: int,
) -> Path | None:
    """Return the folder for finished tasks, named after what they depend on."""
    if folder is None:
        return None
    layout = [[o.id, o.days.tolist(), o.labels, o.groups] for o in operators.operators]
    text = json.dumps([asdict(settings), layout, seed], sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode() + values.tobytes()).hexdigest()[:16]
    home = folder / f"mean_field_{digest}"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _is_kept(home: Path, first: int) -> bool:
    return (home / f"{first}.npy").is_file()


def _keep(home: Path, first: int, rows: NDArray[np.float64]) -> None:
    part = home / f".{first}.{os.getpid()}.npy"
    np.save(part, rows)
    os.replace(part, home / f"{first}.npy")
