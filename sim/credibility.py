"""Standing of parties: moved by events, fading with time (E3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class CredibilitySettings(Settings):
    """How standing fades. Values are assumed.

    Attributes
    ----------
    memory_days : float
        Time constant of fading, days.
    unused_majority_per_day : float
        Loss per day of the party that holds the soviet's majority and does not act on it
        (the symbol chi), from 1 March on; 0 in the historical scenario. The event effect
        ``unused_majority`` sets it from a date on.
    """

    memory_days: float = 120.0
    unused_majority_per_day: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a memory of less than a day."""
        require_between("constants.credibility.memory_days", self.memory_days, 1.0, 1e9, "Days.")
        require_between(
            "constants.credibility.unused_majority_per_day",
            self.unused_majority_per_day,
            0.0,
            1.0,
            "Logit per day.",
        )


def fade(
    credibility: NDArray[np.float64],
    holds_majority: NDArray[np.bool_],
    acted: bool,
    unused_majority_per_day: float,
    settings: CredibilitySettings,
) -> NDArray[np.float64]:
    """Let standing fade for one day, and unused majorities cost.

    Parameters
    ----------
    credibility : ndarray of float64, shape (n_constituencies, n_parties)
        Standing, logit.
    holds_majority : ndarray of bool, shape (n_constituencies, n_parties)
        Whether the party holds the majority of the soviet of the constituency.
    acted : bool
        Whether the majority has acted.
    unused_majority_per_day : float
        Loss per day of a majority that does not act, logit.
    settings : CredibilitySettings
        Memory.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, n_parties)
        Standing tomorrow.
    """
    faded = credibility * (1.0 - 1.0 / settings.memory_days)
    if acted or unused_majority_per_day == 0.0:
        return faded
    return faded - unused_majority_per_day * holds_majority
