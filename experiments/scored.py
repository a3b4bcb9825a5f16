"""An ensemble held against evidence: operators, scores, and both as tables and text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration.observation import OperatorSet, compile_operators
from calibration.scoring import ObservationScore, RoleSummary, ValueScore, score_all, summaries
from experiments.parameter_sets import draw_of_replicate, error_model_for, spread_by_cause

if TYPE_CHECKING:
    from calibration.ledger import Observation
    from experiments.settings import RunSettings
    from sim.record import Record

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Scored:
    """Replicates beside the evidence.

    Attributes
    ----------
    observations : tuple of Observation
        What was to be predicted.
    operators : OperatorSet
        How, and what cannot be.
    replicates : ndarray of int64, shape (n_replicates,)
        Numbers of the replicates.
    predictions : ndarray of float64, shape (n_replicates, sum of operator sizes)
        What each would have shown.
    draws : ndarray of int64, shape (n_replicates,)
        Parameter set of each.
    scores : tuple of ObservationScore
        One for each operator.
    """

    observations: tuple[Observation, ...]
    operators: OperatorSet
    replicates: NDArray[np.int64]
    predictions: NDArray[np.float64]
    draws: NDArray[np.int64]
    scores: tuple[ObservationScore, ...]

    @property
    def summaries(self) -> list[RoleSummary]:
        """Sums by role, and over all."""
        return summaries(self.scores)

    @property
    def values(self) -> list[ValueScore]:
        """All values of all observations."""
        return [value for score in self.scores for value in score.values]

    @property
    def spreads(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Standard deviation between parameter sets and between seeds, for each operator."""
        parts = self.operators.split(self.predictions)
        return [spread_by_cause(part.mean(axis=1), self.draws) for part in parts]


def score_records(
    records: Sequence[tuple[int, Record]],
    observations: Iterable[Observation],
    settings: RunSettings,
) -> Scored:
    """Hold replicates against observations.

    Parameters
    ----------
    records : sequence of (int, Record)
        Number of each replicate and its record; at least one.
    observations : iterable of Observation
        Evidence.
    settings : RunSettings
        Of the run that made the records.

    Returns
    -------
    Scored
        Predictions and scores.
    """
    held = tuple(observations)
    error_model = error_model_for(settings)
    operators = compile_operators(held, settings.model, error_model)
    numbers = np.array([number for number, _ in records])
    predictions = np.stack([operators.predict(record) for _, record in records])
    scores = score_all(
        operators, predictions, error_model, seed=settings.seed, parties=records[0][1].parties
    )
    draws = draw_of_replicate(settings)[numbers]
    return Scored(held, operators, numbers, predictions, draws, tuple(scores))


def score_tables(scored: Scored) -> dict[str, Columns]:
    """Return the tables ``predictions``, ``scores`` and ``unscored``."""
    return {
        "predictions": _predictions(scored),
        "scores": _scores(scored),
        "unscored": _unscored(scored),
    }


def unscored(scored: Scored) -> list[str]:
    """Return ids of the observations that could not be scored at all, each once."""
    done = {score.operator.id for score in scored.scores}
    return [o.id for o in scored.observations if o.id not in done]


def summary_lines(scored: Scored) -> list[str]:
    """Write the sums as aligned lines."""
    head = (
        f"{'':<18}{'rows':>5}{'shares':>8}{'RMSE':>8}{'in 50 %':>9}{'in 90 %':>9}{'log score':>11}"
    )
    lines = [head]
    for each in scored.summaries:
        name = each.role.replace("_", " ")
        shares = (
            f"{each.rmse_points:>8.1f}{each.coverage[0]:>9.0%}{each.coverage[1]:>9.0%}"
            if each.n_figures
            else f"{'-':>8}{'-':>9}{'-':>9}"
        )
        lines.append(
            f"{name:<18}{each.n_observations:>5}{each.n_figures:>8}{shares}"
            f"{each.mean_log_score:>11.2f}"
        )
    lines.append("RMSE in share points over shares that a source names; log score: mean, nats.")
    lines += spread_lines(scored)
    if missing := unscored(scored):
        lines.append(f"{len(missing)} rows cannot be scored: {', '.join(missing)}.")
    return lines


def unscored_lines(scored: Scored) -> list[str]:
    """Write what the model cannot predict, one line each, and how many rows that leaves out."""
    table = _unscored(scored)
    lines = [
        f"{observation}: {reason}"
        for observation, reason in zip(table["observation"], table["reason"], strict=True)
    ]
    missing = len(unscored(scored))
    return [*lines, f"{len(scored.observations)} rows, {missing} of them not scored."]


