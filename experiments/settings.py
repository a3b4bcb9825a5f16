"""Composed configs become frozen settings here; nothing below this layer sees Hydra."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from experiments.errors import SettingsError
from experiments.faults import problems_of
from sim.checks import Settings, require_between, require_one_of
from sim.parameters import Parameters
from sim.settings import ModelSettings
from sim.world import build_world

T = TypeVar("T")
MEDIANS, PRIOR, POSTERIOR = "medians", "prior", "posterior"
SOURCES = (MEDIANS, PRIOR, POSTERIOR)
"""Where the parameters of an ensemble may come from."""
LIFTED = "model"
"""Its settings are written at the top level: ``parameters``, not ``model.parameters``."""


@dataclass(frozen=True)
class ScenarioNote(Settings):
    """What a scenario says about itself.

    Attributes
    ----------
    title : str
        Its name for readers.
    changes : str
        What it changes, in words.
    why : str
        The question it answers.
    cannot_claim : str
        What its result does not show.
    """

    title: str
    changes: str
    why: str
    cannot_claim: str


@dataclass(frozen=True, kw_only=True)
class RunSettings(Settings):
    """Everything one ensemble needs to know.

    A subcommand with settings of its own extends this class by a section and takes the
    extended class in its ``main``.

    Attributes
    ----------
    model : ModelSettings
        The world and its mechanisms; written at the top level of a config.
    parameters : Parameters
        The parameter set.
    seed : int
        Seed of the ensemble. Zero is a seed like any other.
    n_replicates : int
        Number of replicates.
    parameter_source : str or None
        ``medians`` runs every replicate with ``parameters``; ``prior`` and ``posterior`` draw
        parameter sets. None is the posterior where one is installed and no parameter was set
        by hand, else ``medians``.
    seeds_per_draw : int
        Replicates that share one drawn parameter set.
    workers : int or None
        Processes; None decides by the number of replicates. Results do not depend on it.
    scenario_notes : mapping of str to ScenarioNote
        One entry for each scenario that was composed, in their order.
    """

    model: ModelSettings
    parameters: Parameters = field(default_factory=Parameters)
    seed: int
    n_replicates: int
    parameter_source: str | None = None
    seeds_per_draw: int = 2
    workers: int | None = None
    scenario_notes: dict[str, ScenarioNote] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse counts that no run could mean, and worlds that refer to what they lack."""
        require_between("seed", self.seed, 0, 2**63 - 1, "It names the draws of the ensemble.")
        require_between(
            "n_replicates", self.n_replicates, 1, 1_000_000, "Statements need at least 20."
        )
        if self.parameter_source is not None:
            require_one_of("parameter_source", self.parameter_source, SOURCES)
        require_between("seeds_per_draw", self.seeds_per_draw, 1, 1_000_000, "Two will do.")
        if self.workers is not None:
            require_between("workers", self.workers, 1, 10_000, "A number of processes.")
        build_world(self.model)


def freeze(values: Mapping[str, Any], schema: type[T], lifted: str | None = LIFTED) -> T:
    """Check nested values and freeze them into a dataclass.

    Parameters
    ----------
    values : mapping
        Nested plain values, as a config file holds them.
    schema : type
        A frozen dataclass, such as :class:`RunSettings` or an extension of it.
    lifted : str or None
        Field of the schema whose settings are written at the top level.

    Returns
    -------
    schema
        Frozen, with dataclasses all the way down.

    Raises
    ------
    SettingsError
        With every fault found: unknown names, wrong types, values out of range.
    """
    nested = dict(values)
    kinds = {each.name: each.type for each in dataclasses.fields(schema)}  # type: ignore[arg-type]
    if lifted in kinds:
        own = {key: nested.pop(key) for key in list(nested) if key in kinds and key != lifted}
        nested = {**own, lifted: nested}
    try:
        settings: T = _validator(cast("Hashable", schema)).validate_python(nested)
    except ValidationError as error:
        raise SettingsError(problems_of(error, values, schema, lifted)) from error
    return settings


@lru_cache
def _validator(schema: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", schema))
