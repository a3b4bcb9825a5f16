"""Intervals: the same history again with other luck, and two histories with the same luck."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.app.engine import N_REPLICATES, Engine, Stopped, counts_with_villages
from experiments.app.messages import History
from experiments.app.packing import as_codes, as_signed_codes, pack
from experiments.app.parameters import knowledge
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.record import Record
from sim.streams import replicate_seed

QUANTILES = (0.05, 0.5, 0.95)
RUNS_AT_ONCE = 2


@dataclass(frozen=True)
class Reduced:
    """What is kept of one run of an ensemble.

    Attributes
    ----------
    places : ndarray of float32, shape (n_days, n_places, n_parties)
        Private shares, villages last; ``nan`` where nobody is.
    bodies : ndarray of float32, shape (n_days, n_bodies, n_parties)
        Shares of seats; ``nan`` where nobody sits.
    votes : ndarray of float64
        Predictions of the documented occasions, end to end.
    """

    places: NDArray[np.float32]
    bodies: NDArray[np.float32]
    votes: NDArray[np.float64]


def body_ids(institutions: dict[str, Any]) -> list[str]:
    """Name the bodies shown: every institution, and the sections of those that have them."""
    names = []
    for name, body in institutions.items():
        names.append(name)
        if len(body.chambers) > 1:
            names += [f"{name}/{chamber}" for chamber in body.chambers]
    return names


def run_ensemble(
    engine: Engine,
    number: int,
    histories: tuple[tuple[str, History], ...],
    emit: Callable[[bytes], None],
    stop: threading.Event,
    *,
    with_parameters: bool,
) -> None:
    """Repeat histories and send their intervals, and that of the difference of two.

    Parameters
    ----------
    engine : Engine
        Where models come from.
    number : int
        Number of the request.
    histories : tuple of (str, History)
        By slot.
    emit : callable
        Takes one frame.
    stop : threading.Event
        Looked at every day of every run.
    with_parameters : bool
        Whether parameters vary as far as the record leaves them open; those that the history
        sets stay as they are.

    Raises
    ------
    Stopped
        If told to stop.
    """
    sets = {
        slot: knowledge().sets(N_REPLICATES, history.seed, engine.held(history))
        if with_parameters
        else [engine.parameters(history)] * N_REPLICATES
        for slot, history in histories
    }
    jobs = [(slot, history, r) for r in range(N_REPLICATES) for slot, history in histories]
    found: dict[str, list[Reduced]] = {slot: [] for slot, _ in histories}
    waiting: list[tuple[str, Future[Reduced]]] = []
    try:
        for slot, history, replicate in jobs:
            if len(waiting) >= RUNS_AT_ONCE:
                done_slot, future = waiting.pop(0)
                found[done_slot].append(future.result())
                n_done = sum(map(len, found.values()))
                emit(pack({"type": "progress", "id": number, "done": n_done, "of": len(jobs)}, {}))
            future = engine.threads.submit(
                _replicate, engine, history, sets[slot][replicate], replicate, stop
            )
            waiting.append((slot, future))
        for slot, future in waiting:
            found[slot].append(future.result())
    except BaseException:
        stop.set()
        raise
    for slot, history in histories:
        documented = engine.prepared(history.scenarios).documented
        votes = documented.intervals(
            np.stack([run.votes for run in found[slot]]), history.seed, knowledge().error_model
        )
        emit(
            pack(
                {"type": "bands", "id": number, "slot": slot, "n": N_REPLICATES},
                {**_quantile_codes(found[slot], as_codes), "votes": votes},
            )
        )
    if len(histories) == 2:
        paired = [
            Reduced(b.places - a.places, b.bodies - a.bodies, a.votes[:0])
            for a, b in zip(found["a"], found["b"], strict=True)
        ]
        header = {"type": "difference", "id": number, "n": N_REPLICATES}
        emit(pack(header, _quantile_codes(paired, as_signed_codes)))


def _replicate(
    engine: Engine,
    history: History,
    parameters: Parameters,
    replicate: int,
    stop: threading.Event,
) -> Reduced:
    if stop.is_set():
        raise Stopped
    prepared = engine.prepared(history.scenarios)
    model = RevolutionModel(
        parameters=parameters, seed=replicate_seed(history.seed, replicate), world=prepared.world
    )
    record = engine.live(model, stop)
    return reduce(record, list(body_ids(dict(prepared.settings.institution))), prepared)


def reduce(record: Record, bodies: list[str], prepared: Any) -> Reduced:
    """Keep the shares of places and bodies, and the documented occasions, of a record."""
    counts = counts_with_villages(record, slice(0, record.n_recorded), public=False)
    total = counts.sum(axis=2, keepdims=True).astype(np.float32)
    total[total == 0] = np.nan
    seats = np.stack([record.seat_shares(body) for body in bodies], axis=1)
    return Reduced(
        (counts / total).astype(np.float32),
        seats.astype(np.float32),
        prepared.documented.operators.predict(record),
    )


def _quantile_codes(
    runs: list[Reduced], code: Callable[[NDArray[np.floating[Any]]], NDArray[np.uint16]]
) -> dict[str, NDArray[np.uint16]]:
    return {
        "places": code(_quantiles(np.stack([run.places for run in runs]))),
        "bodies": code(_quantiles(np.stack([run.bodies for run in runs]))),
    }


def _quantiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return quantiles over runs, shape (3, ...); ``nan`` where any run has none.

    Twenty sorted values are interpolated by hand: ten times quicker than ``np.quantile``.
    """
    ordered = np.sort(values, axis=0)
    last = len(values) - 1
    found = []
    for q in QUANTILES:
        low = int(q * last)
        part = np.float32(q * last - low)
        found.append(ordered[low] * (1 - part) + ordered[min(low + 1, last)] * part)
    quantiles = np.stack(found)
    quantiles[:, np.isnan(values).any(axis=0)] = np.nan
    return quantiles.astype(np.float32)
