"""The results of a validation, kept beside the posterior that it scored.

``python -m experiments.kept_validation FOLDER`` reads a finished ``allegiance validate
effort=full validate.ablations=true`` and writes ``calibration/posterior/validation.json``, from
which the documentation draws its tables. It has to be made again whenever the model, the
posterior, the evidence or the registered splits change.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyarrow import parquet

from calibration.posterior import SHIPPED
from experiments.errors import EXIT_FINE, EXIT_MISTAKE, OutputError, UserError
from experiments.predictions import sha256_of
from experiments.store import write_text

NAME = "validation.json"
COMMAND = "python -m experiments.kept_validation FOLDER"
MADE_BY = "allegiance validate effort=full validate.ablations=true"
MEASURES = ("log_score", "rmse_points", "cover_90")
DIGITS = 4


def gather(folder: Path, posterior: Path = SHIPPED) -> dict[str, Any]:
    """Read what the documentation tells of a validation.

    Parameters
    ----------
    folder : Path
        Folder of a finished ``allegiance validate`` with ablations.
    posterior : Path
        Sample that is shipped; the validation must have scored the same one.

    Returns
    -------
    dict
        ``verdicts`` (list of str), ``titles`` (split to words), ``summary``, ``patterns``,
        ``ablations`` and ``bands`` (lists of rows), and what they were made from.

    Raises
    ------
    OutputError
        If the folder holds no finished validation with ablations.
    UserError
        If it scored another posterior.
    """
    try:
        told = json.loads((folder / "validation.json").read_text("utf-8"))
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        tables = {
            name: parquet.read_table(folder / f"{name}.parquet").to_pylist()
            for name in ("summary", "patterns", "ablations", "bands")
        }
        scored = _posterior_of(folder, told["posterior"], posterior)
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(
            f"{folder} holds no finished validation with ablations ({error}). "
            f"Make one with `{MADE_BY}`."
        ) from error
    if sha256_of(scored) != sha256_of(posterior):
        raise UserError(
            f"{folder} scored another posterior than the shipped one. Run `{MADE_BY}` again."
        )
    return {
        "posterior_sha256": sha256_of(posterior),
        "splits_sha256": told["splits_sha256"],
        "evidence_sha256": manifest["evidence_hash"],
        "commit": manifest["code"]["commit"],
        "seed": manifest["seed"],
        "draws": told["draws"],
        "verdicts": told["verdicts"],
        "titles": told["titles"],
        "accepted_runs": told["accepted_runs"],
        "summary": [
            _rounded(row, "split", "model", "measure", "estimate", "low", "high", "observations")
            for row in tables["summary"]
            if row["measure"] in MEASURES
        ],
        "patterns": [_rounded(row, *row) for row in tables["patterns"]],
        "ablations": [_rounded(row, *row) for row in tables["ablations"]],
        "bands": [_rounded(row, *row) for row in tables["bands"]],
    }


def read_validation(path: Path = SHIPPED.parent / NAME) -> dict[str, Any]:
    """Read what :func:`gather` returned, from the shipped file.

    Raises
    ------
    OutputError
        If there is no such file.
    """
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(
            f"cannot read {path.name} ({error}). Make it with `{COMMAND}`."
        ) from error
    return kept


def _posterior_of(folder: Path, name: str, shipped: Path) -> Path:
    """Return the file that a validation scored: the shipped one, or one that it names."""
    return shipped if name == "shipped" else folder / name


def _rounded(row: dict[str, Any], *names: str) -> dict[str, Any]:
    kept = {name: row[name] for name in names}
    for name, value in kept.items():
        if isinstance(value, float):
            kept[name] = round(value, DIGITS) if math.isfinite(value) else None
    return kept


def main(arguments: Sequence[str]) -> int:
    """Keep the results of a validation; see the module."""
    parser = argparse.ArgumentParser(prog=COMMAND.removesuffix(" FOLDER"), description=__doc__)
    parser.add_argument("folder", type=Path, help="of a finished validation")
    given = parser.parse_args(arguments)
    try:
        kept = gather(given.folder)
    except UserError as error:
        print(f"allegiance: {error}", file=sys.stderr)
        return EXIT_MISTAKE
    path = SHIPPED.parent / NAME
    write_text(path, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(kept['titles'])} splits, {len(kept['ablations'])} ablations in {path}")
    return EXIT_FINE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
