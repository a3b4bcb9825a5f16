"""What is taken away from the page: tables that others can read, settings that run again."""

import io
import shlex

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments.app.engine import Engine
from experiments.app.exports import MINE, as_csv, as_parquet, as_settings, share_table, vote_table
from experiments.app.messages import BadRequestError, History
from experiments.app.parameters import knowledge
from experiments.cli import main
from experiments.composing import compose_settings
from experiments.parameter_sets import replicates_of
from sim.calendar_os import N_DAYS

BASE = History((), (), 0)
CHANGED = History(("no_revolt",), (("discredit", 1.25), ("renewal_per_day", 0.02)), 7)


@pytest.fixture(scope="module")
def engine():
    return Engine("tiny")


@pytest.fixture(scope="module")
def lived(engine):
    return {
        slot: (history, engine.model(history).run())
        for slot, history in (("a", BASE), ("b", CHANGED))
    }


def test_the_table_holds_every_day_place_body_and_party(engine, lived):
    table = pd.read_csv(io.BytesIO(as_csv(share_table(engine, lived))))
    assert set(table["history"]) == {"baseline", "what_if"}
    held = table[(table["history"] == "what_if") & (table["kind"] == "held")]
    assert len(held) == N_DAYS * 17 * 7
    record = lived["b"][1]
    one = held[(held["id"] == "kronstadt") & (held["party"] == "BO")].sort_values("day")
    np.testing.assert_allclose(one["share"], record.shares("kronstadt")[:, 6], rtol=1e-5)
    assert list(one["date_old_style"].iloc[[0, -1]]) == ["1917-03-01", "1917-11-17"]
    assert one["date_new_style"].iloc[0] == "1917-03-14"


def test_seats_of_a_body_that_does_not_sit_are_empty_and_not_zero(engine, lived):
    table = pd.read_csv(io.BytesIO(as_csv(share_table(engine, lived))))
    seats = table[(table["kind"] == "seats") & (table["id"] == "congress_june")]
    assert seats[seats["day"] == 0]["share"].isna().all()
    assert seats[seats["day"] == 100].groupby("history")["share"].sum().to_list() == pytest.approx(
        [1.0, 1.0], abs=1e-4
    )


def test_parquet_and_csv_say_the_same(engine, lived):
    table = share_table(engine, lived)
    parquet = pd.read_parquet(io.BytesIO(as_parquet(table)))
    csv = pd.read_csv(io.BytesIO(as_csv(table)))
    assert list(parquet.columns) == list(csv.columns)
    np.testing.assert_allclose(parquet["share"], csv["share"], rtol=1e-5)
    assert (parquet["id"] == csv["id"]).all()


def test_the_votes_name_the_record_the_model_and_the_source(engine, lived):
    table = pd.read_csv(io.BytesIO(as_csv(vote_table(engine, lived))))
    assert set(table["unit"]) == {"share", "number", "claim"}
    parts = table[table["unit"] != "number"]
    assert (parts["documented"].between(0, 1)).all()
    assert (parts["model"].between(0, 1)).all()
    assert table["citation"].notna().all()
    whole = parts[(parts["unit"] == "share") & ~parts["option"].str.startswith("turnout")]
    sums = whole.groupby(["history", "observation"])["model"].sum()
    np.testing.assert_allclose(sums, 1.0, atol=1e-5)


def test_the_table_of_votes_holds_members_turnout_and_claims(engine, lived):
    table = pd.read_csv(io.BytesIO(as_csv(vote_table(engine, lived))))
    members = table[table["option"].str.endswith("members")]
    assert (members["unit"] == "number").all()
    assert (members["documented"] >= 1000).all()
    assert set(table[table["option"] == "turnout"]["unit"]) == {"share"}
    claims = table[table["unit"] == "claim"]
    assert "Menshevik: more than 50 %" in set(claims["option"])
    assert (claims["documented"] == 1).all()


@pytest.fixture
def folder(engine, tmp_path):
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / f"{MINE}.yaml").write_bytes(as_settings(engine, CHANGED))
    return tmp_path


def overrides_in(folder):
    """Settings of the command that the file's own comment gives."""
    text = (folder / "scenario" / f"{MINE}.yaml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("#   allegiance run"))
    words = shlex.split(line.removeprefix("#"))
    assert words[:4] == ["allegiance", "run", "--config-dir", "MY_CONFIGS"]
    return words[4:]


def test_the_settings_file_and_its_command_give_what_the_page_ran(engine, folder):
    settings = compose_settings(*overrides_in(folder), config_dir=folder)
    assert settings.model == engine.prepared(CHANGED.scenarios).settings
    assert settings.seed == CHANGED.seed
    assert settings.n_replicates == 20
    first = replicates_of(settings)[0]
    assert first.parameters == engine.parameters(CHANGED)
    assert first.seed == engine.model(CHANGED).data.seed
    assert {"no_revolt", MINE} <= set(settings.scenario_notes)


def test_the_settings_of_1917_as_recorded_change_nothing_of_the_world(engine, tmp_path):
    (tmp_path / "scenario").mkdir()
    (tmp_path / "scenario" / f"{MINE}.yaml").write_bytes(as_settings(engine, BASE))
    settings = compose_settings(*overrides_in(tmp_path), config_dir=tmp_path)
    assert settings.model == compose_settings("size=tiny").model
    assert settings.seed == 0


def test_without_the_lines_named_in_the_file_run_draws_the_sets_of_the_pages_intervals(
    engine, tmp_path
):
    (tmp_path / "scenario").mkdir()
    path = tmp_path / "scenario" / f"{MINE}.yaml"
    tree = yaml.safe_load(as_settings(engine, BASE))
    assert tree.pop("parameter_source") == "medians"
    del tree["parameters"]
    path.write_text("# @package _global_\n" + yaml.safe_dump(tree, sort_keys=False))
    settings = compose_settings(
        f"scenario=[{MINE}]", "size=tiny", "seeds_per_draw=1", config_dir=tmp_path
    )
    drawn = [each.parameters for each in replicates_of(settings)]
    assert drawn == knowledge().sets(20, BASE.seed, {})


def test_settings_with_a_moved_slider_do_not_promise_the_pages_intervals(engine):
    assert b"seeds_per_draw" in as_settings(engine, BASE)
    assert b"seeds_per_draw" not in as_settings(engine, CHANGED)


@pytest.mark.slow
def test_allegiance_run_lives_the_history_of_the_page_again(engine, folder, tmp_path):
    results = tmp_path / "results"
    own = ["n_replicates=2", "figures=false", f"hydra.run.dir={results}"]
    status = main(["run", "--config-dir", str(folder), *overrides_in(folder), *own])
    assert status == 0
    seats = pd.read_parquet(results / "seats.parquet")
    mine = seats[(seats["replicate"] == 0) & (seats["chamber"] == "petrograd_soviet/workers")]
    record = engine.model(CHANGED).run()
    expected = record.seats[:, record.chambers.index("petrograd_soviet/workers")]
    np.testing.assert_array_equal(
        mine.sort_values("day")[list(record.parties)].to_numpy(), expected
    )


def test_scenarios_that_cannot_be_run_together_are_named(engine, monkeypatch):
    def refuse(*_):
        from experiments.errors import SettingsError

        raise SettingsError(["two scenarios set one thing."])

    monkeypatch.setattr(engine._composer, "frozen", refuse)
    with pytest.raises(BadRequestError, match=r"july_harsher, no_revolt cannot be run: two scen"):
        engine.prepared(("no_revolt", "july_harsher"))
