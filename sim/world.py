"""Settings turned into tables, once for all replicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period, day_of
from sim.checks import require_one_of
from sim.event import compile_schedule
from sim.institution import SeatPlan, plan_seats
from sim.march import events_after_march
from sim.meeting import Meeting
from sim.parameters import Parameters
from sim.party import ISSUES, PartyTable, tabulate_parties
from sim.place import Layout, lay_out
from sim.population import Blocks, divide
from sim.settings import ModelSettings


@dataclass(frozen=True)
class MeetingTable:
    """One meeting as arrays; see :class:`sim.meeting.Meeting`."""

    name: str
    meeting: Meeting
    seats: NDArray[np.int64]
    whip: NDArray[np.float64]
    stance_set: NDArray[np.float64]
    duty: NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What does not change from one replicate to the next.

    Axes: c = constituency, u = unit, k = party, g = issue.

    Attributes
    ----------
    settings : ModelSettings
        Where it all came from.
    parties : PartyTable
        Parties.
    layout, blocks : Layout, Blocks
        Who sits where.
    plan : SeatPlan
        Seats of all bodies.
    initial_mean : ndarray of float64, shape (n_constituencies, n_parties)
        Expected initial shares.
    exposure, turnover_per_day : ndarray of float64, shape (n_constituencies,)
        Of each constituency.
    deserts : ndarray of bool, shape (n_constituencies,)
        Whether its people can desert.
    issue_salience : ndarray of float64, shape (n_constituencies, 4)
        Weight of each issue.
    reach_of_unit, ratio_of_unit, people_of_unit : ndarray of float64, shape (n_units,)
        Reach of agitators in a shared language, supporters per member, people.
    meetings : mapping of int to tuple of MeetingTable
        By day.
    ballots : mapping of str to (ndarray, range)
        Electorate over constituencies, and days of voting.
    presidia : mapping of int to tuple of str
        Ids by day.
    soviets_of : tuple of tuple of int
        Institutions whose majority concerns each constituency.
    non_party, united_party : int
        Columns.
    """

    settings: ModelSettings
    parties: PartyTable
    layout: Layout
    blocks: Blocks
    plan: SeatPlan
    initial_mean: NDArray[np.float64]
    exposure: NDArray[np.float64]
    turnover_per_day: NDArray[np.float64]
    deserts: NDArray[np.bool_]
    issue_salience: NDArray[np.float64]
    reach_of_unit: NDArray[np.float64]
    ratio_of_unit: NDArray[np.float64]
    people_of_unit: NDArray[np.float64]
    meetings: dict[int, tuple[MeetingTable, ...]]
    ballots: dict[str, tuple[NDArray[np.float64], range]]
    presidia: dict[int, tuple[str, ...]]
    soviets_of: tuple[tuple[int, ...], ...]
    non_party: int
    united_party: int


def build_world(settings: ModelSettings) -> World:
    """Turn settings into tables, checking every reference between them.

    Parameters
    ----------
    settings : ModelSettings
        The settings.

    Returns
    -------
    World
        Tables shared by all replicates.

    Raises
    ------
    ValueError
        If something refers to a party, place or body that does not exist.
    """
    parties = tabulate_parties(settings.party)
    places = settings.place
    constituencies = places.constituencies
    sectors = [places.sectors[c.sector] for c in constituencies.values()]
    layout = lay_out(places, settings.size)
    plan = plan_seats(settings.institution, places, layout)
    of_unit = layout.constituency_of_unit
    reach = np.array([c.agitator_reach * c.shared_language for c in constituencies.values()])
    ratio = np.array([c.supporters_per_member for c in constituencies.values()])
    world = World(
        settings=settings,
        parties=parties,
        layout=layout,
        blocks=divide(layout),
        plan=plan,
        initial_mean=np.stack(
            [
                parties.shares(f"place.constituencies.{name}.initial_shares", c.initial_shares)
                for name, c in constituencies.items()
            ]
        ),
        exposure=np.array([c.event_exposure for c in constituencies.values()]),
        turnover_per_day=np.array([s.turnover_per_day for s in sectors]),
        deserts=np.array([s.deserts for s in sectors]),
        issue_salience=np.array([[getattr(s, issue) for issue in ISSUES] for s in sectors]),
        reach_of_unit=reach[of_unit],
        ratio_of_unit=ratio[of_unit],
        people_of_unit=np.diff(layout.unit_start) * layout.people_per_agent[of_unit],
        meetings=_meetings_by_day(settings, parties, plan),
        ballots=_ballots(settings),
        presidia=_presidia_by_day(settings, parties, plan),
        soviets_of=_soviets(settings, plan),
        non_party=parties.index("NP"),
        united_party=parties.index(settings.constants.united_front.party),
    )
    _check_events(world)
    return world


