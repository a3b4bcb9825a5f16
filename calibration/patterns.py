"""Ten patterns that a run should show (P1 to P10), each true or false of one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.observation import OperatorSet
from calibration.outcomes import majority_day
from sim.calendar_os import N_DAYS, day_of

if TYPE_CHECKING:
    from sim.record import Record
    from sim.settings import ModelSettings

WITHIN_POINTS = 0.10
MEMBERSHIP = {"1917-03-01": 24_000.0, "1917-04-26": 79_000.0, "1917-07-30": 220_000.0,
              "1917-10-20": 350_000.0}  # fmt: skip
MEMBERSHIP_FACTOR = 1.5
SYMPATHISERS = (20.0, 50.0)

PATTERNS = {
    "P1": "city: Bolshevik shares of Petrograd and Moscow ballots within 10 points",
    "P2": "body: majorities come in the order factory committees, workers' section, plenum, "
    "soldiers' and union executives, Central Executive",
    "P3": "place: Petrograd and the fleet before Moscow, Moscow before the Volga, Caucasus never",
    "P4": "time: Petrograd workers move less than a third as fast in July as in June, and pass "
    "the level of 1 July by 24 August",
    "P5": "meeting: a larger share for soviet power on 31 August than on 9 September, though "
    "the base moves the other way",
    "P6": "party: Mensheviks collapse before Socialist Revolutionaries in the towns",
    "P7": "party: Kadets gain among citizens while the centre falls",
    "P8": "turnout: falls from June to September, selectively",
    "P9": "membership: 24, 79, 220, 350 thousand within a factor of 1.5; 20 to 50 supporters "
    "a member",
    "P10": "executive: Moscow soldiers' still Socialist Revolutionary while the workers' is "
    "Bolshevik",
}


@dataclass(frozen=True)
class Documented:
    """Documented Bolshevik shares of ballots, and the electorates of ballots.

    Attributes
    ----------
    ballots : mapping of str to float
        Mean documented share by ballot.
    electorates : mapping of str to mapping of str to float
        Mix of each ballot.
    """

    ballots: Mapping[str, float]
    electorates: Mapping[str, Mapping[str, float]]


def documented_ballots(operators: OperatorSet, settings: ModelSettings) -> Documented:
    """Read the Bolshevik shares of ballots off the figures."""
    shares: dict[str, list[float]] = {}
    for operator in operators.operators:
        if operator.observation.operator == "ballot" and ("BO",) in operator.groups:
            j = operator.groups.index(("BO",))
            shares.setdefault(operator.observation.target[0], []).append(float(operator.value[j]))
    return Documented(
        {name: float(np.mean(values)) for name, values in shares.items()},
        {name: dict(ballot.electorate) for name, ballot in settings.ballot.items()},
    )


def patterns_of(record: Record, documented: Documented) -> dict[str, bool]:
    """Return which of the ten patterns a run shows, by name."""
    return {name: bool(check(record, documented)) for name, check in _CHECKS.items()}


def accepted(shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which runs show at least eight patterns and all of P1 to P3.

    Parameters
    ----------
    shown : ndarray of bool, shape (n_runs, 10)
        In the order of ``PATTERNS``.
    """
    enough: NDArray[np.bool_] = (shown.sum(axis=1) >= 8) & shown[:, :3].all(axis=1)
    return enough


def _share(record: Record, place: str, *parties: str) -> NDArray[np.float64]:
    """Return the daily private share of some parties together, shape (n_days,)."""
    columns = [record.parties.index(party) for party in parties]
    share: NDArray[np.float64] = record.shares(place)[:, columns].sum(axis=1)
    return share


def _ballot(record: Record, name: str) -> tuple[NDArray[np.float64], float]:
    """Return shares and turnout of a ballot, averaged over its days."""
    results = record.ballots[name]
    shares = np.mean([result.shares for result in results], axis=0)
    return shares, float(np.mean([result.turnout for result in results]))


def _cities(record: Record, documented: Documented) -> bool:
    column = record.parties.index("BO")
    return all(
        abs(_ballot(record, name)[0][column] - share) <= WITHIN_POINTS
        for name, share in documented.ballots.items()
    )


def _bodies(record: Record, _: Documented) -> bool:
    days = [
        majority_day(record, "petrograd_factory_committees"),
        majority_day(record, "petrograd_soviet/workers"),
        majority_day(record, "petrograd_soviet"),
        min(
            majority_day(record, "petrograd_soldiers_executive"),
            majority_day(record, "trade_union_executive"),
        ),
        majority_day(record, "central_executive"),
    ]
    in_order = all(a <= b for a, b in pairwise(days))
    return in_order and days[0] < days[1] < N_DAYS


