"""``allegiance sensitivity``: what moves the outcomes that people ask about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.ablation import log_by_run
from calibration.error_model import ErrorModel
from calibration.fitting import Effort, operator_sets
from calibration.observation import OperatorSet
from calibration.outcomes import OUTCOME_NAMES, outcomes_of
from calibration.prior import NAMES, Prior, error_model_of
from calibration.sensitivity import (
    NOISE,
    factors_of,
    first_order,
    morris_design,
    sobol_design,
    sobol_indices,
    with_values,
)
from experiments.calibrate import say
from experiments.errors import Interrupted
from experiments.first_wave import first_wave
from experiments.progress import counted
from experiments.sensitivity_figure import draw
from experiments.settings import RunSettings
from experiments.store import write_table
from sim.checks import Settings, require_between
from sim.ensemble import one_thread_each
from sim.model import RevolutionModel
from sim.parameters import PARAMETER_NAMES, Parameters
from sim.settings import ModelSettings
from sim.streams import replicate_seed
from sim.world import build_world

MISFIT = "misfit"
ASKED = (
    *(
        f"majority_day.{body}"
        for body in (
            "petrograd_factory_committees",
            "petrograd_soviet/workers",
            "petrograd_soviet",
            "moscow_workers_soviet",
            "trade_union_executive",
            "helsingfors_soviet",
        )
    ),
    *(
        f"share.{place}.BO.1917-11-12"
        for place in (
            "petrograd_workers",
            "petrograd_garrison",
            "petrograd_citizens",
            "moscow_workers",
            "northern_western_fronts",
        )
    ),
    "share.petrograd_citizens.KD.1917-11-12",
    "share.petrograd_workers.ME.1917-11-12",
    MISFIT,
)
"""Outcomes people ask about: first days of a Bolshevik majority, shares in November, misfit."""


@dataclass(frozen=True)
class SensitivityOptions(Settings):
    """How much to run.

    Attributes
    ----------
    bank : str
        Folder of finished simulations.
    trajectories : int
        Of the Morris screening; 0 leaves it out.
    grouped : bool
        Whether numbers that belong together move together.
    sobol_points : int
        Base points of the Sobol indices, a power of two; 0 leaves them out.
    replicates : int
        Runs with shared luck whose mean is an outcome.
    """

    bank: str = "outputs/bank"
    trajectories: int = 4
    grouped: bool = True
    sobol_points: int = 0
    replicates: int = 2

    def __post_init__(self) -> None:
        """Refuse negative numbers, and a number of points that is no power of two."""
        require_between("sensitivity.trajectories", self.trajectories, 0, 1000, "0 for none.")
        if self.trajectories == 1:
            raise ValueError("sensitivity.trajectories must be 0 or at least 2, got 1. Use 4.")
        require_between("sensitivity.sobol_points", self.sobol_points, 0, 65536, "0 for none.")
        if self.sobol_points & (self.sobol_points - 1):
            raise ValueError(
                "sensitivity.sobol_points must be 0 or a power of two, got "
                f"{self.sobol_points}. Use {1 << self.sobol_points.bit_length()}."
            )
        require_between("sensitivity.replicates", self.replicates, 1, 1000, "Runs a point.")


@dataclass(frozen=True, kw_only=True)
class SensitivitySettings(RunSettings):
    """Settings of a sensitivity analysis: those of a calibration, and how much to run."""

    prior: Prior
    effort: Effort
    sensitivity: SensitivityOptions = field(default_factory=SensitivityOptions)


def main(settings: SensitivitySettings, output_dir: Path) -> int:
    """Find what moves the outcomes, and write tables and a figure.

    First-order indices come from the bank of the calibration without new runs. The
    screening varies every number by thirty percent; luck alone is a factor too, and what it
    moves is the noise floor.
    """
    options = settings.sensitivity
    tables: dict[str, dict[str, NDArray[Any]]] = {}
    try:
        tables["first_order"] = _first_order(settings)
        if options.trajectories:
            tables["morris"] = _morris(settings)
        if options.sobol_points:
            tables["sobol"] = _sobol(settings)
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"Finished simulations of the bank are kept in {options.bank}; the runs of this "
            "analysis are not."
        ) from error
    for name, columns in tables.items():
        write_table(output_dir / f"{name}.parquet", columns)
    draw(tables, output_dir)
    for line in _lines(tables):
        print(line)
    print(f"results in {output_dir}")
    return 0


@dataclass(frozen=True)
class Point:
    """One point of a design: a world, parameters, and the seeds of its runs."""

    model: ModelSettings
    parameters: Parameters
    seeds: tuple[int, ...]


def run_point(operators: OperatorSet, error_model: ErrorModel, point: Point) -> NDArray[np.float64]:
    """Return the mean outcomes of a point's runs, shape (n_asked,); runs in a worker."""
    world = build_world(point.model)
    found = []
    for seed in point.seeds:
        record = RevolutionModel(parameters=point.parameters, seed=seed, world=world).run()
        predictions = operators.predict(record)[None]
        found.append(np.append(outcomes_of(record), _misfit(operators, predictions, error_model)))
    mean: NDArray[np.float64] = np.mean(found, axis=0)[_columns_asked()]
    return mean


def _misfit(
    operators: OperatorSet, predictions: NDArray[np.float64], error_model: ErrorModel
) -> NDArray[np.float64]:
    """Return minus the log likelihood of the training figures, shape (n_runs,)."""
    weight = np.array([operator.weight for operator in operators.operators])
    misfit: NDArray[np.float64] = -(log_by_run(operators, predictions, error_model) @ weight)
    return misfit


