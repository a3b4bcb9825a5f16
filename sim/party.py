"""Parties: what they stand for, how active they are, and the colour they are drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.checks import Settings, require_between, require_one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PARTY_IDS = ("NP", "KD", "RSR", "LSR", "ME", "MI", "BO")
"""The seven parties of the standard configuration, in the order of every party axis."""

TRACE_SHARE = 0.001
"""Share of a modelled party in a place that gives it none: the logit has no zero."""

ISSUES = ("peace", "bread", "land", "order")
"""Grievances, in the order of every issue axis."""


@dataclass(frozen=True)
class Party(Settings):
    """One party, tendency, or the absence of one.

    Attributes
    ----------
    title : str
        Name for readers.
    colour : str
        Hexadecimal colour; the set of seven was searched for contrast under colour blindness.
    soviet_power : float
        Attitude to soviet power, -1 to 1 (the symbol l of the model description).
    agrarian : float
        Position on the agrarian axis, -1 to 1.
    peace, bread, land, order : float
        Stance on each grievance at the start, -1 to 1.
    activity : float
        Intensity of agitation relative to the most active party, 0 to 1.
    zeal : float
        Resistance of its followers to fatigue at the ballot and in the hall, 0 to 1.
    entrant_factor : float
        Weight of the party among people who newly enter a factory or unit, relative to
        the initial shares of the place.
    joint_action_gain : float
        Share of the united front's effect that falls to the party.
    stigmatised : float
        1 if the slander of July and repression fall on the party, else 0.
    modelled : bool
        Whether the party has a column of its own.
    folded_into : str or None
        For a party that is not modelled: whose column takes its initial share.
    """

    title: str
    colour: str
    soviet_power: float
    agrarian: float
    peace: float
    bread: float
    land: float
    order: float
    activity: float
    zeal: float
    entrant_factor: float = 1.0
    joint_action_gain: float = 0.0
    stigmatised: float = 0.0
    modelled: bool = True
    folded_into: str | None = None

    def __post_init__(self) -> None:
        """Refuse positions and intensities outside their scales."""
        for name in ("soviet_power", "agrarian", *ISSUES):
            require_between(
                f"party.{name}", getattr(self, name), -1.5, 1.5, "Positions run from -1 to 1."
            )
        for name in ("activity", "zeal", "joint_action_gain", "stigmatised"):
            require_between(
                f"party.{name}", getattr(self, name), 0.0, 1.0, "It is a share of the largest."
            )
        require_between("party.entrant_factor", self.entrant_factor, 0.0, 10.0, "1 is neutral.")
        if not self.modelled and self.folded_into is None:
            raise ValueError(
                f"party.folded_into is missing for {self.title!r}, which is not modelled. "
                "Name the party that takes its initial share."
            )


@dataclass(frozen=True)
class PartyTable:
    """The modelled parties as arrays, in column order.

    Attributes
    ----------
    ids : tuple of str
        Column order, shape (n_parties,).
    position : ndarray of float64, shape (n_parties, 2)
        Attitude to soviet power, agrarian position.
    stance : ndarray of float64, shape (n_parties, 4)
        Stance on each issue at the start.
    activity, zeal, entrant_factor, joint_action_gain, stigmatised : ndarray, shape (n_parties,)
        See :class:`Party`.
    left : ndarray of bool, shape (n_parties,)
        Whether the party counts into the tide, i.e. favours soviet power.
    """

    ids: tuple[str, ...]
    position: NDArray[np.float64]
    stance: NDArray[np.float64]
    activity: NDArray[np.float64]
    zeal: NDArray[np.float64]
    entrant_factor: NDArray[np.float64]
    joint_action_gain: NDArray[np.float64]
    stigmatised: NDArray[np.float64]
    left: NDArray[np.bool_]
    folds: dict[str, str]

    def index(self, party: str) -> int:
        """Return the column of a party.

        Raises
        ------
        ValueError
            If there is no such column; the message lists the columns.
        """
        require_one_of("party", party, self.ids)
        return self.ids.index(party)

    def shares(self, setting: str, by_party: Mapping[str, float]) -> NDArray[np.float64]:
        """Turn shares by party id into a row that sums to one.

        Parameters
        ----------
        setting : str
            Name of the setting, for messages.
        by_party : mapping of str to float
            Shares by party id; a party that is not modelled is folded into another, and one
            that is not named begins with ``TRACE_SHARE``.

        Returns
        -------
        ndarray of float64, shape (n_parties,)
            Shares in column order.

        Raises
        ------
        ValueError
            If a party is unknown, a share negative, or the sum not 1 within 0.005.
        """
        row = np.zeros(len(self.ids))
        for party, share in by_party.items():
            require_one_of(setting, party, (*self.ids, *self.folds))
            require_between(f"{setting}.{party}", share, 0.0, 1.0, "It is a share.")
            row[self.index(self.folds.get(party, party))] += share
        if abs(row.sum() - 1.0) > 0.005:
            raise ValueError(f"{setting} must sum to 1, got {row.sum():.4f}. Change one share.")
        named = {self.folds.get(party, party) for party in by_party}
        row /= row.sum()
        unnamed = [party not in named for party in self.ids]
        if any(unnamed):
            row[unnamed] = TRACE_SHARE
            row /= row.sum()
        return row


def tabulate_parties(parties: Mapping[str, Party]) -> PartyTable:
    """Turn party settings into arrays.

    Parameters
    ----------
    parties : mapping of str to Party
        By id; order of the mapping is the order of the columns.

    Returns
    -------
    PartyTable
        The modelled parties.

    Raises
    ------
    ValueError
        If there are fewer than two modelled parties, the non-party column NP is absent,
        or a party is folded into one that has no column.
    """
    ids = tuple(name for name, party in parties.items() if party.modelled)
    if len(ids) < 2 or "NP" not in ids:
        raise ValueError(
            f"party must hold NP and at least one more modelled party, got {', '.join(ids)}."
        )
    folds = {name: str(p.folded_into) for name, p in parties.items() if not p.modelled}
    for name, target in folds.items():
        require_one_of(f"party.{name}.folded_into", target, ids)
    rows = [parties[name] for name in ids]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(row, name) for row in rows], dtype=np.float64)

    position = np.stack([column("soviet_power"), column("agrarian")], axis=1)
    return PartyTable(
        ids=ids,
        position=position,
        stance=np.stack([column(issue) for issue in ISSUES], axis=1),
        activity=column("activity"),
        zeal=column("zeal"),
        entrant_factor=column("entrant_factor"),
        joint_action_gain=column("joint_action_gain"),
        stigmatised=column("stigmatised"),
        left=position[:, 0] > 0.0,
        folds=folds,
    )
