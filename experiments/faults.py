"""What is wrong with a setting, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from experiments.names import known_settings

N_SUGGESTIONS = 3
MARGIN = 0.05
UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
WANTED = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text; put it in quotes: '{name}=\"{value}\"'",
    "tuple_type": "must be a list, such as '{name}=[a,b]'",
    "list_type": "must be a list, such as '{name}=[a,b]'",
    "dict_type": "must be a mapping, such as '{name}={{key:value}}'",
    "dataclass_type": "is a section and cannot be replaced by a single value; set one of "
    "the settings in it",
}


def unknown_setting(name: str, known: Iterable[str]) -> str:
    """Say that a setting does not exist, and which ones are near.

    Parameters
    ----------
    name : str
        Dotted name as received.
    known : iterable of str
        Dotted names that exist.

    Returns
    -------
    str
        One sentence, and the nearest names where there are any.

    Examples
    --------
    >>> unknown_setting("parameters.discrdit", ["parameters.discredit", "seed"])
    "there is no setting 'parameters.discrdit'. Did you mean: parameters.discredit?"
    """
    names = list(dict.fromkeys(known))
    parent, _, leaf = name.rpartition(".")
    siblings = [other for other in names if other.rpartition(".")[0] == parent]
    namesakes = [other for other in names if other.rpartition(".")[2] == leaf]
    shown = _nearest(name, siblings, 0.7) or _nearest(name, namesakes, 0.0)
    shown = shown or _nearest(name, names, 0.7)
    if shown:
        return f"there is no setting '{name}'. Did you mean: {', '.join(shown)}?"
    level = siblings or [other for other in names if "." not in other]
    where = f"Settings of {parent}" if siblings and parent else "Settings"
    return f"there is no setting '{name}'. {where}: {_listed(level)}."


def unknown_option(what: str, name: str, known: Sequence[str]) -> str:
    """Say that a choice does not exist, what is near, and what there is.

    Examples
    --------
    >>> unknown_option("scenario", "no_revlt", ["historical", "no_revolt"])
    "there is no scenario 'no_revlt'. Did you mean: no_revolt? Available: historical, no_revolt."
    """
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean: {near[0]}?" if near else ""
    return f"there is no {what} '{name}'.{hint} Available: {', '.join(known) or 'none'}."


def problems_of(
    error: ValidationError, values: Mapping[str, Any], schema: type[Any], lifted: str | None
) -> list[str]:
    """Turn what the validator found into sentences, one for each fault.

    Parameters
    ----------
    error : ValidationError
        Everything that was found.
    values : mapping
        What was received, nested, as the person wrote it.
    schema : type
        The dataclass asked for.
    lifted : str or None
        Field of the schema whose settings are written at the top level.

    Returns
    -------
    list of str
        In the order in which they were found.
    """
    known = list(known_settings(schema, values, lifted))
    return [_problem(detail, known, lifted) for detail in error.errors(include_url=False)]


def _nearest(name: str, names: Iterable[str], cutoff: float) -> list[str]:
    """Names at least as near as the cutoff, and hardly farther than the nearest."""
    near = [(SequenceMatcher(None, name, other).ratio(), other) for other in names]
    best = max([cutoff, *(ratio for ratio, _ in near)])
    fit = sorted((-ratio, other) for ratio, other in near if ratio >= best - MARGIN and ratio)
    return [other for ratio, other in fit if -ratio >= cutoff][:N_SUGGESTIONS]


def _problem(detail: ErrorDetails, known: Sequence[str], lifted: str | None) -> str:
    place = detail["loc"][1:] if detail["loc"][:1] == (lifted,) else detail["loc"]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]
    if detail["type"] in UNKNOWN:
        return unknown_setting(name, known)
    if detail["type"] == "missing":
        return f"{name} is missing. Give it a value: '{name}=...'"
    if detail["type"] == "value_error":
        message = str(detail["ctx"]["error"])
        return message if not name or message.startswith(name) else f"{name}: {message}"
    value = detail["input"]
    wanted = WANTED.get(detail["type"])
    if wanted is None:
        wanted = detail["msg"][:1].lower() + detail["msg"][1:]
    else:
        wanted = wanted.format(name=name, value=value)
    shown = "a section" if isinstance(value, Mapping) else repr(value)
    return f"{name} = {shown}: {wanted}."


def _listed(names: Sequence[str], limit: int = 30) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
