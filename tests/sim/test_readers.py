"""Every setting has a reader: changing it changes the record, from the day it should."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache

import numpy as np
import pytest

import sim
from sim.calendar_os import day_of
from sim.event import Effect
from sim.parameters import PARAMETER_NAMES, Parameters
from tests.sim.worlds import ARRAYS, change, tiny, tiny_world

SEED = 21


@cache
def history():
    """The historical run, with copies of it kept at the start of some days."""
    model = sim.RevolutionModel(world=tiny_world(), seed=SEED)
    kept = {}
    days = sorted({0, *(day_of(m.date) for m in tiny().meeting.values()), *(
        e.days.start for e in tiny().event.values()), *(
        day_of(b.window[0]) for b in tiny().ballot.values()), *(
        day_of(p.date) for p in tiny().presidium.values()), day_of("1917-08-31")})  # fmt: skip
    for day in days:
        model.run(day)
        kept[day] = model.fork()
    model.run()
    return model, kept


def first_difference(settings=None, parameters=None, *, start=0):
    """Day on which a run with other settings first differs from history, or None.

    With ``start`` it follows history up to that day, and has the other settings from then on.
    """
    whole, kept = history()
    if start:
        model = kept[start].fork(settings, parameters)
    else:
        model = sim.RevolutionModel(settings or tiny(), parameters, SEED)
        if not np.array_equal(model.record.initial_count, whole.record.initial_count):
            return 0
    for day in range(start, 262):
        model.step()
        one, other = model.record, whole.record
        if any(not np.array_equal(getattr(one, a)[day], getattr(other, a)[day]) for a in ARRAYS):
            return day
        for votes in ("meetings", "ballots", "presidia"):
            for name, result in getattr(one, votes).items():
                known = getattr(other, votes)[name]
                known = known[: len(result)] if isinstance(result, list) else known
                if text_of(result) != text_of(known):
                    return day
    return None


def text_of(result):
    """A result as text, to the last bit."""
    if isinstance(result, list):
        return [text_of(each) for each in result]
    if is_dataclass(result):
        return {f.name: text_of(getattr(result, f.name)) for f in fields(result)}
    return result.tobytes() if isinstance(result, np.ndarray) else repr(result)


def perturbed(value):
    """Another value of a number, of the same kind and still in range."""
    if isinstance(value, int):
        return value + 1
    if value == 0.0:
        return 0.3
    return value * 0.6


def numbers_of(part, path=""):
    """Paths and values of all numbers in settings."""
    if isinstance(part, bool) or part is None or isinstance(part, str):
        return
    if isinstance(part, int | float):
        yield path, part
    elif isinstance(part, Mapping):
        for key, item in part.items():
            yield from numbers_of(item, f"{path}.{key}")
    elif is_dataclass(part):
        for f in fields(part):
            yield from numbers_of(getattr(part, f.name), f"{path}.{f.name}")


def with_number(settings, path, value):
    """Settings with one number changed."""
    *where, name = path.split(".")
    return change(settings, ".".join(where), **{name: value})


@pytest.mark.parametrize("name", PARAMETER_NAMES)
def test_every_parameter_is_read(name):
    value = getattr(Parameters(), name) * 3.0
    assert first_difference(parameters=replace(Parameters(), **{name: value})) is not None


CONSTANTS = [p.removeprefix(".") for p, _ in numbers_of(tiny().constants)]


@pytest.mark.parametrize("path", CONSTANTS)
def test_every_constant_is_read(path):
    settings = tiny()
    value = dict(numbers_of(settings.constants))["." + path]
    if path == "choice.share_precision":  # read where initial shares are drawn
        drawn = replace(settings, initial_shares="drawn")
        one, other = (
            sim.build_world(s) for s in (drawn, with_number(drawn, f"constants.{path}", 7.0))
        )
        a, b = (sim.RevolutionModel(world=w).data.initial_expected for w in (one, other))
        assert (a != b).any()
        return
    assert (
        first_difference(with_number(settings, f"constants.{path}", perturbed(value))) is not None
    )


@pytest.mark.parametrize("name", ["growth_per_day", "initial"])
@pytest.mark.parametrize("issue", range(4))
def test_every_grievance_has_a_growth_and_a_start(name, issue):
    values = list(getattr(tiny().constants.grievance, name))
    values[issue] *= 1.5
    settings = change(tiny(), "constants.grievance", **{name: tuple(values)})
    assert first_difference(settings) == 0


@pytest.mark.parametrize(
    ("path", "value", "first"),
    [
        ("constants.desertion.later_from", "1917-08-10", "1917-08-11"),
        ("constants.united_front.party", "LSR", "1917-08-26"),
    ],
)
def test_constants_that_are_words_are_read(path, value, first):
    assert first_difference(with_number(tiny(), path, value)) >= day_of(first)


PARTY = [
    (party, name)
    for party, name in (
        ("BO", "soviet_power"), ("RSR", "agrarian"), ("BO", "peace"), ("ME", "bread"),
        ("LSR", "land"), ("KD", "order"), ("BO", "activity"), ("LSR", "entrant_factor"),
        ("LSR", "joint_action_gain"), ("BO", "stigmatised"), ("KD", "zeal"),
    )
]  # fmt: skip


@pytest.mark.parametrize(("party", "name"), PARTY)
def test_every_position_of_a_party_is_read(party, name):
    value = getattr(tiny().party[party], name)
    wanted = 0.4 if name != "stigmatised" else 0.0
    settings = change(tiny(), f"party.{party}", **{name: value * wanted})
    assert first_difference(settings) is not None


def test_no_number_of_a_party_was_forgotten():
    numbers = {path.removeprefix(".") for path, _ in numbers_of(tiny().party["BO"])}
    assert numbers == {name for _, name in PARTY}


SECTORS = ["peace", "bread", "land", "order", "turnover_per_day"]


@pytest.mark.parametrize("name", SECTORS)
def test_every_number_of_a_sector_is_read(name):
    value = getattr(tiny().place.sectors["citizens"], name)
    settings = change(tiny(), "place.sectors.citizens", **{name: value + 0.3})
    assert first_difference(settings) is not None


def test_who_deserts_and_who_answers_to_which_soviet_is_read():
    assert first_difference(change(tiny(), "place.sectors.fleet", deserts=True)) is not None
    base = change(tiny(), "constants.credibility", unused_majority_per_day=0.2)
    other = change(base, "place.constituencies.urals", soviets=("caucasus_soviets",))
    one, two = (sim.RevolutionModel(s, seed=SEED).run(40).credibility for s in (base, other))
    assert (one != two).any()


CONSTITUENCY = [
    "people", "agents", "units", "unit_size_exponent", "event_exposure", "agitator_reach",
    "supporters_per_member", "shared_language",
]  # fmt: skip


@pytest.mark.parametrize("name", CONSTITUENCY)
def test_every_number_of_a_constituency_is_read(name):
    value = getattr(tiny().place.constituencies["petrograd_workers"], name)
    path = "place.constituencies.petrograd_workers"
    settings = change(tiny(), path, **{name: value * 2 if name == "agents" else perturbed(value)})
    world = sim.build_world(settings)
    if world.layout.n_units != tiny_world().layout.n_units:
        return  # another number of units is another country: read by lay_out
    assert first_difference(settings) is not None


def test_no_number_of_a_constituency_or_sector_was_forgotten():
    here = tiny().place.constituencies["petrograd_workers"]
    numbers = {p.removeprefix(".") for p, _ in numbers_of(replace(here, initial_shares={}))}
    assert numbers == set(CONSTITUENCY)
    numbers = {p.removeprefix(".") for p, _ in numbers_of(tiny().place.sectors["citizens"])}
    assert numbers == set(SECTORS)


@pytest.mark.parametrize("place", list(tiny().place.constituencies))
def test_initial_shares_of_every_place_are_read(place):
    shares = dict(tiny().place.constituencies[place].initial_shares)
    shares["BO"], shares["NP"] = shares["BO"] + 0.1, shares["NP"] - 0.1
    settings = change(tiny(), f"place.constituencies.{place}", initial_shares=shares)
    assert first_difference(settings) == 0


# Events: each effect of each event, followed from the day of the event.

HAPPENED = {
    name: e for name, e in tiny().event.items() if e.enabled and e.requires_march != "arrived"
}
EFFECTS = [
    (name, i)
    for name, e in HAPPENED.items()
    for i, effect in enumerate(e.effects)
    if effect.op not in ("flag", "close")
]


def effect_changed(name, i, **values):
    """Settings with one effect of one event changed."""
    effects = list(tiny().event[name].effects)
    effects[i] = replace(effects[i], **values)
    return change(tiny(), f"event.{name}", effects=tuple(effects))


def shows(settings, name):
    """Whether a changed event changes what follows, or at least the state that it leaves."""
    start = HAPPENED[name].days.start
    if first_difference(settings, start=start) is not None:
        return True
    one, other = history()[1][start].fork(), history()[1][start].fork(settings)
    one.run(HAPPENED[name].days.stop)
    other.run(HAPPENED[name].days.stop)
    return any(
        text_of(getattr(one.state, f.name)) != text_of(getattr(other.state, f.name))
        for f in fields(one.state)
        if f.name in ("government", "activity", "position", "stigma", "words")
    )


@pytest.mark.parametrize(("name", "i"), EFFECTS, ids=[f"{n}-{i}" for n, i in EFFECTS])
def test_the_value_of_every_effect_is_read(name, i):
    effect = tiny().event[name].effects[i]
    # More people are to leave the Menshevik-Internationalists than they have: ask for few.
    factor = 0.01 if effect.op == "transfer" else 0.4
    value = 0.45 if effect.value == 0.0 else effect.value * factor
    if effect.target.startswith("government") and effect.value == 0.0:
        value = 1.0
    changed = effect_changed(name, i, value=value)
    if tiny().event[name].requires_majority:
        changed = change(changed, f"event.{name}", requires_majority=None)
    assert shows(changed, name)


@pytest.mark.parametrize(
    ("name", "i", "values"),
    [
        ("kornilov", 0, {"times": None}),
        ("kornilov", 0, {"spread": "pulse"}),
        ("july_days", 0, {"half_life_days": 3.0}),
        ("july_days", 1, {"half_life_days": None}),
        ("april_crisis", 0, {"sectors": ("workers",)}),
        ("mezhraiontsy", 0, {"to": "LSR"}),
        ("mezhraiontsy", 0, {"places": ("moscow_workers",)}),
        ("july_days", 2, {"window": ("1917-07-07", "1917-07-07")}),
    ],
)
def test_every_other_setting_of_an_effect_is_read(name, i, values):
    assert shows(effect_changed(name, i, **values), name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("june_offensive", {"salience": False}),
        ("death_penalty", {"sectors": None}),
        ("mezhraiontsy", {"places": None}),
        ("preparliament_walkout", {"requires_majority": {"caucasus_soviets": "BO"}}),
        ("october", {"enabled": False}),
        ("april_crisis", {"shift_days": 1}),
        ("release_of_prisoners", {"requires_march": "arrived"}),
    ],
)
def test_every_other_setting_of_an_event_is_read(name, values):
    # A majority of the Bolsheviks is certain in neither soviet: the outcome tells which is asked.
    if name == "preparliament_walkout":
        whole = history()[0]
        chambers = [i for i, c in enumerate(whole.record.chambers) if c.startswith("petrograd_sov")]
        seats = whole.record.seats[219, chambers].sum(axis=0)
        held = 2 * seats[6] > seats.sum()
        base = change(tiny(), "event.preparliament_walkout", requires_majority=None)
        assert (first_difference(base, start=220) is None) == held
        return
    assert shows(change(tiny(), f"event.{name}", **values), name)


@pytest.mark.parametrize("name", [n for n, e in HAPPENED.items() if e.effects])
def test_every_event_of_history_does_something(name):
    if name == "preparliament_walkout":
        return  # only under a majority: see above
    assert shows(change(tiny(), f"event.{name}", enabled=False), name)


# Dated votes and bodies.

MEETINGS = [
    ("petrograd_soviet_0831", {"duty": {"garrison": 1.0}}),
    ("petrograd_soviet_0831", {"whips": {"BO": 1.0}}),
    ("petrograd_soviet_0831", {"stances": {"ME": 0.5}}),
    ("petrograd_soviet_0831", {"direction": "against_soviet_power"}),
    ("petrograd_soviet_0831", {"absent_count": "for"}),
    ("petrograd_soviet_0831", {"quorum": 1.0}),
    ("petrograd_soviet_0831", {"chambers": ("petrograd_soviet/workers",)}),
    ("petrograd_soviet_0911", {"whips": {}}),
]


@pytest.mark.parametrize(("name", "values"), MEETINGS)
def test_every_rule_of_a_meeting_is_read_on_its_day_and_moves_nobody(name, values):
    start = day_of(tiny().meeting[name].date)
    settings = change(tiny(), f"meeting.{name}", **values)
    assert first_difference(settings, start=start) == start


@pytest.mark.parametrize("name", list(tiny().ballot))
@pytest.mark.parametrize("setting", ["fatigue_weight", "electorate"])
def test_every_number_of_a_ballot_is_read(name, setting):
    ballot = tiny().ballot[name]
    start = day_of(ballot.window[0])
    value = ballot.fatigue_weight + 1.0
    if setting == "electorate":
        first, *_ = ballot.electorate
        value = {**ballot.electorate, first: 3.0}
    settings = change(tiny(), f"ballot.{name}", **{setting: value})
    assert first_difference(settings, start=start) == start


@pytest.mark.parametrize("name", list(tiny().presidium))
@pytest.mark.parametrize(
    "values", [{"seats": 40}, {"rule": "majority"}, {"slates": {"All": ("BO", "ME")}}]
)
def test_every_rule_of_a_presidium_is_read(name, values):
    start = day_of(tiny().presidium[name].date)
    settings = change(tiny(), f"presidium.{name}", **values)
    assert first_difference(settings, start=start) == start


CHAMBER = "institution.central_executive.chambers.first"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("institution.volga_soviets.chambers.all", {"seats": 251}),
        ("institution.volga_soviets.chambers.all", {"renewal": 3.0}),
        ("institution.volga_soviets.chambers.all", {"base": {"urals": 1.0}}),
        ("institution.volga_soviets.chambers.all", {"elected_by": "constituencies"}),
        ("institution.volga_factory_committees.chambers.all", {"seats_per_unit": 8}),
        ("institution.trade_union_executive.chambers.all", {"base": {"petrograd_workers": 1.0}}),
        ("institution.volga_soviets.chambers.all", {"until": "1917-06-01"}),
        (CHAMBER, {"until": None}),
    ],
)
def test_every_setting_of_a_chamber_is_read(path, values):
    model = sim.RevolutionModel(change(tiny(), path, **values), seed=SEED)
    model.run()
    _, name, _, label = path.split(".")
    row = model.record.chambers.index(f"{name}/{label}")
    assert (model.record.seats[:, row] != history()[0].record.seats[:, row]).any()


@pytest.mark.parametrize("values", [{"date": "1917-06-10"}, {"window_days": 3}])
def test_date_and_window_of_an_election_are_read(values):
    body = tiny().institution["congress_june"]
    election = replace(body.chambers["all"].elections[0], **values)
    settings = change(tiny(), "institution.congress_june.chambers.all", elections=(election,))
    row = history()[0].record.chambers.index("congress_june/all")
    seats = sim.RevolutionModel(settings, seed=SEED).run(110).seats[:110, row]
    assert (seats != history()[0].record.seats[:110, row]).any()


def test_size_is_read():
    layout = tiny_world().layout
    for size in (
        replace(tiny().size, agents_factor=0.1),
        replace(tiny().size, people_per_agent=500.0),
    ):
        assert sim.build_world(replace(tiny(), size=size)).layout.n_agents != layout.n_agents


# What a reader sees and the model does not; the values of flags and closings, which are on in
# their window whatever their value; parties without a column, which are only folded.
LABELS = [
    ("party.BO", {"title": "B", "colour": "#000000"}),
    ("place", {"village_pool": "country"}),
    ("place.constituencies.urals", {"title": "U", "source": "S"}),
    ("institution.volga_soviets", {"title": "V", "source": "S", "kind": "congress", "place": "x"}),
    ("event.october", {"title": "O", "account": "A", "source": "S", "note": "N"}),
    ("event.october", {"date_precision": "assumed", "status": "assumed"}),
    ("event.united_front", {"effects": (Effect("joint_action", 0.2, "flag"),)}),
    ("party.NAT", {"soviet_power": -1.0, "peace": -1.0, "activity": 1.0}),
]


@pytest.mark.parametrize(("path", "values"), LABELS)
def test_labels_and_sources_change_nothing(path, values):
    assert first_difference(change(tiny(), path, **values)) is None
