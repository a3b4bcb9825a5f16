"""What a run leaves behind: every table, every column, with unit and meaning.

Tables are Parquet files in the folder of the run. They hold 32-bit integers, 64-bit floats
and text, so that pandas, polars, DuckDB and R read them alike. Names in braces stand for one
column each: ``{party}`` for every party of the model, ``{issue}`` for every grievance.
Replicates count from 0, days from 1 March 1917 (Old Style), which is day 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.party import ISSUES


class Column(NamedTuple):
    """A column of a table.

    Attributes
    ----------
    kind : str
        ``int32``, ``float64`` or ``string``.
    unit : str
        What a value counts or measures.
    meaning : str
        In words.
    """

    kind: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table of results.

    Attributes
    ----------
    title : str
        What it holds, in words.
    key : tuple of str
        Columns that tell its rows apart.
    columns : mapping of str to Column
        By name; names in braces stand for several columns.
    """

    title: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    def names(self, parties: Sequence[str]) -> list[str]:
        """Return the names of the columns in their order, braces filled in."""
        found = []
        for name in self.columns:
            if "{party}" in name:
                found += [name.format(party=party) for party in parties]
            elif "{issue}" in name:
                found += [name.format(issue=issue) for issue in ISSUES]
            else:
                found.append(name)
        return found


REPLICATE = Column("int32", "number", "Replicate, from 0.")
DAY = Column("int32", "days", "Evening of this day; 0 is 1 March 1917, Old Style.")
DATE = Column("string", "date", "The same day, Old Style; New Style is 13 days later.")
CONSTITUENCY = Column("string", "id", "Constituency: a place and a sector.")
OBSERVATION = Column("string", "id", "Observation of the evidence.")
LABEL = Column("string", "text", "Which of its values: an option as printed, or ``other``.")
SHARE = "share, 0 to 1"

