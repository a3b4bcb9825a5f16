"""Dotted names of settings, read off the dataclasses that hold them."""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

_NOTHING = object()


class Standing(Enum):
    """What a dotted name is."""

    IN_USE = "a setting that the configs give a value"
    UNUSED = "a setting that the configs leave at its default"
    NEW_ENTRY = "a new key of a mapping whose keys are up to the person"
    UNKNOWN = "no setting"


def standing(
    name: str,
    schema: Any,
    values: Any,
    lifted: str | None = None,
    added: Collection[str] = (),
) -> Standing:
    """Find out what a dotted name is.

    Parameters
    ----------
    name : str
        As typed, such as ``"event.kornilov.enabled"``.
    schema : type
        Dataclass of the settings.
    values : mapping
        Nested values as composed.
    lifted : str or None
        Field of the schema whose settings are written at the top level.
    added : collection of str
        Entries that other overrides add.

    Returns
    -------
    Standing
        Of the whole name.
    """
    parts = name.split(".")
    if lifted is not None:
        kind, _ = child_of(schema, parts[0])
        schema = schema if kind is not None and parts[0] != lifted else child_of(schema, lifted)[0]
    used = True
    for depth, part in enumerate(parts, start=1):
        kind, is_open = child_of(schema, part)
        held = _held(values, part)
        used = used and held is not _NOTHING
        if kind is None and not used:
            return Standing.UNKNOWN
        if is_open and not used:
            here = ".".join(parts[:depth])
            if depth == len(parts):
                return Standing.NEW_ENTRY
            if here not in added:
                return Standing.UNKNOWN
        schema, values = kind, held
    return Standing.IN_USE if used else Standing.UNUSED


def _held(values: Any, part: str) -> Any:
    if isinstance(values, Mapping):
        return values.get(part, _NOTHING)
    if isinstance(values, list) and part.isdigit() and int(part) < len(values):
        return values[int(part)]
    return _NOTHING


def known_settings(
    schema: type[Any], values: Mapping[str, Any], lifted: str | None
) -> Iterator[str]:
    """List dotted names of all settings: those of the schema, with the keys that are in use.

    Parameters
    ----------
    schema : type
        A dataclass.
    values : mapping
        Nested values, which say what keys the open mappings of the schema have.
    lifted : str or None
        Field of the schema whose settings are written at the top level.

    Yields
    ------
    str
        Sections and the settings in them.
    """
    for name, kind in _kinds(schema).items():
        if name == lifted:
            yield from _names(kind, values, "")
        else:
            yield name
            yield from _names(kind, values.get(name), f"{name}.")


def names_in(values: Mapping[str, Any]) -> Iterator[str]:
    """List the dotted names in nested mappings that no schema describes.

    Examples
    --------
    >>> list(names_in({"run": {"dir": "outputs"}}))
    ['run', 'run.dir']
    """
    return _names(dict, values, "")


def child_of(kind: Any, key: str) -> tuple[Any, bool]:
    """Type of one key of a section.

    Parameters
    ----------
    kind : type
        Type of the section.
    key : str
        Last part of a dotted name.

    Returns
    -------
    kind : type or None
        None where the section cannot have such a key.
    is_open : bool
        Whether the section is a mapping whose keys are up to the person.
    """
    bare = _bare(kind)
    if is_dataclass(bare):
        return _kinds(bare).get(key), False
    if typing.get_origin(bare) in (dict, Mapping):
        return typing.get_args(bare)[1], True
    return (Any, True) if bare in (Any, dict) else (None, False)


def _names(kind: Any, values: Any, prefix: str) -> Iterator[str]:
    bare = _bare(kind)
    held = values if isinstance(values, Mapping) else {}
    if is_dataclass(bare):
        keys: Iterable[Any] = _kinds(bare)
    elif typing.get_origin(bare) in (dict, Mapping) or bare in (Any, dict):
        keys = held
    else:
        return
    for key in keys:
        yield f"{prefix}{key}"
        yield from _names(child_of(kind, key)[0], held.get(key), f"{prefix}{key}.")


def _kinds(schema: Any) -> dict[str, Any]:
    return _cached_kinds(schema)


@cache
def _cached_kinds(schema: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(schema)
    return {field.name: hints[field.name] for field in fields(schema) if field.init}


def _bare(kind: Any) -> Any:
    """Type without ``| None``."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        rest = [part for part in typing.get_args(kind) if part is not type(None)]
        return rest[0] if len(rest) == 1 else kind
    return kind
