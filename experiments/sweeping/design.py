"""Space-filling designs: where in a box of settings the points of a sweep lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.errors import SettingsError

FILLING = ("latin_hypercube", "sobol")
DESIGNS = ("grid", *FILLING, "file")
AXIS_KEYS = ("low", "high", "log", "whole", "choices")
AXIS_FORMS = (
    "Write [LOW, HIGH], or {low: L, high: H} with log: true or whole: true beside them, or "
    "{choices: [A, B, ...]}."
)
SIGNIFICANT = 10
"""Digits kept of a value, so that it reads the same in a table, a config and a hash."""


@dataclass(frozen=True)
class Axis:
    """One setting that a space-filling design varies.

    Attributes
    ----------
    name : str
        Dotted name of the setting.
    low, high : float
        The range.
    log : bool
        Whether the design is even in the logarithm.
    whole : bool
        Whether values are whole numbers, both ends included.
    choices : tuple
        Values to choose from, evenly; if there are any, the range is not used.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    whole: bool = False
    choices: tuple[Any, ...] = ()

    def value(self, u: float) -> Any:
        """Return the value at a position ``0 <= u < 1`` along the axis.

        Examples
        --------
        >>> Axis("parameters.discredit", 0.5, 4.0).value(0.5)
        2.25
        >>> Axis("n_replicates", 10, 1000, log=True).value(0.5)
        100.0
        >>> Axis("size", choices=("tiny", "desk")).value(0.7)
        'desk'
        """
        if self.choices:
            return self.choices[int(u * len(self.choices))]
        if self.log:
            value = math.exp(math.log(self.low) + u * math.log(self.high / self.low))
        elif self.whole:
            return int(self.low + math.floor(u * (self.high - self.low + 1)))
        else:
            value = self.low + u * (self.high - self.low)
        value = float(f"{min(max(value, self.low), self.high):.{SIGNIFICANT}g}")
        return round(value) if self.whole else value


def read_axes(axes: Mapping[str, Any] | None) -> list[Axis]:
    """Read the ranges of a space-filling design.

    Parameters
    ----------
    axes : mapping of str to any, or None
        The setting ``sweep.axes``: dotted names, and ``[low, high]`` or a mapping.

    Returns
    -------
    list of Axis
        In the order given.

    Raises
    ------
    SettingsError
        With every axis that is not one.

    Examples
    --------
    >>> read_axes({"parameters.discredit": [0.5, 4]})[0].high
    4.0
    """
    if not axes:
        raise SettingsError(
            ["sweep.axes is empty. Name what to vary: 'sweep.axes={parameters.discredit: [1, 4]}'"]
        )
    read, problems = [], []
    for name, given in axes.items():
        try:
            read.append(_read(name, given))
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise SettingsError(problems)
    return read


def positions(design: str, n_points: int, n_axes: int, seed: int) -> NDArray[np.float64]:
    """Lay points in the unit cube.

    Parameters
    ----------
    design : {"latin_hypercube", "sobol"}
        A scrambled Sobol sequence begins the same way whatever its length, so that a longer
        sweep keeps the points of a shorter one; a Latin hypercube does not.
    n_points : int
        Number of points; for Sobol a power of two.
    n_axes : int
        Dimensions of the cube.
    seed : int
        Seed of the design. It has nothing to do with the seed of the model.

    Returns
    -------
    ndarray of float64, shape (n_points, n_axes)
        Positions in ``[0, 1)``.

    Raises
    ------
    SettingsError
        If a Sobol sequence would be cut where it is out of balance.
    """
    from scipy.stats import qmc

    if design == "sobol":
        exponent = max(n_points.bit_length() - 1, 0)
        if n_points != 1 << exponent:
            raise SettingsError(
                [
                    f"sweep.n_points = {n_points}: a Sobol sequence fills space evenly at powers "
                    f"of two. Take {1 << exponent} or {2 << exponent}, or "
                    "sweep.design=latin_hypercube."
                ]
            )
        laid = qmc.Sobol(n_axes, rng=np.random.default_rng(seed)).random_base2(exponent)
    else:
        laid = qmc.LatinHypercube(n_axes, rng=np.random.default_rng(seed)).random(n_points)
    inside: NDArray[np.float64] = np.minimum(laid, np.nextafter(1.0, 0.0))
    return inside


def _read(name: str, given: Any) -> Axis:
    if isinstance(given, list | tuple) and len(given) == 2:
        given = {"low": given[0], "high": given[1]}
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"sweep.axes: {name} = {given!r} is no range. {AXIS_FORMS}")
    unknown = [key for key in given if key not in AXIS_KEYS]
    if unknown:
        raise ValueError(f"sweep.axes: {name} has {unknown[0]!r}. {AXIS_FORMS}")
    if "choices" in given:
        choices = given["choices"]
        if not isinstance(choices, list | tuple) or not choices or len(given) > 1:
            raise ValueError(f"sweep.axes: {name} = {dict(given)!r} is no choice. {AXIS_FORMS}")
        return Axis(name, choices=tuple(choices))
    try:
        low, high = float(given["low"]), float(given["high"])
    except (KeyError, TypeError, ValueError):
        raise ValueError(
            f"sweep.axes: {name} = {dict(given)!r} is no range. {AXIS_FORMS}"
        ) from None
    log, whole = bool(given.get("log", False)), bool(given.get("whole", False))
    if not (low < high and math.isfinite(high - low)):
        raise ValueError(
            f"sweep.axes: {name} runs from {low:g} to {high:g}. Put the lower end first."
        )
    if log and low <= 0.0:
        raise ValueError(
            f"sweep.axes: {name} begins at {low:g}, which has no logarithm. Begin above zero or "
            "leave out log."
        )
    if whole and not (low.is_integer() and high.is_integer()):
        raise ValueError(f"sweep.axes: {name} runs from {low:g} to {high:g}: give whole numbers.")
    return Axis(name, low, high, log, whole)
