"""The flows of people between parties that a change caused, as an alluvial figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.comparing.figures import WIDTH, Names, Table, rows_where, spread_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAR = 0.06
N_CURVE = 40
SMALLEST_SHOWN = 0.001
"""Flows of a smaller share of all are not drawn."""


def flow_matrix(flows: Table, names: Names, constituency: str | None) -> NDArray[np.float64]:
    """Return people by allegiance in the baseline (axis 0) and in the other world (axis 1).

    Parameters
    ----------
    flows : mapping
        Table ``flows``.
    names : Names
        Order of the parties.
    constituency : str or None
        One constituency; None sums all.
    """
    rows = flows if constituency is None else rows_where(flows, constituency=constituency)
    parties = list(names.party)
    matrix = np.zeros((len(parties), len(parties)))
    index = {party: i for i, party in enumerate(parties)}
    for a, b, people in zip(
        rows["baseline_party"], rows["other_party"], rows["people"], strict=True
    ):
        matrix[index[a], index[b]] += people
    return matrix


def draw_flows(panels: dict[str, NDArray[np.float64]], names: Names) -> Figure:
    """Draw who is where in the two worlds; ribbons that change colour are who moved.

    Parameters
    ----------
    panels : dict of str to ndarray of float64, shape (n_parties, n_parties)
        Titles, and people from :func:`flow_matrix`.
    names : Names
        Titles and colours.
    """
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(WIDTH, 4.4))
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (title, matrix) in zip(axes, panels.items(), strict=True):
        moved = matrix.sum() - np.trace(matrix)
        axis.set_title(
            f"{title}\n{_people(moved)} of {_people(matrix.sum())} are elsewhere", loc="left"
        )
        _draw(axis, matrix / max(matrix.sum(), 1.0), names)
    return figure


def _draw(axis: Axes, share: NDArray[np.float64], names: Names) -> None:
    parties = list(names.party)
    colours = [names.colour[party] for party in parties]
    gap = 0.02
    left = np.concatenate([[0.0], np.cumsum(share.sum(axis=1) + gap)[:-1]])
    right = np.concatenate([[0.0], np.cumsum(share.sum(axis=0) + gap)[:-1]])
    left_at, right_at = left.copy(), right.copy()
    curve = np.linspace(0.0, 1.0, N_CURVE)
    ease = curve * curve * (3.0 - 2.0 * curve)
    x = BAR + curve * (1.0 - 2.0 * BAR)
    for a in range(len(parties)):
        for b in range(len(parties)):
            size = share[a, b]
            low = left_at[a] + (right_at[b] - left_at[a]) * ease
            left_at[a] += size
            right_at[b] += size
            if size < SMALLEST_SHOWN:
                continue
            axis.fill_between(
                x, low, low + size, color=colours[a], alpha=0.18 if a == b else 0.85, linewidth=0
            )
    named = []
    for x_low, starts, sizes in (
        (0.0, left, share.sum(axis=1)),
        (1.0 - BAR, right, share.sum(axis=0)),
    ):
        for k in range(len(parties)):
            axis.fill_between(
                [x_low, x_low + BAR], starts[k], starts[k] + sizes[k], color=colours[k],
                linewidth=0,
            )  # fmt: skip
    for k, party in enumerate(parties):
        named.append((right[k] + share[:, k].sum() / 2, names.party[party]))
    heights = spread_apart([middle for middle, _ in named], 0.045, 0.0, 1.2)
    for height, (_, title) in zip(heights, named, strict=True):
        axis.text(1.03, height, title, va="center", fontsize=7.5)
    axis.set_xlim(0.0, 1.0)
    axis.invert_yaxis()
    axis.set_xticks([BAR / 2, 1.0 - BAR / 2], ["baseline", "other world"])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.tick_params(length=0)


def _people(count: float) -> str:
    return f"{count / 1e6:.2f} million" if count >= 1e6 else f"{round(count, -2):,.0f}"
