"""Who stands behind a figure: the mix of constituencies that elects a body or votes in a ballot."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from calibration.observation import Operator
from sim.institution import Chamber
from sim.settings import ModelSettings

Mixes = Mapping[str, NDArray[np.float64]]
"""Shares of the constituencies, shape (n_constituencies,), by id."""


def electorates(settings: ModelSettings) -> dict[str, NDArray[np.float64]]:
    """Return the electorate of everything that a figure can be about.

    Parameters
    ----------
    settings : ModelSettings
        Bodies, ballots, meetings and presidia of the model.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_constituencies,)
        Shares that sum to 1, by id of a constituency, institution, ``institution/chamber``,
        meeting, ballot or presidium, and ``all``.

    Examples
    --------
    >>> from sim.historical import historical_settings
    >>> mixes = electorates(historical_settings())
    >>> round(float(mixes["petrograd_soviet/workers"].max()), 3)
    1.0
    """
    ids = tuple(settings.place.constituencies)
    people = np.array([c.people for c in settings.place.constituencies.values()])
    found = {name: row for name, row in zip(ids, np.eye(len(ids)), strict=True)}
    found["all"] = people / people.sum()
    for name in settings.institution:
        _add_institution(name, settings, found)
    for name, meeting in settings.meeting.items():
        weight = [seats_of(settings, chamber) for chamber in meeting.chambers]
        found[name] = _mean([found[_full(c)] for c in meeting.chambers], weight)
    for name, ballot in settings.ballot.items():
        found[name] = _mean([found[c] for c in ballot.electorate], list(ballot.electorate.values()))
    for name, presidium in settings.presidium.items():
        body = presidium.chamber
        found[name] = found[body if body in settings.institution else _full(body)]
    return found


def mix_of(operator: Operator, mixes: Mixes) -> NDArray[np.float64]:
    """Return the electorates of an operator's targets, shape (n_targets, n_constituencies)."""
    return np.stack([mixes[target] for target in operator.observation.target])


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the share that two electorates have in common, 0 to 1."""
    return float(np.minimum(first.mean(axis=0), second.mean(axis=0)).sum())


def _add_institution(
    name: str, settings: ModelSettings, found: dict[str, NDArray[np.float64]]
) -> None:
    """Add a body and its chambers, after the bodies that elect it."""
    if name in found:
        return
    body = settings.institution[name]
    for label, chamber in body.chambers.items():
        if chamber.elected_by == "institutions":
            for base in chamber.base:
                _add_institution(base.partition("/")[0], settings, found)
        rows = [found[base] for base in chamber.base]
        found[f"{name}/{label}"] = _mean(rows, list(chamber.base.values()))
    chambers = [f"{name}/{label}" for label in body.chambers]
    found[name] = _mean([found[c] for c in chambers], [seats_of(settings, c) for c in chambers])


def seats_of(settings: ModelSettings, name: str) -> float:
    """Return the number of seats of ``institution/chamber``."""
    institution, _, label = _full(name).partition("/")
    chamber: Chamber = settings.institution[institution].chambers[label]
    if chamber.seats is not None:
        return float(chamber.seats)
    units = sum(settings.place.constituencies[base].units for base in chamber.base)
    return float((chamber.seats_per_unit or 0) * units)


def _full(name: str) -> str:
    return name if "/" in name else f"{name}/all"


def _mean(rows: list[NDArray[np.float64]], weights: list[float]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.average(np.stack(rows), axis=0, weights=np.array(weights))
    return mean
