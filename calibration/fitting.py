"""The route from the training figures to a posterior: two waves, matched, then inferred."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.bank import Bank, BankPlan, build_bank
from calibration.history import Emulator, match
from calibration.inference import Fit, Sample, infer, prepare
from calibration.ledger import load_ledger
from calibration.observation import OperatorSet, compile_operators
from calibration.prior import Prior, sobol_scores
from calibration.summary import (
    Records,
    documented_features,
    drawn_records,
    simulated_features,
)
from sim.checks import Settings, require_between
from sim.settings import ModelSettings

FITTED_ROLES = ("train",)
OTHER_ROLES = ("holdout", "negative_control")
DESIGN_SEED_OFFSET = 1


@dataclass(frozen=True)
class Effort(Settings):
    """How much to simulate.

    Attributes
    ----------
    first_wave, second_wave : int
        Rows of the bank before and after history matching.
    sbc_draws : int
        Records inferred to test the inference.
    second_bank : bool
        Whether a second bank of the same size, with its own points and luck, is simulated to
        see whether both give the same posterior.
    """

    first_wave: int
    second_wave: int
    sbc_draws: int
    second_bank: bool = False

    def __post_init__(self) -> None:
        """Refuse waves too small to learn from."""
        for name in ("first_wave", "second_wave"):
            require_between(f"effort.{name}", getattr(self, name), 32, 1e7, "A number of rows.")
        require_between("effort.sbc_draws", self.sbc_draws, 1, 1e6, "At least 200 for a verdict.")


@dataclass(frozen=True)
class FitResult:
    """All that a calibration found.

    Attributes
    ----------
    operators, others : OperatorSet
        Of the training figures, and of those never fitted.
    bank : Bank
        Rows that were not ruled out, of both waves.
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Their standard scores.
    records : Records
        Drawn from them.
    documented : ndarray of float64, shape (n_features,)
        The documented record.
    emulator : Emulator
        Of the history match.
    kept_of_prior : float
        Share of the prior that was not ruled out.
    fit : Fit
        Prepared inference.
    sample : Sample
        The posterior.
    worker_seconds : float
        What all simulations took their workers, however often the bank was interrupted.
    """

    operators: OperatorSet
    others: OperatorSet
    bank: Bank
    scores: NDArray[np.float64]
    records: Records
    documented: NDArray[np.float64]
    emulator: Emulator
    kept_of_prior: float
    fit: Fit
    sample: Sample
    worker_seconds: float


def operator_sets(
    settings: ModelSettings, evidence: Path | None = None
) -> tuple[OperatorSet, OperatorSet]:
    """Return the operators of the training figures, and of those never fitted.

    The training ledger is read without ever parsing the figures of other roles.
    """
    fitted = compile_operators(load_ledger(evidence, roles=FITTED_ROLES), settings)
    others = compile_operators(load_ledger(evidence, roles=OTHER_ROLES), settings)
    return fitted, others


def calibrate(
    settings: ModelSettings,
    prior: Prior,
    effort: Effort,
    seed: int,
    folder: Path,
    *,
    evidence: Path | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> FitResult:
    """Infer the parameters from the training figures.

    Parameters
    ----------
    settings : ModelSettings
        The world.
    prior : Prior
        Priors of all parameters.
    effort : Effort
        Sizes of the waves.
    seed : int
        Of design, luck and scatter.
    folder : Path
        Where the bank is kept; an interrupted calibration resumes from it.
    evidence : Path or None
        A ledger of one's own.
    workers, executor
        See :func:`calibration.bank.build_bank`. The posterior does not depend on them.
    on_progress : callable or None
        Called with the name of the wave, rows done and rows in all.

    Returns
    -------
    FitResult
        Posterior, and all that diagnostics need.
    """
    fitted, others = operator_sets(settings, evidence)
    documented = documented_features(fitted)

    def wave(name: str, scores: NDArray[np.float64], first_row: int) -> Bank:
        plan = BankPlan(settings, fitted, others, prior.values(scores), seed, first_row)
        report = on_progress
        return build_bank(
            plan,
            folder,
            workers=workers,
            executor=executor,
            on_progress=None if report is None else lambda done, n: report(name, done, n),
        )

    first_scores = sobol_scores(effort.first_wave, seed)
    first = wave("first wave", first_scores, 0)
    drawn = simulated_features(fitted, first.fitted, first.values, seed)
    emulator = match(first_scores, first.fitted, drawn, documented, fitted)
    second_scores, kept = _plausible_points(emulator, effort.second_wave, seed)
    second = wave("second wave", second_scores, effort.first_wave)
    plausible = emulator.plausible(first_scores)
    bank = first.rows(plausible).joined(second)
    scores = np.concatenate([first_scores[plausible], second_scores])
    records = drawn_records(fitted, bank.fitted, scores, prior, seed)
    fit = prepare(records)
    return FitResult(
        operators=fitted,
        others=others,
        bank=bank,
        scores=scores,
        records=records,
        documented=documented,
        emulator=emulator,
        kept_of_prior=kept,
        fit=fit,
        sample=infer(fit, documented),
        worker_seconds=float(first.seconds.sum() + second.seconds.sum()),
    )


def _plausible_points(emulator: Emulator, n: int, seed: int) -> tuple[NDArray[np.float64], float]:
    """Return points of the prior that are not ruled out, and their share of the prior."""
    size = 4 * n
    while True:
        points = sobol_scores(size, seed + DESIGN_SEED_OFFSET)
        plausible = emulator.plausible(points)
        if plausible.sum() >= n or size > 4096 * n:
            return points[plausible][:n], float(plausible.mean())
        size *= 2
