"""Mandates: drawn from their electors, renewed faster where they no longer fit (E16)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.checks import Settings, require_between
from sim.institution import VACANT, SeatPlan
from sim.streams import Decision, key_of, uniform, uniforms


@dataclass(frozen=True)
class ElectionSettings(Settings):
    """Rule of renewal. Values are assumed.

    Attributes
    ----------
    mismatch_factor : float
        The renewal rate is multiplied by one plus this times the distance between the
        shares of a unit and those of its delegates (sum of absolute differences).
    non_party_weight : float
        Weight of non-party electors when a delegate is chosen.
    """

    mismatch_factor: float = 2.0
    non_party_weight: float = 0.3

    def __post_init__(self) -> None:
        """Refuse negative factors."""
        require_between(
            "constants.election.mismatch_factor", self.mismatch_factor, 0.0, 100.0, "A factor."
        )
        require_between(
            "constants.election.non_party_weight", self.non_party_weight, 0.0, 10.0, "A weight."
        )


@dataclass
class Mandates:
    """Who holds each seat.

    Attributes
    ----------
    allegiance : ndarray of uint8, shape (n_seats,)
        Party column of the delegate; ``VACANT`` for an empty seat.
    since : ndarray of int16, shape (n_seats,)
        Day on which the mandate began; -1 for 1 March.
    count : ndarray of int64, shape (n_chambers, n_parties)
        Delegates by chamber.
    """

    allegiance: NDArray[np.uint8]
    since: NDArray[np.int16]
    count: NDArray[np.int64]

    def copy(self) -> Mandates:
        """Return a copy that later elections do not reach."""
        return Mandates(self.allegiance.copy(), self.since.copy(), self.count)


def elector_shares(
    units: NDArray[np.float64],
    constituencies: NDArray[np.float64],
    count: NDArray[np.int64],
    plan: SeatPlan,
    non_party: int,
    settings: ElectionSettings,
) -> NDArray[np.float64]:
    """Return what each elector would send: its public shares, the non-party weighed down.

    Parameters
    ----------
    units : ndarray of float64, shape (n_units, n_parties)
        Public shares in each unit.
    constituencies : ndarray of float64, shape (n_constituencies, n_parties)
        The same in each constituency.
    count : ndarray of int64, shape (n_chambers, n_parties)
        Delegates by chamber, for bodies that elect bodies (not weighed again).
    plan : SeatPlan
        Order of rows.
    non_party : int
        Column of the non-party.
    settings : ElectionSettings
        Weight of the non-party.

    Returns
    -------
    ndarray of float64, shape (n_electors, n_parties)
        Rows sum to 1; that of a body without delegates is all zero: it elects nobody.
    """
    weight = np.ones(units.shape[1])
    weight[non_party] = settings.non_party_weight
    rows = np.concatenate(
        [units * weight, constituencies * weight, delegates_by_body(count, plan), count]
    )
    total = rows.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = rows / np.where(total > 0.0, total, 1.0)
    return shares


def delegates_by_body(count: NDArray[np.int64], plan: SeatPlan) -> NDArray[np.int64]:
    """Sum delegates over the chambers of each institution, shape (n_institutions, n_parties)."""
    bodies = np.zeros((len(plan.institutions), count.shape[1]), dtype=count.dtype)
    np.add.at(bodies, plan.institution_of_chamber, count)
    return bodies


def general_elections(plan: SeatPlan, seed: int) -> dict[int, NDArray[np.int64]]:
    """Return the seats that are filled on each day by dated elections.

    A seat's day is drawn uniformly from the window of its election.
    """
    by_day: dict[int, list[NDArray[np.int64]]] = {}
    for first, last, day, window in plan.elections:
        seats = np.arange(first, last)
        u = uniforms(seed, Decision.MANDATE_ELECTION_DAY, day, plan.slot[seats])
        days = np.maximum(day - np.floor(u * window).astype(np.int64), 0)
        for d in np.unique(days):
            by_day.setdefault(int(d), []).append(seats[days == d])
    return {d: np.concatenate(parts) for d, parts in by_day.items()}


def first_mandates(
    plan: SeatPlan,
    units: NDArray[np.float64],
    constituencies: NDArray[np.float64],
    non_party: int,
    seed: int,
    settings: ElectionSettings,
) -> Mandates:
    """Fill the seats of 1 March from their electors; the others stay vacant.

    Units and constituencies elect first; bodies elect from the delegates just drawn, the
    bodies that these elect after them.

    Parameters
    ----------
    plan : SeatPlan
        The seats.
    units : ndarray of float64, shape (n_units, n_parties)
        Public shares in each unit.
    constituencies : ndarray of float64, shape (n_constituencies, n_parties)
        The same in each constituency.
    non_party : int
        Column of the non-party.
    seed : int
        Of the draws.
    settings : ElectionSettings
        Weight of the non-party.

    Returns
    -------
    Mandates
        Of the evening before 1 March.
    """
    n_parties = units.shape[1]
    mandates = Mandates(
        allegiance=np.full(plan.n_seats, VACANT, dtype=np.uint8),
        since=np.full(plan.n_seats, -1, dtype=np.int16),
        count=np.zeros((len(plan.chambers), n_parties), np.int64),
    )
    key = key_of(seed, Decision.MANDATE_INITIAL, -1)
    waiting = np.flatnonzero(plan.from_start)
    for _ in range(1 + len(plan.chambers)):  # a chain of bodies is no longer than their number
        shares = elector_shares(units, constituencies, mandates.count, plan, non_party, settings)
        _elect(mandates, plan, waiting, shares, key, -1)
        mandates.count = count_by_chamber(mandates.allegiance, plan, n_parties)
        vacant = mandates.allegiance[waiting] == VACANT
        if not vacant.any() or vacant.all():
            break
        waiting = waiting[vacant]
    return mandates


def count_by_chamber(
    allegiance: NDArray[np.uint8], plan: SeatPlan, n_parties: int
) -> NDArray[np.int64]:
    """Count delegates by chamber and party, vacant seats left out."""
    held = allegiance != VACANT
    cell = plan.chamber[held] * n_parties + allegiance[held]
    shape = (len(plan.chambers), n_parties)
    return np.bincount(cell, minlength=shape[0] * n_parties).reshape(shape)


def renew(
    mandates: Mandates,
    plan: SeatPlan,
    shares: NDArray[np.float64],
    rate_per_day: float,
    open_group: NDArray[np.bool_],
    elected_today: NDArray[np.int64] | None,
    seed: int,
    day: int,
    settings: ElectionSettings,
) -> Mandates:
    """Renew mandates for one day (E16), and hold the day's general elections.

    A vacant seat has no mandate to renew: only a general election fills it. What a body
    without delegates has elected stays.

    Parameters
    ----------
    mandates : Mandates
        This morning's; not changed.
    plan : SeatPlan
        The seats.
    shares : ndarray of float64, shape (n_electors, n_parties)
        From :func:`elector_shares`.
    rate_per_day : float
        The parameter ``renewal_per_day``; ``inf`` renews every mandate every day.
    open_group : ndarray of bool, shape (n_groups,)
        Whether the group may elect today.
    elected_today : ndarray of int64 or None
        Seats filled by general elections today, whatever ``open_group`` says.
    seed, day : int
        Of the draws.
    settings : ElectionSettings
        Rule of renewal.

    Returns
    -------
    Mandates
        Tonight's.
    """
    tonight = mandates.copy()
    tonight.count = mandates.count.copy()
    _renew(
        tonight.allegiance,
        tonight.since,
        tonight.count,
        plan.group_chamber,
        plan.group_start,
        plan.group_elector,
        np.where(open_group & (plan.group_renewal > 0.0), plan.group_renewal, 0.0),
        plan.slot,
        shares,
        min(rate_per_day, 1e12),
        settings.mismatch_factor,
        day,
        key_of(seed, Decision.MANDATE_RENEWAL, day),
        key_of(seed, Decision.MANDATE_CHOICE, day),
    )
    dissolved = [span for *span, until in plan.dissolutions if until == day]
    for first, last in dissolved:
        tonight.allegiance[first:last] = VACANT
    if elected_today is not None:
        key = key_of(seed, Decision.MANDATE_INITIAL, day)
        _elect(tonight, plan, elected_today, shares, key, day)
    if elected_today is not None or dissolved:
        tonight.count = count_by_chamber(tonight.allegiance, plan, shares.shape[1])
    return tonight


def _elect(
    mandates: Mandates,
    plan: SeatPlan,
    seats: NDArray[np.int64],
    shares: NDArray[np.float64],
    key: np.uint64,
    day: int,
) -> None:
    electors = plan.group_elector[plan.group[seats]]
    sends = (shares.sum(axis=1) > 0.0)[electors]
    seats, electors = seats[sends], electors[sends]
    _draw(mandates.allegiance, seats, electors, plan.slot[seats], np.cumsum(shares, axis=1), key)
    mandates.since[seats] = day


@njit(cache=True)
def _pick(cumulated, target):  # type: ignore[no-untyped-def]
    k = 0
    last = len(cumulated) - 1
    goal = target * cumulated[last]
    while k < last and cumulated[k] <= goal:
        k += 1
    return k


@njit(cache=True, nogil=True)
def _draw(allegiance, seats, electors, slots, cumulated, key):  # type: ignore[no-untyped-def]
    for j in range(len(seats)):
        allegiance[seats[j]] = _pick(cumulated[electors[j]], uniform(key, slots[j]))


@njit(cache=True, nogil=True)
def _renew(  # type: ignore[no-untyped-def]
    allegiance, since, count_of_chamber, group_chamber, group_start, group_elector, group_renewal,
    slots, shares, rate, mismatch_factor, day, key_renewal, key_choice,
):  # fmt: skip
    n_parties = shares.shape[1]
    count, row = np.empty(n_parties), np.empty(n_parties)
    for g in range(len(group_elector)):
        if group_renewal[g] == 0.0:
            continue
        first, last = group_start[g], group_start[g + 1]
        cumulated = 0.0
        for k in range(n_parties):
            cumulated += shares[group_elector[g], k]
            row[k] = cumulated
        if cumulated == 0.0:
            continue
        count[:] = 0.0
        for s in range(first, last):
            if allegiance[s] != VACANT:
                count[allegiance[s]] += 1.0
        total = max(count.sum(), 1.0)
        mismatch = 0.0
        for k in range(n_parties):
            share = row[k] - (row[k - 1] if k > 0 else 0.0)
            mismatch += abs(share - count[k] / total)
        chance = rate * group_renewal[g] * (1.0 + mismatch_factor * mismatch)
        for s in range(first, last):
            if allegiance[s] != VACANT and uniform(key_renewal, slots[s]) < chance:
                elected = _pick(row, uniform(key_choice, slots[s]))
                count_of_chamber[group_chamber[g], allegiance[s]] -= 1
                count_of_chamber[group_chamber[g], elected] += 1
                allegiance[s] = elected
                since[s] = day
