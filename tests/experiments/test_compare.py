"""``allegiance compare``: worlds, shared luck, flows, and the page, at the smallest size."""

import dataclasses
import logging
import re

import numpy as np
import pytest

from experiments import cli
from experiments.comparing import twins as twins_module
from experiments.comparing.reach import reach_of
from experiments.comparing.twins import audit, live_twice
from experiments.comparing.worlds import EVERYWHERE
from experiments.composing import compose_settings
from experiments.manifest import read_manifest
from experiments.store import read_table
from sim import Parameters, RevolutionModel, build_world
from sim.calendar_os import N_DAYS, day_of
from sim.ensemble import Replicate

TINY = ("size=tiny", "parameter_source=prior", "n_replicates=4", "compare.n_twins=2")


def model_of(*overrides):
    return compose_settings("size=tiny", *overrides).model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of a small comparison of the usual two scenarios."""
    place = tmp_path_factory.mktemp("compare") / "out"
    assert run("compare", *TINY, f"hydra.run.dir={place}") == 0
    return place


def run(*words):
    """Run a subcommand and close the log that Hydra opened."""
    try:
        return cli.main(list(words))
    finally:
        for handler in list(logging.getLogger().handlers):
            if isinstance(handler, logging.FileHandler):
                handler.close()
                logging.getLogger().removeHandler(handler)


def test_effects_are_zero_until_the_revolt(folder):
    effects = read_table(folder / "no_revolt" / "effects.parquet")
    before = effects["day"] < day_of("1917-08-25")
    assert (effects["high90"][before] == 0.0).all()
    assert (effects["low90"][before] == 0.0).all()
    assert (effects["mean"][~before] != 0.0).any()


def test_effects_on_all_parties_sum_to_nothing(folder):
    effects = read_table(folder / "no_revolt" / "effects.parquet")
    chosen = (effects["series"] == EVERYWHERE) & (effects["day"] == 238)
    assert chosen.sum() == 7
    assert effects["mean"][chosen].sum() == pytest.approx(0.0, abs=1e-6)


def test_flows_agree_with_the_shares_of_both_worlds(folder):
    flows = read_table(folder / "no_revolt" / "flows.parquet")
    here = flows["constituency"] == "petrograd_workers"
    people = flows["people"][here]
    model = RevolutionModel(model_of())
    c = model.world.layout.ids.index("petrograd_workers")
    present = model.record.people_per_agent[c] * model.record.initial_count[c].sum()
    assert people.sum() == pytest.approx(present)  # workers do not desert
    stayed = flows["baseline_party"][here] == flows["other_party"][here]
    assert 0.0 < people[~stayed].sum() < people.sum()


def test_the_audit_finds_everybody_identical_until_reached(folder):
    table = read_table(folder / "no_revolt" / "audit.parquet")
    assert (table["identical_until_reached"] == 1).all()
    reached = dict(zip(table["constituency"], table["reached_from"], strict=True))
    assert reached["petrograd_workers"] == "1917-08-25"
    assert reached["petrograd_citizens"] == "1917-08-27"  # only the government changes there


def test_under_the_prior_every_effect_is_called_prior_driven(folder):
    summary = read_table(folder / "no_revolt" / "summary.parquet")
    assert set(summary["learnt"]) == {"prior-driven"}


def test_the_page_needs_no_other_file(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 5
    assert not re.findall(r"(?:src|href)=[\"']?(?!#)", page.replace('xlink:href="#', ""))
    assert "prior-driven" in page
    assert "That October would or would not have come." in page


def test_the_page_says_where_it_comes_from(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    facts = read_manifest(folder)
    assert facts["settings_hash"] in page
    assert facts["audit_passed"] is True


def test_the_page_is_made_from_the_stored_tables_alone(folder):
    from experiments.comparing.report import write_report

    before = (folder / "report.html").read_bytes()
    assert write_report(folder).read_bytes() == before


def test_a_scenario_beside_those_compared_is_refused(tmp_path, capsys):
    words = ("scenario=[no_revolt]", *TINY, f"hydra.run.dir={tmp_path / 'out'}")
    assert run("compare", *words) == 2
    assert "name the scenarios with compare.scenarios" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("compare.scenarios=[historical]", "name two or more different ones"),
        ("compare.scenarios=[historical,historical]", "name two or more different ones"),
        ("compare.party=SR", "compare.party must be one of NP"),
        ("compare.bodies=[duma]", "compare.bodies must be one of"),
        ("compare.dates=[]", "compare.dates is empty"),
    ],
)
def test_refuses_comparisons_of_what_there_is_not(override, message, capsys):
    assert run("compare", override, "size=tiny") == 2
    assert message in capsys.readouterr().err


def test_a_change_in_one_town_reaches_nobody_elsewhere():
    base = model_of()
    other = model_of("event.moscow_state_conference.enabled=false")
    reach = reach_of(base, other, Parameters())
    touched = {
        name
        for name, day in zip(base.place.constituencies, reach.from_day, strict=True)
        if day < day_of("1917-10-07")
    }
    assert touched == {"moscow_workers", "moscow_garrison", "moscow_citizens"}
    pair = live_twice(
        build_world(base), build_world(other), Replicate(Parameters(), 5), flow_day=200
    )
    assert audit([pair], reach).passed
    moved = pair.first_difference[pair.first_difference >= 0]
    assert len(moved) > 0
    assert moved.min() >= day_of("1917-08-12")


def test_the_audit_would_notice_luck_that_was_not_shared(monkeypatch):
    class Unlucky(RevolutionModel):
        def __init__(self, **words):
            super().__init__(**words)
            if not self.world.settings.event["kornilov"].enabled:
                self.data = dataclasses.replace(self.data, seed=self.data.seed + 1)

    monkeypatch.setattr(twins_module, "RevolutionModel", Unlucky)
    base, other = model_of(), model_of("scenario=no_revolt")
    reach = reach_of(base, other, Parameters())
    pair = live_twice(build_world(base), build_world(other), Replicate(Parameters(), 5), 200)
    assert not audit([pair], reach).passed


def test_equal_worlds_have_no_reach_and_no_difference():
    model = model_of()
    reach = reach_of(model, model, Parameters())
    assert reach.first_day == N_DAYS
    world = build_world(model)
    pair = live_twice(world, world, Replicate(Parameters(), 5), flow_day=100)
    assert (pair.first_difference == -1).all()
    assert np.trace(pair.flows.sum(axis=0)) == pytest.approx(pair.flows.sum())


def test_a_changed_constant_reaches_everybody_from_the_first_day():
    base, other = model_of(), model_of("constants.choice.inertia=1.5")
    assert reach_of(base, other, Parameters()).first_day == 0
    assert (reach_of(base, other, Parameters()).from_day == 0).all()
