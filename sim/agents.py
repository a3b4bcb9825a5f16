"""Parties, units, institutions and delegates as Mesa agents; people as views on demand.

The people are rows of columns (see :mod:`sim.population`). A view reads one row and
explains it. Bodies are few, so they can be registered with Mesa; they are registered when
``model.agents`` is first asked for, because thousands of runs never ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.allegiance import common_utility
from sim.calendar_os import old_style
from sim.contact import contact
from sim.day import Today
from sim.grievance import stance_today
from sim.institution import VACANT
from sim.repression import push_of_repression

if TYPE_CHECKING:
    from sim.model import RevolutionModel


class PartyAgent(mesa.Agent):  # type: ignore[misc]
    """A party: its settings and its present strength."""

    def __init__(self, model: RevolutionModel, party: str) -> None:
        super().__init__(model)
        self.party = party
        self.title = model.world.settings.party[party].title

    @property
    def people(self) -> float:
        """Number of people whose private allegiance it has."""
        world, state = self.model.world, self.model.state
        column = state.private_share[:, world.parties.index(self.party)]
        present = np.add.reduceat(state.private_count.sum(axis=1), world.layout.unit_first[:-1])
        return float((column * present * world.layout.people_per_agent).sum())


class UnitAgent(mesa.Agent):  # type: ignore[misc]
    """A factory, regiment, ship or district."""

    def __init__(self, model: RevolutionModel, unit: int) -> None:
        super().__init__(model)
        layout = model.world.layout
        self.unit = unit
        self.constituency = layout.ids[layout.constituency_of_unit[unit]]
        self.kind = model.world.settings.place.constituencies[self.constituency].unit_kind
        self.number = unit - int(layout.unit_first[layout.constituency_of_unit[unit]]) + 1

    @property
    def people(self) -> float:
        """Number of people on 1 March."""
        return float(self.model.world.people_of_unit[self.unit])

    def share(self, party: str, *, public: bool = False) -> float:
        """Return the present share of a party in the unit."""
        state = self.model.state
        shares = state.public_unit_share if public else state.private_unit_share
        return float(shares[self.unit, self.model.world.parties.index(party)])

    @property
    def person_ids(self) -> range:
        """Ids of its people, for ``model.person``."""
        start = self.model.world.layout.unit_start
        return range(int(start[self.unit]), int(start[self.unit + 1]))


class InstitutionAgent(mesa.Agent):  # type: ignore[misc]
    """A body of delegates."""

    def __init__(self, model: RevolutionModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.title = model.world.settings.institution[name].title
        self.kind = model.world.settings.institution[name].kind

    @property
    def seats(self) -> dict[str, int]:
        """Delegates by party."""
        count = self.model.seats(self.name)
        return {p: int(n) for p, n in zip(self.model.world.parties.ids, count, strict=True)}

    @property
    def delegates(self) -> Any:
        """Its delegates, as an AgentSet."""
        return self.model.agents_by_type[DelegateAgent].select(
            lambda delegate: delegate.institution == self.name
        )


class DelegateAgent(mesa.Agent):  # type: ignore[misc]
    """A seat, and whoever holds it now."""

    def __init__(self, model: RevolutionModel, seat: int) -> None:
        super().__init__(model)
        plan = model.world.plan
        self.seat = seat
        self.institution, _, self.chamber = plan.chambers[plan.chamber[seat]].partition("/")

    @property
    def allegiance(self) -> str | None:
        """Party of the delegate; None for a vacant seat."""
        party = self.model.state.mandates.allegiance[self.seat]
        return None if party == VACANT else self.model.world.parties.ids[party]

    @property
    def mandate_start(self) -> str:
        """Old Style date on which the mandate began; the eve of 1 March for the first."""
        return old_style(int(self.model.state.mandates.since[self.seat]))

    @property
    def unit(self) -> int | None:
        """Unit that elects the seat, if one does."""
        plan = self.model.world.plan
        elector = int(plan.group_elector[plan.group[self.seat]])
        return elector if elector < self.model.world.layout.n_units else None


def register_agents(model: RevolutionModel) -> None:
    """Register parties, units, institutions and delegates with Mesa."""
    for party in model.world.parties.ids:
        PartyAgent(model, party)
    for unit in range(model.world.layout.n_units):
        UnitAgent(model, unit)
    for name in model.world.plan.institutions:
        InstitutionAgent(model, name)
    for seat in range(model.world.plan.n_seats):
        DelegateAgent(model, seat)


@dataclass(frozen=True)
class Person:
    """One person of the model, today.

    Attributes
    ----------
    model : RevolutionModel
        Where the person lives.
    agent_id : int
        Row of the person.
    """

    model: RevolutionModel
    agent_id: int

    @property
    def unit(self) -> int:
        """Unit the person belongs to."""
        start = self.model.world.layout.unit_start
        return int(np.searchsorted(start, self.agent_id, side="right")) - 1

    @property
    def constituency(self) -> str:
        """Constituency the person belongs to."""
        layout = self.model.world.layout
        return layout.ids[int(layout.constituency_of_unit[self.unit])]

    @property
    def allegiance(self) -> str:
        """Private allegiance."""
        row = self.model.state.population.allegiance[self.agent_id]
        return self.model.world.parties.ids[int(row)]

    @property
    def expressed(self) -> str:
        """Allegiance that the person shows; NP for who keeps silent out of fear."""
        state, world = self.model.state, self.model.world
        party = world.parties.index(self.allegiance)
        if not world.parties.stigmatised[party] or not world.settings.mechanism.fear:
            return self.allegiance
        hidden = world.parties.stigmatised > 0.0
        c = world.layout.constituency_of_unit[self.unit]
        others = 1.0 - state.public_unit_share[self.unit, hidden].sum()
        level = state.repression[c] * world.exposure[c] * others
        return "NP" if level > state.population.fear[self.agent_id] else self.allegiance

    @property
    def ideal(self) -> tuple[float, float]:
        """Ideal point: attitude to soviet power, agrarian axis."""
        x = self.model.state.population.ideal[self.agent_id]
        return float(x[0]), float(x[1])

    @property
    def present(self) -> bool:
        """Whether the person is still there, and not in the villages."""
        return bool(self.model.state.population.present[self.agent_id])

    @property
    def joint_action(self) -> float:
        """Present exposure to joint action, 0 to 1."""
        state = self.model.state
        return float(state.population.joint[self.agent_id] * state.joint_fade)

    @property
    def entry(self) -> str | None:
        """Old Style date of entry; None for who was there on 1 March."""
        day = int(self.model.state.population.entry_day[self.agent_id])
        return None if day < 0 else old_style(day)

    def terms(self) -> dict[str, dict[str, float]]:
        """Return the utility of each party, term by term, as it stands now.

        Returns
        -------
        dict of str to dict of str to float
            By term, then by party; logit. The terms sum to the utility of the choice.
        """
        ids = self.model.world.parties.ids
        return {
            term: {party: float(value) for party, value in zip(ids, row, strict=True)}
            for term, row in explain(self).items()
        }

    def chances(self) -> dict[str, float]:
        """Return the chance of each party if the person reconsidered now."""
        total = np.sum(list(explain(self).values()), axis=0)
        weights = np.exp(total - total.max())
        shares = weights / weights.sum()
        return {p: float(s) for p, s in zip(self.model.world.parties.ids, shares, strict=True)}

    def __str__(self) -> str:
        """Say who, where and what."""
        settings = self.model.world.settings
        sector = settings.place.constituencies[self.constituency].sector
        kind = settings.place.constituencies[self.constituency].unit_kind
        first = self.model.world.layout.unit_first[
            self.model.world.layout.ids.index(self.constituency)
        ]
        where = "" if self.present else ", now in the villages"
        return (
            f"{settings.place.sectors[sector].person} {self.agent_id}, "
            f"{settings.place.constituencies[self.constituency].title}, {kind} "
            f"{self.unit - int(first) + 1}{where}: {settings.party[self.allegiance].title}"
        )


class Worker(Person):
    """A person of a factory."""


class Soldier(Person):
    """A person of a regiment."""


class Sailor(Person):
    """A person of the fleet."""


class Citizen(Person):
    """A person of a town's districts."""


