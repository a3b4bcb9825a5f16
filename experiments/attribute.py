"""``allegiance attribute``: which events an outcome hangs on, and what if they came later."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.attributing import (
    Coalition,
    Contribution,
    coalitions_of,
    draw_order,
    shapley_values,
    shifted,
    without,
)
from experiments.attribution_figures import draw_attribution, draw_timing
from experiments.comparing.figures import as_svg
from experiments.errors import EXIT_FINE, UserError
from experiments.manifest import add_facts
from experiments.outcomes_named import Outcome, measure, parse_outcome
from experiments.parameter_sets import parameter_source, replicates_of
from experiments.progress import counted
from experiments.settings import RunSettings
from experiments.store import write_table, write_text
from sim.checks import Settings, require_between, require_one_of
from sim.ensemble import Failure, Replicate, one_thread_each, run_ensemble
from sim.settings import ModelSettings

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Attribution(Settings):
    """What is attributed to what.

    Attributes
    ----------
    groups : mapping of str to tuple of str
        Events that stand or fall together, by the name of the group.
    outcomes : tuple of str
        Such as ``seats:petrograd_soviet:BO:1917-09-09``.
    n_orders : int
        Orders of the events that are drawn, half of them reverses; even.
    timing_group : str
        Group that the timing grid moves.
    shifts_days : tuple of int
        By how much, days; negative is earlier.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    n_orders: int = 32
    timing_group: str = "revolt"
    shifts_days: tuple[int, ...] = (-28, -21, -14, -7, 0, 7, 14, 21, 28)

    def __post_init__(self) -> None:
        """Refuse what could not be attributed."""
        if len(self.groups) < 2:
            raise ValueError("attribute.groups needs two groups or more to share an outcome.")
        if not self.outcomes:
            raise ValueError("attribute.outcomes is empty. Name at least one outcome.")
        for text in self.outcomes:
            parse_outcome(text)
        require_between("attribute.n_orders", self.n_orders, 2, 1_000_000, "An even number.")
        if self.n_orders % 2:
            raise ValueError(
                f"attribute.n_orders={self.n_orders}: every order is run with its reverse, so "
                "give an even number."
            )
        require_one_of("attribute.timing_group", self.timing_group, tuple(self.groups))
        if 0 not in self.shifts_days:
            raise ValueError(
                "attribute.shifts_days must contain 0, which the others are set against."
            )


@dataclass(frozen=True, kw_only=True)
class AttributeSettings(RunSettings):
    """Settings of an ensemble, and what to attribute.

    Attributes
    ----------
    attribute : Attribution
        The section of the attribution.
    """

    attribute: Attribution

    def __post_init__(self) -> None:
        """Refuse events that the model lacks, or a grid that leaves the period."""
        super().__post_init__()
        for events in self.attribute.groups.values():
            for event in events:
                require_one_of("attribute.groups", event, tuple(self.model.event))
        if self.attribute.n_orders > 2 * self.n_replicates:
            raise ValueError(
                f"attribute.n_orders={self.attribute.n_orders} needs "
                f"{self.attribute.n_orders // 2} replicates, one for each pair of orders; "
                f"n_replicates is {self.n_replicates}."
            )
        for days in self.attribute.shifts_days:
            shifted(self.model, self.attribute.groups[self.attribute.timing_group], days)


def main(settings: AttributeSettings, output_dir: Path) -> int:
    """Attribute outcomes to events and write tables and figures.

    Parameters
    ----------
    settings : AttributeSettings
        What to attribute.
    output_dir : Path
        Where results go.

    Returns
    -------
    int
        Exit status.
    """
    outcomes = tuple(parse_outcome(text) for text in settings.attribute.outcomes)
    replicates = replicates_of(settings)
    with _engine(settings) as engine:
        runs = Runs(settings.model, outcomes, replicates, engine)
        shares = _shapley(settings, runs)
        alone = _left_out(settings, runs)
        grid = _timing(settings, runs)
    tables = {
        "contributions": _contribution_table(shares, alone, outcomes),
        "timing": _timing_table(grid, outcomes),
    }
    for name, columns in tables.items():
        write_table(output_dir / f"{name}.parquet", columns)
    model = settings.model
    titles = [describe(each, model) for each in outcomes]
    for name, draw in {
        "contributions": partial(draw_attribution, tables["contributions"], titles),
        "timing": partial(draw_timing, tables["timing"], titles, settings.attribute.timing_group),
    }.items():
        write_text(output_dir / f"{name}.svg", as_svg(draw, name))
    add_facts(
        output_dir,
        {"parameter_source": parameter_source(settings), "n_orders": shares.n_orders},
    )
    print("\n".join(_lines(shares, alone, titles)))
    print(f"results   {output_dir}")
    return EXIT_FINE


class Runs:
    """Outcomes of changed worlds, replicate by replicate, with shared luck.

    Parameters
    ----------
    model : ModelSettings
        The full world.
    outcomes : tuple of Outcome
        What is measured.
    replicates : sequence of Replicate
        Parameters and seeds.
    engine : Executor or None
        Where to run; None runs here.
    """

    def __init__(
        self,
        model: ModelSettings,
        outcomes: tuple[Outcome, ...],
        replicates: Sequence[Replicate],
        engine: Executor | None,
    ) -> None:
        self.model, self.replicates = model, replicates
        self._measure = partial(measure, outcomes=outcomes)
        self._engine = engine

    def of(self, model: ModelSettings, numbers: Sequence[int]) -> dict[int, NDArray[np.float64]]:
        """Return the outcomes of some replicates in a world.

        Raises
        ------
        UserError
            If a replicate failed.
        """
        chosen = [self.replicates[n] for n in numbers]
        found = {}
        for i, result in run_ensemble(
            model, chosen, self._measure, workers=1, executor=self._engine
        ):
            if isinstance(result, Failure):
                raise UserError(f"replicate {numbers[i]} failed: {result.error}.")
            found[numbers[i]] = result
        return found


