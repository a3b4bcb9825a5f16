"""Small worlds: the historical settings, cut down until a result can be known."""

from dataclasses import fields, replace
from functools import cache

import sim
from sim.day import take_shares
from sim.institution import Chamber, Institution
from sim.mechanism import Mechanisms
from sim.parameters import Parameters
from sim.place import Constituency, Places, Size
from sim.run_data import count_by_unit
from sim.settings import Constants

STILL = {
    name: 0.0
    for name in (
        "grievance_weight",
        "contact_weight",
        "discredit",
        "stigma_weight",
        "social_influence",
        "repression_weight",
    )
}
"""Parameters under which the utility never changes."""


@cache
def historical():
    """Settings of the historical scenario, read once."""
    return sim.historical_settings()


@cache
def tiny():
    """The historical scenario with a twentieth of the agents."""
    return replace(historical(), size=Size(agents_factor=0.05))


@cache
def tiny_world():
    """Its tables."""
    return sim.build_world(tiny())


def only(*names):
    """Switches of which only the named are on; mandates last all the same."""
    return Mechanisms(**{f.name: f.name in (*names, "lag") for f in fields(Mechanisms)})


def without(*names):
    """Switches of which only the named are off."""
    return replace(Mechanisms(), **dict.fromkeys(names, False))


def still(**changes):
    """Parameters under which the utility never changes, with some changed."""
    return Parameters(**{**STILL, **changes})


def change(settings, path, **values):
    """Settings with values replaced in the part at a dotted path of attributes and keys."""
    head, _, rest = path.partition(".")
    if not head:
        if isinstance(settings, dict):
            return {**settings, **values}
        return replace(settings, **values)
    part = settings[head] if isinstance(settings, dict) else getattr(settings, head)
    changed = change(part, rest, **values)
    return {**settings, head: changed} if isinstance(settings, dict) else replace(
        settings, **{head: changed}
    )  # fmt: skip


def constituency(shares, *, agents=1000, units=1, **others):
    """A constituency of people alike, one person an agent."""
    plain = {
        "title": "Here",
        "place": "here",
        "sector": "workers",
        "people": float(agents),
        "agents": agents,
        "unit_kind": "factory",
        "units": units,
        "initial_shares": shares,
        "event_exposure": 1.0,
        "agitator_reach": 1.0,
        "supporters_per_member": 8.0,
        "source": "A test.",
    }
    return Constituency(**{**plain, **others})


def committee(*, seats=None, base=None, elected_by="units", **others):
    """A body with one chamber."""
    chamber = Chamber(
        elected_by=elected_by,
        base=base or {"here": 1.0},
        seats=seats,
        seats_per_unit=None if seats else 1,
        **others,
    )
    return Institution("Committee", "soviet", "here", {"all": chamber}, "A test.")


def small_settings(
    shares, *, on=(), agents=1000, units=1, event=None, constants=None, bodies=None, **others
):
    """Settings with one constituency called ``here``, no dates, and few mechanisms.

    Parameters
    ----------
    shares : mapping of str to float
        Initial shares; their keys are the parties.
    on : tuple of str
        Mechanisms that act.
    others
        Of the constituency.
    """
    whole = historical()
    return replace(
        whole,
        party={name: whole.party[name] for name in shares},
        place=Places(
            whole.place.sectors,
            {"here": constituency(shares, agents=agents, units=units, **others)},
        ),
        institution=bodies or {"committee": committee()},
        event=event or {},
        meeting={},
        ballot={},
        presidium={},
        size=Size(),
        mechanism=only(*on),
        constants=constants or Constants(),
    )


def convert(model, allegiance):
    """Give the people of a model other allegiances (columns of parties)."""
    state, world = model.state, model.world
    state.population.allegiance[:] = allegiance
    state.private_count = count_by_unit(state.population.allegiance, world)
    state.public_count = state.private_count.copy()
    take_shares(state, world)


ARRAYS = (
    "private_count",
    "public_count",
    "village_count",
    "seats",
    "members",
    "switches",
    "fatigue",
    "tide",
    "repression",
    "grievance",
    "credibility",
)


def fingerprint(record):
    """Everything a record holds, as bytes by name."""
    held = {name: getattr(record, name).tobytes() for name in ARRAYS}
    held["initial_count"] = record.initial_count.tobytes()
    for name, m in record.meetings.items():
        held[name] = (
            m.expected.tobytes() + m.drawn.tobytes() + bytes(str((m.present, m.quorate)), "ascii")
        )
    for name, results in record.ballots.items():
        held[name] = b"".join(r.shares.tobytes() + bytes(str(r.turnout), "ascii") for r in results)
    for name, seats in record.presidia.items():
        held[name] = seats.tobytes()
    return held


def state_bytes(model):
    """The people of a model, as bytes by column."""
    people = model.state.population
    return {f.name: getattr(people, f.name).tobytes() for f in fields(people)}


def assert_same_run(one, other):
    """Assert that two models have the same past and the same people, to the last bit."""
    assert fingerprint(one.record) == fingerprint(other.record)
    assert state_bytes(one) == state_bytes(other)


def run_model(settings=None, seed=0, until=None, parameters=None, **given):
    """A model that has been run."""
    model = sim.RevolutionModel(settings, parameters, seed, **given)
    model.run(*(() if until is None else (until,)))
    return model


def seven(values=(0.24, 0.02, 0.26, 0.03, 0.30, 0.05, 0.10)):
    """Shares of the seven parties."""
    return dict(zip(("NP", "KD", "RSR", "LSR", "ME", "MI", "BO"), values, strict=True))
