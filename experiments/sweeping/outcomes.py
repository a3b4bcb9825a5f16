"""What a sweep keeps of each replicate: a flat list of named numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.ballot import mean_result
from sim.calendar_os import day_in_period, old_style
from sim.checks import Settings, require_one_of

if TYPE_CHECKING:
    from sim.record import Record
    from sim.settings import ModelSettings

BODIES = (
    "petrograd_factory_committees",
    "petrograd_soviet",
    "petrograd_soviet/workers",
    "petrograd_soviet/soldiers",
    "moscow_workers_soviet",
    "moscow_soldiers_soviet",
    "helsingfors_soviet",
    "kronstadt_soviet",
    "central_industrial_soviets",
    "urals_soviets",
    "donets_soviets",
    "trade_union_executive",
    "congress_october",
)
SIDES = ("for", "against", "abstaining")


@dataclass(frozen=True)
class OutcomeSettings(Settings):
    """What is kept of each replicate. An empty list keeps all there are.

    Attributes
    ----------
    dates : tuple of str
        Evenings, Old Style, of which shares are kept.
    parties : tuple of str
        Parties whose shares are kept.
    constituencies : tuple of str
        Constituencies whose allegiances are kept.
    bodies : tuple of str
        Institutions, or ``institution/chamber``, whose seats are kept.
    majority_party : str
        Party of which the first day with more than half the seats is kept.
    daily : bool
        Whether daily counts of agents are kept as well, in a table of their own.
    """

    dates: tuple[str, ...] = ("1917-06-03", "1917-08-24", "1917-09-09", "1917-10-25")
    parties: tuple[str, ...] = ("RSR", "LSR", "ME", "MI", "BO")
    constituencies: tuple[str, ...] = ()
    bodies: tuple[str, ...] = BODIES
    majority_party: str = "BO"
    daily: bool = False

    def __post_init__(self) -> None:
        """Refuse days outside the period, and days without which there is nothing to keep."""
        if not self.dates:
            raise ValueError("sweep.outcomes.dates is empty. Name at least one day, Old Style.")
        for text in self.dates:
            day_in_period("sweep.outcomes.dates", text)


def refuse_unknown_outcomes(outcomes: OutcomeSettings, model: ModelSettings) -> None:
    """Refuse outcomes of what a model does not have.

    Raises
    ------
    ValueError
        If a party, constituency or body is unknown.
    """
    bodies = list(model.institution)
    bodies += [
        f"{name}/{chamber}" for name, b in model.institution.items() for chamber in b.chambers
    ]
    for setting, names, known in (
        ("parties", outcomes.parties, model.party),
        ("majority_party", (outcomes.majority_party,), model.party),
        ("constituencies", outcomes.constituencies, model.place.constituencies),
        ("bodies", outcomes.bodies, bodies),
    ):
        for name in names:
            require_one_of(f"sweep.outcomes.{setting}", name, tuple(known))


def outcomes_of(
    record: Record, model: ModelSettings, outcomes: OutcomeSettings
) -> tuple[list[str], NDArray[np.float64]]:
    """Reduce a record to the outcomes asked for.

    Parameters
    ----------
    record : Record
        Of a whole replicate.
    model : ModelSettings
        What it ran with; it names the slates of presidia.
    outcomes : OutcomeSettings
        What to keep.

    Returns
    -------
    names : list of str
        Such as ``share.petrograd_workers.BO.0824``; see :func:`meaning_of`.
    values : ndarray of float64, shape (n_names,)
        ``nan`` where there is no value, such as seats of a body that does not sit yet.
    """
    kept = [
        *_shares(record, outcomes),
        *_seats(record, outcomes),
        *_meetings(record),
        *_ballots(record),
        *_presidia(record, model),
    ]
    return [name for name, _ in kept], np.array([value for _, value in kept], dtype=np.float64)


def daily_of(record: Record) -> dict[str, NDArray[np.int32]]:
    """Count the agents of each day, constituency and party.

    Returns
    -------
    dict of str to ndarray of int32, shape (n_days * n_constituencies,)
        ``day``, ``constituency`` (its number) and a column for each party.
    """
    count = record.private_count[: record.n_recorded]
    days, places = np.indices(count.shape[:2], dtype=np.int32)
    columns = {"day": days.ravel(), "constituency": places.ravel()}
    for k, party in enumerate(record.parties):
        columns[party] = count[:, :, k].ravel()
    return columns


def column_name(*parts: str) -> str:
    """Join parts to a name that R, SQL and Python take.

    Examples
    --------
    >>> column_name("seats", "petrograd_soviet/workers", "BO", "0831")
    'seats.petrograd_soviet_workers.BO.0831'
    """
    return ".".join(re.sub(r"\W+", "_", part) for part in parts)


def meaning_of(name: str) -> tuple[str, str]:
    """Say what an outcome is, and in what unit.

    Examples
    --------
    >>> meaning_of("share.petrograd_workers.BO.0824")
    ('Allegiance in petrograd_workers to BO, evening of 24.08.1917 (Old Style)', 'share of agents')
    >>> meaning_of("vote.petrograd_soviet_0831.carried")
    ('petrograd_soviet_0831: whether the drawn vote carried the resolution', '0 or 1')
    """
    kind, what, *rest = name.split(".")
    date = f"evening of {rest[-1][2:]}.{rest[-1][:2]}.1917 (Old Style)" if len(rest) > 1 else ""
    match kind, rest:
        case "share", [party, _]:
            return f"Allegiance in {what} to {party}, {date}", "share of agents"
        case "seats", [party, _]:
            return f"Seats in {what} of {party}, {date}", "share of seats"
        case "majority_day", _:
            return (
                f"{what}: first evening with more than half the seats for the majority party",
                "days since 1 March 1917 (Old Style)",
            )
        case "vote", ["carried"]:
            return f"{what}: whether the drawn vote carried the resolution", "0 or 1"
        case "vote", [side]:
            return f"{what}: expected vote, {side}", "share of votes"
        case "ballot", ["turnout"]:
            return f"{what}: turnout", "share of electors"
        case "ballot", [party]:
            return f"{what}: votes for {party}", "share of votes"
        case _:
            return f"{what}: seats of {' '.join(rest)}", "seats"


Kept = Iterator[tuple[str, float]]


def _days(outcomes: OutcomeSettings) -> list[tuple[int, str]]:
    """Return day index, and the date as names of columns have it."""
    days = (day_in_period("sweep.outcomes.dates", text) for text in outcomes.dates)
    return [(day, old_style(day)[5:].replace("-", "")) for day in days]


def _shares(record: Record, outcomes: OutcomeSettings) -> Kept:
    for name in outcomes.constituencies or record.constituencies:
        shares = record.shares(name)
        for day, tag in _days(outcomes):
            for k in _indices(record.parties, outcomes.parties):
                yield column_name("share", name, record.parties[k], tag), shares[day, k]


def _seats(record: Record, outcomes: OutcomeSettings) -> Kept:
    daily = {body: record.seat_shares(body) for body in outcomes.bodies or record.institutions}
    for body, shares in daily.items():
        for day, tag in _days(outcomes):
            for k in _indices(record.parties, outcomes.parties):
                yield column_name("seats", body, record.parties[k], tag), shares[day, k]
    party = record.parties.index(outcomes.majority_party)
    for body, shares in daily.items():
        held = np.flatnonzero(shares[:, party] > 0.5)
        yield column_name("majority_day", body), float(held[0]) if len(held) else np.nan


def _meetings(record: Record) -> Kept:
    for name, result in sorted(record.meetings.items()):
        for side, share in zip(SIDES, result.expected, strict=True):
            yield column_name("vote", name, side), float(share)
        yield column_name("vote", name, "carried"), float(result.drawn[0] > result.drawn[1])


def _ballots(record: Record) -> Kept:
    for name, results in sorted(record.ballots.items()):
        mean = mean_result(results)
        for party, share in zip(record.parties, mean.shares, strict=True):
            yield column_name("ballot", name, party), float(share)
        yield column_name("ballot", name, "turnout"), mean.turnout


def _presidia(record: Record, model: ModelSettings) -> Kept:
    for name, seats in sorted(record.presidia.items()):
        for slate, count in zip(model.presidium[name].slates, seats, strict=True):
            yield column_name("presidium", name, slate), float(count)


def _indices(labels: Sequence[str], wanted: Sequence[str]) -> list[int]:
    return [labels.index(name) for name in wanted or labels]
