"""What is kept of a replicate. Recording consumes no draws and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.ballot import BallotResult
from sim.calendar_os import N_DAYS
from sim.checks import index_of
from sim.leadership import Leadership
from sim.meeting import MeetingResult
from sim.state import State
from sim.world import World


@dataclass
class Record:
    """The record of one replicate; row ``t`` of a daily array is the evening of day ``t``.

    Axes: t = day, c = constituency, k = party, h = chamber, g = issue.

    Attributes
    ----------
    parties, constituencies, chambers, institutions : tuple of str
        Labels of the axes.
    institution_of_chamber : ndarray of int64, shape (n_chambers,)
        Institution of each chamber.
    presidium_chambers : dict of str to str
        Chamber that elects each presidium.
    people_per_agent : ndarray of float64, shape (n_constituencies,)
        Weight of an agent.
    n_recorded : int
        Days recorded so far.
    private_count, public_count : ndarray of int32, shape (n_days, n_constituencies, n_parties)
        Agents by allegiance, held and shown.
    village_count : ndarray of int32, shape (n_days, n_constituencies, n_parties)
        Deserters in the villages, by origin.
    initial_count : ndarray of int32, shape (n_constituencies, n_parties)
        Agents by allegiance before day 0.
    seats : ndarray of int32, shape (n_days, n_chambers, n_parties)
        Delegates.
    members : ndarray of float64, shape (n_days, n_constituencies, n_parties)
        Party members, in people.
    switches : ndarray of int32, shape (n_days, n_constituencies, n_parties, n_parties)
        Agents who changed from one party (axis 2) to another (axis 3).
    fatigue, tide, repression : ndarray of float64, shape (n_days, n_constituencies)
        Levels.
    grievance : ndarray of float64, shape (n_days, n_constituencies, 4)
        Levels.
    credibility : ndarray of float64, shape (n_days, n_constituencies, n_parties)
        Standing of parties.
    meetings : dict of str to MeetingResult
        Dated resolution votes.
    ballots : dict of str to list of BallotResult
        Dated ballots, one result for each day of voting.
    presidia : dict of str to ndarray of int64
        Seats by slate, in the order of the configuration.
    leadership : Leadership or None
        Course of the leadership module, if it was enabled and the period is over.
    """

    parties: tuple[str, ...]
    constituencies: tuple[str, ...]
    chambers: tuple[str, ...]
    institutions: tuple[str, ...]
    institution_of_chamber: NDArray[np.int64]
    presidium_chambers: dict[str, str]
    people_per_agent: NDArray[np.float64]
    n_recorded: int
    private_count: NDArray[np.int32]
    public_count: NDArray[np.int32]
    village_count: NDArray[np.int32]
    initial_count: NDArray[np.int32]
    seats: NDArray[np.int32]
    members: NDArray[np.float64]
    switches: NDArray[np.int32]
    fatigue: NDArray[np.float64]
    tide: NDArray[np.float64]
    repression: NDArray[np.float64]
    grievance: NDArray[np.float64]
    credibility: NDArray[np.float64]
    meetings: dict[str, MeetingResult] = field(default_factory=dict)
    ballots: dict[str, list[BallotResult]] = field(default_factory=dict)
    presidia: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    leadership: Leadership | None = None

    def shares(self, constituency: str, *, public: bool = False) -> NDArray[np.float64]:
        """Return daily shares of one constituency, shape (n_recorded, n_parties)."""
        c = index_of("constituency", constituency, self.constituencies)
        count = (self.public_count if public else self.private_count)[: self.n_recorded, c]
        shares: NDArray[np.float64] = count / np.maximum(count.sum(axis=1, keepdims=True), 1)
        return shares

    def seat_shares(self, body: str) -> NDArray[np.float64]:
        """Return daily shares of the seats of an institution or ``institution/chamber``.

        Returns
        -------
        ndarray of float64, shape (n_recorded, n_parties)
            ``nan`` while nobody sits.
        """
        if "/" in body:
            rows = np.array([index_of("body", body, self.chambers)])
        else:
            i = index_of("body", body, self.institutions)
            rows = np.flatnonzero(self.institution_of_chamber == i)
        count = self.seats[: self.n_recorded, rows].sum(axis=1).astype(np.float64)
        total = count.sum(axis=1, keepdims=True)
        total[total == 0] = np.nan
        shares: NDArray[np.float64] = count / total
        return shares


def empty_record(world: World, initial_count: NDArray[np.int64]) -> Record:
    """Return a record with room for the whole period."""
    n_c, n_k, n_h = len(world.layout.ids), len(world.parties.ids), len(world.plan.chambers)

    def counts(*shape: int) -> NDArray[np.int32]:
        return np.zeros((N_DAYS, *shape), dtype=np.int32)

    def levels(*shape: int) -> NDArray[np.float64]:
        return np.zeros((N_DAYS, *shape))

    return Record(
        parties=world.parties.ids,
        constituencies=world.layout.ids,
        chambers=world.plan.chambers,
        institutions=world.plan.institutions,
        institution_of_chamber=world.plan.institution_of_chamber,
        presidium_chambers={name: p.chamber for name, p in world.settings.presidium.items()},
        people_per_agent=world.layout.people_per_agent,
        n_recorded=0,
        private_count=counts(n_c, n_k),
        public_count=counts(n_c, n_k),
        village_count=counts(n_c, n_k),
        initial_count=initial_count.astype(np.int32),
        seats=counts(n_h, n_k),
        members=levels(n_c, n_k),
        switches=counts(n_c, n_k, n_k),
        fatigue=levels(n_c),
        tide=levels(n_c),
        repression=levels(n_c),
        grievance=levels(n_c, 4),
        credibility=levels(n_c, n_k),
    )


Number = TypeVar("Number", np.int64, np.float64)


def by_constituency(of_unit: NDArray[Number], world: World) -> NDArray[Number]:
    """Sum an array over the units of each constituency (first axis)."""
    summed: NDArray[Number] = np.add.reduceat(of_unit, world.layout.unit_first[:-1], axis=0)
    return summed


def record_day(record: Record, state: State, world: World, day: int) -> None:
    """Write the evening of a day into the record."""
    record.private_count[day] = by_constituency(state.private_count, world)
    record.public_count[day] = by_constituency(state.public_count, world)
    record.village_count[day] = state.village_count
    record.seats[day] = state.mandates.count
    record.members[day] = by_constituency(
        state.members * (world.people_of_unit / 100.0)[:, None], world
    )
    record.switches[day] = state.switches
    record.fatigue[day] = state.fatigue
    record.tide[day] = state.tide
    record.repression[day] = state.repression
    record.grievance[day] = state.grievance
    record.credibility[day] = state.credibility
    record.n_recorded = day + 1
