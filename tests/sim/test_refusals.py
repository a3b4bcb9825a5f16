"""What is refused, and what the message says: the setting, the value, the remedy."""

import re
from dataclasses import fields, is_dataclass, replace

import pytest

import sim
from sim.ballot import Ballot
from sim.event import Effect, Event, scope_mask
from sim.institution import Chamber, GeneralElection, Institution
from sim.meeting import Meeting
from sim.parameters import BOUNDS, Parameters
from sim.party import tabulate_parties
from sim.place import Places, Size
from sim.presidium import Presidium
from sim.settings import Constants
from tests.sim.worlds import change, constituency, historical, seven, tiny

DAY = ("1917-05-05", "1917-05-05")


def refused(message, error=ValueError):
    """Expect a refusal whose words include the message, taken literally."""
    return pytest.raises(error, match=re.escape(message))


# Numbers outside their range: every numeric setting refuses nan and values far out.


def numbers_of(part, path):
    """Paths of the numeric settings of a dataclass, with the dataclass that holds each."""
    for f in fields(part):
        value = getattr(part, f.name)
        if isinstance(value, bool) or f.name == "value":
            continue
        if isinstance(value, int | float):
            yield path, f.name, part
        elif is_dataclass(value):
            yield from numbers_of(value, f"{path}.{f.name}")


NUMBERS = [
    *numbers_of(Constants(), "constants"),
    *numbers_of(Parameters(), "parameters"),
    *numbers_of(historical().party["BO"], "party"),
    *numbers_of(historical().place.sectors["workers"], "sector"),
    *numbers_of(historical().place.constituencies["caucasus"], "place"),
    *numbers_of(historical().ballot["moscow_city_duma"], "ballot"),
    *numbers_of(historical().presidium["petrograd_workers_presidium_0908"], "presidium"),
    *numbers_of(historical().meeting["petrograd_soviet_0831"], "meeting"),
    *numbers_of(Size(), "size"),
]


@pytest.mark.parametrize(
    ("path", "name", "part"), NUMBERS, ids=[f"{path}.{name}" for path, name, _ in NUMBERS]
)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e9, 1e12])
def test_a_number_far_outside_is_refused(path, name, part, value):
    words = rf"{re.escape(path)}\.{name} must lie in [\[(].*\], got {re.escape(repr(value))}\. \w"
    with pytest.raises(ValueError, match=words):
        replace(part, **{name: value})


