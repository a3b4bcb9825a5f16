"""What a validation runs: the model at posteriors, refits without some figures, and rivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.fitting import Effort, operator_sets
from calibration.nulls.forecast import Forecast
from calibration.nulls.linear_trend import linear_trend
from calibration.nulls.mean_field import Recursion, mean_field
from calibration.nulls.persistence import persistence
from calibration.nulls.trend_fit import hierarchical_trend
from calibration.observation import OperatorSet
from calibration.patterns import PATTERNS, Documented, documented_ballots, patterns_of
from calibration.posterior import load_posterior, posterior_available
from calibration.prior import Prior, error_model_of, model_parameters
from calibration.refit import Refitter, refitter
from calibration.splits import Registry, columns_of, read_splits
from experiments.calibrate import say
from experiments.errors import UserError
from experiments.first_wave import first_wave
from experiments.progress import counted
from experiments.settings import RunSettings
from sim.checks import Settings, require_between
from sim.ensemble import Failure, Replicate, run_ensemble
from sim.settings import ModelSettings
from sim.streams import replicate_seed

if TYPE_CHECKING:
    from sim.record import Record


@dataclass(frozen=True)
class ValidateOptions(Settings):
    """What is validated, and how much is run for it.

    Attributes
    ----------
    posterior : str or None
        File of draws; ``None`` takes the shipped one, or a refit if none is shipped.
    bank : str
        Folder of finished simulations.
    n_draws : int
        Runs of the model for each posterior, and predictive draws of each rival.
    trend_designs : int
        Points of N3's design over spreads and correlations.
    mean_field_rows : int
        Points of N4's bank.
    bootstrap : int
        Bootstrap samples.
    ablations : bool
        Whether the model is also run without each mechanism.
    """

    posterior: str | None = None
    bank: str = "outputs/bank"
    n_draws: int = 200
    trend_designs: int = 64
    mean_field_rows: int = 512
    bootstrap: int = 2000
    ablations: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers too small to mean anything."""
        require_between("validate.n_draws", self.n_draws, 4, 100_000, "At least 100 for a verdict.")
        require_between("validate.trend_designs", self.trend_designs, 1, 100_000, "Points.")
        require_between("validate.mean_field_rows", self.mean_field_rows, 8, 1e7, "Rows.")
        require_between("validate.bootstrap", self.bootstrap, 10, 1e6, "Samples.")


@dataclass(frozen=True, kw_only=True)
class ValidateSettings(RunSettings):
    """Settings of a validation: those of a calibration, and what is validated."""

    prior: Prior
    effort: Effort
    validate: ValidateOptions = field(default_factory=ValidateOptions)


@dataclass(frozen=True)
class Ensemble:
    """Runs of the model at draws of a posterior.

    Attributes
    ----------
    values : ndarray of float64, shape (n_runs, n_parameters)
        Parameters and correlations of each run.
    predictions : ndarray of float64, shape (n_runs, n_predictions)
        Of all figures.
    shown : ndarray of bool, shape (n_runs, 10)
        Which patterns each run shows.
    """

    values: NDArray[np.float64]
    predictions: NDArray[np.float64]
    shown: NDArray[np.bool_]

    @property
    def error_model(self) -> ErrorModel:
        """Scatter of sources at the posterior medians."""
        return error_model_of(np.median(self.values, axis=0))


