"""Numbers that people ask about: when a body was won, and how the parties stood in November."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import N_DAYS, day_of

if TYPE_CHECKING:
    from sim.record import Record

BODIES = (
    "petrograd_factory_committees",
    "petrograd_soviet/workers",
    "petrograd_soviet/soldiers",
    "petrograd_soviet",
    "petrograd_soldiers_executive",
    "moscow_workers_soviet",
    "moscow_workers_executive",
    "moscow_soldiers_soviet",
    "moscow_soldiers_executive",
    "trade_union_executive",
    "helsingfors_soviet",
    "kronstadt_soviet",
    "central_industrial_soviets",
    "urals_soviets",
    "volga_soviets",
    "caucasus_soviets",
    "northern_western_army_committees",
    "central_executive",
)
"""Bodies whose first Bolshevik majority is dated."""

PLACES = (
    "petrograd_workers",
    "petrograd_garrison",
    "petrograd_citizens",
    "moscow_workers",
    "moscow_garrison",
    "moscow_citizens",
    "helsingfors_fleet",
    "northern_western_fronts",
    "southwestern_romanian_fronts",
    "caucasus",
)
"""Constituencies whose shares are kept at the dates below."""

DATES = ("1917-07-01", "1917-07-25", "1917-08-24", "1917-09-09", "1917-10-25", "1917-11-12")
PARTIES = ("KD", "RSR", "LSR", "ME", "BO")

OUTCOME_NAMES = (
    *(f"majority_day.{body}" for body in BODIES),
    *(f"share.{place}.{party}.{date}" for place in PLACES for party in PARTIES for date in DATES),
)
"""Order of the outcome axis. Majority days count from 1 March; 262 means never."""


def majority_day(record: Record, body: str, party: str = "BO") -> int:
    """Return the first day on which a party holds more than half of a body's seats.

    Returns
    -------
    int
        Day index; ``N_DAYS`` if never in the period.
    """
    shares = record.seat_shares(body)[:, record.parties.index(party)]
    held = np.flatnonzero(np.nan_to_num(shares) > 0.5)
    return int(held[0]) if len(held) else N_DAYS


def outcomes_of(record: Record) -> NDArray[np.float64]:
    """Return the outcomes of a finished replicate, shape (n_outcomes,)."""
    days = [day_of(date) for date in DATES]
    majorities = [
        float(majority_day(record, body))
        if body.partition("/")[0] in record.institutions
        else np.nan
        for body in BODIES
    ]
    shares = []
    for place in PLACES:
        if place not in record.constituencies:
            shares.append(np.full(len(PARTIES) * len(days), np.nan))
            continue
        series = record.shares(place)
        columns = [record.parties.index(party) for party in PARTIES]
        shares.append(series[np.ix_(days, columns)].T.ravel())
    return np.concatenate([np.array(majorities), *shares])