@pytest.mark.parametrize(("name", "bounds"), BOUNDS.items())
def test_the_limits_of_a_parameter_are_allowed(name, bounds):
    for value in bounds:
        assert getattr(Parameters(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("part", "name", "value", "words"),
    [
        ("contact", "saturation_members", 0.0, "must lie in (0, 100], got 0.0. Members for every"),
        ("choice", "own_unit_weight", 1.01, "must lie in [0, 1], got 1.01"),
        ("membership", "ceiling", -0.01, "must lie in [0, 1], got -0.01"),
        ("repression", "tide_window_days", 0, "must lie in [1, 120], got 0. Days."),
        ("credibility", "memory_days", 0.5, "must lie in [1, 1e+09], got 0.5"),
        ("grievance", "initial", (0.1, 0.1, 1.1, 0.1), "must lie in [0, 1], got 1.1"),
        ("grievance", "growth_per_day", (-0.1, 0, 0, 0), "must lie in [0, 1], got -0.1"),
        ("desertion", "later_from", "1917-12-01", "must lie between 1917-03-01 and 1917-11-17"),
        ("desertion", "later_from", "September", "'September' is not a date. Write it as"),
    ],
)
def test_a_constant_just_outside_is_refused(part, name, value, words):
    with refused(words):
        change(Constants(), part, **{name: value})


# Events.


def effect(**values):
    """An effect with some settings."""
    return Effect(**{"target": "credibility.BO", **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"target": "mood"}, "event.effects.target must be one of credibility, grievance"),
        ({"target": "credibility"}, "'credibility' must name a party, such as credibility.BO"),
        ({"target": "fatigue.BO", "op": "add"}, "'fatigue.BO' must name no party"),
        ({"target": "grievance.wine", "op": "jump"}, "must be one of peace, bread, land, order"),
        ({"op": "mul"}, "op of 'credibility.BO' must be one of add; got 'mul'"),
        ({"times": "kappa"}, "times must be one of reconsideration_per_day"),
        ({"spread": "even"}, "spread must be one of pulse, uniform; got 'even'"),
        ({"value": float("nan")}, "value must lie in [-1e+06, 1e+06], got nan"),
        ({"target": "grievance.peace", "op": "jump", "value": 1.2}, "got 1.2. A share of the way"),
        (
            {"target": "repression", "op": "set", "half_life_days": 0.0},
            "half_life_days must lie in (0, 100000], got 0.0. Days.",
        ),
        ({"target": "members.MI", "op": "transfer"}, "to is missing: whom does 'members.MI' go"),
        ({"half_life_days": 5.0}, "half_life_days=5.0 would not change anything. Leave it out."),
        ({"to": "ME"}, "to=ME would not change anything"),
        (
            {"target": "activity.BO", "op": "set", "places": ("moscow",)},
            "places or sectors would not change anything",
        ),
        (
            {"target": "government.KD", "op": "set", "sectors": ("front",)},
            "places or sectors would not change anything",
        ),
        (
            {"target": "fatigue", "op": "mul", "spread": "uniform"},
            "spread of 'fatigue' is uniform, but op 'mul' cannot be divided over days. Use",
        ),
    ],
)
def test_an_effect_that_means_nothing_is_refused(values, words):
    with refused(words):
        effect(**values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": ("1917-02-23", "1917-03-02")}, "must lie between 1917-03-01 and 1917-11-17"),
        ({"window": ("1917-11-18", "1917-11-18")}, "New Style dates are 13 days later"),
        ({"window": ("1917-05-06", "1917-05-05")}, "ends before it begins"),
        ({"window": ("5 May", "5 May")}, "'5 May' is not a date. Write it as 'YYYY-MM-DD'"),
        ({"date_precision": "about"}, "date_precision must be one of day, range, assumed"),
        ({"status": "sure"}, "status must be one of transcribed, derived, assumed; got 'sure'"),
        ({"requires_march": "lost"}, "requires_march must be one of stopped, arrived"),
        ({"days_after_march": 2}, "days_after_march is 2, but requires_march is not set"),
        ({"shift_days": 200}, "moved by shift_days=200 leaves the period. Between -65 and 196"),
    ],
)
def test_an_event_outside_the_calendar_is_refused(values, words):
    with refused(words):
        Event(**{"title": "News", "window": DAY, "account": "", "source": "", **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"places": ("atlantis",)}, "event.x: place must be one of petrograd, moscow"),
        ({"sectors": ("peasants",)}, "event.x: sector must be one of workers, garrison"),
        ({"effects": (effect(target="credibility.CPSU"),)}, "party must be one of NP, KD"),
        ({"effects": (effect(places=("kiev",)),)}, "event.x.effects: place must be one of"),
        ({"effects": (effect(sectors=("sky",)),)}, "event.x.effects: sector must be one of"),
        (
            {"effects": (Effect("members.MI", 9.0, "transfer", to="CPSU"),)},
            "party must be one of NP, KD, RSR, LSR, ME, MI, BO; got 'CPSU'",
        ),
        (
            {"effects": (effect(window=("1917-05-05", "1918-01-01")),)},
            "event.x.effects.window must lie between 1917-03-01 and 1917-11-17",
        ),
        (
            {"requires_majority": {"duma": "BO"}},
            "event.x.requires_majority must be one of petrograd_factory_committees",
        ),
        ({"requires_majority": {"petrograd_soviet": "XX"}}, "party must be one of NP"),
    ],
)
def test_an_event_on_what_does_not_exist_is_refused_before_any_run(values, words):
    event = Event(**{"title": "News", "window": DAY, "account": "", "source": "", **values})
    with refused(words):
        sim.build_world(replace(tiny(), event={"x": event}))


# Places and parties.


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"agents": 0, "people": 9.0}, "place.agents must lie in [1, 5e+07], got 0"),
        ({"units": 0}, "place.units must lie in [1, 100000], got 0. Number of units."),
        ({"unit_kind": "village"}, "unit_kind must be one of factory, regiment, ship, district"),
        ({"shared_language": 1.5}, "place.shared_language must lie in [0, 1], got 1.5. A share."),
    ],
)
def test_a_constituency_out_of_range_is_refused(values, words):
    with refused(words):
        constituency(seven(), **values)


def test_people_of_a_sector_are_called_by_one_of_four_names():
    with refused("sector.person must be one of worker, soldier, sailor, citizen; got 'peasant'"):
        change(tiny(), "place.sectors.workers", person="peasant")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"constituencies": {}}, "place.constituencies is empty. Define at least one"),
        (
            {"constituencies": {"x": constituency(seven(), sector="clergy")}},
            "place.constituencies.x.sector must be one of workers, garrison",
        ),
        ({"village_pool": "urals"}, "'urals', the name of a constituency. Give the pool"),
    ],
)
def test_a_country_that_does_not_hang_together_is_refused(values, words):
    places = historical().place
    whole = {"sectors": places.sectors, "constituencies": places.constituencies}
    with refused(words):
        Places(**{**whole, **values})


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({**seven(), "NP": 0.3}, "initial_shares must sum to 1, got 1.0600. Change one share."),
        ({**seven(), "XX": 0.0}, "initial_shares must be one of NP, KD, RSR, LSR, ME, MI, BO, AN"),
        ({**seven(), "BO": -0.1}, "initial_shares.BO must lie in [0, 1], got -0.1"),
    ],
)
def test_initial_shares_that_are_none_are_refused(shares, words):
    with refused(f"place.constituencies.urals.{words}"):
        sim.build_world(change(tiny(), "place.constituencies.urals", initial_shares=shares))


