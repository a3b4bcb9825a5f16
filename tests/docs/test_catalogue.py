"""The catalogue of evidence shows every figure beside its second reading and the prediction."""

import dataclasses
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

import catalogue

from calibration.error_model import ErrorModel
from calibration.ledger import load_ledger
from calibration.observation import compile_operators
from calibration.posterior import SHIPPED
from experiments.errors import OutputError
from experiments.predictions import (
    COMMAND,
    main,
    predict,
    read_predictions,
    sha256_of,
    write_predictions,
)
from sim.historical import historical_settings

LEDGER = load_ledger()
PAGES = {
    "fitted": catalogue.fitted_page(),
    "not_fitted": catalogue.not_fitted_page(),
    "context": catalogue.context_page(),
    "background": catalogue.background_page(),
}
WHOLE = "\n".join(PAGES.values())


def section(observation_id):
    return WHOLE.partition(f"(evidence-{catalogue.anchor(observation_id)})=")[2].partition("\n(")[0]


def test_predictions_were_made_from_the_shipped_posterior_and_evidence():
    _, provenance = read_predictions()
    made_from = (provenance.posterior_sha256, provenance.evidence_sha256)
    assert made_from == (sha256_of(SHIPPED), LEDGER.sha256), f"make them again with `{COMMAND}`"


def test_every_observation_that_the_model_can_read_is_predicted():
    operators = compile_operators(tuple(LEDGER), historical_settings(), ErrorModel()).operators
    rows, _ = read_predictions()
    assert {row.observation for row in rows} == {operator.id for operator in operators}
    assert all((row.low_90 is None) == (row.unit == "claim") for row in rows)
    assert all(row.low_90 <= row.high_90 for row in rows if row.low_90 is not None)


@pytest.mark.slow
def test_the_stored_predictions_are_those_of_the_model_as_it_is():
    stored, provenance = read_predictions()
    fresh, _ = predict(provenance.n_replicates)
    for old, new in zip(stored, fresh, strict=True):
        assert (old.observation, old.label) == (new.observation, new.label)
        numbers = [(getattr(r, n) for n in ("median", "low_90", "high_90")) for r in (old, new)]
        for a, b in zip(*numbers, strict=True):
            assert a == b or a == pytest.approx(b, rel=0.02, abs=0.005), f"make again: {COMMAND}"


def test_a_table_from_another_posterior_is_told_on_the_page():
    _, provenance = read_predictions()
    warning = "made from another posterior"
    assert warning not in catalogue.how_made(LEDGER, provenance)
    other = dataclasses.replace(provenance, posterior_sha256="0" * 64)
    assert warning in catalogue.how_made(LEDGER, other)


def test_predictions_that_are_not_there_name_the_command_that_makes_them(tmp_path):
    with pytest.raises(OutputError, match=re.escape(COMMAND)):
        read_predictions(tmp_path)


def test_what_is_written_is_what_is_read(tmp_path):
    rows, provenance = read_predictions()
    write_predictions(tmp_path, rows[:5], provenance)
    assert read_predictions(tmp_path) == (rows[:5], provenance)


def test_the_command_makes_the_table(tmp_path, capsys):
    assert main(["--folder", str(tmp_path), "--n-replicates", "2"]) == 0
    assert "predictions.csv" in capsys.readouterr().out
    assert read_predictions(tmp_path)[1].n_replicates == 2


@pytest.mark.parametrize("o", list(LEDGER), ids=lambda o: o.id)
def test_an_observation_is_on_one_page_with_all_that_is_known(o):
    assert WHOLE.count(f"(evidence-{catalogue.anchor(o.id)})=") == 1
    text = section(o.id)
    assert f"`{o.id}`" in text
    assert "New Style" in text
    for figure in o.figures:
        assert catalogue.cell(figure.citation) in text
        assert catalogue.cell(figure.option) in text
    assert all(f"[{reading.id}]" in text for reading in o.readings)
    assert (f"`{o.operator}`" in text) == (o.operator != "none")


def test_each_scored_figure_stands_beside_its_second_reading():
    typed = catalogue.second_reading()
    scored = [o for o in LEDGER if o.role in ("train", "holdout", "negative_control")]
    again = {
        (o.id, f.option): catalogue.typed_again(o, f, typed) for o in scored for f in o.figures
    }
    assert set(again) == set(typed)
    assert all(again.values())
    assert "differs" not in WHOLE


def test_a_second_reading_that_differs_would_show():
    o = LEDGER["S02_saratov_plenum"]
    typed = {(o.id, o.figures[0].option): "29"}
    assert "differs: 29" in catalogue.figures_table(o, typed)


def test_what_was_fitted_held_out_or_a_control_is_told():
    assert "**Fitted**" in section("S02_saratov_plenum")
    assert "**Held out**" in section("S12_kronstadt")
    assert "**Negative control**" in section("S23_caucasus")


def test_the_overview_has_every_predicted_value_of_a_scored_observation():
    text = catalogue.overview()
    rows, _ = read_predictions()
    for row in rows:
        scored = LEDGER[row.observation].role in ("train", "holdout", "negative_control")
        if scored and row.label != "other":
            assert f"evidence-{catalogue.anchor(row.observation)})" in text
            assert (
                catalogue.amount(row.median, "share" if row.unit == "claim" else row.unit) in text
            )
