"""``allegiance compare``: scenarios with shared luck, and what a change did."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from experiments.comparing.effects import Effect, summarise
from experiments.comparing.reach import reach_of
from experiments.comparing.report import write_report
from experiments.comparing.settings import CompareSettings
from experiments.comparing.tables import (
    audit_table,
    effect_table,
    flows_table,
    pairing_table,
    summary_table,
    votes_table,
)
from experiments.comparing.twins import Audit, Twins, audit, live_twice
from experiments.comparing.worlds import (
    Kept,
    Labels,
    compose_worlds,
    labels_of,
    run_world,
    stacked,
    votes_of,
)
from experiments.errors import EXIT_FAILED, EXIT_FINE
from experiments.jobs import current_job
from experiments.manifest import add_facts
from experiments.parameter_sets import draw_of_replicate, parameter_source, replicates_of
from experiments.progress import counted
from experiments.settings import POSTERIOR, PRIOR
from experiments.store import write_table
from sim.calendar_os import day_of
from sim.model import RevolutionModel
from sim.world import build_world

Worlds = dict[str, CompareSettings]


def main(settings: CompareSettings, output_dir: Path) -> int:
    """Compare scenarios and write tables, figures and a report.

    Parameters
    ----------
    settings : CompareSettings
        The comparison, and what holds in every world.
    output_dir : Path
        Where results go: a folder for each scenario but the baseline, and ``report.html``.

    Returns
    -------
    int
        Exit status; 1 if agents beyond the reach of a change were not bit-identical.
    """
    worlds = compose_worlds(settings, settings.compare.scenarios, current_job())
    compare, source = settings.compare, parameter_source(settings)
    labels = _labels(settings)
    effects, kept = _effects(worlds, settings)
    priors = _under_the_prior(worlds, settings) if _prior_wanted(settings) else {}
    base = kept.pop(compare.baseline)
    baseline_median = np.median(stacked(base), axis=0).astype(np.float64)
    draws, passed = draw_of_replicate(settings), True
    for name, effect in effects.items():
        folder, other, prior = output_dir / name, kept.pop(name), priors.get(name)
        base_votes, other_votes = dict(votes_of(base)), dict(votes_of(other))
        checked, twins = _follow(worlds, name, settings)
        passed &= checked.passed
        for table, columns in {
            "effects": effect_table(effect, baseline_median, labels),
            "summary": summary_table(effect, prior, baseline_median, labels, compare, source),
            "votes": votes_table(base_votes, other_votes),
            "pairing": pairing_table(stacked(base), stacked(other), draws, labels, compare),
            "flows": flows_table(twins, labels, compare.flow_date),
            "audit": audit_table(checked, labels),
        }.items():
            write_table(folder / f"{table}.parquet", columns)
        if prior is not None:
            columns = effect_table(prior, baseline_median, labels)
            write_table(folder / "prior_effects.parquet", columns)
    facts = {
        "parameter_source": source,
        "scenarios": {
            name: [dataclasses.asdict(note) for note in world.scenario_notes.values()]
            for name, world in worlds.items()
        },
        "audit_passed": passed,
    }
    add_facts(output_dir, facts)
    page = write_report(output_dir)
    print(f"report    {page}")
    if not passed:
        print("audit     FAILED: agents differ where the change cannot reach; see the report")
    return EXIT_FINE if passed else EXIT_FAILED


def _labels(settings: CompareSettings) -> Labels:
    return labels_of(RevolutionModel(settings.model).record)


def _effects(
    worlds: Worlds, settings: CompareSettings
) -> tuple[dict[str, Effect], dict[str, list[Kept]]]:
    kept = {name: run_world(world, name) for name, world in worlds.items()}
    return _summed(kept, settings), kept


def _summed(kept: dict[str, list[Kept]], settings: CompareSettings) -> dict[str, Effect]:
    base = stacked(kept[settings.compare.baseline])
    draws = draw_of_replicate(settings)
    return {
        name: summarise(base, stacked(each), draws)
        for name, each in kept.items()
        if name != settings.compare.baseline
    }


def _prior_wanted(settings: CompareSettings) -> bool:
    return settings.compare.prior_check and parameter_source(settings) == POSTERIOR


def _under_the_prior(worlds: Worlds, settings: CompareSettings) -> dict[str, Effect]:
    kept = {
        name: run_world(dataclasses.replace(world, parameter_source=PRIOR), f"{name}, prior alone")
        for name, world in worlds.items()
    }
    return _summed(kept, dataclasses.replace(settings, parameter_source=PRIOR))


def _follow(worlds: Worlds, name: str, settings: CompareSettings) -> tuple[Audit, list[Twins]]:
    compare = settings.compare
    ours, theirs = worlds[compare.baseline], worlds[name]
    replicates = replicates_of(ours)[: compare.n_twins]
    base, other = build_world(ours.model), build_world(theirs.model)
    day = day_of(compare.flow_date)
    twins = [
        live_twice(base, other, replicate, day)
        for replicate in counted(replicates, len(replicates), f"pairs of {name} followed")
    ]
    reach = reach_of(ours.model, theirs.model, replicates[0].parameters)
    return audit(twins, reach), twins
