"""The points of a sweep: which settings take which values, and what that makes of them."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import QuotedString
from omegaconf import OmegaConf

from experiments.composing import Composer, plain_values, texts_of
from experiments.errors import SettingsError
from experiments.sweeping.design import Axis

RESERVED = ("sweep", "hydra")


@dataclass(frozen=True)
class Choice:
    """One value of one swept setting.

    Attributes
    ----------
    name : str
        Dotted name of the setting, or a config group.
    value : any
        The value, plain.
    text : str
        The override that sets it, as one types it.
    composed : bool
        Whether Hydra must compose it: choices of groups, additions, deletions, mappings.
        The other values are put into settings that were composed once for many points.
    """

    name: str
    value: Any
    text: str
    composed: bool


Point = tuple[Choice, ...]


@dataclass(frozen=True)
class Base:
    """What points share that differ only in values.

    Attributes
    ----------
    overrides : tuple of str
        What Hydra composed.
    values : mapping
        The settings, nested and plain.
    """

    overrides: tuple[str, ...]
    values: Mapping[str, Any] = field(repr=False)


def grid_axes(composer: Composer, overrides: Sequence[str]) -> list[list[Choice]]:
    """Read overrides with several values: one list of choices for each.

    Parameters
    ----------
    composer : Composer
        Reader of configs.
    overrides : sequence of str
        Checked ones, each with several values.

    Raises
    ------
    SettingsError
        If something cannot be swept.
    """
    problems, axes = [], []
    for swept in composer.parse(overrides):
        name = swept.key_or_group
        if name.partition(".")[0].partition("/")[0] in RESERVED:
            problems.append(f"{name} belongs to the sweep itself and has one value for all of it.")
        elif not swept.is_discrete_sweep():
            problems.append(
                f"'{swept.input_line}' is no list of values. Sample a range with "
                f"sweep.design=sobol 'sweep.axes={{{name}: [LOW, HIGH]}}'."
            )
        else:
            axes.append([_choice(composer, name, text) for text in texts_of(swept)])
    if problems:
        raise SettingsError(problems)
    return axes


def filled(axes: Sequence[Axis], positions: Any, composer: Composer) -> list[Point]:
    """Turn positions in the unit cube into points.

    Parameters
    ----------
    axes : sequence of Axis
        One for each dimension.
    positions : ndarray of float64, shape (n_points, n_axes)
        Positions in ``[0, 1)``.
    composer : Composer
        Reader of configs.
    """
    groups = {axis.name: bool(composer.options(axis.name)) for axis in axes}
    return [
        tuple(
            _given(axis.name, axis.value(float(u)), groups[axis.name])
            for axis, u in zip(axes, row, strict=True)
        )
        for row in positions
    ]


def read_points(path: Path, composer: Composer) -> list[Point]:
    """Read points from a table: a column for each setting, a row for each point.

    Parameters
    ----------
    path : Path
        CSV, or Parquet where the name ends so.
    composer : Composer
        Reader of configs.

    Raises
    ------
    SettingsError
        If the table cannot be read or has no rows.
    """
    names, rows = _table(path)
    if not rows or not names:
        raise SettingsError(
            [f"sweep.points = {path}: the table has no points. Give a row for each."]
        )
    groups = {name: bool(composer.options(name)) for name in names}
    return [
        tuple(_given(name, value, groups[name]) for name, value in zip(names, row, strict=True))
        for row in rows
    ]


def crossed(axes: Sequence[Sequence[Choice]], designed: Sequence[Point]) -> Iterator[Point]:
    """Cross a grid with the points of a design; the design varies fastest."""
    for cell in itertools.product(*axes):
        for point in designed:
            yield (*cell, *point)


def refuse_repeated(names: Sequence[str]) -> None:
    """Refuse a setting that two parts of a sweep set.

    Raises
    ------
    SettingsError
        With every name that occurs twice.
    """
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    if twice:
        raise SettingsError([f"{name} is set twice. Leave one of the two out." for name in twice])


class Bases:
    """Settings composed once for all points that share their composed choices.

    Parameters
    ----------
    composer : Composer
        Reader of configs.
    fixed : sequence of str
        Overrides that hold for the whole sweep.
    """

    def __init__(self, composer: Composer, fixed: Sequence[str]) -> None:
        self._composer = composer
        self.fixed = tuple(fixed)
        self._numbers: dict[tuple[str, ...], int] = {}
        self._linked: dict[int, bool] = {}
        self.all: list[Base] = []

    def split(self, point: Point) -> tuple[int, dict[str, Any]]:
        """Return the number of the base of a point, and the values to put into it."""
        number = self._number([each.text for each in point if each.composed])
        if self._linked[number]:
            return self._number([each.text for each in point]), {}
        return number, {each.name: each.value for each in point if not each.composed}

    def _number(self, texts: Sequence[str]) -> int:
        key = tuple(texts)
        if key not in self._numbers:
            overrides = (*self.fixed, *key)
            config = self._composer.composed(overrides)
            self._numbers[key] = len(self.all)
            self.all.append(Base(overrides, plain_values(config)))
            raw = OmegaConf.to_container(config, resolve=False)
            assert isinstance(raw, dict)
            raw.pop("hydra", None)
            self._linked[self._numbers[key]] = _refers(raw)
        return self._numbers[key]


def put(values: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return nested values with one of them changed; what is not on the way is shared.

    Examples
    --------
    >>> put({"a": {"b": [1, 2]}, "c": 3}, "a.b.1", 9)
    {'a': {'b': [1, 9]}, 'c': 3}
    """
    changed: dict[str, Any] = _put(values, name.split("."), value)
    return changed


