"""The model and its rivals on the same figures: scores, intervals, skill, and who wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.likelihood import draw_observed
from calibration.observation import OperatorSet
from calibration.scoring import INTERVALS, ObservationScore, score_operator

MODEL = "model"
REFERENCE = "N3"
MEASURES = ("log_score", "energy_score", "crps", "rmse_points", "cover_50", "cover_90")
SKILLS = ("log_score", "energy_score", "crps")
BAND = 0.9
SCATTER_DRAWS = 200


@dataclass(frozen=True)
class Scored:
    """Scores of one model on one split.

    Attributes
    ----------
    split, model : str
        Names.
    scores : tuple of ObservationScore
        In the order of the scored operators.
    """

    split: str
    model: str
    scores: tuple[ObservationScore, ...]


@dataclass(frozen=True)
class Interval:
    """An estimate with a bootstrap interval over observations.

    Attributes
    ----------
    estimate, low, high : float
        The interval covers 90 %; ``nan`` where there is nothing to measure.
    """

    estimate: float
    low: float
    high: float


def score_split(
    split: str,
    operators: OperatorSet,
    scored: NDArray[np.bool_],
    forecasts: Iterable[tuple[str, NDArray[np.float64], ErrorModel]],
    seed: int,
    parties: Sequence[str],
) -> list[Scored]:
    """Score several forecasts on the same figures.

    Parameters
    ----------
    split : str
        Name of the split.
    operators : OperatorSet
        All figures that the forecasts are about.
    scored : ndarray of bool, shape (n_operators,)
        Which to score.
    forecasts : iterable of (str, ndarray, ErrorModel)
        Name, predictions of shape (n_draws, n_predictions), and scatter of sources.
    seed : int
        Of the scatter.
    parties : sequence of str
        Parties of the model.

    Returns
    -------
    list of Scored
        In the order of the forecasts.
    """
    found = []
    for name, predictions, error_model in forecasts:
        pairs = zip(operators.operators, operators.split(predictions), scored, strict=True)
        scores = [
            score_operator(operator, prediction, error_model, seed=seed, parties=parties)
            for operator, prediction, wanted in pairs
            if wanted
        ]
        found.append(Scored(split, name, tuple(scores)))
    return found


@dataclass(frozen=True)
class Sums:
    """What each observation adds to the measures.

    Attributes
    ----------
    observations : tuple of str
        Ids; operators of one observation are summed.
    log_score, energy_score : ndarray of float64, shape (n_observations,)
        Weighted by occasion, so that two printings of one vote count once.
    weight : ndarray of float64, shape (n_observations,)
        Occasions.
    crps, squares, cover_50, cover_90, figures : ndarray of float64, shape (n_observations,)
        Sums over the shares that the source names, and their number.
    """

    observations: tuple[str, ...]
    log_score: NDArray[np.float64]
    energy_score: NDArray[np.float64]
    weight: NDArray[np.float64]
    crps: NDArray[np.float64]
    squares: NDArray[np.float64]
    cover_50: NDArray[np.float64]
    cover_90: NDArray[np.float64]
    figures: NDArray[np.float64]

    def measure(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a measure when observations count so many times, shape of ``times[..., 0]``."""
        if name in ("log_score", "energy_score"):
            return _ratio(times @ getattr(self, name), times @ self.weight)
        if name == "rmse_points":
            return 100.0 * np.sqrt(_ratio(times @ self.squares, times @ self.figures))
        return _ratio(times @ getattr(self, name), times @ self.figures)


def sums_of(scored: Scored) -> Sums:
    """Add up the scores of each observation.

    The energy score of a level is a number of people and left out of the sums; its CRPS is
    too.
    """
    ids = tuple(dict.fromkeys(score.operator.id for score in scored.scores))
    row = {name: i for i, name in enumerate(ids)}
    table = np.zeros((len(ids), 8))
    for score in scored.scores:
        operator = score.operator
        named = [v for v in score.values if v.counts_as_figure]
        energy = 0.0 if operator.kind == "level" else score.energy_score
        table[row[operator.id]] += [
            operator.weight * score.log_score,
            operator.weight * energy,
            operator.weight,
            operator.weight * sum(v.crps for v in named),
            operator.weight * sum((v.predicted - v.documented) ** 2 for v in named),
            operator.weight * sum(v.within[0] for v in named),
            operator.weight * sum(v.within[1] for v in named),
            operator.weight * len(named),
        ]
    return Sums(ids, *(table[:, j] for j in range(table.shape[1])))


def summary_rows(
    scored: Sequence[Scored], n_bootstrap: int, seed: int
) -> list[dict[str, str | float]]:
    """Return one row for each split, model and measure, with bootstrap intervals.

    Skill is one minus the score over that of N3; for the log score, where that ratio has no
    meaning, it is the difference in nats an occasion. Both come with intervals of the paired
    bootstrap: the same observations are drawn for both.

    Parameters
    ----------
    scored : sequence of Scored
        Of any splits and models.
    n_bootstrap : int
        Number of bootstrap samples.
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of dict
        Keys ``split``, ``model``, ``measure``, ``estimate``, ``low``, ``high``,
        ``skill``, ``skill_low``, ``skill_high``, ``observations`` and ``figures``.
    """
    sums = {(each.split, each.model): sums_of(each) for each in scored}
    rows: list[dict[str, str | float]] = []
    for (split, model), own in sums.items():
        n = len(own.observations)
        rng = np.random.default_rng([seed, n])
        times = rng.multinomial(n, np.full(n, 1.0 / n), size=n_bootstrap).astype(np.float64)
        reference = sums.get((split, REFERENCE))
        for name in MEASURES:
            value = _interval(own.measure(name, np.ones(n)), own.measure(name, times))
            skill = Interval(np.nan, np.nan, np.nan)
            if reference is not None and name in SKILLS:
                skill = _interval(
                    _skill(name, own, reference, np.ones(n)), _skill(name, own, reference, times)
                )
            rows.append(
                {
                    "split": split,
                    "model": model,
                    "measure": name,
                    "estimate": value.estimate,
                    "low": value.low,
                    "high": value.high,
                    "skill": skill.estimate,
                    "skill_low": skill.low,
                    "skill_high": skill.high,
                    "observations": float(n),
                    "figures": float(own.figures.sum()),
                }
            )
    return rows


