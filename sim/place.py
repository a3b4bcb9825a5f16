"""Constituencies (a place and a sector), their size, their units and what they began with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between, require_one_of

UNIT_KINDS = ("factory", "regiment", "ship", "district")
MIN_AGENTS = 500
"""At least so many agents a constituency: the sd of a 30 % share is then at most 2 points."""


@dataclass(frozen=True)
class Sector(Settings):
    """What people of one sector have in common.

    Attributes
    ----------
    title : str
        Name for readers.
    person : str
        What one person of it is called: worker, soldier, sailor or citizen.
    peace, bread, land, order : float
        Salience of each grievance.
    turnover_per_day : float
        Chance a day that a person leaves and another enters.
    deserts : bool
        Whether people of the sector can leave for the villages.
    """

    title: str
    person: str
    peace: float
    bread: float
    land: float
    order: float
    turnover_per_day: float
    deserts: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a share or a rate."""
        require_one_of("sector.person", self.person, ("worker", "soldier", "sailor", "citizen"))
        for name in ("peace", "bread", "land", "order"):
            require_between(f"sector.{name}", getattr(self, name), 0.0, 2.0, "A salience.")
        require_between(
            "sector.turnover_per_day", self.turnover_per_day, 0.0, 1.0, "A chance per day."
        )


@dataclass(frozen=True)
class Constituency(Settings):
    """A group of people in one place and sector.

    Attributes
    ----------
    title : str
        Name for readers.
    place : str
        Town or region, to which events and bodies refer.
    sector : str
        Key of its :class:`Sector`.
    people : float
        Number of people.
    agents : int
        Number of agents at ``size=desk``.
    unit_kind : str
        What its units are: factory, regiment, ship, district.
    units : int
        Number of units.
    unit_size_exponent : float
        Sizes of units are proportional to ``rank ** -exponent``; 0 makes them equal.
    initial_shares : mapping of str to float
        Expected allegiance on 1 March by party; assumed.
    event_exposure : float
        How strongly dated events reach the place (x_c).
    agitator_reach : float
        How well agitators reach its people (r_c).
    supporters_per_member : float
        Supporters of a party for each member beyond the first (ratio_c).
    shared_language : float
        Share of agitation held in a language its people share, 0 to 1.
    soviets : tuple of str
        Institutions whose majority is answerable to this constituency (see credibility).
    source : str
        Where size and shares come from, and their status.
    """

    title: str
    place: str
    sector: str
    people: float
    agents: int
    unit_kind: str
    units: int
    initial_shares: Mapping[str, float]
    event_exposure: float
    agitator_reach: float
    supporters_per_member: float
    source: str
    unit_size_exponent: float = 0.0
    shared_language: float = 1.0
    soviets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse sizes, shares and reaches outside their range."""
        require_between("place.people", self.people, 1.0, 5e7, "Number of people.")
        require_between("place.agents", self.agents, 1, 5e7, "Number of agents at size=desk.")
        require_between("place.units", self.units, 1, 100_000, "Number of units.")
        require_one_of("place.unit_kind", self.unit_kind, UNIT_KINDS)
        require_between("place.unit_size_exponent", self.unit_size_exponent, 0.0, 3.0, "A power.")
        require_between("place.event_exposure", self.event_exposure, 0.0, 5.0, "1 is Petrograd.")
        require_between("place.agitator_reach", self.agitator_reach, 0.0, 5.0, "1 is Petrograd.")
        require_between(
            "place.supporters_per_member", self.supporters_per_member, 0.1, 1e4, "A ratio."
        )
        require_between("place.shared_language", self.shared_language, 0.0, 1.0, "A share.")


@dataclass(frozen=True)
class Places(Settings):
    """All constituencies, and the pool of those who left for the villages.

    Attributes
    ----------
    sectors : mapping of str to Sector
        By id.
    constituencies : mapping of str to Constituency
        By id; order of the mapping is the order of the constituency axis.
    village_pool : str
        Name of the pool that records arrivals of deserters.
    """

    sectors: Mapping[str, Sector]
    constituencies: Mapping[str, Constituency]
    village_pool: str = "villages"

    def __post_init__(self) -> None:
        """Refuse a constituency of an unknown sector."""
        if not self.constituencies:
            raise ValueError("place.constituencies is empty. Define at least one constituency.")
        for name, constituency in self.constituencies.items():
            require_one_of(
                f"place.constituencies.{name}.sector", constituency.sector, tuple(self.sectors)
            )
        if self.village_pool in self.constituencies:
            raise ValueError(
                f"place.village_pool is {self.village_pool!r}, the name of a constituency. "
                "Give the pool a name of its own."
            )


@dataclass(frozen=True)
class Size(Settings):
    """How many agents stand for the people.

    Attributes
    ----------
    people_per_agent : float or None
        People for each agent, the same everywhere; ``None`` uses the number of agents
        listed with each constituency.
    agents_factor : float
        Factor on the listed numbers of agents.
    """

    people_per_agent: float | None = None
    agents_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse sizes below one person an agent."""
        if self.people_per_agent is not None:
            require_between(
                "size.people_per_agent", self.people_per_agent, 1.0, 1e6, "1 is one to one."
            )
        require_between(
            "size.agents_factor", self.agents_factor, 0.0, 1e3, "1 is desk size.", open_low=True
        )

    def n_agents(self, constituency: Constituency) -> int:
        """Return the number of agents of a constituency, at least one for each unit."""
        if self.people_per_agent is None:
            wanted = constituency.agents * self.agents_factor
        else:
            wanted = constituency.people / self.people_per_agent
        return max(round(wanted), constituency.units)


