"""What the model says of every documented figure, kept beside the posterior it was drawn from.

``python -m experiments.predictions`` simulates, reads every observation that has an operator, and
writes ``calibration/posterior/predictions.csv`` with a note of the posterior and the evidence it
was made from. The catalogue of evidence in the documentation shows the table. It has to be made
again whenever the model, the posterior or the evidence changes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from calibration.posterior import SHIPPED
from calibration.scoring import ObservationScore
from experiments.composing import compose_settings
from experiments.ensemble import run_all
from experiments.errors import EXIT_FAILED, EXIT_FINE, EXIT_MISTAKE, OutputError, UserError
from experiments.evidence import read_evidence
from experiments.manifest import code_version
from experiments.scored import Scored, score_records
from experiments.settings import POSTERIOR
from experiments.store import write_text

FOLDER = SHIPPED.parent
TABLE, NOTE = "predictions.csv", "predictions.json"
N_REPLICATES = 100
COMMAND = "python -m experiments.predictions"
DIGITS = 6


@dataclass(frozen=True)
class Prediction:
    """One documented value beside the posterior predictive distribution.

    Attributes
    ----------
    observation : str
        Id of the observation.
    label : str
        Which of its values.
    unit : str
        ``share`` (0 to 1), ``people``, or ``claim`` (whether an ordering holds).
    documented : float
        Value printed; 1 for a claim.
    median : float
        Median of what the replicates say; for a claim the share of them in which it holds.
    low_90, high_90 : float or None
        Ends of the 90 % predictive interval; None for a claim.
    """

    observation: str
    label: str
    unit: str
    documented: float
    median: float
    low_90: float | None
    high_90: float | None


@dataclass(frozen=True)
class Provenance:
    """What a table of predictions was made from.

    Attributes
    ----------
    posterior_sha256, evidence_sha256 : str
        Hashes of ``posterior.parquet`` and ``observations.csv``.
    seed, n_replicates : int
        Of the ensemble.
    version : str
        Of the program.
    """

    posterior_sha256: str
    evidence_sha256: str
    seed: int
    n_replicates: int
    version: str


def predict(n_replicates: int = N_REPLICATES) -> tuple[list[Prediction], Provenance]:
    """Simulate from the shipped posterior and read every observation that has an operator.

    Parameters
    ----------
    n_replicates : int
        Size of the ensemble.

    Returns
    -------
    predictions : list of Prediction
        In the order of the evidence.
    provenance : Provenance
        What they were made from.

    Raises
    ------
    UserError
        If a replicate fails, or Ctrl-C leaves some of them out.
    """
    ledger = read_evidence()
    settings = compose_settings(f"n_replicates={n_replicates}", f"parameter_source={POSTERIOR}")
    ensemble = run_all(settings)
    if len(ensemble.records) < n_replicates:
        raise UserError(
            f"{len(ensemble.records)} of {n_replicates} replicates finished; nothing was kept."
        )
    scored = score_records(ensemble.records, ledger, settings)
    provenance = Provenance(
        posterior_sha256=sha256_of(SHIPPED),
        evidence_sha256=ledger.sha256,
        seed=settings.seed,
        n_replicates=n_replicates,
        version=str(code_version()["version"]),
    )
    return predictions_of(scored), provenance


def predictions_of(scored: Scored) -> list[Prediction]:
    """Return a row for each value of every scored observation."""
    return [row for score in scored.scores for row in _rows(score)]


def write_predictions(
    folder: Path, predictions: Iterable[Prediction], provenance: Provenance
) -> None:
    """Write the table and the note of what it was made from.

    Parameters
    ----------
    folder : Path
        Where both go.
    predictions : iterable of Prediction
        Rows.
    provenance : Provenance
        What they were made from.
    """
    names = [field.name for field in fields(Prediction)]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in predictions)
    write_text(folder / TABLE, text.getvalue())
    write_text(folder / NOTE, json.dumps(asdict(provenance), indent=2) + "\n")


def read_predictions(folder: Path = FOLDER) -> tuple[list[Prediction], Provenance]:
    """Read what :func:`write_predictions` wrote.

    Parameters
    ----------
    folder : Path
        By default that of the shipped posterior.

    Returns
    -------
    predictions : list of Prediction
        Rows.
    provenance : Provenance
        What they were made from.

    Raises
    ------
    OutputError
        If there is no such table.
    """
    try:
        with (folder / TABLE).open(encoding="utf-8", newline="") as stream:
            rows = [_read_row(row) for row in csv.DictReader(stream)]
        note = json.loads((folder / NOTE).read_text("utf-8"))
        return rows, Provenance(**note)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"cannot read {TABLE} and {NOTE} ({error}). Make them with `{COMMAND}`."
        ) from error


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Make the table again.

    Parameters
    ----------
    arguments : sequence of str
        Flags.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(prog=COMMAND, description="Predict every documented figure.")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the table goes")
    parser.add_argument("--n-replicates", type=int, default=N_REPLICATES)
    given = parser.parse_args(list(arguments))
    try:
        predictions, provenance = predict(given.n_replicates)
        write_predictions(given.folder, predictions, provenance)
    except OutputError as error:
        print(f"allegiance: {error}", file=sys.stderr)
        return EXIT_FAILED
    except UserError as error:
        print(f"allegiance: {error}", file=sys.stderr)
        return EXIT_MISTAKE
    print(given.folder / TABLE)
    return EXIT_FINE


def _rows(score: ObservationScore) -> list[Prediction]:
    return [
        Prediction(
            observation=score.operator.id,
            label=value.label,
            unit=value.unit,
            documented=round(value.documented, DIGITS),
            median=round(value.predicted, DIGITS),
            low_90=None if value.unit == "claim" else round(value.low[1], DIGITS),
            high_90=None if value.unit == "claim" else round(value.high[1], DIGITS),
        )
        for value in score.values
    ]


def _read_row(row: dict[str, str]) -> Prediction:
    return Prediction(
        observation=row["observation"],
        label=row["label"],
        unit=row["unit"],
        documented=float(row["documented"]),
        median=float(row["median"]),
        low_90=float(row["low_90"]) if row["low_90"] else None,
        high_90=float(row["high_90"]) if row["high_90"] else None,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
