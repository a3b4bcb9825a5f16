"""Figures of an attribution, drawn from its tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.comparing.figures import (
    FAINT,
    INK,
    POSTERIOR_INK,
    PRIOR_INK,
    WIDTH,
    Table,
    rows_where,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 2


def draw_attribution(contributions: Table, titles: Sequence[str]) -> Figure:
    """Draw what each group of events contributes to each outcome, in two ways."""
    outcomes = list(dict.fromkeys(contributions["outcome"]))
    n_groups = len(set(contributions["group"]))
    figure, axes = _panels(len(outcomes), 0.9 + 0.3 * n_groups)
    for number, (axis, outcome, title) in enumerate(zip(axes, outcomes, titles, strict=True)):
        rows = rows_where(contributions, outcome=outcome)
        at = np.arange(len(rows["group"]), dtype=np.float64)[::-1]
        axis.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0)
        axis.errorbar(
            100 * rows["shapley"], at + 0.15, xerr=196 * rows["shapley_error"], fmt="o",
            color=POSTERIOR_INK, markersize=4, linewidth=1.2,
            label="mean over orders, 95 % sampling error",
        )  # fmt: skip
        axis.hlines(
            at - 0.15, 100 * rows["left_out_low90"], 100 * rows["left_out_high90"],
            color=PRIOR_INK, linewidth=1.2,
        )  # fmt: skip
        axis.plot(
            100 * rows["left_out_median"], at - 0.15, "s", color=PRIOR_INK, markersize=4,
            label="as the last of all, median and 90 %",
        )  # fmt: skip
        names = [str(group).replace("_", " ") for group in rows["group"]]
        axis.set_yticks(at, names if number % COLUMNS == 0 else [])
        axis.set_ylim(-0.6, len(at) - 0.4)
        axis.set_title("\n".join(textwrap.wrap(title, 46)), loc="left")
        axis.set_xlabel("points")
    _legend(figure, axes[0].get_legend_handles_labels())
    return figure


def draw_timing(timing: Table, titles: Sequence[str], group: str) -> Figure:
    """Draw outcomes against the number of days by which a group of events is moved."""
    outcomes = list(dict.fromkeys(timing["outcome"]))
    figure, axes = _panels(len(outcomes), 2.3)
    for axis, outcome, title in zip(axes, outcomes, titles, strict=True):
        rows = rows_where(timing, outcome=outcome)
        axis.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0)
        axis.fill_between(
            rows["shift_days"], 100 * rows["effect_low90"], 100 * rows["effect_high90"],
            color=POSTERIOR_INK, alpha=0.25, linewidth=0,
        )  # fmt: skip
        axis.plot(
            rows["shift_days"], 100 * rows["effect_median"], "o-", color=INK, linewidth=1.1,
            markersize=3.5,
        )  # fmt: skip
        axis.set_title("\n".join(textwrap.wrap(title, 46)), loc="left")
        axis.set_xticks(rows["shift_days"])
        axis.set_xlabel(f"days by which '{group.replace('_', ' ')}' comes later")
        axis.set_ylabel("points against 0 days")
    return figure


def _panels(n_panels: int, height: float) -> tuple[Figure, list]:  # type: ignore[type-arg]
    from matplotlib.figure import Figure as Canvas

    n_columns = min(COLUMNS, n_panels)
    n_rows = -(-n_panels // n_columns)
    figure = Canvas(figsize=(WIDTH, height * n_rows + 0.4))
    grid = list(figure.subplots(n_rows, n_columns, squeeze=False).ravel())
    for spare in grid[n_panels:]:
        spare.remove()
    return figure, grid[:n_panels]


def _legend(figure: Figure, handles: tuple[list, list]) -> None:  # type: ignore[type-arg]
    figure.legend(*handles, loc="outside upper center", ncols=2, frameon=False)
