"""How much of an outcome each event accounts for: left out alone, and in every order.

The contribution of an event depends on what else has happened. Leaving it out of the full
history gives its contribution as the last of all; the Shapley value is the mean of its
contributions over all orders in which the events could be added. Orders are drawn, each
with its reverse and a replicate of its own, so that the standard error of the mean holds
the error of sampling orders, parameters and luck.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.event import Event
from sim.settings import ModelSettings
from sim.streams import Decision, slots_of, uniforms

Coalition = frozenset[str]
Value = Callable[[Coalition, int], NDArray[np.float64]]
"""Outcomes of a coalition in a replicate, shape (n_outcomes,)."""


@dataclass(frozen=True)
class Contribution:
    """Contributions of players to outcomes; arrays have shape (n_players, n_outcomes).

    Attributes
    ----------
    players : tuple of str
        Order of the first axis.
    shapley, error : ndarray of float64
        Mean over orders, and its standard error.
    n_orders : int
        Number of orders, reverses included.
    total : ndarray of float64, shape (n_outcomes,)
        All players less none; the Shapley values sum to it.
    """

    players: tuple[str, ...]
    shapley: NDArray[np.float64]
    error: NDArray[np.float64]
    n_orders: int
    total: NDArray[np.float64]


def without(
    model: ModelSettings, groups: Mapping[str, Sequence[str]], present: Coalition
) -> ModelSettings:
    """Return the settings in which only the groups of events that are present happen.

    Events of no group are left as they are, and one that was switched off stays off.
    """
    gone = {event for name, events in groups.items() if name not in present for event in events}
    events = {
        name: dataclasses.replace(event, enabled=False) if name in gone else event
        for name, event in model.event.items()
    }
    return dataclasses.replace(model, event=events)


def shifted(model: ModelSettings, events: Sequence[str], days: int) -> ModelSettings:
    """Return the settings in which some events come so many days later.

    Events that follow the march of a shifted revolt move with it by themselves.
    """
    moved: dict[str, Event] = {
        name: dataclasses.replace(event, shift_days=event.shift_days + days)
        if name in events
        else event
        for name, event in model.event.items()
    }
    return dataclasses.replace(model, event=moved)


def draw_order(players: Sequence[str], seed: int, number: int) -> list[str]:
    """Return one order of the players; each odd one is the reverse of the one before."""
    slots = slots_of("attribution", len(players))
    drawn = np.argsort(uniforms(seed, Decision.OBSERVATION, number // 2, slots))
    order = [players[i] for i in drawn]
    return order[::-1] if number % 2 else order


def coalitions_of(order: Sequence[str]) -> list[Coalition]:
    """Return the coalitions met when players are added in an order, from none to all."""
    return [frozenset(order[:n]) for n in range(len(order) + 1)]


def shapley_values(value: Value, players: Sequence[str], n_orders: int, seed: int) -> Contribution:
    """Estimate Shapley values from drawn orders.

    Parameters
    ----------
    value : callable
        Outcomes of a coalition in a replicate; order ``2 r`` and its reverse ``2 r + 1`` ask
        for replicate ``r``.
    players : sequence of str
        Who contributes.
    n_orders : int
        Even; half of them are reverses.
    seed : int
        Of the orders.

    Returns
    -------
    Contribution
        With standard errors over pairs of orders.
    """
    pairs, totals = [], []
    for r in range(n_orders // 2):
        memory = _Memory(value, r)
        gains = []
        for number in (2 * r, 2 * r + 1):
            order = draw_order(players, seed, number)
            steps = np.diff(np.stack([memory(c) for c in coalitions_of(order)]), axis=0)
            gains.append(steps[[order.index(player) for player in players]])
        pairs.append(np.mean(gains, axis=0))
        totals.append(memory(frozenset(players)) - memory(frozenset()))
    each = np.stack(pairs)
    missing = np.full(each.shape[1:], np.nan)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each)) if len(each) > 1 else missing
    return Contribution(
        tuple(players), each.mean(axis=0), error, 2 * len(each), np.mean(totals, axis=0)
    )


class _Memory:
    """A value function that asks only once for each coalition of a replicate."""

    def __init__(self, value: Value, replicate: int) -> None:
        self._value, self._replicate = value, replicate
        self._known: dict[Hashable, NDArray[np.float64]] = {}

    def __call__(self, coalition: Coalition) -> NDArray[np.float64]:
        if coalition not in self._known:
            self._known[coalition] = self._value(coalition, self._replicate)
        return self._known[coalition]
