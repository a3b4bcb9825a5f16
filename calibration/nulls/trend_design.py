"""Terms of the hierarchical trend, and the rows at which figures read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import floored
from calibration.nulls.electorate import electorates, mix_of
from calibration.nulls.series import initial_shares
from calibration.observation import Operator
from sim.calendar_os import N_DAYS, day_of
from sim.settings import ModelSettings

KNOT_DAYS = 30.0
STEP_BEGINS, STEP_DAYS = day_of("1917-08-25"), 6.0
UNSEEN = "(unseen)"

SPREADS: dict[str, float] = {
    "place": 0.4,
    "place_drift": 0.3,
    "drift": 0.5,
    "sector_drift": 0.4,
    "walk": 0.25,
    "sector_walk": 0.15,
    "step": 0.6,
    "sector_step": 0.3,
    "ballot": 0.4,
    "body": 0.4,
}
"""Median of the prior of each group's spread, logit (drift: per 100 days; walk: per knot)."""

SPREAD_LOG_SD = 0.6


@dataclass(frozen=True)
class Terms:
    """The terms of the trend: columns with a group, whose spread is inferred.

    Attributes
    ----------
    settings : ModelSettings
        For places, sectors and initial shares.
    body_types : tuple of str
        Types of bodies with an offset of their own; the last stands for all others.
    names : tuple of str
        Name of each column.
    group : ndarray of int64, shape (n_columns,)
        Its group, in the order of ``SPREADS``.
    """

    settings: ModelSettings
    body_types: tuple[str, ...]
    names: tuple[str, ...]
    group: NDArray[np.int64]

    def row(self, place: str, body_type: str, day: float, *, ballot: bool) -> NDArray[np.float64]:
        """Return the values of the columns for a place, kind of body and day."""
        sector = self.settings.place.constituencies[place].sector
        body = body_type if body_type in self.body_types else UNSEEN
        walk = np.clip((day - KNOT_DAYS * np.arange(n_knots())) / KNOT_DAYS, 0.0, 1.0)
        step = float(np.clip((day - STEP_BEGINS) / STEP_DAYS, 0.0, 1.0))
        value = {
            f"place {place}": 1.0,
            f"place_drift {place}": day / 100.0,
            "drift": day / 100.0,
            f"sector_drift {sector}": day / 100.0,
            **{f"walk {b}": w for b, w in enumerate(walk)},
            **{f"sector_walk {sector} {b}": w for b, w in enumerate(walk)},
            "step": step,
            f"sector_step {sector}": step,
            "ballot": float(ballot),
            f"body {body}": 1.0,
        }
        return np.array([value.get(name, 0.0) for name in self.names])


def n_knots() -> int:
    """Return the number of pieces of the walk."""
    return int(np.ceil(N_DAYS / KNOT_DAYS))


def terms_of(settings: ModelSettings, body_types: Sequence[str]) -> Terms:
    """List the terms for the places of a world and the body types of training figures."""
    types = (*sorted(set(body_types)), UNSEEN)
    places, sectors = settings.place.constituencies, settings.place.sectors
    names = [
        *(f"place {c}" for c in places),
        *(f"place_drift {c}" for c in places),
        "drift",
        *(f"sector_drift {s}" for s in sectors),
        *(f"walk {b}" for b in range(n_knots())),
        *(f"sector_walk {s} {b}" for s in sectors for b in range(n_knots())),
        "step",
        *(f"sector_step {s}" for s in sectors),
        "ballot",
        *(f"body {t}" for t in types),
    ]
    order = list(SPREADS)
    group = np.array([order.index(name.partition(" ")[0]) for name in names])
    return Terms(settings, types, tuple(names), group)


@dataclass(frozen=True)
class Rows:
    """Rows at which some operators read the trend.

    A cell is one target of one operator on one day; a row is one place within a cell.

    Attributes
    ----------
    design : ndarray of float64, shape (n_rows, n_columns)
        Values of the columns.
    offset : ndarray of float64, shape (n_rows, n_parties)
        Logits of 1 March.
    weight : ndarray of float64, shape (n_rows,)
        Weight of the place in its cell: shares of electors, or people per member.
    first_row : ndarray of int64, shape (n_cells,)
        First row of each cell.
    cells : tuple of (int, int)
        First cell of each operator, and one after its last.
    """

    design: NDArray[np.float64]
    offset: NDArray[np.float64]
    weight: NDArray[np.float64]
    first_row: NDArray[np.int64]
    cells: tuple[tuple[int, int], ...]

    def place_shares(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return party shares of each row, shape (n_draws, n_rows, n_parties)."""
        logits = self.design @ coefficients + self.offset
        logits -= logits.max(axis=-1, keepdims=True)
        p = np.exp(logits)
        p /= p.sum(axis=-1, keepdims=True)
        return p

    def shares(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return party shares of each cell, weighted; shape (n_draws, n_cells, n_parties).

        Parameters
        ----------
        coefficients : ndarray of float64, shape (n_draws, n_columns, n_parties)
            Of the terms.
        """
        weighted = self.place_shares(coefficients) * self.weight[:, None]
        cells: NDArray[np.float64] = np.add.reduceat(weighted, self.first_row, axis=1)
        return cells


def rows_of(operators: Sequence[Operator], terms: Terms) -> Rows:
    """Lay out the rows of operators; their documented values are not read."""
    settings = terms.settings
    mixes = electorates(settings)
    places = tuple(settings.place.constituencies)
    parties = [name for name, party in settings.party.items() if party.modelled]
    start = np.log(floored(initial_shares(settings)))
    silent = np.zeros(len(parties))
    silent[parties.index("NP")] = 1.0
    delegates = silent * np.log(settings.constants.election.non_party_weight)
    voters = silent * np.log(settings.constants.ballot.non_party_turnout)
    design: list[NDArray[np.float64]] = []
    offset: list[NDArray[np.float64]] = []
    weight: list[float] = []
    first_row: list[int] = []
    cells: list[tuple[int, int]] = []
    for operator in operators:
        name = operator.observation.operator
        ballot = name in ("ballot", "turnout")
        base = voters if ballot else 0.0 * silent if name == "membership" else delegates
        begin = len(first_row)
        for mix in _mixes(operator, mixes, settings):
            for day in operator.days:
                first_row.append(len(design))
                for c in np.flatnonzero(mix):
                    body = operator.observation.body_type
                    design.append(terms.row(places[c], body, float(day), ballot=ballot))
                    offset.append(start[c] + base)
                    weight.append(mix[c])
        cells.append((begin, len(first_row)))
    return Rows(
        np.array(design).reshape(len(design), len(terms.names)),
        np.array(offset).reshape(len(design), len(parties)),
        np.array(weight),
        np.array(first_row, dtype=np.int64),
        tuple(cells),
    )


def _mixes(
    operator: Operator, mixes: dict[str, NDArray[np.float64]], settings: ModelSettings
) -> NDArray[np.float64]:
    """Return weights of places, shape (n_targets, n_constituencies).

    Members are counted over all targets together, in members at a full share of supporters.
    """
    if operator.observation.operator != "membership":
        return mix_of(operator, mixes)
    targets = operator.observation.target
    return np.array(
        [
            [
                c.people / (c.supporters_per_member + 1.0)
                if targets == ("all",) or name in targets
                else 0.0
                for name, c in settings.place.constituencies.items()
            ]
        ]
    )
