"""What the people of a place or a unit share, and arithmetic on rows of parties."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Row = list[float]
"""One number for each party (or issue), in column order."""


@dataclass
class Place:
    """A constituency; levels are those of this morning."""

    name: str
    town: str
    sector: str
    exposure: float
    issue_salience: Row
    turnover: float
    deserts: bool
    initial: Row
    intercept: Row
    grievance: Row
    fatigue: float
    credibility: Row
    villages: list[int]
    units: list[Unit] = field(default_factory=list)
    private: Row = field(default_factory=list)
    public: Row = field(default_factory=list)
    first_public: Row = field(default_factory=list)
    left_history: Row = field(default_factory=list)
    tide: float = 0.5
    repression: float = 0.0
    repression_half_life: float = math.inf
    repression_floor: float = 0.0
    joint_action: float = 0.0
    elections_open: bool = True
    hazard: float = 0.0
    desertion: float = 0.0


@dataclass
class Unit:
    """A factory, regiment, ship or district; levels are those of this morning."""

    place: Place
    n_agents: int
    people: float
    reach: float
    ratio: float
    private: Row = field(default_factory=list)
    public: Row = field(default_factory=list)
    first_public: Row = field(default_factory=list)
    members: Row = field(default_factory=list)
    first_contact: Row = field(default_factory=list)
    utility: Row = field(default_factory=list)
    act_together: float = 0.0
    silence: float = 0.0
    private_count: list[int] = field(default_factory=list)
    public_count: list[int] = field(default_factory=list)


def pick(weights: Sequence[float], luck: float) -> int:
    """Return the column at which cumulated weights first exceed a share of their sum."""
    target = luck * sum(weights)
    cumulated = 0.0
    for k, weight in enumerate(weights):
        cumulated += weight
        if cumulated > target:
            return k
    return len(weights) - 1


def at_rest(weights: Sequence[float], inertia: float) -> Row:
    """Return shares at rest under weights exp(U) and an advantage of the own party (V3)."""
    total, c = sum(weights), math.exp(inertia) - 1
    q = [w / total for w in weights]
    return scaled([x * (1 + c * x) for x in q])


def scaled(weights: Sequence[float]) -> Row:
    """Return weights divided by their sum."""
    total = sum(weights)
    return [w / total for w in weights]


def summed(rows: Sequence[Sequence[float]]) -> Row:
    """Sum rows column by column."""
    return [sum(column) for column in zip(*rows, strict=True)]


def intercepts(
    initial: Row, position: Sequence[Row], inertia: float, weight: float, sd: float
) -> Row:
    """Find the intercepts under which initial shares are at rest (E10).

    The law of ideal points is replaced by seven Gauss-Hermite points on each axis.
    """
    points = _gauss_hermite_7(sd) if sd > 0 else [(0.0, 1.0)]
    b = [math.log(p) for p in initial]
    while True:
        expected = [0.0] * len(b)
        for x, wx in points:
            for y, wy in points:
                weights = [
                    math.exp(b[k] + weight * (x * ell + y * agrarian))
                    for k, (ell, agrarian) in enumerate(position)
                ]
                for k, share in enumerate(at_rest(weights, inertia)):
                    expected[k] += wx * wy * share
        if max(abs(e - p) for e, p in zip(expected, initial, strict=True)) < 1e-6:
            return b
        b = [
            v + 0.7 * (math.log(p) - math.log(e))
            for v, p, e in zip(b, initial, expected, strict=True)
        ]


def _gauss_hermite_7(sd: float) -> list[tuple[float, float]]:
    """Return seven points and weights of a normal law (Abramowitz and Stegun, table 25.10)."""
    half = (
        (0.816287882858964663, 0.425607252610127800),
        (1.673551628767471445, 0.0545155828191270306),
        (2.651961356835233492, 0.000971781245099519154),
    )
    weighted = [(0.0, 0.810264617556807326)]
    weighted += [(sign * x, w) for x, w in half for sign in (1, -1)]
    root_2, root_pi = math.sqrt(2), math.sqrt(math.pi)
    return [(sd * root_2 * x, w / root_pi) for x, w in weighted]
