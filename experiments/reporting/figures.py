"""Figures of the report: what was learnt, whether to trust it, and how it predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import LEARNT_FROM
from calibration.prior import NAMES
from experiments.plots.style import FAINT, INK, SOFT
from experiments.reporting.results import Columns
from sim.parameters import SYMBOLS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRIOR, POSTERIOR = "#B9B9B9", "#2F6B9A"
MODELS = {
    "model": POSTERIOR, "N1": "#C9A227", "N2": "#8C6BB1", "N3": "#B5482F", "N4": "#5F8F5A",
}  # fmt: skip
N_RANK_BINS = 10
PAIRS_AT_MOST = 6


def spoken(name: str) -> str:
    """Return the symbol and name of a parameter."""
    words = name.replace("_", " ")
    return f"{words} {SYMBOLS[name]}" if name in SYMBOLS else words


def contraction(posterior: Columns, pool: Columns, learnt: Columns) -> Figure:
    """Draw prior and posterior of every parameter, with the contraction."""
    from matplotlib.figure import Figure as New

    shrunk = dict(zip(map(str, learnt["parameter"]), learnt["contraction"], strict=True))
    roles = dict(zip(map(str, learnt["parameter"]), map(str, learnt["role"]), strict=True))
    n_columns = 4
    n_rows = -(-len(NAMES) // n_columns)
    figure = New(figsize=(10.5, 1.9 * n_rows), layout="constrained")
    for index, name in enumerate(NAMES):
        axes = figure.add_subplot(n_rows, n_columns, index + 1)
        before, after = np.asarray(pool[name]), np.asarray(posterior[name])
        edges = list(np.linspace(0.0, float(np.quantile(np.append(before, after), 0.995)), 31))
        axes.hist(before, edges, density=True, color=PRIOR, label="not ruled out")
        axes.hist(after, edges, density=True, histtype="step", color=POSTERIOR, lw=1.4,
                  label="posterior")  # fmt: skip
        note = "marginalised" if roles[name] == "marginalised" else f"{shrunk[name]:.2f}"
        silent = roles[name] == "calibrated" and shrunk[name] < LEARNT_FROM
        axes.set_title(f"{spoken(name)}: {note}{', silent' if silent else ''}", fontsize=7.5)
        axes.set_yticks([])
        axes.grid(visible=False)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return figure


def pairs(posterior: Columns, learnt: Columns) -> Figure:
    """Draw pairs of the parameters that were learnt best."""
    from matplotlib.figure import Figure as New

    order = np.argsort(-np.asarray(learnt["contraction"], dtype=np.float64))
    names = [str(learnt["parameter"][i]) for i in order[:PAIRS_AT_MOST]]
    n = len(names)
    figure = New(figsize=(10.0, 9.4), layout="constrained")
    grid = figure.subplots(n, n, squeeze=False)
    for i, row in enumerate(names):
        for j, column in enumerate(names):
            axes = grid[i, j]
            x, y = np.asarray(posterior[column]), np.asarray(posterior[row])
            if j > i:
                axes.set_visible(False)
            elif i == j:
                axes.hist(x, 24, color=POSTERIOR)
                axes.set_yticks([])
            else:
                axes.scatter(x, y, s=3, color=POSTERIOR, alpha=0.35, lw=0, rasterized=True)
                axes.text(0.97, 0.95, f"{np.corrcoef(x, y)[0, 1]:+.2f}", fontsize=7, color=INK,
                          transform=axes.transAxes, ha="right", va="top")  # fmt: skip
            axes.tick_params(labelsize=6)
            if i == n - 1:
                axes.set_xlabel(row_label(column), fontsize=7)
            else:
                axes.tick_params(labelbottom=False)
            if j == 0 and i > 0:
                axes.set_ylabel(row_label(row), fontsize=7)
            elif j > 0:
                axes.tick_params(labelleft=False)
    return figure


def row_label(name: str) -> str:
    """Return a name broken into two lines for an axis."""
    words = spoken(name).split(" ")
    half = -(-len(words) // 2)
    return " ".join(words[:half]) + "\n" + " ".join(words[half:])


def ranks(sbc: Columns) -> Figure:
    """Draw rank histograms of simulation-based calibration, with the band of chance."""
    from matplotlib.figure import Figure as New
    from scipy.stats import binom

    n_columns = 5
    n_rows = -(-len(NAMES) // n_columns)
    figure = New(figsize=(10.5, 1.7 * n_rows), layout="constrained")
    names = np.asarray(sbc["parameter"]).astype(str)
    for index, name in enumerate(NAMES):
        axes = figure.add_subplot(n_rows, n_columns, index + 1)
        rank = np.asarray(sbc["rank"], dtype=np.float64)[names == name]
        low, high = binom.interval(0.99, len(rank), 1.0 / N_RANK_BINS)
        axes.axhspan(low, high, color=FAINT, lw=0)
        axes.hist(rank, list(np.linspace(0, 1, N_RANK_BINS + 1)), color=POSTERIOR, rwidth=0.9)
        axes.set_title(spoken(name), fontsize=7)
        axes.set_xticks([0, 0.5, 1])
        axes.grid(visible=False)
    return figure


def influence(table: Columns) -> Figure:
    """Draw what each observation told about each parameter: widening without it."""
    rows = list(dict.fromkeys(map(str, table["observation"])))
    values = np.asarray(table["widening"], dtype=np.float64).reshape(len(rows), len(NAMES)) - 1.0
    return heatmap(values, rows, [spoken(name) for name in NAMES],
                   "spread of the posterior without the figure, change")  # fmt: skip


def heatmap(values: NDArray[np.float64], rows: list[str], columns: list[str], label: str) -> Figure:
    """Draw a signed table as colours with numbers."""
    from matplotlib.figure import Figure as New

    figure = New(figsize=(10.5, 2.4 + 0.24 * len(rows)), layout="constrained")
    axes = figure.subplots()
    top = max(float(np.nanmax(np.abs(values))), 1e-9)
    image = axes.imshow(values, aspect="auto", cmap="RdBu_r", vmin=-top, vmax=top)
    axes.set_yticks(range(len(rows)), rows, fontsize=7)
    axes.set_xticks(range(len(columns)), columns, fontsize=7, rotation=40, ha="right",
                    rotation_mode="anchor")  # fmt: skip
    axes.grid(visible=False)
    for i, j in np.ndindex(values.shape):
        if abs(values[i, j]) >= 0.1 * top:
            colour = "white" if abs(values[i, j]) > 0.6 * top else INK
            axes.text(j, i, f"{values[i, j]:+.2f}", ha="center", va="center", fontsize=6,
                      color=colour)  # fmt: skip
    figure.colorbar(image, ax=axes, shrink=0.6, label=label)
    return figure


def predictive(scores: Columns, split: str) -> Figure:
    """Draw posterior predictive intervals of every share beside what is documented."""
    from matplotlib.figure import Figure as New

    keep = (np.asarray(scores["split"]).astype(str) == split) & (
        np.asarray(scores["unit"]).astype(str) == "share"
    )
    models = np.asarray(scores["model"]).astype(str)
    table = {name: np.asarray(column)[keep & (models == "model")] for name, column in
             scores.items()}  # fmt: skip
    labels = [
        f"{observation}: {str(label)[:34]}"
        for observation, label in zip(table["observation"], table["label"], strict=True)
    ]
    figure = New(figsize=(9.5, 1.2 + 0.19 * len(labels)), layout="constrained")
    axes = figure.subplots()
    y = np.arange(len(labels))[::-1]
    axes.hlines(y, table["low_90"], table["high_90"], color=PRIOR, lw=2.2, label="90 %")
    axes.hlines(y, table["low_50"], table["high_50"], color=POSTERIOR, lw=3.4, label="50 %")
    rival = {n: np.asarray(c)[keep & (models == "N3")] for n, c in scores.items()}
    if len(rival["predicted"]) == len(y):
        axes.plot(rival["predicted"], y, "|", color=MODELS["N3"], ms=6, label="N3, median")
    axes.plot(table["documented"], y, "o", ms=3.6, mfc="white", mec=INK, label="documented")
    axes.set_yticks(y, labels, fontsize=6.5)
    axes.set_ylim(-0.8, len(labels) - 0.2)
    axes.set_xlim(-0.01, 1.01)
    axes.set_xlabel("share")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=4)
    return figure


def skills(summary: Columns, titles: dict[str, str], measure: str) -> Figure:
    """Draw a measure of all models on all splits, with bootstrap intervals."""
    from matplotlib.figure import Figure as New

    keep = np.asarray(summary["measure"]).astype(str) == measure
    table = {name: np.asarray(column)[keep] for name, column in summary.items()}
    splits = [name for name in titles if name in set(map(str, table["split"]))]
    figure = New(figsize=(9.5, 1.2 + 0.55 * len(splits)), layout="constrained")
    axes = figure.subplots()
    for k, (model, colour) in enumerate(MODELS.items()):
        for row, split in enumerate(splits):
            here = (table["split"].astype(str) == split) & (table["model"].astype(str) == model)
            if here.any():
                y = len(splits) - 1 - row + 0.3 - 0.15 * k
                axes.plot([table["low"][here][0], table["high"][here][0]], [y, y], color=colour,
                          lw=1.3)  # fmt: skip
                axes.plot(table["estimate"][here][0], y, "o", ms=4, color=colour,
                          label=model if row == 0 else None)  # fmt: skip
    axes.set_yticks(range(len(splits)), [titles[s] for s in reversed(splits)], fontsize=7)
    axes.set_ylim(-0.6, len(splits) - 0.4)
    axes.set_xlabel(measure.replace("_", " "))
    axes.spines["left"].set_color(SOFT)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=5)
    return figure
