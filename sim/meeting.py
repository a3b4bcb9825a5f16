"""Dated meetings: who attends, and how those present vote on a resolution (E17, E18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period
from sim.checks import Settings, require_between, require_one_of
from sim.institution import VACANT, SeatPlan
from sim.streams import Decision, uniforms

DIRECTIONS = ("for_soviet_power", "against_soviet_power")
ABSENT_COUNT = {"not": None, "for": 0, "against": 1}
"""Column of the votes to which the absent are added."""


@dataclass(frozen=True)
class MeetingSettings(Settings):
    """Attendance and abstention. Values are assumed.

    Attributes
    ----------
    attendance_logit : float
        Logit of attendance of a delegate without whip, duty or fatigue.
    whip_weight : float
        Weight of a party's whip, logit.
    stance_weight : float
        Weight of the party's stance on the resolution, logit.
    abstention_gap : float
        Half the gap between voting for and voting against, logit; the gap is abstention.
    """

    attendance_logit: float = 1.1
    whip_weight: float = 2.0
    stance_weight: float = 2.0
    abstention_gap: float = 0.25

    def __post_init__(self) -> None:
        """Refuse weights outside their range."""
        for name in ("attendance_logit", "whip_weight", "stance_weight", "abstention_gap"):
            require_between(
                f"constants.meeting.{name}", getattr(self, name), -20.0, 20.0, "A logit."
            )


@dataclass(frozen=True)
class Meeting(Settings):
    """A meeting that votes on a resolution.

    Attributes
    ----------
    title : str
        Name for readers.
    date : str
        Old Style.
    chambers : tuple of str
        Who meets, as ``institution/chamber``.
    question : str
        What is voted on.
    source : str
        Where it is reported, and the status of whips and duties.
    direction : str
        Whether a vote for is a vote for or against soviet power.
    stances : mapping of str to float
        Stance of parties on this resolution, where it differs from their position.
    whips : mapping of str to float
        Effort of each party to bring its delegates; ``all`` applies to those not named.
    duty : mapping of str to float
        Logit by which duty keeps delegates of a sector away.
    quorum : float
        Share of mandates that must attend.
    absent_count : str
        ``not`` at all, ``for`` or ``against`` (a division by leaving the hall).
    enabled : bool
        Whether it is held.
    """

    title: str
    date: str
    chambers: tuple[str, ...]
    question: str
    source: str
    direction: str = "for_soviet_power"
    stances: Mapping[str, float] = field(default_factory=dict)
    whips: Mapping[str, float] = field(default_factory=dict)
    duty: Mapping[str, float] = field(default_factory=dict)
    quorum: float = 1 / 3
    absent_count: str = "not"
    enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse dates outside the period, and unknown directions."""
        day_in_period("meeting.date", self.date)
        require_one_of("meeting.direction", self.direction, DIRECTIONS)
        require_one_of("meeting.absent_count", self.absent_count, tuple(ABSENT_COUNT))
        require_between("meeting.quorum", self.quorum, 0.0, 1.0, "A share of mandates.")
        for party, stance in self.stances.items():
            require_between(
                f"meeting.stances.{party}", stance, -1.5, 1.5, "Stances run from -1 to 1."
            )
        for name in ("whips", "duty"):
            for key, logit in getattr(self, name).items():
                require_between(f"meeting.{name}.{key}", logit, -20.0, 20.0, "A logit.")
        if not self.chambers:
            raise ValueError(f"meeting {self.title!r} names no chambers. Say who meets.")


@dataclass(frozen=True)
class MeetingResult:
    """What a meeting would have shown.

    Attributes
    ----------
    direction : str
        Whether a vote for is a vote for or against soviet power.
    expected : ndarray of float64, shape (3,)
        Expected shares for, against, abstaining, of the votes counted.
    expected_votes : float
        Expected number of votes counted.
    expected_present : float
        Expected number of delegates present.
    drawn : ndarray of int64, shape (3,)
        One drawn outcome.
    present : int
        Delegates present in that outcome.
    quorate : bool
        Whether they were enough.
    """

    direction: str
    expected: NDArray[np.float64]
    expected_votes: float
    expected_present: float
    drawn: NDArray[np.int64]
    present: int
    quorate: bool

    @property
    def expected_left_right_abstain(self) -> NDArray[np.float64]:
        """Expected shares towards soviet power, against it, abstaining; shape (3,)."""
        order = [0, 1, 2] if self.direction == "for_soviet_power" else [1, 0, 2]
        return self.expected[order]


