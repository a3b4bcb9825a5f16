"""Parameters as sliders: what each means in plain words, where it stands, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.posterior import Posterior, load_posterior
from calibration.prior import NAMES, Prior, model_parameters, prior_draws
from experiments.parameter_sets import installed_prior, posterior_installed
from experiments.settings import POSTERIOR, PRIOR
from sim.parameters import SYMBOLS, Parameters

NINE_IN_TEN = (0.05, 0.95)
Z_90 = 1.6448536269514722
"""Half width of the central 90 % of a normal law, in standard deviations."""


@dataclass(frozen=True)
class Slider:
    """One parameter as a slider.

    Attributes
    ----------
    name : str
        The parameter.
    title, about : str
        For readers.
    main : bool
        Whether it is among those that a class will want first.
    """

    name: str
    title: str
    about: str
    main: bool = True

    @property
    def symbol(self) -> str:
        """Symbol of the model description."""
        return SYMBOLS[self.name]


SLIDERS = (
    Slider(
        "reconsideration_per_day",
        "How often people reconsider",
        "Chance that a person reconsiders on an ordinary day.",
    ),
    Slider(
        "grievance_weight",
        "Weight of grievances",
        "How much unmet demands for peace, bread, land and order move people.",
    ),
    Slider(
        "contact_weight",
        "Reach of agitators",
        "How much contact with party members in one's own factory or unit moves people.",
    ),
    Slider(
        "discredit",
        "Effect of the revolt",
        "How far Kornilov's revolt costs the governing parties their standing, and how far "
        "acting together against it wins it for others.",
    ),
    Slider(
        "stigma_weight",
        "Effect of the July charge",
        "How far the charge of July, that leaders were German agents, keeps people away.",
    ),
    Slider(
        "renewal_per_day",
        "Renewal of soviet mandates",
        "Chance that a seat of a soviet is filled anew on a given day.",
    ),
    Slider(
        "social_influence",
        "Pull of those around",
        "How much people follow what is visible around them.",
        main=False,
    ),
    Slider(
        "repression_weight",
        "Effect of repression",
        "How far repression deters when a movement is falling and spurs it when it is rising.",
        main=False,
    ),
    Slider(
        "responsiveness",
        "Delegates follow their electors",
        "How far delegates vote as their own electors think.",
        main=False,
    ),
    Slider(
        "demobilisation",
        "Tired supporters stay at home",
        "How far fatigue keeps supporters of some parties from the ballot.",
        main=False,
    ),
)


@dataclass(frozen=True)
class Knowledge:
    """What is known of the parameters: where sliders stand, and what intervals draw.

    Attributes
    ----------
    prior : Prior
        What was thought possible before the fit.
    posterior : Posterior or None
        What the fit left open, where one is installed.
    """

    prior: Prior
    posterior: Posterior | None

    @property
    def source(self) -> str:
        """``posterior``, or ``prior`` where no posterior is installed."""
        return PRIOR if self.posterior is None else POSTERIOR

    @cached_property
    def centre(self) -> Parameters:
        """The parameter set of untouched sliders: the medians of what is known, to four digits."""
        if self.posterior is None:
            return Parameters()
        medians = np.median(self.posterior.values, axis=0)
        return model_parameters(np.array([float(f"{value:.4g}") for value in medians]))

    @cached_property
    def error_model(self) -> ErrorModel:
        """Scatter of the sources: as inferred, else as assumed before."""
        return ErrorModel() if self.posterior is None else self.posterior.error_model()

    def range_of(self, name: str) -> tuple[float, float]:
        """Return the central 90 % of a parameter's prior: the ends of its slider."""
        low, high = self.prior.parameters[name].value(np.array([-Z_90, Z_90]))
        return float(low), float(high)

    def learnt(self, name: str) -> tuple[float, float] | None:
        """Return the central 90 % of a parameter's posterior, if there is one."""
        if self.posterior is None:
            return None
        column: NDArray[np.float64] = self.posterior.values[:, NAMES.index(name)]
        low, high = np.quantile(column, NINE_IN_TEN)
        return float(low), float(high)

    def sets(self, n: int, seed: int, held: Mapping[str, float]) -> list[Parameters]:
        """Draw parameter sets, with some parameters held.

        Set ``r`` is that of replicate ``r`` of ``allegiance run`` with ``seeds_per_draw=1``,
        whatever is held: two histories stay paired. The parameters that are not held are not
        fitted anew to those that are.

        Parameters
        ----------
        n, seed : int
            How many, and the name of the draw.
        held : mapping of str to float
            Parameters that were set, by name.

        Returns
        -------
        list of sim.parameters.Parameters
            In the order of the replicates.
        """
        if self.posterior is None:
            drawn = prior_draws(n, seed, self.prior)
        else:
            drawn = self.posterior.draws(n, seed)
        return [replace(each, **held) for each in drawn]


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Read the prior and the posterior of this installation."""
    return Knowledge(installed_prior(), load_posterior() if posterior_installed() else None)
