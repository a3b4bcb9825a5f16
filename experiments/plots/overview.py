"""The overview: how the parties rose and fell everywhere, beside every documented share."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.plots.occasions import Mark, Occasion, occasions
from experiments.plots.panels import Panel, panels
from experiments.plots.saving import Drawing
from experiments.plots.style import (
    EVENT,
    FAINT,
    INK,
    SOFT,
    casing,
    colours,
    date_axis,
    house_style,
)
from sim.calendar_os import N_DAYS, day_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.plots.tables import RunTables
    from experiments.settings import RunSettings
    from sim.settings import ModelSettings

OPERATORS = ("resolution", "seats", "conference", "executive", "presidium", "ballot")
COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 4.5, 1.9
HEAD, FOOT = 2.3, 0.85
PAIR_DAYS = 7.0
"""Room of one printed and one predicted marker, in days of the axis."""
LETTER_DAYS = 3.6
"""Room of a letter of a date."""
GAP_DAYS = 3.0
"""Room between two occasions."""
EVENT_ROOM_DAYS = 26.0
N_PUSHES = 200
FEW_SLOTS = 4
Row = tuple[Any, ...]


def draw(tables: RunTables, settings: RunSettings) -> Drawing:
    """Draw the overview of a run.

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
    with house_style():
        from matplotlib.figure import Figure

        held = occasions(tables, OPERATORS)
        laid_out = panels(settings.model, held)
        n_rows = -(-len(laid_out) // COLUMNS)
        height = PANEL_HEIGHT * n_rows + HEAD + FOOT
        figure = Figure(figsize=(PANEL_WIDTH * COLUMNS, height))
        figure.subplots_adjust(
            left=0.03, right=0.992, top=1 - HEAD / height, bottom=FOOT / height,
            hspace=0.5, wspace=0.12,
        )  # fmt: skip
        grid = figure.subplots(n_rows, COLUMNS, squeeze=False)
        data: list[Row] = []
        for i, axes in enumerate(grid.flat):
            if i >= len(laid_out):
                axes.set_axis_off()
                continue
            last = i + COLUMNS >= len(laid_out)
            data += _panel(axes, laid_out[i], tables, settings.model, new_style=last)
            if i < COLUMNS and laid_out[i].table:
                _name_events(axes, settings.model)
        _legend(figure, settings, tables, height)
    names = ("panel", "series", "day", "party_or_option", "median", "low_90", "high_90", "printed")
    columns = {
        name: np.array(column, dtype=object)
        for name, column in zip(names, zip(*data, strict=True), strict=True)
    }
    return Drawing(figure, columns, _caption(settings, tables, held, laid_out))


def _panel(
    axes: Axes, panel: Panel, tables: RunTables, model: ModelSettings, *, new_style: bool
) -> list[Row]:
    axes.set_title(panel.title)
    axes.set_ylim(0, 1.1 if panel.occasions else 1.0)
    ticks = np.arange(0, 1.01, 0.25)
    axes.set_yticks(ticks, [f"{100 * tick:.0f}" for tick in ticks])
    if not panel.table:
        return _slots(axes, panel, model)
    for first, last, _ in events(model):
        axes.axvspan(first - 0.5, last + 0.5, color=EVENT, linewidth=0, zorder=0)
    data = _lines(axes, panel, tables, colours(model))
    for occasion, left in zip(panel.occasions, block_starts(panel.occasions), strict=True):
        centres = left + PAIR_DAYS * (np.arange(len(occasion.marks)) + 0.5)
        data += _marks(axes, panel, occasion, centres, PAIR_DAYS, model)
        middle, half = left + _width(occasion) / 2, PAIR_DAYS * len(occasion.marks) / 2
        axes.plot([left, left + 2 * half], [1.005, 1.005], color=SOFT, linewidth=0.8)
        axes.text(middle, 1.015, occasion.date, fontsize=6.8, ha="center", va="bottom")
        axes.plot(occasion.day, 0, "|", color=INK, markersize=7, clip_on=False, zorder=7)
    date_axis(axes, new_style=new_style)
    return data


def _lines(axes: Axes, panel: Panel, tables: RunTables, paint: dict[str, str]) -> list[Row]:
    data: list[Row] = []
    for party, fill in paint.items():
        low, middle, high = _band(_series(tables, panel, party))
        days = np.arange(len(middle))
        axes.fill_between(days, low, high, color=fill, alpha=0.35, linewidth=0)
        axes.plot(
            days, middle, color=fill, linewidth=1.5, solid_capstyle="round",
            path_effects=casing(party, 1.5) or None,
        )  # fmt: skip
        data += [
            (panel.title, "model", int(day), party, middle[day], low[day], high[day], np.nan)
            for day in days
        ]
    return data


def _slots(axes: Axes, panel: Panel, model: ModelSettings) -> list[Row]:
    """Draw occasions side by side in the order of their dates, each named beneath."""
    n = len(panel.occasions)
    most = max(len(occasion.marks) for occasion in panel.occasions)
    room = min(0.8 / most, 0.2, 0.08 * n)
    data: list[Row] = []
    names = []
    for slot, occasion in enumerate(panel.occasions):
        count = len(occasion.marks)
        centres = slot + room * (np.arange(count) - (count - 1) / 2)
        data += _marks(axes, panel, occasion, centres, room, model)
        title = "\n".join(textwrap.wrap(_title(occasion, model), max(72 // n, 12)))
        apart = " " if n < FEW_SLOTS else "\n"
        names.append(f"{occasion.date}{apart}({occasion.date_new_style})\n{title}".strip())
        if slot:
            axes.axvline(slot - 0.5, color=FAINT, linewidth=0.8)
    axes.grid(axis="x", visible=False)
    axes.set_xticks(range(n), names, fontsize=6.8)
    axes.set_xlim(-0.5, n - 0.5)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, 1.0)
    return data


def _title(occasion: Occasion, model: ModelSettings) -> str:
    """Name an occasion where its panel does not."""
    target = occasion.targets[0]
    if occasion.operator == "ballot":
        return model.ballot[target].title
    if occasion.operator == "conference" and target in model.institution:
        return model.institution[target].title
    return ""


def _marks(
    axes: Axes,
    panel: Panel,
    occasion: Occasion,
    centres: NDArray[np.floating[Any]],
    room: float,
    model: ModelSettings,
) -> list[Row]:
    data: list[Row] = []
    for centre, mark in zip(centres, occasion.marks, strict=True):
        draw_mark(axes, float(centre), room, mark, colours(model))
        data += [
            (panel.title, " ".join(occasion.observations), occasion.day, mark.label,
             mark.predicted, mark.low, mark.high, printed)
            for printed in mark.documented
        ]  # fmt: skip
    return data


def _series(tables: RunTables, panel: Panel, party: str) -> NDArray[np.float64]:
    """Return daily shares of a panel's place or body, shape (n_replicates, n_days)."""
    if panel.table == "shares":
        return tables.daily("shares", "constituency", panel.of, f"private_{party}")
    seats = tables["seats"]
    key = "chamber" if "/" in panel.of else "institution"
    here = seats[key] == panel.of
    n_chambers = len(np.unique(seats["chamber"][here]))
    parties = [name for name in seats if name not in _KEYS]
    count = {
        name: seats[name][here].reshape(tables.n_replicates, -1, n_chambers).sum(axis=2)
        for name in parties
    }
    total = sum(count.values()).astype(np.float64)
    total[total == 0] = np.nan
    shares: NDArray[np.float64] = count[party] / total
    return shares


_KEYS = ("replicate", "day", "date", "institution", "chamber")


def _band(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 5 %, 50 % and 95 % over replicates, shape (3, n_days); nan while nobody sits."""
    found = np.full((3, values.shape[1]), np.nan)
    seated = ~np.isnan(values).any(axis=0)
    found[:, seated] = np.quantile(values[:, seated], (0.05, 0.5, 0.95), axis=0)
    return found


def _width(occasion: Occasion) -> float:
    """Return the room of an occasion on a date axis, its name included."""
    return max(PAIR_DAYS * len(occasion.marks), LETTER_DAYS * len(occasion.date))


def block_starts(held: Sequence[Occasion]) -> list[float]:
    """Return where the markers of each occasion begin, none over another.

    Blocks are centred on their dates and pushed apart no more than they must.
    """
    widths = [_width(occasion) for occasion in held]
    starts = [o.day - width / 2 for o, width in zip(held, widths, strict=True)]
    for _ in range(N_PUSHES):
        for i in range(len(starts) - 1):
            overlap = max(starts[i] + widths[i] + GAP_DAYS - starts[i + 1], 0.0)
            starts[i] -= overlap / 2
            starts[i + 1] += overlap / 2
        starts = [
            min(max(start, 1.0), N_DAYS - 2.0 - width)
            for start, width in zip(starts, widths, strict=True)
        ]
    return [
        start + (width - PAIR_DAYS * len(occasion.marks)) / 2
        for start, width, occasion in zip(starts, widths, held, strict=True)
    ]


def draw_mark(axes: Axes, at: float, room: float, mark: Mark, paint: dict[str, str]) -> None:
    """Draw a printed value, filled, and beside it the predicted one, open, with its interval."""
    fill, rim = mark.fill(paint), mark.rim(paint)
    printed, predicted = at - 0.2 * room, at + 0.2 * room
    axes.plot(
        [predicted, predicted], [mark.low, mark.high], color=rim, linewidth=1.3,
        solid_capstyle="butt", zorder=4,
    )  # fmt: skip
    axes.plot(
        predicted, mark.predicted, mark.shape, color=rim, markerfacecolor="white",
        markersize=4.6, markeredgewidth=1.2, zorder=5,
    )  # fmt: skip
    for value in mark.documented:
        axes.plot(
            printed, value, mark.shape, color=fill, markersize=5.2, markeredgecolor=rim,
            markeredgewidth=0.7, zorder=6,
        )  # fmt: skip


def events(model: ModelSettings) -> list[tuple[int, int, str]]:
    """Return first day, last day and title of the events that shook everybody."""
    return sorted(
        (day_of(event.window[0]), day_of(event.window[1]), event.title)
        for event in model.event.values()
        if event.salience and event.enabled
    )


def _name_events(axes: Axes, model: ModelSettings) -> None:
    """Write the events above a panel, slanted, moved apart where they would touch."""
    at = -EVENT_ROOM_DAYS
    for first, last, title in events(model):
        middle = (first + last) / 2
        at = max(middle - 4.0, at + EVENT_ROOM_DAYS)
        axes.annotate(
            "\n".join(textwrap.wrap(title, 20)),
            xy=(middle, 1.0), xycoords=("data", "axes fraction"),
            xytext=(at, 1.22), textcoords=("data", "axes fraction"),
            fontsize=6.8, color=SOFT, rotation=38, ha="left", va="bottom",
            rotation_mode="anchor", annotation_clip=False, linespacing=0.95,
            arrowprops={"arrowstyle": "-", "color": "#BDB7A8", "linewidth": 0.7, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip


def _legend(figure: Figure, settings: RunSettings, tables: RunTables, height: float) -> None:
    from matplotlib.lines import Line2D

    model = settings.model
    lines = [
        Line2D(
            [], [], color=fill, linewidth=3, path_effects=casing(party, 3) or None,
            label=model.party[party].title,
        )
        for party, fill in colours(model).items()
    ]  # fmt: skip
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("printed by a source", {"marker": "o"}),
        (
            "what the model says the source would have shown, with 90 % interval",
            {"marker": "o", "markerfacecolor": "white", "markeredgewidth": 1.2},
        ),
        ("vote towards soviet power", {"marker": "^"}),
        ("against it", {"marker": "v"}),
        ("abstaining", {"marker": "s", "color": SOFT}),
    )
    ink: dict[str, Any] = {"color": INK, "linestyle": "none", "markersize": 6}
    marks = [Line2D([], [], label=label, **(ink | kind)) for label, kind in kinds]
    scenario = "; ".join(note.title for note in settings.scenario_notes.values())
    texts = (
        (0.14, 16.0, "bold", "Party allegiance in Russia, 1 March to 17 November 1917"),
        (
            0.50,
            9.5,
            "normal",
            "Per cent of people by allegiance held, or of delegates. Lines: median of "
            f"{tables.ensemble}; bands: 90 % of them. Dates are Old Style, New "
            f"Style in brackets or beneath. Shaded: events. Scenario: {scenario or 'own'}.",
        ),
    )
    for at, size, weight, text in texts:
        figure.text(0.03, 1 - at / height, text, fontsize=size, fontweight=weight, va="top")
    for handles, at in ((lines, 0.76), (marks, 1.0)):
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.026, 1 - at / height),
            ncols=len(handles), borderpad=0, handletextpad=0.5, columnspacing=1.8, fontsize=9.5,
        )  # fmt: skip


def _caption(
    settings: RunSettings, tables: RunTables, held: Sequence[Occasion], laid_out: Sequence[Panel]
) -> str:
    printed = sum(len(mark.documented) for occasion in held for mark in occasion.marks)
    inside = sum(
        mark.low <= value <= mark.high
        for occasion in held
        for mark in occasion.marks
        for value in mark.documented
    )
    places = sum(panel.table == "shares" for panel in laid_out)
    return (
        f"Allegiance in {places} constituencies and seats in "
        f"{sum(panel.table == 'seats' for panel in laid_out)} bodies, 1 March to 17 November 1917 "
        f"(Old Style): medians and 90 % bands of {tables.ensemble}, seed "
        f"{settings.seed}. Filled: {printed} documented shares of {len(held)} occasions. Open: "
        f"what the model says each would have been, median and 90 % predictive interval; "
        f"{inside} of the {printed} lie inside. 'SR' sums both wings and has the colour of the "
        "right one. Blocks of markers are moved aside where they would overlap; the tick on the "
        "axis is at the date."
    )
