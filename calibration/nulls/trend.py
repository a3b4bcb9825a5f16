"""The hierarchical multinomial-logit trend of N3: its coordinates, predictions, likelihood.

Party logits start at the shares of 1 March and move by a common and a sector trend (drift
and a walk with monthly knots), deviations of places, a step at the revolt that differs by
sector, and offsets of ballots and types of bodies. Bodies and ballots read the mix of their
electorates. Spreads of all groups, correlations of the error model, the mood of meetings
and the scale of membership claims are inferred with the trend by elliptical slice sampling;
the likelihood is that of the model itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.nulls.forecast import ABSTENTION_GAP, left_stances, shown, votes_of_parties
from calibration.nulls.series import level_at_the_start
from calibration.nulls.trend_design import (
    SPREAD_LOG_SD,
    SPREADS,
    UNSEEN,
    Rows,
    Terms,
    terms_of,
)
from calibration.observation import Operator, OperatorSet
from calibration.prior import ERROR_NAMES, Prior
from sim.settings import ModelSettings

LEVELS = ("membership", "attendance", "turnout")
MOOD_SD = 0.5
"""Prior spread of the mood of a meeting, logit."""

GAP_LOG_SD = 0.7
LEVEL_SD = 0.7
LEVEL_DRIFT_SD = 0.5


@dataclass(frozen=True)
class Hyper:
    """Quantities above the trend, one row for each point of their design.

    Attributes
    ----------
    spreads : ndarray of float64, shape (n_groups,)
        Spread of each group of terms, in the order of ``SPREADS``.
    correlations : ndarray of float64, shape (n_error_names,)
        Of the error model, in the order of ``calibration.prior.ERROR_NAMES``.
    """

    spreads: NDArray[np.float64]
    correlations: NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """Named quantities behind predictions, one row for each draw.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (n, n_columns, n_parties)
        Of the terms.
    moods : ndarray of float64, shape (n, n_meetings)
        Logit towards soviet power beyond the party stances.
    gap : ndarray of float64, shape (n, 1)
        Half the gap of abstention, logit.
    level, level_drift : ndarray of float64, shape (n, n_levels)
        Logarithm of members, presence and odds of turnout over their start; per 100 days.
    """

    coefficients: NDArray[np.float64]
    moods: NDArray[np.float64]
    gap: NDArray[np.float64]
    level: NDArray[np.float64]
    level_drift: NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """Coordinates of the trend, all standard Normal before the data.

    Attributes
    ----------
    terms : Terms
        Columns.
    prior : Prior
        Of the correlations.
    meetings : tuple of str
        Meetings with a mood of their own; the last stands for all others.
    parties : tuple of str
        Party axis.
    """

    terms: Terms
    prior: Prior
    meetings: tuple[str, ...]
    parties: tuple[str, ...]

    @property
    def n_coefficients(self) -> int:
        """Number of coordinates that are coefficients; they come first."""
        return len(self.terms.names) * len(self.parties)

    @property
    def n_dimensions(self) -> int:
        """Number of coordinates."""
        return self.n_coefficients + len(self.meetings) + 1 + 2 * len(LEVELS)

    def hyper(self, scores: NDArray[np.float64]) -> Hyper:
        """Turn standard scores into spreads and correlations."""
        n = len(SPREADS)
        spreads = np.array(list(SPREADS.values())) * np.exp(SPREAD_LOG_SD * scores[:n])
        correlations = [
            float(self.prior.parameters[name].value(scores[[n + j]])[0])
            for j, name in enumerate(ERROR_NAMES)
        ]
        return Hyper(spreads, np.array(correlations))

    def parts(self, z: NDArray[np.float64], hyper: Hyper) -> Parts:
        """Turn coordinates, shape (n, n_dimensions), into named quantities."""
        n_columns, n_parties, n_levels = len(self.terms.names), len(self.parties), len(LEVELS)
        sizes = (self.n_coefficients, len(self.meetings), 1, n_levels, n_levels)
        coefficients, moods, gap, level, drift = np.split(z, np.cumsum(sizes)[:-1], axis=1)
        scale = hyper.spreads[self.terms.group][:, None]
        return Parts(
            coefficients.reshape(-1, n_columns, n_parties) * scale,
            MOOD_SD * moods,
            ABSTENTION_GAP * np.exp(GAP_LOG_SD * gap),
            LEVEL_SD * level,
            LEVEL_DRIFT_SD * drift,
        )

    def meeting_index(self, name: str) -> int:
        """Return the column of a meeting's mood; unseen meetings share one."""
        return self.meetings.index(name if name in self.meetings else UNSEEN)

    def predict(
        self,
        operators: Sequence[Operator],
        rows: Rows,
        parts: Parts,
    ) -> list[NDArray[np.float64]]:
        """Return predictions of operators, each of shape (n, n_days_read, n_values)."""
        cells = rows.shares(parts.coefficients)
        found = []
        for operator, (low, high) in zip(operators, rows.cells, strict=True):
            shape = (len(cells), -1, len(operator.days), len(self.parties))
            shares = cells[:, low:high].reshape(shape)
            if operator.kind == "level":
                found.append(self._level(operator, shares, parts))
            elif operator.observation.operator == "resolution":
                j = self.meeting_index(operator.observation.target[0])
                votes = votes_of_parties(
                    shares[:, 0],
                    left_stances(operator, self.terms.settings),
                    parts.moods[:, j, None, None],
                    parts.gap[:, :, None],
                )
                found.append(shown(operator, shares, self.parties, votes))
            else:
                found.append(shown(operator, shares, self.parties))
        return found

    def _level(
        self,
        operator: Operator,
        shares: NDArray[np.float64],
        parts: Parts,
    ) -> NDArray[np.float64]:
        """Return members, presence or turnout, shape (n, n_days_read, 1)."""
        name = operator.observation.operator
        j = LEVELS.index(name)
        moved = parts.level[:, [j]] + parts.level_drift[:, [j]] * operator.days / 100.0
        if name == "membership":
            columns = [self.parties.index(party) for party in operator.groups[0]]
            members = shares[:, 0][..., columns].sum(axis=-1)
            return np.asarray(members * np.exp(moved))[..., None]
        start = level_at_the_start(operator, self.terms.settings)
        if name == "turnout":
            odds = start / (1.0 - start) * np.exp(moved)
            return np.asarray(odds / (1.0 + odds))[..., None]
        return np.asarray(start * np.exp(moved))[..., None]


def trend_of(training: OperatorSet, settings: ModelSettings, prior: Prior) -> Trend:
    """Set up the trend for training figures."""
    resolutions = [
        o.observation.target[0]
        for o in training.operators
        if o.observation.operator == "resolution"
    ]
    return Trend(
        terms_of(settings, [o.observation.body_type for o in training.operators]),
        prior,
        (*dict.fromkeys(resolutions), UNSEEN),
        tuple(name for name, party in settings.party.items() if party.modelled),
    )
