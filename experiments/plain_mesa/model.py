"""The plain model: builds places, units and people, and calls the parts of a day in order."""

from __future__ import annotations

import math
from itertools import pairwise

import mesa
import numpy as np
from numpy.typing import NDArray

from experiments.plain_mesa.bodies import elect_delegates, first_mandates, meet_and_vote
from experiments.plain_mesa.events import happen
from experiments.plain_mesa.groups import Place, Row, Unit, intercepts
from experiments.plain_mesa.levels import change_levels, contact, face_the_day, take_shares
from experiments.plain_mesa.person import PersonAgent
from sim.ballot import BallotResult
from sim.march import events_after_march
from sim.meeting import MeetingResult
from sim.parameters import Parameters
from sim.party import ISSUES
from sim.population import draw_shares
from sim.settings import ModelSettings
from sim.streams import Decision, slots_of, uniforms
from sim.world import World, build_world


class PlainModel(mesa.Model):  # type: ignore[misc]
    """One replicate, with an object for every person.

    Parameters
    ----------
    settings : ModelSettings
        The settings; every switch of a mechanism is heeded.
    parameters : Parameters or None
        Parameter set; the prior medians if left out.
    seed : int
        Seed of the replicate.
    world : World or None
        Tables built before from the same settings.

    Attributes
    ----------
    day : int
        Days lived so far; -1 while the people are drawn.
    people : list of PersonAgent
        In the order of the ids of the array model.
    seats : list of int or None
        Party of each delegate.
    since : list of int
        Day on which each mandate began.
    meetings, ballots, presidia : dict
        Results, as in :class:`sim.record.Record`.
    """

    def __init__(
        self,
        settings: ModelSettings,
        parameters: Parameters | None = None,
        seed: int = 0,
        *,
        world: World | None = None,
    ) -> None:
        super().__init__(rng=seed)
        self.settings, self.parameters = settings, parameters or Parameters()
        self.draws_seed = seed
        self.world = world or build_world(settings)
        self.day = -1
        constants, ids = settings.constants, self.world.parties.ids
        parties = [settings.party[name] for name in ids]
        self.n_parties, self.columns = len(ids), range(len(ids))
        self.non_party = ids.index("NP")
        self.united = ids.index(constants.united_front.party)
        self.stance = [[getattr(party, issue) for issue in ISSUES] for party in parties]
        self.zeal = [party.zeal for party in parties]
        self.entrant_factor = [party.entrant_factor for party in parties]
        self.joint_gain = [party.joint_action_gain for party in parties]
        self.stigmatised = [party.stigmatised for party in parties]
        self.left = [party.soviet_power > 0 for party in parties]
        self.ideal_sd = constants.choice.ideal_sd if settings.mechanism.dispersion else 0.0
        self.fading = 1 - 1 / constants.united_front.memory_days

        self.position = [[party.soviet_power, party.agrarian] for party in parties]
        weight = constants.choice.ideal_weight
        self.weighted_position = [(weight * ell, weight * land) for ell, land in self.position]
        self.activity = [party.activity for party in parties]
        self.government = [0.0] * self.n_parties
        self.stigma, self.stigma_half_life = 0.0, math.inf
        self.stigma_clearing = constants.repression.stigma_clearing
        self.cleared = [0.0] * self.n_parties
        self.words, self.acted = constants.fatigue.initial_words, False
        self.unused_majority = constants.credibility.unused_majority_per_day
        self.events = events_after_march(settings.event, settings.march)

        self.places = self._places()
        self.units = [unit for place in self.places for unit in place.units]
        layout, plan = self.world.layout, self.world.plan
        sizes = np.diff(layout.agent_start).tolist()
        self.slots: NDArray[np.uint64] = np.concatenate(
            [slots_of(name, size) for name, size in zip(layout.ids, sizes, strict=True)]
        )
        self._lucks: dict[Decision, list[float]] = {}
        homes = [unit for unit in self.units for _ in range(unit.n_agents)]
        self.people = [PersonAgent(self, row, unit) for row, unit in enumerate(homes)]
        self._count_the_people()
        self.seats: list[int | None] = [None] * plan.n_seats
        self.since = [-1] * plan.n_seats
        self.chamber_of_seat: list[int] = plan.chamber.tolist()
        self.groups: list[tuple[int, int]] = list(pairwise(plan.group_start.tolist()))
        first_mandates(self)
        self.meetings: dict[str, MeetingResult] = {}
        self.ballots: dict[str, list[BallotResult]] = {}
        self.presidia: dict[str, NDArray[np.int64]] = {}
        self.day = 0

    def step(self) -> None:
        """Live one day."""
        self._lucks.clear()
        happen(self)
        face_the_day(self)
        for unit in self.units:
            unit.private_count, unit.public_count = self._zeros(), self._zeros()
        self.agents.do("live")
        change_levels(self)
        elect_delegates(self)
        take_shares(self)
        meet_and_vote(self)
        self.day += 1

    def luck(self, decision: Decision) -> list[float]:
        """Return today's draws of all people for a decision, drawn when first asked for."""
        if decision not in self._lucks:
            drawn = uniforms(self.draws_seed, decision, self.day, self.slots)
            self._lucks[decision] = drawn.tolist()
        return self._lucks[decision]

    def entrants(self, place: Place) -> Row:
        """Return the weights of parties among those who newly enter (E13)."""
        return [p * f for p, f in zip(place.initial, self.entrant_factor, strict=True)]

    def _zeros(self) -> list[int]:
        return [0] * self.n_parties

    def _places(self) -> list[Place]:
        settings, layout = self.settings, self.world.layout
        choice = settings.constants.choice
        expected = self.world.initial_mean
        if settings.initial_shares == "drawn":
            precision = choice.share_precision
            expected = draw_shares(expected, precision, self.draws_seed, layout.ids)
        n_agents = np.diff(layout.unit_start).tolist()
        places = []
        for c, (name, given) in enumerate(settings.place.constituencies.items()):
            sector = settings.place.sectors[given.sector]
            initial = expected[c].tolist()
            place = Place(
                name=name,
                town=given.place,
                sector=given.sector,
                exposure=given.event_exposure,
                issue_salience=[getattr(sector, issue) for issue in ISSUES],
                turnover=sector.turnover_per_day if settings.mechanism.turnover else 0.0,
                deserts=sector.deserts,
                initial=initial,
                intercept=intercepts(
                    initial, self.position, choice.inertia, choice.ideal_weight, self.ideal_sd
                ),
                grievance=list(settings.constants.grievance.initial),
                fatigue=settings.constants.fatigue.initial,
                credibility=[0.0] * self.n_parties,
                villages=self._zeros(),
            )
            for u in range(layout.unit_first[c], layout.unit_first[c + 1]):
                people_per_agent = given.people / (
                    layout.agent_start[c + 1] - layout.agent_start[c]
                )
                place.units.append(
                    Unit(
                        place=place,
                        n_agents=n_agents[u],
                        people=n_agents[u] * float(people_per_agent),
                        reach=given.agitator_reach * given.shared_language,
                        ratio=given.supporters_per_member,
                    )
                )
            places.append(place)
        return places

    def _count_the_people(self) -> None:
        """Take the shares of 1 March, from which growth is counted, and the first members."""
        for unit in self.units:
            unit.private_count, unit.public_count = self._zeros(), self._zeros()
        for person in self.people:
            person.unit.private_count[person.allegiance] += 1
            person.unit.public_count[person.allegiance] += 1
        take_shares(self)
        for place in self.places:
            place.first_public = place.public
            left = sum(p for p, is_left in zip(place.private, self.left, strict=True) if is_left)
            place.left_history = [left] * self.settings.constants.repression.tide_window_days
            for unit in place.units:
                unit.first_public = unit.public
                begun = 100 * self.settings.constants.membership.initial_share
                unit.members = [begun * share / (unit.ratio + 1) for share in unit.private]
                unit.first_contact = contact(self, unit)
