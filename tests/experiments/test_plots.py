"""Figures: what they show is in the tables, nothing covers anything, same bytes each time."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import cli
from experiments.plots import FIGURES, drawings
from experiments.plots.__main__ import main as draw_small
from experiments.plots.observed_predicted import shares_that_count, sums
from experiments.plots.occasions import Mark, Occasion, occasions, short_span
from experiments.plots.overview import GAP_DAYS, OPERATORS, PAIR_DAYS, block_starts
from experiments.plots.panels import panels
from experiments.plots.tables import RunTables
from experiments.score import read_run
from experiments.store import read_table
from sim.calendar_os import N_DAYS


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a finished run, with figures."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    typed = ["run", "size=tiny", "n_replicates=2", "seed=5", f"hydra.run.dir={folder}"]
    assert cli.main(typed) == 0
    return folder


def occasion(day, n_marks):
    """An occasion of one letter with so many marks."""
    mark = Mark("x", ("BO",), (0.5,), 0.5, 0.4, 0.6)
    return Occasion("seats", ("soviet",), float(day), "1", "2", n_marks * (mark,), ("id",))


def test_a_run_draws_every_figure_in_every_format_with_data_and_caption(finished):
    made = {path.name for path in (finished / "figures").iterdir()}
    kinds = ("pdf", "svg", "png", "csv", "txt")
    assert made == {f"{name}.{kind}" for name in FIGURES for kind in kinds}


def test_every_documented_share_is_drawn_once(finished):
    settings, _ = read_run(finished)
    held = occasions(RunTables(finished), OPERATORS)
    placed = [each for panel in panels(settings.model, held) for each in panel.occasions]
    assert sorted(o.observations for o in placed) == sorted(o.observations for o in held)
    printed = sum(len(mark.documented) for each in placed for mark in each.marks)
    assert printed == len(shares_that_count(read_table(finished / "scores.parquet"))["label"])


def test_every_constituency_has_a_panel(finished):
    settings, _ = read_run(finished)
    shown = {panel.of for panel in panels(settings.model, []) if panel.table == "shares"}
    assert shown == set(settings.model.place.constituencies)


def test_lines_are_the_medians_of_the_table(finished):
    with (finished / "figures" / "overview.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["panel"], row["series"], row["party_or_option"])
            == ("Petrograd workers", "model", "BO")
        ]
    shares = read_table(finished / "shares.parquet")
    here = (shares["constituency"] == "petrograd_workers") & (shares["day"] == 200)
    drawn = next(float(row["median"]) for row in rows if row["day"] == "200")
    assert len(rows) == N_DAYS
    assert drawn == pytest.approx(np.median(shares["private_BO"][here]), abs=1e-5)


def test_the_sums_in_the_figure_are_those_of_the_run(finished):
    import json

    facts = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    whole = next(each for each in facts["scores"] if each["role"] == "all")
    figures = shares_that_count(read_table(finished / "scores.parquet"))
    count, rmse, *covered = sums(figures)
    assert count == whole["n_figures"]
    assert rmse == pytest.approx(whole["rmse_points"])
    assert covered == pytest.approx(whole["coverage"])
    assert f"RMSE {rmse:.1f} points" in (finished / "figures" / "observed_predicted.txt").read_text(
        encoding="utf-8"
    )


def test_a_figure_drawn_again_has_the_same_bytes(finished, tmp_path):
    from experiments.plots.saving import save_figure

    settings, _ = read_run(finished)
    name, drawing = list(drawings(finished, settings))[-1]
    for path in save_figure(tmp_path / name, drawing):
        assert path.read_bytes() == (finished / "figures" / path.name).read_bytes(), path.name


def test_small_pictures_fit_on_a_page(finished, tmp_path, capsys):
    assert draw_small([str(finished), str(tmp_path / "images")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(FIGURES)
    for name in FIGURES:
        assert (tmp_path / "images" / f"{name}.png").stat().st_size < 400_000


def test_small_pictures_of_no_run_are_refused(tmp_path, capsys):
    assert draw_small([str(tmp_path / "nowhere"), str(tmp_path / "images")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


@given(st.lists(st.tuples(st.integers(0, N_DAYS - 1), st.integers(1, 4)), max_size=5))
def test_blocks_of_markers_never_overlap_and_stay_on_the_axis(places):
    held = [occasion(day, n) for day, n in sorted(places)]
    starts = block_starts(held)
    widths = [PAIR_DAYS * len(each.marks) for each in held]
    for (left, width), right in zip(zip(starts, widths, strict=True), starts[1:], strict=False):
        assert left + width <= right + 0.5
    assert all(0 <= s <= N_DAYS - 1 - w for s, w in zip(starts, widths, strict=True))


def test_a_lone_block_is_centred_on_its_date():
    (start,) = block_starts([occasion(100, 2)])
    assert start + PAIR_DAYS == pytest.approx(100.0)
    apart = block_starts([occasion(100, 1), occasion(101, 1)])
    assert apart[1] - apart[0] >= PAIR_DAYS + GAP_DAYS - 0.5


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("1917-08-31", "31 Aug"),
        ("1917-09-14/1917-09-22", "14-22 Sep"),
        ("1917-05-27/1917-06-05", "27 May-5 Jun"),
        ("1917-05-01/1917-05-31", "May"),
        ("1917-09-01/1917-10-25", "Sep-Oct"),
    ],
)
def test_dates_are_written_short(span, said):
    assert short_span(span) == said
