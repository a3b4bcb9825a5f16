"""Bodies as data: chambers, seats, who elects them, and how often mandates are renewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period, day_of
from sim.checks import Settings, require_between, require_one_of
from sim.place import Layout, Places
from sim.streams import slots_of

KINDS = (
    "unit_committee",
    "soviet",
    "executive",
    "union",
    "army_committee",
    "conference",
    "congress",
)
ELECTED_BY = ("units", "constituencies", "institutions")
VACANT = 255
"""Allegiance of an empty seat."""


@dataclass(frozen=True)
class GeneralElection(Settings):
    """A dated election of all seats of a chamber.

    Attributes
    ----------
    date : str
        Last day of the election, Old Style.
    window_days : int
        Each seat is filled on one of so many days up to the date.
    """

    date: str
    window_days: int = 1

    def __post_init__(self) -> None:
        """Refuse dates outside the period."""
        day_in_period("institution.chambers.elections.date", self.date)
        require_between(
            "institution.chambers.elections.window_days", self.window_days, 1, 262, "Days."
        )


@dataclass(frozen=True)
class Chamber(Settings):
    """One chamber or section of an institution.

    Attributes
    ----------
    elected_by : str
        ``units`` (each unit its own delegates, in proportion to its size),
        ``constituencies`` (delegates of a whole constituency) or ``institutions``
        (delegates of the delegates).
    base : mapping of str to float
        Ids of constituencies, or of institutions or single chambers of them
        (``institution/chamber``), and their share of the seats.
    seats : int or None
        Number of seats.
    seats_per_unit : int or None
        Instead of ``seats``: the same number for every unit.
    renewal : float
        Renewal rate of a mandate as a multiple of ``parameters.renewal_per_day``; 0 means
        that a mandate lasts until the next general election.
    from_start : bool
        Whether seats are filled on 1 March.
    elections : tuple of GeneralElection
        Dated elections of all seats.
    until : str or None
        Day on which the chamber is dissolved, Old Style; its seats are vacant from then on.
    """

    elected_by: str
    base: Mapping[str, float]
    seats: int | None = None
    seats_per_unit: int | None = None
    renewal: float = 1.0
    from_start: bool = True
    elections: tuple[GeneralElection, ...] = ()
    until: str | None = None

    def __post_init__(self) -> None:
        """Refuse a chamber without seats, or whose seats are never filled."""
        require_one_of("institution.chambers.elected_by", self.elected_by, ELECTED_BY)
        if (self.seats is None) == (self.seats_per_unit is None):
            raise ValueError(
                "institution.chambers needs either seats or seats_per_unit, got "
                f"seats={self.seats!r} and seats_per_unit={self.seats_per_unit!r}."
            )
        if self.seats_per_unit is not None and self.elected_by != "units":
            raise ValueError(
                "institution.chambers.seats_per_unit needs elected_by: units; "
                f"got {self.elected_by!r}. Set seats instead."
            )
        require_between(
            "institution.chambers.seats",
            self.seats or self.seats_per_unit or 0,
            1,
            100_000,
            "Number of seats.",
        )
        require_between("institution.chambers.renewal", self.renewal, 0.0, 100.0, "A multiple.")
        if not self.base:
            raise ValueError("institution.chambers.base is empty. Name who elects the chamber.")
        for name, weight in self.base.items():
            require_between(
                f"institution.chambers.base.{name}", weight, 0.0, 1e6, "A weight.", open_low=True
            )
        if self.until is not None:
            day_in_period("institution.chambers.until", self.until)
        if not self.from_start and not self.elections:
            raise ValueError(
                "institution.chambers has from_start=false and no elections, so nobody would "
                "ever sit in it. Add an election or set from_start=true."
            )


@dataclass(frozen=True)
class Institution(Settings):
    """A body of delegates.

    Attributes
    ----------
    title : str
        Name for readers.
    kind : str
        Type of body.
    place : str
        Town or region, or ``russia``.
    chambers : mapping of str to Chamber
        By id; a body without sections has one chamber called ``all``.
    source : str
        Where seats and rules come from, and their status.
    """

    title: str
    kind: str
    place: str
    chambers: Mapping[str, Chamber]
    source: str

    def __post_init__(self) -> None:
        """Refuse unknown kinds and bodies without chambers."""
        require_one_of("institution.kind", self.kind, KINDS)
        if not self.chambers:
            raise ValueError(f"institution {self.title!r} has no chambers. Define at least one.")


@dataclass(frozen=True)
class SeatPlan:
    """All seats of all bodies, in one table; nothing here changes during a run.

    Elector rows are numbered through: units, constituencies, institutions, chambers.
    A group is the seats of one chamber with the same elector.

    Attributes
    ----------
    institutions : tuple of str
        Institution ids.
    chambers : tuple of str
        ``institution/chamber`` for each chamber.
    institution_of_chamber : ndarray of int64, shape (n_chambers,)
        Institution of each chamber.
    chamber, group, slot : ndarray, shape (n_seats,)
        Chamber and group of each seat, and its slot in the random streams.
    group_start : ndarray of int64, shape (n_groups + 1,)
        First seat of each group; seats are sorted by group.
    group_elector, group_chamber, group_constituency : ndarray of int64, shape (n_groups,)
        Elector row, chamber, and constituency (-1 for bodies elected by bodies).
    group_renewal : ndarray of float64, shape (n_groups,)
        Multiple of the renewal rate.
    from_start : ndarray of bool, shape (n_seats,)
        Whether the seat is filled on 1 March.
    elections : tuple of (int, int, int, int)
        First seat, one after the last, last day, window in days, for each dated election.
    dissolutions : tuple of (int, int, int)
        First seat, one after the last, and the day, for each chamber that is dissolved.
    """

    institutions: tuple[str, ...]
    chambers: tuple[str, ...]
    institution_of_chamber: NDArray[np.int64]
    chamber: NDArray[np.int64]
    group: NDArray[np.int64]
    slot: NDArray[np.uint64]
    group_start: NDArray[np.int64]
    group_elector: NDArray[np.int64]
    group_chamber: NDArray[np.int64]
    group_constituency: NDArray[np.int64]
    group_renewal: NDArray[np.float64]
    from_start: NDArray[np.bool_]
    elections: tuple[tuple[int, int, int, int], ...]
    dissolutions: tuple[tuple[int, int, int], ...]
    n_seats: int = field(init=False)

    def __post_init__(self) -> None:
        """Fill in the number of seats."""
        object.__setattr__(self, "n_seats", len(self.chamber))

    def chamber_index(self, name: str) -> int:
        """Return the row of a chamber given as ``institution/chamber`` or ``institution``.

        Raises
        ------
        ValueError
            If there is no such chamber; the message lists the chambers.
        """
        full = name if "/" in name else f"{name}/all"
        require_one_of("chamber", full, self.chambers)
        return self.chambers.index(full)

    def chambers_named(self, name: str) -> NDArray[np.int64]:
        """Return the rows of ``institution/chamber``, or of all chambers of ``institution``.

        Raises
        ------
        ValueError
            If there is no such chamber or institution.
        """
        if name in self.institutions:
            rows = self.institution_of_chamber == self.institutions.index(name)
            return np.flatnonzero(rows)
        return np.array([self.chamber_index(name)])


def apportion(weights: NDArray[np.float64], n_seats: int) -> NDArray[np.int64]:
    """Divide seats in proportion to weights by largest remainders.

    Parameters
    ----------
    weights : ndarray of float64, shape (n,)
        Not negative, not all zero.
    n_seats : int
        Seats to divide.

    Returns
    -------
    ndarray of int64, shape (n,)
        Seats; they sum to ``n_seats``. Ties go to the earlier entry.

    Examples
    --------
    >>> import numpy as np
    >>> apportion(np.array([0.52, 0.29, 0.19]), 11)
    array([6, 3, 2])
    """
    exact = weights / weights.sum() * n_seats
    seats: NDArray[np.int64] = np.floor(exact + 1e-9).astype(np.int64)
    remainder = exact - seats
    seats[np.argsort(-remainder, kind="stable")[: n_seats - int(seats.sum())]] += 1
    return seats


def plan_seats(institutions: Mapping[str, Institution], places: Places, layout: Layout) -> SeatPlan:
    """Lay out all seats of all bodies.

    Raises
    ------
    ValueError
        If a chamber is elected by a constituency or institution that does not exist.
    """
    names = (
        *institutions,
        *(f"{name}/{label}" for name, body in institutions.items() for label in body.chambers),
    )
    groups: list[tuple[int, int, int, float, int]] = []  # elector, chamber, place, rate, seats
    chambers: list[str] = []
    owner: list[int] = []
    started: list[bool] = []
    elections: list[tuple[int, int, int, int]] = []
    dissolutions: list[tuple[int, int, int]] = []
    seat = 0
    for i, (name, institution) in enumerate(institutions.items()):
        for label, chamber in institution.chambers.items():
            first = seat
            for elector, place, n in _electors(
                f"institution.{name}.chambers.{label}", chamber, names, places, layout
            ):
                groups.append((elector, len(chambers), place, chamber.renewal, n))
                seat += n
            for election in chamber.elections:
                day = day_in_period(f"institution.{name}", election.date)
                elections.append((first, seat, day, election.window_days))
            if chamber.until is not None:
                dissolutions.append((first, seat, day_of(chamber.until)))
            chambers.append(f"{name}/{label}")
            owner.append(i)
            started.append(chamber.from_start)
    sizes = np.array([g[4] for g in groups], dtype=np.int64)
    chamber_of_group = np.array([g[1] for g in groups], dtype=np.int64)
    chamber_of_seat = np.repeat(chamber_of_group, sizes)
    per_chamber = np.bincount(chamber_of_seat, minlength=len(chambers))
    return SeatPlan(
        institutions=tuple(institutions),
        chambers=tuple(chambers),
        institution_of_chamber=np.array(owner, dtype=np.int64),
        chamber=chamber_of_seat,
        group=np.repeat(np.arange(len(groups)), sizes),
        slot=np.concatenate(
            [
                np.zeros(0, dtype=np.uint64),  # for a country without bodies
                *(slots_of(c, int(n)) for c, n in zip(chambers, per_chamber, strict=True)),
            ]
        ),
        group_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        group_elector=np.array([g[0] for g in groups], dtype=np.int64),
        group_chamber=chamber_of_group,
        group_constituency=np.array([g[2] for g in groups], dtype=np.int64),
        group_renewal=np.array([g[3] for g in groups], dtype=np.float64),
        from_start=np.array(started, dtype=np.bool_)[chamber_of_seat],
        elections=tuple(elections),
        dissolutions=tuple(dissolutions),
    )


def _electors(
    setting: str, chamber: Chamber, names: tuple[str, ...], places: Places, layout: Layout
) -> list[tuple[int, int, int]]:
    """Return (elector row, constituency or -1, seats) for each elector that has a seat."""
    known = names if chamber.elected_by == "institutions" else tuple(places.constituencies)
    for base in chamber.base:
        require_one_of(f"{setting}.base", base, known)
    weights = np.array(list(chamber.base.values()), dtype=np.float64)
    indices = [known.index(base) for base in chamber.base]
    if chamber.seats_per_unit is not None:
        units = np.concatenate(
            [np.arange(layout.unit_first[c], layout.unit_first[c + 1]) for c in indices]
        )
        return [
            (int(u), int(layout.constituency_of_unit[u]), chamber.seats_per_unit) for u in units
        ]
    shared = apportion(weights, chamber.seats or 0)
    if chamber.elected_by == "institutions":
        first = layout.n_units + len(layout.ids)
        return [(first + i, -1, int(n)) for i, n in zip(indices, shared, strict=True) if n]
    if chamber.elected_by == "constituencies":
        return [(layout.n_units + c, c, int(n)) for c, n in zip(indices, shared, strict=True) if n]
    rows: list[tuple[int, int, int]] = []
    for c, n in zip(indices, shared, strict=True):
        units = np.arange(layout.unit_first[c], layout.unit_first[c + 1])
        people = np.diff(layout.unit_start)[units].astype(np.float64)
        rows += [
            (int(u), c, int(m)) for u, m in zip(units, apportion(people, int(n)), strict=True) if m
        ]
    return rows
