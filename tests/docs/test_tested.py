"""What the book and the README say of calibration and validation is what is shipped."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

import tested

from calibration.ledger_format import EVIDENCE_DIR
from calibration.posterior import SHIPPED
from calibration.splits import REGISTRY
from experiments.errors import OutputError, UserError
from experiments.kept_validation import COMMAND, MEASURES, gather, main, read_validation
from experiments.manifest import evidence_hash
from experiments.predictions import sha256_of
from experiments.store import write_table

ROOT = Path(__file__).resolve().parents[2]
KEPT = read_validation()
PAGE = tested.validation_page()
README = " ".join((ROOT / "README.md").read_text("utf-8").split())


def score(split, model, measure="log_score"):
    (found,) = (
        row["estimate"]
        for row in KEPT["summary"]
        if (row["split"], row["model"], row["measure"]) == (split, model, measure)
    )
    return found


def change(ablation, figures):
    (found,) = (
        row["change"]
        for row in KEPT["ablations"]
        if (row["ablation"], row["figures"]) == (ablation, figures)
    )
    return found


def test_the_results_are_those_of_the_shipped_posterior_evidence_and_splits():
    made_from = (KEPT["posterior_sha256"], KEPT["splits_sha256"], KEPT["evidence_sha256"])
    assert made_from == (sha256_of(SHIPPED), sha256_of(REGISTRY), evidence_hash()), COMMAND
    assert REGISTRY.parent == EVIDENCE_DIR


def test_every_split_of_the_registry_is_on_the_page_with_all_rivals():
    table = PAGE.partition("## The model and its rivals")[2]
    for split, title in KEPT["titles"].items():
        (line,) = re.findall(rf"^\| {re.escape(title)} \| \d+ \|.*$", table, flags=re.MULTILINE)
        numbers = [float(cell.strip(" *")) for cell in line.split("|")[3:8]]
        assert numbers == [round(score(split, m), 2) for m in tested.MODELS]
        assert line.count("**") == 2 * numbers.count(max(numbers))


def test_losses_stand_first():
    losses = ["loses" in line for line in KEPT["verdicts"]]
    assert losses == sorted(losses, reverse=True)
    assert sum(losses) == 7
    assert "It loses seven of them" in README


def test_results_of_another_posterior_are_told(monkeypatch):
    warning = "another posterior or other splits"
    assert warning not in PAGE
    monkeypatch.setattr(tested, "read_validation", lambda: KEPT | {"posterior_sha256": "0" * 64})
    assert warning in tested.validation_page()


def test_the_readme_says_what_the_validation_found():
    for split, model in (("holdout", "model"), ("holdout", "N4"), ("holdout", "N3"),
                         ("revolt", "model"), ("revolt", "N4"), ("revolt", "N3")):  # fmt: skip
        assert f"{score(split, model):.2f}" in README, (split, model)
    for ablation in ("grievance", "lag"):
        for figures in ("training", "holdout"):
            assert f"{-change(ablation, figures):.1f}" in README, (ablation, figures)


def test_the_readme_says_what_the_calibration_found():
    told = json.loads((SHIPPED.parent / "calibration.json").read_text("utf-8"))
    for key in ("sbc_cover_90", "sbc_worst_cover_90"):
        assert f"{100 * told[key]:.1f} %" in README
    for name in ("grievance_weight", "renewal_per_day", "discredit"):
        assert f"{told['contraction'][name]:.2f}" in README
    assert f"{told['two_banks_distance_at_most']:.2f}" in README


def test_the_page_of_parameters_names_all_with_their_coverage():
    text = tested.learnt()
    told = json.loads((SHIPPED.parent / "calibration.json").read_text("utf-8"))
    for name, value in told["contraction"].items():
        (line,) = re.findall(rf"^\| `{name}` .*$", text, flags=re.MULTILINE)
        assert float(line.split("|")[4]) == pytest.approx(value, abs=0.006)


@pytest.fixture
def finished(tmp_path):
    """Files of a finished validation, as little as is read of it."""
    shutil.copy(SHIPPED, tmp_path / "posterior.parquet")
    told = {
        "posterior": "posterior.parquet", "splits_sha256": "s", "draws": 4, "verdicts": ["one"],
        "titles": {"time": "Later"}, "accepted_runs": 0.0,
    }  # fmt: skip
    (tmp_path / "validation.json").write_text(json.dumps(told))
    manifest = {"evidence_hash": "e", "code": {"commit": "c"}, "seed": 0}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    rows = {"split": ["time"] * 2, "model": ["model"] * 2, "measure": ["log_score", "crps"],
            "estimate": [-1.23456789, 0.5], "low": [-2.0, float("nan")], "high": [-1.0, 0.5],
            "observations": [3.0, 3.0]}  # fmt: skip
    write_table(tmp_path / "summary.parquet", {k: np.array(v) for k, v in rows.items()})
    for name in ("patterns", "ablations", "bands"):
        write_table(tmp_path / f"{name}.parquet", {"a": np.ones(1)})
    return tmp_path


def test_a_finished_validation_is_kept_rounded_and_without_paths(finished):
    kept = gather(finished)
    (row,) = kept["summary"]  # the other measure is not told
    assert row["measure"] in MEASURES
    assert row["estimate"] == -1.2346
    assert str(finished) not in json.dumps(kept)


def test_a_validation_of_another_posterior_is_refused(finished, capsys):
    (finished / "posterior.parquet").write_bytes(b"other")
    with pytest.raises(UserError, match="another posterior"):
        gather(finished)
    assert main([str(finished)]) == 2
    assert "another posterior" in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["validation.json", "manifest.json", "ablations.parquet"])
def test_an_unfinished_validation_is_refused_with_the_command(finished, lost):
    (finished / lost).unlink()
    with pytest.raises(OutputError, match="allegiance validate"):
        gather(finished)


def test_results_that_are_not_there_name_the_command(tmp_path):
    with pytest.raises(OutputError, match=re.escape(COMMAND)):
        read_validation(tmp_path / "validation.json")
