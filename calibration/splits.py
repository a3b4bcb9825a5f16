"""Registered splits: which figures a fit may see, and which it is scored on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from calibration.ledger_format import EVIDENCE_DIR
from calibration.observation import Operator, OperatorSet
from sim.calendar_os import day_of

REGISTRY = EVIDENCE_DIR / "splits.yaml"
CONDITIONS = ("role", "place", "body_type", "from", "until")
KEYS = ("title", "left_out", "also_scored", "score_training", "each")


class SplitError(ValueError):
    """A registry of splits that cannot be read."""


@dataclass(frozen=True)
class Split:
    """One split of the figures.

    Attributes
    ----------
    name, title : str
        Short and for readers.
    family : str
        Entry of the registry it comes from.
    fitted : ndarray of bool, shape (n_operators,)
        Operators that the fit sees; all of role train.
    scored : ndarray of bool, shape (n_operators,)
        Operators that are scored.
    """

    name: str
    title: str
    family: str
    fitted: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    @property
    def in_sample(self) -> bool:
        """Whether any scored figure was also fitted."""
        return bool((self.fitted & self.scored).any())


@dataclass(frozen=True)
class Registry:
    """The registered splits, and the hash of their file.

    Attributes
    ----------
    splits : tuple of Split
        In the order of the file.
    sha256 : str
        Of the file's bytes.
    """

    splits: tuple[Split, ...]
    sha256: str


def read_splits(operators: OperatorSet, path: Path | None = None) -> Registry:
    """Read the registry and apply it to operators.

    Parameters
    ----------
    operators : OperatorSet
        All figures that can be predicted, of any role.
    path : Path or None
        A registry of one's own; the project's if ``None``.

    Returns
    -------
    Registry
        Splits without a figure to score are left out.

    Raises
    ------
    SplitError
        If the file names an unknown key, condition or column.
    """
    raw = (path or REGISTRY).read_bytes()
    found: list[Split] = []
    for name, entry in (yaml.safe_load(raw) or {}).items():
        _refuse_unknown(name, entry, KEYS)
        found += _splits(name, entry, operators.operators)
    return Registry(
        tuple(split for split in found if split.scored.any()), hashlib.sha256(raw).hexdigest()
    )


def subset(operators: OperatorSet, keep: NDArray[np.bool_]) -> OperatorSet:
    """Return some of the operators, in their order."""
    kept = [o for o, yes in zip(operators.operators, keep, strict=True) if yes]
    return OperatorSet(tuple(kept), (), ())


def columns_of(operators: OperatorSet, keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which predictions belong to some of the operators, shape (n_predictions,)."""
    return np.repeat(keep, operators.sizes)


def _splits(name: str, entry: Mapping[str, Any], operators: tuple[Operator, ...]) -> list[Split]:
    train = np.array([o.observation.role == "train" for o in operators])
    title = str(entry["title"])
    column = entry.get("each")
    if column is not None:
        if column != "body_type":
            raise SplitError(f"splits.{name}.each must be body_type, got {column!r}.")
        types = [o.observation.body_type for o in operators]
        values = dict.fromkeys(t for t, fitted in zip(types, train, strict=True) if fitted)
        rows = {value: train & np.array([t == value for t in types]) for value in values}
        return [
            Split(f"{name}.{value}", f"{title} ({value.replace('_', ' ')})", name, train & ~r, r)
            for value, r in rows.items()
        ]
    left_out = train & _selected(f"{name}.left_out", entry.get("left_out", ()), operators)
    also = _selected(f"{name}.also_scored", entry.get("also_scored", ()), operators)
    scored = left_out | (also & ~train)
    if entry.get("score_training", False):
        scored = scored | train
    return [Split(name, title, name, train & ~left_out, scored)]


def _selected(
    setting: str, selectors: Iterable[Mapping[str, Any]], operators: tuple[Operator, ...]
) -> NDArray[np.bool_]:
    chosen = np.zeros(len(operators), dtype=np.bool_)
    for selector in selectors:
        _refuse_unknown(setting, selector, CONDITIONS)
        chosen |= np.array([_meets(selector, operator) for operator in operators], dtype=np.bool_)
    return chosen


def _meets(selector: Mapping[str, Any], operator: Operator) -> bool:
    o = operator.observation
    return (
        ("role" not in selector or o.role == selector["role"])
        and ("place" not in selector or o.place in selector["place"])
        and ("body_type" not in selector or o.body_type in selector["body_type"])
        and ("from" not in selector or o.start_day >= day_of(selector["from"]))
        and ("until" not in selector or o.end_day <= day_of(selector["until"]))
    )


def _refuse_unknown(setting: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            raise SplitError(f"splits.{setting} has no {key!r}. It takes {', '.join(known)}.")