def logistic(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logistic function."""
    return 1.0 / (1.0 + np.exp(-z))


def chance_of_attending(
    whip: NDArray[np.float64],
    duty: NDArray[np.float64],
    fatigue: NDArray[np.float64],
    zeal: NDArray[np.float64],
    settings: MeetingSettings,
) -> NDArray[np.float64]:
    """Return the chance that each delegate attends (E17)."""
    effort = settings.attendance_logit + settings.whip_weight * whip
    return logistic(effort - duty - fatigue * (1.0 - zeal))


def chance_of_votes(
    stance: NDArray[np.float64],
    base_support: NDArray[np.float64],
    responsiveness: float,
    settings: MeetingSettings,
) -> NDArray[np.float64]:
    """Return the chances of voting for, against and of abstaining (E18).

    Parameters
    ----------
    stance : ndarray of float64, shape (n,)
        Stance of the delegate's party on the resolution, -1 to 1.
    base_support : ndarray of float64, shape (n,)
        Support of the resolution among the delegate's electors, 0 to 1.
    responsiveness : float
        The parameter ``responsiveness``.
    settings : MeetingSettings
        Weights.

    Returns
    -------
    ndarray of float64, shape (n, 3)
        Rows sum to 1.
    """
    z = settings.stance_weight * stance + responsiveness * (2.0 * base_support - 1.0)
    in_favour = logistic(z - settings.abstention_gap)
    against = logistic(-z - settings.abstention_gap)
    return np.stack([in_favour, against, 1.0 - in_favour - against], axis=1)


def nobody_met(meeting: Meeting) -> MeetingResult:
    """Return the result of a meeting of bodies without delegates."""
    none = np.zeros(3, dtype=np.int64)
    return MeetingResult(meeting.direction, np.full(3, np.nan), 0.0, 0.0, none, 0, False)


def expected_conduct(
    meeting: Meeting,
    party: NDArray[Any],
    group: NDArray[np.int64],
    plan: SeatPlan,
    electors: NDArray[np.float64],
    position: NDArray[np.float64],
    zeal: NDArray[np.float64],
    whip: NDArray[np.float64],
    stance_set: NDArray[np.float64],
    duty: NDArray[np.float64],
    fatigue: NDArray[np.float64],
    responsiveness: float,
    settings: MeetingSettings,
    *,
    all_attend: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how likely delegates are to attend (E17) and to cast each vote (E18).

    Parameters
    ----------
    meeting : Meeting
        The rules.
    party, group : ndarray of int, shape (n,)
        Allegiance of each delegate, and the group of seats that sent it.
    plan, electors, position, zeal, whip, stance_set, duty, fatigue, responsiveness, settings
        As for :func:`hold_meeting`.
    all_attend : bool
        Whether attendance is complete.

    Returns
    -------
    attending : ndarray of float64, shape (n,)
        Chance of attending.
    votes : ndarray of float64, shape (n, 3)
        Chances of voting for, against, and of abstaining.
    """
    sign = 1.0 if meeting.direction == "for_soviet_power" else -1.0
    stance = np.where(np.isnan(stance_set), sign * position, stance_set)
    place = plan.group_constituency[group]
    known = place >= 0
    attending = (
        np.ones(len(party))
        if all_attend
        else chance_of_attending(
            whip[party],
            np.where(known, duty[place], 0.0),
            np.where(known, fatigue[place], 0.0),
            zeal[party],
            settings,
        )
    )
    support = electors[plan.group_elector[group]] @ ((1.0 + stance) / 2.0)
    return attending, chance_of_votes(stance[party], support, responsiveness, settings)


def hold_meeting(
    meeting: Meeting,
    seats: NDArray[np.int64],
    plan: SeatPlan,
    allegiance: NDArray[np.uint8],
    electors: NDArray[np.float64],
    position: NDArray[np.float64],
    zeal: NDArray[np.float64],
    whip: NDArray[np.float64],
    stance_set: NDArray[np.float64],
    duty: NDArray[np.float64],
    fatigue: NDArray[np.float64],
    responsiveness: float,
    seed: int,
    day: int,
    settings: MeetingSettings,
    *,
    all_attend: bool = False,
) -> MeetingResult:
    """Hold one meeting.

    Parameters
    ----------
    meeting : Meeting
        The rules.
    seats : ndarray of int64, shape (n,)
        Seats of the chambers that meet.
    plan : SeatPlan
        The seats.
    allegiance : ndarray of uint8, shape (n_seats,)
        Who holds them.
    electors : ndarray of float64, shape (n_electors, n_parties)
        Public shares of each elector.
    position, zeal, whip : ndarray of float64, shape (n_parties,)
        Attitude to soviet power, zeal, and whip of each party.
    stance_set : ndarray of float64, shape (n_parties,)
        Stances set for this resolution; ``nan`` where the position holds.
    duty, fatigue : ndarray of float64, shape (n_constituencies,)
        Of the delegates' constituencies.
    responsiveness : float
        Parameter.
    seed, day : int
        Of the draws.
    settings : MeetingSettings
        Weights.
    all_attend : bool
        Whether attendance is complete (an ablation).

    Returns
    -------
    MeetingResult
        Expected and drawn.
    """
    seats = seats[allegiance[seats] != VACANT]
    if len(seats) == 0:
        return nobody_met(meeting)
    attending, votes = expected_conduct(
        meeting, allegiance[seats], plan.group[seats], plan, electors, position, zeal, whip,
        stance_set, duty, fatigue, responsiveness, settings, all_attend=all_attend,
    )  # fmt: skip
    absent = ABSENT_COUNT[meeting.absent_count]
    weighted = attending @ votes
    here = uniforms(seed, Decision.ATTENDANCE, day, plan.slot[seats]) < attending
    u = uniforms(seed, Decision.VOTE, day, plan.slot[seats])
    choice = np.where(u < votes[:, 0], 0, np.where(u < votes[:, 0] + votes[:, 1], 1, 2))
    drawn = np.bincount(choice[here], minlength=3)
    if absent is not None:
        weighted[absent] += (1.0 - attending).sum()
        drawn[absent] += int((~here).sum())
    return MeetingResult(
        direction=meeting.direction,
        expected=weighted / weighted.sum(),
        expected_votes=float(weighted.sum()),
        expected_present=float(attending.sum()),
        drawn=drawn,
        present=int(here.sum()),
        quorate=bool(here.sum() >= meeting.quorum * len(seats)),
    )