def _places(record: Record, _: Documented) -> bool:
    capital = majority_day(record, "petrograd_soviet")
    fleet = majority_day(record, "helsingfors_soviet")
    moscow = majority_day(record, "moscow_workers_soviet")
    volga = majority_day(record, "volga_soviets")
    caucasus = majority_day(record, "caucasus_soviets")
    return max(capital, fleet) <= moscow < N_DAYS and moscow <= volga and caucasus == N_DAYS


def _july(record: Record, _: Documented) -> bool:
    bolshevik = _share(record, "petrograd_workers", "BO")
    june = bolshevik[day_of("1917-07-01")] - bolshevik[day_of("1917-06-01")]
    july = bolshevik[day_of("1917-07-25")] - bolshevik[day_of("1917-07-01")]
    slower = july / 24.0 < june / 30.0 / 3.0
    recovered = bolshevik[day_of("1917-08-24")] > bolshevik[day_of("1917-07-01")]
    return bool(slower and recovered)


def _meetings(record: Record, _: Documented) -> bool:
    first = record.meetings["petrograd_soviet_0831"].expected_left_right_abstain[0]
    second = record.meetings["petrograd_soviet_0909"].expected_left_right_abstain[0]
    base = [_share(record, place, "BO") for place in ("petrograd_workers", "petrograd_garrison")]
    rises = sum(share[day_of("1917-09-09")] - share[day_of("1917-08-31")] for share in base) > 0
    return bool(first > second and rises)


def _collapse(record: Record, _: Documented) -> bool:
    towns = ("petrograd_workers", "moscow_workers")
    mensheviks = np.mean([_share(record, place, "ME") for place in towns], axis=0)
    revolutionaries = np.mean([_share(record, place, "RSR", "LSR") for place in towns], axis=0)
    return _half_life(mensheviks) < _half_life(revolutionaries)


def _half_life(share: NDArray[np.float64]) -> int:
    """Return the first day after its peak on which a share is half of the peak."""
    peak = int(np.argmax(share))
    below = np.flatnonzero(share[peak:] <= share[peak] / 2.0)
    return peak + int(below[0]) if len(below) else N_DAYS


def _kadets(record: Record, _: Documented) -> bool:
    june, september = day_of("1917-06-25"), day_of("1917-09-24")
    gains, falls = 0.0, 0.0
    for place in ("petrograd_citizens", "moscow_citizens"):
        kadet, centre = _share(record, place, "KD"), _share(record, place, "RSR", "ME")
        gains += kadet[september] - kadet[june]
        falls += centre[september] - centre[june]
    return gains > 0 > falls


def _turnout(record: Record, documented: Documented) -> bool:
    _, june = _ballot(record, "moscow_city_duma")
    shares, september = _ballot(record, "moscow_ward_dumas")
    mix = documented.electorates["moscow_ward_dumas"]
    day = day_of("1917-09-24")
    column = record.parties.index("BO")
    present = sum(weight * _share(record, place, "BO")[day] for place, weight in mix.items()) / sum(
        mix.values()
    )
    return september < june and shares[column] > present


def _membership(record: Record, _: Documented) -> bool:
    column = record.parties.index("BO")
    members = record.members[:, :, column].sum(axis=1)
    near = all(
        abs(np.log(members[day_of(date)] / number)) <= np.log(MEMBERSHIP_FACTOR)
        for date, number in MEMBERSHIP.items()
    )
    day = day_of("1917-10-25")
    supporters = float(record.private_count[day, :, column] @ record.people_per_agent)
    ratio = supporters / max(float(members[day]), 1.0)
    return bool(near and SYMPATHISERS[0] <= ratio <= SYMPATHISERS[1])


def _executives(record: Record, _: Documented) -> bool:
    day = day_of("1917-09-19")
    soldiers = record.seat_shares("moscow_soldiers_executive")[day]
    workers = record.seat_shares("moscow_workers_executive")[day]
    columns = {party: record.parties.index(party) for party in ("RSR", "LSR", "BO")}
    revolutionary = soldiers[columns["RSR"]] + soldiers[columns["LSR"]]
    return bool(revolutionary > soldiers[columns["BO"]] and workers[columns["BO"]] == workers.max())


_CHECKS: dict[str, Callable[[Record, Documented], bool]] = {
    "P1": _cities,
    "P2": _bodies,
    "P3": _places,
    "P4": _july,
    "P5": _meetings,
    "P6": _collapse,
    "P7": _kadets,
    "P8": _turnout,
    "P9": _membership,
    "P10": _executives,
}
