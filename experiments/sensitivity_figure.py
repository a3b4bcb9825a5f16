"""The figure of a sensitivity analysis: which factor moves which outcome."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration.sensitivity import NOISE
from experiments.plots.style import INK, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Columns = Mapping[str, NDArray[Any]]
ROWS_SHOWN = 24
TITLES = {
    "first_order": ("S1", "First-order share of variance over the prior (bank)"),
    "morris": (
        "mu_star",
        "Mean absolute effect of ±30 % (Morris), relative to the largest on each outcome",
    ),
    "sobol": ("ST", "Total share of variance over the prior (Sobol)"),
}


def draw(tables: Mapping[str, Columns], folder: Path) -> None:
    """Draw one panel for each table, as SVG and PNG.

    Parameters
    ----------
    tables : mapping of str to columns
        ``first_order``, ``morris``, ``sobol``, whichever there are.
    folder : Path
        Where the figures go.
    """
    for name, columns in tables.items():
        with house_style(f"sensitivity-{name}"):
            figure = panel(name, columns, TITLES[name][0])
            for suffix in ("svg", "png"):
                figure.savefig(folder / f"sensitivity_{name}.{suffix}", dpi=130)


def panel(name: str, columns: Columns, measure: str) -> Figure:
    """Draw the largest factors of one table against the outcomes."""
    from matplotlib.figure import Figure as New

    factors, outcomes, values = grid(columns, measure)
    if name == "morris":
        values = values / np.maximum(np.nanmax(values, axis=0, keepdims=True), 1e-12)
    factors, values = _largest(factors, values)
    figure = New(figsize=(10.5, 2.6 + 0.27 * len(factors)), layout="constrained")
    axes = figure.subplots()
    top = max(float(np.nanmax(values)), 1e-9)
    image = axes.imshow(values, aspect="auto", cmap="Blues", vmin=0.0, vmax=top)
    axes.set_yticks(range(len(factors)), factors)
    axes.set_xticks(
        range(len(outcomes)), [spoken(o) for o in outcomes], rotation=40, ha="right",
        rotation_mode="anchor",
    )  # fmt: skip
    axes.grid(visible=False)
    for i, j in np.ndindex(values.shape):
        if np.isfinite(values[i, j]) and values[i, j] >= 0.05 * top:
            colour = "white" if values[i, j] > 0.6 * top else INK
            axes.text(j, i, f"{values[i, j]:.2f}", ha="center", va="center", fontsize=6.5,
                      color=colour)  # fmt: skip
    axes.set_title(TITLES[name][1])
    figure.colorbar(image, ax=axes, shrink=0.6, label=_label(name))
    return figure


def _label(name: str) -> str:
    return "largest effect on the outcome = 1" if name == "morris" else "share of variance"


def grid(columns: Columns, measure: str) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """Return factors, outcomes and a measure of shape (n_factors, n_outcomes)."""
    factors = list(dict.fromkeys(map(str, columns["factor"])))
    outcomes = list(dict.fromkeys(map(str, columns["outcome"])))
    values = np.asarray(columns[measure], dtype=np.float64).reshape(len(factors), len(outcomes))
    return factors, outcomes, np.clip(values, 0.0, None)


def _largest(
    factors: list[str], values: NDArray[np.float64]
) -> tuple[list[str], NDArray[np.float64]]:
    """Keep the factors with the largest effect on any outcome, and luck alone, last."""
    size = np.nanmax(np.nan_to_num(values), axis=1)
    luck = factors.index(NOISE)
    order = [i for i in np.argsort(-size, kind="stable") if i != luck][:ROWS_SHOWN]
    kept = [*order, luck]
    return [factors[i] for i in kept], values[kept]


def spoken(outcome: str) -> str:
    """Say an outcome in words for an axis."""
    kind, _, rest = outcome.partition(".")
    if kind == "majority_day":
        return "majority: " + rest.replace("_", " ").replace("/", ", ")
    if kind == "share":
        place, party, date = rest.split(".")
        return f"{party} {date[5:]}: {place.replace('_', ' ')}"
    return outcome
