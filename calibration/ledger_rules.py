"""What a row and an observation of the ledger must satisfy, each rule with its remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from calibration.ledger_columns import (
    CHOICES,
    FIRST_DATE,
    LAST_DATE,
    OPTIONAL,
    REPEATED,
    REQUIRED,
    WHOLE,
)
from calibration.ledger_format import (
    EVIDENCE_DIR,
    LedgerError,
    Problem,
    Row,
    near_match,
    read_rows,
    suggestion,
)
from sim.calendar_os import day_of

NUMBER = re.compile(r"\d+(\.\d+)?")
RELATION = re.compile(r"share(?:>(?P<over>[\d.]+)|<(?P<under>[\d.]+)|(?P<a>[\d.]+)-(?P<b>[\d.]+))")
TARGET = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)?(\+[a-z0-9_]+(/[a-z0-9_]+)?)*")


@dataclass(frozen=True)
class Record:
    """A row that satisfies every rule.

    Attributes
    ----------
    row : int
        Row as a spreadsheet numbers it.
    cells : dict of str to str
        Column to text, with composition and date precision filled in.
    """

    row: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a cell."""
        return self.cells[column]

    @property
    def start_day(self) -> int:
        """First day, counted from 1 March 1917."""
        return day_of(self["date_os"].split("/")[0])

    @property
    def end_day(self) -> int:
        """Last day, counted from 1 March 1917."""
        return day_of(self["date_os"].split("/")[-1])

    def number(self, column: str) -> float | None:
        """Return a cell as a number, None if it is empty."""
        return float(self[column]) if self[column] else None

    def ids(self, column: str) -> tuple[str, ...]:
        """Return ids joined by ``+``; ``-`` is none."""
        return split_ids(self[column])


@cache
def gazetteer() -> dict[str, tuple[str, ...]]:
    """Return the places the evidence names and the constituencies that stand for each.

    Returns
    -------
    dict of str to tuple of str
        Empty tuple for a place that the model does not have; ``all`` for the whole country.
    """
    rows, problems = read_rows(
        EVIDENCE_DIR / "places.csv", ("place", "constituencies"), {"note": ""}
    )
    if problems:
        raise LedgerError(problems)
    return {row["place"]: split_ids(row["constituencies"]) for row in rows}


def split_ids(text: str) -> tuple[str, ...]:
    """Split ids joined by ``+``; ``-`` is none."""
    return () if text == "-" else tuple(text.split("+"))


def places_of(text: str) -> tuple[str, ...]:
    """Split a cell of places at its semicolons."""
    return tuple(part.strip() for part in text.split(";"))


def read_records(
    path: Path,
    *,
    roles: Collection[str] | None,
    unknown_places: str,
    party_ids: Collection[str],
) -> list[Record]:
    """Read the rows of a ledger and hold them against every rule.

    Parameters
    ----------
    path : Path
        The file.
    roles : collection of str or None
        Roles to keep; rows of others are dropped unread, other printings of a kept observation
        excepted.
    unknown_places : {"refuse", "report"}
        Whether a place missing from the gazetteer is an error.
    party_ids : collection of str
        Ids that the column ``parties`` may name.

    Returns
    -------
    list of Record
        Rows in the order of the file.

    Raises
    ------
    LedgerError
        With every problem found.
    """
    rows, problems = read_rows(path, REQUIRED, OPTIONAL)
    problems += _unattached(path.name, rows)
    if roles is not None:
        problems += _unknown_roles(path.name, rows)
        rows = _of_roles(rows, roles)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        problems += _row_problems(path.name, row, unknown_places, party_ids)
        groups.setdefault(row["observation_id"], []).append(row)
    bad_rows = {problem.row for problem in problems}
    for group in groups.values():
        problems += _repeats(path.name, group)
        if not bad_rows.intersection(row.number for row in group):
            problems += _group_problems(path.name, group)
    if problems:
        raise LedgerError(sorted(problems, key=lambda problem: problem.row))
    composition = {key: _composition(group) for key, group in groups.items()}
    return [_record(row, composition[row["observation_id"]]) for row in rows]


