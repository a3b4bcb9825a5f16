"""Subcommands for tests: they say what they received, or fail as they are asked to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from experiments.errors import Interrupted, UserError
from experiments.jobs import current_job
from experiments.store import write_text
from sim.checks import Settings, require_between


@dataclass(frozen=True)
class Effect(Settings):
    target: str
    value: float = 1.0
    half_life_days: float | None = None

    def __post_init__(self) -> None:
        if not self.target:
            raise ValueError("effect.target is empty. Name what changes.")


@dataclass(frozen=True)
class Event(Settings):
    title: str
    window: tuple[str, str]
    effects: tuple[Effect, ...] = ()
    enabled: bool = True


@dataclass(frozen=True)
class Size(Settings):
    fraction: float = 1.0

    def __post_init__(self) -> None:
        require_between("size.fraction", self.fraction, 0.0, 1.0, "A share of the people.")


@dataclass(frozen=True)
class Fatigue(Settings):
    per_day: float = 0.01


@dataclass(frozen=True)
class Constants(Settings):
    fatigue: Fatigue = field(default_factory=Fatigue)


@dataclass(frozen=True)
class World(Settings):
    event: Mapping[str, Event]
    size: Size = field(default_factory=Size)
    constants: Constants = field(default_factory=Constants)


@dataclass(frozen=True)
class Strengths(Settings):
    discredit: float = 2.0

    def __post_init__(self) -> None:
        require_between("parameters.discredit", self.discredit, 0.0, 10.0, "The median is 2.")


@dataclass(frozen=True)
class Note(Settings):
    title: str


@dataclass(frozen=True, kw_only=True)
class ProbeSettings(Settings):
    model: World
    parameters: Strengths
    seed: int
    n_replicates: int
    scenario_notes: Mapping[str, Note] = field(default_factory=dict)


@dataclass(frozen=True)
class Sorting(Settings):
    by: str


@dataclass(frozen=True, kw_only=True)
class SortSettings(ProbeSettings):
    sorting: Sorting


def main(settings: ProbeSettings, output_dir: Path) -> int:
    """Say what was received.

    Nothing is simulated.
    """
    match settings.seed:
        case 90:
            raise UserError("the file x.csv has no rows. Add a row.")
        case 91:
            raise RuntimeError("a fault of the code")
        case 92:
            raise Interrupted("3 of 20 replicates are in replicates.parquet.")
        case 93:
            raise KeyboardInterrupt
        case 94:
            return 1
    job = current_job()
    write_text(
        output_dir / "received.json",
        json.dumps({**asdict(settings), "command": job.command, "typed": job.overrides}),
    )
    return 0


def sort(settings: SortSettings, output_dir: Path) -> int:
    """Sort by what the section says."""
    write_text(output_dir / "by.txt", settings.sorting.by)
    return 0


def plain(arguments: list[str]) -> int:
    """Print what was typed."""
    print(" ".join(arguments))
    return 0
