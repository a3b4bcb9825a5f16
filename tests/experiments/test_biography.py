"""One life: what is told agrees with what the kernel did, and looking changes nothing."""

import json

import numpy as np
import pytest

from experiments.biography import Biography, choose_person
from experiments.composing import compose_settings
from experiments.lives import RECONSIDERED, SWITCHED, live_one, slot_of
from experiments.store import read_table
from sim import Parameters, RevolutionModel, build_world
from sim.ensemble import Replicate
from tests.experiments.test_compare import run

REPLICATE = Replicate(Parameters(), 4)
PEOPLE = (0, 190)


@pytest.fixture(scope="module")
def world():
    return build_world(compose_settings("size=tiny").model)


@pytest.fixture(scope="module")
def evenings(world):
    """Allegiance of everybody on every evening, without anybody looking."""
    model = RevolutionModel(world=world, parameters=REPLICATE.parameters, seed=REPLICATE.seed)
    rows = []
    for _ in range(262):
        model.step()
        rows.append(model.state.population.allegiance.copy())
    return np.array(rows)


@pytest.fixture(scope="module")
def lives(world):
    return {person: live_one(world, REPLICATE, person) for person in PEOPLE}


def test_looking_at_a_person_changes_nothing(world, evenings, lives):
    for person, life in lives.items():
        told = [world.parties.index(party) for party in life.allegiance]
        np.testing.assert_array_equal(told, evenings[:, person])


def test_every_change_of_allegiance_is_told(lives):
    for life in lives.values():
        changed = {day for day in range(1, 262) if life.allegiance[day] != life.allegiance[day - 1]}
        told = {m.day for m in life.moments if m.before != m.after}
        assert changed <= told


def test_the_draw_falls_into_the_interval_of_the_party_chosen(world, lives):
    """The kernel chose from the morning's utilities, and the same ones are told."""
    parties = list(world.parties.ids)
    checked = 0
    for person, life in lives.items():
        for moment in life.moments:
            if moment.what not in (SWITCHED, RECONSIDERED):
                continue
            chances = morning_chances(world, person, moment.day)
            cumulated = np.cumsum([chances[p] for p in parties])
            assert parties[int(np.searchsorted(cumulated, moment.draw))] == moment.after
            assert moment.chance == pytest.approx(chances[moment.after])
            checked += 1
    assert checked > 5


def morning_chances(world, person, day):
    from sim.day import apply_events

    model = RevolutionModel(world=world, parameters=REPLICATE.parameters, seed=REPLICATE.seed)
    model.run(day)
    apply_events(model.state, world, model.data, day)
    return model.person(person).chances()


def test_terms_of_a_switch_sum_to_the_difference_of_log_chances(lives):
    switches = [m for life in lives.values() for m in life.moments if m.what == SWITCHED]
    assert switches
    for moment in switches:
        assert set(moment.terms) >= {"habit", "place", "standing of parties"}
        assert moment.terms["habit"] == -1.0


def test_the_slot_of_a_person_is_that_of_the_kernel(world):
    layout = world.layout
    for c, name in enumerate(layout.ids):
        from sim.streams import slots_of

        first = int(layout.unit_start[layout.unit_first[c]])
        assert slot_of(world, first + 3) == slots_of(name, 4)[3]


def test_a_person_of_a_factory_works_there(world):
    own = Biography(unit=3)
    person = choose_person(world, own, seed=1)
    model = RevolutionModel(world=world)
    assert model.person(person).constituency == "petrograd_workers"
    assert model.person(person).unit == 2


def test_different_replicates_follow_different_people(world):
    chosen = {choose_person(world, Biography(replicate=r), seed=1) for r in range(8)}
    assert len(chosen) > 4


def test_two_worlds_are_told_alike_until_they_part(tmp_path, capsys):
    folder = tmp_path / "out"
    assert run("biography", "size=tiny", f"hydra.run.dir={folder}", "biography.person=7") == 0
    told = capsys.readouterr().out
    assert told.startswith("worker 7, Petrograd workers, factory ")
    before = [line for line in told.splitlines() if line[:10] < "1917-08-25" and line[:4] == "1917"]
    assert before
    assert all("in both" in line for line in before)
    whole = json.loads((folder / "biography.json").read_text(encoding="utf-8"))
    assert list(whole) == ["historical", "no_revolt"]
    table = read_table(folder / "moments.parquet")
    assert len(table["day"]) == sum(len(life["moments"]) for life in whole.values())


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("biography.person=999999", "ids run from 0 to"),
        ("biography.unit=99", "petrograd_workers has units 1 to"),
        ("biography.scenarios=[historical]", "name two, such as"),
        ("biography.replicate=20", "count from 0"),
        ("biography.constituency=omsk", "biography.constituency must be one of"),
    ],
)
def test_refuses_a_life_that_nobody_lived(override, message, tmp_path, capsys):
    assert run("biography", override, "size=tiny", f"hydra.run.dir={tmp_path / 'out'}") == 2
    assert message in capsys.readouterr().err
