"""The record on the page: every figure that the model can speak to, hits and misses alike."""

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra [app] is not installed")

from calibration.error_model import ErrorModel
from calibration.ledger import load_ledger
from calibration.observation import compile_operators
from experiments.app.cards import describe
from experiments.app.documented import SCORED
from experiments.app.engine import Engine
from experiments.app.messages import History


@pytest.fixture(scope="module")
def engine():
    return Engine("tiny")


@pytest.fixture(scope="module")
def documented(engine):
    return engine.prepared(()).documented


@pytest.fixture(scope="module")
def cards(documented):
    return describe(documented)


def test_every_scored_figure_with_an_operator_is_on_the_page(engine, cards):
    known = compile_operators(load_ledger(roles=SCORED), engine.prepared(()).settings)
    expected = {operator.id for operator in known.operators}
    assert len(expected) > 30
    assert {card["id"] for card in cards if card["scored"]} == expected


def test_members_turnout_and_claims_are_on_the_page(cards):
    kinds = {card["kind"] for card in cards}
    assert {"membership", "turnout", "ordinal", "attendance", "ballot", "seats"} <= kinds
    units = {card["kind"]: card["unit"] for card in cards}
    assert units["membership"] == units["attendance"] == "number"
    assert units["turnout"] == "share"
    assert units["ordinal"] == "claim"


def test_one_figure_of_each_occasion_is_told_and_none_that_is_only_for_orientation(cards):
    told = [card for card in cards if card["telling"]]
    occasions = [(c["kind"], tuple(c["target"]), c["first"], c["last"]) for c in told]
    assert len(set(occasions)) == len(occasions)
    assert all(card["scored"] for card in told)
    assert any(not card["scored"] for card in cards)


def test_another_printing_stands_on_the_card_of_its_figure(cards):
    vote = next(card for card in cards if card["id"] == "O_psov_0831")
    assert any("229" in each["text"] for each in vote["printings"])
    assert "S04_petrograd_0831" not in {card["id"] for card in cards}


def test_a_vote_of_which_one_side_is_lost_says_so(cards):
    vote = next(card for card in cards if card["id"] == "S07_petrograd_0911")
    assert "The votes towards soviet power are lost" in vote["standing"]
    assert vote["ask"] == ""


def test_a_claim_is_told_in_words(cards):
    labels = {card["id"]: card["labels"] for card in cards}
    assert labels["S23_caucasus"] == ["Menshevik: more than 50 %"]
    assert labels["S21_late_regions"] == ["SR (right): the largest party"]


def test_the_model_holds_a_claim_in_as_many_runs_as_it_does(documented):
    operators = documented.operators
    at = next(i for i, o in enumerate(operators.operators) if o.kind == "claim")
    start = sum(operators.sizes[:at])
    runs = np.full((10, sum(operators.sizes)), 0.5)
    runs[:, start : start + operators.sizes[at]] = 0.0
    runs[:3, start : start + operators.sizes[at]] = 1.0
    found = documented.intervals(runs, 1, ErrorModel())
    column = sum(len(o.value) for o in operators.operators[:at])
    np.testing.assert_allclose(found[:, column], 0.3, rtol=1e-6)


def test_the_interval_of_a_number_of_members_is_around_what_the_runs_count(engine, documented):
    record = engine.model(History((), (), 0)).run()
    predictions = np.repeat(documented.operators.predict(record)[None], 20, axis=0)
    low, middle, high = documented.intervals(predictions, 1, ErrorModel())
    run = documented.predict(record)
    values = [o for o in documented.operators.operators for _ in o.value]
    members = [i for i, o in enumerate(values) if o.observation.operator == "membership"]
    assert members
    for i in members:
        assert low[i] < middle[i] < high[i]
        assert middle[i] == pytest.approx(run[i], rel=0.3)
