"""The model through Mesa: bodies as agents, data collectors, and people who explain themselves."""

from dataclasses import replace

import mesa
import numpy as np
import pytest

import sim
from sim.agents import DelegateAgent, InstitutionAgent, PartyAgent, Person, UnitAgent, explain
from sim.calendar_os import day_of
from sim.day import Today, people_meet
from sim.parameters import BOUNDS
from tests.sim.worlds import change, run_model, tiny, tiny_world

BO = 6


@pytest.fixture(scope="module")
def august():
    """The model on the evening of 29 August, in the middle of everything."""
    return run_model(world=tiny_world(), seed=3, until=day_of("1917-08-30"))


def test_the_model_is_a_mesa_model_that_stops_by_itself():
    model = sim.RevolutionModel(world=tiny_world(), seed=0)
    assert isinstance(model, mesa.Model)
    assert model.running
    model.run_model()
    assert model.day == 262
    assert (model.date, model.date_new_style) == ("1917-11-17", "1917-11-30")


def test_a_model_needs_settings_or_tables():
    with pytest.raises(ValueError, match="needs settings or a world; got neither"):
        sim.RevolutionModel(seed=1)


def test_parties_units_institutions_and_delegates_are_agents(august):
    world = august.world
    by_type = august.agents_by_type
    assert len(by_type[PartyAgent]) == 7
    assert len(by_type[UnitAgent]) == world.layout.n_units
    assert len(by_type[InstitutionAgent]) == len(world.plan.institutions)
    assert len(by_type[DelegateAgent]) == world.plan.n_seats
    assert len(august.agents) == sum(len(s) for s in by_type.values())
    assert set(august.agent_types) == {PartyAgent, UnitAgent, InstitutionAgent, DelegateAgent}


@pytest.mark.parametrize("ask", ["agents", "agents_by_type", "agent_types"])
def test_agents_are_there_whichever_way_one_asks_first(ask):
    model = sim.RevolutionModel(world=tiny_world(), seed=0)
    assert len(getattr(model, ask)) > 3


def test_delegates_of_an_institution_are_its_seats(august):
    body = august.agents.select(lambda a: getattr(a, "name", None) == "petrograd_soviet")[0]
    assert len(body.delegates) == 1100
    held = body.delegates.groupby("allegiance").count()
    assert {k: v for k, v in body.seats.items() if v} == held
    assert body.delegates.select(lambda d: d.chamber == "workers").get("institution") == (
        ["petrograd_soviet"] * 370
    )


def test_a_delegate_knows_mandate_and_electors(august):
    delegates = august.agents_by_type[DelegateAgent]
    soviet = delegates.select(lambda d: d.institution == "petrograd_soviet")
    units = august.agents_by_type[UnitAgent]
    place = {u.unit: u.constituency for u in units}
    assert {place[d.unit] for d in soviet} == {"petrograd_workers", "petrograd_garrison"}
    assert {d.mandate_start[:7] for d in soviet} > {"1917-02", "1917-08"}
    congress = delegates.select(lambda d: d.institution == "congress_october")
    assert {d.allegiance for d in congress} == {None}
    assert {d.unit for d in congress} == {None}


def test_units_hold_people_and_shares(august):
    unit = august.agents_by_type[UnitAgent].select(
        lambda u: u.constituency == "kronstadt" and u.number == 2
    )[0]
    people = [august.person(i) for i in unit.person_ids]
    assert {p.unit for p in people} == {unit.unit}
    there = [p for p in people if p.present]
    assert unit.share("BO") == np.mean([p.allegiance == "BO" for p in there])
    # Fear is judged in the evening, and shares were counted by the fear of the morning.
    assert unit.share("BO", public=True) <= unit.share("BO")
    assert unit.people == pytest.approx(len(people) * 30_000 / 30)
    assert unit.kind == "ship"


def test_people_of_parties_are_all_who_are_there(august):
    parties = august.agents_by_type[PartyAgent]
    there = august.record.private_count[august.day - 1].sum(axis=1)
    assert sum(parties.get("people")) == pytest.approx(there @ august.world.layout.people_per_agent)
    assert [p.title for p in parties if p.party == "BO"] == ["Bolsheviks"]


