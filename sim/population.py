"""The people: one row each in a few columns, sorted by unit, and their day in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from sim.place import Layout
from sim.streams import GOLDEN, Decision, key_of, mix64, slots_of, uniform, uniforms

BLOCK_AGENTS = 8192
"""Agents handled at a time by one thread; a block never crosses a unit."""

TWO_PI = 6.283185307179586
ONE, ELEVEN = np.uint64(1), np.uint64(11)


@dataclass
class Population:
    """Columns of all agents, shape (n_agents,) unless stated.

    Attributes
    ----------
    allegiance : ndarray of uint8
        Party column of the private allegiance.
    present : ndarray of bool
        False for who left for the villages.
    ideal : ndarray of float32, shape (n_agents, 2)
        Ideal point: attitude to soviet power, agrarian axis.
    fear : ndarray of float32
        Repression (times the share of others) above which the person keeps silent.
    joint : ndarray of float32
        Exposure to joint action, in worth of the first day of the calendar of fading.
    entry_day : ndarray of int16
        Day of entry; -1 for who was there on 1 March.
    """

    allegiance: NDArray[np.uint8]
    present: NDArray[np.bool_]
    ideal: NDArray[np.float32]
    fear: NDArray[np.float32]
    joint: NDArray[np.float32]
    entry_day: NDArray[np.int16]


@dataclass(frozen=True)
class Blocks:
    """Division of the agents for the daily pass; each block lies inside one unit.

    Attributes
    ----------
    start, stop : ndarray of int64, shape (n_blocks,)
        First agent, and the one after the last.
    unit, constituency : ndarray of int64, shape (n_blocks,)
        Where the block lies.
    slot : ndarray of uint64, shape (n_blocks,)
        Slot of its first agent in the random streams.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    unit: NDArray[np.int64]
    constituency: NDArray[np.int64]
    slot: NDArray[np.uint64]
    first_of_unit: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Find the first block of each unit."""
        _, first = np.unique(self.unit, return_index=True)
        object.__setattr__(self, "first_of_unit", first.astype(np.int64))


def divide(layout: Layout) -> Blocks:
    """Divide the agents of a layout into blocks."""
    start: list[NDArray[np.int64]] = []
    unit: list[NDArray[np.int64]] = []
    for u in range(layout.n_units):
        low, high = layout.unit_start[u], layout.unit_start[u + 1]
        edges = np.arange(low, high, BLOCK_AGENTS, dtype=np.int64)
        start.append(edges)
        unit.append(np.full(len(edges), u, dtype=np.int64))
    starts, units = np.concatenate(start), np.concatenate(unit)
    stops = np.minimum(starts + BLOCK_AGENTS, layout.unit_start[units + 1])
    constituency = layout.constituency_of_unit[units]
    base = np.array([slots_of(name, 1)[0] for name in layout.ids], dtype=np.uint64)
    local = (starts - layout.agent_start[constituency]).astype(np.uint64)
    return Blocks(starts, stops, units, constituency, base[constituency] + local)


def draw_shares(
    initial: NDArray[np.float64], precision: float, seed: int, names: tuple[str, ...]
) -> NDArray[np.float64]:
    """Draw initial shares from a Dirichlet law around their expectation.

    Parameters
    ----------
    initial : ndarray of float64, shape (n_constituencies, n_parties)
        Expected shares.
    precision : float
        Sum of the Dirichlet parameters.
    seed : int
        Seed of the replicate.
    names : tuple of str
        Constituency ids, which name the draws.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, n_parties)
        Drawn shares, each at least 0.001 before normalisation.
    """
    from scipy.special import gammaincinv

    n_parties = initial.shape[1]
    u = np.stack(
        [uniforms(seed, Decision.INITIAL_SHARES, -1, slots_of(name, n_parties)) for name in names]
    )
    gamma: NDArray[np.float64] = gammaincinv(initial * precision, np.clip(u, 1e-12, 1 - 1e-12))
    shares: NDArray[np.float64] = np.maximum(gamma / gamma.sum(axis=1, keepdims=True), 1e-3)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def people_from(
    layout: Layout,
    blocks: Blocks,
    intercepts: NDArray[np.float64],
    position: NDArray[np.float64],
    ideal_sd: float,
    ideal_weight: float,
    inertia: float,
    seed: int,
) -> Population:
    """Draw the people of 1 March: ideal points, fear, and an allegiance at rest.

    Parameters
    ----------
    layout, blocks : Layout, Blocks
        Who sits where.
    intercepts : ndarray of float64, shape (n_constituencies, n_parties)
        From :func:`sim.allegiance.fit_intercepts`.
    position : ndarray of float64, shape (n_parties, 2)
        Positions of parties.
    ideal_sd, ideal_weight, inertia : float
        Constants of the choice; ``ideal_sd=0`` makes people alike.
    seed : int
        Seed of the replicate.

    Returns
    -------
    Population
        All present, nobody exposed to joint action.
    """
    n = layout.n_agents
    people = Population(
        allegiance=np.empty(n, dtype=np.uint8),
        present=np.ones(n, dtype=np.bool_),
        ideal=np.empty((n, 2), dtype=np.float32),
        fear=np.empty(n, dtype=np.float32),
        joint=np.zeros(n, dtype=np.float32),
        entry_day=np.full(n, -1, dtype=np.int16),
    )
    draw = _draw_people_parallel if len(blocks.start) > 2 * layout.n_units else _draw_people
    draw(
        blocks.start,
        blocks.stop,
        blocks.constituency,
        blocks.slot,
        people.allegiance,
        people.ideal,
        people.fear,
        np.exp(intercepts),
        position * ideal_weight,
        ideal_sd,
        np.expm1(inertia),
        key_of(seed, Decision.IDEAL_POINT_1, -1),
        key_of(seed, Decision.IDEAL_POINT_2, -1),
        key_of(seed, Decision.FEAR_THRESHOLD, -1),
        key_of(seed, Decision.INITIAL_ALLEGIANCE, -1),
    )
    return people


@njit(cache=True, inline="always")
def _draw_ideal(ideal, i, sd, key_1, key_2, slot):  # type: ignore[no-untyped-def]
    """Write the ideal point of an agent (Box and Muller 1958)."""
    radius = sd * np.sqrt(-2.0 * np.log(1.0 - uniform(key_1, slot)))
    angle = TWO_PI * uniform(key_2, slot)
    ideal[i, 0] = radius * np.cos(angle)
    ideal[i, 1] = radius * np.sin(angle)


@njit(cache=True, inline="always")
def _draw_53(key, slot):  # type: ignore[no-untyped-def]
    """Return the draw of a slot as a 53-bit integer: ``uniform`` before its division."""
    return mix64(key + (slot + ONE) * GOLDEN) >> ELEVEN


@njit(cache=True, inline="always")
def _beta_2_2(u):  # type: ignore[no-untyped-def]
    """Return the quantile of Beta(2, 2): the root of 3x^2 - 2x^3 = u in [0, 1]."""
    return 0.5 - np.sin(np.arcsin(1.0 - 2.0 * u) / 3.0)


@njit(cache=True)
def _draw_block(  # type: ignore[no-untyped-def]
    b,
    start,
    stop,
    constituency,
    slots,
    allegiance,
    ideal,
    fear,
    base,
    weighted_position,
    ideal_sd,
    excess,
    key_x1,
    key_x2,
    key_fear,
    key_start,
):
    n_parties = base.shape[1]
    weight = np.empty(n_parties)
    c = constituency[b]
    for i in range(start[b], stop[b]):
        slot = slots[b] + np.uint64(i - start[b])
        _draw_ideal(ideal, i, ideal_sd, key_x1, key_x2, slot)
        fear[i] = _beta_2_2(uniform(key_fear, slot))
        total = 0.0
        for k in range(n_parties):
            agreement = (
                ideal[i, 0] * weighted_position[k, 0] + ideal[i, 1] * weighted_position[k, 1]
            )
            weight[k] = base[c, k] * np.exp(agreement)
            total += weight[k]
        rest = 0.0
        for k in range(n_parties):
            q = weight[k] / total
            rest += q * (1.0 + excess * q)
            weight[k] = rest
        target = uniform(key_start, slot) * rest
        k = 0
        while k < n_parties - 1 and weight[k] <= target:
            k += 1
        allegiance[i] = k


@njit(cache=True, nogil=True)
def _draw_people(start, stop, constituency, slots, *columns):  # type: ignore[no-untyped-def]
    for b in range(len(start)):
        _draw_block(b, start, stop, constituency, slots, *columns)


@njit(cache=True, nogil=True, parallel=True)
def _draw_people_parallel(start, stop, constituency, slots, *columns):  # type: ignore[no-untyped-def]
    for b in prange(len(start)):
        _draw_block(b, start, stop, constituency, slots, *columns)


@dataclass(frozen=True)
class DayForPeople:
    """What the people meet today. Axes: u = unit, c = constituency, k = party.

    Attributes
    ----------
    weight : ndarray of float64, shape (n_units, n_parties)
        Exponential of the utility that a unit shares.
    weighted_position : ndarray of float64, shape (n_parties, 2)
        Positions times the weight of ideal points.
    joint_gain : ndarray of float64, shape (n_parties,)
        Utility of full exposure to joint action.
    cleared : ndarray of float64, shape (n_parties,)
        Utility returned to who was exposed at all (slander cleared).
    inertia_factor : float
        Exponential of the inertia.
    reconsider, desert : ndarray of float64, shape (n_constituencies,)
        Chances today.
    turnover : ndarray of float64, shape (n_constituencies,)
        Chance of leaving today.
    entrant_cdf : ndarray of float64, shape (n_constituencies, n_parties)
        Cumulative allegiances of entrants.
    act_together : ndarray of float64, shape (n_units,)
        Chance of acting beside the mobilised today.
    joint_step, joint_fade : float
        Exposure of one day, and the present worth of an exposure stored at 1.
    silence : ndarray of float64, shape (n_units,)
        Repression times the share of others: who fears less stays visible.
    united_party : int
        Column of the mobilised party.
    hidden_party : ndarray of bool, shape (n_parties,)
        Whose followers may keep silent.
    ideal_sd : float
        For entrants.
    """

    weight: NDArray[np.float64]
    weighted_position: NDArray[np.float64]
    joint_gain: NDArray[np.float64]
    cleared: NDArray[np.float64]
    inertia_factor: float
    reconsider: NDArray[np.float64]
    desert: NDArray[np.float64]
    turnover: NDArray[np.float64]
    entrant_cdf: NDArray[np.float64]
    act_together: NDArray[np.float64]
    joint_step: float
    joint_fade: float
    silence: NDArray[np.float64]
    united_party: int
    hidden_party: NDArray[np.bool_]
    ideal_sd: float


@dataclass(frozen=True)
class Tally:
    """What a day did to the people.

    Attributes
    ----------
    change : ndarray of int64, shape (n_units, n_parties)
        Change of the number of agents present, by allegiance.
    hidden : ndarray of int64, shape (n_units, n_parties)
        Agents who keep theirs to themselves.
    deserted : ndarray of int64, shape (n_units, n_parties)
        Agents who left for the villages today.
    switches : ndarray of int64, shape (n_units, n_parties, n_parties)
        Agents who changed from one party (axis 1) to another (axis 2).
    """

    change: NDArray[np.int64]
    hidden: NDArray[np.int64]
    deserted: NDArray[np.int64]
    switches: NDArray[np.int64]


def live_a_day(
    people: Population, blocks: Blocks, today: DayForPeople, seed: int, day: int, *, parallel: bool
) -> Tally:
    """Let everybody live one day; the columns of ``people`` are changed in place.

    In this order for each person: leaving and being replaced, desertion, reconsideration
    and choice, joint action, and whether to show one's allegiance. Who has just entered
    does not reconsider on the same day.

    Parameters
    ----------
    people : Population
        Changed in place.
    blocks : Blocks
        Division of the agents.
    today : DayForPeople
        What they meet; start-of-day values.
    seed, day : int
        Of the draws.
    parallel : bool
        Whether to use all threads. The result does not depend on it.

    Returns
    -------
    Tally
        Counts by unit at the end of the day.
    """
    n_parties = today.weight.shape[1]
    n_blocks = len(blocks.start)
    change = np.zeros((n_blocks, n_parties), dtype=np.int64)
    hidden = np.zeros((n_blocks, n_parties), dtype=np.int64)
    deserted = np.zeros((n_blocks, n_parties), dtype=np.int64)
    switches = np.zeros((n_blocks, n_parties, n_parties), dtype=np.int64)
    keys = np.array(
        [
            key_of(seed, decision, day)
            for decision in (
                Decision.TURNOVER,
                Decision.ENTRANT,
                Decision.DESERTION,
                Decision.RECONSIDERATION,
                Decision.CHOICE,
                Decision.JOINT_ACTION,
                Decision.IDEAL_POINT_1,
                Decision.IDEAL_POINT_2,
                Decision.FEAR_THRESHOLD,
            )
        ],
        dtype=np.uint64,
    )
    (_live_parallel if parallel else _live)(
        0, n_blocks, blocks.start, blocks.stop, blocks.unit, blocks.constituency, blocks.slot,
        people.allegiance, people.present, people.ideal, people.fear, people.joint,
        people.entry_day, today.weight, today.weighted_position, today.joint_gain,
        today.cleared, today.inertia_factor, today.reconsider, today.desert, today.turnover,
        today.entrant_cdf, today.act_together, today.joint_step, today.joint_fade,
        today.silence, today.united_party, today.hidden_party, today.ideal_sd, day, keys,
        change, hidden, deserted, switches,
    )  # fmt: skip
    first = blocks.first_of_unit
    if len(first) == n_blocks:
        return Tally(change, hidden, deserted, switches)
    return Tally(*(np.add.reduceat(a, first, axis=0) for a in (change, hidden, deserted, switches)))


@njit(cache=True, inline="always")
def _threshold(chance):  # type: ignore[no-untyped-def]
    """Return the integer below which a 53-bit draw falls with the given chance."""
    return np.uint64(np.ceil(min(max(chance, 0.0), 1.0) * 9007199254740992.0))


@njit(cache=True, inline="always")
def _mark(marked, n, key, first_slot, threshold):  # type: ignore[no-untyped-def]
    """Mark the agents of a block whose draw falls below a threshold.

    A plain loop over integers, so that the compiler can handle several agents at once; it
    does so only if the product that all agents share is taken out of the loop.
    """
    shared = key + (first_slot + ONE) * GOLDEN
    for j in range(n):
        word = mix64(shared + np.uint64(j) * GOLDEN)
        marked[j] |= (word >> ELEVEN) < threshold


@njit(cache=True, nogil=True)
def _live(  # type: ignore[no-untyped-def]
    first_block, last_block, start, stop, units, constituencies, slots, allegiance, present,
    ideal, fear, joint, entry_day, weight, weighted_position, joint_gain, cleared,
    inertia_factor, reconsider, desert, turnover, entrant_cdf, act_together, joint_step,
    joint_fade, silence, united_party, hidden_party, ideal_sd, day, keys, change, hidden,
    deserted, switches,
):  # fmt: skip
    n_parties = weight.shape[1]
    cumulated = np.empty(n_parties)
    widest = (stop[first_block:last_block] - start[first_block:last_block]).max()
    marked = np.empty(widest, dtype=np.bool_)
    for b in range(first_block, last_block):
        u = units[b]
        c = constituencies[b]
        first = start[b]
        n = stop[b] - first
        leave, go = _threshold(turnover[c]), _threshold(desert[c])
        think, act = _threshold(reconsider[c]), _threshold(act_together[u])
        marked[:n] = False
        if leave > 0:
            _mark(marked, n, keys[0], slots[b], leave)
        if go > 0:
            _mark(marked, n, keys[2], slots[b], go)
        if think > 0:
            _mark(marked, n, keys[3], slots[b], think)
        if act > 0:
            _mark(marked, n, keys[5], slots[b], act)
        for j in range(n):
            if not marked[j]:
                continue
            i = first + j
            if not present[i]:
                continue
            slot = slots[b] + np.uint64(j)
            a = allegiance[i]
            if _draw_53(keys[0], slot) < leave:
                target = uniform(keys[1], slot)
                k = 0
                while k < n_parties - 1 and entrant_cdf[c, k] <= target:
                    k += 1
                allegiance[i] = k
                joint[i] = 0.0
                entry_day[i] = day
                fear[i] = _beta_2_2(uniform(keys[8], slot))
                _draw_ideal(ideal, i, ideal_sd, keys[6], keys[7], slot)
                change[b, a] -= 1
                change[b, k] += 1
                continue
            if _draw_53(keys[2], slot) < go:
                present[i] = False
                deserted[b, a] += 1
                change[b, a] -= 1
                continue
            if _draw_53(keys[3], slot) < think:
                exposure = joint[i] * joint_fade
                total = 0.0
                for k in range(n_parties):
                    z = (
                        ideal[i, 0] * weighted_position[k, 0]
                        + ideal[i, 1] * weighted_position[k, 1]
                    )
                    if exposure > 0.0:
                        z += exposure * joint_gain[k] + cleared[k]
                    w = weight[u, k] * np.exp(z)
                    if k == a:
                        w *= inertia_factor
                    total += w
                    cumulated[k] = total
                target = uniform(keys[4], slot) * total
                k = 0
                while k < n_parties - 1 and cumulated[k] <= target:
                    k += 1
                if k != a:
                    allegiance[i] = k
                    switches[b, a, k] += 1
                    change[b, a] -= 1
                    change[b, k] += 1
            if a != united_party and _draw_53(keys[5], slot) < act:
                joint[i] = min(joint[i] * joint_fade + joint_step, 1.0) / joint_fade
        if silence[u] > 0.0:
            for i in range(first, first + n):
                if silence[u] > fear[i] and hidden_party[allegiance[i]] and present[i]:
                    hidden[b, allegiance[i]] += 1


@njit(cache=True, nogil=True, parallel=True)
def _live_parallel(first_block, last_block, *rest):  # type: ignore[no-untyped-def]
    for b in prange(first_block, last_block):
        _live(b, b + 1, *rest)