TABLES: dict[str, Table] = {
    "replicates": Table(
        "Every replicate that was asked for, finished or not.",
        ("replicate",),
        {
            "replicate": REPLICATE,
            "draw": Column(
                "int32", "number", "Parameter set; replicates with one number share it."
            ),
            "seed": Column("string", "number", "Seed of the replicate (exceeds 32 bits)."),
            "status": Column("string", "word", "``finished``, ``failed`` or ``not run``."),
            "error": Column("string", "text", "Why it failed; empty otherwise."),
            "{parameter}": Column("float64", "see parameters", "Value of each parameter."),
        },
    ),
    "start": Table(
        "Allegiances before day 0, and how many people an agent stands for.",
        ("replicate", "constituency"),
        {
            "replicate": REPLICATE,
            "constituency": CONSTITUENCY,
            "people_per_agent": Column("float64", "people", "Weight of an agent."),
            "{party}": Column("int32", "agents", "Agents of the allegiance."),
        },
    ),
    "shares": Table(
        "Allegiances by constituency and day.",
        ("replicate", "day", "constituency"),
        {
            "replicate": REPLICATE,
            "day": DAY,
            "date": DATE,
            "constituency": CONSTITUENCY,
            "agents": Column("int32", "agents", "Agents present; people left by desertion."),
            "private_{party}": Column("float64", SHARE, "Allegiance held."),
            "public_{party}": Column("float64", SHARE, "Allegiance shown to others."),
        },
    ),
    "seats": Table(
        "Delegates by body and day.",
        ("replicate", "day", "chamber"),
        {
            "replicate": REPLICATE,
            "day": DAY,
            "date": DATE,
            "institution": Column("string", "id", "Body."),
            "chamber": Column("string", "id", "Body and chamber, ``institution/chamber``."),
            "{party}": Column("int32", "seats", "Delegates of the party; 0 all through: vacant."),
        },
    ),
    "members": Table(
        "Party members by constituency and day.",
        ("replicate", "day", "constituency"),
        {
            "replicate": REPLICATE,
            "day": DAY,
            "date": DATE,
            "constituency": CONSTITUENCY,
            "{party}": Column("float64", "people", "Members of the party."),
        },
    ),
    "levels": Table(
        "Moods of constituencies and standing of parties in them, by day.",
        ("replicate", "day", "constituency"),
        {
            "replicate": REPLICATE,
            "day": DAY,
            "date": DATE,
            "constituency": CONSTITUENCY,
            "fatigue": Column("float64", "0 to 1", "Weariness with words."),
            "tide": Column("float64", "0 to 1", "Whether the left has been gaining."),
            "repression": Column("float64", "1 is July", "Strength of repression."),
            "grievance_{issue}": Column("float64", "0 to 1", "Unmet demand."),
            "credibility_{party}": Column("float64", "logit", "Standing won or lost by events."),
        },
    ),
    "villages": Table(
        "Deserters who have arrived in the villages, by where they came from.",
        ("replicate", "day", "constituency"),
        {
            "replicate": REPLICATE,
            "day": DAY,
            "date": DATE,
            "constituency": CONSTITUENCY,
            "{party}": Column("int32", "agents", "Arrived so far, by allegiance."),
        },
    ),
    "flows": Table(
        "Changes of allegiance by constituency and month.",
        ("replicate", "month", "constituency", "from"),
        {
            "replicate": REPLICATE,
            "month": Column("string", "month", "``YYYY-MM``, Old Style."),
            "constituency": CONSTITUENCY,
            "from": Column("string", "id", "Party that was left."),
            "to_{party}": Column("int32", "agents", "Changes to the party."),
        },
    ),
    "meetings": Table(
        "Votes on resolutions.",
        ("replicate", "meeting"),
        {
            "replicate": REPLICATE,
            "meeting": Column("string", "id", "Meeting."),
            "direction": Column("string", "word", "What a vote for was for."),
            "expected_for": Column("float64", SHARE, "Expected, of the votes counted."),
            "expected_against": Column("float64", SHARE, "Expected, of the votes counted."),
            "expected_abstain": Column("float64", SHARE, "Expected, of the votes counted."),
            "expected_votes": Column("float64", "votes", "Expected number counted."),
            "expected_present": Column("float64", "delegates", "Expected number present."),
            "drawn_for": Column("int32", "votes", "In one drawn outcome."),
            "drawn_against": Column("int32", "votes", "In that outcome."),
            "drawn_abstain": Column("int32", "votes", "In that outcome."),
            "present": Column("int32", "delegates", "Present in that outcome."),
            "quorate": Column("int32", "0 or 1", "Whether they were enough."),
        },
    ),
    "ballots": Table(
        "Secret ballots.",
        ("replicate", "ballot", "voting_day"),
        {
            "replicate": REPLICATE,
            "ballot": Column("string", "id", "Ballot."),
            "voting_day": Column("int32", "number", "Day of voting that was counted, from 1."),
            "turnout": Column("float64", SHARE, "Votes over electors."),
            "{party}": Column("float64", SHARE, "Of the votes; NP is votes for other lists."),
        },
    ),
    "presidia": Table(
        "Presidia as elected.",
        ("replicate", "presidium", "slate"),
        {
            "replicate": REPLICATE,
            "presidium": Column("string", "id", "Presidium."),
            "slate": Column("string", "name", "Slate."),
            "seats": Column("int32", "seats", "Seats of the slate."),
        },
    ),
    "predictions": Table(
        "What each replicate would have shown of each documented figure.",
        ("replicate", "observation", "label", "day"),
        {
            "replicate": REPLICATE,
            "observation": OBSERVATION,
            "label": LABEL,
            "day": Column("int32", "days", "Day on which the record was read."),
            "predicted": Column("float64", "see scores", "Before any error of observation."),
        },
    ),
    "scores": Table(
        "Documented figures beside what the ensemble says they would have been.",
        ("observation", "label"),
        {
            "observation": OBSERVATION,
            "role": Column("string", "word", "``train``, ``holdout``, ``negative_control``..."),
            "operator": Column("string", "word", "Quantity of the model it is held against."),
            "target": Column("string", "ids", "What of the model was read."),
            "date": Column("string", "date", "Old Style, ``a`` or ``a/b``."),
            "date_new_style": Column("string", "date", "The same, New Style."),
            "day": Column("float64", "days", "Middle of the date or range."),
            "place": Column("string", "text", "As transcribed."),
            "label": LABEL,
            "parties": Column("string", "ids", "Parties the value stands for."),
            "unit": Column("string", "word", "``share`` (0 to 1), ``people``, or ``claim``."),
            "documented": Column("float64", "unit", "Value printed; 1 for a claim."),
            "predicted": Column("float64", "unit", "Median of the replicates' predictions."),
            "low_50": Column(
                "float64", "unit", "Lower end, 50 % predictive interval; nan for claims."
            ),
            "high_50": Column("float64", "unit", "Upper end, 50 % predictive interval."),
            "low_90": Column("float64", "unit", "Lower end, 90 % predictive interval."),
            "high_90": Column("float64", "unit", "Upper end, 90 % predictive interval."),
            "within_50": Column(
                "float64", "0 or 1", "Whether the printed value is inside; nan for claims."
            ),
            "within_90": Column(
                "float64", "0 or 1", "Whether the printed value is inside; nan for claims."
            ),
            "pit": Column("float64", "0 to 1", "Share of predictive draws below, ties halved."),
            "crps": Column("float64", "unit", "Continuous ranked probability score."),
            "sd_parameters": Column("float64", "unit", "Spread between parameter sets."),
            "sd_seeds": Column("float64", "unit", "Spread between seeds of one set."),
            "log_score": Column("float64", "nats", "Of the whole observation, repeated."),
            "energy_score": Column("float64", "unit", "Of the whole observation, repeated."),
            "named": Column("int32", "0 or 1", "Whether the source names the value."),
        },
    ),
    "unscored": Table(
        "Observations, or parts of them, that the model cannot predict.",
        ("observation", "kind", "value"),
        {
            "observation": OBSERVATION,
            "role": Column("string", "word", "Role of the observation."),
            "kind": Column("string", "word", "``place``, ``body``, ``party``, ``period``..."),
            "value": Column("string", "text", "What the model does not have."),
            "scored": Column("int32", "0 or 1", "Whether the rest is scored all the same."),
            "reason": Column("string", "text", "What becomes of it."),
        },
    ),
}

RECORD_TABLES = (
    "start",
    "shares",
    "seats",
    "members",
    "levels",
    "villages",
    "flows",
    "meetings",
    "ballots",
    "presidia",
)
"""Tables that together hold the record of every replicate."""


def file_of(table: str) -> str:
    """Return the name of a table's file."""
    return f"{table}.parquet"
