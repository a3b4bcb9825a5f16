"""The model of 1917: a Mesa model whose people are columns and whose bodies are agents."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.agents import Person, person_view, register_agents
from sim.calendar_os import N_DAYS, new_style, old_style
from sim.checks import index_of
from sim.day import MECHANISMS, Mechanism, Today, apply_events
from sim.leadership import lead
from sim.parameters import Parameters
from sim.record import Record, by_constituency, empty_record, record_day
from sim.run_data import start
from sim.streams import check_seed
from sim.world import World, build_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.settings import ModelSettings


class RevolutionModel(mesa.Model):  # type: ignore[misc]
    """One replicate of 1917, day by day.

    Parameters
    ----------
    settings : ModelSettings or None
        The settings; may be left out if ``world`` is given.
    parameters : Parameters or None
        Parameter set; the prior medians if left out.
    seed : int
        Seed of the replicate. Zero is a seed.
    world : World or None
        Tables built before from the same settings, to save the time of building them.

    Attributes
    ----------
    day : int
        Days lived so far; the next call of :meth:`step` lives day ``day``.
    state : sim.state.State
        The present state.
    record : sim.record.Record
        What has been recorded.
    mechanisms : list of callable
        The day's order; insert a function of (state, today) to add a mechanism.

    Raises
    ------
    ValueError
        If neither settings nor world is given, settings contradict each other, or the seed
        is out of range.
    """

    def __init__(
        self,
        settings: ModelSettings | None = None,
        parameters: Parameters | None = None,
        seed: int = 0,
        *,
        world: World | None = None,
    ) -> None:
        check_seed(seed)
        if world is None:
            if settings is None:
                raise ValueError("RevolutionModel needs settings or a world; got neither.")
            world = build_world(settings)
        super().__init__(rng=seed)
        self.world = world
        self.data, self.state = start(world, parameters or Parameters(), seed)
        self.mechanisms: list[Mechanism] = list(MECHANISMS)
        self.record: Record = empty_record(world, by_constituency(self.state.private_count, world))
        self.day = 0
        self._registered = False

    def step(self) -> None:
        """Live one day: events, then the mechanisms in order, then the record.

        Raises
        ------
        RuntimeError
            After the last day of the period.
        """
        if self.day >= N_DAYS:
            raise RuntimeError(
                f"The period ends on {old_style(N_DAYS - 1)} (Old Style); this replicate is over. "
                "Start another, or fork an earlier one."
            )
        apply_events(self.state, self.world, self.data, self.day)
        today = Today(self.day, self.state.this_morning(), self.world, self.data, self.record)
        for mechanism in self.mechanisms:
            mechanism(self.state, today)
        record_day(self.record, self.state, self.world, self.day)
        self.day += 1
        self.running = self.day < N_DAYS
        leadership = self.world.settings.leadership
        if leadership.enabled and not self.running:
            left = self.world.parties.left
            self.record.leadership = lead(self.record, left, leadership, self.data.seed)

    def run(self, until_day: int = N_DAYS) -> Record:
        """Live every day up to, and not including, ``until_day``; return the record."""
        while self.day < until_day:
            self.step()
        return self.record

    def fork(
        self, settings: ModelSettings | None = None, parameters: Parameters | None = None
    ) -> RevolutionModel:
        """Return a second future of this replicate, with the same luck.

        Parameters
        ----------
        settings : ModelSettings or None
            Changed settings, such as other events from here on. People, units, seats and
            parties must be the same.
        parameters : Parameters or None
            Changed parameters, in force from here on.

        Returns
        -------
        RevolutionModel
            It shares no array with this one that either will change.

        Raises
        ------
        ValueError
            If the changed settings have other people, units, seats or parties, or another
            window of the tide.
        """
        other = copy.deepcopy(self)
        if settings is not None:
            world = build_world(settings)
            same = (
                world.parties.ids == self.world.parties.ids
                and np.array_equal(world.layout.unit_start, self.world.layout.unit_start)
                and world.plan.chambers == self.world.plan.chambers
                and np.array_equal(world.plan.group_start, self.world.plan.group_start)
            )
            if not same:
                raise ValueError(
                    "a fork must keep parties, places, size and institutions; these settings "
                    "change one of them. Start a new model instead."
                )
            window = settings.constants.repression.tide_window_days
            if window != self.world.settings.constants.repression.tide_window_days:
                raise ValueError(
                    f"constants.repression.tide_window_days is {window} in the fork, but the days "
                    "behind it were remembered with another window. Keep it, or start a new model."
                )
            other.world = world
        if settings is not None or parameters is not None:
            data, _ = start(other.world, parameters or self.data.parameters, self.data.seed)
            other.data = data
        return other

    @property
    def agents(self) -> Any:
        """Parties, units, institutions and delegates as Mesa agents, registered on first use."""
        self._register_once()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """The same agents, as one AgentSet for each class."""
        self._register_once()
        return super().agents_by_type

    @property
    def agent_types(self) -> Any:
        """Classes of the agents."""
        self._register_once()
        return super().agent_types

    def _register_once(self) -> None:
        if not getattr(self, "_registered", True):
            self._registered = True
            register_agents(self)

    def person(self, agent_id: int) -> Person:
        """Return one person by id, as an object that explains itself.

        Raises
        ------
        ValueError
            If there is no such id.
        """
        return person_view(self, agent_id)

    def share(self, constituency: str, party: str, *, public: bool = False) -> float:
        """Return the present share of a party in a constituency."""
        c = index_of("constituency", constituency, self.world.layout.ids)
        shares = self.state.public_share if public else self.state.private_share
        return float(shares[c, self.world.parties.index(party)])

    def seats(self, body: str) -> NDArray[np.int64]:
        """Return delegates by party of an institution or ``institution/chamber``."""
        plan = self.world.plan
        if "/" in body:
            count: NDArray[np.int64] = self.state.mandates.count[plan.chamber_index(body)]
            return count
        rows = plan.institution_of_chamber == index_of("body", body, plan.institutions)
        by_party: NDArray[np.int64] = self.state.mandates.count[rows].sum(axis=0)
        return by_party

    @property
    def date(self) -> str:
        """Date of the last day lived, Old Style; the eve of the period before the first."""
        return old_style(self.day - 1)

    @property
    def date_new_style(self) -> str:
        """Date of the last day lived, New Style."""
        return new_style(self.day - 1)
