"""Unmet demands, and what parties in office answer for (E1, E2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class GrievanceSettings(Settings):
    """Growth of unmet demands. Values are assumed; order: peace, bread, land, order.

    Attributes
    ----------
    growth_per_day : tuple of float
        Share of the way to 1 that each grievance goes in a day.
    initial : tuple of float
        Level on 1 March.
    office_penalty : float
        Loss of stance on peace, bread and land for a party wholly in the government.
    """

    growth_per_day: tuple[float, float, float, float] = (0.0040, 0.0045, 0.0035, 0.0035)
    initial: tuple[float, float, float, float] = (0.15, 0.15, 0.10, 0.10)
    office_penalty: float = 0.4

    def __post_init__(self) -> None:
        """Refuse what is not a share."""
        for name in ("growth_per_day", "initial"):
            for value in getattr(self, name):
                require_between(f"constants.grievance.{name}", value, 0.0, 1.0, "It is a share.")
        require_between(
            "constants.grievance.office_penalty", self.office_penalty, 0.0, 2.0, "A stance."
        )


def grow(grievance: NDArray[np.float64], settings: GrievanceSettings) -> NDArray[np.float64]:
    """Let unmet demands grow for one day (E1, without the jumps and reliefs of events).

    Parameters
    ----------
    grievance : ndarray of float64, shape (n_constituencies, 4)
        Levels, 0 to 1.
    settings : GrievanceSettings
        Growth per day.

    Returns
    -------
    ndarray of float64, shape (n_constituencies, 4)
        Levels tomorrow.

    Examples
    --------
    >>> import numpy as np
    >>> grow(np.zeros((1, 4)), GrievanceSettings())
    array([[0.004 , 0.0045, 0.0035, 0.0035]])
    """
    return grievance + np.array(settings.growth_per_day) * (1.0 - grievance)


def stance_today(
    stance: NDArray[np.float64], government: NDArray[np.float64], settings: GrievanceSettings
) -> NDArray[np.float64]:
    """Return stances less what parties in office answer for (E2).

    Parameters
    ----------
    stance : ndarray of float64, shape (n_parties, 4)
        Stances out of office.
    government : ndarray of float64, shape (n_parties,)
        Responsibility, 0 to 1.
    settings : GrievanceSettings
        Penalty of office.

    Returns
    -------
    ndarray of float64, shape (n_parties, 4)
        Stances today; the stance on order does not change.
    """
    penalty = np.array([1.0, 1.0, 1.0, 0.0]) * settings.office_penalty
    return stance - government[:, None] * penalty
