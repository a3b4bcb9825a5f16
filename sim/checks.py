"""Refusals shared by every settings class: name the setting, the value and the remedy."""

from __future__ import annotations

import math
from typing import Any, ClassVar


class Settings:
    """Base of every settings dataclass.

    The class attribute tells a validating reader to refuse keys that are not settings,
    so that a misspelt setting can never be carried along unread.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


def require_between(
    setting: str, value: float, low: float, high: float, remedy: str, *, open_low: bool = False
) -> None:
    """Refuse a number outside a range.

    Parameters
    ----------
    setting : str
        Name of the setting as its user writes it.
    value : float
        The value received.
    low, high : float
        The range, both ends allowed unless ``open_low``.
    remedy : str
        What to do instead, as a sentence.
    open_low : bool
        Whether the lower end itself is refused.

    Raises
    ------
    ValueError
        If the value is not a number of the range; ``nan`` never is.

    Examples
    --------
    >>> require_between("fatigue.per_day", 2.0, 0.0, 1.0, "It is a rate per day.")
    Traceback (most recent call last):
    ValueError: fatigue.per_day must lie in [0, 1], got 2.0. It is a rate per day.
    """
    inside = low < value <= high if open_low else low <= value <= high
    if not inside or math.isnan(value):
        bracket = "(" if open_low else "["
        raise ValueError(
            f"{setting} must lie in {bracket}{low:g}, {high:g}], got {value!r}. {remedy}"
        )


def require_one_of(setting: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a word that is not in a closed list; the message lists what is."""
    if value not in known:
        raise ValueError(f"{setting} must be one of {', '.join(known)}; got {value!r}.")


def index_of(setting: str, value: str, known: tuple[str, ...]) -> int:
    """Return the place of a word in a closed list; the message of a refusal lists what is."""
    require_one_of(setting, value, known)
    return known.index(value)