@dataclass
class Study:
    """All that a validation needs, prepared once.

    Attributes
    ----------
    settings : ValidateSettings
        What was asked for.
    operators : OperatorSet
        Training figures first, then those never fitted.
    n_training : int
        Number of operators of training figures.
    registry : Registry
        Splits.
    documented : Documented
        Ballots, for the patterns.
    posterior_name : str
        Where the posterior comes from.
    say : callable
        Tells the person how far it is.
    """

    settings: ValidateSettings
    operators: OperatorSet
    n_training: int
    registry: Registry
    documented: Documented
    posterior_name: str
    say: Callable[[str], None] = say
    _refitter: Refitter | None = field(default=None, repr=False)

    @property
    def trained(self) -> NDArray[np.bool_]:
        """Which operators are training figures, shape (n_operators,)."""
        return np.arange(len(self.operators.operators)) < self.n_training

    def part(self, ensemble: Ensemble, keep: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the predictions of some operators."""
        return ensemble.predictions[:, columns_of(self.operators, keep)]

    def ensemble(self, fitted: NDArray[np.bool_] | None) -> Ensemble:
        """Run the model at a posterior.

        Parameters
        ----------
        fitted : ndarray of bool, shape (n_operators,), or None
            Figures that the posterior may see; ``None`` is the posterior under validation.
        """
        return self.simulate(self._draws(fitted), self.settings.model)

    def simulate(self, values: NDArray[np.float64], model: ModelSettings) -> Ensemble:
        """Run the model at parameter values, one run each, always with the same seeds."""
        jobs = [
            Replicate(model_parameters(row), replicate_seed(self.settings.seed, r))
            for r, row in enumerate(values)
        ]
        reduce = partial(reading_of, self.operators, self.documented)
        found: dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}
        runs = run_ensemble(model, jobs, reduce, workers=self.settings.workers)
        for index, result in counted(runs, len(jobs), "runs"):
            if isinstance(result, Failure):
                raise UserError(f"a run of the posterior failed: {result.error}")
            found[index] = result
        ordered = [found[index] for index in range(len(jobs))]
        return Ensemble(
            values, np.array([p for p, _ in ordered]), np.array([shown for _, shown in ordered])
        )

    def at_medians(self, ensemble: Ensemble) -> Ensemble:
        """Run the model at the medians of an ensemble, from the mean initial shares.

        What such runs show or miss is the model's own doing, not that of uncertain parameters
        or of uncertain beginnings.
        """
        middle = np.median(ensemble.values, axis=0)
        values = np.repeat(middle[None], len(ensemble.values), axis=0)
        return self.simulate(values, replace(self.settings.model, initial_shares="mean"))

    def rivals(self, training: OperatorSet, error_model: ErrorModel) -> list[Forecast]:
        """Fit the four rivals to training figures."""
        s, n = self.settings, self.settings.validate.n_draws
        options, model = s.validate, s.model
        recursion = Recursion(model, self.operators, Path(options.bank), s.workers)
        return [
            persistence(training, self.operators, model, error_model, n, s.seed),
            linear_trend(training, self.operators, model, error_model, n, s.seed),
            hierarchical_trend(
                training, self.operators, model, s.prior, n, s.seed,
                n_designs=options.trend_designs,
            ),
            mean_field(recursion, training, s.prior, options.mean_field_rows, n, s.seed),
        ]  # fmt: skip

    def _draws(self, fitted: NDArray[np.bool_] | None) -> NDArray[np.float64]:
        """Return parameter values of a posterior, shape (n_draws, n_parameters)."""
        n, seed = self.settings.validate.n_draws, self.settings.seed
        if fitted is None and self.posterior_name != "refit":
            name = self.settings.validate.posterior
            values = load_posterior(Path(name) if name else None).values
            order = np.random.default_rng(seed).permutation(len(values))
            return values[order[np.arange(n) % len(order)]]
        use = self.trained if fitted is None else fitted
        sample = self._refit().posterior(use[: self.n_training])
        return self.settings.prior.values(sample.resampled(n, seed))

    def _refit(self) -> Refitter:
        """Prepare refits from the first wave, which no figure has narrowed."""
        if self._refitter is None:
            s = self.settings
            bank, fitted = first_wave(
                s.model, s.prior, s.effort, s.seed, Path(s.validate.bank), s.workers, self.say
            )
            self._refitter = refitter(bank, fitted, s.prior, s.seed)
        return self._refitter


def study_of(settings: ValidateSettings) -> Study:
    """Prepare a validation."""
    fitted, others = operator_sets(settings.model)
    operators = OperatorSet((*fitted.operators, *others.operators), (), ())
    named = settings.validate.posterior
    name = named or ("shipped" if posterior_available() else "refit")
    return Study(
        settings,
        operators,
        len(fitted.operators),
        read_splits(operators),
        documented_ballots(operators, settings.model),
        name,
    )


def reading_of(
    operators: OperatorSet, documented: Documented, record: Record
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read figures and patterns off a record; runs in a worker."""
    shown = patterns_of(record, documented)
    return operators.predict(record), np.array([shown[name] for name in PATTERNS])