def _columns_asked() -> list[int]:
    names = (*OUTCOME_NAMES, MISFIT)
    return [names.index(name) for name in ASKED]


def _first_order(settings: SensitivitySettings) -> dict[str, NDArray[Any]]:
    """Return first-order indices of the calibrated set from the bank, luck last."""
    options = settings.sensitivity
    bank, fitted = first_wave(
        settings.model, settings.prior, settings.effort, settings.seed, Path(options.bank),
        settings.workers, say,
    )  # fmt: skip
    misfit = _misfit(fitted, bank.fitted, _medians(settings))
    outputs = np.column_stack([bank.outcomes, misfit])[:, _columns_asked()]
    luck = np.random.default_rng([settings.seed, 8]).random(len(bank.values))
    n = len(PARAMETER_NAMES)
    indices = first_order(np.column_stack([bank.values[:, :n], luck]), outputs)
    return _long((*PARAMETER_NAMES, NOISE), {"S1": indices})


def _morris(settings: SensitivitySettings) -> dict[str, NDArray[Any]]:
    """Screen every number of the settings."""
    options = settings.sensitivity
    factors = factors_of(settings.model, settings.parameters)
    design = morris_design(factors, options.trajectories, settings.seed, grouped=options.grouped)
    say(
        f"screening {len(factors)} numbers"
        + (f" in {len(set(design.problem['groups'])) - 1} groups" if options.grouped else "")
        + f": {len(design.points)} points"
    )
    points = []
    for row in range(len(design.points)):
        model, parameters = with_values(settings.model, settings.parameters, design.changes(row))
        points.append(Point(model, parameters, _seeds(settings, float(design.points[row, -1]))))
    outputs = _run(points, settings)
    effects = design.effects(outputs, settings.seed)
    names = tuple(effects[0]["names"])
    kinds = ("mu_star", "mu_star_conf", "sigma")
    return _long(
        names, {kind: np.stack([each[kind] for each in effects], axis=1) for kind in kinds}
    )


def _sobol(settings: SensitivitySettings) -> dict[str, NDArray[Any]]:
    """Return Sobol indices of the calibrated set on means of runs with shared luck."""
    options = settings.sensitivity
    problem, unit = sobol_design(PARAMETER_NAMES, options.sobol_points, settings.seed)
    say(f"Sobol indices of {len(PARAMETER_NAMES)} parameters: {len(unit)} points")
    points = [
        Point(settings.model, _at(settings.prior, row), _seeds(settings, float(row[-1])))
        for row in unit
    ]
    found = sobol_indices(problem, _run(points, settings), settings.seed)
    return _long(
        tuple(problem["names"]),
        {
            kind: np.stack([each[kind] for each in found], axis=1)
            for kind in ("S1", "S1_conf", "ST", "ST_conf")
        },
    )


def _at(prior: Prior, row: NDArray[np.float64]) -> Parameters:
    """Return the parameters at a point of the unit cube, by quantiles of their priors."""
    from scipy.special import ndtri

    scores = ndtri(np.clip(row, 1e-9, 1 - 1e-9))
    return Parameters(
        **{
            name: float(prior.parameters[name].value(scores[[j]])[0])
            for j, name in enumerate(PARAMETER_NAMES)
        }
    )


def _seeds(settings: SensitivitySettings, luck: float) -> tuple[int, ...]:
    """Return the seeds of a point's runs; all points with the same luck share them."""
    first = settings.sensitivity.replicates * int(luck * LUCKS)
    return tuple(
        replicate_seed(settings.seed, first + r) for r in range(settings.sensitivity.replicates)
    )


LUCKS = 1000


def _medians(settings: SensitivitySettings) -> ErrorModel:
    medians = [settings.prior.parameters[name].median for name in NAMES]
    return error_model_of(np.array(medians))


def _run(points: Sequence[Point], settings: SensitivitySettings) -> NDArray[np.float64]:
    """Run all points, shape (n_points, n_asked)."""
    results = counted(_results(points, settings), len(points), "points")
    return np.array(list(results))


def _results(
    points: Sequence[Point], settings: SensitivitySettings
) -> Iterator[NDArray[np.float64]]:
    fitted, _ = operator_sets(settings.model)
    lean = replace(fitted, absences=(), without_operator=())
    error_model = _medians(settings)
    workers = min(settings.workers or os.cpu_count() or 1, len(points))
    if workers == 1:
        for point in points:
            yield run_point(lean, error_model, point)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=one_thread_each
    )
    try:
        pending = [pool.submit(run_point, lean, error_model, point) for point in points]
        for future in pending:
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _long(
    names: tuple[str, ...], arrays: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[Any]]:
    """Turn arrays of shape (n_factors, n_asked) into columns of one row each."""
    return {
        "factor": np.repeat(names, len(ASKED)),
        "outcome": np.tile(ASKED, len(names)),
        **{name: array.ravel() for name, array in arrays.items()},
    }


def _lines(tables: dict[str, dict[str, NDArray[Any]]]) -> list[str]:
    """Say which three factors move each outcome most, and what luck alone moves."""
    kind, measure = ("morris", "mu_star") if "morris" in tables else ("first_order", "S1")
    table = tables[kind]
    lines = [f"largest effects ({measure}), and that of luck alone:"]
    for outcome in ASKED:
        rows = table["outcome"] == outcome
        size = dict(zip(table["factor"][rows], table[measure][rows], strict=True))
        floor = size.pop(NOISE)
        top = sorted(size, key=lambda name: -np.nan_to_num(size[name]))[:3]
        said = ", ".join(f"{name} {size[name]:.3g}" for name in top)
        lines.append(f"  {outcome:<46} {said}; luck {floor:.3g}")
    return lines
