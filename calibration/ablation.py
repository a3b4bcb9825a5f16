"""The model without one mechanism: what each is worth on the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.likelihood import log_likelihood
from calibration.observation import OperatorSet
from calibration.prior import NAMES
from sim.mechanism import Mechanisms
from sim.settings import ModelSettings


@dataclass(frozen=True)
class Ablation:
    """One change of the model.

    Attributes
    ----------
    name, title : str
        Short and for readers.
    off : tuple of str
        Switches turned off.
    times : mapping of str to float
        Factors on parameters.
    """

    name: str
    title: str
    off: tuple[str, ...] = ()
    times: Mapping[str, float] = field(default_factory=dict)

    def settings(self, settings: ModelSettings) -> ModelSettings:
        """Return the settings with the switches turned off."""
        switches = dict.fromkeys(self.off, False)
        return replace(settings, mechanism=replace(settings.mechanism, **switches))

    def values(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return parameter values, shape (n, n_parameters), with the factors."""
        changed: NDArray[np.float64] = values * [self.times.get(name, 1.0) for name in NAMES]
        return changed


def ablations() -> tuple[Ablation, ...]:
    """Return one ablation for each switch, and those that are changes of a parameter."""
    switches = [
        Ablation(item.name, f"without {item.name.replace('_', ' ')}", off=(item.name,))
        for item in fields(Mechanisms)
    ]
    return (
        *switches,
        Ablation("no_discredit", "without discredit and joint action", times={"discredit": 0.0}),
        Ablation(
            "repression_turned", "repression with the sign turned",
            times={"repression_weight": -1.0},
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Worth:
    """What an ablation does to the log score of some figures.

    Attributes
    ----------
    change, se : float
        Mean change an occasion, in nats, and its standard error over observations; negative
        means that the mechanism helps.
    reweighted : float
        The same after the ablated runs were weighed by how well they show the training
        figures; ``nan`` for the training figures themselves.
    effective_runs : float
        How many runs carry that weight.
    """

    change: float
    se: float
    reweighted: float
    effective_runs: float


def worth(
    operators: OperatorSet,
    scored: NDArray[np.bool_],
    fitted: NDArray[np.bool_],
    whole: NDArray[np.float64],
    ablated: NDArray[np.float64],
    error_model: ErrorModel,
) -> Worth:
    """Compare an ablated ensemble with the whole model, at the same parameters and seeds.

    Parameters
    ----------
    operators : OperatorSet
        All figures.
    scored, fitted : ndarray of bool, shape (n_operators,)
        Which are scored, and which the posterior was fitted to.
    whole, ablated : ndarray of float64, shape (n_runs, n_predictions)
        Predictions; row by row the same parameters and seed.
    error_model : ErrorModel
        Scatter of sources.

    Returns
    -------
    Worth
        Of the scored figures.
    """
    base = log_by_run(operators, whole, error_model)
    changed = log_by_run(operators, ablated, error_model)
    weight = np.array([o.weight for o in operators.operators])
    evidence = (changed - base)[:, fitted] @ weight[fitted]
    importance = np.exp(evidence - evidence.max())
    importance /= importance.sum()
    uniform = np.full(len(whole), 1.0 / len(whole))
    change = _log_mean(changed, uniform) - _log_mean(base, uniform)
    again = _log_mean(changed, importance) - _log_mean(base, uniform)
    ids = [o.id for o in operators.operators]
    by_id = {name: np.array([i == name for i in ids]) & scored for name in dict.fromkeys(ids)}
    sums = np.array([(weight * change)[rows].sum() for rows in by_id.values() if rows.any()])
    occasions = np.array([weight[rows].sum() for rows in by_id.values() if rows.any()])
    mean = float(sums.sum() / occasions.sum())
    n = len(sums)
    se = float(
        np.sqrt(((sums - mean * occasions) ** 2).sum() * n / max(n - 1, 1)) / occasions.sum()
    )
    in_sample = bool((scored & fitted).any())
    return Worth(
        change=mean,
        se=se if n > 1 else float("nan"),
        reweighted=float("nan")
        if in_sample
        else float((weight * again)[scored].sum() / weight[scored].sum()),
        effective_runs=float(1.0 / (importance**2).sum()),
    )


def log_by_run(
    operators: OperatorSet, predictions: NDArray[np.float64], error_model: ErrorModel
) -> NDArray[np.float64]:
    """Return the log likelihood of each figure under each run, shape (n_runs, n_operators)."""
    pairs = zip(operators.operators, operators.split(predictions), strict=True)
    return np.stack([log_likelihood(o, p, error_model) for o, p in pairs], axis=1)


def _log_mean(by_run: NDArray[np.float64], importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log of the weighted mean over runs, shape (n_operators,)."""
    with np.errstate(divide="ignore"):
        weighted = by_run + np.log(importance)[:, None]
    mean: NDArray[np.float64] = np.logaddexp.reduce(weighted, axis=0)
    return mean
