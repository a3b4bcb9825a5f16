"""The record held against runs: documented figures, predictions, and their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.ledger import Ledger, load_ledger
from calibration.likelihood import draw_observed
from calibration.observation import Operator, OperatorSet, compile_operators
from sim.record import Record
from sim.settings import ModelSettings

SCORED = ("train", "holdout", "negative_control")
ROLES = (*SCORED, "context", "second_reading")
SHARES = ("shares", "presidium")
ORDER = ("claim", "level", *SHARES)
"""Of several figures of one day, the last is the one to show first."""
DRAWS_A_RUN = 50
INTERVAL = (0.05, 0.5, 0.95)
"""Quantiles of what a source would have printed."""


@dataclass(frozen=True)
class Documented:
    """Documented figures that the model can speak to, in the order of their dates.

    Attributes
    ----------
    operators : OperatorSet
        One operator for each figure or set of shares.
    telling : tuple of bool
        Which of them is shown as time runs: one for each occasion, and none that is only for
        orientation.
    """

    operators: OperatorSet
    telling: tuple[bool, ...]

    def predict(self, record: Record) -> NDArray[np.float32]:
        """Return what a run would have shown, end to end, averaged over the days read."""
        parts = self.operators.split(self.operators.predict(record))
        if not parts:
            return np.zeros(0, dtype=np.float32)
        return np.concatenate([part.mean(axis=0) for part in parts]).astype(np.float32)

    def intervals(
        self, predictions: NDArray[np.float64], seed: int, error_model: ErrorModel
    ) -> NDArray[np.float32]:
        """Return quantiles of what sources would have printed of several runs.

        Luck of counting and bloc voting is drawn on top of the spread between the runs. A
        claim has no interval: all three are the share of runs, and of the days read, on which
        it holds.

        Parameters
        ----------
        predictions : ndarray of float64, shape (n_runs, sum of sizes)
            From ``operators.predict`` of each run.
        seed : int
            Of the draws.
        error_model : ErrorModel
            Scatter of the sources.

        Returns
        -------
        ndarray of float32, shape (3, n_values)
            Quantiles 5, 50 and 95 %.
        """
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(19, 17)))
        columns = []
        pairs = zip(self.operators.operators, self.operators.split(predictions), strict=True)
        for operator, part in pairs:
            if operator.kind == "claim":
                columns.append(np.repeat(part.mean(axis=(0, 1))[None], len(INTERVAL), axis=0))
                continue
            drawn = draw_observed(operator, np.repeat(part, DRAWS_A_RUN, 0), error_model, rng)
            columns.append(np.quantile(drawn, INTERVAL, axis=0))
        if not columns:
            return np.zeros((3, 0), dtype=np.float32)
        return np.concatenate(columns, axis=1).astype(np.float32)


def document(settings: ModelSettings) -> Documented:
    """Find the documented figures that a world can speak to.

    Every figure with an operator is there, those for orientation too. Left out are other
    printings of a figure (the card of the figure names them), and numbers of a kind that the
    model does not count.
    """
    compiled = compile_operators(ledger(), settings)
    found = sorted(
        (operator for operator in compiled.operators if _is_own(operator)),
        key=lambda o: (o.observation.end_day, ORDER.index(o.kind), o.id),
    )
    best: dict[tuple[Any, ...], int] = {}
    for index, operator in enumerate(found):
        seen = operator.observation
        if seen.role not in SCORED or _lacks_a_side(operator):
            continue
        occasion = (seen.operator, seen.target, seen.start_day, seen.end_day)
        held = best.get(occasion)
        if held is None or _fullness(operator) > _fullness(found[held]):
            best[occasion] = index
    telling = set(best.values())
    return Documented(
        OperatorSet(tuple(found), (), ()), tuple(i in telling for i in range(len(found)))
    )


@lru_cache(maxsize=1)
def ledger() -> Ledger:
    """Read the evidence that the project carries, what is not scored included."""
    return load_ledger(roles=ROLES)


def _is_own(operator: Operator) -> bool:
    seen = operator.observation
    if seen.operator == "membership" and not any(operator.groups):
        return False  # organisations, or members of a part of the body
    if not seen.reading_of:
        return True
    return all(each.operator != seen.operator for each in ledger() if each.id == seen.reading_of)


def _lacks_a_side(operator: Operator) -> bool:
    """Return whether one side's number is lost, so that there is no share of the whole."""
    resolution = operator.observation.operator == "resolution"
    return resolution and not {"left", "right"} <= set(operator.labels)


def _fullness(operator: Operator) -> tuple[int, float]:
    return len(operator.value), operator.n
