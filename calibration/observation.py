"""Observation operators: from a record of the model to what a source would have reported.

The model is never compared with a figure directly. A resolution vote is read off the
meeting that the model held, a seat count off the mandates of the body, a duma vote off the
secret ballot, a membership claim off the members, an ordinal claim off the body it is about.
A figure whose date is a range is read on several days of the range, and the likelihood is
averaged over them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.ledger_checks import Absence, Vocabulary, absences, scorable
from sim.calendar_os import N_DAYS

if TYPE_CHECKING:
    from calibration.ledger import Figure, Observation
    from sim.record import Record
    from sim.settings import ModelSettings

DAYS_READ_AT_MOST = 5
"""Days on which a figure with a range of dates is read, spread evenly over the range."""

SIDES = ("left", "right", "abstain")

CORRELATION_OF = {
    "resolution": "correlation_meeting",
    "seats": "correlation_seats",
    "conference": "correlation_seats",
    "executive": "correlation_seats",
    "presidium": "correlation_seats",
    "ballot": "correlation_ballot",
}
"""Field of the error model that holds the correlation for each operator."""


@dataclass(frozen=True)
class Operator:
    """One documented observation, and how the model would have shown it.

    Attributes
    ----------
    observation : Observation
        What the source reports.
    kind : str
        ``shares`` (of a whole), ``presidium``, ``level`` (a number) or ``claim``.
    labels : tuple of str
        What each value is.
    value : ndarray of float64, shape (n_values,)
        Documented shares (sum 1), level, or 1 for a claim.
    n : float
        Votes or seats behind shares, as the error model counts them.
    days : ndarray of int64, shape (n_days_read,)
        Days on which the record is read.
    weight : float
        One over the number of observations of the same occasion.
    groups : tuple of tuple of str
        Parties of each category.
    mandates : float
        Of a presidium, the mandates of the chamber that elects it; else ``nan``.
    """

    observation: Observation
    kind: str
    labels: tuple[str, ...]
    value: NDArray[np.float64]
    n: float
    days: NDArray[np.int64]
    weight: float
    groups: tuple[tuple[str, ...], ...] = ()
    mandates: float = math.nan

    @property
    def id(self) -> str:
        """Id of the observation."""
        return self.observation.id

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of a prediction: days read, values."""
        return len(self.days), len(self.value)

    @property
    def named(self) -> NDArray[np.bool_]:
        """Which values a source names, ``other`` left out; shape (n_values,)."""
        return np.array([label != "other" for label in self.labels])


