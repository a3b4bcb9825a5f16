"""Observed against predicted: every documented share, and the line on which they should lie."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.plots.occasions import short_span
from experiments.plots.saving import Drawing
from experiments.plots.style import CASINGS, FAINT, INK, SOFT, colours, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.plots.tables import RunTables
    from experiments.settings import RunSettings
    from sim.settings import ModelSettings

N_NAMED = 12
"""So many of the largest misses are numbered and named."""

LEAST_NAMED = 0.10
"""Smaller misses are not named."""

SHAPES = {"train": "o", "holdout": "D", "negative_control": "s", "context": "^"}
ROLES = {
    "train": "for fitting",
    "holdout": "held out",
    "negative_control": "negative control",
    "context": "context",
}
COLUMNS = (
    "observation", "role", "date", "label", "documented", "predicted", "low_50", "high_50",
    "low_90", "high_90", "within_50", "within_90",
)  # fmt: skip


def draw(tables: RunTables, settings: RunSettings) -> Drawing:
    """Draw documented shares against predicted ones.

    Parameters
    ----------
    tables : RunTables
        Of the run.
    settings : RunSettings
        Of the run.

    Returns
    -------
    Drawing
        Figure, its data, and a caption.
    """
    figures = shares_that_count(tables["scores"])
    with house_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11.6, 7.6))
        axes = figure.add_axes((0.055, 0.075, 0.56, 0.855))
        _frame(axes, len(figures["label"]))
        _points(axes, figures, settings.model)
        worst = _worst(figures)
        _tags(axes, figures, worst)
        _side(figure, figures, worst, settings)
    data = {name: figures[name] for name in COLUMNS}
    return Drawing(figure, data, _caption(figures, tables, settings))


def shares_that_count(scores: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the rows of ``scores`` that enter RMSE and coverage."""
    here = (scores["named"] == 1) & (scores["unit"] == "share") & (scores["operator"] != "turnout")
    return {name: column[here] for name, column in scores.items()}


def sums(
    figures: dict[str, NDArray[Any]], role: str | None = None
) -> tuple[int, float, float, float]:
    """Return number of shares, RMSE in points, and coverage of the 50 and 90 % intervals."""
    here = (
        np.ones(len(figures["role"]), dtype=np.bool_) if role is None else figures["role"] == role
    )
    if not here.any():
        return 0, np.nan, np.nan, np.nan
    off = figures["predicted"][here] - figures["documented"][here]
    inside = [float(figures[f"within_{level}"][here].mean()) for level in (50, 90)]
    return int(here.sum()), 100 * float(np.sqrt((off**2).mean())), inside[0], inside[1]


def _frame(axes: Axes, count: int) -> None:
    ticks = np.arange(0, 101, 20)
    axes.set(xlim=(-2, 102), ylim=(-2, 102), xticks=ticks, yticks=ticks)
    axes.set_xlabel("Documented, share points", fontsize=10)
    axes.set_ylabel("Predicted, share points: median and 90 % interval", fontsize=10)
    axes.tick_params(labelsize=9)
    axes.set_title(f"Observed against predicted: {count} documented shares", fontsize=13)
    axes.plot([0, 100], [0, 100], color=SOFT, linewidth=1.0, zorder=1)
    axes.fill_between([0, 100], [-10, 90], [10, 110], color=FAINT, alpha=0.6, linewidth=0, zorder=0)


def _points(axes: Axes, figures: dict[str, NDArray[Any]], model: ModelSettings) -> None:
    fills, rims = _paint(figures, model)
    for i, role in enumerate(figures["role"]):
        x, y = 100 * figures["documented"][i], 100 * figures["predicted"][i]
        low, high = 100 * figures["low_90"][i], 100 * figures["high_90"][i]
        axes.plot([x, x], [low, high], color=rims[i], linewidth=0.9, alpha=0.55, zorder=2)
        axes.plot(
            x, y, SHAPES.get(str(role), "o"), color=fills[i], markeredgecolor=rims[i],
            markeredgewidth=0.8, markersize=6.0, zorder=3,
        )  # fmt: skip


def _paint(figures: dict[str, NDArray[Any]], model: ModelSettings) -> tuple[list[str], list[str]]:
    """Fill and rim of each point: its first party's, ink for sides of a resolution."""
    paint = colours(model)
    first = [str(parties).partition(" ")[0] for parties in figures["parties"]]
    fills = [paint.get(party, INK) for party in first]
    rims = [CASINGS.get(party, paint.get(party, INK)) for party in first]
    return fills, rims


def _worst(figures: dict[str, NDArray[Any]]) -> list[int]:
    """Return rows of the largest misses, worst first."""
    off = np.abs(figures["predicted"] - figures["documented"])
    found: list[int] = []
    for row in np.argsort(-off, kind="stable"):
        if len(found) == N_NAMED or off[row] < LEAST_NAMED:
            break
        found.append(int(row))
    return found


