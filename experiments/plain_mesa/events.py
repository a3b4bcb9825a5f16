"""Dated events of the plain model, read from the configuration each morning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.plain_mesa.groups import Place
from sim.calendar_os import day_of
from sim.event import Effect, Event
from sim.party import ISSUES

if TYPE_CHECKING:
    from experiments.plain_mesa.model import PlainModel


def happen(model: PlainModel) -> None:
    """Make the changes of today's events, in the order of the configuration."""
    for place in model.places:
        place.joint_action, place.elections_open = 0.0, True
    for event in model.events.values():
        if not event.enabled:
            continue
        for effect in event.effects:
            first, last = _days(event, effect.window or event.window)
            every_day = effect.spread == "uniform" or effect.op in ("flag", "close")
            today = first <= model.day <= last if every_day else model.day == first
            if today and _has_its_majority(model, event):
                _change(model, event, effect, n_days=last - first + 1)


def attention(model: PlainModel, place: Place) -> float:
    """Return how much events occupy a place today (E8): 1 at most, halving afterwards."""
    half_life = model.settings.constants.choice.salience_half_life_days
    total = 0.0
    for event in model.events.values():
        first, last = _days(event, event.window)
        reached = event.enabled and event.salience and _reaches(place, event.places, event.sectors)
        if reached and first <= model.day:
            total += 2 ** (-max(model.day - last, 0) / half_life)
    return min(total, 1.0)


def _days(event: Event, window: tuple[str, str]) -> tuple[int, int]:
    first, last = (day_of(text) + event.shift_days for text in window)
    return first, last


def _reaches(place: Place, places: tuple[str, ...] | None, sectors: tuple[str, ...] | None) -> bool:
    """Tell whether a place lies in a scope; a scope of None is everywhere."""
    here = places is None or place.town in places or place.name in places
    return here and (sectors is None or place.sector in sectors)


def _scope(model: PlainModel, event: Event, effect: Effect) -> list[Place]:
    """Return the places an effect reaches; its own scope replaces that of its event."""
    places = event.places if effect.places is None else effect.places
    sectors = event.sectors if effect.sectors is None else effect.sectors
    return [place for place in model.places if _reaches(place, places, sectors)]


def _has_its_majority(model: PlainModel, event: Event) -> bool:
    ids, plan = model.world.parties.ids, model.world.plan
    for institution, party in (event.requires_majority or {}).items():
        body = plan.institutions.index(institution)
        held = [
            p
            for p, h in zip(model.seats, plan.chamber.tolist(), strict=True)
            if p is not None and plan.institution_of_chamber[h] == body
        ]
        if not 2 * held.count(ids.index(party)) > len(held):
            return False
    return True


def _change(model: PlainModel, event: Event, effect: Effect, n_days: int) -> None:
    kind, _, what = effect.target.partition(".")
    on, ids = model.settings.mechanism, model.world.parties.ids
    places = _scope(model, event, effect)
    value, op = effect.value, effect.op
    if effect.times is not None:
        value *= getattr(model.parameters, effect.times)
    if effect.spread == "uniform" and op not in ("flag", "close"):
        value /= n_days
    half_life = math.inf if effect.half_life_days is None else effect.half_life_days
    if kind == "stigma":
        model.stigma, model.stigma_half_life = value, half_life
    elif kind == "stigma_clearing":
        model.stigma_clearing = value
    elif kind == "unused_majority":
        model.unused_majority = value
    elif kind == "words":
        model.words = value
    elif kind == "action":
        model.acted = True
    elif kind in ("government", "activity"):
        row = getattr(model, kind)
        k = ids.index(what)
        row[k] = value * row[k] if op == "mul" else value
    elif kind == "position":
        model.position[ids.index(what)][0] += value
    elif kind == "members":
        to = None if effect.to is None else ids.index(effect.to)
        _move_members(places, op, value, ids.index(what), to)
    else:
        for place in places:
            if kind == "credibility" and on.credibility:
                place.credibility[ids.index(what)] += value * place.exposure
            elif kind == "grievance":
                g = ISSUES.index(what)
                room = 1 - place.grievance[g] if op == "jump" else -place.grievance[g]
                place.grievance[g] += value * room
            elif kind == "repression":
                place.repression, place.repression_half_life = value, half_life
            elif kind == "repression_floor":
                place.repression_floor = value
            elif kind == "fatigue":
                moved = place.fatigue * value if op == "mul" else place.fatigue + value
                place.fatigue = min(max(moved, 0.0), 1.0)
            elif kind == "joint_action" and on.joint_action:
                place.joint_action = 1.0
            elif kind == "elections":
                place.elections_open = False


def _move_members(places: list[Place], op: str, value: float, k: int, to: int | None) -> None:
    units = [unit for place in places for unit in place.units]
    if op == "mul" or to is None:
        for unit in units:
            unit.members[k] *= value
        return
    there = sum(unit.members[k] * unit.people / 100 for unit in units)
    share = min(1.0, value / there) if there > 0 else 1.0
    for unit in units:
        moved = share * unit.members[k]
        unit.members[k] -= moved
        unit.members[to] += moved