def test_a_data_collector_reads_the_model_and_its_agents():
    model = sim.RevolutionModel(world=tiny_world(), seed=3)
    collector = mesa.DataCollector(
        model_reporters={
            "day": "day",
            "workers": lambda m: m.share("petrograd_workers", "BO"),
            "seats": lambda m: int(m.seats("petrograd_soviet")[BO]),
        },
        agenttype_reporters={PartyAgent: {"people": "people"}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert frame["day"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(frame["workers"], model.record.shares("petrograd_workers")[:, BO])
    chambers = [i for i, c in enumerate(model.record.chambers) if c.startswith("petrograd_soviet/")]
    np.testing.assert_array_equal(frame["seats"], model.record.seats[:3, chambers, BO].sum(axis=1))
    assert len(collector.get_agenttype_vars_dataframe(PartyAgent)) == 3 * 7


def test_seats_of_a_chamber_and_of_its_institution(august):
    whole = august.seats("petrograd_soviet")
    parts = [august.seats(f"petrograd_soviet/{c}") for c in ("workers", "soldiers")]
    np.testing.assert_array_equal(whole, sum(parts))
    np.testing.assert_allclose(
        august.record.seat_shares("petrograd_soviet")[-1], whole / whole.sum()
    )
    assert np.isnan(august.record.seat_shares("congress_october")).all()


# People.


def some_people(model, n=40):
    """People from all places, some of whom acted together and some of whom entered late."""
    people = model.state.population
    picked = np.linspace(0, model.world.layout.n_agents - 1, n).astype(int).tolist()
    return [
        *picked,
        *np.flatnonzero(people.joint > 0)[:5],
        *np.flatnonzero(people.entry_day > 0)[:5],
    ]


def weight_of_the_kernel(model, agent_id):
    """What the daily pass would use for a person tomorrow: exponentials of its utility."""
    today = Today(model.day, model.state.this_morning(), model.world, model.data, model.record)
    meet, people = people_meet(today), model.state.population
    person = model.person(agent_id)
    weight = meet.weight[person.unit] * np.exp(meet.weighted_position @ people.ideal[agent_id])
    exposure = people.joint[agent_id] * meet.joint_fade
    if exposure > 0.0:
        weight = weight * np.exp(exposure * meet.joint_gain + meet.cleared)
    weight[people.allegiance[agent_id]] *= meet.inertia_factor
    return weight / weight.sum()


@pytest.mark.parametrize("date", ["1917-03-01", "1917-07-10", "1917-08-30", "1917-11-01"])
def test_what_a_person_says_of_the_choice_is_what_the_daily_pass_uses(date):
    model = run_model(world=tiny_world(), seed=3, until=day_of(date))
    for i in some_people(model):
        chances = np.array(list(model.person(i).chances().values()))
        np.testing.assert_allclose(chances, weight_of_the_kernel(model, i), rtol=1e-6, atol=1e-12)


def test_terms_sum_to_the_utility_of_the_choice(august):
    for i in some_people(august):
        terms = august.person(i).terms()
        total = {p: sum(row[p] for row in terms.values()) for p in august.world.parties.ids}
        weights = {p: np.exp(u) for p, u in total.items()}
        chances = august.person(i).chances()
        assert sum(chances.values()) == pytest.approx(1.0)
        for party, weight in weights.items():
            assert chances[party] == pytest.approx(weight / sum(weights.values()))


def where_nobody_comes_or_goes(model):
    """The same model, with nobody leaving, entering or deserting, and much reconsidering."""
    world, data = model.world, model.data
    still = replace(world.settings.mechanism, turnover=False, desertion=False, salience=False)
    model.world = replace(world, settings=replace(world.settings, mechanism=still))
    model.data = replace(data, parameters=replace(data.parameters, reconsideration_per_day=5.0))
    return model


@pytest.mark.parametrize("who", ["all", "acted together", "stood aside"])
def test_people_who_reconsider_choose_as_they_say(who, monkeypatch):
    # Counts are sums of independent draws with the chances that people give: 5.5 sd.
    monkeypatch.setitem(BOUNDS, "reconsideration_per_day", (0.0, 10.0))
    model = where_nobody_comes_or_goes(
        run_model(change(tiny(), "size", agents_factor=0.1), seed=3, until=day_of("1917-09-02"))
    )
    people, h = model.state.population, -np.expm1(-5.0)
    joined = people.joint > 0
    group = people.present & {"all": True, "acted together": joined, "stood aside": ~joined}[who]
    chances = np.array([list(model.person(i).chances().values()) for i in np.flatnonzero(group)])
    chances = h * chances + (1 - h) * np.eye(7)[people.allegiance[group]]
    model.step()
    counts = np.bincount(people.allegiance[group], minlength=7)
    sd = np.sqrt((chances * (1 - chances)).sum(axis=0))
    assert group.sum() > 300
    assert (np.abs(counts - chances.sum(axis=0)) < 5.5 * np.maximum(sd, 1.0)).all()


def test_each_mechanism_has_a_term_that_it_moves():
    model = run_model(world=tiny_world(), seed=3, until=day_of("1917-09-02"))
    layout = model.world.layout
    first = layout.agent_start[layout.ids.index("petrograd_workers")]
    last = layout.agent_start[layout.ids.index("petrograd_workers") + 1]
    exposed = np.flatnonzero(model.state.population.joint[first:last] > 0)[0] + first
    terms = explain(model.person(int(exposed)))
    moved = {name for name, row in terms.items() if np.ptp(row) > 1e-6}
    assert moved == set(terms) - {"own mechanisms"}
    plain = next(
        i for i in range(first, last)
        if model.state.population.joint[i] == 0
        and model.person(i).unit == model.person(exposed).unit
    )  # fmt: skip
    ratio = terms["slander"][BO] / explain(model.person(plain))["slander"][BO]
    assert ratio == pytest.approx(1 - 0.8)


def test_a_person_says_who_where_and_what(august):
    layout = august.world.layout
    first = int(layout.agent_start[layout.ids.index("helsingfors_fleet")])
    sailor = august.person(first)
    assert type(sailor).__name__ == "Sailor"
    title = august.world.settings.party[sailor.allegiance].title
    assert str(sailor) == f"sailor {first}, Baltic fleet, Helsingfors, ship 1: {title}"
    assert (sailor.constituency, sailor.present, sailor.entry) == ("helsingfors_fleet", True, None)
    assert sailor.ideal == tuple(august.state.population.ideal[first].astype(float))


def test_a_deserter_is_in_the_villages():
    model = run_model(tiny(), seed=3)
    gone = int(np.flatnonzero(~model.state.population.present)[0])
    assert not model.person(gone).present
    assert ", now in the villages: " in str(model.person(gone))
    assert type(model.person(gone)).__name__ == "Soldier"


def test_people_of_each_sector_have_a_name_of_their_own(august):
    layout = august.world.layout
    names = {
        c: type(august.person(int(layout.agent_start[i]))).__name__
        for i, c in enumerate(layout.ids)
    }
    assert names["petrograd_workers"] == "Worker"
    assert names["northern_western_fronts"] == "Soldier"
    assert names["moscow_citizens"] == "Citizen"


def test_shown_allegiances_of_people_are_what_the_next_evening_counts_if_nobody_changes():
    model = run_model(world=tiny_world(), seed=3, until=day_of("1917-07-12"))
    layout = model.world.layout
    c = layout.ids.index("petrograd_workers")
    people = range(int(layout.agent_start[c]), int(layout.agent_start[c + 1]))
    private = sum(model.person(i).allegiance == "BO" for i in people)
    shown = sum(model.person(i).expressed == "BO" for i in people)
    assert shown < private
    assert {model.person(i).expressed for i in people} <= {*model.world.parties.ids}
    from tests.sim.worlds import still

    frozen = model.fork(parameters=still(reconsideration_per_day=0.0))
    frozen.world = model.world
    frozen.step()
    evening = frozen.record.public_count[frozen.day - 1, c, BO]
    # Newcomers of one day (2 in 1,000) may differ.
    assert abs(int(evening) - shown) <= 2


@pytest.mark.parametrize("agent_id", [-1, 10**9])
def test_a_person_who_does_not_exist_is_refused(august, agent_id):
    last = august.world.layout.n_agents - 1
    with pytest.raises(ValueError, match=rf"{agent_id} does not exist\. Ids run from 0 to {last}"):
        august.person(agent_id)


def test_entry_is_a_date(august):
    late = int(np.flatnonzero(august.state.population.entry_day > 20)[0])
    entry = august.person(late).entry
    assert "1917-03-21" < entry <= "1917-08-29"
    assert isinstance(august.person(late), Person)
