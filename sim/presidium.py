"""Presidia: in proportion to factions, or all to the winner (E20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period
from sim.checks import Settings, require_between, require_one_of
from sim.institution import apportion

RULES = ("proportional", "majority")


@dataclass(frozen=True)
class Presidium(Settings):
    """A presidium elected by a chamber, or by all chambers of a body, on a date.

    Attributes
    ----------
    title : str
        Name for readers.
    date : str
        Old Style.
    chamber : str
        Who elects it: ``institution/chamber``, or ``institution`` for all its chambers.
    seats : int
        Number of seats.
    rule : str
        ``proportional`` (largest remainders over factions) or ``majority`` (the largest
        slate takes all).
    slates : mapping of str to tuple of str
        Parties on each slate; delegates of other parties elect nobody.
    source : str
        Where it is reported.
    """

    title: str
    date: str
    chamber: str
    seats: int
    rule: str
    slates: Mapping[str, tuple[str, ...]]
    source: str

    def __post_init__(self) -> None:
        """Refuse unknown rules."""
        day_in_period("presidium.date", self.date)
        require_one_of("presidium.rule", self.rule, RULES)
        require_between("presidium.seats", self.seats, 1, 10_000, "Number of seats.")


def elect_presidium(faction: NDArray[np.float64], n_seats: int, rule: str) -> NDArray[np.int64]:
    """Return the seats of each slate.

    Parameters
    ----------
    faction : ndarray of float64, shape (n_slates,)
        Delegates of each slate, or their shares.
    n_seats : int
        Seats to fill.
    rule : str
        ``proportional`` or ``majority``.

    Returns
    -------
    ndarray of int64, shape (n_slates,)
        Seats; they sum to ``n_seats``, unless no slate has any delegate: then nobody is
        elected.

    Examples
    --------
    >>> import numpy as np
    >>> elect_presidium(np.array([0.375, 0.417, 0.125, 0.083]), 24, "proportional")
    array([ 9, 10,  3,  2])
    >>> elect_presidium(np.array([0.4, 0.6]), 7, "majority")
    array([0, 7])
    """
    if not faction.any():
        return np.zeros(len(faction), dtype=np.int64)
    if rule == "majority":
        seats = np.zeros(len(faction), dtype=np.int64)
        seats[int(np.argmax(faction))] = n_seats
        return seats
    return apportion(faction, n_seats)
