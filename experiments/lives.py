"""The life of one person, day by day, with what the kernel itself met on that morning."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.calendar_os import N_DAYS, old_style
from sim.day import Today, people_meet
from sim.ensemble import Replicate
from sim.model import RevolutionModel
from sim.state import State
from sim.streams import Decision, uniforms
from sim.world import World

SHOWN_TERMS = 4
EXPOSED, RECONSIDERED, SWITCHED = "stood beside the mobilised", "reconsidered", "switched"
ENTERED, LEFT, HID, SPOKE = "replaced", "left for the village", "fell silent", "spoke again"


@dataclass(frozen=True)
class Moment:
    """Something that happened to a person on a day.

    Attributes
    ----------
    day : int
        Day index.
    date : str
        Old Style.
    what : str
        ``switched``, ``reconsidered`` (and stayed), ``stood beside the mobilised``,
        ``replaced`` (left, and somebody entered in the same place), ``left for the
        village``, ``fell silent`` or ``spoke again``.
    before, after : str
        Allegiance in the morning and in the evening.
    chance_of_reconsidering : float
        On that day.
    chance : float
        Chance of the choice made, given that the person reconsidered; ``nan`` if no choice
        was made.
    draw : float
        The number that decided the choice, the same in every world.
    terms : dict of str to float
        For a switch, what each term of utility added to the new party over the old; for
        who stayed, to the old party over the next best.
    against : str
        The party that the terms are set against.
    """

    day: int
    date: str
    what: str
    before: str
    after: str
    chance_of_reconsidering: float
    chance: float
    draw: float
    terms: dict[str, float]
    against: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, for JSON; what is not a number becomes None."""
        return {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Life:
    """What happened to one person in one world.

    Attributes
    ----------
    agent_id : int
        The person.
    introduction : str
        Who and where, on 1 March.
    allegiance : tuple of str
        Allegiance on every evening.
    moments : tuple of Moment
        In the order of the days.
    """

    agent_id: int
    introduction: str
    allegiance: tuple[str, ...]
    moments: tuple[Moment, ...]


@dataclass
class _Morning:
    """What a person met on a morning, before anybody moved."""

    allegiance: str
    shown: str
    joint: float
    entry: str | None
    present: bool
    reconsider: float
    terms: dict[str, dict[str, float]]


def live_one(world: World, replicate: Replicate, agent_id: int) -> Life:
    """Live a replicate and follow one person.

    The terms are those of the morning, after the day's events, as the kernel used them: a
    mechanism put in front of the others reads them and changes nothing.

    Parameters
    ----------
    world : World
        The world.
    replicate : Replicate
        Parameters and seed.
    agent_id : int
        The person.

    Returns
    -------
    Life
        The life; the replicate is the same as if nobody had looked.

    Raises
    ------
    ValueError
        If there is no such person.
    """
    model = RevolutionModel(world=world, parameters=replicate.parameters, seed=replicate.seed)
    introduction, person = str(model.person(agent_id)), model.person(agent_id)
    slot = slot_of(world, agent_id)
    c = world.layout.ids.index(person.constituency)
    people = model.state.population
    seen: list[_Morning] = []

    def look(_: State, today: Today) -> None:
        seen.append(
            _Morning(
                person.allegiance, person.expressed, float(people.joint[agent_id]), person.entry,
                person.present, float(people_meet(today).reconsider[c]), person.terms(),
            )
        )  # fmt: skip

    model.mechanisms.insert(0, look)
    evenings, moments = [], []
    for day in range(N_DAYS):
        model.step()
        evenings.append(person.allegiance)
        if seen[-1].present:
            moments += _moments(day, seen[-1], model, agent_id, slot)
    return Life(agent_id, introduction, tuple(evenings), tuple(moments))


def slot_of(world: World, agent_id: int) -> np.uint64:
    """Return the slot of a person in the random streams."""
    block = int(np.searchsorted(world.blocks.start, agent_id, side="right")) - 1
    return np.uint64(world.blocks.slot[block] + np.uint64(agent_id - world.blocks.start[block]))


def chances_of(terms: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the chance of each party from the terms of utility."""
    parties = list(next(iter(terms.values())))
    utility = np.array([sum(row[party] for row in terms.values()) for party in parties])
    weights = np.exp(utility - utility.max())
    return dict(zip(parties, (weights / weights.sum()).tolist(), strict=True))


def _moments(
    day: int, morning: _Morning, model: RevolutionModel, agent_id: int, slot: np.uint64
) -> list[Moment]:
    person, seed = model.person(agent_id), model.data.seed
    slots = np.array([slot])
    before, after = morning.allegiance, person.allegiance
    chances = chances_of(morning.terms)
    draw = float(uniforms(seed, Decision.CHOICE, day, slots)[0])

    def moment(what: str, *, chose: bool, against: str = "") -> Moment:
        for_party = after if after != before else before
        terms = {
            name: row[for_party] - row[against] for name, row in morning.terms.items()
        } if against else {}  # fmt: skip
        return Moment(
            day, old_style(day), what, before, after, morning.reconsider,
            chances[after] if chose else float("nan"), draw if chose else float("nan"),
            terms, against,
        )  # fmt: skip

    if person.entry != morning.entry:
        return [moment(ENTERED, chose=False)]
    if not person.present:
        return [moment(LEFT, chose=False)]
    listed = []
    if uniforms(seed, Decision.RECONSIDERATION, day, slots)[0] < morning.reconsider:
        if after != before:
            listed.append(moment(SWITCHED, chose=True, against=before))
        else:
            rival = max((p for p in chances if p != before), key=lambda p: chances[p])
            listed.append(moment(RECONSIDERED, chose=True, against=rival))
    if model.state.population.joint[agent_id] > morning.joint:
        listed.append(moment(EXPOSED, chose=False))
    hid, hides = (shown != held for shown, held in (
        (morning.shown, before), (person.expressed, after),
    ))  # fmt: skip
    if hid != hides and before == after:
        listed.append(moment(HID if hides else SPOKE, chose=False))
    return listed