@dataclass(frozen=True)
class Layout:
    """Where agents sit: constituencies hold units, units hold consecutive agents.

    Attributes
    ----------
    ids : tuple of str
        Constituency ids, shape (n_constituencies,).
    agent_start : ndarray of int64, shape (n_constituencies + 1,)
        First agent of each constituency, and the total.
    unit_start : ndarray of int64, shape (n_units + 1,)
        First agent of each unit, and the total.
    unit_first : ndarray of int64, shape (n_constituencies + 1,)
        First unit of each constituency, and the total.
    constituency_of_unit : ndarray of int64, shape (n_units,)
        Constituency of each unit.
    people_per_agent : ndarray of float64, shape (n_constituencies,)
        Weight of one agent.
    """

    ids: tuple[str, ...]
    agent_start: NDArray[np.int64]
    unit_start: NDArray[np.int64]
    unit_first: NDArray[np.int64]
    constituency_of_unit: NDArray[np.int64]
    people_per_agent: NDArray[np.float64]
    n_agents: int = field(init=False)
    n_units: int = field(init=False)

    def __post_init__(self) -> None:
        """Fill in the totals."""
        object.__setattr__(self, "n_agents", int(self.agent_start[-1]))
        object.__setattr__(self, "n_units", int(self.unit_first[-1]))


def unit_sizes(n_agents: int, n_units: int, exponent: float) -> NDArray[np.int64]:
    """Split agents over units with sizes proportional to ``rank ** -exponent``.

    Parameters
    ----------
    n_agents, n_units : int
        ``n_agents >= n_units``; every unit gets at least one agent.
    exponent : float
        0 gives equal units.

    Returns
    -------
    ndarray of int64, shape (n_units,)
        Sizes, largest first; they sum to ``n_agents``.

    Examples
    --------
    >>> unit_sizes(10, 3, 1.0)
    array([5, 3, 2])
    """
    weights = np.arange(1, n_units + 1, dtype=np.float64) ** -exponent
    exact = weights / weights.sum() * (n_agents - n_units)
    sizes: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    short = n_agents - n_units - int(sizes.sum())
    sizes[np.argsort(sizes - exact, kind="stable")[:short]] += 1
    sizes += 1
    return sizes


def lay_out(places: Places, size: Size) -> Layout:
    """Give every constituency its agents and every unit its range of them."""
    constituencies = places.constituencies
    agents = [size.n_agents(c) for c in constituencies.values()]
    sizes = [
        unit_sizes(n, c.units, c.unit_size_exponent)
        for n, c in zip(agents, constituencies.values(), strict=True)
    ]
    units = [c.units for c in constituencies.values()]
    people = np.array([c.people for c in constituencies.values()], dtype=np.float64)
    return Layout(
        ids=tuple(constituencies),
        agent_start=np.concatenate([[0], np.cumsum(agents)]).astype(np.int64),
        unit_start=np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64),
        unit_first=np.concatenate([[0], np.cumsum(units)]).astype(np.int64),
        constituency_of_unit=np.repeat(np.arange(len(units)), units).astype(np.int64),
        people_per_agent=people / np.array(agents, dtype=np.float64),
    )
