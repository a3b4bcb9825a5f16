"""Which parameter set each replicate of an ensemble gets, and how spread splits by cause."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from experiments.errors import SettingsError
from experiments.settings import MEDIANS, POSTERIOR, PRIOR, RunSettings, freeze
from sim.ensemble import Replicate
from sim.parameters import Parameters
from sim.streams import replicate_seed

if TYPE_CHECKING:
    from calibration.prior import Prior


def parameter_source(settings: RunSettings) -> str:
    """Return where the parameters of an ensemble come from.

    Parameters
    ----------
    settings : RunSettings
        Without ``parameter_source``, the posterior where one is installed and no parameter
        was set by hand, and otherwise the parameter set of the settings.

    Returns
    -------
    str
        ``medians`` (the parameter set of the settings), ``prior`` or ``posterior``.

    Raises
    ------
    SettingsError
        If draws are asked for and a parameter was set by hand, which they would ignore, or
        if there is no posterior.
    """
    by_hand = _set_by_hand(settings.parameters)
    if settings.parameter_source is None:
        return MEDIANS if by_hand or not posterior_installed() else POSTERIOR
    if by_hand and settings.parameter_source != MEDIANS:
        raise SettingsError(
            [
                f"parameter_source={settings.parameter_source} draws every parameter, so "
                f"{', '.join(by_hand)} would have no effect. Leave the parameters as they "
                "are, or set parameter_source=medians."
            ]
        )
    if settings.parameter_source == POSTERIOR and not posterior_installed():
        raise SettingsError(
            ["parameter_source=posterior: no posterior is installed. Use prior or medians."]
        )
    return settings.parameter_source


def draw_of_replicate(settings: RunSettings) -> NDArray[np.int64]:
    """Return which parameter set each replicate has, shape (n_replicates,).

    With draws, ``seeds_per_draw`` replicates in a row share a set, so that the spread
    between sets can be told from the spread between seeds.
    """
    numbers = np.arange(settings.n_replicates)
    if parameter_source(settings) == MEDIANS:
        return np.zeros_like(numbers)
    return numbers // settings.seeds_per_draw


def replicates_of(settings: RunSettings) -> list[Replicate]:
    """Return what an ensemble has to run.

    The seed of replicate ``r`` depends on ``settings.seed`` and ``r`` alone, and its
    parameter set on nothing else either: replicate ``r`` of every scenario can be paired.
    """
    which = draw_of_replicate(settings)
    sets = _parameter_sets(settings, int(which[-1]) + 1)
    return [Replicate(sets[draw], replicate_seed(settings.seed, r)) for r, draw in enumerate(which)]


def spread_by_cause(
    values: NDArray[np.float64], draws: Sequence[int] | NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Split the variance of values into that between parameter sets and that between seeds.

    The law of total variance, estimated by a one-way analysis of variance with random
    effects: the mean square within sets, and what the mean square between sets exceeds it.

    Parameters
    ----------
    values : ndarray of float64, shape (n_replicates, ...)
        One value for each replicate.
    draws : sequence of int, shape (n_replicates,)
        Parameter set of each replicate.

    Returns
    -------
    parameters, seeds : ndarray of float64, shape (...)
        The two standard deviations; ``nan`` where the design cannot tell: for parameters
        with a single set, for seeds without two seeds of any one set.

    Examples
    --------
    >>> import numpy as np
    >>> parameters, seeds = spread_by_cause(np.array([1.0, 3.0, 11.0, 13.0]), [0, 0, 1, 1])
    >>> round(float(parameters), 2), round(float(seeds), 2)
    (7.0, 1.41)
    """
    labels = np.asarray(draws)
    groups = [values[labels == label] for label in np.unique(labels)]
    sizes = np.array([len(group) for group in groups])
    missing = np.full(values.shape[1:], np.nan)
    n, n_groups = int(sizes.sum()), len(groups)
    if n == n_groups:
        return missing, missing
    within = sum(((g - g.mean(axis=0)) ** 2).sum(axis=0) for g in groups) / (n - n_groups)
    if n_groups == 1:
        return missing, np.sqrt(within)
    centre = values.mean(axis=0)
    between = sum(len(g) * (g.mean(axis=0) - centre) ** 2 for g in groups) / (n_groups - 1)
    size = (n - (sizes**2).sum() / n) / (n_groups - 1)
    return np.sqrt(np.maximum(between - within, 0.0) / size), np.sqrt(within)


def error_model_for(settings: RunSettings) -> ErrorModel:
    """Return the scatter of sources: as inferred with a posterior, else as assumed before."""
    if parameter_source(settings) != POSTERIOR:
        return ErrorModel()
    module: Any = importlib.import_module("calibration.posterior")
    inferred: ErrorModel = module.load_posterior().error_model()
    return inferred


def posterior_installed() -> bool:
    """Return whether this installation carries a posterior."""
    if importlib.util.find_spec("calibration.posterior") is None:
        return False
    module: Any = importlib.import_module("calibration.posterior")
    return bool(module.posterior_available())


def installed_prior() -> Prior:
    """Read the prior of ``configs/prior``."""
    import yaml

    from calibration.prior import Prior
    from sim.historical import configs_dir

    text = (configs_dir() / "prior" / "main.yaml").read_text(encoding="utf-8")
    return freeze(yaml.safe_load(text), Prior, lifted=None)


def _parameter_sets(settings: RunSettings, n_sets: int) -> list[Parameters]:
    source = parameter_source(settings)
    if source == MEDIANS:
        return [settings.parameters]
    if source == PRIOR:
        return _prior_draws(n_sets, settings.seed)
    module: Any = importlib.import_module("calibration.posterior")
    draws: list[Parameters] = module.load_posterior().draws(n_sets, settings.seed)
    return draws


def _prior_draws(n_sets: int, seed: int) -> list[Parameters]:
    from calibration.prior import prior_draws

    return prior_draws(n_sets, seed, installed_prior())


def _set_by_hand(parameters: Parameters) -> list[str]:
    usual = Parameters().as_dict()
    return [
        f"parameters.{name}={value:g}"
        for name, value in parameters.as_dict().items()
        if not math.isclose(value, usual[name], rel_tol=1e-6)
    ]