def describe(outcome: Outcome, model: ModelSettings) -> str:
    """Write an outcome for readers."""
    if outcome.kind == "vote":
        return f"{model.meeting[outcome.what].title}: towards soviet power"
    party = model.party[outcome.party].title
    date = outcome.text.rpartition(":")[2]
    if outcome.kind == "share":
        return f"{model.place.constituencies[outcome.what].title}, {date}: {party}"
    body, _, chamber = outcome.what.partition("/")
    title = model.institution[body].title + (f", {chamber}" if chamber else "")
    return f"{title}, {date}: seats of {party}"


def _shapley(settings: AttributeSettings, runs: Runs) -> Contribution:
    """Run every coalition that the drawn orders meet, then average."""
    section = settings.attribute
    players = list(section.groups)
    needed: dict[Coalition, list[int]] = {}
    for r in range(section.n_orders // 2):
        for number in (2 * r, 2 * r + 1):
            for coalition in coalitions_of(draw_order(players, settings.seed, number)):
                listed = needed.setdefault(coalition, [])
                if r not in listed:
                    listed.append(r)
    known = {
        coalition: runs.of(without(settings.model, section.groups, coalition), numbers)
        for coalition, numbers in counted(needed.items(), len(needed), "sets of events")
    }
    return shapley_values(
        lambda coalition, r: known[coalition][r], players, section.n_orders, settings.seed
    )


def _left_out(settings: AttributeSettings, runs: Runs) -> dict[str, NDArray[np.float64]]:
    """Return full history less that without one group, shape (n_replicates, n_outcomes)."""
    groups, numbers = settings.attribute.groups, range(settings.n_replicates)
    full = _stack(runs.of(settings.model, numbers))
    everybody = frozenset(groups)
    return {
        name: full - _stack(runs.of(without(settings.model, groups, everybody - {name}), numbers))
        for name in counted(groups, len(groups), "groups left out")
    }


def _timing(settings: AttributeSettings, runs: Runs) -> dict[int, NDArray[np.float64]]:
    """Return outcomes by shift, shape (n_replicates, n_outcomes)."""
    section, numbers = settings.attribute, range(settings.n_replicates)
    events = section.groups[section.timing_group]
    shifts = sorted(section.shifts_days)
    return {
        days: _stack(runs.of(shifted(settings.model, events, days), numbers))
        for days in counted(shifts, len(shifts), f"dates of {section.timing_group}")
    }


def _contribution_table(
    shares: Contribution, alone: Mapping[str, NDArray[np.float64]], outcomes: tuple[Outcome, ...]
) -> dict[str, NDArray[Any]]:
    rows: dict[str, list[Any]] = {}
    for j, outcome in enumerate(outcomes):
        for i, player in enumerate(shares.players):
            low, middle, high = np.quantile(alone[player][:, j], QUANTILES)
            row = {
                "outcome": outcome.text, "group": player, "shapley": shares.shapley[i, j],
                "shapley_error": shares.error[i, j], "left_out_low90": low,
                "left_out_median": middle, "left_out_high90": high,
                "all_groups": shares.total[j],
            }  # fmt: skip
            for name, value in row.items():
                rows.setdefault(name, []).append(value)
    return _columns(rows)


def _timing_table(
    grid: Mapping[int, NDArray[np.float64]], outcomes: tuple[Outcome, ...]
) -> dict[str, NDArray[Any]]:
    rows: dict[str, list[Any]] = {}
    for j, outcome in enumerate(outcomes):
        for days, values in grid.items():
            low, middle, high = np.quantile(values[:, j] - grid[0][:, j], QUANTILES)
            row = {
                "outcome": outcome.text, "shift_days": float(days),
                "median": np.median(values[:, j]), "effect_low90": low,
                "effect_median": middle, "effect_high90": high,
            }  # fmt: skip
            for name, value in row.items():
                rows.setdefault(name, []).append(value)
    return _columns(rows)


def _columns(rows: Mapping[str, list[Any]]) -> dict[str, NDArray[Any]]:
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str) else np.float64)
        for name, values in rows.items()
    }


def _lines(
    shares: Contribution, alone: Mapping[str, NDArray[np.float64]], titles: Sequence[str]
) -> Iterator[str]:
    width = max(len(player) for player in shares.players)
    for j, title in enumerate(titles):
        yield f"{title}: {100 * shares.total[j]:+.1f} points with all of them against none"
        for i, player in enumerate(shares.players):
            left_out = 100 * np.median(alone[player][:, j])
            yield (
                f"  {player:<{width}}  mean over orders {100 * shares.shapley[i, j]:+5.1f} "
                f"(standard error {100 * shares.error[i, j]:.1f}), as the last {left_out:+5.1f}"
            )


def _stack(found: Mapping[int, NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack([found[n] for n in sorted(found)])


@contextlib.contextmanager
def _engine(settings: RunSettings) -> Iterator[Executor | None]:
    """Start the processes for all the small ensembles of an attribution, once."""
    workers = settings.workers or os.cpu_count() or 1
    if workers == 1 or settings.n_replicates < 8:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=one_thread_each)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
