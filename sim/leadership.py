r"""The leadership of one party, and when it decides: an illustration, off by default.

Twenty-one members hold a stance on insurrection. At each meeting they move towards what
the others said, without giving up what they started from (Friedkin and Johnsen 1990):

.. math:: \theta' = \Lambda W \theta + (I - \Lambda)(\theta_0 + g (M - 1/2)),

where :math:`M` is the left's share in the capitals a week ago, seen with some error.
Letters, and then presence, give one member's word more weight. They vote; the first
majority, once the garrison of the capital inclines to soviet power, sets a date.

The module reads the record of a finished replicate and changes nothing in it: the date on
which the model's October happens stays the recorded one (``event.october``). To follow the
date found here, set ``event.october.shift_days`` to :attr:`Leadership.shift_days`. All
numbers are assumed. The recorded divisions are compared with it; it is not fitted to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri
from scipy.stats import binom

from sim.calendar_os import N_DAYS, day_in_period
from sim.checks import Settings, require_between
from sim.streams import Decision, slots_of, uniforms

if TYPE_CHECKING:
    from sim.record import Record

OCTOBER = "1917-10-25"


@dataclass(frozen=True)
class Division(Settings):
    """A recorded division of opinion, for comparison only.

    Attributes
    ----------
    date : str
        Old Style.
    towards, against, abstaining : int
        Votes towards insurrection or a break with coalition, against, and neither.
    question : str
        What was voted on, and by whom.
    source : str
        Where it is reported.
    """

    date: str
    towards: int
    against: int
    abstaining: int
    question: str
    source: str


def _divisions() -> dict[str, Division]:
    source = "Chief source, ch. 134"
    return {
        "july_conference": Division("1917-07-14", 5, 10, 0, "Conference: Lenin's theses", source),
        "september_fraction": Division(
            "1917-09-21", 50, 77, 0, "Fraction: to boycott the Pre-Parliament", source
        ),
        "october_10": Division("1917-10-10", 10, 2, 0, "Central Committee: insurrection", source),
        "october_16": Division("1917-10-16", 19, 2, 4, "Enlarged meeting: insurrection", source),
    }


@dataclass(frozen=True)
class LeadershipSettings(Settings):
    """The committee and its habits. Values are assumed.

    Attributes
    ----------
    enabled : bool
        Whether the module runs when a replicate ends.
    n_members : int
        Members.
    named_stances : mapping of str to float
        Initial stances of named members, the first being the one whose letters count.
    mean_stance, sd_stance : float
        Of the Beta law from which the others' stances are drawn.
    openness : float
        Weight of the others' stances against one's own starting point.
    mood_gain : float
        Weight of the mood of the capitals.
    mood_error : float
        Standard deviation of the error with which it is seen.
    mood_delay_days : int
        How old the news is.
    first_meeting : str
        Old Style; then every ``meeting_every_days`` days.
    meeting_every_days : int
        Days between meetings.
    letters_from : str
        From this date the first named member's word weighs ``letters_weight``.
    letters_weight, presence_weight : float
        Multiples of an ordinary weight.
    presence : tuple of str
        Dates of further meetings, at which the member is present.
    vote_scale : float
        Softness of the vote about a stance of one half.
    preparation_days : int
        From the decision to the insurrection.
    gate_share : float
        The left's share in the garrison of Petrograd that the date waits for.
    divisions : mapping of str to Division
        Recorded divisions.
    """

    enabled: bool = False
    n_members: int = 21
    named_stances: Mapping[str, float] = field(
        default_factory=lambda: {"Lenin": 0.95, "Kamenev": 0.15, "Zinoviev": 0.15}
    )
    mean_stance: float = 0.45
    sd_stance: float = 0.2
    openness: float = 0.5
    mood_gain: float = 1.0
    mood_error: float = 0.05
    mood_delay_days: int = 7
    first_meeting: str = "1917-07-14"
    meeting_every_days: int = 7
    letters_from: str = "1917-09-15"
    letters_weight: float = 3.0
    presence_weight: float = 6.0
    presence: tuple[str, ...] = ("1917-10-10", "1917-10-16")
    vote_scale: float = 0.1
    preparation_days: int = 14
    gate_share: float = 0.5
    divisions: Mapping[str, Division] = field(default_factory=_divisions)

    def __post_init__(self) -> None:
        """Refuse committees that could not meet."""
        for date in (self.first_meeting, self.letters_from, *self.presence):
            day_in_period("leadership dates", date)
        require_between("leadership.n_members", self.n_members, 2, 1000, "Members.")
        if not 0 < len(self.named_stances) <= self.n_members:
            raise ValueError(
                f"leadership.named_stances names {len(self.named_stances)} of "
                f"{self.n_members} members. Name at least one, and no more than there are."
            )
        require_between("leadership.openness", self.openness, 0.0, 0.999, "A weight below 1.")
        require_between("leadership.vote_scale", self.vote_scale, 0.0, 10.0, "Positive.",
                        open_low=True)  # fmt: skip
        require_between("leadership.meeting_every_days", self.meeting_every_days, 1, 365, "Days.")
        room = self.mean_stance * (1.0 - self.mean_stance)
        require_between("leadership.mean_stance", self.mean_stance, 0.01, 0.99, "Inside (0, 1).")
        require_between(
            "leadership.sd_stance", self.sd_stance**2, 0.0, room,
            "Its square must stay below mean_stance * (1 - mean_stance).", open_low=True,
        )  # fmt: skip
        if self.mood_delay_days < 0 or self.preparation_days < 0:
            raise ValueError(
                "leadership.mood_delay_days and preparation_days must not be negative."
            )


@dataclass(frozen=True)
class Leadership:
    """What the module says about one replicate.

    Attributes
    ----------
    meeting_days : ndarray of int64, shape (n_meetings,)
        Day indices.
    stance : ndarray of float64, shape (n_meetings, n_members)
        Stances with which they voted.
    in_favour : ndarray of int64, shape (n_meetings,)
        Drawn votes in favour.
    decision_day : int or None
        First majority.
    insurrection_day : int or None
        Day of the insurrection that follows, if it falls into the period.
    opportunity : ndarray of float64, shape (n_days,)
        Chance of success of an insurrection on each day, as assumed.
    """

    meeting_days: NDArray[np.int64]
    stance: NDArray[np.float64]
    in_favour: NDArray[np.int64]
    decision_day: int | None
    insurrection_day: int | None
    opportunity: NDArray[np.float64]

    @property
    def shift_days(self) -> int | None:
        """Days from 25 October to the insurrection; None if there is none."""
        day = self.insurrection_day
        return None if day is None else day - day_in_period("October", OCTOBER)


@dataclass(frozen=True)
class DivisionCheck:
    """A recorded division beside the module.

    Attributes
    ----------
    recorded, expected : float
        Share towards insurrection among those who took sides.
    low, high : float
        Interval that holds nine in ten divisions of that many votes.
    """

    recorded: float
    expected: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the recorded share lies in the interval."""
        return self.low <= self.recorded <= self.high


