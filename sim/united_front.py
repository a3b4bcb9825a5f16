"""Joint action against the revolt: who stood beside whom (the united front).

On each day of the window some members of the agitating party are mobilised in a unit, and
the others there may act beside them. Each such day adds to a person's exposure, which then
fades slowly and raises the utility of the parties that acted. The prediction is a
dose-response: gains rise with the density of members before the revolt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class UnitedFrontSettings(Settings):
    """Mobilisation and memory of joint action. Values are assumed.

    Attributes
    ----------
    party : str
        Whose members are mobilised.
    mobilised_share : float
        Share of its members mobilised at full activity.
    contact_rate : float
        Contacts per mobilised member among 100 people.
    step : float
        Exposure gained on a day of acting together; the sum is at most 1.
    memory_days : float
        Time constant of fading, days.
    """

    party: str = "BO"
    mobilised_share: float = 0.5
    contact_rate: float = 0.5
    step: float = 1 / 6
    memory_days: float = 120.0

    def __post_init__(self) -> None:
        """Refuse shares and times outside their range."""
        name = "constants.united_front"
        require_between(f"{name}.mobilised_share", self.mobilised_share, 0.0, 1.0, "A share.")
        require_between(f"{name}.contact_rate", self.contact_rate, 0.0, 100.0, "A rate.")
        require_between(f"{name}.step", self.step, 0.0, 1.0, "A share.")
        require_between(
            f"{name}.memory_days", self.memory_days, 4.0, 1e9,
            "Days; exposure that fades faster leaves the range of its numbers within the year.",
        )  # fmt: skip


def chance_of_acting_together(
    members: NDArray[np.float64],
    activity: float,
    exposure_of_unit: NDArray[np.float64],
    settings: UnitedFrontSettings,
) -> NDArray[np.float64]:
    """Return the chance that a person of a unit acts beside the mobilised today.

    Parameters
    ----------
    members : ndarray of float64, shape (n_units,)
        Members of the mobilised party for every 100 people.
    activity : float
        Its intensity of agitation.
    exposure_of_unit : ndarray of float64, shape (n_units,)
        Event exposure of the place where joint action is under way, else 0.
    settings : UnitedFrontSettings
        Mobilisation.

    Returns
    -------
    ndarray of float64, shape (n_units,)
        Chance in [0, 1].
    """
    mobilised = settings.mobilised_share * activity * members
    return np.minimum(exposure_of_unit, 1.0) * -np.expm1(-settings.contact_rate * mobilised)
