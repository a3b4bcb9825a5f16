"""How far a change can reach, and the proof that beyond it nothing moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import N_DAYS
from sim.event import Action, Schedule, compile_schedule
from sim.march import events_after_march
from sim.parameters import Parameters
from sim.party import tabulate_parties
from sim.settings import ModelSettings

READ_ONLY = ("meeting", "ballot", "presidium", "leadership")
"""Sections that are read off the model and move nobody."""

LOCAL = ("credibility", "grievance", "members", "repression", "repression_floor", "fatigue",
         "joint_action", "elections")  # fmt: skip
"""Kinds of effects that act only where they say; all others act everywhere."""


@dataclass(frozen=True)
class Reach:
    """What a change of settings can touch.

    Attributes
    ----------
    from_day : ndarray of int64, shape (n_constituencies,)
        First day on which people of the constituency can differ; ``N_DAYS`` if they never
        can.
    """

    from_day: NDArray[np.int64]

    @property
    def first_day(self) -> int:
        """First day on which anything can differ; ``N_DAYS`` if nothing can."""
        return int(self.from_day.min())


def reach_of(base: ModelSettings, other: ModelSettings, parameters: Parameters) -> Reach:
    """Return what the difference between two settings can touch.

    People are moved only by what happens in their own constituency and by events, so the
    reach is the scope of the events that differ, and from then on of those that wait for a
    majority somewhere, since that may differ too. A difference in any other section
    reaches everybody from the first day.

    Parameters
    ----------
    base, other : ModelSettings
        The two worlds.
    parameters : Parameters
        For the sizes of effects.

    Returns
    -------
    Reach
        The earliest day for each constituency.
    """
    n_places = len(base.place.constituencies)
    sections = {name for name in vars(base) if getattr(base, name) != getattr(other, name)}
    if sections - {"event", "march", *READ_ONLY}:
        return Reach(np.zeros(n_places, dtype=np.int64))
    ours, theirs = (_schedule(settings, parameters) for settings in (base, other))
    from_day = np.full(n_places, N_DAYS, dtype=np.int64)
    for day in range(N_DAYS):
        touched = (ours.salience[day] != theirs.salience[day]) | _touched(ours, theirs, day)
        if (from_day < N_DAYS).any():
            touched |= _conditional(ours, day) | _conditional(theirs, day)
        from_day[touched & (from_day == N_DAYS)] = day
    return Reach(from_day)


def _schedule(settings: ModelSettings, parameters: Parameters) -> Schedule:
    half_life = settings.constants.choice.salience_half_life_days
    return compile_schedule(
        events_after_march(settings.event, settings.march),
        settings.place,
        tabulate_parties(settings.party),
        parameters,
        half_life,
    )


def _touched(ours: Schedule, theirs: Schedule, day: int) -> NDArray[np.bool_]:
    listed = [
        {_key(action): action for action in schedule.actions.get(day, ())}
        for schedule in (ours, theirs)
    ]
    counts = [
        Counter(_key(action) for action in schedule.actions.get(day, ()))
        for schedule in (ours, theirs)
    ]
    touched = np.zeros(ours.salience.shape[1], dtype=np.bool_)
    for key in counts[0].keys() | counts[1].keys():
        if counts[0][key] != counts[1][key]:
            action = listed[0].get(key) or listed[1][key]
            touched |= (action.where > 0) if action.kind in LOCAL else True
    return touched


def _conditional(schedule: Schedule, day: int) -> NDArray[np.bool_]:
    touched = np.zeros(schedule.salience.shape[1], dtype=np.bool_)
    for action in schedule.actions.get(day, ()):
        if action.requires:
            touched |= (action.where > 0) if action.kind in LOCAL else True
    return touched


def _key(action: Action) -> tuple[Any, ...]:
    return (
        action.kind, action.op, action.index, action.to, action.value, action.half_life_days,
        action.where.tobytes(), action.requires,
    )  # fmt: skip