def test_an_initial_share_of_zero_is_refused():
    shares = {**seven(), "BO": 0.0, "NP": 0.34}
    settings = change(tiny(), "place.constituencies.urals", initial_shares=shares)
    with refused("initial shares must be positive for every modelled party"):
        sim.RevolutionModel(settings)


def test_a_party_that_is_not_modelled_needs_another_that_is():
    with refused("party.folded_into is missing for 'Mensheviks', which is not modelled. Name"):
        change(tiny(), "party.ME", modelled=False)
    with refused("party.ME.folded_into must be one of NP, KD, RSR, LSR, MI, BO; got 'AN'"):
        sim.build_world(change(tiny(), "party.ME", modelled=False, folded_into="AN"))


def test_there_must_be_the_non_party_and_somebody_else():
    parties = historical().party
    for names in (("NP",), ("BO", "ME")):
        with refused(f"must hold NP and at least one more modelled party, got {', '.join(names)}"):
            tabulate_parties({name: parties[name] for name in names})


def test_a_party_that_is_mobilised_must_exist():
    with refused("party must be one of NP, KD, RSR, LSR, ME, MI, BO; got 'XX'"):
        sim.build_world(change(tiny(), "constants.united_front", party="XX"))


def test_a_soviet_that_a_place_answers_to_must_exist():
    with refused("place.constituencies.urals.soviets must be one of"):
        sim.build_world(change(tiny(), "place.constituencies.urals", soviets=("x",)))


# Bodies.


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"elected_by": "god"}, "elected_by must be one of units, constituencies, institutions"),
        ({"seats": None}, "needs either seats or seats_per_unit, got seats=None"),
        ({"seats_per_unit": 3}, "needs either seats or seats_per_unit, got seats=10"),
        (
            {"seats": None, "seats_per_unit": 3, "elected_by": "constituencies"},
            "seats_per_unit needs elected_by: units; got 'constituencies'. Set seats instead.",
        ),
        ({"seats": 0}, "chambers.seats must lie in [1, 100000], got 0"),
        ({"renewal": -1.0}, "chambers.renewal must lie in [0, 100], got -1.0"),
        ({"base": {}}, "chambers.base is empty. Name who elects the chamber."),
        ({"base": {"urals": 0.0}}, "chambers.base.urals must lie in (0, 1e+06], got 0.0"),
        ({"until": "1918-01-05"}, "chambers.until must lie between"),
        ({"from_start": False}, "nobody would ever sit in it. Add an election or set"),
    ],
)
def test_a_chamber_that_cannot_sit_is_refused(values, words):
    with refused(words):
        Chamber(**{"elected_by": "units", "base": {"urals": 1.0}, "seats": 10, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"date": "1918-01-05"}, "elections.date must lie between 1917-03-01 and 1917-11-17"),
        ({"window_days": 0}, "elections.window_days must lie in [1, 262], got 0. Days."),
    ],
)
def test_an_election_outside_the_calendar_is_refused(values, words):
    with refused(words):
        GeneralElection(**{"date": "1917-06-03", **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "club"}, "institution.kind must be one of unit_committee, soviet"),
        ({"chambers": {}}, "institution 'Club' has no chambers. Define at least one."),
    ],
)
def test_a_body_that_is_none_is_refused(values, words):
    whole = {"title": "Club", "kind": "soviet", "place": "urals", "source": "", "chambers": {1: 1}}
    with refused(words):
        Institution(**{**whole, **values})


@pytest.mark.parametrize(
    ("body", "base"),
    [("urals_soviets", "atlantis"), ("petrograd_soviet_executive", "duma")],
)
def test_a_chamber_elected_by_nobody_who_exists_is_refused(body, base):
    settings = change(tiny(), f"institution.{body}.chambers.all", base={base: 1.0})
    with refused(f"institution.{body}.chambers.all.base must be one of"):
        sim.build_world(settings)