def _record(row: Row, composition: str) -> Record:
    """Fill in what may be left empty."""
    precision = row["date_precision"] or ("range" if "/" in row["date_os"] else "day")
    cells = {**row.cells, "composition": composition, "date_precision": precision}
    return Record(row.number, cells)


def _of_roles(rows: Sequence[Row], roles: Collection[str]) -> list[Row]:
    """Keep the rows of some roles and the other printings of their observations."""
    kept = {row["observation_id"] for row in rows if row["role"] in roles}
    return [row for row in rows if row["role"] in roles or row["reading_of"] in kept]


def _unattached(name: str, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find printings of an observation that the file does not hold."""
    known = {row["observation_id"] for row in rows if not row["reading_of"]}
    for row in rows:
        of = row["reading_of"]
        if of and of not in known:
            yield Problem(
                name,
                row.number,
                "reading_of",
                f"{of!r} is not an observation of this file (or is itself another printing)."
                f"{suggestion(of, known)} Name one, or leave the cell empty.",
            )


def _unknown_roles(name: str, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find rows whose role nobody can ask for: they must not vanish with a filter."""
    for row in rows:
        if row["role"] not in CHOICES["role"]:
            yield _not_a_choice(name, row, "role")


def _not_a_choice(name: str, row: Row, column: str) -> Problem:
    """Say what a cell may hold."""
    allowed = ", ".join(choice for choice in CHOICES[column] if choice)
    return Problem(
        name,
        row.number,
        column,
        f"unknown {column.replace('_', ' ')} {row[column]!r}."
        f"{suggestion(row[column], CHOICES[column])} Use one of: {allowed}.",
    )


def _row_problems(
    name: str, row: Row, unknown_places: str, party_ids: Collection[str]
) -> Iterator[Problem]:
    """Hold one row against the rules that need no other row."""

    def problem(column: str, message: str) -> Problem:
        return Problem(name, row.number, column, message)

    for column in ("observation_id", "body", "option"):
        if not row[column]:
            yield problem(column, "is empty. Every row names its observation, body and option.")
    if not row["citation"]:
        yield problem("citation", "source is missing. Say who reports the figure, with a page.")
    for column, choices in CHOICES.items():
        if row[column] not in choices:
            yield _not_a_choice(name, row, column)
    for message in _date_messages(row["date_os"]):
        yield problem("date_os", message)
    for message in _place_messages(row["place"], unknown_places):
        yield problem("place", message)
    for message in _party_messages(row["parties"], party_ids):
        yield problem("parties", message)
    for column in ("count", "total", "base", "lower", "upper"):
        for message in _number_messages(column, row):
            yield problem(column, message)
    for column, message in _link_messages(row):
        yield problem(column, message)
    for message in _relation_messages(row):
        yield problem("relation", message)


def _date_messages(text: str) -> Iterator[str]:
    """Check a day ``YYYY-MM-DD`` or a range ``a/b``, Old Style."""
    days = []
    parts = text.split("/")
    if len(parts) > 2:
        yield f"{text!r} is not a date. Write YYYY-MM-DD or a range YYYY-MM-DD/YYYY-MM-DD."
        return
    for part in parts:
        try:
            day = date.fromisoformat(part) if re.fullmatch(r"\d{4}-\d\d-\d\d", part) else None
        except ValueError:
            day = None
        if day is None:
            yield f"{part!r} is not a date. Write YYYY-MM-DD or a range YYYY-MM-DD/YYYY-MM-DD."
            continue
        if not FIRST_DATE <= day <= LAST_DATE:
            yield (
                f"{part} lies outside {FIRST_DATE} to {LAST_DATE}. Dates are Old Style, thirteen "
                "days before New Style in 1917; check the year."
            )
        days.append(day)
    if len(days) == 2 and days[1] < days[0]:
        yield f"the range ends ({days[1]}) before it starts ({days[0]}). Swap the two days."


def _place_messages(text: str, unknown_places: str) -> Iterator[str]:
    """Check places against the gazetteer."""
    known = gazetteer()
    for place in places_of(text):
        if place in known:
            continue
        if not place:
            yield "is empty. Name the place; several are separated by semicolons."
        elif unknown_places == "refuse":
            yield (
                f"unknown place {place!r}.{suggestion(place, known)} "
                "Use a place of places.csv or add it there."
            )
        elif (match := near_match(place, known)) is not None:
            yield f"unknown place {place!r}. Did you mean {match!r}?"


def _party_messages(text: str, party_ids: Collection[str]) -> Iterator[str]:
    """Check party ids joined by ``+``, or ``-``."""
    if text == "-":
        return
    ids = text.split("+")
    for party in ids:
        if party not in party_ids:
            yield (
                f"unknown party {party!r}.{suggestion(party, party_ids)} Use "
                f"{', '.join(party_ids)}, joined by '+', or '-' for an option outside them."
            )
    if len(set(ids)) < len(ids):
        yield f"{text!r} names a party twice. Name it once."


def _number_messages(column: str, row: Row) -> Iterator[str]:
    """Check a cell that holds a number or nothing."""
    text = row[column]
    if not text:
        return
    if text.startswith("-"):
        yield f"{text} is negative. Counts and shares are zero or more."
    elif not NUMBER.fullmatch(text):
        yield (
            f"{text!r} is not a number. Write digits with a decimal point and no thousands "
            "separator, or leave the cell empty."
        )
    elif float(text) > 100 and (
        column in ("lower", "upper") or (column == "count" and row["measure"] == "share")
    ):
        yield f"{text} is over 100. A share is a percentage of the total."
    elif column == "count" and row["measure"] in WHOLE and not float(text).is_integer():
        yield f"{text} is not whole, but {row['measure']} are. For a percentage use measure share."


def _link_messages(row: Row) -> Iterator[tuple[str, str]]:
    """Check how the row meets the model: operator, target, side, and what is left unsaid."""
    operator, target = row["operator"], row["target"]
    if operator == "none":
        if target != "-":
            yield "target", f"operator none has target {target!r}. Write '-'."
        if not row["note"].startswith("No operator:"):
            yield "note", "operator none needs a reason. Begin the note with 'No operator: '."
    elif target != "all" and not TARGET.fullmatch(target):
        yield (
            "target",
            f"{target!r} is not a target. Give ids of the model joined by '+', such as "
            "petrograd_soviet/workers.",
        )
    if operator == "resolution" and not row["side"]:
        yield "side", "is empty. Say whether the option lies left, right or abstains."
    if not row["count"] and not row["relation"] and operator != "none":
        yield "count", "is empty and there is no relation. Give a number, or say 'share>50'."
    if row["role"] == "second_reading" and not row["reading_of"]:
        yield "reading_of", "is empty. A second reading names the observation it is a reading of."


def bounds_of(relation: str) -> tuple[float | None, float | None] | None:
    """Return the bounds that a relation names, in percent of the total.

    Returns
    -------
    tuple of float or None, or None
        Lower and upper bound, None where it names none; None for an unknown relation.

    Examples
    --------
    >>> bounds_of("share34-37")
    (34.0, 37.0)
    >>> bounds_of("share>50")
    (50.0, None)
    >>> bounds_of("plurality")
    (None, None)
    """
    if relation in ("", "plurality", "smallest"):
        return None, None
    match = RELATION.fullmatch(relation)
    if match is None:
        return None
    low, high = match["over"] or match["a"], match["under"] or match["b"]
    return float(low) if low else None, float(high) if high else None


def _relation_messages(row: Row) -> Iterator[str]:
    """Check that the relation and its bounds, where given, say the same."""
    relation = row["relation"]
    named = bounds_of(relation)
    if named is None:
        yield (
            f"unknown relation {relation!r}. Use share>50, share<50, share34-37, plurality "
            "or smallest."
        )
        return
    bounds = [
        float(row[column]) if NUMBER.fullmatch(row[column]) else None
        for column in ("lower", "upper")
    ]
    low, high = named
    if (row["lower"] or row["upper"]) and bounds != [low, high]:
        yield (
            f"{relation!r} and the bounds lower {row['lower']!r}, upper {row['upper']!r} "
            "disagree. Write the same numbers in both, or leave both bounds empty."
        )
    elif low is not None and high is not None and low > high:
        yield f"{relation!r} has its lower bound above its upper. Swap them."


def _repeats(name: str, group: Sequence[Row]) -> Iterator[Problem]:
    """Find an option listed twice and cells that should agree over the rows."""
    seen: dict[str, int] = {}
    for row in group:
        if row["option"] in seen:
            yield Problem(
                name,
                row.number,
                "observation_id",
                f"duplicate: {row['observation_id']} has option {row['option']!r} in row "
                f"{seen[row['option']]} already. Remove one, or give the second printing an id "
                "of its own and fill in reading_of.",
            )
        seen.setdefault(row["option"], row.number)
        for column in REPEATED:
            if row[column] != group[0][column]:
                yield Problem(
                    name,
                    row.number,
                    column,
                    f"is {row[column]!r}, but row {group[0].number} of the same observation has "
                    f"{group[0][column]!r}. Make them agree.",
                )


def _group_problems(name: str, group: Sequence[Row]) -> Iterator[Problem]:
    """Check that the figures of an observation add up."""
    first = group[0]
    composition = _composition(group)
    total = float(first["total"]) if first["total"] else math.nan
    counts = [float(row["count"]) for row in group if row["count"]]
    slack = sum(_rounding(row) for row in group)
    added = f"the options add up to {sum(counts):g}"

    def problem(message: str, row: Row = first) -> Problem:
        return Problem(name, row.number, "total", message)

    if composition in ("complete", "partial") and math.isnan(total):
        yield problem(f"is empty, but the figures are {composition}. Give the body's total.")
    elif composition == "complete" and len(counts) < len(group):
        yield problem("the figures are complete, but one has no count. Say partial.")
    elif composition == "complete" and abs(sum(counts) - total) > slack:
        yield problem(
            f"{added}, not to {total:g}. Correct a count or the total, or say partial if some "
            "options are not listed."
        )
    elif composition == "partial" and sum(counts) > total + slack:
        yield problem(f"{added}, more than the total {total:g}. Correct a count or the total.")
    elif (
        composition == "named"
        and len(counts) == len(group)
        and abs(sum(counts) - total) > slack
        and not math.isnan(total)
    ):
        yield problem(
            f"{added}, not to {total:g}. With composition named the total is their sum; say "
            "partial if the body is larger."
        )
    elif composition in ("band", "separate"):
        for row in group:
            if row["count"] and float(row["count"]) > total:
                yield problem(f"count {row['count']} is more than the total {total:g}.", row)
    if first["operator"] == "ordinal" and not any(row["relation"] for row in group):
        yield Problem(
            name, first.number, "relation", "operator ordinal needs a relation, such as share>50."
        )


def _rounding(row: Row) -> float:
    """Return half a unit of the last digit printed of a percentage, 0 for a count."""
    if row["measure"] != "share" or not row["count"]:
        return 0.0
    decimals = len(row["count"].partition(".")[2])
    return 0.5 * 10.0**-decimals + 1e-9


def _composition(group: Sequence[Row]) -> str:
    """Return the composition stated, or the one that the numbers show."""
    if group[0]["composition"]:
        return group[0]["composition"]
    counts = [float(row["count"]) for row in group if row["count"]]
    if group[0]["total"]:
        whole = len(counts) == len(group) and sum(counts) == float(group[0]["total"])
        return "complete" if whole else "partial"
    return "named" if len(group) > 1 else "separate"
