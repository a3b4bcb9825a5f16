"""The main job, tiny: what it leaves, how it ends, and that its tables hold the whole record."""

import contextlib
import dataclasses
import io
import json
import logging

import numpy as np
import pytest

from calibration.ledger import load_ledger
from experiments import cli, ensemble, score
from experiments.composing import compose_settings
from experiments.results import RECORD_TABLES, TABLES, file_of
from experiments.run import RunJob
from experiments.scored import score_records
from experiments.store import read_metadata, read_table
from experiments.tables import keep, records_of, tables_of
from sim.ensemble import Failure, run_ensemble
from sim.parameters import PARAMETER_NAMES
from sim.party import PARTY_IDS

TINY = ["size=tiny", "n_replicates=3", "seed=5", "parameter_source=medians"]


def run(folder, *more):
    """Run in a folder and return status and what was printed."""
    said, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        status = cli.main(["run", *TINY, f"hydra.run.dir={folder}", *more])
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler, logging.FileHandler):
            handler.close()
            logging.getLogger().removeHandler(handler)
    return status, said.getvalue(), errors.getvalue()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run without figures: folder, status, what it printed."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    return folder, *run(folder, "figures=false")


def same(a, b):
    """Whether two values are equal to the last bit, whatever is inside them."""
    if isinstance(a, np.ndarray):
        equal_nan = a.dtype.kind == "f"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=equal_nan)
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b


def test_a_run_ends_well_and_says_where_things_are_and_how_far_off_the_record_it_is(finished):
    folder, status, said, errors = finished
    assert status == 0
    assert str(folder) in said
    assert "RMSE" in said
    assert "3 of 3 replicates" in said + errors
    assert (folder / "summary.txt").read_text(encoding="utf-8") == said


def test_every_table_is_there_with_the_columns_that_are_documented(finished):
    folder, *_ = finished
    kinds = {"int32": "i", "float64": "f", "string": "O"}
    for name, table in TABLES.items():
        columns = read_table(folder / file_of(name))
        expected = table.names(PARTY_IDS)
        if name == "replicates":
            expected = [*expected[:-1], *PARAMETER_NAMES]
        assert list(columns) == expected
        assert read_metadata(folder / file_of(name))["title"] == table.title
        for column, spec in table.columns.items():
            if "{" not in column:
                assert columns[column].dtype.kind == kinds[spec.kind], (name, column)


def test_the_key_of_a_table_tells_its_rows_apart(finished):
    folder, *_ = finished
    for name, table in TABLES.items():
        if name in ("scores", "predictions", "unscored"):  # labels of one source may repeat
            continue
        columns = read_table(folder / file_of(name))
        rows = list(zip(*(columns[key].tolist() for key in table.key), strict=True))
        assert len(set(rows)) == len(rows), name


def test_records_come_back_from_tables_to_the_last_bit(finished):
    folder, *_ = finished
    settings = compose_settings(*TINY, config_name="run", schema=RunJob)
    replicates = ensemble.replicates_of(settings)
    made = list(run_ensemble(settings.model, replicates, keep, workers=1))
    _, read = score.read_run(folder)
    assert [number for number, _ in read] == [0, 1, 2]
    for (_, a), (_, b) in zip(made, read, strict=True):
        for field in dataclasses.fields(a):
            assert same(getattr(a, field.name), getattr(b, field.name)), field.name


def test_a_record_with_a_seat_more_is_not_taken_for_the_same(finished):
    folder, *_ = finished
    _, ((_, record), *_) = score.read_run(folder)
    seats = record.seats.copy()
    seats[-1, 0, 0] += 1
    assert not same(record, dataclasses.replace(record, seats=seats))


def test_flows_by_month_add_up_to_the_changes_of_the_days():
    settings = compose_settings("size=tiny", "n_replicates=1")
    ((_, whole),) = run_ensemble(settings.model, ensemble.replicates_of(settings), _all, workers=1)
    assert keep(whole).switches.shape[0] == 9
    np.testing.assert_array_equal(keep(whole).switches.sum(axis=0), whole.switches.sum(axis=0))


def _all(record):
    return record


def test_the_same_run_again_gives_the_same_bytes(finished, tmp_path):
    folder, *_ = finished
    assert run(tmp_path / "again", "figures=false")[0] == 0
    for name in TABLES:
        file = file_of(name)
        assert (tmp_path / "again" / file).read_bytes() == (folder / file).read_bytes(), name


def test_the_manifest_names_replicates_parameters_and_scores(finished):
    facts = json.loads((finished[0] / "manifest.json").read_text(encoding="utf-8"))
    assert facts["status"] == "finished"
    assert facts["replicates"] == {"finished": 3, "failed": 0, "not run": 0}
    assert facts["parameter_source"] == "medians"
    assert {each["role"] for each in facts["scores"]} >= {"train", "holdout", "all"}
    assert facts["rows"]["shares"] == 3 * 262 * 16


