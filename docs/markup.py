"""Markdown of the generated pages: tables, cells, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from sim.calendar_os import day_of, new_style, old_style

NOTE = "*This page is written from the program itself whenever the documentation is built.*"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(value: object) -> str:
    """Write a value so that it stays inside its cell."""
    text = re.sub(r"\s+", " ", str(value)).strip().replace("|", "\\|")
    pieces = re.split(r"(`[^`]*`|\*\*[^*]+\*\*)", text)  # code and what is meant to be bold
    pieces[::2] = [re.sub(r"([<>*])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def plain(text: str) -> str:
    """Turn the markup of docstrings into that of the pages."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return text.replace("``", "`")


def both(first: str, last: str | None = None) -> str:
    """Write an ISO date or range in both calendars, in words."""
    return in_words(day_of(first), day_of(last or first))


def in_words(first: int, last: int) -> str:
    """Write a day or range, counted from 1 March 1917, in both calendars.

    Examples
    --------
    >>> in_words(88, 96)
    '28 May to 5 June 1917 (New Style 10 to 18 June 1917)'
    """
    return f"{old_in_words(first, last)} (New Style {_span(new_style(first), new_style(last))})"


def old_in_words(first: int, last: int) -> str:
    """Write a day or range, counted from 1 March 1917, Old Style."""
    return _span(old_style(first), old_style(last))


def _span(first: str, last: str) -> str:
    a, b = date.fromisoformat(first), date.fromisoformat(last)
    end = f"{b.day} {MONTHS[b.month - 1]} {b.year}"
    if a == b:
        return end
    if a.year != b.year:
        return f"{a.day} {MONTHS[a.month - 1]} {a.year} to {end}"
    if a.month != b.month:
        return f"{a.day} {MONTHS[a.month - 1]} to {end}"
    return f"{a.day} to {end}"
