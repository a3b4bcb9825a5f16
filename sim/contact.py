"""Contact with agitators (E6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class ContactSettings(Settings):
    """How contact saturates with the density of members. Assumed.

    Attributes
    ----------
    saturation_members : float
        Members for every 100 people at which contact reaches 63 % of its limit.
    """

    saturation_members: float = 1.5

    def __post_init__(self) -> None:
        """Refuse a density of zero."""
        require_between(
            "constants.contact.saturation_members",
            self.saturation_members,
            0.0,
            100.0,
            "Members for every 100 people.",
            open_low=True,
        )


def contact(
    members: NDArray[np.float64],
    activity: NDArray[np.float64],
    reach_of_unit: NDArray[np.float64],
    settings: ContactSettings,
) -> NDArray[np.float64]:
    """Return contact of each unit with each party's agitators.

    Parameters
    ----------
    members : ndarray of float64, shape (n_units, n_parties)
        Members for every 100 people.
    activity : ndarray of float64, shape (n_parties,)
        Intensity of agitation.
    reach_of_unit : ndarray of float64, shape (n_units,)
        Reach of agitators, times the share held in a shared language.
    settings : ContactSettings
        Saturation.

    Returns
    -------
    ndarray of float64, shape (n_units, n_parties)
        Dimensionless.
    """
    met = -np.expm1(members * (-1.0 / settings.saturation_members))
    return reach_of_unit[:, None] * activity * met
