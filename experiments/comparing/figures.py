"""Figures of a comparison, drawn from its stored tables."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import N_DAYS, day_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Table = Mapping[str, NDArray[Any]]
MONTHS = ("1917-03-01", "1917-05-01", "1917-07-01", "1917-09-01", "1917-11-01")
MONTH_NAMES = ("Mar", "May", "Jul", "Sep", "Nov")
INK, FAINT = "#222222", "#BBBBBB"
POSTERIOR_INK, PRIOR_INK, LUCK_INK = "#1F5A7A", "#C77B30", "#8F8F8F"
WIDTH = 9.5
RC: dict[str, Any] = {
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Names:
    """Names and colours for readers.

    Attributes
    ----------
    series : mapping of str to str
        Titles of constituencies and bodies.
    party : mapping of str to str
        Titles of parties, in the order of the model.
    colour : mapping of str to str
        Colours of parties.
    """

    series: Mapping[str, str]
    party: Mapping[str, str]
    colour: Mapping[str, str]

    def of(self, series: str) -> str:
        """Return the title of a series; a chamber is named after its body."""
        body, _, chamber = series.partition("/")
        title = self.series.get(body, body.replace("_", " "))
        return f"{title}, {chamber}" if chamber else title


def rows_where(table: Table, **equals: str) -> dict[str, NDArray[Any]]:
    """Return the rows of a table whose columns have the given values."""
    chosen = np.ones(len(next(iter(table.values()))), dtype=np.bool_)
    for name, value in equals.items():
        chosen &= table[name] == value
    return {name: values[chosen] for name, values in table.items()}


def as_svg(draw: Callable[[], Figure], salt: str) -> str:
    """Draw a figure and return it as an SVG element, the same for the same table."""
    import matplotlib as mpl

    style: Any = {**RC, "svg.hashsalt": salt}
    with mpl.rc_context(style):
        file = io.StringIO()
        draw().savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    return text[text.index("<svg") :]


def draw_bands(
    effects: Table, series: Sequence[str], party: str, names: Names, first: Mapping[str, str]
) -> Figure:
    """Draw the effect on one party in several series, with 50 and 90 % intervals.

    Parameters
    ----------
    effects : mapping
        Table ``effects``.
    series : sequence of str
        One panel each.
    party : str
        Party.
    names : Names
        Titles and colours.
    first : mapping of str to str
        First credible date of each series; empty if there is none.
    """
    shown = [each for each in series if (effects["series"] == each).any()]
    figure, axes = _grid(len(shown), n_columns=4, height=1.55)
    limit = 1.0
    for axis, each in zip(axes, shown, strict=True):
        rows = rows_where(effects, series=each, party=party)
        day = rows["day"]
        for low, high, alpha in (("low90", "high90", 0.22), ("low50", "high50", 0.45)):
            axis.fill_between(
                day, 100 * rows[low], 100 * rows[high], color=names.colour[party], alpha=alpha,
                linewidth=0,
            )  # fmt: skip
        axis.plot(day, 100 * rows["median"], color=INK, linewidth=1.0)
        limit = max(limit, 100 * float(np.abs([rows["low90"], rows["high90"]]).max()))
        if first.get(each):
            axis.axvline(day_of(first[each]), color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axis.set_title(_wrapped(names.of(each)), loc="left")
    for axis in axes:
        _time_axis(axis)
        axis.set_ylim(-1.08 * limit, 1.08 * limit)
    figure.supylabel("points, other world less baseline", fontsize=8.5)
    return figure


def draw_parties(effects: Table, places: Sequence[str], names: Names) -> Figure:
    """Draw the effect on every party in some constituencies, with 50 % intervals."""
    figure, axes = _grid(len(places), n_columns=2, height=2.5)
    for axis, place in zip(axes, places, strict=True):
        ends = []
        for party, title in names.party.items():
            rows = rows_where(effects, series=place, party=party)
            colour = names.colour[party]
            axis.fill_between(
                rows["day"], 100 * rows["low50"], 100 * rows["high50"], color=colour, alpha=0.25,
                linewidth=0,
            )  # fmt: skip
            axis.plot(rows["day"], 100 * rows["median"], color=colour, linewidth=1.4)
            ends.append((100 * float(rows["median"][-1]), title, colour))
        _time_axis(axis)
        axis.set_title(names.of(place), loc="left")
        _label_ends(axis, ends)
    figure.supylabel("points, other world less baseline", fontsize=8.5)
    return figure


def draw_spread(summary: Table, date: str, party: str, names: Names) -> Figure:
    """Draw how much of the variance of each effect comes from parameters and from luck."""
    rows = rows_where(summary, date=date, party=party)
    parameters, seeds = rows["sd_parameters"] ** 2, rows["sd_seeds"] ** 2
    total = np.maximum(parameters + seeds, 1e-12)
    share = 100 * parameters / total
    order = np.argsort(share)
    height = 0.9 + 0.19 * len(order)
    figure = _figure(height)
    axis = figure.subplots()
    position = np.arange(len(order))
    axis.barh(position, share[order], color=POSTERIOR_INK, label="parameters")
    axis.barh(position, 100 - share[order], left=share[order], color=LUCK_INK, label="luck")
    axis.set_yticks(position, [names.of(each) for each in rows["series"][order]])
    axis.set_ylim(-0.6, len(order) - 0.4)
    axis.set_xlim(0, 100)
    axis.set_xlabel("per cent of the variance of the effect")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return figure


def draw_prior(summary: Table, date: str, party: str, names: Names) -> Figure:
    """Draw the effect under the posterior beside that under the prior alone."""
    rows = rows_where(summary, date=date, party=party)
    order = np.argsort(rows["median"])
    figure = _figure(0.9 + 0.24 * len(order))
    axis = figure.subplots()
    position = np.arange(len(order), dtype=np.float64)
    for offset, prefix, colour, label in (
        (0.16, "", POSTERIOR_INK, "posterior"),
        (-0.16, "prior_", PRIOR_INK, "prior alone"),
    ):
        low, high = (100 * rows[f"{prefix}{end}90"][order] for end in ("low", "high"))
        axis.hlines(position + offset, low, high, color=colour, linewidth=1.6)
        axis.plot(
            100 * rows[f"{prefix}median"][order], position + offset, "o", color=colour,
            markersize=3.5, label=label,
        )  # fmt: skip
    titles = [
        names.of(series) + ("  (prior-driven)" if word == "prior-driven" else "")
        for series, word in zip(rows["series"][order], rows["learnt"][order], strict=True)
    ]
    axis.set_yticks(position, titles)
    axis.set_ylim(-0.6, len(order) - 0.4)
    axis.axvline(0.0, color=FAINT, linewidth=0.8)
    axis.set_xlabel("points, other world less baseline; median and 90 % interval")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return figure


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(WIDTH, height))


def _grid(n_panels: int, n_columns: int, height: float) -> tuple[Figure, list[Axes]]:
    n_columns = min(n_columns, n_panels)
    n_rows = math.ceil(n_panels / n_columns)
    figure = _figure(height * n_rows + 0.3)
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    axes = list(grid.ravel())
    for spare in axes[n_panels:]:
        spare.remove()
    return figure, axes[:n_panels]


def _time_axis(axis: Axes) -> None:
    axis.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axis.set_xlim(0, N_DAYS - 1)
    axis.set_xticks([day_of(date) for date in MONTHS], MONTH_NAMES)


def _label_ends(axis: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Name the lines at their ends, moved apart where they would overlap."""
    low, high = axis.get_ylim()
    values = sorted(ends)
    gap = (high - low) * 0.09
    at = spread_apart([value for value, _, _ in values], gap, low, high)
    for (value, title, colour), height in zip(values, at, strict=True):
        axis.annotate(
            title, xy=(N_DAYS - 1, value), xytext=(N_DAYS + 6, height), fontsize=7.5,
            va="center", color=_readable(colour), annotation_clip=False,
        )  # fmt: skip


def spread_apart(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return heights for labels, near ascending values, a gap apart and inside the limits.

    Examples
    --------
    >>> spread_apart([0.0, 0.1, 5.0], 1.0, -1.0, 6.0)
    [0.0, 1.0, 5.0]
    >>> spread_apart([5.9, 6.0], 1.0, 0.0, 6.0)
    [5.0, 6.0]
    """
    at = list(values)
    for i in range(len(at)):
        at[i] = max(at[i], low if i == 0 else at[i - 1] + gap)
    ceiling = high
    for i in reversed(range(len(at))):
        at[i] = min(at[i], ceiling)
        ceiling = at[i] - gap
    return at


def _readable(colour: str) -> str:
    """Darken a colour that is too light for text on white."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    factor = min(1.0, 0.5 / max(light, 1e-9))
    return "#" + "".join(f"{round(255 * c * factor):02X}" for c in (red, green, blue))


def _wrapped(title: str, width: int = 27) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(title, width))
