"""The report: one page that needs no network, and says first where the model loses."""

import json
import re

import numpy as np
import pytest

from calibration.error_model import ErrorModel
from calibration.fitting import operator_sets
from calibration.patterns import PATTERNS
from calibration.validation import MODEL, score_split, summary_rows, verdicts
from experiments import report
from experiments.errors import UserError
from experiments.reporting.page import number
from experiments.sensitivity import ASKED
from experiments.store import write_table
from experiments.validate import _columns, _value_rows
from sim.historical import historical_settings

TITLES = {"in_sample": "Training figures, in sample", "holdout": "All figures of role holdout"}


def write_validation(folder):
    """Tables of a validation in which N3 is nearer to the figures than the model."""
    training, _ = operator_sets(historical_settings())
    flat = [
        np.full(o.shape, 1.0 / len(o.value)) if o.kind in ("shares", "presidium")
        else np.broadcast_to(o.value, o.shape)
        for o in training.operators
    ]  # fmt: skip
    documented = [np.broadcast_to(o.value, o.shape) for o in training.operators]
    forecasts = [
        (name, np.tile(np.concatenate([p.ravel() for p in parts]), (8, 1)), ErrorModel())
        for name, parts in ((MODEL, flat), ("N1", flat), ("N3", documented))
    ]
    every = np.ones(len(training.operators), dtype=bool)
    scored = [
        each for split in TITLES for each in score_split(split, training, every, forecasts, 1, ())
    ]
    rows = summary_rows(scored, 50, 1)
    write_table(folder / "summary.parquet", _columns(rows))
    write_table(folder / "scores.parquet", _value_rows(scored))
    write_table(
        folder / "patterns.parquet",
        {
            "pattern": np.array(list(PATTERNS)),
            "meaning": np.array(list(PATTERNS.values())),
            "share_of_runs": np.linspace(0, 1, 10),
            "share_of_runs_at_medians": np.linspace(1, 0, 10),
            "passes": (np.linspace(0, 1, 10) > 0.5).astype(int),
        },
    )
    names = ("values", "runs_inside_all", "runs_inside_all_if_perfect", "values_inside",
             "values_inside_if_perfect", "best_run_inside")  # fmt: skip
    write_table(
        folder / "bands.parquet",
        {"figures": np.array(["training"]), **{name: np.array([0.5]) for name in names}},
    )
    facts = {
        "verdicts": verdicts(rows, TITLES),
        "titles": TITLES,
        "splits_sha256": "0" * 64,
        "accepted_runs": 0.25,
    }
    (folder / "validation.json").write_text(json.dumps(facts), encoding="utf-8")


def write_sensitivity(folder):
    """Tables of a sensitivity analysis with two factors and luck."""
    factors = ("parameters.discredit", "parameters.grievance_weight", "(luck alone)")
    n = len(ASKED)
    write_table(
        folder / "first_order.parquet",
        {
            "factor": np.repeat(factors, n),
            "outcome": np.tile(ASKED, 3),
            "S1": np.linspace(0.0, 0.6, 3 * n),
        },
    )


@pytest.fixture
def page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, write in (("validate", write_validation), ("sensitivity", write_sensitivity)):
        folder = tmp_path / "outputs" / name / "one"
        folder.mkdir(parents=True)
        write(folder)
    assert report.main([]) == 0
    assert "report.html" in capsys.readouterr().out
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_fetches_nothing(page):
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "@import" not in page
    assert "<script" not in page
    assert page.count("<svg") >= 5


def test_the_page_says_first_where_the_model_loses(page):
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert text.index("the model loses to N3") < text.index("The model and its rivals</h2>")


def test_names_inside_figures_do_not_collide(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_is_missing_is_said(page):
    assert "No calibration was found." in page


def test_figures_stand_beside_the_page_as_svg_and_png(page, tmp_path):
    names = {path.name for path in (tmp_path / "report_figures").iterdir()}
    assert {"log_score.svg", "log_score.png", "predictive_holdout.svg"} <= names
    assert page


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(UserError, match="Run `allegiance calibrate`"):
        report.main(["--outputs", str(tmp_path)])


def test_a_named_folder_that_holds_something_else_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"has no validation\.json"):
        report.main(["--validate", str(tmp_path)])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (-3.2, "\N{MINUS SIGN}3.20"), (1234.5, "1234"), (0.0, "0"),
     (float("nan"), "\N{EN DASH}")],
)  # fmt: skip
def test_numbers_are_written_with_three_figures(value, text):
    assert number(value) == text
