"""How far an ensemble is off the record: intervals, proper scores and coverage.

A predictive distribution is what the replicates of an ensemble would have shown, scattered
by the error model as a source scatters. Each documented figure is held against it: by the
interval it falls into, by the logarithmic score (Good 1952), the continuous ranked
probability score and its many-valued form, the energy score (Gneiting and Raftery 2007), and
by its place in the distribution, the probability integral transform.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.special import logsumexp

from calibration.error_model import ErrorModel
from calibration.likelihood import draw_observed, log_likelihood
from calibration.observation import SIDES, Operator, OperatorSet

if TYPE_CHECKING:
    from calibration.ledger import Observation

N_DRAWS = 2000
"""Predictive draws of each observation, spread evenly over the replicates."""

WRONG_READING = 0.2
"""Chance that the preferred printing of a figure is the wrong one. Assumed."""

INTERVALS = (0.5, 0.9)
SIDE_NAMES = dict(zip(SIDES, ("towards soviet power", "against it", "abstaining"), strict=True))


@dataclass(frozen=True)
class ValueScore:
    """One documented value beside its predictive distribution.

    Attributes
    ----------
    operator : Operator
        The observation it belongs to.
    label : str
        Which of its values.
    parties : tuple of str
        Parties it stands for.
    documented : float
        Share, people, or 1 for a claim.
    predicted : float
        Median of the replicates' predictions; for a claim the share of them in which it holds.
    low, high : tuple of float
        Ends of the predictive intervals of :data:`INTERVALS`; ``nan`` for a claim.
    within : tuple of float
        1 where the documented value lies inside, else 0; ``nan`` for a claim.
    pit : float
        Share of the predictive draws below the documented value, ties counted half.
    crps : float
        Continuous ranked probability score; for a claim the Brier score.
    named : bool
        Whether the source names it (``other`` is what it leaves).
    """

    operator: Operator
    label: str
    parties: tuple[str, ...]
    documented: float
    predicted: float
    low: tuple[float, ...]
    high: tuple[float, ...]
    within: tuple[float, ...]
    pit: float
    crps: float
    named: bool

    @property
    def unit(self) -> str:
        """``share``, ``people`` or ``claim``."""
        if self.operator.kind in ("shares", "presidium"):
            return "share"
        if self.operator.kind == "claim":
            return "claim"
        return "share" if self.operator.observation.operator == "turnout" else "people"

    @property
    def counts_as_figure(self) -> bool:
        """Whether it enters RMSE and coverage: a share of a whole that the source names."""
        return self.named and self.operator.kind in ("shares", "presidium")


@dataclass(frozen=True)
class ObservationScore:
    """One observation beside its predictive distribution.

    Attributes
    ----------
    operator : Operator
        The observation.
    values : tuple of ValueScore
        Its values.
    log_score : float
        Log probability of what is documented, averaged over replicates, nats.
    energy_score : float
        Energy score over all values; the CRPS where there is one.
    n_readings : int
        Printings that entered the log score.
    """

    operator: Operator
    values: tuple[ValueScore, ...]
    log_score: float
    energy_score: float
    n_readings: int


@dataclass(frozen=True)
class RoleSummary:
    """Sums over the observations of one role.

    Attributes
    ----------
    role : str
        The role, or ``all``.
    n_observations, n_figures : int
        Observations scored, and shares of a whole that sources name.
    rmse_points : float
        Root mean squared difference of those, in share points.
    coverage : tuple of float
        Share of them inside the intervals of :data:`INTERVALS`.
    mean_log_score : float
        Mean over observations, nats.
    """

    role: str
    n_observations: int
    n_figures: int
    rmse_points: float
    coverage: tuple[float, ...]
    mean_log_score: float


def score_all(
    operators: OperatorSet,
    predictions: NDArray[np.float64],
    error_model: ErrorModel,
    *,
    seed: int = 0,
    parties: Sequence[str] | None = None,
) -> list[ObservationScore]:
    """Score every operator of a set.

    Parameters
    ----------
    operators : OperatorSet
        What is documented.
    predictions : ndarray of float64, shape (n_replicates, sum of sizes)
        From :meth:`OperatorSet.predict`, one row for each replicate.
    error_model : ErrorModel
        Scatter of sources.
    seed : int
        Of the predictive draws. The draws of an operator depend on its id and this alone.
    parties : sequence of str, optional
        Parties of the model, for other printings of compositions; by default all that the
        operators name.

    Returns
    -------
    list of ObservationScore
        In the order of the operators.

    Raises
    ------
    ValueError
        If there are no replicates.
    """
    if len(predictions) == 0:
        raise ValueError("scores need at least one finished replicate, got none.")
    named = {party for o in operators.operators for group in o.groups for party in group}
    axis = tuple(parties) if parties is not None else tuple(sorted(named))
    return [
        score_operator(operator, prediction, error_model, seed=seed, parties=axis)
        for operator, prediction in zip(
            operators.operators, operators.split(predictions), strict=True
        )
    ]


def score_operator(
    operator: Operator,
    prediction: NDArray[np.float64],
    error_model: ErrorModel,
    *,
    seed: int = 0,
    parties: Sequence[str] = (),
) -> ObservationScore:
    """Score one observation.

    Parameters
    ----------
    operator : Operator
        The observation.
    prediction : ndarray of float64, shape (n_replicates, n_days_read, n_values)
        Of each replicate.
    error_model : ErrorModel
        Scatter.
    seed : int
        Of the predictive draws.
    parties : sequence of str
        Parties of the model.

    Returns
    -------
    ObservationScore
        With one :class:`ValueScore` for each value.
    """
    name = [ord(letter) for letter in operator.id + operator.labels[0]]
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(name)))
    repeats = -(-N_DRAWS // len(prediction))
    draws = draw_observed(operator, np.tile(prediction, (repeats, 1, 1)), error_model, rng)
    at = prediction.reshape(-1, prediction.shape[-1])
    centre = at.mean(axis=0) if operator.kind == "claim" else np.median(at, axis=0)
    groups = operator.groups or ((),) * len(operator.labels)
    values = tuple(
        _value(operator, i, groups[i], float(centre[i]), draws[:, i])
        for i in range(len(operator.labels))
    )
    others = other_readings(operator, parties)
    return ObservationScore(
        operator,
        values,
        _log_score(operator, prediction, error_model, others),
        energy_score(draws, operator.value),
        1 + len(others),
    )


def other_readings(operator: Operator, parties: Sequence[str]) -> list[Operator]:
    """Return an observation as other sources print it: each conflicting printing whole.

    Figures that a printing gives as ``alternative`` take the place of those preferred; a
    percentage is scaled to the total first. All other figures stay.

    Parameters
    ----------
    operator : Operator
        Of the preferred printing.
    parties : sequence of str
        Parties of the model.

    Returns
    -------
    list of Operator
        Empty where no printing conflicts.
    """
    found = []
    for printing in operator.observation.readings:
        changed = _as_printed_in(operator.observation, printing)
        if changed is None:
            continue
        counts = _counts(changed, operator, parties)
        if counts is None or counts.sum() <= 0:
            continue
        if operator.kind in ("shares", "presidium"):
            n = operator.n
            if operator.observation.operator == "resolution":
                n = float(counts.sum())
            found.append(replace(operator, value=counts / counts.sum(), n=n))
        elif not np.isclose(counts[0], operator.value[0]):
            found.append(replace(operator, value=counts))
    return found


def crps(draws: NDArray[np.float64], value: float) -> float:
    """Return the continuous ranked probability score of an ensemble.

    ``E|X - y| - E|X - X'| / 2`` with the ensemble as the distribution of X.

    Examples
    --------
    >>> import numpy as np
    >>> crps(np.array([0.0, 1.0]), 0.0)
    0.25
    """
    n = len(draws)
    weights = 2.0 * np.arange(1, n + 1) - n - 1.0
    spread = float(weights @ np.sort(draws)) / n**2
    return float(np.abs(draws - value).mean()) - spread


def energy_score(draws: NDArray[np.float64], value: NDArray[np.float64]) -> float:
    """Return the energy score of an ensemble of vectors, shape (n_draws, n_values).

    Examples
    --------
    >>> import numpy as np
    >>> energy_score(np.array([[0.0], [1.0]]), np.array([0.0]))
    0.25
    """
    n = len(draws)
    near = np.linalg.norm(draws - value, axis=1).mean()
    return float(near - pdist(draws).sum() / n**2)


def place_in(draws: NDArray[np.float64], value: float) -> float:
    """Return the share of draws below a value, ties counted half."""
    return float((draws < value).mean() + 0.5 * (draws == value).mean())


def summaries(scores: Iterable[ObservationScore]) -> list[RoleSummary]:
    """Sum scores up by role, and over all roles if there are several.

    Parameters
    ----------
    scores : iterable of ObservationScore
        From :func:`score_all`.

    Returns
    -------
    list of RoleSummary
        In the order in which roles appear.
    """
    held = list(scores)
    roles = list(dict.fromkeys(score.operator.observation.role for score in held))
    found = [
        _summary(role, [s for s in held if s.operator.observation.role == role]) for role in roles
    ]
    return [*found, _summary("all", held)] if len(roles) > 1 else found


def _summary(role: str, scores: Sequence[ObservationScore]) -> RoleSummary:
    figures = [v for score in scores for v in score.values if v.counts_as_figure]
    off = np.array([v.predicted - v.documented for v in figures])
    within = np.array([v.within for v in figures]).reshape(-1, len(INTERVALS))
    return RoleSummary(
        role=role,
        n_observations=len({score.operator.id for score in scores}),
        n_figures=len(figures),
        rmse_points=100.0 * float(np.sqrt((off**2).mean())) if figures else np.nan,
        coverage=tuple(float(w) for w in within.mean(axis=0)) if figures else (np.nan, np.nan),
        mean_log_score=float(np.mean([score.log_score for score in scores])),
    )


def _value(
    operator: Operator,
    i: int,
    parties: tuple[str, ...],
    centre: float,
    draws: NDArray[np.float64],
) -> ValueScore:
    documented = float(operator.value[i])
    low, high, within = [], [], []
    for level in INTERVALS:
        ends = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
        claim = operator.kind == "claim"
        low.append(np.nan if claim else float(ends[0]))
        high.append(np.nan if claim else float(ends[1]))
        within.append(np.nan if claim else float(ends[0] <= documented <= ends[1]))
    label = operator.labels[i]
    return ValueScore(
        operator=operator,
        label=SIDE_NAMES.get(label, label),
        parties=parties,
        documented=documented,
        predicted=centre,
        low=tuple(low),
        high=tuple(high),
        within=tuple(within),
        pit=place_in(draws, documented),
        crps=crps(draws, documented),
        named=bool(operator.named[i]),
    )


def _log_score(
    operator: Operator,
    prediction: NDArray[np.float64],
    error_model: ErrorModel,
    others: Sequence[Operator],
) -> float:
    """Log mean probability over replicates; another printing may be the right one."""

    def log_mean(each: Operator) -> float:
        by_replicate = log_likelihood(each, prediction, error_model)
        return float(logsumexp(by_replicate) - np.log(len(by_replicate)))

    preferred = log_mean(operator)
    if not others:
        return preferred
    rest = float(logsumexp([log_mean(each) for each in others]) - np.log(len(others)))
    return float(
        np.logaddexp(np.log(1.0 - WRONG_READING) + preferred, np.log(WRONG_READING) + rest)
    )


def _as_printed_in(observation: Observation, printing: Observation) -> Observation | None:
    """Put the conflicting figures of a printing in place; None where it has none."""
    scale = (
        (observation.total or np.nan) / (printing.total or np.nan)
        if any(f.measure == "share" for f in printing.figures)
        and not any(f.measure == "share" for f in observation.figures)
        else 1.0
    )
    conflicting = {
        (f.side, frozenset(f.parties)): f.count * scale
        for f in printing.figures
        if f.reading == "alternative" and f.count is not None and (f.side or f.parties)
    }
    figures = tuple(
        replace(f, count=conflicting.get((f.side, frozenset(f.parties)), f.count))
        for f in observation.figures
    )
    if figures == observation.figures:
        return None
    return replace(observation, figures=figures)


def _counts(
    observation: Observation, operator: Operator, parties: Sequence[str]
) -> NDArray[np.float64] | None:
    """Return the counts of an observation in the categories of an operator."""
    if observation.operator == "resolution":
        sides = observation.sides()
        return np.array([sides[label] for label in operator.labels])
    if operator.kind == "level":
        scale = 0.01 if observation.operator == "turnout" else 1.0
        for figure in observation.figures:
            if figure.option == operator.labels[0] and figure.count is not None:
                return np.array([figure.count * scale])
        return None
    if operator.kind == "claim":
        return None
    by_label = {c.label: c.count for c in observation.categories(parties)}
    if not set(operator.labels) <= set(by_label):
        return None
    return np.array([by_label[label] for label in operator.labels])
