"""One factory or regiment, and one of its people: a year lived again and written down."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.app.engine import Engine
from experiments.app.messages import BadRequestError, History
from experiments.app.packing import pack
from sim.agents import Person
from sim.calendar_os import N_DAYS
from sim.model import RevolutionModel

GONE = 255
"""Code of a day on which the person is in the villages."""
SHOWN_AT_MOST = 400
LASTING = ("place", "ideal point")
"""Terms that hardly change; they are told as the person's own leaning."""


def unit_frame(
    engine: Engine, number: int, history: History, unit: int, stop: threading.Event
) -> bytes:
    """Live a history again and keep the allegiances of one unit, day by day.

    Parameters
    ----------
    engine : Engine
        Where models come from.
    number : int
        Number of the request.
    history : History
        What to live.
    unit : int
        Index of the unit.
    stop : threading.Event
        Looked at every day.

    Returns
    -------
    bytes
        A frame with ``allegiance`` of shape (n_people_shown, n_days).

    Raises
    ------
    BadRequestError
        If there is no such unit.
    """
    model = engine.model(history)
    layout = model.world.layout
    if unit >= layout.n_units:
        raise BadRequestError(f"unit must be below {layout.n_units}, got {unit}.")
    first, last = int(layout.unit_start[unit]), int(layout.unit_start[unit + 1])
    shown = min(last - first, SHOWN_AT_MOST)
    rows = slice(first, first + shown)
    allegiance = np.full((shown, N_DAYS), GONE, dtype=np.uint8)

    def each_day(living: RevolutionModel) -> None:
        people = living.state.population
        allegiance[:, living.day - 1] = np.where(
            people.present[rows], people.allegiance[rows], GONE
        )

    engine.live(model, stop, each_day)
    order = _order(allegiance)
    header = {
        "type": "unit",
        "id": number,
        "unit": unit,
        "people": [first + int(row) for row in order],
        "size": last - first,
        "stands_for": float(layout.people_per_agent[layout.constituency_of_unit[unit]]),
    }
    return pack(header, {"allegiance": allegiance[order]})


def _order(allegiance: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Sort people by the party they end with, then by how long they have been with it."""
    final = allegiance[:, -1]
    same = allegiance[:, ::-1] == final[:, None]
    lasted = np.where(same.all(axis=1), N_DAYS, np.argmin(same, axis=1))
    return np.lexsort((-lasted, final))


def person_year(
    engine: Engine, number: int, history: History, person: int, stop: threading.Event
) -> dict[str, Any]:
    """Live a history again and write down one person's year.

    Parameters
    ----------
    engine : Engine
        Where models come from.
    number : int
        Number of the request.
    history : History
        What to live.
    person : int
        Id of the person.
    stop : threading.Event
        Looked at every day.

    Returns
    -------
    dict
        Entries by day: changes of allegiance with what weighed for them, silence out of
        fear, acting together, leaving, and a newcomer taking the place.

    Raises
    ------
    BadRequestError
        If there is no such person.
    """
    model = engine.model(history)
    n = model.world.layout.n_agents
    if person >= n:
        raise BadRequestError(f"person must be below {n}, got {person}.")
    view = model.person(person)
    diary = Diary(view)
    engine.live(model, stop, lambda _: diary.write())
    layout = model.world.layout
    place = model.world.settings.place.constituencies[view.constituency]
    first_unit = int(layout.unit_first[layout.ids.index(view.constituency)])
    return {
        "type": "person",
        "id": number,
        "person": person,
        "who": model.world.settings.place.sectors[place.sector].person,
        "place": view.constituency,
        "unit": view.unit,
        "unit_number": view.unit - first_unit + 1,
        "unit_kind": place.unit_kind,
        "stands_for": float(layout.people_per_agent[layout.ids.index(view.constituency)]),
        "ideal": [round(x, 2) for x in view.ideal],
        "days": diary.days,
        "shown": diary.shown,
        "entries": diary.entries,
        "chances": {k: round(v, 3) for k, v in view.chances().items()},
    }


class Diary:
    """What happens to one person, noticed in the evening.

    Parameters
    ----------
    view : Person
        Before the first day.

    Attributes
    ----------
    days, shown : list of str
        Allegiance of each day, held and shown; empty text while in the villages.
    entries : list of dict
        What happened, in order.
    """

    def __init__(self, view: Person) -> None:
        self.view = view
        self.days: list[str] = []
        self.shown: list[str] = []
        self.entries: list[dict[str, Any]] = []
        self._party = view.allegiance
        self._entry = view.entry
        self._present = True
        self._silent = False
        self._acted = False
        self.entries.append({"day": -1, "kind": "start", "party": self._party})

    def write(self) -> None:
        """Write down one evening."""
        view = self.view
        day = view.model.day - 1
        here = view.present
        self.days.append(view.allegiance if here else "")
        self.shown.append(view.expressed if here else "")
        if self._present and not here:
            self._note(day, "left")
        self._present = here
        if not here:
            return
        if view.entry != self._entry:
            self._entry = view.entry
            self._note(day, "newcomer", party=view.allegiance)
            self._party, self._acted, self._silent = view.allegiance, False, False
            return
        self._changes(day)

    def _changes(self, day: int) -> None:
        view = self.view
        if view.joint_action > 0.05 and not self._acted:
            self._acted = True
            self._note(day, "acted", exposure=round(view.joint_action, 2))
        if view.allegiance != self._party:
            terms = view.terms()
            weighed = {
                term: round(row[view.allegiance] - row[self._party], 2)
                for term, row in terms.items()
                if term != "habit"
            }
            self._note(
                day,
                "turned",
                before=self._party,
                party=view.allegiance,
                weighed={k: v for k, v in weighed.items() if abs(v) >= 0.05},
                own=round(sum(weighed[term] for term in LASTING), 2),
            )
            self._party = view.allegiance
        silent = view.expressed != view.allegiance
        if silent != self._silent:
            self._note(day, "silent" if silent else "spoke", party=view.allegiance)
            self._silent = silent

    def _note(self, day: int, kind: str, **facts: Any) -> None:
        self.entries.append({"day": day, "kind": kind, **facts})
