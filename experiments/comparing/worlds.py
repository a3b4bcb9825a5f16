"""The worlds of a comparison: composed, run in pairs, reduced to shares by day."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.comparing.settings import JOINED_BY, CompareSettings
from experiments.composing import Composer
from experiments.errors import SettingsError, UserError
from experiments.jobs import JobContext
from experiments.parameter_sets import parameter_source, replicates_of
from experiments.progress import counted
from experiments.settings import RunSettings
from sim.ensemble import Failure, run_ensemble
from sim.record import Record

S = TypeVar("S", bound=RunSettings)
EVERYWHERE = "everywhere"
"""Name of the series that sums all constituencies, weighted by people."""


class Kept(NamedTuple):
    """What is kept of a replicate.

    Attributes
    ----------
    shares : ndarray of float32, shape (n_days, n_series, n_parties)
        Private shares of constituencies and of everybody, then seat shares of bodies.
    votes : dict of str to float
        Dated votes: expected share towards soviet power of those who took sides, and
        shares of the ballots by party (``ballot/party``).
    """

    shares: NDArray[np.float32]
    votes: dict[str, float]


@dataclass(frozen=True)
class Labels:
    """Names of the series and the parties of :class:`Kept`.

    Attributes
    ----------
    constituencies, bodies : tuple of str
        Series in their order; bodies are institutions and, where they have several,
        their chambers.
    parties : tuple of str
        Columns.
    """

    constituencies: tuple[str, ...]
    bodies: tuple[str, ...]
    parties: tuple[str, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """All series in their order."""
        return (*self.constituencies, *self.bodies)


def labels_of(record: Record) -> Labels:
    """Return the names of what :func:`keep` keeps of a record."""
    several = [
        name
        for name in record.chambers
        if np.sum(record.institution_of_chamber == _institution(record, name)) > 1
    ]
    return Labels(
        (*record.constituencies, EVERYWHERE), (*record.institutions, *several), record.parties
    )


def keep(record: Record) -> Kept:
    """Reduce a record to shares by day; a function of a module, so that processes can call it."""
    count = record.private_count[: record.n_recorded].astype(np.float64)
    people = (count * record.people_per_agent[:, None]).sum(axis=1, keepdims=True)
    private = np.concatenate([count, people], axis=1)
    private /= np.maximum(private.sum(axis=2, keepdims=True), 1.0)
    bodies = np.stack([record.seat_shares(name) for name in labels_of(record).bodies], axis=1)
    votes = {}
    for name, meeting in record.meetings.items():
        towards, against, _ = meeting.expected_left_right_abstain
        votes[name] = float(towards / (towards + against))
    for name, results in record.ballots.items():
        total = np.mean([result.shares for result in results], axis=0)
        for party, share in zip(record.parties, total, strict=True):
            votes[f"{name}/{party}"] = float(share)
    return Kept(np.concatenate([private, bodies], axis=1).astype(np.float32), votes)


def _institution(record: Record, chamber: str) -> int:
    return int(record.institution_of_chamber[record.chambers.index(chamber)])


def compose_worlds(settings: S, scenarios: Sequence[str], job: JobContext) -> dict[str, S]:
    """Compose the settings of each scenario, with the same source of parameters.

    Parameters
    ----------
    settings : RunSettings
        Of the job.
    scenarios : sequence of str
        Names; those joined with a plus sign are composed.
    job : JobContext
        Overrides of the job, which hold in every world, and where to compose.

    Returns
    -------
    dict of str to RunSettings
        By scenario, in the order given; of the class of ``settings``.

    Raises
    ------
    SettingsError
        If a scenario does not exist, or one was chosen with ``scenario=`` as well.
    """
    typed = [text for text in job.overrides if text.lstrip("+").partition("=")[0] == "scenario"]
    if typed:
        raise SettingsError([f"{typed[0]}: name the scenarios with {job.command}.scenarios=[...]."])
    composer = Composer(job.config_dir, job.config_name)
    source = parameter_source(settings)
    worlds = {}
    for name in scenarios:
        chosen = f"scenario=[{','.join(name.split(JOINED_BY))}]"
        checked = composer.checked([*job.overrides, chosen], type(settings))
        world = composer.frozen(checked, type(settings))
        worlds[name] = dataclasses.replace(world, parameter_source=source)
    return worlds


def run_world(settings: CompareSettings, what: str) -> list[Kept]:
    """Run the replicates of one world.

    Parameters
    ----------
    settings : CompareSettings
        The world.
    what : str
        Its name, for the bar.

    Returns
    -------
    list of Kept
        In the order of the replicates.

    Raises
    ------
    UserError
        If a replicate failed: pairs need both.
    """
    replicates = replicates_of(settings)
    kept: list[Kept | None] = [None] * len(replicates)
    results = run_ensemble(settings.model, replicates, keep, workers=settings.workers)
    for number, result in counted(results, len(replicates), f"replicates of {what}"):
        if isinstance(result, Failure):
            raise UserError(
                f"replicate {number} of {what} failed, and a pair needs both: {result.error}. "
                "Check its parameters with allegiance run."
            )
        kept[number] = result
    return [each for each in kept if each is not None]


def stacked(kept: Sequence[Kept]) -> NDArray[np.float32]:
    """Return the shares of all replicates, shape (n_replicates, n_days, n_series, n_parties)."""
    return np.stack([each.shares for each in kept])


def votes_of(kept: Sequence[Kept]) -> Mapping[str, NDArray[np.float64]]:
    """Return each dated vote that every replicate holds, shape (n_replicates,)."""
    names = set(kept[0].votes).intersection(*(each.votes for each in kept))
    return {
        name: np.array([each.votes[name] for each in kept])
        for name in kept[0].votes
        if name in names
    }
