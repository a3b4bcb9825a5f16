"""People leave and enter; soldiers desert to the villages (E13, E14)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period
from sim.checks import Settings, require_between


@dataclass(frozen=True)
class DesertionSettings(Settings):
    """Desertion of soldiers. Values are assumed.

    Attributes
    ----------
    per_day : float
        Chance a day at full grievance over peace.
    later_factor : float
        Factor on it after ``later_from``.
    later_from : str
        Last day of the lower rate, Old Style.
    """

    per_day: float = 0.0003
    later_factor: float = 4.0
    later_from: str = "1917-08-31"

    def __post_init__(self) -> None:
        """Refuse rates that are no chance, and dates outside the period."""
        require_between("constants.desertion.per_day", self.per_day, 0.0, 1.0, "A chance a day.")
        require_between(
            "constants.desertion.later_factor", self.later_factor, 0.0, 1000.0, "A factor."
        )
        day_in_period("constants.desertion.later_from", self.later_from)


def entrant_shares(
    initial: NDArray[np.float64], factor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the allegiances of those who newly enter.

    Parameters
    ----------
    initial : ndarray of float64, shape (n_constituencies, n_parties)
        Allegiance on 1 March.
    factor : ndarray of float64, shape (n_parties,)
        Weight of each party among entrants, relative to that.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, n_parties)
        Rows sum to 1.
    """
    weighted = initial * factor
    shares: NDArray[np.float64] = weighted / weighted.sum(axis=1, keepdims=True)
    return shares


def desertion_chance(
    peace: NDArray[np.float64],
    deserts: NDArray[np.bool_],
    day: int,
    later_from_day: int,
    settings: DesertionSettings,
) -> NDArray[np.float64]:
    """Return the chance that a person deserts today.

    Parameters
    ----------
    peace : ndarray of float64, shape (n_constituencies,)
        Grievance over peace.
    deserts : ndarray of bool, shape (n_constituencies,)
        Whether people of the constituency can desert.
    day, later_from_day : int
        Today, and the last day of the lower rate.
    settings : DesertionSettings
        Rates.

    Returns
    -------
    ndarray of float64, shape (n_constituencies,)
        Chance in [0, 1].
    """
    factor = settings.later_factor if day > later_from_day else 1.0
    return np.minimum(settings.per_day * factor * peace, 1.0) * deserts
