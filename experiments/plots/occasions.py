"""Documented occasions as a figure shows them: what is printed beside what is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from experiments.plots.style import CASINGS, INK, SOFT

if TYPE_CHECKING:
    from experiments.plots.tables import RunTables

FORTNIGHT = 14
SIDES = {"towards soviet power": "^", "against it": "v", "abstaining": "s"}


@dataclass(frozen=True)
class Mark:
    """One value: printed by one or several sources, and predicted.

    Attributes
    ----------
    label : str
        The option as printed.
    parties : tuple of str
        Parties it stands for; empty for sides of a resolution.
    documented : tuple of float
        Shares printed.
    predicted, low, high : float
        Median and ends of the 90 % interval.
    """

    label: str
    parties: tuple[str, ...]
    documented: tuple[float, ...]
    predicted: float
    low: float
    high: float

    def fill(self, colours: dict[str, str]) -> str:
        """Colour of the first party it stands for; ink for sides."""
        if not self.parties:
            return SOFT if self.label == "abstaining" else INK
        return colours[self.parties[0]]

    def rim(self, colours: dict[str, str]) -> str:
        """Colour of the same that shows on white."""
        fill = self.fill(colours)
        return CASINGS.get(self.parties[0], fill) if self.parties else fill

    @property
    def shape(self) -> str:
        """Marker: sides of a resolution have their own."""
        return SIDES.get(self.label, "o") if not self.parties else "o"


@dataclass(frozen=True)
class Occasion:
    """One vote, election or head-count, by whatever number of sources.

    Attributes
    ----------
    operator : str
        Quantity of the model.
    targets : tuple of str
        What of the model was read.
    day : float
        Middle of the date or range.
    date, date_new_style : str
        As ``31 Aug`` or ``Mar`` or ``Sep-Oct``.
    marks : tuple of Mark
        Values that sources name.
    observations : tuple of str
        Ids of the observations.
    """

    operator: str
    targets: tuple[str, ...]
    day: float
    date: str
    date_new_style: str
    marks: tuple[Mark, ...]
    observations: tuple[str, ...]


def occasions(tables: RunTables, operators: Sequence[str]) -> list[Occasion]:
    """Group the scored shares by occasion, in the order of their dates.

    Parameters
    ----------
    tables : RunTables
        Of the run.
    operators : sequence of str
        Quantities to take.

    Returns
    -------
    list of Occasion
        Several sources on one occasion share marks where they name the same parties.
    """
    scores = tables["scores"]
    found: dict[tuple[str, str, str], list[int]] = {}
    for row, operator in enumerate(scores["operator"]):
        if operator in operators and scores["named"][row] and scores["unit"][row] == "share":
            key = (operator, scores["target"][row], scores["date"][row])
            found.setdefault(key, []).append(row)
    made = [_occasion(tables, key, rows) for key, rows in found.items()]
    return sorted(made, key=lambda occasion: occasion.day)


def _occasion(tables: RunTables, key: tuple[str, str, str], rows: list[int]) -> Occasion:
    scores = tables["scores"]
    groups: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:  # shares of different wholes are predicted differently
        parties, predicted = scores["parties"][row], f"{scores['predicted'][row]:.3f}"
        label = "" if parties else scores["label"][row]
        groups.setdefault((parties, label, predicted), []).append(row)
    marks = tuple(
        Mark(
            label=scores["label"][same[0]],
            parties=tuple(scores["parties"][same[0]].split()),
            documented=tuple(float(scores["documented"][row]) for row in same),
            predicted=float(scores["predicted"][same[0]]),
            low=float(scores["low_90"][same[0]]),
            high=float(scores["high_90"][same[0]]),
        )
        for same in groups.values()
    )
    operator, target, span = key
    return Occasion(
        operator=operator,
        targets=tuple(target.split()),
        day=float(scores["day"][rows[0]]),
        date=short_span(span),
        date_new_style=short_span(str(scores["date_new_style"][rows[0]])),
        marks=tuple(sorted(marks, key=lambda mark: -max(mark.documented))),
        observations=tuple(dict.fromkeys(scores["observation"][row] for row in rows)),
    )


def short_span(span: str) -> str:
    """Write a date as a day, a range of more than a fortnight as months."""
    first, _, last = span.partition("/")
    start = date.fromisoformat(first)
    end = date.fromisoformat(last) if last else start
    if start == end:
        return f"{start.day} {start:%b}"
    if (end - start).days <= FORTNIGHT:
        if start.month == end.month:
            return f"{start.day}-{end.day} {end:%b}"
        return f"{start.day} {start:%b}-{end.day} {end:%b}"
    return f"{start:%b}" if start.month == end.month else f"{start:%b}-{end:%b}"
