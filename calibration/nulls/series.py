"""Figures that can be compared with one another, as series of party shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel, floored
from calibration.nulls.electorate import electorates, mix_of, overlap, seats_of
from calibration.observation import CORRELATION_OF, SIDES, Operator, OperatorSet
from sim.party import tabulate_parties
from sim.settings import ModelSettings

COMPARABLE_OVERLAP = 0.5
"""Bodies whose electorates share at least so much are comparable."""


@dataclass(frozen=True)
class Reading:
    """A training figure as a composition.

    Attributes
    ----------
    day : float
        Middle of its range.
    share : ndarray of float64, shape (n_parts,)
        Party shares, or votes left, right and abstaining.
    n : float
        Independent votes that it is worth.
    """

    day: float
    share: NDArray[np.float64]
    n: float


@dataclass(frozen=True)
class Shelf:
    """The training figures, ready to be compared with any operator.

    Attributes
    ----------
    settings : ModelSettings
        For electorates, party shares of 1 March and stances.
    parties : tuple of str
        Order of the party axis.
    mixes : dict of str to ndarray of float64, shape (n_constituencies,)
        Electorates by id.
    initial : ndarray of float64, shape (n_constituencies, n_parties)
        Expected shares on 1 March.
    training : tuple of Operator
        Figures that may be used.
    error_model : ErrorModel
        For the number of independent votes of a figure.
    """

    settings: ModelSettings
    parties: tuple[str, ...]
    mixes: dict[str, NDArray[np.float64]]
    initial: NDArray[np.float64]
    training: tuple[Operator, ...]
    error_model: ErrorModel

    def comparable(self, operator: Operator, before: float | None = None) -> list[Reading]:
        """Return the readings of the nearest kind that there is, the earliest first.

        Nearest are figures of the same body; then figures of the same kind from bodies with
        a similar electorate; then any figures from a similar electorate.

        Parameters
        ----------
        operator : Operator
            What is to be predicted.
        before : float or None
            Only readings strictly before this day, if given.
        """
        resolution = operator.observation.operator == "resolution"
        own = mix_of(operator, self.mixes)
        tiers: list[list[Reading]] = [[], [], []]
        for each in self.training:
            day = middle(each)
            if each.kind not in ("shares", "presidium") or (before is not None and day >= before):
                continue
            if (each.observation.operator == "resolution") != resolution:
                continue
            if each.observation.target == operator.observation.target:
                tiers[0].append(self._reading(each))
            elif overlap(mix_of(each, self.mixes), own) >= COMPARABLE_OVERLAP:
                same = each.observation.operator == operator.observation.operator
                tiers[1 if same else 2].append(self._reading(each))
        found = next((tier for tier in tiers if tier), [])
        return sorted(found, key=lambda reading: reading.day)

    def at_the_start(self, operator: Operator) -> NDArray[np.float64]:
        """Return the party shares of an operator's electorate on 1 March, shape (n_parties,)."""
        return floored(mix_of(operator, self.mixes).mean(axis=0) @ self.initial)

    def _reading(self, operator: Operator) -> Reading:
        correlation = getattr(self.error_model, CORRELATION_OF[operator.observation.operator])
        n = operator.n / (1.0 + (operator.n - 1.0) * correlation)
        if operator.observation.operator == "resolution":
            share = np.zeros(len(SIDES))
            share[[SIDES.index(label) for label in operator.labels]] = operator.value
            return Reading(middle(operator), floored(share), n)
        return Reading(middle(operator), self._party_shares(operator), n)

    def _party_shares(self, operator: Operator) -> NDArray[np.float64]:
        """Split categories into parties in proportion to the shares of 1 March."""
        start = self.at_the_start(operator)
        share = np.zeros(len(self.parties))
        named = [self.parties.index(p) for group in operator.groups for p in group]
        for value, group in zip(operator.value, operator.groups, strict=True):
            columns = [self.parties.index(party) for party in group]
            share[columns] = value * start[columns] / start[columns].sum()
        unnamed = np.setdiff1d(np.arange(len(self.parties)), named)
        share *= 1.0 - start[unnamed].sum()  # parties that the figure is silent about
        share[unnamed] = start[unnamed]
        return floored(share)


def shelf_of(
    training: OperatorSet, settings: ModelSettings, error_model: ErrorModel | None = None
) -> Shelf:
    """Put training figures on a shelf."""
    names: Sequence[str] = [name for name, party in settings.party.items() if party.modelled]
    return Shelf(
        settings=settings,
        parties=tuple(names),
        mixes=electorates(settings),
        initial=initial_shares(settings),
        training=training.operators,
        error_model=error_model or ErrorModel(),
    )


def initial_shares(settings: ModelSettings) -> NDArray[np.float64]:
    """Return expected shares on 1 March, shape (n_constituencies, n_parties)."""
    table = tabulate_parties(settings.party)
    return np.stack(
        [
            table.shares(f"place.constituencies.{name}.initial_shares", c.initial_shares)
            for name, c in settings.place.constituencies.items()
        ]
    )


def middle(operator: Operator) -> float:
    """Return the middle of the days on which a figure is read."""
    return float(np.mean(operator.days))


def known_level(shelf: Shelf, operator: Operator, before: float) -> tuple[float, float]:
    """Return a level to go on from, and the days since it was read.

    Parameters
    ----------
    shelf : Shelf
        Training figures.
    operator : Operator
        A level.
    before : float
        Only readings of the same body strictly before this day are taken as they are.

    Returns
    -------
    float, float
        The last level of the same body; else the typical level of its kind in training; else
        what the settings say of 1 March. Days count from 1 March where there is no reading.
    """
    same = [
        each
        for each in shelf.training
        if each.kind == "level" and each.observation.operator == operator.observation.operator
    ]
    own = [e for e in same if e.observation.target == operator.observation.target]
    earlier = sorted((e for e in own if middle(e) < before), key=middle)
    if earlier:
        return float(earlier[-1].value[0]), before - middle(earlier[-1])
    others = [e for e in same if e is not operator and middle(e) < before]
    if others:
        return float(np.exp(np.mean([np.log(each.value[0]) for each in others]))), before
    return level_at_the_start(operator, shelf.settings), before


def level_at_the_start(operator: Operator, settings: ModelSettings) -> float:
    """Return members on 1 March, half the electors, or two thirds of the mandates."""
    name, targets = operator.observation.operator, operator.observation.target
    if name == "membership":
        return sum(
            c.people * c.initial_shares.get(party, 0.0) / (c.supporters_per_member + 1.0)
            for place, c in settings.place.constituencies.items()
            if targets == ("all",) or place in targets
            for party in operator.groups[0]
        )
    if name == "turnout":
        return 0.5
    return 2.0 / 3.0 * sum(seats_of(settings, c) for c in settings.meeting[targets[0]].chambers)
