"""Settings of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.settings import RunSettings
from experiments.sweeping.design import DESIGNS
from experiments.sweeping.outcomes import OutcomeSettings, refuse_unknown_outcomes
from sim.checks import Settings, require_between, require_one_of


@dataclass(frozen=True)
class JobPart(Settings):
    """What a job of a cluster is to do. The sweep sets it for its own jobs.

    Attributes
    ----------
    plan : str or None
        File of the plan.
    number : int
        Which part of ``parts`` is this job's.
    parts : str or None
        File that lists the points of each job.
    """

    plan: str | None = None
    number: int = 0
    parts: str | None = None


@dataclass(frozen=True)
class Sweep(Settings):
    """How settings are varied, and how the work is divided.

    Attributes
    ----------
    design : str
        ``grid`` crosses all values; ``latin_hypercube`` and ``sobol`` fill the box of
        ``axes``; ``file`` reads points from a table. Values typed as ``setting=a,b`` are
        crossed with all of them.
    axes : mapping of str to any, or None
        Dotted settings and their lists (grid) or ranges (space-filling designs).
    n_points : int
        Points of a space-filling design.
    design_seed : int
        Seed of the design.
    points : str or None
        Table of points for ``design=file``: a column for each setting.
    pair_seeds : bool
        Whether replicate r has the same luck in every cell. If not, each cell has its own.
    threads : int
        Threads in each process. More than one helps only where agents are very many.
    points_per_job : int or None
        Points in one job of a launcher. By default a few jobs for each core.
    cells : str or None
        Folder of finished cells, which sweeps may share. By default ``outputs/sweep/cells``,
        or the folder ``cells`` in the one named with ``hydra.sweep.dir``.
    outcomes : OutcomeSettings
        What is kept of each replicate.
    job : JobPart
        Set by the sweep itself.
    """

    design: str = "grid"
    axes: Mapping[str, Any] | None = None
    n_points: int = 64
    design_seed: int = 0
    points: str | None = None
    pair_seeds: bool = True
    threads: int = 1
    points_per_job: int | None = None
    cells: str | None = None
    outcomes: OutcomeSettings = field(default_factory=OutcomeSettings)
    job: JobPart = field(default_factory=JobPart)

    def __post_init__(self) -> None:
        """Refuse what no sweep could mean."""
        require_one_of("sweep.design", self.design, DESIGNS)
        require_between("sweep.n_points", self.n_points, 1, 1_000_000, "A number of points.")
        require_between("sweep.design_seed", self.design_seed, 0, 2**63 - 1, "A seed.")
        require_between("sweep.threads", self.threads, 1, 1024, "Threads in each process.")
        if self.points_per_job is not None:
            require_between(
                "sweep.points_per_job", self.points_per_job, 1, 1_000_000, "A number of points."
            )
        if (self.design == "file") != (self.points is not None):
            raise ValueError(
                "sweep.design=file and sweep.points=TABLE go together; got "
                f"sweep.design={self.design} and sweep.points={self.points}."
            )


@dataclass(frozen=True, kw_only=True)
class SweepSettings(RunSettings):
    """Settings of an ensemble, and how a sweep varies them.

    Attributes
    ----------
    sweep : Sweep
        The section of the sweep.
    """

    sweep: Sweep = field(default_factory=Sweep)

    def __post_init__(self) -> None:
        """Refuse outcomes of what the model does not have, beside what any run refuses."""
        super().__post_init__()
        refuse_unknown_outcomes(self.sweep.outcomes, self.model)