def verdicts(
    rows: Sequence[dict[str, str | float]], titles: dict[str, str], measure: str = "log_score"
) -> list[str]:
    """Say where the model loses, first, and then where it wins or ties.

    Parameters
    ----------
    rows : sequence of dict
        From :func:`summary_rows`.
    titles : dict of str to str
        Of the splits, in the order in which they are reported.
    measure : str
        By which to judge.

    Returns
    -------
    list of str
        One sentence for each split.
    """
    held = {(row["split"], row["model"]): row for row in rows if row["measure"] == measure}
    lost, other = [], []
    for split, title in titles.items():
        own = held.get((split, MODEL))
        if own is None:
            continue
        rivals = {
            str(model): float(row["estimate"])
            for (name, model), row in held.items()
            if name == split and model != MODEL
        }
        if not rivals:
            continue
        best = max(rivals, key=lambda model: rivals[model])
        gap = float(own["estimate"]) - rivals[best]
        numbers = f"log score {float(own['estimate']):.2f} against {rivals[best]:.2f}"
        sure = _sureness(float(own["skill_low"]), float(own["skill_high"]))
        if gap < 0:
            lost.append(f"{title}: the model loses to {best} ({numbers}; against N3 {sure}).")
        else:
            other.append(
                f"{title}: the model beats all rivals, the best of which is {best} "
                f"({numbers}; against N3 {sure})."
            )
    return [*lost, *other]


def _sureness(low: float, high: float) -> str:
    if np.isnan(low):
        return "not compared"
    if low > 0:
        return "better, and the 90 % interval excludes zero"
    if high < 0:
        return "worse, and the 90 % interval excludes zero"
    return "undecided: the 90 % interval holds zero"


@dataclass(frozen=True)
class Bands:
    """How many runs lie inside the bands of all figures at once.

    Attributes
    ----------
    inside : ndarray of float64, shape (n_draws,)
        Share of values for which the documented one lies in the central 90 % of what a
        source would print about the run.
    ideal : ndarray of float64, shape (n_draws,)
        The same for a record drawn from the run itself: what a perfect model would show.
    n_values : int
        Number of values.
    """

    inside: NDArray[np.float64]
    ideal: NDArray[np.float64]
    n_values: int

    @property
    def all_at_once(self) -> tuple[float, float]:
        """Share of runs inside all bands, documented and ideal."""
        return float((self.inside == 1.0).mean()), float((self.ideal == 1.0).mean())


def bands(
    operators: OperatorSet,
    predictions: NDArray[np.float64],
    error_model: ErrorModel,
    seed: int,
) -> Bands:
    """Hold each run against all figures at once; claims have no band and are left out."""
    hits, ideals = [], []
    for j, (operator, prediction) in enumerate(
        zip(operators.operators, operators.split(predictions), strict=True)
    ):
        if operator.kind == "claim":
            continue
        rng = np.random.default_rng([seed, 7, j])
        n = len(prediction)
        many = np.repeat(prediction, SCATTER_DRAWS, axis=0)
        drawn = draw_observed(operator, many, error_model, rng).reshape(n, SCATTER_DRAWS, -1)
        low, high = np.quantile(drawn[:, 1:], [(1 - BAND) / 2, (1 + BAND) / 2], axis=1)
        named = operator.named
        hits.append(((operator.value >= low) & (operator.value <= high))[:, named])
        ideals.append(((drawn[:, 0] >= low) & (drawn[:, 0] <= high))[:, named])
    inside, ideal = np.concatenate(hits, axis=1), np.concatenate(ideals, axis=1)
    return Bands(inside.mean(axis=1), ideal.mean(axis=1), inside.shape[1])


def interval_names() -> tuple[str, ...]:
    """Return the names of the intervals, such as ``50``."""
    return tuple(f"{round(100 * level)}" for level in INTERVALS)


def _skill(
    name: str, own: Sums, reference: Sums, times: NDArray[np.float64]
) -> NDArray[np.float64]:
    mine, theirs = own.measure(name, times), reference.measure(name, times)
    if name == "log_score":
        return mine - theirs
    return 1.0 - _ratio(mine, theirs)


def _interval(value: NDArray[np.float64], samples: NDArray[np.float64]) -> Interval:
    held = samples[~np.isnan(samples)]
    if len(held) == 0 or np.isnan(value):
        return Interval(float(value), np.nan, np.nan)
    low, high = np.quantile(held, [0.05, 0.95])
    return Interval(float(value), float(low), float(high))


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    safe = np.where(bottom > 0, bottom, 1.0)
    ratio: NDArray[np.float64] = np.where(bottom > 0, top / safe, np.nan)
    return ratio
