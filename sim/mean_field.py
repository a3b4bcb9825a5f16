"""The model without chance: shares in place of agents, by the same mechanisms (N4 and V17).

Every mechanism of :mod:`sim.day` that concerns levels is used as it is; what is drawn for
each person or seat there is replaced by its expectation here. People are alike (no
dispersion of ideal points), and all units of a constituency begin alike and stay so,
wherefore one unit stands for all of them.

What is exact in the limit of many agents, and what is approximate:

- Choice, turnover, desertion and hidden allegiance are exact.
- Exposure to joint action is kept as the number of days on which somebody acted together,
  with the mean worth of these days; that those days differ a little in worth among people
  of the same number is neglected (they fade together, by 1/120 a day).
- Mandates are expected compositions. The rate of recall depends on the mismatch between a
  unit and its delegates, and the mean mismatch of drawn delegations is larger than the
  mismatch of their mean, so that the small committees are renewed more slowly here.
- Meetings vote with expected delegations; their ``drawn`` votes are the expected ones,
  rounded by largest remainders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

import sim.day
from sim.allegiance import fit_intercepts
from sim.calendar_os import N_DAYS
from sim.day import Mechanism, Today, apply_events, people_meet, take_shares
from sim.election import delegates_by_body, elector_shares
from sim.institution import SeatPlan, apportion
from sim.meeting import ABSENT_COUNT, MeetingResult, expected_conduct, nobody_met
from sim.parameters import Parameters
from sim.place import Layout
from sim.record import Record, by_constituency, empty_record, record_day
from sim.run_data import first_evening

if TYPE_CHECKING:
    from sim.election import Mandates
    from sim.population import DayForPeople, Population
    from sim.state import State
    from sim.world import MeetingTable, World

Array = NDArray[np.float64]
COUNTS = ("private_count", "public_count", "village_count", "initial_count", "seats", "switches")


@dataclass
class Crowd:
    """The people of all units as shares; it takes the place of a ``Population``.

    Axes: u = unit, j = days of acting together, k = party.

    Attributes
    ----------
    mass : ndarray of float64, shape (n_units, n_levels, n_parties)
        Agents present, not whole ones.
    worth : ndarray of float64, shape (n_units, n_levels)
        Mean exposure at each level, in worth of the first day of the calendar of fading.
    """

    mass: Array
    worth: Array


@dataclass
class ExpectedMandates:
    """Expected delegates; it takes the place of ``Mandates``.

    Attributes
    ----------
    of_group : ndarray of float64, shape (n_groups, n_parties)
        Expected delegates of each group of seats.
    awaiting : ndarray of float64, shape (n_groups, n_parties)
        Those among them whose seats the dated election under way has yet to reach.
    count : ndarray of float64, shape (n_chambers, n_parties)
        Expected delegates by chamber.
    """

    of_group: Array
    awaiting: Array
    count: Array


def mean_field_record(
    world: World, parameters: Parameters | None = None, initial_shares: Array | None = None
) -> Record:
    """Run the whole period without chance.

    Parameters
    ----------
    world : World
        Tables. The number of agents sets the unit of the counts and nothing else.
    parameters : Parameters or None
        Parameter set; the prior medians if left out.
    initial_shares : ndarray of float64, shape (n_constituencies, n_parties), or None
        Shares of 1 March; those of the settings if left out.

    Returns
    -------
    Record
        As of a replicate, except that its counts are not whole numbers.

    Examples
    --------
    >>> import sim
    >>> record = mean_field_record(sim.build_world(sim.historical_settings()))
    >>> bool(record.shares("petrograd_workers")[-1].sum().round(12) == 1)
    True
    """
    world = one_unit_each(world)
    initial = world.initial_mean if initial_shares is None else initial_shares
    choice = world.settings.constants.choice
    intercepts = fit_intercepts(initial, world.parties.position, choice, dispersed=False)
    count = initial * np.diff(world.layout.agent_start)[:, None]
    data, state = first_evening(
        world, parameters or Parameters(), 0, initial, intercepts, _crowd(world, count), count
    )
    state.mandates = _first_mandates(world, state)
    record = empty_record(world, cast("Any", count))
    for name in COUNTS:
        setattr(record, name, getattr(record, name).astype(np.float64))
    record.initial_count = cast("Any", count)
    for day in range(N_DAYS):
        apply_events(state, world, data, day)
        today = Today(day, state.this_morning(), world, data, record)
        for mechanism in MEAN_FIELD_MECHANISMS:
            mechanism(state, today)
        record_day(record, state, world, day)
    return record


def one_unit_each(world: World) -> World:
    """Return tables in which every constituency is one unit, with the seats of all its units."""
    layout, plan = world.layout, world.plan
    n_c, n_u = len(layout.ids), layout.n_units
    elector = plan.group_elector
    of_unit = layout.constituency_of_unit[np.minimum(elector, n_u - 1)]
    elector = np.where(elector < n_u, of_unit, elector - n_u + n_c)
    chamber = plan.group_chamber
    another = (elector[1:] != elector[:-1]) | (chamber[1:] != chamber[:-1])
    kept = np.concatenate([[0], 1 + np.flatnonzero(another)])
    first = layout.unit_first[:-1]
    return replace(
        world,
        layout=Layout(
            ids=layout.ids,
            agent_start=layout.agent_start,
            unit_start=layout.agent_start,
            unit_first=np.arange(n_c + 1),
            constituency_of_unit=np.arange(n_c),
            people_per_agent=layout.people_per_agent,
        ),
        plan=replace(
            plan,
            group=np.searchsorted(kept, plan.group, side="right") - 1,
            group_start=np.append(plan.group_start[kept], plan.n_seats),
            group_elector=elector[kept],
            group_chamber=chamber[kept],
            group_constituency=plan.group_constituency[kept],
            group_renewal=plan.group_renewal[kept],
        ),
        reach_of_unit=world.reach_of_unit[first],
        ratio_of_unit=world.ratio_of_unit[first],
        people_of_unit=by_constituency(world.people_of_unit, world),
    )


def live(state: State, today: Today) -> None:
    """E7 to E11, E13, E14 in expectation."""
    world, morning = today.world, today.morning
    meet = people_meet(today)
    crowd = cast("Crowd", morning.population)
    place = morning.constituency_of_unit
    leave = meet.turnover[place][:, None, None] * crowd.mass
    desert = meet.desert[place][:, None, None] * (crowd.mass - leave)
    staying = crowd.mass - leave - desert
    evening, flows = reconsider(staying, crowd.worth * meet.joint_fade, meet, place)
    worth = crowd.worth
    if meet.act_together.any():
        others = staying.copy()
        others[:, :, meet.united_party] = 0.0
        moved, _ = reconsider(others, crowd.worth * meet.joint_fade, meet, place)
        moved *= meet.act_together[:, None, None]
        evening, worth = act_together(evening, moved, worth, meet)
    entrants = np.diff(meet.entrant_cdf, axis=1, prepend=0.0)[place]
    evening[:, 0] += leave.sum(axis=(1, 2))[:, None] * entrants
    state.population = cast("Population", Crowd(evening, worth))
    state.private_count = cast("Any", evening.sum(axis=1))
    silent = chance_of_silence(meet.silence)[:, None] * meet.hidden_party
    hidden = state.private_count * silent
    state.public_count = cast("Any", state.private_count - hidden)
    state.public_count[:, world.non_party] += hidden.sum(axis=1)
    state.village_count = cast(
        "Any", morning.village_count + by_constituency(desert.sum(axis=1), world)
    )
    state.switches = cast("Any", by_constituency(flows, world))
    memory = world.settings.constants.united_front.memory_days
    state.joint_fade = morning.joint_fade * (1.0 - 1.0 / memory)
    take_shares(state, world)


def reconsider(
    mass: Array, exposure: Array, meet: DayForPeople, place: NDArray[np.int64]
) -> tuple[Array, Array]:
    r"""Let people reconsider and choose in expectation (E7 to E9).

    With weights :math:`W_k = e^{U_k}` and :math:`c = e^\iota - 1`, who is with party
    :math:`a` goes to :math:`k` with chance
    :math:`W_k (1 + c\,1[k=a]) / (c W_a + \sum_j W_j)`.

    Parameters
    ----------
    mass : ndarray of float64, shape (n_units, n_levels, n_parties)
        Who stays today.
    exposure : ndarray of float64, shape (n_units, n_levels)
        Present exposure to joint action.
    meet : DayForPeople
        What they meet.
    place : ndarray of int64, shape (n_units,)
        Constituency of each unit.

    Returns
    -------
    evening : ndarray of float64, shape (n_units, n_levels, n_parties)
        The same people after their choice.
    flows : ndarray of float64, shape (n_units, n_parties, n_parties)
        Changes from one party (axis 1) to another (axis 2).
    """
    exposed = (exposure > 0.0)[:, :, None]
    pull = exposure[:, :, None] * meet.joint_gain + exposed * meet.cleared
    weight = meet.weight[:, None, :] * np.exp(pull)
    excess = meet.inertia_factor - 1.0
    chance = meet.reconsider[place][:, None, None]
    ratio = chance * mass / (weight.sum(axis=2, keepdims=True) + excess * weight)
    chosen = weight * (ratio.sum(axis=2, keepdims=True) + excess * ratio)
    flows = ratio.transpose(0, 2, 1) @ weight
    flows[:, range(mass.shape[2]), range(mass.shape[2])] = 0.0
    return (1.0 - chance) * mass + chosen, flows


def act_together(
    evening: Array, moved: Array, worth: Array, meet: DayForPeople
) -> tuple[Array, Array]:
    """Move those who acted together today one level up; the highest level keeps its own.

    Parameters
    ----------
    evening : ndarray of float64, shape (n_units, n_levels, n_parties)
        All people after their choice.
    moved : ndarray of float64, shape (n_units, n_levels, n_parties)
        Those among them who acted together.
    worth : ndarray of float64, shape (n_units, n_levels)
        Mean stored exposure of each level.
    meet : DayForPeople
        Step, and present worth of what is stored.

    Returns
    -------
    evening, worth : ndarray of float64
        After the step.
    """
    after = evening - moved
    staying = after.sum(axis=2)
    raised = np.minimum(worth * meet.joint_fade + meet.joint_step, 1.0) / meet.joint_fade
    total, sum_of_worth = staying.copy(), staying * worth
    for level in range(worth.shape[1]):
        to = min(level + 1, worth.shape[1] - 1)
        coming = moved[:, level]
        after[:, to] += coming
        total[:, to] += coming.sum(axis=1)
        sum_of_worth[:, to] += coming.sum(axis=1) * raised[:, level]
    return after, np.where(total > 0.0, sum_of_worth / np.where(total > 0.0, total, 1.0), worth)


def chance_of_silence(silence: Array) -> Array:
    """Return the share of people whose fear is below a level: the law Beta(2, 2).

    Examples
    --------
    >>> chance_of_silence(np.array([0.0, 0.5, 2.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    level = np.clip(silence, 0.0, 1.0)
    return level * level * (3.0 - 2.0 * level)


def elect_delegates(state: State, today: Today) -> None:
    """E16 in expectation: compositions move towards those of their electors."""
    world, morning, plan = today.world, today.morning, today.world.plan
    settings = world.settings.constants.election
    mandates = cast("ExpectedMandates", morning.mandates)
    shares = elector_shares(
        morning.public_unit_share, morning.public_share, morning.mandates.count, plan,
        world.non_party, settings,
    )[plan.group_elector]  # fmt: skip
    place = plan.group_constituency
    is_open = np.where(place >= 0, morning.elections_open[place], morning.elections_open.all())
    rate = today.data.parameters.renewal_per_day if world.settings.mechanism.lag else math.inf
    seated = mandates.of_group.sum(axis=1, keepdims=True)
    mismatch = np.abs(shares - mandates.of_group / np.maximum(seated, 1.0)).sum(axis=1)
    factor = 1.0 + settings.mismatch_factor * mismatch
    chance = np.minimum(min(rate, 1e12) * plan.group_renewal * factor, 1.0)
    sends = shares.sum(axis=1) > 0.0
    renewed = np.where(is_open & sends, chance, 0.0)[:, None]
    of_group = mandates.of_group + renewed * (seated * shares - mandates.of_group)
    waiting = mandates.awaiting.sum(axis=1, keepdims=True)
    awaiting = mandates.awaiting + renewed * (waiting * shares - mandates.awaiting)
    for first, last, until in plan.dissolutions:
        if until == today.day:
            of_group[_groups(plan, first, last)] = 0.0
    for first, last, date, window in plan.elections:
        days = range(max(date - window + 1, 0), date + 1)
        if today.day not in days:
            continue
        rows = _groups(plan, first, last)
        begins = today.day == days.start
        if begins:
            awaiting[rows] = of_group[rows]
        # Days of the window before the period fall on its first day.
        today_elects = sends[rows, None] * (window + 1 - len(days) if begins else 1) / window
        to_elect = 1.0 if begins else (date + 1 - today.day) / window
        reached = awaiting[rows] * (today_elects / to_elect)
        sizes = np.diff(plan.group_start)[rows, None]
        of_group[rows] += today_elects * sizes * shares[rows] - reached
        awaiting[rows] -= reached
    state.mandates = cast("Mandates", ExpectedMandates(
        of_group, awaiting, _by_chamber(of_group, plan)
    ))  # fmt: skip


def hold_meetings(state: State, today: Today) -> None:
    """E17, E18 in expectation: dated resolution votes of expected delegations."""
    world = today.world
    tables = world.meetings.get(today.day, ())
    if not tables:
        return
    count = state.mandates.count
    bodies = np.concatenate([delegates_by_body(count, world.plan), count])
    bodies = bodies / np.maximum(bodies.sum(axis=1, keepdims=True), 1.0)
    electors = np.concatenate([state.public_unit_share, state.public_share, bodies])
    for table in tables:
        today.record.meetings[table.name] = _hold_meeting(table, state, today, electors)


def _hold_meeting(
    table: MeetingTable, state: State, today: Today, electors: Array
) -> MeetingResult:
    world, plan, meeting = today.world, today.world.plan, table.meeting
    mandates = cast("ExpectedMandates", state.mandates)
    groups = np.unique(plan.group[table.seats])
    delegates = mandates.of_group[groups]
    n_seated = delegates.sum()
    if n_seated == 0.0:
        return nobody_met(meeting)
    n_parties = delegates.shape[1]
    attending, votes = expected_conduct(
        meeting, np.tile(np.arange(n_parties), len(groups)), np.repeat(groups, n_parties), plan,
        electors, state.position[:, 0], world.parties.zeal, table.whip, table.stance_set,
        table.duty, state.fatigue, today.data.parameters.responsiveness,
        world.settings.constants.meeting, all_attend=not world.settings.mechanism.attendance,
    )  # fmt: skip
    here = attending * delegates.ravel()
    weighted, present = here @ votes, float(here.sum())
    absent = ABSENT_COUNT[meeting.absent_count]
    if absent is not None:
        weighted[absent] += n_seated - present
    return MeetingResult(
        direction=meeting.direction,
        expected=weighted / weighted.sum(),
        expected_votes=float(weighted.sum()),
        expected_present=present,
        drawn=apportion(weighted, round(weighted.sum())),
        present=round(present),
        quorate=present >= meeting.quorum * n_seated,
    )


def _crowd(world: World, count: Array) -> Population:
    """Put everybody at the level of those who never acted together."""
    step = world.settings.constants.united_front.step
    n_levels = 1 + (math.ceil(1.0 / step - 1e-9) if step > 0.0 else 0)
    mass = np.zeros((len(count), n_levels, count.shape[1]))
    mass[:, 0] = count
    return cast("Population", Crowd(mass, np.zeros((len(count), n_levels))))


def _first_mandates(world: World, state: State) -> Mandates:
    """Fill the seats of 1 March as their electors would on average."""
    plan = world.plan
    filled = np.diff(plan.group_start) * plan.from_start[plan.group_start[:-1]]
    count = np.zeros((len(plan.chambers), state.private_count.shape[1]))
    of_group = np.zeros((len(filled), count.shape[1]))
    for _ in range(1 + len(plan.chambers)):  # bodies elect from the delegates of the last round
        shares = elector_shares(
            state.public_unit_share, state.public_share, cast("Any", count), plan,
            world.non_party, world.settings.constants.election,
        )[plan.group_elector]  # fmt: skip
        of_group = filled[:, None] * shares
        count = _by_chamber(of_group, plan)
    return cast("Mandates", ExpectedMandates(of_group, np.zeros_like(of_group), count))


def _groups(plan: SeatPlan, first: int, last: int) -> slice:
    """Return the groups of a range of seats; elections and dissolutions are of whole chambers."""
    return slice(int(plan.group[first]), int(plan.group[last - 1]) + 1)


def _by_chamber(of_group: Array, plan: SeatPlan) -> Array:
    first_group = np.flatnonzero(np.diff(plan.group_chamber, prepend=-1))
    count: Array = np.add.reduceat(of_group, first_group, axis=0)
    return count


EXPECTED: dict[Mechanism, Mechanism] = {
    sim.day.live: live,
    sim.day.elect_delegates: elect_delegates,
    sim.day.hold_meetings: hold_meetings,
}
"""What takes the place of the mechanisms that draw."""

MEAN_FIELD_MECHANISMS: tuple[Mechanism, ...] = tuple(
    EXPECTED.get(mechanism, mechanism) for mechanism in sim.day.MECHANISMS
)
"""The order of a day, as in :data:`sim.day.MECHANISMS`."""