def influence(n_members: int, weight_of_first: float) -> NDArray[np.float64]:
    """Return who listens to whom: equal weights, the first member's multiplied; rows sum to 1.

    Examples
    --------
    >>> influence(3, 2.0)[0].tolist()
    [0.5, 0.25, 0.25]
    """
    weights = np.ones((n_members, n_members))
    weights[:, 0] = weight_of_first
    rows: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return rows


def exchange(
    stance: NDArray[np.float64],
    anchor: NDArray[np.float64],
    weights: NDArray[np.float64],
    openness: float,
) -> NDArray[np.float64]:
    """Return the stances after one exchange of views; shapes (n,), (n,), (n, n)."""
    return openness * (weights @ stance) + (1.0 - openness) * anchor


def settled(
    anchor: NDArray[np.float64], weights: NDArray[np.float64], openness: float
) -> NDArray[np.float64]:
    """Return the stances at which exchanging views changes nothing any more.

    Parameters
    ----------
    anchor : ndarray of float64, shape (n,)
        What each member starts from.
    weights : ndarray of float64, shape (n, n)
        From :func:`influence`.
    openness : float
        Below 1.

    Returns
    -------
    ndarray of float64, shape (n,)
        The solution of ``x = openness W x + (1 - openness) anchor``.
    """
    matrix = np.eye(len(anchor)) - openness * weights
    return np.asarray(np.linalg.solve(matrix, (1.0 - openness) * anchor), dtype=np.float64)


def first_stances(settings: LeadershipSettings, seed: int) -> NDArray[np.float64]:
    """Return the members' stances before the first meeting, shape (n_members,)."""
    named = np.array(list(settings.named_stances.values()))
    spread = settings.mean_stance * (1.0 - settings.mean_stance) / settings.sd_stance**2 - 1.0
    u = uniforms(seed, Decision.LEADERSHIP, -1, slots_of("leadership", settings.n_members))
    stances: NDArray[np.float64] = betaincinv(
        settings.mean_stance * spread, (1.0 - settings.mean_stance) * spread, u
    )
    stances[: len(named)] = named
    return stances


