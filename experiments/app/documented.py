"""The record held against runs: documented shares, predictions, and their intervals."""

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

ROLES = ("train", "holdout", "negative_control")
KINDS = ("shares", "presidium")
DRAWS_A_RUN = 50
INTERVAL = (0.05, 0.5, 0.95)
"""Quantiles of what a source would have printed."""

SIDES = {
    "left": "towards soviet power",
    "right": "against it",
    "abstain": "abstaining",
}


@dataclass(frozen=True)
class Documented:
    """Documented shares of one world, in the order of their dates.

    Attributes
    ----------
    operators : OperatorSet
        One operator for each occasion.
    """

    operators: OperatorSet

    def predict(self, record: Record) -> NDArray[np.float32]:
        """Return what a run would have shown, end to end, averaged over the days read."""
        parts = self.operators.split(self.operators.predict(record))
        if not parts:
            return np.zeros(0, dtype=np.float32)
        return np.concatenate([part.mean(axis=0) for part in parts]).astype(np.float32)

    def intervals(self, predictions: NDArray[np.float64], seed: int) -> NDArray[np.float32]:
        """Return quantiles of what sources would have printed of several runs.

        Luck of counting and bloc voting is drawn on top of the spread between the runs.

        Parameters
        ----------
        predictions : ndarray of float64, shape (n_runs, sum of sizes)
            From ``operators.predict`` of each run.
        seed : int
            Of the draws.

        Returns
        -------
        ndarray of float32, shape (3, n_values)
            Quantiles 5, 50 and 95 %.
        """
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(19, 17)))
        columns = []
        pairs = zip(self.operators.operators, self.operators.split(predictions), strict=True)
        for operator, part in pairs:
            drawn = draw_observed(operator, np.repeat(part, DRAWS_A_RUN, 0), ErrorModel(), rng)
            columns.append(np.quantile(drawn, INTERVAL, axis=0))
        if not columns:
            return np.zeros((3, 0), dtype=np.float32)
        return np.concatenate(columns, axis=1).astype(np.float32)


def document(settings: ModelSettings) -> Documented:
    """Find the documented occasions that a world can speak to, one operator for each."""
    compiled = compile_operators(_ledger(), settings)
    best: dict[tuple[Any, ...], Operator] = {}
    for operator in compiled.operators:
        seen = operator.observation
        if operator.kind not in KINDS or seen.role not in ROLES or seen.reading_of:
            continue
        if seen.operator == "resolution" and not {"left", "right"} <= set(operator.labels):
            continue  # one side's number is lost: there is no share to show
        occasion = (seen.operator, seen.target, seen.start_day, seen.end_day)
        held = best.get(occasion)
        if held is None or (len(operator.value), operator.n) > (len(held.value), held.n):
            best[occasion] = operator
    ordered = sorted(best.values(), key=lambda o: (o.observation.end_day, o.id))
    return Documented(OperatorSet(tuple(ordered), (), ()))


def describe(documented: Documented) -> list[dict[str, Any]]:
    """Describe the documented occasions for the page."""
    return [_card(operator) for operator in documented.operators.operators]


def _card(operator: Operator) -> dict[str, Any]:
    seen = operator.observation
    headline = _headline(operator)
    return {
        "id": seen.id,
        "body": seen.body,
        "place": seen.place,
        "kind": seen.operator,
        "target": list(seen.target),
        "first": seen.start_day,
        "last": seen.end_day,
        "labels": [SIDES.get(label, label) for label in operator.labels],
        "parties": [list(group) for group in operator.groups] or [[] for _ in operator.labels],
        "sides": [label if label in SIDES else "" for label in operator.labels],
        "shares": [round(float(value), 5) for value in operator.value],
        "n": None if seen.n is None else seen.n,
        "headline": headline,
        "ask": _question(operator, headline),
        "held_out": seen.role != "train",
        "role": seen.role,
        "citation": seen.citation,
        "named_only": seen.composition == "named",
    }


def _headline(operator: Operator) -> int:
    """Return the category to ask about: the Bolsheviks, else the left side, else the first."""
    for index, (label, group) in enumerate(
        zip(operator.labels, operator.groups or ((),) * len(operator.labels), strict=True)
    ):
        if label == "left" or ("BO" in group and label != "other"):
            return index
    return 0


def _question(operator: Operator, headline: int) -> str:
    label = operator.labels[headline]
    if label in SIDES:
        return (
            f"What share voted {SIDES[label]}?" if label != "abstain" else "What share abstained?"
        )
    kind = operator.observation.operator
    what = "of the votes" if kind == "ballot" else "of the seats"
    return f"What share {what} went to: {label}?"


@lru_cache(maxsize=1)
def _ledger() -> Ledger:
    return load_ledger(roles=ROLES)
