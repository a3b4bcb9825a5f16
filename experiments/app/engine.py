"""The model behind the page: settings shared and unchanging, runs that stop when told to."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import yaml

from experiments.app.documented import Documented, document
from experiments.app.glossary import named
from experiments.app.messages import BadRequestError, History
from experiments.app.packing import pack
from experiments.app.parameters import knowledge
from experiments.composing import Composer
from experiments.errors import SettingsError
from experiments.settings import RunSettings, ScenarioNote
from sim.calendar_os import N_DAYS
from sim.historical import configs_dir
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.record import Record
from sim.settings import ModelSettings
from sim.streams import replicate_seed
from sim.world import World, build_world

BASELINE = "historical"
DAYS_A_FRAME = 24
WORLDS_KEPT = 24
MAX_CALLERS = 96
"""Threads that answer pages; most of them wait for others."""
N_REPLICATES = 20
"""Runs behind every interval."""


class Stopped(Exception):  # noqa: N818 - not an error: the page has gone or has asked anew
    """A run that nobody waits for any more."""


@dataclass(frozen=True)
class Prepared:
    """Settings made ready, shared by all who ask for the same scenarios.

    Attributes
    ----------
    settings : ModelSettings
        Composed and frozen.
    parameters : Parameters
        Of the scenarios, before any slider.
    notes : dict of str to ScenarioNote
        What each scenario says about itself.
    world : World
        Tables.
    documented : Documented
        The record, ready to be held against runs.
    """

    settings: ModelSettings
    parameters: Parameters
    notes: dict[str, ScenarioNote]
    world: World
    documented: Documented


class Engine:
    """What all connections share: scenarios, tables and threads.

    Parameters
    ----------
    size : str
        A config of the group ``size``.
    workers : int or None
        Threads in which the runs of ensembles live.

    Attributes
    ----------
    threads, callers : ThreadPoolExecutor
        For the runs of ensembles, and for what answers a page.
    closing : threading.Event
        Set when the server ends.
    n_active : int
        Runs under way.
    """

    def __init__(self, size: str = "desk", workers: int | None = None) -> None:
        self.size = size
        self.threads = ThreadPoolExecutor(
            workers or max(2, os.cpu_count() or 2), thread_name_prefix="model"
        )
        self.callers = ThreadPoolExecutor(MAX_CALLERS, thread_name_prefix="page")
        self.closing = threading.Event()
        self.n_active = 0
        self._composer = Composer()
        self._composing = threading.Lock()
        self._lock = threading.Lock()
        self._count_lock = threading.Lock()
        self._prepared: OrderedDict[tuple[str, ...], Prepared] = OrderedDict()
        self.scenario_notes = _read_notes(self._composer.options("scenario"))
        self.scenarios = tuple(name for name in self.scenario_notes if name != BASELINE)

    def close(self) -> None:
        """Stop every run, and let no further one start."""
        self.closing.set()
        for pool in (self.threads, self.callers):
            pool.shutdown(wait=False, cancel_futures=True)

    def warm_up(self) -> None:
        """Compose every scenario and compile the kernels, so that a first click is quick."""
        model = self.model(History((), (), 0))
        model.run(until_day=2)
        for name in self.scenarios:
            try:
                self.prepared((name,))
            except BadRequestError:
                continue  # told to whoever asks for it

    def prepared(self, scenarios: tuple[str, ...]) -> Prepared:
        """Compose scenarios; the same scenarios are composed once.

        Raises
        ------
        BadRequestError
            If the scenarios contradict each other.
        """
        key = tuple(sorted(scenarios))
        found = self._kept(key)
        if found is not None:
            return found
        with self._composing:
            found = self._kept(key) or self._prepare(key)
        with self._lock:
            self._prepared[key] = found
            while len(self._prepared) > WORLDS_KEPT:
                self._prepared.popitem(last=False)
        return found

    def _kept(self, key: tuple[str, ...]) -> Prepared | None:
        with self._lock:
            if key in self._prepared:
                self._prepared.move_to_end(key)
            return self._prepared.get(key)

    def _prepare(self, scenarios: tuple[str, ...]) -> Prepared:
        listed = ",".join((BASELINE, *scenarios))
        overrides = [f"scenario=[{listed}]", f"size={self.size}"]
        try:
            checked = self._composer.checked(overrides, RunSettings)
            composed = self._composer.frozen(checked, RunSettings)
        except SettingsError as error:
            names = ", ".join(scenarios) or BASELINE
            raise BadRequestError(f"{names} cannot be run: {error}") from error
        world = build_world(composed.model)
        return Prepared(
            composed.model,
            composed.parameters,
            dict(composed.scenario_notes),
            world,
            document(composed.model),
        )

    def held(self, history: History) -> dict[str, float]:
        """Return the parameters that a history sets: its scenarios' own, then its sliders'."""
        usual = Parameters().as_dict()
        own = self.prepared(history.scenarios).parameters.as_dict()
        changed = {name: value for name, value in own.items() if value != usual[name]}
        return changed | dict(history.parameters)

    def parameters(self, history: History) -> Parameters:
        """Return the parameters of a history: the centre, but for what the history sets."""
        return replace(knowledge().centre, **self.held(history))

    def model(self, history: History, replicate: int = 0) -> RevolutionModel:
        """Return a new model of a history, before its first day."""
        return RevolutionModel(
            parameters=self.parameters(history),
            seed=replicate_seed(history.seed, replicate),
            world=self.prepared(history.scenarios).world,
        )

    def live(
        self,
        model: RevolutionModel,
        stop: threading.Event,
        each_day: Callable[[RevolutionModel], None] | None = None,
    ) -> Record:
        """Live the whole period unless told to stop.

        Parameters
        ----------
        model : RevolutionModel
            Before its first day.
        stop : threading.Event
            Looked at every day.
        each_day : callable, optional
            Called every evening.

        Raises
        ------
        Stopped
            If told to stop.
        """
        with self._count_lock:
            self.n_active += 1
        try:
            while model.day < N_DAYS:
                if stop.is_set() or self.closing.is_set():
                    raise Stopped
                model.step()
                if each_day is not None:
                    each_day(model)
        finally:
            with self._count_lock:
                self.n_active -= 1
        return model.record

    def stream(
        self,
        number: int,
        slot: str,
        history: History,
        emit: Callable[[bytes], None],
        stop: threading.Event,
    ) -> Record:
        """Live a history and send its days as they come.

        Parameters
        ----------
        number : int
            Number of the request.
        slot : str
            Which of the page's two histories it is.
        history : History
            What to live.
        emit : callable
            Takes one frame.
        stop : threading.Event
            Looked at every day.

        Raises
        ------
        Stopped
            If told to stop.
        """
        prepared = self.prepared(history.scenarios)
        head = {"id": number, "slot": slot}
        emit(pack({"type": "begin", **head, "events": events_of(prepared.settings)}, {}))

        def each_day(model: RevolutionModel) -> None:
            if model.day % DAYS_A_FRAME == 0 or model.day == N_DAYS:
                first = (model.day - 1) // DAYS_A_FRAME * DAYS_A_FRAME
                emit(days_frame(head, model.record, first, model.day))

        record = self.live(self.model(history), stop, each_day)
        votes = prepared.documented.predict(record)
        emit(pack({"type": "end", **head, "n_votes": len(votes)}, {"votes": votes}))
        return record


def counts_with_villages(record: Record, days: slice, *, public: bool) -> np.ndarray[Any, Any]:
    """Return agents by party, with the villages as a last place, shape (days, places, parties)."""
    counts = (record.public_count if public else record.private_count)[days]
    villages = record.village_count[days].sum(axis=1, keepdims=True)
    return np.concatenate([counts, villages], axis=1)


def days_frame(head: dict[str, Any], record: Record, first: int, stop: int) -> bytes:
    """Pack the days ``first`` to ``stop - 1`` of a record."""
    days = slice(first, stop)
    arrays = {
        "private": counts_with_villages(record, days, public=False),
        "public": counts_with_villages(record, days, public=True),
        "seats": record.seats[days],
    }
    small = all(array.max(initial=0) < 2**16 for array in arrays.values())
    kind = np.uint16 if small else np.int32
    header = {"type": "days", **head, "first": first, "stop": stop}
    return pack(header, {name: array.astype(kind) for name, array in arrays.items()})


def events_of(settings: ModelSettings) -> list[dict[str, Any]]:
    """Describe the events of a history."""
    return [
        {
            "id": name,
            "title": event.title,
            "first": event.days.start,
            "last": event.days.stop - 1,
            "account": event.account,
            "source": named(event.source),
            "status": event.status,
            "precision": event.date_precision,
            "note": named(event.note),
        }
        for name, event in sorted(settings.event.items(), key=lambda item: item[1].days.start)
        if event.enabled
    ]


def _read_notes(names: list[str]) -> dict[str, ScenarioNote]:
    """Read what scenarios say about themselves, without composing them."""
    notes = {}
    for name in names:
        path = configs_dir() / "scenario" / f"{name}.yaml"
        with path.open(encoding="utf-8") as stream:
            tree = yaml.safe_load(stream) or {}
        note = (tree.get("scenario_notes") or {}).get(name)
        if note is not None:
            notes[name] = ScenarioNote(**note)
    return notes