def test_every_row_of_the_evidence_is_scored_or_reported(finished):
    folder, *_ = finished
    told = {name: read_table(folder / file_of(name)) for name in ("scores", "unscored")}
    scored, missing = set(told["scores"]["observation"]), told["unscored"]
    left_out = set(missing["observation"][missing["scored"] == 0])
    assert scored | left_out == {o.id for o in load_ledger().scored()}
    assert not scored & left_out


def test_a_replicate_that_fails_is_a_row_and_the_others_go_on(tmp_path, monkeypatch):
    def one_fails(settings, replicates, reduce, **options):
        for number, result in run_ensemble(settings, replicates, reduce, **options):
            failed = Failure(replicates[number], "ValueError: no such luck")
            yield number, failed if number == 1 else result

    monkeypatch.setattr(ensemble, "run_ensemble", one_fails)
    status, said, _ = run(tmp_path / "out", "figures=false")
    rows = read_table(tmp_path / "out" / "replicates.parquet")
    assert status == 0
    assert rows["status"].tolist() == ["finished", "failed", "finished"]
    assert rows["error"].tolist() == ["", "ValueError: no such luck", ""]
    assert set(read_table(tmp_path / "out" / "shares.parquet")["replicate"]) == {0, 2}
    assert "replicate 1: ValueError: no such luck" in said


def test_a_run_in_which_every_replicate_fails_says_so(tmp_path, monkeypatch):
    def all_fail(_, replicates, *__, **___):
        yield from ((i, Failure(each, "ValueError: no")) for i, each in enumerate(replicates))

    monkeypatch.setattr(ensemble, "run_ensemble", all_fail)
    status, _, errors = run(tmp_path / "out")
    assert status == 1
    assert "3 replicates failed" in errors


def test_ctrl_c_keeps_and_scores_what_is_finished(tmp_path, monkeypatch):
    def stopped(settings, replicates, reduce, **options):
        yield from run_ensemble(settings, replicates[:2], reduce, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "run_ensemble", stopped)
    status, said, errors = run(tmp_path / "out", "figures=false")
    facts = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert status == 130
    assert "2 finished replicates of 3 are in" in errors
    assert "1 replicates were not run" in said
    assert facts["status"] == "interrupted"
    assert facts["replicates"] == {"finished": 2, "failed": 0, "not run": 1}
    assert set(read_table(tmp_path / "out" / "shares.parquet")["replicate"]) == {0, 1}


def test_ctrl_c_before_the_first_replicate_keeps_nothing(tmp_path, monkeypatch):
    def stopped(*_, **__):
        yield from ()
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "run_ensemble", stopped)
    status, _, errors = run(tmp_path / "out")
    assert status == 130
    assert "No replicate was finished" in errors


def test_the_machine_is_told_that_it_compiles_only_when_it_does(tmp_path, monkeypatch):
    monkeypatch.setattr(ensemble, "kernels_compiled", lambda: False)
    assert "compiling the model" in run(tmp_path / "a", "n_replicates=1", "figures=false")[2]
    monkeypatch.setattr(ensemble, "kernels_compiled", lambda: True)
    assert "compiling" not in run(tmp_path / "b", "n_replicates=1", "figures=false")[2]


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    status, _, errors = run(tmp_path / "file" / "out")
    assert status == 2
    assert "Name a folder that you may write to" in errors


def test_interrupted_tables_can_be_scored_like_finished_ones(finished):
    folder, *_ = finished
    settings, records = score.read_run(folder)
    scored = score_records(records[:1], load_ledger().scored(), settings)
    assert len(scored.scores) == len(
        score_records(records, load_ledger().scored(), settings).scores
    )


def test_tables_of_a_run_with_drawn_parameters_hold_their_values(tmp_path):
    status, said, _ = run(tmp_path / "out", "figures=false", "parameter_source=prior")
    rows = read_table(tmp_path / "out" / "replicates.parquet")
    assert status == 0
    assert rows["draw"].tolist() == [0, 0, 1]
    assert rows["discredit"][0] == rows["discredit"][1] != rows["discredit"][2]
    assert len(set(rows["seed"])) == 3
    assert "points: parameters" in said


def test_every_table_of_the_record_is_needed_to_rebuild_it(finished):
    folder, *_ = finished
    settings, records = score.read_run(folder)
    tables = tables_of(records, settings.model)
    assert set(tables) == set(RECORD_TABLES)
    for name in RECORD_TABLES:
        with pytest.raises(KeyError, match=name):
            records_of({k: v for k, v in tables.items() if k != name}, settings.model)
