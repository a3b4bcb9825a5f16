"""Parameters as sliders: what each means in plain words, and its prior range."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.parameters import BOUNDS, SYMBOLS, Parameters

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
    log_sd : float
        Standard deviation of the logarithm, around the median of the parameter set.
    low, high : float
        Bounds beyond which the prior does not go.
    main : bool
        Whether it is shown at once, or under "more".
    """

    name: str
    title: str
    about: str
    log_sd: float
    low: float
    high: float
    main: bool = True

    @property
    def range_90(self) -> tuple[float, float]:
        """Central 90 % of the prior, within the bounds."""
        median = getattr(Parameters(), self.name)
        low, high = (median * float(np.exp(sign * Z_90 * self.log_sd)) for sign in (-1.0, 1.0))
        return max(low, self.low), min(high, self.high)

    @property
    def symbol(self) -> str:
        """Symbol of the model description."""
        return SYMBOLS[self.name]


SLIDERS = (
    Slider(
        "reconsideration_per_day",
        "How often people reconsider",
        "Chance that a person reconsiders on an ordinary day.",
        0.4, 0.01, 0.12,
    ),
    Slider(
        "grievance_weight",
        "Weight of grievances",
        "How much unmet demands for peace, bread, land and order move people.",
        0.4, 0.5, 6.0,
    ),
    Slider(
        "contact_weight",
        "Reach of agitators",
        "How much contact with party members in one's own factory or unit moves people.",
        0.4, 0.0, 5.0,
    ),
    Slider(
        "discredit",
        "Effect of the revolt",
        "How far Kornilov's revolt costs the governing parties their standing, and how far "
        "acting together against it wins it for others.",
        0.5, 0.0, 5.0,
    ),
    Slider(
        "stigma_weight",
        "Effect of the July charge",
        "How far the charge of July, that leaders were German agents, keeps people away.",
        0.5, 0.0, 3.0,
    ),
    Slider(
        "renewal_per_day",
        "Renewal of soviet mandates",
        "Chance that a seat of a soviet is filled anew on a given day.",
        0.5, 1 / 250, 1 / 15,
    ),
    Slider(
        "social_influence",
        "Pull of those around",
        "How much people follow what is visible around them.",
        0.5, 0.0, 2.5,
        main=False,
    ),
    Slider(
        "repression_weight",
        "Effect of repression",
        "How far repression deters when a movement is falling and spurs it when it is rising.",
        0.6, 0.0, 2.0,
        main=False,
    ),
    Slider(
        "responsiveness",
        "Delegates follow their electors",
        "How far delegates vote as their own electors think.",
        0.5, 0.0, 5.0,
        main=False,
    ),
    Slider(
        "demobilisation",
        "Tired supporters stay at home",
        "How far fatigue keeps supporters of some parties from the ballot.",
        0.5, 0.0, 4.0,
        main=False,
    ),
)  # fmt: skip
"""Prior medians are the defaults of :class:`sim.parameters.Parameters`."""


def around(parameters: Parameters, seed: int, replicate: int) -> Parameters:
    """Draw parameters around given ones, as far as the prior spreads.

    Replicate ``r`` gets the same factors whatever it multiplies, so that two histories stay
    paired.

    Parameters
    ----------
    parameters : Parameters
        Their medians.
    seed, replicate : int
        Name of the draw.

    Returns
    -------
    sim.parameters.Parameters
        Within the bounds of the prior and of meaning.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replicate,)))
    drawn = {}
    for slider, z in zip(SLIDERS, rng.standard_normal(len(SLIDERS)), strict=True):
        value = getattr(parameters, slider.name) * float(np.exp(slider.log_sd * z))
        low, high = BOUNDS[slider.name]
        drawn[slider.name] = min(max(value, slider.low, low), slider.high, high)
    return replace(parameters, **drawn)
