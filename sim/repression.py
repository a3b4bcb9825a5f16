"""Slander, repression, and the tide that decides what repression does (E4, E5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class RepressionSettings(Settings):
    """How the tide is read, and what acting together clears. Values are assumed.

    Attributes
    ----------
    tide_window_days : int
        The left's share is compared with that of so many days ago.
    tide_gain : float
        Steepness of the tide in the growth of the share.
    tide_neutral_growth : float
        Growth at which the tide is neither with nor against the left.
    stigma_clearing : float
        Share of the slander's effect that falls away for those who acted together.
    """

    tide_window_days: int = 14
    tide_gain: float = 40.0
    tide_neutral_growth: float = 0.02
    stigma_clearing: float = 0.8

    def __post_init__(self) -> None:
        """Refuse windows and shares outside their range."""
        name = "constants.repression"
        require_between(f"{name}.tide_window_days", self.tide_window_days, 1, 120, "Days.")
        require_between(f"{name}.tide_gain", self.tide_gain, 0.0, 1e4, "Per unit of share.")
        require_between(
            f"{name}.tide_neutral_growth", self.tide_neutral_growth, -1.0, 1.0, "A share."
        )
        require_between(f"{name}.stigma_clearing", self.stigma_clearing, 0.0, 1.0, "A share.")


def tide(growth: NDArray[np.float64], settings: RepressionSettings) -> NDArray[np.float64]:
    """Return the momentum of the left (E5).

    Parameters
    ----------
    growth : ndarray of float64
        Growth of the left's private share over the window.
    settings : RepressionSettings
        Gain and neutral growth.

    Returns
    -------
    ndarray of float64
        0 to 1; one half at neutral growth.

    Examples
    --------
    >>> import numpy as np
    >>> float(tide(np.array([0.02]), RepressionSettings())[0])
    0.5
    """
    return 1.0 / (1.0 + np.exp(-settings.tide_gain * (growth - settings.tide_neutral_growth)))


def push_of_repression(
    repression: NDArray[np.float64], momentum: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """Return what repression adds to the utility of the party it falls on.

    It is positive while the tide runs with the left and negative while it runs against it.

    Parameters
    ----------
    repression, momentum : ndarray of float64, shape (n_constituencies,)
        Level as felt in the place, and the tide.
    weight : float
        The parameter ``repression_weight``.

    Returns
    -------
    ndarray of float64, shape (n_constituencies,)
        Logit.
    """
    return weight * repression * (2.0 * momentum - 1.0)


def subside(
    level: NDArray[np.float64], half_life_days: NDArray[np.float64], floor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Let repression subside for one day, not below its floor."""
    faded = level * 2.0 ** (-1.0 / half_life_days)
    return np.maximum(faded, floor)