def _check_events(world: World) -> None:
    """Refuse events that refer to what does not exist, before any run starts."""
    settings = world.settings
    events = events_after_march(settings.event, settings.march)
    compile_schedule({**settings.event, **events}, settings.place, world.parties, Parameters(), 1.0)
    for name, event in settings.event.items():
        for institution, party in (event.requires_majority or {}).items():
            require_one_of(f"event.{name}.requires_majority", institution, world.plan.institutions)
            world.parties.index(party)


def _row(
    setting: str, by_party: object, parties: PartyTable, default: float
) -> NDArray[np.float64]:
    named = dict(by_party)  # type: ignore[call-overload]
    row = np.full(len(parties.ids), float(named.pop("all", default)))
    for party, value in named.items():
        require_one_of(setting, party, parties.ids)
        row[parties.index(party)] = float(value)
    return row


def _meetings_by_day(
    settings: ModelSettings, parties: PartyTable, plan: SeatPlan
) -> dict[int, tuple[MeetingTable, ...]]:
    by_day: dict[int, list[MeetingTable]] = {}
    sector_of = [c.sector for c in settings.place.constituencies.values()]
    for name, meeting in settings.meeting.items():
        for sector in meeting.duty:
            require_one_of(f"meeting.{name}.duty", sector, tuple(settings.place.sectors))
        indices = [plan.chamber_index(chamber) for chamber in meeting.chambers]
        table = MeetingTable(
            name=name,
            meeting=meeting,
            seats=np.flatnonzero(np.isin(plan.chamber, indices)),
            whip=_row(f"meeting.{name}.whips", meeting.whips, parties, 0.0),
            stance_set=_row(f"meeting.{name}.stances", meeting.stances, parties, np.nan),
            duty=np.array([meeting.duty.get(sector, 0.0) for sector in sector_of]),
        )
        if meeting.enabled:
            by_day.setdefault(day_of(meeting.date), []).append(table)
    return {day: tuple(tables) for day, tables in by_day.items()}


def _ballots(settings: ModelSettings) -> dict[str, tuple[NDArray[np.float64], range]]:
    ids = tuple(settings.place.constituencies)
    tables = {}
    for name, ballot in settings.ballot.items():
        electorate = np.zeros(len(ids))
        for constituency, share in ballot.electorate.items():
            require_one_of(f"ballot.{name}.electorate", constituency, ids)
            electorate[ids.index(constituency)] = share
        first, last = (day_in_period(f"ballot.{name}.window", text) for text in ballot.window)
        tables[name] = (electorate / electorate.sum(), range(first, last + 1))
    return tables


def _presidia_by_day(
    settings: ModelSettings, parties: PartyTable, plan: SeatPlan
) -> dict[int, tuple[str, ...]]:
    by_day: dict[int, list[str]] = {}
    for name, presidium in settings.presidium.items():
        plan.chambers_named(presidium.chamber)
        for slate in presidium.slates.values():
            for party in slate:
                require_one_of(f"presidium.{name}.slates", party, parties.ids)
        by_day.setdefault(day_of(presidium.date), []).append(name)
    return {day: tuple(names) for day, names in by_day.items()}


def _soviets(settings: ModelSettings, plan: SeatPlan) -> tuple[tuple[int, ...], ...]:
    rows = []
    for name, constituency in settings.place.constituencies.items():
        for soviet in constituency.soviets:
            require_one_of(f"place.constituencies.{name}.soviets", soviet, plan.institutions)
        rows.append(tuple(plan.institutions.index(s) for s in constituency.soviets))
    return tuple(rows)
