"""``allegiance run``: the main job."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from experiments.ensemble import (
    FAILED,
    FINISHED,
    NOT_RUN,
    Ensemble,
    run_all,
    write_ensemble,
    write_tables,
)
from experiments.errors import EXIT_FAILED, EXIT_FINE, Interrupted
from experiments.evidence import read_evidence
from experiments.manifest import add_facts
from experiments.parameter_sets import parameter_source
from experiments.plots import draw_run
from experiments.scored import Scored, score_records, score_tables, summary_lines
from experiments.settings import RunSettings
from experiments.store import write_text

SUMMARY_FILE = "summary.txt"
N_ERRORS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class RunJob(RunSettings):
    """Settings of ``allegiance run``.

    Attributes
    ----------
    figures : bool
        Whether to draw figures.
    """

    figures: bool = True


def main(settings: RunJob, output_dir: Path) -> int:
    """Run an ensemble of 1917, hold it against the record, and draw both.

    Parameters
    ----------
    settings : RunJob
        What to run.
    output_dir : Path
        Where results go.

    Returns
    -------
    int
        0; 1 if every replicate failed.

    Raises
    ------
    Interrupted
        After Ctrl-C, once the finished replicates are written.
    """
    ledger = read_evidence()
    ensemble = run_all(settings)
    rows = write_ensemble(output_dir, ensemble, settings)
    facts = {
        "parameter_source": parameter_source(settings),
        "replicates": ensemble.counts,
        "rows": rows,
    }
    if not ensemble.records:
        add_facts(output_dir, facts)
        print("\n".join(_failure_lines(ensemble)), file=sys.stderr)
        return EXIT_FAILED
    scored = score_records(ensemble.records, ledger.scored(), settings)
    facts["rows"] = rows | write_tables(output_dir, score_tables(scored))
    drawn = draw_run(output_dir, settings) if settings.figures else []
    text = "\n".join(_summary(settings, ensemble, scored, output_dir, drawn))
    write_text(output_dir / SUMMARY_FILE, text + "\n")
    add_facts(output_dir, facts | {"scores": [_plain(each) for each in scored.summaries]})
    print(text)
    if ensemble.interrupted:
        done = ensemble.counts[FINISHED]
        raise Interrupted(
            f"{done} finished replicates of {settings.n_replicates} are in {output_dir}."
        )
    return EXIT_FINE


def _summary(
    settings: RunJob, ensemble: Ensemble, scored: Scored, folder: Path, drawn: list[Path]
) -> list[str]:
    scenario = ", ".join(settings.scenario_notes) or "without a name"
    source = parameter_source(settings)
    lines = [
        f"scenario {scenario}; seed {settings.seed}; parameters: {source}; "
        f"{ensemble.counts[FINISHED]} of {settings.n_replicates} replicates",
        "",
        *summary_lines(scored),
        "",
    ]
    lines += _failure_lines(ensemble)
    lines.append(f"{'results':<10}{folder}")
    lines += [f"{'figure':<10}{path}" for path in drawn if path.suffix == ".png"]
    return lines


def _failure_lines(ensemble: Ensemble) -> list[str]:
    counts, failures = ensemble.counts, ensemble.failures
    lines = []
    if counts[FAILED]:
        lines.append(f"{counts[FAILED]} replicates failed; replicates.parquet has their errors:")
        lines += [
            f"  replicate {number}: {error}"
            for number, error in list(failures.items())[:N_ERRORS_SHOWN]
        ]
    if counts[NOT_RUN]:
        lines.append(f"{counts[NOT_RUN]} replicates were not run.")
    return lines


def _plain(summary: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(summary)  # type: ignore[call-overload, no-any-return]
