"""How figures of the project look: ink, grids, dates, and colours of parties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sim.calendar_os import FIRST_DATE, N_DAYS, NEW_STYLE_OFFSET_DAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.settings import ModelSettings

INK = "#222222"
SOFT = "#767676"
FAINT = "#E4E4E4"
EVENT = "#ECE7DC"

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "axes.labelsize": 8.0,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "path.simplify": True,
}

CASINGS = {"NP": "#7D7D7D", "ME": "#7A5A00"}
"""Dark rims of colours too pale to be seen as thin lines on white."""


@contextmanager
def house_style(hashsalt: str = "allegiance") -> Iterator[None]:
    """Draw and save with the settings of the house, without a display.

    Parameters
    ----------
    hashsalt : str
        Fixes the names inside SVG files, so that the same figure gives the same bytes.
    """
    import matplotlib as mpl

    with mpl.rc_context(RC | {"backend": "agg", "svg.hashsalt": hashsalt}):
        yield


def colours(settings: ModelSettings) -> dict[str, str]:
    """Return the fill colour of each modelled party."""
    return {name: party.colour for name, party in settings.party.items() if party.modelled}


def casing(party: str, width: float) -> list[Any]:
    """Return path effects that rim a line of a pale party; nothing for the others."""
    from matplotlib import patheffects

    if party not in CASINGS:
        return []
    return [
        patheffects.Stroke(linewidth=width + 0.9, foreground=CASINGS[party]),
        patheffects.Normal(),
    ]


def months() -> list[tuple[int, date]]:
    """Return day and date of the first of each month, Old Style."""
    days = ((day, FIRST_DATE + timedelta(days=day)) for day in range(N_DAYS))
    return [(day, each) for day, each in days if each.day == 1]


def date_axis(axes: Axes, *, new_style: bool = False) -> None:
    """Label the months, Old Style; beneath them the New Style date of the same day."""
    ticks = months()
    axes.set_xlim(0, N_DAYS - 1)
    axes.set_xticks([day for day, _ in ticks])
    names = [f"{each:%b}" for _, each in ticks]
    if new_style:
        offset = timedelta(days=NEW_STYLE_OFFSET_DAYS)
        names = [f"1 {each:%b}\n{(each + offset).day} {each:%b}" for _, each in ticks]
    axes.set_xticklabels(names)


def short_date(day: float, *, new_style: bool = False) -> str:
    """Write a day as ``31 Aug``, Old Style unless told."""
    offset = NEW_STYLE_OFFSET_DAYS if new_style else 0
    each = FIRST_DATE + timedelta(days=round(day) + offset)
    return f"{each.day} {each:%b}"