def spread_lines(scored: Scored) -> list[str]:
    """Say how far predicted shares spread, by cause, where the design can tell."""
    parameters, seeds = [], []
    for score, (between, within) in zip(scored.scores, scored.spreads, strict=True):
        for i, value in enumerate(score.values):
            if value.counts_as_figure:
                parameters.append(between[i])
                seeds.append(within[i])
    if not seeds or np.isnan(seeds).any():
        return []
    luck = f"luck {100 * np.sqrt(np.mean(np.square(seeds))):.1f}"
    if np.isnan(parameters).any():
        return [f"Spread of predicted shares, points: {luck} (one parameter set)."]
    unsure = 100 * np.sqrt(np.mean(np.square(parameters)))
    return [f"Spread of predicted shares, points: parameters {unsure:.1f}, {luck}."]


def value_lines(scored: Scored) -> list[str]:
    """Write one aligned line for each documented value."""
    head = ("observation", "value", "printed", "predicted", "50 %", "90 %", "log score", "CRPS")
    rows = [head]
    for score in scored.scores:
        for i, value in enumerate(score.values):
            rows.append(
                (
                    f"{score.operator.id} [{_role(score)}]" if i == 0 else "",
                    value.label if len(value.label) <= 34 else value.label[:33] + "…",
                    _amount(value, value.documented),
                    _amount(value, value.predicted),
                    _span(value, 0),
                    _span(value, 1),
                    f"{score.log_score:.2f}" if i == 0 else "",
                    _amount(value, value.crps, digits=1),
                )
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _role(score: ObservationScore) -> str:
    return score.operator.observation.role.replace("_", " ")


def _amount(value: ValueScore, number: float, digits: int = 0) -> str:
    """Write shares in percent, claims as a chance, people as they are."""
    if value.unit == "share":
        return f"{100 * number:.{digits or 1}f} %"
    return f"{number:.2f}" if value.unit == "claim" else f"{number:,.0f}"


def _span(value: ValueScore, level: int) -> str:
    low, high = value.low[level], value.high[level]
    if np.isnan(low):
        return "-"
    if value.unit == "share":
        return f"{100 * low:.0f} to {100 * high:.0f}"
    return f"{low:,.0f} to {high:,.0f}"


def _predictions(scored: Scored) -> Columns:
    observation, label, day = [], [], []
    for score in scored.scores:
        operator = score.operator
        for read in operator.days:
            for value in score.values:
                observation.append(operator.id)
                label.append(value.label)
                day.append(int(read))
    n = len(scored.replicates)
    return {
        "replicate": np.repeat(scored.replicates, len(day)),
        "observation": np.tile(np.array(observation, dtype=object), n),
        "label": np.tile(np.array(label, dtype=object), n),
        "day": np.tile(np.array(day, dtype=np.int64), n),
        "predicted": scored.predictions.ravel(),
    }


def _scores(scored: Scored) -> Columns:
    rows: list[dict[str, Any]] = []
    for score, (between, within) in zip(scored.scores, scored.spreads, strict=True):
        o = score.operator.observation
        for i, value in enumerate(score.values):
            rows.append(
                {
                    "observation": o.id,
                    "role": o.role,
                    "operator": o.operator,
                    "target": " ".join(o.target),
                    "date": o.date_os,
                    "date_new_style": o.date_ns,
                    "day": (o.start_day + o.end_day) / 2.0,
                    "place": o.place,
                    "label": value.label,
                    "parties": " ".join(value.parties),
                    "unit": value.unit,
                    "documented": value.documented,
                    "predicted": value.predicted,
                    "low_50": value.low[0],
                    "high_50": value.high[0],
                    "low_90": value.low[1],
                    "high_90": value.high[1],
                    "within_50": value.within[0],
                    "within_90": value.within[1],
                    "pit": value.pit,
                    "crps": value.crps,
                    "sd_parameters": float(between[i]),
                    "sd_seeds": float(within[i]),
                    "log_score": score.log_score,
                    "energy_score": score.energy_score,
                    "named": int(value.named),
                }
            )
    return _columns("scores", rows)


def _unscored(scored: Scored) -> Columns:
    rows: list[dict[str, Any]] = [
        {
            "observation": a.observation_id,
            "role": a.role,
            "kind": a.kind,
            "value": a.value,
            "scored": int(a.scored),
            "reason": a.message,
        }
        for a in scored.operators.absences
    ]
    rows += [
        _no_score(o, "operator", f"not scored. {o.reason}")
        for o in scored.operators.without_operator
    ]
    told = {row["observation"] for row in rows}
    for o in scored.observations:
        if o.id in unscored(scored) and o.id not in told:
            rows.append(
                _no_score(o, "figure", "not scored. No number or ordering in it is usable.")
            )
    return _columns("unscored", rows)


def _no_score(observation: Observation, kind: str, reason: str) -> dict[str, Any]:
    return {
        "observation": observation.id,
        "role": observation.role,
        "kind": kind,
        "value": observation.operator,
        "scored": 0,
        "reason": reason,
    }


def _columns(table: str, rows: Sequence[dict[str, Any]]) -> Columns:
    from experiments.results import TABLES

    types = {"int32": np.int64, "float64": np.float64, "string": object}
    return {
        name: np.array([row[name] for row in rows], dtype=types[column.kind])
        for name, column in TABLES[table].columns.items()
    }
