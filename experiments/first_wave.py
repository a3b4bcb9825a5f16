"""The bank of a calibration's first wave: points of the whole prior, simulated once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from calibration.bank import Bank, BankPlan, build_bank
from calibration.fitting import Effort, operator_sets
from calibration.observation import OperatorSet
from calibration.prior import Prior, sobol_scores
from sim.settings import ModelSettings


def first_wave(
    model: ModelSettings,
    prior: Prior,
    effort: Effort,
    seed: int,
    folder: Path,
    workers: int | None,
    say: Callable[[str], None],
) -> tuple[Bank, OperatorSet]:
    """Read the first wave of a calibration, simulating what is missing of it.

    Parameters
    ----------
    model, prior, effort, seed
        As ``allegiance calibrate`` had them.
    folder : Path
        Where it keeps its simulations.
    workers : int or None
        Processes.
    say : callable
        Told now and then how far it is.

    Returns
    -------
    Bank, OperatorSet
        The rows, and the operators of the training figures.
    """
    fitted, others = operator_sets(model)
    values = prior.values(sobol_scores(effort.first_wave, seed))
    plan = BankPlan(model, fitted, others, values, seed, 0)
    spoken = [0]

    def report(rows: int, total: int) -> None:
        if rows == total or rows - spoken[0] >= max(64, total // 10):
            spoken[0] = rows
            say(f"bank: {rows} of {total} simulations")

    return build_bank(plan, folder, workers=workers, on_progress=report), fitted
