"""``allegiance score``: evidence in the project's format against a finished run, or a new one."""

from __future__ import annotations

import csv
import dataclasses
import io
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calibration.ledger import Observation
from calibration.ledger_columns import CHOICES
from experiments.ensemble import replicates_table, run_all, write_tables
from experiments.errors import EXIT_FAILED, EXIT_FINE, Interrupted, SettingsError, UserError
from experiments.evidence import read_evidence
from experiments.manifest import add_facts, read_manifest
from experiments.results import RECORD_TABLES, file_of
from experiments.scored import (
    score_records,
    score_tables,
    summary_lines,
    unscored_lines,
    value_lines,
)
from experiments.settings import RunSettings, freeze
from experiments.store import read_table, write_text
from experiments.tables import records_of
from sim.checks import Settings, require_one_of
from sim.record import Record

DEFAULT_ROLES = ("train", "holdout", "negative_control")


@dataclass(frozen=True)
class ScoreSettings(Settings):
    """What is held against what.

    Attributes
    ----------
    run : str or None
        Folder of a finished run; None simulates.
    evidence : str or None
        A CSV file in the project's format; None is the project's own evidence.
    roles : tuple of str
        Roles of the rows to score.
    """

    run: str | None = None
    evidence: str | None = None
    roles: tuple[str, ...] = DEFAULT_ROLES

    def __post_init__(self) -> None:
        """Refuse roles that no row can have."""
        for role in self.roles:
            require_one_of("score.roles", role, CHOICES["role"])


@dataclass(frozen=True, kw_only=True)
class ScoreJob(RunSettings):
    """Settings of ``allegiance score``.

    Attributes
    ----------
    score : ScoreSettings
        What is held against what.
    """

    score: ScoreSettings = field(default_factory=ScoreSettings)


def main(settings: ScoreJob, output_dir: Path) -> int:
    """Score evidence against a finished run (score.run=FOLDER), or against a new one.

    Parameters
    ----------
    settings : ScoreJob
        With a run, everything but ``score`` is read from its manifest instead.
    output_dir : Path
        Where the scores go.

    Returns
    -------
    int
        0; 1 if there is no finished replicate.
    """
    chosen = settings.score
    observations = chosen_rows(chosen)
    run: RunSettings = settings
    facts: dict[str, Any] = {"evidence": chosen.evidence, "roles": list(chosen.roles)}
    interrupted = False
    if chosen.run is not None:
        folder = Path(chosen.run)
        run, records = read_run(folder)
        facts |= {"run": str(folder), "run_settings_hash": read_manifest(folder)["settings_hash"]}
    else:
        ensemble = run_all(settings)
        records, interrupted = ensemble.records, ensemble.interrupted
        facts["replicates"] = ensemble.counts
        write_tables(output_dir, {"replicates": replicates_table(ensemble, settings)})
        if not records:
            add_facts(output_dir, facts)
            error = next(iter(ensemble.failures.values()))
            print(f"allegiance: every replicate failed. The first: {error}", file=sys.stderr)
            return EXIT_FAILED
    scored = score_records(records, observations, run)
    tables = score_tables(scored)
    facts["rows"] = write_tables(output_dir, tables)
    write_text(output_dir / "scores.csv", _csv(tables["scores"]))
    add_facts(output_dir, facts)
    if scored.scores:
        print("\n".join([*value_lines(scored), "", *summary_lines(scored)]))
    print("\n".join(["", *unscored_lines(scored), f"results   {output_dir}"]).strip())
    if interrupted:
        raise Interrupted(f"{len(records)} finished replicates were scored, in {output_dir}.")
    return EXIT_FINE


def chosen_rows(chosen: ScoreSettings) -> tuple[Observation, ...]:
    """Read the observations to score.

    Raises
    ------
    UserError
        If the file is missing or broken, or has no row of the roles.
    """
    path = None if chosen.evidence is None else Path(chosen.evidence)
    if path is not None and not path.is_file():
        raise UserError(f"score.evidence={path}: there is no such file. Name a CSV file.")
    ledger = read_evidence(path)
    rows = ledger.of_role(*chosen.roles)
    if not rows:
        there = ", ".join(sorted({o.role for o in ledger})) or "none at all"
        raise UserError(
            f"{ledger.source} has no row with role {' or '.join(chosen.roles)}; it has {there}. "
            f"Choose with score.roles=[{there.partition(',')[0]}]."
        )
    return rows


def read_run(folder: Path) -> tuple[RunSettings, list[tuple[int, Record]]]:
    """Read back what a finished run was told and what it recorded.

    Parameters
    ----------
    folder : Path
        Of a run of ``allegiance run``.

    Returns
    -------
    RunSettings
        Its settings.
    list of (int, Record)
        Number of each finished replicate and its record.

    Raises
    ------
    UserError
        If the folder is none of a run, or of a version with other settings.
    """
    if not folder.is_dir():
        raise UserError(f"score.run={folder}: there is no such folder. Name that of a run.")
    manifest = read_manifest(folder)
    missing = [name for name in RECORD_TABLES if not (folder / file_of(name)).is_file()]
    if missing:
        raise UserError(
            f"{folder} has no {file_of(missing[0])}: its command was "
            f"'allegiance {manifest.get('command', '?')}' and its status is "
            f"'{manifest.get('status', '?')}'. Name the folder of a finished 'allegiance run'."
        )
    names = {each.name for each in dataclasses.fields(RunSettings)}
    told = {name: value for name, value in manifest["settings"].items() if name in names}
    try:
        settings = freeze(told, RunSettings, lifted=None)
    except SettingsError as error:
        version = manifest.get("code", {}).get("version", "?")
        raise UserError(
            f"{folder} was made by allegiance {version}, whose settings this one does not "
            f"read ({error.problems[0]}) Repeat the run."
        ) from error
    tables = {name: read_table(folder / file_of(name)) for name in RECORD_TABLES}
    return settings, records_of(tables, settings.model)


def _csv(columns: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return text.getvalue()
