"""Records as tables, and tables as records: what goes in comes out, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.results import RECORD_TABLES
from sim.ballot import BallotResult
from sim.calendar_os import old_style
from sim.meeting import MeetingResult
from sim.party import ISSUES
from sim.record import Record

if TYPE_CHECKING:
    from sim.settings import ModelSettings

Columns = dict[str, NDArray[Any]]
Numbered = Sequence[tuple[int, Record]]


def keep(record: Record) -> Record:
    """Return what a run keeps of a record: everything, changes of allegiance by month.

    Parameters
    ----------
    record : Record
        A finished replicate.

    Returns
    -------
    Record
        Its ``switches`` has months in place of days, shape (n_months, n_constituencies,
        n_parties, n_parties).
    """
    months = [old_style(day)[:7] for day in range(record.n_recorded)]
    first = [day for day, month in enumerate(months) if day == 0 or months[day - 1] != month]
    by_month = np.add.reduceat(record.switches[: record.n_recorded], first, axis=0, dtype=np.int32)
    return replace(record, switches=by_month)


def tables_of(records: Numbered, settings: ModelSettings) -> dict[str, Columns]:
    """Lay records out as tables.

    Parameters
    ----------
    records : sequence of (int, Record)
        Number of each replicate and what :func:`keep` kept of it; at least one, all of one
        world and length.
    settings : ModelSettings
        Of the world; names the slates of presidia.

    Returns
    -------
    dict of str to dict of str to ndarray
        Columns of each table of :data:`experiments.results.RECORD_TABLES`.
    """
    first = records[0][1]
    days = np.arange(first.n_recorded)
    writers: dict[str, Callable[[], Columns]] = {
        "start": lambda: _start(records),
        "shares": lambda: _daily(records, days, _shares(records, days)),
        "members": lambda: _daily(records, days, _by_party(first, _stack(records, "members"))),
        "levels": lambda: _daily(records, days, _levels(records)),
        "villages": lambda: _daily(
            records, days, _by_party(first, _stack(records, "village_count"))
        ),
        "seats": lambda: _seats(records, days),
        "flows": lambda: _flows(records),
        "meetings": lambda: _meetings(records),
        "ballots": lambda: _ballots(records),
        "presidia": lambda: _presidia(records, settings),
    }
    return {name: writers[name]() for name in RECORD_TABLES}


def records_of(tables: Mapping[str, Columns], settings: ModelSettings) -> list[tuple[int, Record]]:
    """Rebuild the records of a run from its tables.

    Parameters
    ----------
    tables : mapping of str to columns
        As :func:`tables_of` made them.
    settings : ModelSettings
        Of the run; names bodies without seats and chambers of presidia.

    Returns
    -------
    list of (int, Record)
        Number of each replicate and its record, as :func:`keep` left it.
    """
    start, seats, shares = tables["start"], tables["seats"], tables["shares"]
    numbers = _in_order(start["replicate"])
    constituencies = tuple(_in_order(start["constituency"]))
    parties = tuple(name for name in settings.party if name in start)
    chambers = tuple(_in_order(seats["chamber"]))
    institutions = tuple(settings.institution)
    n_days = int(shares["day"].max()) + 1
    daily = (len(numbers), n_days, len(constituencies))
    agents = shares["agents"].reshape(daily)[..., None]

    def grid(table: str, names: Sequence[str], shape: tuple[int, ...]) -> NDArray[Any]:
        return np.stack([tables[table][name] for name in names], axis=-1).reshape(*shape, -1)

    def counts(kind: str) -> NDArray[np.int32]:
        share = grid("shares", [f"{kind}_{party}" for party in parties], daily)
        found: NDArray[np.int32] = np.rint(share * agents).astype(np.int32)
        return found

    initial = grid("start", parties, (len(numbers), len(constituencies)))
    private, public = counts("private"), counts("public")
    sitting = grid("seats", parties, (len(numbers), n_days, len(chambers)))
    members = grid("members", parties, daily)
    villages = grid("villages", parties, daily)
    grievance = grid("levels", [f"grievance_{issue}" for issue in ISSUES], daily)
    credibility = grid("levels", [f"credibility_{party}" for party in parties], daily)
    levels = {
        name: tables["levels"][name].reshape(daily) for name in ("fatigue", "tide", "repression")
    }
    flows = grid(
        "flows",
        [f"to_{party}" for party in parties],
        (len(numbers), len(_in_order(tables["flows"]["month"])), len(constituencies), len(parties)),
    )
    owner = np.array([institutions.index(chamber.partition("/")[0]) for chamber in chambers])
    return [
        (
            int(number),
            Record(
                parties=parties,
                constituencies=constituencies,
                chambers=chambers,
                institutions=institutions,
                institution_of_chamber=owner,
                presidium_chambers={n: p.chamber for n, p in settings.presidium.items()},
                people_per_agent=start["people_per_agent"][: len(constituencies)],
                n_recorded=n_days,
                private_count=private[r],
                public_count=public[r],
                village_count=villages[r],
                initial_count=initial[r],
                seats=sitting[r],
                members=members[r],
                switches=flows[r],
                grievance=grievance[r],
                credibility=credibility[r],
                **{name: level[r] for name, level in levels.items()},
                meetings=_read_meetings(_rows(tables["meetings"], number)),
                ballots=_read_ballots(_rows(tables["ballots"], number), parties),
                presidia=_read_presidia(_rows(tables["presidia"], number)),
            ),
        )
        for r, number in enumerate(numbers)
    ]


def _stack(records: Numbered, name: str) -> NDArray[Any]:
    return np.stack([getattr(r, name)[: r.n_recorded] for _, r in records])


def _by_party(first: Record, values: NDArray[Any], name: str = "{party}") -> Columns:
    """One column for each entry of the last axis."""
    return {
        name.format(party=party): values[..., k].ravel() for k, party in enumerate(first.parties)
    }


def _keys(records: Numbered, *axes: tuple[str, Sequence[Any] | NDArray[Any]]) -> Columns:
    """Columns that number the cells of (replicate, *axes), the last axis fastest."""
    labels = [("replicate", np.array([number for number, _ in records], dtype=np.int32))]
    labels += [(name, np.asarray(values)) for name, values in axes]
    shape = tuple(len(values) for _, values in labels)
    return {
        name: np.broadcast_to(
            values.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape
        ).ravel()
        for axis, (name, values) in enumerate(labels)
    }


def _daily(records: Numbered, days: NDArray[np.int64], values: Columns) -> Columns:
    keys = _keys(records, ("day", days), ("constituency", records[0][1].constituencies))
    return _dated(keys) | values


def _dated(keys: Columns) -> Columns:
    dates = np.array([old_style(day) for day in range(int(keys["day"].max()) + 1)])
    head = {name: keys.pop(name) for name in ("replicate", "day")}
    return head | {"date": dates[head["day"]]} | keys


def _start(records: Numbered) -> Columns:
    first = records[0][1]
    return (
        _keys(records, ("constituency", first.constituencies))
        | {"people_per_agent": np.tile(first.people_per_agent, len(records))}
        | _by_party(first, np.stack([record.initial_count for _, record in records]))
    )


def _shares(records: Numbered, days: NDArray[np.int64]) -> Columns:
    first = records[0][1]
    columns: Columns = {}
    for kind in ("private", "public"):
        count = np.stack([getattr(r, f"{kind}_count")[: len(days)] for _, r in records])
        total = count.sum(axis=-1, keepdims=True)
        columns["agents"] = total.ravel()
        columns |= _by_party(first, count / np.maximum(total, 1), f"{kind}_{{party}}")
    return columns


def _levels(records: Numbered) -> Columns:
    grievance = _stack(records, "grievance")
    return (
        {name: _stack(records, name).ravel() for name in ("fatigue", "tide", "repression")}
        | {f"grievance_{issue}": grievance[..., g].ravel() for g, issue in enumerate(ISSUES)}
        | _by_party(records[0][1], _stack(records, "credibility"), "credibility_{party}")
    )


def _seats(records: Numbered, days: NDArray[np.int64]) -> Columns:
    first = records[0][1]
    keys = _dated(_keys(records, ("day", days), ("chamber", first.chambers)))
    chamber = keys.pop("chamber")
    owners = np.array([name.partition("/")[0] for name in first.chambers])
    keys["institution"] = np.tile(owners, len(chamber) // len(owners))
    return keys | {"chamber": chamber} | _by_party(first, _stack(records, "seats"))


def _flows(records: Numbered) -> Columns:
    first = records[0][1]
    months = list(dict.fromkeys(old_style(day)[:7] for day in range(first.n_recorded)))
    keys = _keys(
        records, ("month", months), ("constituency", first.constituencies), ("from", first.parties)
    )
    switches = np.stack([record.switches for _, record in records])
    return keys | _by_party(first, switches, "to_{party}")


def _meetings(records: Numbered) -> Columns:
    rows = [(n, name, held) for n, r in records for name, held in r.meetings.items()]
    expected = np.array([held.expected for *_, held in rows]).reshape(-1, 3)
    drawn = np.array([held.drawn for *_, held in rows], dtype=np.int64).reshape(-1, 3)
    answers = ("for", "against", "abstain")
    return {
        "replicate": _integers(n for n, *_ in rows),
        "meeting": _texts(name for _, name, _ in rows),
        "direction": _texts(held.direction for *_, held in rows),
        **{f"expected_{answer}": expected[:, i] for i, answer in enumerate(answers)},
        "expected_votes": _floats(held.expected_votes for *_, held in rows),
        "expected_present": _floats(held.expected_present for *_, held in rows),
        **{f"drawn_{answer}": drawn[:, i] for i, answer in enumerate(answers)},
        "present": _integers(held.present for *_, held in rows),
        "quorate": _integers(held.quorate for *_, held in rows),
    }


def _ballots(records: Numbered) -> Columns:
    rows = [
        (n, name, i, result)
        for n, r in records
        for name, results in r.ballots.items()
        for i, result in enumerate(results, start=1)
    ]
    shares = np.array([result.shares for *_, result in rows])
    return {
        "replicate": _integers(n for n, *_ in rows),
        "ballot": _texts(name for _, name, *_ in rows),
        "voting_day": _integers(i for *_, i, _ in rows),
        "turnout": _floats(result.turnout for *_, result in rows),
        **_by_party(records[0][1], shares.reshape(-1, len(records[0][1].parties))),
    }


def _presidia(records: Numbered, settings: ModelSettings) -> Columns:
    rows = [
        (n, name, slate, seats)
        for n, r in records
        for name, won in r.presidia.items()
        for slate, seats in zip(settings.presidium[name].slates, won, strict=True)
    ]
    return {
        "replicate": _integers(n for n, *_ in rows),
        "presidium": _texts(name for _, name, *_ in rows),
        "slate": _texts(slate for *_, slate, _ in rows),
        "seats": _integers(seats for *_, seats in rows),
    }


def _read_meetings(rows: Columns) -> dict[str, MeetingResult]:
    answers = ("for", "against", "abstain")
    return {
        str(name): MeetingResult(
            direction=str(rows["direction"][i]),
            expected=np.array([rows[f"expected_{answer}"][i] for answer in answers]),
            expected_votes=float(rows["expected_votes"][i]),
            expected_present=float(rows["expected_present"][i]),
            drawn=np.array([rows[f"drawn_{answer}"][i] for answer in answers], dtype=np.int64),
            present=int(rows["present"][i]),
            quorate=bool(rows["quorate"][i]),
        )
        for i, name in enumerate(rows["meeting"])
    }


def _read_ballots(rows: Columns, parties: Sequence[str]) -> dict[str, list[BallotResult]]:
    found: dict[str, list[BallotResult]] = {}
    for i, name in enumerate(rows["ballot"]):
        shares = np.array([rows[party][i] for party in parties])
        found.setdefault(str(name), []).append(BallotResult(shares, float(rows["turnout"][i])))
    return found


def _read_presidia(rows: Columns) -> dict[str, NDArray[np.int64]]:
    return {
        name: rows["seats"][rows["presidium"] == name].astype(np.int64)
        for name in _in_order(rows["presidium"])
    }


def _rows(columns: Columns, replicate: int) -> Columns:
    here = columns["replicate"] == replicate
    return {name: values[here] for name, values in columns.items()}


def _in_order(values: NDArray[Any]) -> list[Any]:
    """Return the different values in the order of their first appearance."""
    return list(dict.fromkeys(values.tolist()))


def _integers(values: Any) -> NDArray[np.int64]:
    return np.array([int(value) for value in values], dtype=np.int64)


def _floats(values: Any) -> NDArray[np.float64]:
    return np.array([float(value) for value in values], dtype=np.float64)


def _texts(values: Any) -> NDArray[Any]:
    return np.array([str(value) for value in values], dtype=object)