def _tags(axes: Axes, figures: dict[str, NDArray[Any]], worst: list[int]) -> None:
    """Write a number beside each of the worst misses, clear of points and other numbers."""
    x, y = 100 * figures["documented"], 100 * figures["predicted"]
    taken = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    steps = [
        (radius * np.cos(turn), radius * np.sin(turn))
        for radius in (2.6, 3.6, 4.8, 6.2)
        for turn in np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ]
    for number, row in enumerate(worst, start=1):
        places = [(float(x[row] + dx), float(y[row] + dy)) for dx, dy in steps]
        free = [
            place
            for place in places
            if 0 < place[0] < 100 and 0 < place[1] < 100
            and all(abs(place[0] - a) > 2.4 or abs(place[1] - b) > 2.2 for a, b in taken)
        ]  # fmt: skip
        at = free[0] if free else places[0]
        taken.append(at)
        axes.annotate(
            str(number), xy=(x[row], y[row]), xytext=at, fontsize=8.5, fontweight="bold",
            ha="center", va="center", color=INK, zorder=5,
            arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.6, "shrinkA": 5,
                        "shrinkB": 3},
        )  # fmt: skip


def _side(
    figure: Figure, figures: dict[str, NDArray[Any]], worst: list[int], settings: RunSettings
) -> None:
    from matplotlib.lines import Line2D

    left = 0.64
    lines = [f"{'':<17}{'shares':>7}{'RMSE':>7}{'in 50 %':>9}{'in 90 %':>9}"]
    roles = list(dict.fromkeys(map(str, figures["role"])))
    for role in [*roles, None]:
        n, rmse, half, most = sums(figures, role)
        name = "all" if role is None else ROLES.get(role, role)
        lines.append(f"{name:<17}{n:>7}{rmse:>7.1f}{half:>9.0%}{most:>9.0%}")
    figure.text(
        left, 0.955, "\n".join(lines), fontsize=8.5, family="DejaVu Sans Mono", va="top",
        linespacing=1.4,
    )  # fmt: skip
    fills = colours(settings.model)
    used = {str(parties).partition(" ")[0] for parties in figures["parties"]}
    handles = [
        Line2D(
            [], [], marker="o", linestyle="none", color=fill, markersize=6,
            markeredgecolor=CASINGS.get(party, fill), label=settings.model.party[party].title,
        )
        for party, fill in fills.items()
        if party in used
    ]  # fmt: skip
    handles.append(
        Line2D(
            [], [], marker="o", linestyle="none", color=INK, markersize=6, label="side of a vote"
        )
    )
    handles += [
        Line2D(
            [], [], marker=SHAPES.get(role, "o"), linestyle="none", markersize=6,
            markerfacecolor="white", markeredgecolor=INK, label=ROLES.get(role, role),
        )
        for role in roles
    ]  # fmt: skip
    top = 0.955 - 0.027 * len(lines)
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(left - 0.012, top), ncols=2,
        fontsize=8.5, columnspacing=1.2, handletextpad=0.3,
    )  # fmt: skip
    top -= 0.031 * -(-len(handles) // 2) + 0.04
    text = ["Largest misses (grey band: within 10 points)"]
    for number, row in enumerate(worst, start=1):
        said = (
            f"{figures['label'][row]}, {_where(figures, row, settings.model)}: "
            f"{100 * figures['documented'][row]:.0f} printed, "
            f"{100 * figures['predicted'][row]:.0f} predicted"
        )
        text += textwrap.wrap(said, 66, initial_indent=f"{number:>2}  ", subsequent_indent="      ")
    figure.text(left, top, text[0], fontsize=9, fontweight="bold", va="top")
    figure.text(left, top - 0.028, "\n".join(text[1:]), fontsize=7.8, va="top", linespacing=1.3)


def _where(figures: dict[str, NDArray[Any]], row: int, model: ModelSettings) -> str:
    """Name the body and the date of a figure."""
    target = str(figures["target"][row]).partition(" ")[0]
    operator = str(figures["operator"][row])
    body, _, chamber = target.partition("/")
    known: Any = {
        "resolution": model.meeting, "ballot": model.ballot, "presidium": model.presidium,
    }.get(operator, model.institution)  # fmt: skip
    title = known[body].title if body in known else str(figures["place"][row])
    section = f", {chamber}' section" if chamber not in ("", "all") else ""
    return f"{title}{section}, {short_span(str(figures['date'][row]))}"


def _caption(figures: dict[str, NDArray[Any]], tables: RunTables, settings: RunSettings) -> str:
    n, rmse, half, most = sums(figures)
    return (
        f"{n} documented shares against the median of {tables.ensemble} (seed "
        f"{settings.seed}), in share points, with 90 % predictive intervals that include the "
        f"error of observation. RMSE {rmse:.1f} points; {half:.0%} lie in the 50 % interval and "
        f"{most:.0%} in the 90 % interval. Shares that a source does not name are left out."
    )
