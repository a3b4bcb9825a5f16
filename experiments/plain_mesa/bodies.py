"""Delegates of the plain model: recall, elections, and what the bodies do on their dates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.plain_mesa.groups import Row, pick, scaled, summed
from sim.ballot import count_ballot
from sim.institution import VACANT
from sim.meeting import hold_meeting
from sim.presidium import elect_presidium
from sim.streams import Decision, uniforms

if TYPE_CHECKING:
    from experiments.plain_mesa.model import PlainModel


def first_mandates(model: PlainModel) -> None:
    """Fill the seats of 1 March, tier by tier: people elect first, then bodies elect bodies."""
    plan = model.world.plan
    lucks = uniforms(model.draws_seed, Decision.MANDATE_INITIAL, -1, plan.slot).tolist()
    waiting = [seat for seat, from_start in enumerate(plan.from_start) if from_start]
    while waiting:
        senders = electors(model)
        left = []
        for seat in waiting:
            sender = senders[plan.group_elector[plan.group[seat]]]
            if sum(sender) > 0:
                model.seats[seat] = pick(sender, lucks[seat])
            else:
                left.append(seat)
        if left == waiting:
            break
        waiting = left


def electors(model: PlainModel) -> list[Row]:
    """Return what every elector would send: units, places, then bodies and their chambers."""
    factor = [1.0] * model.n_parties
    factor[model.non_party] = model.settings.constants.election.non_party_weight

    def sends(public: Row) -> Row:
        return scaled([p * f for p, f in zip(public, factor, strict=True)])

    people = [unit.public for unit in model.units] + [place.public for place in model.places]
    return [sends(public) for public in people] + [
        scaled(row) if sum(row) > 0 else row for row in delegations(model)
    ]


def delegations(model: PlainModel) -> list[Row]:
    """Count delegates by party: of each institution, then of each chamber."""
    plan = model.world.plan
    chambers = [[0.0] * model.n_parties for _ in plan.chambers]
    for party, chamber in zip(model.seats, model.chamber_of_seat, strict=True):
        if party is not None:
            chambers[chamber][party] += 1
    owners = plan.institution_of_chamber.tolist()
    bodies = [
        summed([row for row, owner in zip(chambers, owners, strict=True) if owner == i])
        for i in range(len(plan.institutions))
    ]
    return bodies + chambers


def elect_delegates(model: PlainModel) -> None:
    """Renew mandates from this morning's public shares, hold dated elections (E16)."""
    plan, election = model.world.plan, model.settings.constants.election
    rho = model.parameters.renewal_per_day if model.settings.mechanism.lag else math.inf
    senders = electors(model)
    seed, day = model.draws_seed, model.day
    renewal = uniforms(seed, Decision.MANDATE_RENEWAL, day, plan.slot).tolist()
    choice = uniforms(seed, Decision.MANDATE_CHOICE, day, plan.slot).tolist()
    everywhere = all(place.elections_open for place in model.places)
    for g, (first, last) in enumerate(model.groups):
        where = plan.group_constituency[g]
        is_open = model.places[where].elections_open if where >= 0 else everywhere
        if not is_open or plan.group_renewal[g] == 0:
            continue
        sender = senders[plan.group_elector[g]]
        if sum(sender) == 0:
            continue
        seated = [party for party in model.seats[first:last] if party is not None]
        mismatch = sum(
            abs(share - seated.count(k) / max(len(seated), 1)) for k, share in enumerate(sender)
        )
        chance = rho * plan.group_renewal[g] * (1 + election.mismatch_factor * mismatch)
        for seat in range(first, last):
            if model.seats[seat] is not None and renewal[seat] < chance:
                model.seats[seat] = pick(sender, choice[seat])
                model.since[seat] = day
    for first, last, until in plan.dissolutions:
        if until == day:
            model.seats[first:last] = [None] * (last - first)
    _general_elections(model, senders)


def _general_elections(model: PlainModel, senders: list[Row]) -> None:
    """Fill all seats of a chamber within the window of its dated election."""
    plan, seed, day = model.world.plan, model.draws_seed, model.day
    for first, last, date, window in plan.elections:
        if not date - window < day <= date:
            continue
        slots = plan.slot[first:last]
        when = uniforms(seed, Decision.MANDATE_ELECTION_DAY, date, slots).tolist()
        choice = uniforms(seed, Decision.MANDATE_INITIAL, day, slots).tolist()
        for seat in range(first, last):
            if max(date - math.floor(when[seat - first] * window), 0) == day:
                sender = senders[plan.group_elector[plan.group[seat]]]
                if sum(sender) > 0:
                    model.seats[seat] = pick(sender, choice[seat - first])
                    model.since[seat] = day


def meet_and_vote(model: PlainModel) -> None:
    """Hold today's meetings, ballots and presidium elections (E17 to E20)."""
    world, on, p = model.world, model.settings.mechanism, model.parameters
    constants, ids = model.settings.constants, world.parties.ids
    fatigue, zeal = np.array([c.fatigue for c in model.places]), np.array(model.zeal)
    seats = np.array([VACANT if k is None else k for k in model.seats], dtype=np.uint8)
    for table in world.meetings.get(model.day, ()):
        rows = [unit.public for unit in model.units] + [place.public for place in model.places]
        rows += [[n / max(sum(row), 1) for n in row] for row in delegations(model)]
        model.meetings[table.name] = hold_meeting(
            table.meeting, table.seats, world.plan, seats, np.array(rows),
            np.array([ell for ell, _ in model.position]), zeal, table.whip, table.stance_set,
            table.duty, fatigue, p.responsiveness, model.draws_seed, model.day,
            constants.meeting, all_attend=not on.attendance,
        )  # fmt: skip
    for name, (electorate, days) in world.ballots.items():
        if model.day in days:
            weight = model.settings.ballot[name].fatigue_weight
            private = np.array([place.private for place in model.places])
            result = count_ballot(
                private, fatigue, electorate, zeal, model.non_party, weight,
                p.demobilisation if on.selective_turnout else 0.0, constants.ballot,
            )  # fmt: skip
            model.ballots.setdefault(name, []).append(result)
    for name in world.presidia.get(model.day, ()):
        presidium = model.settings.presidium[name]
        chamber = world.plan.chambers.index(presidium.chamber)
        count = delegations(model)[len(world.plan.institutions) + chamber]
        slates = presidium.slates.values()
        faction = np.array([sum(count[ids.index(k)] for k in slate) for slate in slates])
        model.presidia[name] = elect_presidium(faction, presidium.seats, presidium.rule)
