"""The world as the page needs to know it before the first run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.app import glossary
from experiments.app.cards import describe
from experiments.app.engine import N_REPLICATES, Engine, events_of
from experiments.app.ensemble import body_ids
from experiments.app.parameters import SLIDERS, Slider, knowledge
from sim.calendar_os import FIRST_DATE, N_DAYS
from sim.institution import Institution
from sim.party import Party

VILLAGES = "villages"


def greeting(engine: Engine) -> dict[str, Any]:
    """Describe parties, places, bodies, events, scenarios, sliders, record and glossary.

    Parameters
    ----------
    engine : Engine
        Whose world is described.

    Returns
    -------
    dict
        Ready for JSON.
    """
    prepared = engine.prepared(())
    settings, world = prepared.settings, prepared.world
    return {
        "type": "hello",
        "size": engine.size,
        "first_date": FIRST_DATE.isoformat(),
        "n_days": N_DAYS,
        "n_agents": world.layout.n_agents,
        "n_replicates": N_REPLICATES,
        "parties": [_party(name, settings.party) for name in world.parties.ids],
        "places": _places(engine),
        "sectors": {name: sector.title for name, sector in settings.place.sectors.items()},
        "chambers": list(world.plan.chambers),
        "bodies": _bodies(settings.institution),
        "body_kinds": glossary.KINDS,
        "events": events_of(settings),
        "documented": describe(prepared.documented),
        "scenarios": [
            {
                "id": name,
                "title": note.title,
                "changes": note.changes,
                "why": note.why,
                "cannot_claim": note.cannot_claim,
            }
            for name, note in engine.scenario_notes.items()
            if name in engine.scenarios
        ],
        "sliders": [_slider(slider) for slider in SLIDERS],
        "interval": glossary.INTERVAL[knowledge().source],
        "words": [
            {"word": word, "text": text}
            for word, text in (
                *glossary.WORDS,
                ("Interval", glossary.INTERVAL[knowledge().source]),
            )
        ],
        "limits": list(glossary.LIMITS),
    }


def elector_weights(institutions: Mapping[str, Institution], body: str) -> dict[str, float]:
    """Trace a body down to the constituencies that stand behind its seats.

    Parameters
    ----------
    institutions : mapping of str to Institution
        All bodies.
    body : str
        ``institution`` or ``institution/chamber``.

    Returns
    -------
    dict of str to float
        Weights of constituencies, sum 1. Bodies elected by bodies are traced further.
    """
    found: dict[str, float] = {}
    _trace(institutions, body, 1.0, found, depth=0)
    total = sum(found.values())
    return {name: weight / total for name, weight in found.items()} if total else {}


def _trace(
    institutions: Mapping[str, Institution],
    body: str,
    weight: float,
    found: dict[str, float],
    depth: int,
) -> None:
    name, _, only = body.partition("/")
    if name not in institutions:
        found[name] = found.get(name, 0.0) + weight
        return
    if depth > len(institutions):
        return
    chambers = [c for label, c in institutions[name].chambers.items() if only in ("", label)]
    seats = [float(chamber.seats or chamber.seats_per_unit or 1) for chamber in chambers]
    for chamber, n_seats in zip(chambers, seats, strict=True):
        own = weight * n_seats / sum(seats)
        total = sum(chamber.base.values())
        for base, part in chamber.base.items():
            _trace(institutions, base, own * part / total, found, depth + 1)


def _party(name: str, parties: Mapping[str, Party]) -> dict[str, Any]:
    party = parties[name]
    return {
        "id": name,
        "title": party.title,
        "colour": party.colour,
        "about": glossary.PARTIES.get(name, ""),
        "left": party.soviet_power > 0,
    }


def _places(engine: Engine) -> list[dict[str, Any]]:
    prepared = engine.prepared(())
    layout = prepared.world.layout
    places = [
        {
            "id": name,
            "title": place.title,
            "town": place.place,
            "sector": place.sector,
            "people": place.people,
            "stands_for": float(layout.people_per_agent[c]),
            "unit_kind": place.unit_kind,
            "first_unit": int(layout.unit_first[c]),
            "units": [
                int(layout.unit_start[u + 1] - layout.unit_start[u])
                for u in range(layout.unit_first[c], layout.unit_first[c + 1])
            ],
            "source": glossary.named(place.source),
        }
        for c, (name, place) in enumerate(prepared.settings.place.constituencies.items())
    ]
    return [
        *places,
        {
            "id": VILLAGES,
            "title": "Villages (deserters)",
            "town": VILLAGES,
            "sector": VILLAGES,
            "people": 0,
            "stands_for": 0.0,
            "unit_kind": "",
            "first_unit": 0,
            "units": [],
            "source": "Soldiers of the model who left for the villages, with the allegiance they "
            "took along.",
        },
    ]


def _bodies(institutions: Mapping[str, Institution]) -> list[dict[str, Any]]:
    bodies = []
    for body in body_ids(dict(institutions)):
        name, _, only = body.partition("/")
        institution = institutions[name]
        bodies.append(
            {
                "id": body,
                "title": institution.title + (f", {only}" if only else ""),
                "kind": institution.kind,
                "electors": elector_weights(institutions, body),
                "source": glossary.named(institution.source),
            }
        )
    return bodies


def _slider(slider: Slider) -> dict[str, Any]:
    known = knowledge()
    centre = getattr(known.centre, slider.name)
    low, high = known.range_of(slider.name)
    return {
        "id": slider.name,
        "title": slider.title,
        "about": slider.about,
        "symbol": slider.symbol,
        "centre": centre,
        "low": min(low, centre),
        "high": max(high, centre),
        "learnt": known.learnt(slider.name),
        "main": slider.main,
    }
