"""The historical scenario without Hydra: reads the packaged YAML. The only file that opens any."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.settings import ModelSettings

T = TypeVar("T")


def configs_dir() -> Path:
    """Return the folder of configurations: beside the package, or inside it when installed.

    An editable install may leave a stale copy inside the package folder of the
    environment; a checkout's own folder therefore comes first.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent / "configs"
    return checkout if (checkout / "config.yaml").is_file() else package / "configs"


def historical_settings() -> ModelSettings:
    """Return the settings of the historical scenario at desk size.

    Returns
    -------
    ModelSettings
        What ``allegiance run`` composes without overrides.
    """
    folder = configs_dir()
    root = _read(folder / "config.yaml")
    names = {item.name for item in dataclasses.fields(ModelSettings)}
    tree: dict[str, Any] = {key: value for key, value in root.items() if key in names}
    for entry in root["defaults"]:
        if isinstance(entry, dict):
            (group, option), *_ = entry.items()
            if group in names:
                tree[group] = _read(folder / group / f"{option}.yaml")
    settings: ModelSettings = _build(ModelSettings, tree)
    return settings


def historical(seed: int = 0, parameters: Parameters | None = None) -> RevolutionModel:
    """Return the historical model, ready for day 0.

    Parameters
    ----------
    seed : int
        Seed of the replicate.
    parameters : Parameters or None
        Parameter set; the prior medians if left out.

    Returns
    -------
    RevolutionModel
        Call ``step()`` for a day, ``run()`` for all.

    Examples
    --------
    >>> import sim
    >>> model = sim.historical(seed=1)
    >>> model.step()
    >>> model.date
    '1917-03-01'
    """
    return RevolutionModel(historical_settings(), parameters, seed)


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as stream:
        return yaml.safe_load(stream) or {}


def _build(kind: Any, value: Any) -> Any:
    """Build typed settings from plain YAML; the packaged files are known to be well formed."""
    origin = typing.get_origin(kind)
    if value is None:
        return None
    if origin in (typing.Union, types.UnionType):
        (inner,) = [arm for arm in typing.get_args(kind) if arm is not type(None)]
        return _build(inner, value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return typing.cast("Any", kind)(**{k: _build(hints[k], v) for k, v in value.items()})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _build(typing.get_args(kind)[1], item) for key, item in value.items()}
    if origin is tuple:
        arms = typing.get_args(kind)
        inner = [arms[0]] * len(value) if arms[-1] is Ellipsis else arms
        return tuple(_build(arm, item) for arm, item in zip(inner, value, strict=True))
    return float(value) if kind is float else value
