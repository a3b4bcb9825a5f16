"""Reading the project's CSV files: what is refused before any row is looked at, and how.

Problems are gathered and raised together, each with file, row, column and remedy.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path

EVIDENCE_DIR = Path(__file__).resolve().parent / "evidence"
"""Folder of the data the project carries; it holds no code."""

MOST_SLIPS = 2
"""Characters that may differ for an unknown word to be taken for a misspelling."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file.

    Attributes
    ----------
    file : str
        Name of the file.
    row : int
        Row as a spreadsheet numbers it, the header being 1; 0 for the file as a whole.
    column : str
        Column, or empty.
    message : str
        What is wrong and what to do about it.
    """

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        """Write the problem on one line."""
        where = self.file
        if self.row:
            where += f", row {self.row}"
        if self.column:
            where += f", {self.column}"
        return f"{where}: {self.message}"


class LedgerError(ValueError):
    """A file that cannot be used, with everything that is wrong with it.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Row:
    """One row of a table, cells stripped, columns that the file lacks filled in.

    Attributes
    ----------
    number : int
        Row as a spreadsheet numbers it, the header being 1.
    cells : mapping of str to str
        Column to text.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a cell."""
        return self.cells[column]


def read_rows(
    path: Path, required: Sequence[str], optional: Mapping[str, str]
) -> tuple[list[Row], list[Problem]]:
    """Read a CSV file with a known header.

    Parameters
    ----------
    path : Path
        The file: UTF-8, comma-separated, one header row.
    required : sequence of str
        Columns that must be there.
    optional : mapping of str to str
        Further columns and what stands in for them when the file has none.

    Returns
    -------
    rows : list of Row
        Rows with the right number of cells; blank lines are left out.
    problems : list of Problem
        Rows with too many or too few cells.

    Raises
    ------
    LedgerError
        If the file cannot be read as a table with these columns.
    """
    name = path.name
    lines = _lines(path)
    header = [cell.strip() for cell in lines[0]]
    problems = _header_problems(name, header, required, optional)
    if problems:
        raise LedgerError(problems)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(
                    name,
                    number,
                    "",
                    f"has {len(cells)} cells, the header has {len(header)}. "
                    "Put text that contains a comma in double quotes.",
                )
            )
            continue
        found = {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
        rows.append(Row(number, {**optional, **found}))
    if not rows and not problems:
        raise LedgerError([Problem(name, 0, "", "has a header and no rows. Add a row.")])
    return rows, problems


def _lines(path: Path) -> list[list[str]]:
    """Read the cells of a file, refusing what is no UTF-8 comma-separated text."""
    name = path.name

    def refuse(message: str, row: int = 0) -> LedgerError:
        return LedgerError([Problem(name, row, "", message)])

    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse("does not exist. Check the path.") from None
    except IsADirectoryError:
        raise refuse("is a folder. Name a CSV file in it.") from None
    except OSError as error:
        raise refuse(f"cannot be read ({error.strerror}). Check its permissions.") from None
    if not raw.strip():
        raise refuse("is empty. The first row must hold the column names.")
    if raw.startswith(b"PK"):
        raise refuse("is a spreadsheet or archive, not CSV. Save it as 'CSV UTF-8'.")
    if b"\x00" in raw:
        raise refuse("is not UTF-8 text (it holds zero bytes). Save it as 'CSV UTF-8'.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise refuse("is not UTF-8 from here on. Save it as 'CSV UTF-8'.", row) from None
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise refuse(f"is not well-formed CSV ({error}). Look for a stray quote.") from None


def _header_problems(
    name: str, header: Sequence[str], required: Sequence[str], optional: Mapping[str, str]
) -> list[Problem]:
    """List missing, unknown and repeated columns."""
    known = [*required, *optional]
    if len(header) == 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs")):
            if mark in header[0]:
                return [
                    Problem(name, 1, "", f"is separated by {word}. Save it separated by commas.")
                ]
    problems = [
        Problem(name, 1, column, "column is missing. Add it; see SOURCES.md for what it holds.")
        for column in required
        if column not in header
    ]
    problems += [
        Problem(name, 1, column, f"is not a known column.{suggestion(column, known)} Remove it.")
        for column in header
        if column not in known
    ]
    problems += [
        Problem(name, 1, column, "column appears more than once. Keep one.")
        for column in dict.fromkeys(header)
        if header.count(column) > 1
    ]
    return problems


def near_match(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that an unknown one probably misspells.

    Words that differ in their digits alone (two meetings of one body) are not misspellings.

    Examples
    --------
    >>> near_match("Petrogad", ["Petrograd", "Moscow"])
    'Petrograd'
    >>> near_match("petrograd_soviet_0830", ["petrograd_soviet_0831"]) is None
    True
    >>> near_match("vyborg_district_duma", ["district_dumas"]) is None
    True
    """
    stem = re.sub(r"\d", "", word)
    candidates = [other for other in known if re.sub(r"\d", "", other) != stem]
    found = get_close_matches(word, candidates, n=1, cutoff=0.75)
    return found[0] if found and _slips(word, found[0]) <= MOST_SLIPS else None


def _slips(word: str, other: str) -> int:
    """Count the characters that would have to be put in, left out or replaced."""
    blocks = SequenceMatcher(None, word, other, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for tag, a, b, c, d in blocks if tag != "equal")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" or nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {found[0]!r}?" if found else ""
