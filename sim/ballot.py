"""Secret ballots of citizens: allegiances count as they are, and fatigue keeps some away (E19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar_os import day_in_period
from sim.checks import Settings, require_between


@dataclass(frozen=True)
class BallotSettings(Settings):
    """Turnout of those without a party. Assumed.

    Attributes
    ----------
    non_party_turnout : float
        Share of the non-party that votes (for some list outside the parties modelled).
    """

    non_party_turnout: float = 0.14

    def __post_init__(self) -> None:
        """Refuse what is not a share."""
        require_between(
            "constants.ballot.non_party_turnout", self.non_party_turnout, 0.0, 1.0, "A share."
        )


@dataclass(frozen=True)
class Ballot(Settings):
    """A dated secret ballot.

    Attributes
    ----------
    title : str
        Name for readers.
    window : tuple of str
        First and last day, Old Style.
    electorate : mapping of str to float
        Shares of constituencies among the electors; they are scaled to sum to 1.
    fatigue_weight : float
        How much fatigue keeps people from this kind of ballot (s_b).
    source : str
        Where it is reported, and the status of the electorate's composition.
    """

    title: str
    window: tuple[str, str]
    electorate: Mapping[str, float]
    fatigue_weight: float
    source: str

    def __post_init__(self) -> None:
        """Refuse windows outside the period and empty electorates."""
        first, last = (day_in_period("ballot.window", text) for text in self.window)
        if last < first:
            raise ValueError(f"ballot.window ends before it begins: {self.window}.")
        require_between("ballot.fatigue_weight", self.fatigue_weight, 0.0, 100.0, "A weight.")
        if not self.electorate:
            raise ValueError(f"ballot {self.title!r} has no electorate. Name the constituencies.")
        for name, share in self.electorate.items():
            require_between(f"ballot.electorate.{name}", share, 0.0, 1e9, "A share.", open_low=True)


@dataclass(frozen=True)
class BallotResult:
    """What a ballot would have shown.

    Attributes
    ----------
    shares : ndarray of float64, shape (n_parties,)
        Shares of the votes; the non-party column is the vote for other lists.
    turnout : float
        Votes over electors.
    """

    shares: NDArray[np.float64]
    turnout: float


def count_ballot(
    private_share: NDArray[np.float64],
    fatigue: NDArray[np.float64],
    electorate: NDArray[np.float64],
    zeal: NDArray[np.float64],
    non_party: int,
    fatigue_weight: float,
    demobilisation: float,
    settings: BallotSettings,
) -> BallotResult:
    """Count a ballot of one day (E19).

    Parameters
    ----------
    private_share : ndarray of float64, shape (n_constituencies, n_parties)
        Allegiances.
    fatigue, electorate : ndarray of float64, shape (n_constituencies,)
        Fatigue, and shares among the electors (sum 1).
    zeal : ndarray of float64, shape (n_parties,)
        Resistance to fatigue.
    non_party : int
        Column of the non-party.
    fatigue_weight, demobilisation : float
        Of the ballot, and the parameter.
    settings : BallotSettings
        Turnout of the non-party.

    Returns
    -------
    BallotResult
        Shares and turnout.
    """
    turnout = np.exp(-demobilisation * fatigue_weight * fatigue[:, None] * (1.0 - zeal))
    turnout[:, non_party] = settings.non_party_turnout
    votes = electorate @ (private_share * turnout)
    return BallotResult(shares=votes / votes.sum(), turnout=float(votes.sum()))


def mean_result(results: list[BallotResult]) -> BallotResult:
    """Average the results of several days, for ballots held over a range of dates."""
    return BallotResult(
        shares=np.mean([r.shares for r in results], axis=0),
        turnout=float(np.mean([r.turnout for r in results])),
    )