# Dated votes.


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"date": "1917-12-01"}, "meeting.date must lie between"),
        ({"direction": "up"}, "meeting.direction must be one of for_soviet_power, against"),
        ({"absent_count": "both"}, "meeting.absent_count must be one of not, for, against"),
        ({"quorum": 2.0}, "meeting.quorum must lie in [0, 1], got 2.0. A share of mandates."),
        ({"chambers": ()}, "meeting 'Vote' names no chambers. Say who meets."),
        ({"stances": {"BO": 3.0}}, "meeting.stances.BO must lie in [-1.5, 1.5], got 3.0"),
        ({"whips": {"all": 100.0}}, "meeting.whips.all must lie in [-20, 20], got 100.0"),
        ({"duty": {"front": float("nan")}}, "meeting.duty.front must lie in [-20, 20], got nan"),
    ],
)
def test_a_meeting_that_cannot_vote_is_refused(values, words):
    whole = {"title": "Vote", "date": DAY[0], "chambers": ("x/all",), "question": "?", "source": ""}
    with refused(words):
        Meeting(**{**whole, **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"duty": {"clergy": 1.0}}, "meeting.petrograd_soviet_0831.duty must be one of workers"),
        ({"whips": {"XX": 1.0}}, "meeting.petrograd_soviet_0831.whips must be one of NP, KD"),
        ({"stances": {"XX": 1.0}}, "meeting.petrograd_soviet_0831.stances must be one of NP, KD"),
        ({"chambers": ("petrograd_soviet/peasants",)}, "got 'petrograd_soviet/peasants'"),
    ],
)
def test_a_meeting_of_who_does_not_exist_is_refused(values, words):
    with refused(words):
        sim.build_world(change(tiny(), "meeting.petrograd_soviet_0831", **values))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": ("1917-06-05", "1917-06-04")}, "ballot.window ends before it begins"),
        ({"window": ("1917-01-01", "1917-06-04")}, "ballot.window must lie between"),
        ({"electorate": {}}, "ballot 'Vote' has no electorate. Name the constituencies."),
        ({"electorate": {"urals": 0.0}}, "ballot.electorate.urals must lie in (0, 1e+09], got 0.0"),
    ],
)
def test_a_ballot_that_cannot_be_held_is_refused(values, words):
    whole = {"title": "Vote", "window": DAY, "electorate": {"urals": 1.0}, "fatigue_weight": 1.0}
    with refused(words):
        Ballot(**{**whole, "source": "", **values})


def test_electors_who_do_not_exist_are_refused():
    with refused("ballot.moscow_city_duma.electorate must be one of petrograd_workers"):
        sim.build_world(change(tiny(), "ballot.moscow_city_duma", electorate={"atlantis": 1.0}))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rule": "lot"}, "presidium.rule must be one of proportional, majority; got 'lot'"),
        ({"date": "1918-01-01"}, "presidium.date must lie between"),
    ],
)
def test_a_presidium_that_cannot_be_elected_is_refused(values, words):
    whole = {"title": "P", "date": DAY[0], "chamber": "x", "seats": 3, "rule": "majority"}
    with refused(words):
        Presidium(**{**whole, "slates": {}, "source": "", **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"slates": {"Us": ("XX",)}}, "petrograd_workers_presidium_0908.slates must be one of NP"),
        ({"chamber": "petrograd_soviet/peasants"}, "'petrograd_soviet/peasants'"),
    ],
)
def test_a_presidium_of_who_does_not_exist_is_refused(values, words):
    with refused(words):
        sim.build_world(change(tiny(), "presidium.petrograd_workers_presidium_0908", **values))


def test_initial_shares_are_mean_or_drawn():
    with refused("initial_shares must be one of mean, drawn; got 'random'"):
        replace(tiny(), initial_shares="random")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_model_refuses_a_seed_outside_its_range(seed):
    with refused(f"seed must lie in [0, 2**63), got {seed}"):
        sim.RevolutionModel(tiny(), seed=seed)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda m: m.share("atlantis", "BO"), "constituency must be one of petrograd_workers"),
        (lambda m: m.share("urals", "XX"), "party must be one of NP, KD"),
        (lambda m: m.seats("duma"), "body must be one of petrograd_factory_committees"),
        (lambda m: m.seats("petrograd_soviet/x"), "got 'petrograd_soviet/x'"),
        (lambda m: m.record.shares("atlantis"), "constituency must be one of petrograd_workers"),
        (lambda m: m.record.seat_shares("duma"), "body must be one of petrograd_factory"),
        (lambda m: m.record.seat_shares("urals_soviets/x"), "got 'urals_soviets/x'"),
    ],
)
def test_asking_for_what_does_not_exist_lists_what_does(ask, words):
    with refused(words):
        ask(sim.RevolutionModel(tiny()))


def test_a_place_that_is_town_and_constituency_is_offered_once():
    with pytest.raises(ValueError, match="place must be one of") as caught:
        scope_mask("event.x", historical().place, ("ural",), None)
    offered = str(caught.value).partition("one of ")[2].partition(";")[0].split(", ")
    assert {"kronstadt", "urals", "petrograd"} <= set(offered)
    assert len(offered) == len(set(offered))
