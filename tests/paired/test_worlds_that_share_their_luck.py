"""Pairs of worlds with the same draws: only what a change reaches is different (V16)."""

from dataclasses import replace

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.streams import replicate_seed
from tests.sim.worlds import (
    assert_same_run,
    change,
    fingerprint,
    run_model,
    tiny,
    tiny_world,
    without,
)

SEED = replicate_seed(1917, 0)


@pytest.fixture(scope="module")
def history():
    """The historical run."""
    return run_model(world=tiny_world(), seed=SEED).record


def with_event(name, **values):
    """The run with one event changed."""
    return run_model(change(tiny(), f"event.{name}", **values), seed=SEED).record


def rows(record, *names):
    """Rows of constituencies."""
    return [record.constituencies.index(name) for name in names]


def test_an_event_of_moscow_reaches_nobody_elsewhere(history):
    # People of two towns meet in no unit and no place; only bodies of all Russia join them.
    other = with_event("moscow_state_conference", enabled=False)
    elsewhere = [i for i, c in enumerate(history.constituencies) if not c.startswith("moscow")]
    moscow = [i for i, c in enumerate(history.constituencies) if c.startswith("moscow")]
    for name in ("private_count", "public_count", "village_count", "members", "tide", "fatigue"):
        one, two = getattr(history, name), getattr(other, name)
        np.testing.assert_array_equal(one[:, elsewhere], two[:, elsewhere], err_msg=name)
    assert (history.private_count[:, moscow] != other.private_count[:, moscow]).any()
    here = [i for i, h in enumerate(history.chambers) if h.startswith(("petrograd", "kronstadt"))]
    np.testing.assert_array_equal(history.seats[:, here], other.seats[:, here])


def test_an_event_of_a_sector_leaves_the_other_sectors_alone(history):
    other = with_event("death_penalty", enabled=False)
    sectors = tiny().place.constituencies
    reached = [
        i for i, c in enumerate(history.constituencies)
        if sectors[c].sector in ("garrison", "front")
    ]  # fmt: skip
    others = [i for i in range(len(sectors)) if i not in reached]
    np.testing.assert_array_equal(history.grievance[:, others], other.grievance[:, others])
    np.testing.assert_array_equal(history.private_count[:, others], other.private_count[:, others])
    assert (history.private_count[140:, reached] != other.private_count[140:, reached]).any()


@pytest.mark.parametrize(
    ("event", "first_day"), [("kornilov", 177), ("july_days", 124), ("october", 238)]
)
def test_nothing_is_different_before_the_event(history, event, first_day):
    other = with_event(event, enabled=False)
    for name in ("private_count", "seats", "members", "switches"):
        one, two = getattr(history, name), getattr(other, name)
        np.testing.assert_array_equal(one[:first_day], two[:first_day], err_msg=name)
    assert (history.private_count[first_day:] != other.private_count[first_day:]).any()


def test_most_people_do_the_same_in_two_worlds_that_differ_a_little():
    one = run_model(world=tiny_world(), seed=SEED)
    other = run_model(world=tiny_world(), seed=SEED, parameters=Parameters(discredit=1.9))
    stranger = run_model(world=tiny_world(), seed=replicate_seed(1917, 1))
    a, b, c = (m.state.population.allegiance for m in (one, other, stranger))
    assert (a == b).mean() > 0.95
    assert (a == c).mean() < 0.75


def without_traces_of_the_revolt(settings):
    """Settings in which the revolt and the united front only act through discredit.

    The pull on attention, the clearing of the slander, the fall of the government, the
    relief of fatigue and the release of prisoners are left out, as V16 demands.
    """
    kornilov = settings.event["kornilov"]
    kept = tuple(e for e in kornilov.effects if e.times == "discredit")
    assert len(kept) == 3
    settings = change(settings, "event.kornilov", effects=kept)
    settings = change(settings, "event.release_of_prisoners", enabled=False)
    return replace(settings, mechanism=without("salience", "stigma"))


def test_a_revolt_that_discredits_nobody_is_no_revolt():
    settings = without_traces_of_the_revolt(tiny())
    harmless = run_model(settings, seed=SEED, parameters=Parameters(discredit=0.0))
    settings = change(settings, "event.kornilov", enabled=False)
    settings = change(settings, "event.united_front", enabled=False)
    none = run_model(settings, seed=SEED)
    assert fingerprint(harmless.record) == fingerprint(none.record)
    np.testing.assert_array_equal(
        harmless.state.population.allegiance, none.state.population.allegiance
    )


def test_the_same_revolt_with_discredit_is_a_revolt():
    settings = without_traces_of_the_revolt(tiny())
    one = run_model(settings, seed=SEED, parameters=Parameters(discredit=0.0))
    two = run_model(settings, seed=SEED, parameters=Parameters(discredit=2.0))
    pw = rows(one.record, "petrograd_workers")
    at_end = [m.record.private_count[200, pw, 6].sum() for m in (one, two)]
    assert at_end[1] > at_end[0]


def test_gains_after_the_revolt_rise_with_the_density_of_members_before_it():
    # The dose-response of the united front: more members in a unit, more who acted beside them.
    settings = change(tiny(), "size", agents_factor=0.3)
    model = run_model(settings, seed=SEED, until=177)
    density = model.state.members[:, 6].copy()
    model.run(185)
    layout = model.world.layout
    unit = np.repeat(np.arange(layout.n_units), np.diff(layout.unit_start))
    exposed = model.state.population.joint > 0
    outside = model.state.population.allegiance != 6
    c = layout.ids.index("petrograd_workers")
    units = np.flatnonzero(layout.constituency_of_unit == c)
    units = np.array([u for u in units if outside[unit == u].sum() >= 5])
    dose = np.array([exposed[(unit == u) & outside].mean() for u in units])
    assert len(units) > 15
    assert np.corrcoef(density[units], dose)[0, 1] > 0.5
    citizens = layout.ids.index("petrograd_citizens")
    assert not exposed[layout.agent_start[citizens] : layout.agent_start[citizens + 1]].any()


def test_an_event_moved_by_a_day_is_the_same_event_a_day_later(history):
    moved = with_event("death_penalty", window=("1917-07-13", "1917-07-13"))
    row = rows(history, "moscow_garrison")[0]
    peace = [r.grievance[:, row, 0] for r in (history, moved)]
    assert peace[0][133] - peace[0][132] > 0.05
    assert peace[1][133] - peace[1][132] < 0.05
    assert peace[1][134] - peace[1][133] > 0.05


def test_a_disabled_event_is_an_event_that_is_not_there(history):
    events = {k: e for k, e in tiny().event.items() if k != "october"}
    gone = run_model(replace(tiny(), event=events), seed=SEED)
    off = run_model(change(tiny(), "event.october", enabled=False), seed=SEED)
    assert_same_run(gone, off)
    assert fingerprint(gone.record) != fingerprint(history)


def test_an_event_without_effect_and_without_pull_changes_nothing(history):
    silent = replace(tiny().event["october"], effects=(), salience=False)
    settings = replace(tiny(), event={"silent": silent, **tiny().event})
    assert fingerprint(run_model(settings, seed=SEED).record) == fingerprint(history)
