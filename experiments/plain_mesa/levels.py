"""Levels of places and units of the plain model: what people meet, and how it changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from experiments.plain_mesa.events import attention
from experiments.plain_mesa.groups import Place, Row, Unit, summed
from sim.calendar_os import day_of

if TYPE_CHECKING:
    from experiments.plain_mesa.model import PlainModel


def face_the_day(model: PlainModel) -> None:
    """Work out what people meet today, from this morning's levels (E2, E6 to E8, E11, E14)."""
    on, p, constants = model.settings.mechanism, model.parameters, model.settings.constants
    slander = p.stigma_weight * model.stigma * on.stigma
    model.cleared = [slander * model.stigma_clearing * s for s in model.stigmatised]
    weight = constants.choice.ideal_weight
    model.weighted_position = [(weight * ell, weight * land) for ell, land in model.position]
    for place in model.places:
        felt = place.repression * place.exposure
        factor = 1 + constants.choice.salience_factor * place.exposure * (
            attention(model, place) if on.salience else 0
        )
        place.hazard = 1 - math.exp(-p.reconsideration_per_day * factor)
        desertion = constants.desertion
        later = model.day > day_of(desertion.later_from)
        rate = desertion.per_day * (desertion.later_factor if later else 1) * place.grievance[0]
        place.desertion = min(rate, 1.0) if place.deserts and on.desertion else 0.0
        shared = [_utility_of_place(model, place, k, slander) for k in range(model.n_parties)]
        for unit in place.units:
            unit.utility = _utility_of_unit(model, unit, shared)
            others = 1 - sum(unit.public[k] for k in model.columns if model.stigmatised[k])
            unit.silence = felt * others if on.fear else 0.0
            front = constants.united_front
            acting = place.joint_action * min(place.exposure, 1.0)
            mobilised = front.mobilised_share * model.activity[model.united]
            mobilised *= unit.members[model.united]
            unit.act_together = acting * (1 - math.exp(-front.contact_rate * mobilised))


def _utility_of_place(model: PlainModel, place: Place, k: int, slander: float) -> float:
    """Return what all people of a place share of the utility of one party (E7)."""
    on, p = model.settings.mechanism, model.parameters
    penalty = model.settings.constants.grievance.office_penalty
    initial = model.settings.constants.grievance.initial
    utility = place.intercept[k] + place.credibility[k]
    if on.grievance:
        for g, weight in enumerate(place.issue_salience):
            answers_for_it = model.government[k] if g < 3 else 0  # all but order
            stance = model.stance[k][g] - penalty * answers_for_it
            growth = place.grievance[g] - initial[g]
            utility += p.grievance_weight * weight * growth * stance
    utility -= slander * model.stigmatised[k]
    if on.repression:
        push = place.repression * place.exposure * (2 * place.tide - 1)
        utility += p.repression_weight * push * model.stigmatised[k]
    return utility


def _utility_of_unit(model: PlainModel, unit: Unit, shared: Row) -> Row:
    """Add what only the people of one unit share: visible shares and contact (E6, E7)."""
    on, p, place = model.settings.mechanism, model.parameters, unit.place
    own = model.settings.constants.choice.own_unit_weight
    met = contact(model, unit)
    row = []
    for k in model.columns:
        utility = shared[k]
        if on.social_influence:
            near = unit.public[k] - unit.first_public[k]
            far = place.public[k] - place.first_public[k]
            utility += p.social_influence * (own * near + (1 - own) * far)
        if on.contact:
            utility += p.contact_weight * (met[k] - unit.first_contact[k])
        row.append(utility)
    return row


def contact(model: PlainModel, unit: Unit) -> Row:
    """Return contact of a unit with each party's agitators (E6)."""
    saturation = model.settings.constants.contact.saturation_members
    return [
        unit.reach * model.activity[k] * (1 - math.exp(-unit.members[k] / saturation))
        for k in model.columns
    ]


def change_levels(model: PlainModel) -> None:
    """Let levels change by this morning's values (E1, E3, E4, E5, E12, E15)."""
    on, constants = model.settings.mechanism, model.settings.constants
    answerable = _unused_majorities(model)
    for place in model.places:
        if on.membership:
            for unit in place.units:
                unit.members = _recruited(model, unit)
        if on.grievance:
            place.grievance = [
                g + q * (1 - g)
                for g, q in zip(place.grievance, constants.grievance.growth_per_day, strict=True)
            ]
        if on.fatigue:
            place.fatigue += constants.fatigue.per_day * model.words * (1 - place.fatigue)
        place.credibility = [
            v * (1 - 1 / constants.credibility.memory_days)
            - model.unused_majority * ((place.name, k) in answerable)
            for k, v in enumerate(place.credibility)
        ]
        rule = constants.repression
        left = sum(share for share, is_left in zip(place.private, model.left, strict=True)
                   if is_left)  # fmt: skip
        growth = left - place.left_history.pop(0)
        place.left_history.append(left)
        place.tide = 1 / (1 + math.exp(-rule.tide_gain * (growth - rule.tide_neutral_growth)))
        place.repression = max(
            place.repression * 2 ** (-1 / place.repression_half_life), place.repression_floor
        )
    model.stigma *= 2 ** (-1 / model.stigma_half_life)


def _recruited(model: PlainModel, unit: Unit) -> Row:
    """Return members for every 100 people tomorrow (E12)."""
    rule = model.settings.constants.membership
    join = rule.rate_per_day / unit.ratio * (rule.tide_base + unit.place.tide)
    row = []
    for m, share in zip(unit.members, unit.private, strict=True):
        supporters = 100 * share
        changed = m + join * (supporters - m) - rule.rate_per_day * m
        row.append(min(changed, rule.ceiling * supporters))
    return row


def _unused_majorities(model: PlainModel) -> set[tuple[str, int]]:
    """Return the places, with the party that holds their soviets and has not acted."""
    if model.acted or model.unused_majority == 0:
        return set()
    plan = model.world.plan
    found = set()
    for name, place in model.settings.place.constituencies.items():
        bodies = [plan.institutions.index(soviet) for soviet in place.soviets]
        held = [
            party
            for party, chamber in zip(model.seats, model.chamber_of_seat, strict=True)
            if party is not None and plan.institution_of_chamber[chamber] in bodies
        ]
        found |= {(name, k) for k in model.columns if 2 * held.count(k) > len(held)}
    return found


def take_shares(model: PlainModel) -> None:
    """Turn the evening's counts into shares; a unit without people keeps its own."""
    for place in model.places:
        for unit in place.units:
            if sum(unit.private_count) > 0:
                unit.private = [n / sum(unit.private_count) for n in unit.private_count]
                unit.public = [n / sum(unit.public_count) for n in unit.public_count]
        private = summed([unit.private_count for unit in place.units])
        public = summed([unit.public_count for unit in place.units])
        place.private = [n / max(sum(private), 1) for n in private]
        place.public = [n / max(sum(public), 1) for n in public]