_VIEWS = {"worker": Worker, "soldier": Soldier, "sailor": Sailor, "citizen": Citizen}


def person_view(model: RevolutionModel, agent_id: int) -> Person:
    """Return the view of one person, of the class of its sector."""
    n = model.world.layout.n_agents
    if not 0 <= agent_id < n:
        raise ValueError(f"person {agent_id!r} does not exist. Ids run from 0 to {n - 1}.")
    places = model.world.settings.place
    sector = places.constituencies[Person(model, agent_id).constituency].sector
    return _VIEWS[places.sectors[sector].person](model, agent_id)


def explain(person: Person) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Return the terms of a person's utility, each of shape (n_parties,)."""
    model, u = person.model, person.unit
    world, state, data = model.world, model.state, model.data
    on, constants, p = world.settings.mechanism, world.settings.constants, data.parameters
    c = int(world.layout.constituency_of_unit[u])
    zero = np.zeros(len(world.parties.ids))
    choice = constants.choice
    stance = stance_today(world.parties.stance, state.government, constants.grievance)
    growth = state.grievance - data.initial_grievance
    grievance = common_utility(
        np.zeros_like(data.intercepts), np.zeros_like(state.credibility), growth,
        world.issue_salience, stance, p.grievance_weight if on.grievance else 0.0,
    )[c]  # fmt: skip
    own = choice.own_unit_weight
    visible = own * (state.public_unit_share[u] - data.initial_unit_share[u]) + (1 - own) * (
        state.public_share[c] - data.initial_share[c]
    )
    met = contact(state.members, state.activity, world.reach_of_unit, constants.contact)[u]
    exposed = person.joint_action > 0.0
    slander = -p.stigma_weight * state.stigma * on.stigma * world.parties.stigmatised
    if exposed:
        slander = slander * (1.0 - state.stigma_clearing)
    felt = state.repression[c : c + 1] * world.exposure[c]
    push = push_of_repression(felt, state.tide[c : c + 1], p.repression_weight)[0]
    inertia = zero.copy()
    inertia[world.parties.index(person.allegiance)] = choice.inertia
    x = state.population.ideal[person.agent_id].astype(np.float64)
    return {
        "place": data.intercepts[c],
        "standing of parties": state.credibility[c],
        "grievances": grievance,
        "ideal point": choice.ideal_weight * (state.position @ x),
        "joint action": 2.0 * p.discredit * person.joint_action * world.parties.joint_action_gain,
        "others nearby": (p.social_influence if on.social_influence else 0.0) * visible,
        "agitators": (p.contact_weight if on.contact else 0.0) * (met - data.initial_contact[u]),
        "slander": slander,
        "repression": (push if on.repression else 0.0) * world.parties.stigmatised,
        "own mechanisms": state.extra_utility[u],
        "habit": inertia,
    }


__all__ = ["Citizen", "Person", "Sailor", "Soldier", "Today", "Worker", "person_view"]
