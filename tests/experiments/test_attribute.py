"""Attribution: games with known values, worlds without events, and the subcommand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.attributing import (
    coalitions_of,
    draw_order,
    shapley_values,
    shifted,
    without,
)
from experiments.composing import compose_settings
from experiments.errors import SettingsError
from experiments.outcomes_named import measure, parse_outcome
from experiments.store import read_table
from sim import RevolutionModel
from sim.calendar_os import day_of
from tests.experiments.test_compare import run

PLAYERS = ("a", "b", "c")
GROUPS = {"revolt": ("kornilov", "united_front"), "july": ("july_days",)}


def additive(coalition, _):
    return np.array([sum({"a": 1.0, "b": 2.0, "c": -0.5}[p] for p in coalition)])


def gloves(coalition, _):
    """A left glove (a) and two right ones (b, c): a pair is worth 1."""
    return np.array([float("a" in coalition and bool({"b", "c"} & coalition))])


def test_players_of_an_additive_game_get_what_they_add():
    found = shapley_values(additive, PLAYERS, n_orders=4, seed=1)
    np.testing.assert_allclose(found.shapley[:, 0], [1.0, 2.0, -0.5])
    np.testing.assert_allclose(found.error, 0.0)


@pytest.mark.statistical
def test_the_glove_game_has_its_textbook_value():
    # Exact: 2/3, 1/6, 1/6. Six standard errors: false alarms below one in a hundred million.
    found = shapley_values(gloves, PLAYERS, n_orders=20_000, seed=1)
    far = np.abs(found.shapley[:, 0] - [2 / 3, 1 / 6, 1 / 6]) / found.error[:, 0]
    assert far.max() < 6.0


@given(st.integers(0, 1000))
def test_values_sum_to_all_less_none(seed):
    found = shapley_values(gloves, PLAYERS, n_orders=4, seed=seed)
    assert found.shapley.sum() == pytest.approx(1.0)
    assert found.total.item() == 1.0


def test_every_odd_order_is_the_reverse_of_the_one_before():
    assert draw_order(PLAYERS, 3, 5) == draw_order(PLAYERS, 3, 4)[::-1]


def test_orders_differ():
    assert len({tuple(draw_order(PLAYERS, 3, 2 * n)) for n in range(60)}) == 6


def test_coalitions_grow_by_one_from_none_to_all():
    assert [len(each) for each in coalitions_of(PLAYERS)] == [0, 1, 2, 3]


@pytest.fixture(scope="module")
def model():
    return compose_settings("size=tiny").model


def test_leaving_nobody_out_changes_nothing(model):
    assert without(model, GROUPS, frozenset(GROUPS)) == model


def test_a_group_left_out_takes_its_events_with_it(model):
    left = without(model, GROUPS, frozenset({"july"}))
    assert not left.event["kornilov"].enabled
    assert not left.event["united_front"].enabled
    assert left.event["july_days"].enabled


def test_an_earlier_revolt_moves_all_its_windows(model):
    early = shifted(model, ("kornilov",), -10)
    ours, theirs = (RevolutionModel(m, seed=1).run(180) for m in (model, early))
    first = np.flatnonzero((ours.credibility != theirs.credibility).any(axis=(1, 2)))[0]
    assert first == day_of("1917-08-15")


def test_outcomes_are_read_off_the_record(model):
    record = RevolutionModel(model, seed=1).run()
    texts = (
        "share:petrograd_workers:BO:1917-10-24",
        "seats:petrograd_soviet/workers:ME:1917-09-09",
        "vote:petrograd_soviet_0831",
        "vote:never_held",
    )
    share, seats, vote, never = measure(record, tuple(parse_outcome(t) for t in texts))
    day = day_of("1917-10-24")
    assert share == record.shares("petrograd_workers")[day, record.parties.index("BO")]
    assert 0.0 <= seats <= 1.0
    towards, against, _ = record.meetings["petrograd_soviet_0831"].expected_left_right_abstain
    assert vote == towards / (towards + against)
    assert np.isnan(never)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("share:petrograd_workers", r"Write share:CONSTITUENCY:PARTY:DATE"),
        ("seats:petrograd_soviet:BO:1918-01-01", "must lie between 1917-03-01"),
        ("mood:all", "cannot read the outcome 'mood:all'"),
    ],
)
def test_an_outcome_that_cannot_be_read_is_answered_with_how_to_write_it(text, message):
    with pytest.raises(SettingsError, match=message):
        parse_outcome(text)


def test_the_subcommand_writes_contributions_that_sum_to_the_whole(tmp_path):
    words = (
        "size=tiny", "n_replicates=2", "parameter_source=medians", "attribute.n_orders=4",
        "attribute.shifts_days=[-7,0]", f"hydra.run.dir={tmp_path / 'out'}",
    )  # fmt: skip
    assert run("attribute", *words) == 0
    table = read_table(tmp_path / "out" / "contributions.parquet")
    chosen = table["outcome"] == "seats:petrograd_soviet:BO:1917-09-09"
    assert table["shapley"][chosen].sum() == pytest.approx(table["all_groups"][chosen][0])
    timing = read_table(tmp_path / "out" / "timing.parquet")
    assert (timing["effect_median"][timing["shift_days"] == 0] == 0.0).all()
    assert (tmp_path / "out" / "contributions.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("attribute.n_orders=3", "give an even number"),
        ("attribute.n_orders=200", "needs 100 replicates"),
        ("attribute.timing_group=coup", "attribute.timing_group must be one of april_crisis"),
        ("attribute.shifts_days=[7]", "must contain 0"),
        ("attribute.shifts_days=[0,90]", "leaves the period"),
        ("attribute.outcomes=[mood]", "cannot read the outcome"),
    ],
)
def test_refuses_attributions_that_mean_nothing(override, message, capsys):
    assert run("attribute", override, "size=tiny") == 2
    assert message in capsys.readouterr().err
