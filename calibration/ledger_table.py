"""The ledger as a table for readers: both calendars, the figure, its role and its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from calibration.ledger import Figure, Observation


class Line(NamedTuple):
    """One observation as text, in the order of the columns of the table."""

    observation_id: str
    old_style: str
    new_style: str
    place: str
    body: str
    figures: str
    role: str
    operator: str
    confidence: str
    source: str


HEADINGS = Line(
    "id",
    "Old Style",
    "New Style",
    "place",
    "body",
    "figures",
    "role",
    "operator",
    "conf.",
    "source",
)


def describe(
    observations: Iterable[Observation],
    *,
    roles: Sequence[str] = (),
    places: Sequence[str] = (),
    operators: Sequence[str] = (),
) -> list[Line]:
    """Describe observations, one line each.

    Parameters
    ----------
    observations : iterable of Observation
        A ledger or a part of it.
    roles, operators : sequence of str
        Keep these only; all if empty.
    places : sequence of str
        Keep observations whose place contains one of these words, in any case; all if empty.

    Returns
    -------
    list of Line
        In the order of the observations.
    """
    return [
        Line(
            o.id,
            o.date_os,
            o.date_ns,
            o.place,
            o.body,
            describe_figures(o),
            o.role,
            o.operator,
            _confidence(o),
            o.citation,
        )
        for o in observations
        if (not roles or o.role in roles)
        and (not operators or o.operator in operators)
        and (not places or any(place.casefold() in o.place.casefold() for place in places))
    ]


def describe_figures(observation: Observation) -> str:
    """Write the figures of an observation as a source would.

    Parameters
    ----------
    observation : Observation
        Any observation.

    Returns
    -------
    str
        Options with their counts and the total; other printings follow in brackets.
    """
    text = ", ".join(_figure(f) for f in observation.figures)
    percent = any(f.measure == "share" for f in observation.figures)
    if observation.total is not None and not percent:
        text += f" of {observation.total:,.10g}"
    if observation.readings:
        text += f" (also: {', '.join(r.id for r in observation.readings)})"
    if observation.reading_of:
        text += f" (a reading of {observation.reading_of})"
    return text


def table(lines: Sequence[Line], widths: Sequence[int] | None = None) -> list[str]:
    """Lay lines out in columns under their headings.

    Parameters
    ----------
    lines : sequence of Line
        From :func:`describe`.
    widths : sequence of int, optional
        Greatest width of each column, in characters; longer cells end in an ellipsis.

    Returns
    -------
    list of str
        Headings, a rule, and one text line per line.
    """
    limits = (28, 21, 21, 24, 40, 56, 16, 10, 5, 60) if widths is None else widths
    cells = [
        [_clip(cell, limit) for cell, limit in zip(line, limits, strict=True)]
        for line in (HEADINGS, *lines)
    ]
    spans = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    rows = [
        "  ".join(cell.ljust(span) for cell, span in zip(row, spans, strict=True)).rstrip()
        for row in cells
    ]
    return [rows[0], "  ".join("-" * span for span in spans), *rows[1:]]


def _figure(figure: Figure) -> str:
    """Write one option with its number or relation."""
    number = "" if figure.count is None else f" {figure.count:,.10g}"
    if number and figure.measure == "share":
        number += " %"
    relation = f" ({figure.relation})" if figure.relation else ""
    return f"{figure.option}{number}{relation}"


def _confidence(observation: Observation) -> str:
    """Return the lowest confidence of the figures, ``-`` where only the chief source speaks."""
    grades = [f.confidence for f in observation.figures if f.confidence is not None]
    return str(min(grades)) if grades else "-"


def _clip(text: str, limit: int) -> str:
    """Shorten a cell."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
