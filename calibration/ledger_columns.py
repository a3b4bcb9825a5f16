"""Columns of the ledger, in the order of the file, and the words that some of them may hold."""

from __future__ import annotations

from datetime import date

FIRST_DATE = date(1916, 12, 31)
LAST_DATE = date(1918, 12, 31)

REQUIRED = (
    "observation_id",
    "role",
    "date_os",
    "place",
    "body",
    "measure",
    "option",
    "parties",
    "count",
    "total",
    "operator",
    "target",
    "citation",
)
"""Columns that every file has."""

OPTIONAL = {
    "origin": "outside",
    "status": "transcribed",
    "confidence": "",
    "date_precision": "",
    "body_type": "",
    "electorate": "",
    "side": "",
    "relation": "",
    "lower": "",
    "upper": "",
    "composition": "",
    "base": "",
    "reading_of": "",
    "reading": "",
    "source_url": "",
    "note": "",
}
"""Columns that a file may leave out, and what stands in for them."""

CHOICES: dict[str, tuple[str, ...]] = {
    "role": ("train", "holdout", "negative_control", "second_reading", "context", "structure"),
    "origin": ("woods", "outside"),
    "status": ("transcribed", "derived", "assumed"),
    "confidence": ("", "1", "2", "3"),
    "date_precision": ("", "day", "range", "month", "season"),
    "measure": (
        "seats",
        "share",
        "votes",
        "members",
        "count",
        "resolution_for",
        "resolution_against",
        "abstain",
    ),
    "side": ("", "left", "right", "abstain"),
    "composition": ("", "complete", "partial", "named", "band", "separate"),
    "operator": (
        "resolution",
        "seats",
        "conference",
        "executive",
        "presidium",
        "ballot",
        "turnout",
        "membership",
        "ordinal",
        "attendance",
        "none",
    ),
    "reading": ("", "preferred", "alternative", "superseded", "repeat", "band", "aspect"),
}
"""Columns with a closed list of words; an empty word means that the cell may be empty."""

WHOLE = ("seats", "votes", "members", "resolution_for", "resolution_against", "abstain")
"""Measures that are counted in whole numbers."""

REPEATED = (
    "role",
    "date_os",
    "date_precision",
    "place",
    "body",
    "body_type",
    "electorate",
    "total",
    "composition",
    "base",
    "operator",
    "target",
    "reading_of",
)
"""Columns that every row of an observation repeats."""
