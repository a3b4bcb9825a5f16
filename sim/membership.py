"""Party membership follows support with a lag (E12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class MembershipSettings(Settings):
    """Joining and leaving. Values are assumed.

    Attributes
    ----------
    rate_per_day : float
        Rate at which members leave; joining is this over the supporters per member.
    tide_base : float
        Joining is proportional to this plus the tide.
    ceiling : float
        Members are at most this share of supporters.
    initial_share : float
        Members on 1 March as a share of the number at rest: parties had only just become
        legal. Set so that the Bolsheviks begin near the 24,000 usually given.
    """

    rate_per_day: float = 0.03
    tide_base: float = 0.5
    ceiling: float = 0.5
    initial_share: float = 0.6

    def __post_init__(self) -> None:
        """Refuse rates and shares outside their range."""
        require_between("constants.membership.rate_per_day", self.rate_per_day, 0.0, 1.0, "1/day.")
        require_between("constants.membership.tide_base", self.tide_base, 0.0, 10.0, "A factor.")
        for name in ("ceiling", "initial_share"):
            require_between(
                f"constants.membership.{name}", getattr(self, name), 0.0, 1.0, "A share."
            )


def initial_members(
    supporters: NDArray[np.float64],
    supporters_per_member: NDArray[np.float64],
    settings: MembershipSettings,
) -> NDArray[np.float64]:
    """Return the members of 1 March: a share of those at rest.

    At rest, with the tide neutral, members are supporters over one plus the ratio (V7).

    Parameters
    ----------
    supporters : ndarray of float64, shape (n_units, n_parties)
        Supporters for every 100 people.
    supporters_per_member : ndarray of float64, shape (n_units,)
        The ratio of the constituency.
    settings : MembershipSettings
        Share of the number at rest.

    Returns
    -------
    ndarray of float64, shape (n_units, n_parties)
        Members for every 100 people; column 0 (non-party) too, which nobody counts.
    """
    return settings.initial_share * supporters / (supporters_per_member[:, None] + 1.0)


def recruit(
    members: NDArray[np.float64],
    supporters: NDArray[np.float64],
    momentum_of_unit: NDArray[np.float64],
    supporters_per_member: NDArray[np.float64],
    settings: MembershipSettings,
) -> NDArray[np.float64]:
    """Let members join and leave for one day.

    Parameters
    ----------
    members, supporters : ndarray of float64, shape (n_units, n_parties)
        For every 100 people.
    momentum_of_unit : ndarray of float64, shape (n_units,)
        Tide of the constituency.
    supporters_per_member : ndarray of float64, shape (n_units,)
        Ratio of the constituency.
    settings : MembershipSettings
        Rates.

    Returns
    -------
    ndarray of float64, shape (n_units, n_parties)
        Members tomorrow.
    """
    rate = settings.rate_per_day
    joining = rate / supporters_per_member * (settings.tide_base + momentum_of_unit)
    changed = members + joining[:, None] * (supporters - members) - rate * members
    return np.minimum(changed, settings.ceiling * supporters)
