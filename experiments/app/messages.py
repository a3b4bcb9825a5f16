"""What a page may ask for, checked before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.parameters import BOUNDS

MAX_SCENARIOS = 12
MAX_SEED = 2**31 - 1
MAX_LETTERS = 60_000
SLOTS = ("a", "b")
FORMATS = ("csv", "parquet", "votes", "yaml")


class BadRequestError(ValueError):
    """A message that no page of ours sends; its text is shown to whoever sent it."""


class BusyError(BadRequestError):
    """A good message that came too soon."""


@dataclass(frozen=True)
class History:
    """One version of 1917 that a page asks for.

    Attributes
    ----------
    scenarios : tuple of str
        Scenarios on top of 1917 in the model.
    parameters : tuple of (str, float)
        Parameters that differ, by name.
    seed : int
        Seed of the ensemble; the page shows its first replicate.
    """

    scenarios: tuple[str, ...]
    parameters: tuple[tuple[str, float], ...]
    seed: int


@dataclass(frozen=True)
class Run:
    """Live one or two histories and send their days."""

    id: int
    histories: tuple[tuple[str, History], ...]


@dataclass(frozen=True)
class Ensemble:
    """Repeat histories with other luck, and send intervals.

    Attributes
    ----------
    id : int
        Number of the request.
    histories : tuple of (str, History)
        By slot; with two, the interval of their difference comes too.
    with_parameters : bool
        Whether parameters vary as well as luck.
    """

    id: int
    histories: tuple[tuple[str, History], ...]
    with_parameters: bool


@dataclass(frozen=True)
class Unit:
    """Show everybody of one factory, regiment, ship or district."""

    id: int
    history: History
    unit: int


@dataclass(frozen=True)
class PersonYear:
    """Tell the year of one person."""

    id: int
    history: History
    person: int


@dataclass(frozen=True)
class Export:
    """Write a file."""

    id: int
    format: str
    histories: tuple[tuple[str, History], ...]


Request = Run | Ensemble | Unit | PersonYear | Export


def read_message(text: str, scenarios: Sequence[str]) -> Request:
    """Turn the text of a message into a request.

    Parameters
    ----------
    text : str
        JSON, as sent by a page.
    scenarios : sequence of str
        Names that exist.

    Returns
    -------
    Request
        Checked.

    Raises
    ------
    BadRequestError
        With what was wrong and what would be right.
    """
    if len(text) > MAX_LETTERS:
        raise BadRequestError(f"a message may have {MAX_LETTERS} letters, got {len(text)}.")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequestError("a message must be JSON.") from None
    if not isinstance(message, dict):
        raise BadRequestError(f"a message must be an object, got {type(message).__name__}.")
    number = _whole(message, "id", 0, MAX_SEED)
    kind = message.get("type")
    if kind == "run":
        return Run(number, _histories(message, scenarios))
    if kind == "ensemble":
        with_parameters = message.get("with_parameters", True)
        if not isinstance(with_parameters, bool):
            raise BadRequestError(
                f"with_parameters must be true or false, got {with_parameters!r}."
            )
        return Ensemble(number, _histories(message, scenarios), with_parameters)
    if kind == "unit":
        history = _history(message.get("history"), scenarios)
        return Unit(number, history, _whole(message, "unit", 0, MAX_SEED))
    if kind == "person":
        history = _history(message.get("history"), scenarios)
        return PersonYear(number, history, _whole(message, "person", 0, MAX_SEED))
    if kind == "export":
        if message.get("format") not in FORMATS:
            raise BadRequestError(
                f"format must be one of {', '.join(FORMATS)}, got {_short(message.get('format'))}."
            )
        return Export(number, message["format"], _histories(message, scenarios))
    raise BadRequestError(
        f"type must be run, ensemble, unit, person or export, got {_short(kind)}."
    )


def _histories(
    message: Mapping[str, Any], scenarios: Sequence[str]
) -> tuple[tuple[str, History], ...]:
    given = message.get("histories")
    if not isinstance(given, dict) or not given or set(given) - set(SLOTS):
        raise BadRequestError("histories must be an object with the key 'a', 'b', or both.")
    return tuple((slot, _history(given[slot], scenarios)) for slot in SLOTS if slot in given)


def _history(given: Any, scenarios: Sequence[str]) -> History:
    if not isinstance(given, dict):
        raise BadRequestError("a history must be an object with scenarios, parameters and seed.")
    names = given.get("scenarios", [])
    if not isinstance(names, list) or len(names) > MAX_SCENARIOS:
        raise BadRequestError(f"scenarios must be a list of at most {MAX_SCENARIOS} names.")
    for name in names:
        if not isinstance(name, str) or name not in scenarios:
            raise BadRequestError(
                f"there is no scenario {_short(name)}. There are: {', '.join(scenarios)}."
            )
    values = given.get("parameters", {})
    if not isinstance(values, dict):
        raise BadRequestError("parameters must be an object of names and numbers.")
    checked = tuple(sorted((name, _parameter(name, value)) for name, value in values.items()))
    return History(tuple(dict.fromkeys(names)), checked, _whole(given, "seed", 0, MAX_SEED))


def _parameter(name: str, value: Any) -> float:
    if name not in BOUNDS:
        raise BadRequestError(
            f"there is no parameter {_short(name)}. There are: {', '.join(BOUNDS)}."
        )
    low, high = BOUNDS[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # nan is not, either
        raise BadRequestError(
            f"{name} must be a number from {low:g} to {high:g}, got {_short(value)}."
        )
    return float(value)


def _whole(given: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadRequestError(
            f"{name} must be a whole number from {low} to {high}, got {_short(value)}."
        )
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
