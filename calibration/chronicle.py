"""The dated events as the sources tell them: when, who was affected, and what is claimed.

This is the record, with its doubts about dates. What an event does in the model stands in the
settings, and may differ from what a source claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from calibration.ledger_columns import FIRST_DATE, LAST_DATE
from calibration.ledger_format import EVIDENCE_DIR, LedgerError, Problem, Row, read_rows
from sim.calendar_os import NEW_STYLE_OFFSET_DAYS, day_of

CHRONICLE_PATH = EVIDENCE_DIR / "events.csv"
"""The events that the project carries."""

REQUIRED = (
    "event_id",
    "date_os",
    "date_ns",
    "event",
    "group",
    "direction",
    "effect_claimed",
    "citation",
)
OPTIONAL = {"date_precision": "", "origin": "outside", "date_note": "", "note": ""}
PRECISIONS = ("", "day", "range", "month", "season")
ORIGINS = ("woods", "outside")


@dataclass(frozen=True)
class Claim:
    """What a source says an event did to one group.

    Attributes
    ----------
    group : str
        Workers, soldiers, delegates, ...
    direction : str
        Which way, in the transcriber's word.
    effect : str
        The claim.
    origin : str
        ``woods`` (the chief source) or ``outside``.
    citation : str
        Who says so.
    note : str
        What to know about it.
    """

    group: str
    direction: str
    effect: str
    origin: str
    citation: str
    note: str


@dataclass(frozen=True)
class Happening:
    """A dated event of the record.

    Attributes
    ----------
    id : str
        Such as ``E18``.
    start_day, end_day : int
        First and last day, counted from 1 March 1917 Old Style.
    date_os, date_ns : str
        The same in both calendars.
    event : str
        What happened.
    date_note : str
        Doubts or conflicts about the date; empty if there are none.
    claims : tuple of Claim
        One per group.
    """

    id: str
    start_day: int
    end_day: int
    date_os: str
    date_ns: str
    event: str
    date_note: str
    claims: tuple[Claim, ...]


def load_chronicle(path: str | Path | None = None) -> tuple[Happening, ...]:
    """Read and validate a table of events.

    Parameters
    ----------
    path : str or Path, optional
        A CSV file in the project's format; by default the events the project carries.

    Returns
    -------
    tuple of Happening
        In the order of the file.

    Raises
    ------
    LedgerError
        With every problem of the file, each with row, column and remedy.
    """
    source = CHRONICLE_PATH if path is None else Path(path)
    rows, problems = read_rows(source, REQUIRED, OPTIONAL)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        problems += _row_problems(source.name, row)
        groups.setdefault(row["event_id"], []).append(row)
    for group in groups.values():
        problems += _group_problems(source.name, group)
    if problems:
        raise LedgerError(sorted(problems, key=lambda problem: problem.row))
    return tuple(_happening(group) for group in groups.values())


def _happening(rows: list[Row]) -> Happening:
    """Build one event from its validated rows."""
    first = rows[0]
    days = [day_of(part) for part in first["date_os"].split("/")]
    return Happening(
        id=first["event_id"],
        start_day=days[0],
        end_day=days[-1],
        date_os=first["date_os"],
        date_ns=first["date_ns"],
        event=first["event"],
        date_note=first["date_note"],
        claims=tuple(
            Claim(
                row["group"],
                row["direction"],
                row["effect_claimed"],
                row["origin"],
                row["citation"],
                row["note"],
            )
            for row in rows
        ),
    )


def _row_problems(name: str, row: Row) -> Iterator[Problem]:
    """Hold one row against the rules that need no other row."""

    def problem(column: str, message: str) -> Problem:
        return Problem(name, row.number, column, message)

    for column in ("event_id", "event", "group", "direction", "effect_claimed"):
        if not row[column]:
            yield problem(column, "is empty. Say what happened, to whom, and which way.")
    if not row["citation"]:
        yield problem("citation", "source is missing. Say who reports the event, with a page.")
    for column, words in (("date_precision", PRECISIONS), ("origin", ORIGINS)):
        if row[column] not in words:
            allowed = ", ".join(word for word in words if word)
            yield problem(column, f"unknown word {row[column]!r}. Use one of: {allowed}.")
    old = [_date(part) for part in row["date_os"].split("/")]
    known = [day for day in old if day is not None]
    if len(known) < len(old) or len(old) > 2:
        yield problem(
            "date_os",
            f"{row['date_os']!r} is not a date. Write YYYY-MM-DD or YYYY-MM-DD/YYYY-MM-DD.",
        )
        return
    if any(not FIRST_DATE <= day <= LAST_DATE for day in known):
        yield problem(
            "date_os",
            f"{row['date_os']} lies outside {FIRST_DATE} to {LAST_DATE}. Check the year.",
        )
    if known[-1] < known[0]:
        yield problem("date_os", "the range ends before it starts. Swap the two days.")
    new = "/".join(str(day + timedelta(days=NEW_STYLE_OFFSET_DAYS)) for day in known)
    if row["date_ns"] != new:
        yield problem(
            "date_ns",
            f"is {row['date_ns']!r}, but thirteen days after {row['date_os']} is {new}. "
            "Correct one of the two.",
        )


def _group_problems(name: str, rows: list[Row]) -> Iterator[Problem]:
    """Find a group listed twice and cells that should agree over the rows of an event."""
    seen: set[str] = set()
    for row in rows:
        if row["group"] in seen:
            yield Problem(
                name,
                row.number,
                "event_id",
                f"duplicate: {row['event_id']} has group {row['group']!r} already. Remove one.",
            )
        seen.add(row["group"])
        for column in ("date_os", "event", "date_note"):
            if row[column] != rows[0][column]:
                yield Problem(
                    name,
                    row.number,
                    column,
                    f"differs from row {rows[0].number} of the same event. Make them agree.",
                )


def _date(text: str) -> date | None:
    """Read ``YYYY-MM-DD``; None if it is no date."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
