"""Which points a sweep has: grids, designs, tables; what is refused before the first job."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.composing import Composer
from experiments.errors import SettingsError
from experiments.settings import RunSettings
from experiments.sweeping.cells import CellMaker
from experiments.sweeping.design import Axis, positions, read_axes
from experiments.sweeping.plan import planned_cells
from experiments.sweeping.points import (
    Bases,
    crossed,
    filled,
    grid_axes,
    listed,
    put,
    read_points,
    refuse_repeated,
)
from experiments.sweeping.settings import SweepSettings

COMPOSER = Composer(config_name="sweep")
TINY = ["size=tiny", "n_replicates=1", "++parameter_source=medians"]


def keys(*texts, fixed=TINY):
    """Content names of the cells of a grid."""
    checked = COMPOSER.checked(texts, SweepSettings, sweep=True)
    points = list(crossed(grid_axes(COMPOSER, checked), [()]))
    return [cell.key for cell in planned_cells(points, Bases(COMPOSER, fixed))]


def test_a_grid_crosses_choices_and_values_and_the_last_varies_fastest():
    axes = grid_axes(COMPOSER, ["scenario=historical,no_revolt", "parameters.discredit=1,2,4"])
    found = [[each.value for each in point] for point in crossed(axes, [()])]
    assert found[:4] == [["historical", 1], ["historical", 2], ["historical", 4], ["no_revolt", 1]]
    assert len(found) == 6


def test_a_range_has_the_values_that_hydra_gives_it():
    (axis,) = grid_axes(COMPOSER, ["parameters.discredit=range(0,1,0.25)"])
    assert [each.value for each in axis] == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("design", ["sobol", "latin_hypercube"])
def test_a_design_puts_one_point_into_each_slice_of_every_axis(design):
    laid = positions(design, 16, 3, seed=5)
    for column in laid.T:
        assert sorted(np.floor(column * 16)) == list(range(16))


def test_a_longer_sobol_sequence_keeps_the_points_of_a_shorter_one():
    np.testing.assert_array_equal(
        positions("sobol", 8, 2, seed=0), positions("sobol", 32, 2, seed=0)[:8]
    )


def test_another_design_seed_lays_other_points():
    assert not np.array_equal(positions("sobol", 8, 2, 0), positions("sobol", 8, 2, 1))


@given(u=st.floats(0.0, 1.0, exclude_max=True), low=st.floats(0.001, 10.0))
def test_values_stay_within_their_range(u, low):
    for log in (False, True):
        assert (
            low <= Axis("x", low, low + 3.0, log=log).value(u) <= low + 3.0
            or np.isclose(
                Axis("x", low, low + 3.0, log=log).value(u), (low, low + 3.0), rtol=1e-9
            ).any()
        )


@given(u=st.floats(0.0, 1.0, exclude_max=True))
def test_whole_numbers_reach_both_ends(u):
    value = Axis("n", 2, 5, whole=True).value(u)
    assert value == 2 + int(u * 4)
    assert isinstance(value, int)


def test_a_logarithmic_axis_has_the_geometric_mean_in_its_middle():
    assert Axis("x", 0.01, 1.0, log=True).value(0.5) == 0.1


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({}, "sweep.axes is empty"),
        ({"seed": 3}, "seed = 3 is no range. Write"),
        ({"seed": [4, 1]}, "seed runs from 4 to 1. Put the lower end first"),
        ({"seed": {"low": 0, "high": 1, "log": True}}, "begins at 0, which has no logarithm"),
        ({"seed": {"low": 0.5, "high": 2, "whole": True}}, "give whole numbers"),
        ({"seed": {"low": 0, "hihg": 2}}, "seed has 'hihg'"),
        ({"seed": {"choices": []}}, "is no choice"),
        ({"seed": [0, float("inf")]}, "runs from 0 to inf"),
    ],
)
def test_an_axis_that_is_none_is_refused(axes, message):
    with pytest.raises(SettingsError, match=message):
        read_axes(axes)


def test_a_sobol_sequence_out_of_balance_is_refused_with_the_numbers_that_are_not():
    with pytest.raises(SettingsError, match=r"sweep\.n_points = 100: .* Take 64 or 128"):
        positions("sobol", 100, 2, 0)


def test_points_are_read_from_a_table(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("parameters.discredit,scenario\n1.5,no_revolt\n2,historical\n")
    points = read_points(path, COMPOSER)
    assert [[each.value for each in point] for point in points] == [
        [1.5, "no_revolt"],
        [2, "historical"],
    ]
    assert [each.composed for each in points[0]] == [False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1\n", "line 2 does not have 2 values"),
        ("a,b\n", "the table has no points"),
        ("", "Its first line names settings"),
    ],
)
def test_a_table_without_points_is_refused(tmp_path, text, message):
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_points(tmp_path / "points.csv", COMPOSER)


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="No such file"):
        read_points(tmp_path / "none.csv", COMPOSER)


def test_values_put_into_composed_settings_are_those_that_hydra_composes():
    bases = Bases(COMPOSER, TINY)
    axes = [
        Axis("parameters.discredit", 0.5, 4.0),
        Axis("event.kornilov.enabled", choices=(False,)),
    ]
    (point,) = filled(axes, np.array([[0.3, 0.0]]), COMPOSER)
    number, values = bases.split(point)
    nested = bases.all[number].values
    for name, value in values.items():
        nested = put(nested, name, value)
    texts = [each.text for each in point]
    assert CellMaker().cell(0, nested, {}).settings == COMPOSER.frozen(
        [*TINY, *texts], SweepSettings
    )
    assert len(values) == 2


@pytest.mark.parametrize(
    "value", [1, 2.5, 1e-7, "no_revolt", "a b", "12", "true", None, True, [1, "x y"], {"a": 1}]
)
def test_a_value_is_read_back_as_it_was_written(value):
    (axis,) = grid_axes(COMPOSER, [listed("seed", [value, 0])])
    assert axis[0].value == value


def test_a_setting_named_twice_is_refused():
    with pytest.raises(SettingsError, match="seed is set twice"):
        refuse_repeated(["seed", "size", "seed"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep.n_points=1,2", "belongs to the sweep itself"),
        ("hydra/launcher=basic,joblib", "belongs to the sweep itself"),
        ("parameters.discredit=interval(0,1)", "is no list of values. Sample a range"),
    ],
)
def test_what_cannot_be_swept_is_refused(text, message):
    with pytest.raises(SettingsError, match=message):
        grid_axes(COMPOSER, [text])


def test_every_wrong_value_of_a_sweep_is_told_at_once():
    with pytest.raises(SettingsError, match=r"got 99\.0\..*\n.*got -1\.0\.") as caught:
        keys("parameters.discredit=1,99,2,-1", "seed=1,2")
    assert len(caught.value.problems) == 2


def test_equal_settings_have_equal_names_however_they_were_written():
    plain = keys("parameters.discredit=choice(1.5)")
    assert plain == keys("++parameters.discredit=choice(1.50)")
    (point,) = filled([Axis("parameters.discredit", 1.0, 2.0)], np.array([[0.5]]), COMPOSER)
    assert [cell.key for cell in planned_cells([point], Bases(COMPOSER, TINY))] == plain


@pytest.mark.parametrize(
    "text",
    [
        "parameters.discredit=1.25",
        "seed=3",
        "n_replicates=2",
        "size.agents_factor=0.06",
        "mechanism.fear=false",
        "event.kornilov.enabled=false",
        "sweep.pair_seeds=false",
        "sweep.outcomes.parties=[BO]",
    ],
)
def test_whatever_can_move_a_number_gives_a_cell_another_name(text):
    assert keys(fixed=[*TINY, f"++{text}"]) != keys()


@pytest.mark.parametrize("text", ["workers=3", "sweep.points_per_job=7", "sweep.threads=2"])
def test_how_the_work_is_divided_does_not_change_names(text):
    assert keys(fixed=[*TINY, text]) == keys()


def test_settings_that_refer_to_others_are_composed_for_each_point(tmp_path):
    (tmp_path / "linked.yaml").write_text(
        "defaults: [sweep, _self_]\nparameters:\n  social_influence: ${parameters.discredit}\n"
    )
    composer = Composer(tmp_path, "linked")
    bases = Bases(composer, TINY)
    (axis,) = grid_axes(composer, ["++parameters.discredit=1,3"])
    found = [bases.all[bases.split((choice,))[0]].values["parameters"] for choice in axis]
    assert [each["social_influence"] for each in found] == [1, 3]


@settings(max_examples=20)
@given(value=st.integers(-5, 5))
def test_putting_a_value_leaves_the_original_as_it_was(value):
    values = {"a": {"b": [1, {"c": 2}]}, "d": 3}
    changed = put(values, "a.b.1.c", value)
    assert changed == {"a": {"b": [1, {"c": value}]}, "d": 3}
    assert values["a"]["b"][1]["c"] == 2
    assert changed["d"] is values["d"]


def test_a_sweep_takes_all_settings_of_a_run():
    assert issubclass(SweepSettings, RunSettings)