def opportunity(
    left_garrison: NDArray[np.float64],
    left_workers: NDArray[np.float64],
    fatigue: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the assumed chance of success of an insurrection, by day.

    Parameters
    ----------
    left_garrison, left_workers, fatigue : ndarray of float64, shape (n_days,)
        In Petrograd; row ``t`` is day ``t``.

    Returns
    -------
    ndarray of float64, shape (n_days,)
        ``sigma(4 (garrison - .5) + 3 (workers - .5) - 2 fatigue - counter)``, where the
        counter grows by .01 a day from 1 October as the other side prepares.
    """
    since = np.arange(len(fatigue)) - day_in_period("counter", "1917-10-01")
    counter = 0.01 * np.maximum(since, 0)
    z = 4.0 * (left_garrison - 0.5) + 3.0 * (left_workers - 0.5) - 2.0 * fatigue - counter
    chance: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-z))
    return chance


def lead(
    record: Record, left: NDArray[np.bool_], settings: LeadershipSettings, seed: int
) -> Leadership:
    """Read the leadership's course off the record of a replicate.

    Parameters
    ----------
    record : Record
        Of the whole period.
    left : ndarray of bool, shape (n_parties,)
        Parties that favour soviet power.
    settings : LeadershipSettings
        The committee.
    seed : int
        Of the replicate.

    Returns
    -------
    Leadership
        The course; the record is not changed.
    """

    def share(constituency: str) -> NDArray[np.float64]:
        total: NDArray[np.float64] = record.shares(constituency)[:, left].sum(axis=1)
        return total

    workers, garrison = share("petrograd_workers"), share("petrograd_garrison")
    mood = (workers + garrison + share("moscow_workers")) / 3.0
    first = day_in_period("leadership.first_meeting", settings.first_meeting)
    present = {day_in_period("leadership.presence", date) for date in settings.presence}
    days = sorted({*range(first, len(mood), settings.meeting_every_days), *present})
    start = first_stances(settings, seed)
    stance, stances, votes = start, [], []
    for day in days:
        slots = slots_of("leadership", settings.n_members + 1)
        u = uniforms(seed, Decision.LEADERSHIP, day, slots)
        error = settings.mood_error * ndtri(np.clip(u[-1], 1e-12, 1 - 1e-12))
        seen = mood[max(0, day - settings.mood_delay_days)] + error
        weights = influence(settings.n_members, _weight(settings, day, present))
        anchor = start + settings.mood_gain * (seen - 0.5)
        stance = exchange(stance, anchor, weights, settings.openness)
        stances.append(stance)
        votes.append(int((u[:-1] < chance_of_favour(stance, settings)).sum()))
    decision = next(
        (d for d, n in zip(days, votes, strict=True) if 2 * n > settings.n_members), None
    )
    c = record.constituencies.index("petrograd_workers")
    return Leadership(
        meeting_days=np.array(days, dtype=np.int64),
        stance=np.array(stances),
        in_favour=np.array(votes, dtype=np.int64),
        decision_day=decision,
        insurrection_day=None if decision is None else _date_set(decision, garrison, settings),
        opportunity=opportunity(garrison, workers, record.fatigue[: len(mood), c]),
    )


def chance_of_favour(
    stance: NDArray[np.float64], settings: LeadershipSettings
) -> NDArray[np.float64]:
    """Return each member's chance of voting in favour."""
    chance: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(stance - 0.5) / settings.vote_scale))
    return chance


def compare_divisions(course: Leadership, settings: LeadershipSettings) -> dict[str, DivisionCheck]:
    """Put the recorded divisions beside the stances of the last meeting before them."""
    checks = {}
    for name, division in settings.divisions.items():
        day = day_in_period("leadership.divisions", division.date)
        meeting = max(0, int(np.searchsorted(course.meeting_days, day, side="right")) - 1)
        expected = float(chance_of_favour(course.stance[meeting], settings).mean())
        n = division.towards + division.against
        low, high = binom.interval(0.9, n, expected)
        checks[name] = DivisionCheck(division.towards / n, expected, low / n, high / n)
    return checks


def _weight(settings: LeadershipSettings, day: int, present: set[int]) -> float:
    if day in present:
        return settings.presence_weight
    letters = day_in_period("leadership.letters_from", settings.letters_from)
    return settings.letters_weight if day >= letters else 1.0


def _date_set(
    decision: int, garrison: NDArray[np.float64], settings: LeadershipSettings
) -> int | None:
    earliest = decision + settings.preparation_days
    ready = np.flatnonzero(garrison[earliest:] > settings.gate_share)
    return int(earliest + ready[0]) if len(ready) and earliest < N_DAYS else None
