"""Outcomes named in words on one line, such as ``seats:petrograd_soviet:BO:1917-09-09``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.errors import SettingsError
from sim.calendar_os import day_in_period
from sim.record import Record

HELP = (
    "Write share:CONSTITUENCY:PARTY:DATE, seats:BODY:PARTY:DATE or vote:MEETING "
    "(towards soviet power, of those who took sides)."
)


@dataclass(frozen=True)
class Outcome:
    """An outcome of a replicate.

    Attributes
    ----------
    text : str
        As written.
    kind : str
        ``share`` of people, ``seats`` of a body, or a ``vote`` on a resolution.
    what : str
        Constituency, body or meeting.
    party : str
        Party; empty for a vote.
    day : int
        Day index; -1 for a vote.
    """

    text: str
    kind: str
    what: str
    party: str = ""
    day: int = -1


def parse_outcome(text: str) -> Outcome:
    """Read an outcome.

    Raises
    ------
    SettingsError
        If it is not written as it should be.

    Examples
    --------
    >>> parse_outcome("seats:petrograd_soviet:BO:1917-09-09").day
    192
    """
    kind, *rest = text.split(":")
    if kind in ("share", "seats") and len(rest) == 3:
        try:
            return Outcome(text, kind, rest[0], rest[1], day_in_period(text, rest[2]))
        except ValueError as error:
            raise SettingsError([str(error)]) from error
    if kind == "vote" and len(rest) == 1:
        return Outcome(text, kind, rest[0])
    raise SettingsError([f"cannot read the outcome {text!r}. {HELP}"])


def measure(record: Record, outcomes: tuple[Outcome, ...]) -> NDArray[np.float64]:
    """Return the outcomes of a replicate, shape (n_outcomes,); a vote not held is ``nan``.

    Raises
    ------
    ValueError
        If a constituency, body or party does not exist.
    """
    values = []
    for each in outcomes:
        if each.kind == "vote":
            result = record.meetings.get(each.what)
            if result is None:
                values.append(np.nan)
            else:
                towards, against, _ = result.expected_left_right_abstain
                values.append(towards / (towards + against))
            continue
        rows = record.shares if each.kind == "share" else record.seat_shares
        values.append(rows(each.what)[each.day, record.parties.index(each.party)])
    return np.array(values, dtype=np.float64)