@dataclass(frozen=True)
class OperatorSet:
    """The operators of a ledger, and what cannot be predicted.

    Attributes
    ----------
    operators : tuple of Operator
        In the order of the ledger.
    absences : tuple of Absence
        Names that the model does not have.
    without_operator : tuple of Observation
        Observations that no operator reads, each with its reason.
    """

    operators: tuple[Operator, ...]
    absences: tuple[Absence, ...]
    without_operator: tuple[Observation, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of predicted values of each operator."""
        return tuple(int(np.prod(operator.shape)) for operator in self.operators)

    def predict(self, record: Record) -> NDArray[np.float64]:
        """Return the predictions of all operators, end to end, shape (sum of sizes,)."""
        if not self.operators:
            return np.zeros(0)
        return np.concatenate([predict(record, o).ravel() for o in self.operators])

    def split(self, predictions: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Cut predictions into operators.

        Parameters
        ----------
        predictions : ndarray of float64, shape (..., sum of sizes)
            From :meth:`predict`.

        Returns
        -------
        list of ndarray of float64, shape (..., n_days_read, n_values)
            One for each operator.
        """
        edges = np.cumsum((0, *self.sizes))
        return [
            predictions[..., low:high].reshape(*predictions.shape[:-1], *operator.shape)
            for operator, low, high in zip(self.operators, edges[:-1], edges[1:], strict=True)
        ]


def vocabulary_of(settings: ModelSettings) -> Vocabulary:
    """Return the names of the model that a ledger may refer to."""
    chambers = {
        f"{name}/{label}" for name, body in settings.institution.items() for label in body.chambers
    }
    return Vocabulary(
        constituencies=frozenset(settings.place.constituencies),
        institutions=frozenset(settings.institution),
        chambers=frozenset(chambers),
        meetings=frozenset(settings.meeting),
        ballots=frozenset(settings.ballot),
        presidia=frozenset(settings.presidium),
        parties=tuple(name for name, party in settings.party.items() if party.modelled),
        unmodelled_parties=frozenset(n for n, p in settings.party.items() if not p.modelled),
    )


def compile_operators(
    observations: Iterable[Observation],
    settings: ModelSettings,
    error_model: ErrorModel | None = None,
) -> OperatorSet:
    """Find the operator of each observation.

    Parameters
    ----------
    observations : iterable of Observation
        What is to be predicted.
    settings : ModelSettings
        For the names of the model.
    error_model : ErrorModel or None
        For the numbers that stand in where a source gives none.

    Returns
    -------
    OperatorSet
        Operators, and the observations that have none, with reasons.
    """
    error_model = error_model or ErrorModel()
    settled = [observation.settled() for observation in observations]
    vocabulary = vocabulary_of(settings)
    silent = tuple(o for o in settled if o.operator == "none")
    missing = absences([o for o in settled if o.operator != "none"], vocabulary)
    usable = [o for o in settled if o.operator != "none" and scorable(o, vocabulary)]
    occasions = [(o.operator, o.target, o.start_day, o.end_day) for o in usable]
    operators = []
    for observation, occasion in zip(usable, occasions, strict=True):
        weight = 1.0 / occasions.count(occasion)
        operators += _BUILD[observation.operator](
            observation, vocabulary.parties, error_model, weight
        )
    operators = [
        replace(o, mandates=mandates_behind(settings, o.observation.target[0]))
        if o.kind == "presidium"
        else o
        for o in operators
    ]
    return OperatorSet(tuple(operators), tuple(missing), silent)


def mandates_behind(settings: ModelSettings, presidium: str) -> float:
    """Return the number of mandates of the body that elects a presidium."""
    name, _, label = settings.presidium[presidium].chamber.partition("/")
    chambers = settings.institution[name].chambers
    return float(
        sum(
            chamber.seats
            or sum(settings.place.constituencies[base].units for base in chamber.base)
            * (chamber.seats_per_unit or 0)
            for chamber in ([chambers[label]] if label else chambers.values())
        )
    )


def days_read(observation: Observation) -> NDArray[np.int64]:
    """Return the days on which a figure is read: at most five, spread over its range."""
    first, last = max(observation.start_day, 0), min(observation.end_day, N_DAYS - 1)
    count = min(last - first + 1, DAYS_READ_AT_MOST)
    return np.unique(np.linspace(first, max(last, first), max(count, 1)).round().astype(np.int64))


def _shares(
    observation: Observation, parties: Sequence[str], error_model: ErrorModel, weight: float
) -> list[Operator]:
    found = []
    categories = observation.categories(parties)
    if observation.operator == "presidium":  # delegates of no slate elect nobody
        categories = tuple(category for category in categories if category.count > 0)
    if categories:
        counts = np.array([category.count for category in categories])
        n = observation.n if observation.n is not None else error_model.unknown_count
        if observation.operator == "ballot":
            n = min(observation.n or np.inf, error_model.ballots_at_most)
        days = days_read(observation)
        if observation.operator == "ballot":
            days = days[:1]  # the ballot itself averages over its days
        kind = "presidium" if observation.operator == "presidium" else "shares"
        found.append(
            Operator(
                observation, kind, tuple(c.label for c in categories), counts / counts.sum(),
                float(n), days, weight, tuple(c.parties for c in categories),
            )
        )  # fmt: skip
    return found


def _resolution(
    observation: Observation, _: Sequence[str], __: ErrorModel, weight: float
) -> list[Operator]:
    sides = observation.sides()
    if not sides:
        return []
    labels = tuple(side for side in SIDES if side in sides)
    counts = np.array([sides[side] for side in labels])
    return [
        Operator(
            observation, "shares", labels, counts / counts.sum(), float(counts.sum()),
            days_read(observation)[:1], weight,
        )
    ]  # fmt: skip


def _level(
    observation: Observation, _: Sequence[str], __: ErrorModel, weight: float
) -> list[Operator]:
    counted = [f for f in observation.figures if f.count is not None]
    scale = 0.01 if observation.operator == "turnout" else 1.0
    return [
        Operator(
            observation, "level", (figure.option,), np.array([(figure.count or 0.0) * scale]),
            1.0, days_read(observation), weight / len(counted), (figure.parties,),
        )
        for figure in counted
    ]  # fmt: skip


def _claim(
    observation: Observation, _: Sequence[str], __: ErrorModel, weight: float
) -> list[Operator]:
    claims = [f for f in observation.figures if f.relation]
    return [
        Operator(
            observation, "claim", (f"{figure.option} {figure.relation}",), np.ones(1), 1.0,
            days_read(observation), weight / len(claims), (figure.parties,),
        )
        for figure in claims
    ]  # fmt: skip


_BUILD: dict[str, Callable[[Observation, Sequence[str], ErrorModel, float], list[Operator]]] = {
    "resolution": _resolution,
    "seats": _shares,
    "conference": _shares,
    "executive": _shares,
    "presidium": _shares,
    "ballot": _shares,
    "turnout": _level,
    "membership": _level,
    "attendance": _level,
    "ordinal": _claim,
}


def predict(record: Record, operator: Operator) -> NDArray[np.float64]:
    """Return what a record would have shown of one observation.

    Parameters
    ----------
    record : Record
        A finished replicate.
    operator : Operator
        The observation.

    Returns
    -------
    ndarray of float64, shape (n_days_read, n_values)
        Shares, level, or 1 where a claim holds and 0 where it does not.
    """
    return _PREDICT[operator.observation.operator](record, operator)


def share_of_groups(
    shares: NDArray[np.float64], groups: Sequence[Sequence[str]], parties: Sequence[str]
) -> NDArray[np.float64]:
    """Sum party shares into categories and condition on them, shape (..., n_categories)."""
    member = np.array([[party in group for party in parties] for group in groups], dtype=np.float64)
    summed = shares @ member.T
    total = summed.sum(axis=-1, keepdims=True)
    return np.where(total > 0, summed / np.maximum(total, 1e-12), 1.0 / len(groups))


def share_series(record: Record, target: str) -> NDArray[np.float64]:
    """Return daily shares of a body's seats, or of a constituency's public allegiance."""
    if target in record.constituencies:
        return record.shares(target, public=True)
    return record.seat_shares(target)


def _predict_resolution(record: Record, operator: Operator) -> NDArray[np.float64]:
    result = record.meetings[operator.observation.target[0]]
    by_side = dict(zip(SIDES, result.expected_left_right_abstain, strict=True))
    values = np.array([[by_side[label] for label in operator.labels]])
    shares: NDArray[np.float64] = values / values.sum()
    return shares


def _predict_seats(record: Record, operator: Operator) -> NDArray[np.float64]:
    series = share_series(record, operator.observation.target[0])[operator.days]
    seated = ~np.isnan(series).any(axis=1)
    if not seated.any():
        return np.full(operator.shape, 1.0 / len(operator.value))
    series = series[np.where(seated, np.arange(len(series)), int(np.argmax(seated)))]
    return share_of_groups(series, operator.groups, record.parties)


def _predict_presidium(record: Record, operator: Operator) -> NDArray[np.float64]:
    chamber = record.presidium_chambers[operator.observation.target[0]]
    series = record.seat_shares(chamber)[operator.days]
    return share_of_groups(series, operator.groups, record.parties)


def _predict_ballot(record: Record, operator: Operator) -> NDArray[np.float64]:
    results = record.ballots[operator.observation.target[0]]
    shares = np.mean([result.shares for result in results], axis=0)
    return share_of_groups(shares[None], operator.groups, record.parties)


def _predict_turnout(record: Record, operator: Operator) -> NDArray[np.float64]:
    results = record.ballots[operator.observation.target[0]]
    return np.full(operator.shape, np.mean([result.turnout for result in results]))


def _predict_attendance(record: Record, operator: Operator) -> NDArray[np.float64]:
    present = record.meetings[operator.observation.target[0]].expected_present
    return np.full(operator.shape, present)


def _predict_membership(record: Record, operator: Operator) -> NDArray[np.float64]:
    target = operator.observation.target
    rows = [
        i for i, name in enumerate(record.constituencies) if target == ("all",) or name in target
    ]
    columns = [record.parties.index(party) for party in operator.groups[0]]
    chosen = record.members[operator.days][:, rows][:, :, columns]
    people: NDArray[np.float64] = chosen.sum(axis=(1, 2))[:, None]
    return people


def _predict_claim(record: Record, operator: Operator) -> NDArray[np.float64]:
    figure = figure_of(operator)
    holds = np.ones(len(operator.days), dtype=np.bool_)
    for target in operator.observation.target:
        if target in record.meetings:
            series = record.meetings[target].expected_left_right_abstain[None]
            columns = [SIDES.index(figure.side)]
        else:
            series = _shares_claimed(record, target)[operator.days]
            columns = [record.parties.index(party) for party in operator.groups[0]]
        own = series[:, columns].sum(axis=1)
        others = np.delete(series, columns, axis=1)
        holds &= claim_holds(figure, own, others)
    return holds[:, None].astype(np.float64)


def _shares_claimed(record: Record, target: str) -> NDArray[np.float64]:
    """Return daily shares of what a claim is about; a ballot's are the same on every day."""
    if target in record.ballots:
        votes = np.mean([result.shares for result in record.ballots[target]], axis=0)
        return np.tile(votes, (record.n_recorded, 1))
    return share_series(record, target)


def figure_of(operator: Operator) -> Figure:
    """Return the figure that a claim or level was built from."""
    for figure in operator.observation.figures:
        if figure.parties == operator.groups[0] and operator.labels[0] in (
            f"{figure.option} {figure.relation}",
            figure.option,
        ):
            return figure
    raise KeyError(operator.labels[0])


def claim_holds(
    figure: Figure, own: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return whether a claim holds, shape (n,), of shares (n,) among others (n, n_others)."""
    if figure.relation == "plurality":
        return np.asarray(own > others.max(axis=1))
    if figure.relation == "smallest":
        return np.asarray(own < others.min(axis=1))
    lower = -np.inf if figure.lower is None else figure.lower / 100.0
    upper = np.inf if figure.upper is None else figure.upper / 100.0
    return (own > lower) & (own < upper)


_PREDICT: dict[str, Callable[[Record, Operator], NDArray[np.float64]]] = {
    "resolution": _predict_resolution,
    "seats": _predict_seats,
    "conference": _predict_seats,
    "executive": _predict_seats,
    "presidium": _predict_presidium,
    "ballot": _predict_ballot,
    "turnout": _predict_turnout,
    "membership": _predict_membership,
    "attendance": _predict_attendance,
    "ordinal": _predict_claim,
}
