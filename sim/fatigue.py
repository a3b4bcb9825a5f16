"""People tire of words, and recover when something is done (E15)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class FatigueSettings(Settings):
    """Growth of fatigue. Values are assumed.

    Attributes
    ----------
    per_day : float
        Share of the way to exhaustion in a day of nothing but words.
    initial : float
        Level on 1 March.
    initial_words : float
        How much of politics is words on 1 March; events change it.
    """

    per_day: float = 0.01
    initial: float = 0.0
    initial_words: float = 0.2

    def __post_init__(self) -> None:
        """Refuse what is not a share."""
        for name in ("per_day", "initial", "initial_words"):
            require_between(
                f"constants.fatigue.{name}", getattr(self, name), 0.0, 1.0, "It is a share."
            )


def tire(
    fatigue: NDArray[np.float64], words: float, settings: FatigueSettings
) -> NDArray[np.float64]:
    """Let fatigue grow for one day.

    Parameters
    ----------
    fatigue : ndarray of float64, shape (n_constituencies,)
        0 to 1.
    words : float
        How much of politics is words.
    settings : FatigueSettings
        Growth per day.

    Returns
    -------
    ndarray of float64, shape (n_constituencies,)
        Fatigue tomorrow.
    """
    return fatigue + settings.per_day * words * (1.0 - fatigue)