def _put(held: Any, parts: Sequence[str], value: Any) -> Any:
    if not parts:
        return value
    here, rest = parts[0], parts[1:]
    if isinstance(held, list) and here.isdigit():
        copy = list(held)
        copy[int(here)] = _put(held[int(here)], rest, value)
        return copy
    nested = dict(held) if isinstance(held, Mapping) else {}
    nested[here] = _put(nested.get(here), rest, value)
    return nested


def _choice(composer: Composer, name: str, text: str) -> Choice:
    parsed = composer.parse([text])[0]
    value = _python(parsed.value())
    composed = (
        composer.is_choice(parsed)
        or parsed.is_delete()
        or (parsed.is_add() and not parsed.is_force_add())
        or isinstance(value, dict)
        or parsed.package is not None
    )
    return Choice(name, value, text, composed)


def _python(value: Any) -> Any:
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [_python(item) for item in value]
    if isinstance(value, dict):
        return {_python(key): _python(item) for key, item in value.items()}
    return value


def _given(name: str, value: Any, is_group: bool) -> Choice:
    text = f"{'' if is_group else '++'}{name}={override_text(value)}"
    return Choice(name, value, text, is_group or isinstance(value, dict))


def listed(name: str, values: Sequence[Any]) -> str:
    """Write an override that gives a setting several values in turn.

    Examples
    --------
    >>> listed("parameters.discredit", [1, 2.5])
    'parameters.discredit=1,2.5'
    >>> listed("parameters.discredit", [1])
    'parameters.discredit=choice(1)'
    """
    texts = ",".join(override_text(value) for value in values)
    return f"{name}={texts}" if len(values) > 1 else f"{name}=choice({texts})"


def override_text(value: Any) -> str:
    """Write a value as one types it in an override.

    Examples
    --------
    >>> override_text([1, None, True, "a b"])
    '[1,null,true,"a b"]'
    >>> override_text("no_revolt")
    'no_revolt'
    """
    if isinstance(value, list | tuple):
        return "[" + ",".join(override_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{override_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        plain = value.replace("_", "").isalnum() and not value[0].isdigit()
        plain = plain and value.lower() not in ("null", "true", "false", "nan", "inf")
        return value if plain else json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return repr(value)


def _refers(values: Any) -> bool:
    """Whether some value is taken from another by interpolation."""
    if isinstance(values, Mapping):
        return any(_refers(item) for item in values.values())
    if isinstance(values, list):
        return any(_refers(item) for item in values)
    return isinstance(values, str) and "${" in values


def _table(path: Path) -> tuple[list[str], list[list[Any]]]:
    try:
        if path.suffix == ".parquet":
            from experiments.store import read_table

            columns = read_table(path)
            rows = zip(*(column.tolist() for column in columns.values()), strict=True)
            return list(columns), [list(row) for row in rows]
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, *rows_read = csv.reader(file)
    except OSError as error:
        raise SettingsError(
            [f"sweep.points = {path}: {error.strerror}. Name a CSV or Parquet file."]
        ) from error
    except (ValueError, csv.Error) as error:
        raise SettingsError(
            [f"sweep.points = {path}: {error}. Its first line names settings."]
        ) from error
    short = [number for number, row in enumerate(rows_read, 2) if row and len(row) != len(names)]
    if short:
        raise SettingsError(
            [f"sweep.points = {path}: line {short[0]} does not have {len(names)} values."]
        )
    return names, [[_read_value(text) for text in row] for row in rows_read if row]


def _read_value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "null": None}.get(text.lower(), text)
