"""What moves the outcomes: everything that has a number, and the calibrated set."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.settings import ModelSettings

RELATIVE_RANGE = 0.3
NOISE = "(luck alone)"
"""A factor that changes nothing but the seeds: what it moves is the noise floor."""

LEFT_OUT = ("size", "mechanism", "leadership")
"""Parts of the settings that are no assumptions about 1917, or that nothing of it follows from."""

SUM_TO_ONE = ("initial_shares",)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Factor:
    """One number of the settings or parameters.

    Attributes
    ----------
    path : tuple of str or int
        Where it stands in the tree.
    value, low, high : float
        As set, and the ends of its range.
    """

    path: Path
    value: float
    low: float
    high: float

    @property
    def name(self) -> str:
        """Dotted name, as one types it."""
        return ".".join(map(str, self.path))

    @property
    def group(self) -> str:
        """Name of the factors it belongs with in a grouped screening.

        Parameters stand alone. Initial shares go by party, other numbers of places, bodies,
        meetings and ballots by what they say, the rest by two steps of the path.
        """
        kind, *rest = map(str, self.path)
        if kind == "parameters":
            return self.name
        if kind == "march":
            return kind
        if kind == "place":
            return ".".join([kind, *rest[2:]])
        if kind == "institution":
            return f"{kind}.{rest[3]}"
        if kind in ("meeting", "ballot"):
            return f"{kind}.{rest[1]}"
        return f"{kind}.{rest[0]}"

    def at(self, u: float) -> float:
        """Return the value at a point of the unit interval."""
        return self.low + u * (self.high - self.low)


def factors_of(settings: ModelSettings, parameters: Parameters) -> tuple[Factor, ...]:
    """List every number of the settings with its range of plus or minus 30 percent.

    Numbers that are zero stay zero and are left out. An end of a range that the settings
    refuse is drawn in to the value itself.

    Parameters
    ----------
    settings : ModelSettings
        The world.
    parameters : Parameters
        The calibrated set.

    Returns
    -------
    tuple of Factor
        In the order of the tree; integers, such as seats and agents, are not varied.
    """
    tree = {"parameters": parameters, **_fields(settings)}
    found = []
    for path, value in _numbers(tree, ()):
        if path[0] in LEFT_OUT or value == 0.0:
            continue
        if path[0] == "party" and not settings.party[str(path[1])].modelled:
            continue
        ends = sorted((value * (1 - RELATIVE_RANGE), value * (1 + RELATIVE_RANGE)))
        low, high = (end if _allowed(tree, path, end) else value for end in ends)
        if low < high:
            found.append(Factor(path, value, low, high))
    return tuple(found)


def with_values(
    settings: ModelSettings, parameters: Parameters, changes: Mapping[Path, float]
) -> tuple[ModelSettings, Parameters]:
    """Return settings and parameters with some numbers changed.

    Shares that must sum to one are scaled again.

    Parameters
    ----------
    settings, parameters
        To start from.
    changes : mapping of tuple to float
        Value by path.
    """
    tree = _rebuilt({"parameters": parameters, **_fields(settings)}, (), _nested(changes))
    changed: Parameters = tree.pop("parameters")
    return ModelSettings(**tree), changed


def first_order(
    inputs: NDArray[np.float64], outputs: NDArray[np.float64], n_bins: int = 16
) -> NDArray[np.float64]:
    """Return first-order indices from simulations that exist already.

    The variance of the mean in bins of one input over the whole variance, less what bins
    of that size would show by chance (Plischke, Borgonovo and Smith 2013).

    Parameters
    ----------
    inputs : ndarray of float64, shape (n, n_inputs)
        Points.
    outputs : ndarray of float64, shape (n, n_outputs)
        Outcomes there; ``nan`` if one never varies.
    n_bins : int
        Number of bins.

    Returns
    -------
    ndarray of float64, shape (n_inputs, n_outputs)
        Between zero and one up to noise.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).uniform(size=(4000, 2))
    >>> np.round(first_order(x, x[:, :1])[:, 0], 1) + 0.0
    array([1., 0.])
    """
    n = len(inputs)
    whole = outputs.var(axis=0)
    safe = np.where(whole > 0, whole, 1.0)
    rows = []
    for j in range(inputs.shape[1]):
        order = np.argsort(inputs[:, j], kind="stable")
        bins = np.array_split(order, min(n_bins, n // 2))
        weight = np.array([len(b) / n for b in bins])
        means = np.array([outputs[b].mean(axis=0) for b in bins])
        within = weight @ np.array([outputs[b].var(axis=0, ddof=1) for b in bins])
        between = weight @ (means - outputs.mean(axis=0)) ** 2
        by_chance = within * (len(bins) - 1) / n
        rows.append(np.where(whole > 0, (between - by_chance) / safe, np.nan))
    return np.array(rows)


@dataclass(frozen=True)
class MorrisDesign:
    """Trajectories of the elementary-effects method.

    Attributes
    ----------
    factors : tuple of Factor
        Columns; one more, the last, is luck alone.
    problem : dict
        As SALib takes it.
    points : ndarray of float64, shape (n_points, n_factors + 1)
        In the unit cube.
    """

    factors: tuple[Factor, ...]
    problem: dict[str, Any]
    points: NDArray[np.float64]

    def changes(self, row: int) -> dict[Path, float]:
        """Return the values of a point by path."""
        return {
            factor.path: factor.at(float(u))
            for factor, u in zip(self.factors, self.points[row], strict=False)
        }

    def effects(self, outputs: NDArray[np.float64], seed: int) -> list[dict[str, Any]]:
        """Return mean absolute effects of every factor or group on every outcome.

        Parameters
        ----------
        outputs : ndarray of float64, shape (n_points, n_outcomes)
            Outcomes at the points.
        seed : int
            Of the confidence intervals.

        Returns
        -------
        list of dict
            For each outcome, arrays ``names``, ``mu_star``, ``mu_star_conf`` and ``sigma``
            (``nan`` for groups).
        """
        from SALib.analyze import morris

        found = []
        for column in outputs.T:
            result = morris.analyze(
                self.problem, self.points, column, num_levels=N_LEVELS, seed=seed
            )
            found.append(
                {
                    "names": [str(name) for name in result["names"]],
                    "mu_star": np.ma.filled(np.ma.asarray(result["mu_star"]), np.nan),
                    "mu_star_conf": np.asarray(result["mu_star_conf"], dtype=np.float64),
                    "sigma": np.ma.filled(np.ma.asarray(result["sigma"], dtype=float), np.nan),
                }
            )
        return found


N_LEVELS = 4


def morris_design(
    factors: Sequence[Factor], trajectories: int, seed: int, *, grouped: bool
) -> MorrisDesign:
    """Lay out trajectories over factors, one by one or by groups."""
    from SALib.sample import morris

    names = [*(factor.name for factor in factors), NOISE]
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": names,
        "bounds": [[0.0, 1.0]] * len(names),
    }
    if grouped:
        problem["groups"] = [*(factor.group for factor in factors), NOISE]
    points = morris.sample(problem, trajectories, num_levels=N_LEVELS, seed=seed)
    return MorrisDesign(tuple(factors), problem, np.asarray(points, dtype=np.float64))


def sobol_design(names: Sequence[str], n: int, seed: int) -> tuple[dict[str, Any], Any]:
    """Return a problem and the points of a Saltelli design, in the unit cube, luck last."""
    from SALib.sample import sobol

    everything = [*names, NOISE]
    problem = {
        "num_vars": len(everything),
        "names": everything,
        "bounds": [[0.0, 1.0]] * len(everything),
    }
    return problem, sobol.sample(problem, n, calc_second_order=False, seed=seed)


def sobol_indices(
    problem: dict[str, Any], outputs: NDArray[np.float64], seed: int
) -> list[dict[str, NDArray[np.float64]]]:
    """Return first and total indices of every outcome, with intervals."""
    from SALib.analyze import sobol

    found = []
    for column in outputs.T:
        if column.std() == 0:
            nothing = np.full(problem["num_vars"], np.nan)
            found.append(dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), nothing))
            continue
        result = sobol.analyze(problem, column, calc_second_order=False, seed=seed)
        found.append({key: np.asarray(result[key]) for key in ("S1", "S1_conf", "ST", "ST_conf")})
    return found


def _fields(settings: Any) -> dict[str, Any]:
    return {item.name: getattr(settings, item.name) for item in dataclasses.fields(settings)}


def _numbers(node: Any, path: Path) -> Iterator[tuple[Path, float]]:
    """Walk the tree and yield every number that is not an integer or a switch."""
    if isinstance(node, float):
        if np.isfinite(node):
            yield path, node
        return
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        node = _fields(node)
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _numbers(value, (*path, key))
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _numbers(value, (*path, index))


def _nested(changes: Mapping[Path, float]) -> dict[Any, Any]:
    """Turn paths into a tree of changes."""
    tree: dict[Any, Any] = {}
    for path, value in changes.items():
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = value
    return tree


def _rebuilt(node: Any, path: Path, changes: Any) -> Any:
    """Return a copy of a tree with changes put in."""
    if not isinstance(changes, dict):
        return changes
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        new = {
            key: _rebuilt(getattr(node, key), (*path, key), inner) for key, inner in changes.items()
        }
        return dataclasses.replace(node, **new)
    if isinstance(node, tuple):
        return tuple(
            _rebuilt(value, (*path, i), changes[i]) if i in changes else value
            for i, value in enumerate(node)
        )
    copy = dict(node)
    for key, inner in changes.items():
        copy[key] = _rebuilt(node[key], (*path, key), inner)
    if path and path[-1] in SUM_TO_ONE:
        total = sum(copy.values()) / sum(node.values())
        copy = {key: value / total for key, value in copy.items()}
    return copy


def _allowed(tree: Mapping[str, Any], path: Path, value: float) -> bool:
    """Return whether the settings accept a value."""
    try:
        _rebuilt(tree, (), _nested({path: value}))
    except ValueError:
        return False
    return True
