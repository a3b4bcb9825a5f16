"""Slopes of what the trend predicts, for Gauss-Newton steps and the Laplace approximation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.nulls.forecast import left_stances, votes_of_parties
from calibration.nulls.trend import Hyper, Parts, Trend
from calibration.nulls.trend_design import Rows
from calibration.observation import CORRELATION_OF, SIDES, Operator
from calibration.prior import ERROR_NAMES

DIFFERENCE = 1e-4
SMALLEST_SHARE = 0.01
MANDATES_PER_SEAT = 40.0
"""As the error model counts the mandates behind a presidium."""


@dataclass(frozen=True)
class Linearised:
    """Figures in units of their scatter, around a point.

    Attributes
    ----------
    slopes : ndarray of float64, shape (n_values, n_dimensions)
        Of expected values.
    residual : ndarray of float64, shape (n_values,)
        Documented less expected.
    """

    slopes: NDArray[np.float64]
    residual: NDArray[np.float64]


def linearise(
    trend: Trend, operators: Sequence[Operator], rows: Rows, z: NDArray[np.float64], hyper: Hyper
) -> Linearised:
    """Return slopes and residuals of figures; claims have no slope and are left out.

    Slopes in the coefficients are exact, those in the few other coordinates are differences.
    """
    rest = np.arange(trend.n_coefficients, trend.n_dimensions)
    nearby = np.repeat(z[None], len(rest) + 1, axis=0)
    nearby[np.arange(1, len(rest) + 1), rest] += DIFFERENCE
    parts = trend.parts(nearby, hyper)
    predicted = trend.predict(operators, rows, parts)
    error_model = ErrorModel(**dict(zip(ERROR_NAMES, map(float, hyper.correlations), strict=True)))
    at = Parts(*(getattr(parts, name)[:1] for name in Parts.__dataclass_fields__))
    p = rows.place_shares(at.coefficients)[0]
    slopes, residual = [], []
    for operator, prediction, cells in zip(operators, predicted, rows.cells, strict=True):
        if operator.kind == "claim":
            continue
        expected, value = prediction.mean(axis=1), operator.value
        if _logarithmic(operator):
            expected, value = np.log(np.maximum(expected, 1.0)), np.log(value)
        unit = np.sqrt(operator.weight) / _scatter(operator, expected[0], error_model)
        by_coefficient = _coefficient_slopes(trend, operator, rows, cells, p, at)
        scale = hyper.spreads[trend.terms.group][:, None]
        own = (by_coefficient * scale).reshape(len(value), -1)
        others = ((expected[1:] - expected[0]) / DIFFERENCE).T
        slopes.append(np.concatenate([own, others], axis=1) * unit[:, None])
        residual.append((value - expected[0]) * unit)
    if not slopes:
        return Linearised(np.zeros((0, len(z))), np.zeros(0))
    return Linearised(np.concatenate(slopes), np.concatenate(residual))


def _logarithmic(operator: Operator) -> bool:
    return operator.kind == "level" and operator.observation.operator != "turnout"


def _scatter(
    operator: Operator, expected: NDArray[np.float64], error_model: ErrorModel
) -> NDArray[np.float64]:
    """Return the scatter of each value, shape (n_values,)."""
    name = operator.observation.operator
    if operator.kind == "level":
        sd = {
            "turnout": error_model.turnout_sd,
            "attendance": error_model.attendance_log_sd,
            "membership": error_model.membership_log_sd,
        }
        return np.array([sd[name]])
    n = operator.n * (MANDATES_PER_SEAT if operator.kind == "presidium" else 1.0)
    votes = n / (1.0 + (n - 1.0) * getattr(error_model, CORRELATION_OF[name]))
    scatter: NDArray[np.float64] = np.sqrt(np.maximum(expected, SMALLEST_SHARE) / votes)
    return scatter


def _coefficient_slopes(
    trend: Trend,
    operator: Operator,
    rows: Rows,
    cells: tuple[int, int],
    p: NDArray[np.float64],
    at: Parts,
) -> NDArray[np.float64]:
    """Return slopes of an operator in the coefficients, shape (n_values, n_columns, n_parties)."""
    weights = _values_of_shares(trend, operator, at)
    n_columns, n_parties = len(trend.terms.names), len(trend.parties)
    total = np.zeros((len(operator.value), n_columns, n_parties))
    if weights is None:
        return total
    edges = np.append(rows.first_row, len(p))
    for cell in range(*cells):
        here = slice(edges[cell], edges[cell + 1])
        shares = rows.weight[here] @ p[here]
        raw = weights @ shares
        if operator.kind == "level":
            of_shares = weights / raw[:, None]
        else:
            of_shares = (weights - np.outer(raw / raw.sum(), weights.sum(axis=0))) / raw.sum()
        along = of_shares @ p[here].T  # (n_values, n_rows)
        inner = p[here] * rows.weight[here, None]
        by_row = (of_shares[:, None, :] - along[:, :, None]) * inner[None]
        total += np.einsum("rc,vrk->vck", rows.design[here], by_row)
    return total / (cells[1] - cells[0])


def _values_of_shares(trend: Trend, operator: Operator, at: Parts) -> NDArray[np.float64] | None:
    """Return weights of party shares in each value before conditioning, or None if none."""
    name = operator.observation.operator
    if name in ("attendance", "turnout"):
        return None
    if name == "resolution":
        target = operator.observation.target[0]
        votes = votes_of_parties(
            np.eye(len(trend.parties)),
            left_stances(operator, trend.terms.settings),
            at.moods[0, trend.meeting_index(target)],
            at.gap[0, 0],
        )
        return votes.T[[SIDES.index(label) for label in operator.labels]]
    return np.array([[float(k in group) for k in trend.parties] for group in operator.groups])
