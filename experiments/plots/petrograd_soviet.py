"""The meetings of the Petrograd Soviet on 31 August, 9 and 11 September: who sat, came, voted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.plots.occasions import Occasion, occasions
from experiments.plots.overview import draw_mark
from experiments.plots.saving import Drawing
from experiments.plots.style import CASINGS, INK, SOFT, colours, house_style, short_date
from sim.calendar_os import day_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.plots.tables import RunTables
    from experiments.settings import RunSettings
    from sim.settings import ModelSettings

MEETINGS = ("petrograd_soviet_0831", "petrograd_soviet_0909", "petrograd_soviet_0911")
SIDES = ("towards soviet power", "against it", "abstaining")
LEAST_WRITTEN = 42
"""Fewer delegates have no room for their number."""
Row = tuple[str, str, str, float, float, float, float]


def draw(tables: RunTables, settings: RunSettings) -> Drawing:
    """Draw the three meetings of a run.

    Parameters
    ----------
    tables : RunTables
        Of the run.
    settings : RunSettings
        Of the run.

    Returns
    -------
    Drawing
        Figure, its data, and a caption. Meetings that the scenario does not hold are left out.
    """
    model = settings.model
    held = [name for name in MEETINGS if name in set(tables["meetings"]["meeting"])]
    printed = {each.targets[0]: each for each in occasions(tables, ("resolution",))}
    data: list[Row] = []
    with house_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11.0, 6.2))
        figure.suptitle(
            "Petrograd Soviet: who sat there, and how they voted on power",
            x=0.06, ha="left", fontsize=13, fontweight="bold",
        )  # fmt: skip
        figure.subplots_adjust(
            left=0.06, right=0.985, top=0.84, bottom=0.16, hspace=0.5, wspace=0.14
        )
        for column, name in enumerate(held):
            above = figure.add_subplot(2, max(len(held), 1), column + 1)
            below = figure.add_subplot(2, max(len(held), 1), len(held) + column + 1)
            data += _votes(above, name, tables, printed.get(name), model)
            data += _seats(below, name, tables, model)
            if column:
                below.set_yticklabels([])
            else:
                above.set_ylabel("per cent of the votes", fontsize=9)
        _legend(figure, model)
    names = ("meeting", "what", "value", "median", "low_90", "high_90", "printed")
    columns = {
        name: np.array([row[i] for row in data], dtype=object) for i, name in enumerate(names)
    }
    return Drawing(figure, columns, _caption(tables, settings, held))


def _votes(
    axes: Axes, name: str, tables: RunTables, occasion: Occasion | None, model: ModelSettings
) -> list[Row]:
    """Draw the vote: replicates behind, then what is printed beside what is predicted."""
    meeting = model.meeting[name]
    rows = tables["meetings"]
    here = rows["meeting"] == name
    order = ("for", "against") if meeting.direction == "for_soviet_power" else ("against", "for")
    shares = {
        side: rows[f"expected_{answer}"][here]
        for side, answer in zip(SIDES, (*order, "abstain"), strict=True)
    }
    data: list[Row] = []
    for place, (side, values) in enumerate(shares.items()):
        axes.plot(
            np.full(len(values), place + 0.26), values, "_", color=SOFT, markersize=7, alpha=0.6
        )
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        marks = [mark for mark in (occasion.marks if occasion else ()) if mark.label == side]
        for mark in marks:
            draw_mark(axes, place - 0.08, 0.6, mark, {})
            axes.text(
                place - 0.27, mark.documented[0], f"{100 * mark.documented[0]:.0f}", fontsize=8.5,
                ha="right", va="center",
            )  # fmt: skip
        known = float(marks[0].documented[0]) if marks else float("nan")
        data.append((name, "votes", side, float(middle), float(low), float(high), known))
    day = day_of(meeting.date)
    axes.set_title(
        f"{short_date(day)} ({short_date(day, new_style=True)} New Style)", fontsize=10.5
    )
    present = np.median(rows["expected_present"][here])
    axes.text(
        0.99, 0.97, f"present, median: {present:.0f}", transform=axes.transAxes, ha="right",
        va="top", fontsize=8.5, color=INK,
    )  # fmt: skip
    axes.set_xticks(range(3), ["towards\nsoviet power", "against", "abstaining"], fontsize=8.5)
    axes.set_xlim(-0.6, 2.6)
    axes.set_ylim(0, 1)
    axes.set_yticks(np.arange(0, 1.01, 0.25), ["0", "25", "50", "75", "100"])
    axes.grid(axis="x", visible=False)
    low, high = np.quantile(rows["expected_present"][here], (0.05, 0.95))
    came = (float(present), float(low), float(high), float("nan"))
    data.append((name, "present", "delegates", *came))
    return data


def _seats(axes: Axes, name: str, tables: RunTables, model: ModelSettings) -> list[Row]:
    """Draw the delegates of each chamber on the day, as bars split by party."""
    meeting, seats, paint = model.meeting[name], tables["seats"], colours(model)
    data: list[Row] = []
    titles = []
    for place, chamber in enumerate(meeting.chambers):
        here = (seats["chamber"] == chamber) & (seats["day"] == day_of(meeting.date))
        label = chamber.partition("/")[2]
        titles.append(f"{label}'\nsection")
        left = 0.0
        for party, fill in paint.items():
            counts = seats[party][here]
            low, middle, high = np.quantile(counts, (0.05, 0.5, 0.95))
            axes.barh(
                place, middle, left=left, color=fill, edgecolor=CASINGS.get(party, "white"),
                linewidth=0.6, height=0.62,
            )  # fmt: skip
            if middle >= LEAST_WRITTEN:
                pale = party in CASINGS
                axes.text(
                    left + middle / 2, place, f"{middle:.0f}", ha="center", va="center",
                    fontsize=8, color=INK if pale else "white",
                )  # fmt: skip
            left += float(middle)
            data.append((name, label, party, float(middle), float(low), float(high), float("nan")))
    axes.set_yticks(range(len(titles)), titles, fontsize=8.5)
    axes.invert_yaxis()
    axes.set_xlabel("delegates on that day, median", fontsize=8.5)
    axes.grid(axis="y", visible=False)
    return data


def _legend(figure: Any, model: ModelSettings) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Line2D([], [], marker="o", linestyle="none", color=INK, label="printed by a source"),
        Line2D([], [], marker="o", linestyle="none", color=INK, markerfacecolor="white",
               label="what the source would have shown, with 90 % interval"),
        Line2D([], [], marker="_", linestyle="none", color=SOFT, label="each replicate"),
    ]  # fmt: skip
    parties = [
        Patch(facecolor=fill, edgecolor=CASINGS.get(party, "white"), label=model.party[party].title)
        for party, fill in colours(model).items()
    ]
    figure.legend(
        handles=marks, loc="upper left", bbox_to_anchor=(0.05, 0.945), ncols=3, fontsize=8.5,
        columnspacing=1.6, handletextpad=0.4,
    )  # fmt: skip
    figure.legend(
        handles=parties, loc="lower left", bbox_to_anchor=(0.05, 0.0), ncols=4, fontsize=8.5,
        columnspacing=1.6, handlelength=1.2,
    )  # fmt: skip


def _caption(tables: RunTables, settings: RunSettings, held: list[str]) -> str:
    return (
        f"{len(held)} meetings of the Petrograd Soviet in {tables.ensemble} (seed "
        f"{settings.seed}): shares of the votes towards soviet power, against it and abstaining, "
        "as printed and as the model says they would have been printed; below, the mandates of "
        "the two sections on the day. Predictions are conditioned on the sides that a source "
        "gives, so they differ from the replicates where it leaves one out."
    )
