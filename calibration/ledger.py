"""The evidence: what the sources report, with who says so and how it meets the model.

A *figure* is one printed number (or ordering) of one option. An *observation* is what one source
reports of one occasion: its figures, the body's total, and the quantity of the model it is held
against. The *ledger* is all observations. Dates are Old Style; days count from 1 March 1917.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.ledger_format import EVIDENCE_DIR
from calibration.ledger_rules import Record, bounds_of, read_records
from sim.calendar_os import new_style, old_style
from sim.party import PARTY_IDS

LEDGER_PATH = EVIDENCE_DIR / "observations.csv"
"""The evidence that the project carries."""


@dataclass(frozen=True)
class Figure:
    """One option of an observation, as printed.

    Attributes
    ----------
    row : int
        Row of the file, the header being row 1.
    measure : str
        What is counted: ``seats``, ``votes``, ``share`` (percent), ``members``, ...
    option : str
        The option as the source prints it.
    parties : tuple of str
        Party ids the option stands for; empty for an option outside the model's parties.
    side : str
        In a resolution: ``left`` (towards soviet power), ``right``, ``abstain``; else empty.
    count : float or None
        The number; None if none survives or the claim is an ordering.
    relation : str
        The ordering, such as ``share>50`` or ``plurality``; empty if there is none.
    lower, upper : float or None
        Bounds that the relation puts on the share of the total, in percent.
    origin : str
        ``woods`` (the chief source) or ``outside``; for leaving a source out.
    status : str
        ``transcribed``, ``derived`` (computed from printed numbers) or ``assumed``.
    confidence : int or None
        3 read in a primary or specialist text, 2 secondary or rounded, 1 doubtful;
        None for what the chief source prints.
    reading : str
        Standing among the printings of the figure, see ``SOURCES.md``; empty if undisputed.
    citation, source_url, note : str
        Where it stands, and what to know about it.
    """

    row: int
    measure: str
    option: str
    parties: tuple[str, ...]
    side: str
    count: float | None
    relation: str
    lower: float | None
    upper: float | None
    origin: str
    status: str
    confidence: int | None
    reading: str
    citation: str
    source_url: str
    note: str


@dataclass(frozen=True)
class Category:
    """Options of an observation that the model can tell apart.

    Attributes
    ----------
    label : str
        The options as printed, joined by `` + ``; ``other`` for the rest of the total.
    parties : tuple of str
        Party ids, in the order of the party axis. Categories of one observation are disjoint.
    count : float
        Sum of the counts.
    """

    label: str
    parties: tuple[str, ...]
    count: float


@dataclass(frozen=True)
class Observation:
    """What one source reports of one occasion.

    Attributes
    ----------
    id : str
        Name, unique in the file.
    role : str
        ``train``, ``holdout``, ``negative_control``, ``second_reading``, ``context`` or
        ``structure``.
    start_day, end_day : int
        First and last day of the date or range, counted from 1 March 1917 Old Style.
        Days before are negative.
    date_precision : str
        ``day``, ``range``, ``month`` or ``season``.
    place, body, body_type, electorate : str
        Where, what, and who elected it, as transcribed.
    operator : str
        Observation operator that turns a record of the model into this quantity, or ``none``.
    target : tuple of str
        Ids of the model that the operator reads; empty for operator ``none``.
    composition : str
        How the figures relate to the total: ``complete`` (they make it up), ``partial`` (the
        rest is not listed), ``named`` (condition on the options named), ``band`` (several
        values of one quantity) or ``separate`` (not parts of one whole).
    total : float or None
        The body's total; 100 where the figures are percentages.
    base : float or None
        Number of people or seats behind percentages, where a source gives it.
    figures : tuple of Figure
        One per option.
    reading_of : str
        Id of the observation this is another printing of; empty for an observation of its own.
    readings : tuple of Observation
        Other printings of this observation.
    """

    id: str
    role: str
    start_day: int
    end_day: int
    date_precision: str
    place: str
    body: str
    body_type: str
    electorate: str
    operator: str
    target: tuple[str, ...]
    composition: str
    total: float | None
    base: float | None
    figures: tuple[Figure, ...]
    reading_of: str = ""
    readings: tuple[Observation, ...] = ()

    @property
    def date_os(self) -> str:
        """Old Style date, ``a`` or ``a/b``."""
        return _span(old_style(self.start_day), old_style(self.end_day))

    @property
    def date_ns(self) -> str:
        """New Style date, thirteen days later."""
        return _span(new_style(self.start_day), new_style(self.end_day))

    @property
    def days(self) -> range:
        """Days of the date or range, both ends included."""
        return range(self.start_day, self.end_day + 1)

    @property
    def counts(self) -> NDArray[np.float64]:
        """Counts of the figures, ``nan`` where there is none; shape (n_figures,)."""
        return np.array([np.nan if f.count is None else f.count for f in self.figures])

    @property
    def n(self) -> float | None:
        """Number of seats, votes or people behind the figures; None if not known.

        The total where the figures are counts, the base where they are percentages, and the
        sum of the named options where the source gives no total.
        """
        if any(f.measure == "share" for f in self.figures):
            return self.base
        if self.total is not None:
            return self.total
        if self.composition == "named" and not np.isnan(self.counts).any():
            return float(self.counts.sum())
        return None

    @property
    def citation(self) -> str:
        """Citations of the figures, each once."""
        return "; ".join(dict.fromkeys(f.citation for f in self.figures))

    @property
    def reason(self) -> str:
        """Why the observation has no operator; empty if it has one."""
        return self.figures[0].note if self.operator == "none" else ""

    def sides(self) -> dict[str, float]:
        """Return votes by side of a resolution; sides that the source does not give are absent.

        Returns
        -------
        dict of str to float
            Keys among ``left`` (towards soviet power), ``right``, ``abstain``.
        """
        found: dict[str, float] = {}
        for figure in self.figures:
            if figure.side and figure.count is not None:
                found[figure.side] = found.get(figure.side, 0.0) + figure.count
        return found

    def categories(self, party_ids: Sequence[str] = PARTY_IDS) -> tuple[Category, ...]:
        """Return disjoint groups of parties with their counts.

        Options that share a party (``SR`` and ``SR defencist``) are pooled. Unless the
        composition is ``named``, a last category ``other`` takes every party not named, the
        options outside the model's parties, and what the named options leave of the total.

        Parameters
        ----------
        party_ids : sequence of str
            Parties of the model, in the order of the party axis.

        Returns
        -------
        tuple of Category
            Empty if no option with a count stands for a party.

        Raises
        ------
        ValueError
            If the figures are not parts of one whole (composition ``band`` or ``separate``).
        """
        if self.composition in ("band", "separate"):
            raise ValueError(
                f"{self.id} has composition {self.composition!r}: its figures are not parts of "
                "one whole. Read them one by one from its figures."
            )
        counted = [f for f in self.figures if f.count is not None]
        groups: list[tuple[set[str], list[Figure]]] = []
        for figure in counted:
            own = set(figure.parties).intersection(party_ids)
            if not own:
                continue
            joined = [group for group in groups if group[0] & own]
            groups = [group for group in groups if not group[0] & own]
            parties = own.union(*(group[0] for group in joined))
            groups.append((parties, [f for group in joined for f in group[1]] + [figure]))
        if not groups:
            return ()
        found = [
            Category(
                " + ".join(f.option for f in figures),
                tuple(party for party in party_ids if party in parties),
                sum(f.count or 0.0 for f in figures),
            )
            for parties, figures in groups
        ]
        if self.composition != "named":
            taken = {party for category in found for party in category.parties}
            whole = self.total if self.total is not None else float(np.nansum(self.counts))
            rest = whole - sum(category.count for category in found)
            unnamed = tuple(party for party in party_ids if party not in taken)
            found.append(Category("other", unnamed, max(rest, 0.0)))
        return tuple(found)

    def settled(self) -> Observation:
        """Return the observation with the preferred reading of each figure put in its place.

        Where another printing is marked ``preferred`` for the same parties, its count replaces
        the one printed here, and a complete total moves with it. Everything else stays.

        Returns
        -------
        Observation
            The same object if no other printing is preferred.
        """
        preferred = {
            frozenset(f.parties): f
            for reading in self.readings
            for f in reading.figures
            if f.reading == "preferred" and f.parties and f.count is not None
        }
        figures = tuple(
            replace(f, count=preferred[frozenset(f.parties)].count)
            if f.count is not None and frozenset(f.parties) in preferred
            else f
            for f in self.figures
        )
        if figures == self.figures:
            return self
        total = self.total
        if self.composition == "complete":
            total = sum(f.count or 0.0 for f in figures)
        return replace(self, figures=figures, total=total)


@dataclass(frozen=True)
class Ledger:
    """All observations of one file, in its order.

    Attributes
    ----------
    observations : tuple of Observation
        Observations of the roles asked for.
    source : str
        Name of the file.
    sha256 : str
        Hash of the file's bytes, for the manifest of a run.
    """

    observations: tuple[Observation, ...]
    source: str
    sha256: str

    def __len__(self) -> int:
        """Return the number of observations."""
        return len(self.observations)

    def __iter__(self) -> Iterator[Observation]:
        """Go through the observations in the order of the file."""
        return iter(self.observations)

    def __getitem__(self, observation_id: str) -> Observation:
        """Return one observation by its id."""
        for observation in self.observations:
            if observation.id == observation_id:
                return observation
        raise KeyError(f"{self.source} has no observation {observation_id!r}.")

    def of_role(self, *roles: str) -> tuple[Observation, ...]:
        """Return the observations of some roles."""
        return tuple(o for o in self.observations if o.role in roles)

    def training(self) -> tuple[Observation, ...]:
        """Return what a fit may use."""
        return self.of_role("train")

    def holdout(self) -> tuple[Observation, ...]:
        """Return what is never fitted, scored after registration."""
        return self.of_role("holdout")

    def negative_controls(self) -> tuple[Observation, ...]:
        """Return what must stay as it was."""
        return self.of_role("negative_control")

    def scored(self) -> tuple[Observation, ...]:
        """Return train, holdout and negative control, in the order of the file."""
        return self.of_role("train", "holdout", "negative_control")


def load_ledger(
    path: str | Path | None = None,
    *,
    roles: Collection[str] | None = None,
    unknown_places: str = "refuse",
    party_ids: Collection[str] = PARTY_IDS,
) -> Ledger:
    """Read and validate a ledger.

    Parameters
    ----------
    path : str or Path, optional
        A CSV file in the project's format; by default the evidence the project carries.
    roles : collection of str, optional
        Roles to read. Rows of other roles are dropped before any of their numbers is parsed, so
        that a fit can be handed an object that never held them. Other printings of a selected
        observation come along as its ``readings``, whatever their role; all else stays out.
    unknown_places : {"refuse", "report"}
        Whether a place that the gazetteer lacks is an error. In somebody's own file it need not
        be: ``calibration.ledger_checks.absences`` reports it.
    party_ids : collection of str
        Ids that the column ``parties`` may name.

    Returns
    -------
    Ledger
        The observations.

    Raises
    ------
    LedgerError
        With every problem of the file, each with row, column and remedy.
    """
    source = LEDGER_PATH if path is None else Path(path)
    records = read_records(source, roles=roles, unknown_places=unknown_places, party_ids=party_ids)
    observations = _observations(records, roles)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return Ledger(observations=observations, source=source.name, sha256=digest)


def _observations(
    records: Sequence[Record], roles: Collection[str] | None
) -> tuple[Observation, ...]:
    """Group rows into observations and hang other printings on the one they belong to."""
    rows: dict[str, list[Record]] = {}
    for record in records:
        rows.setdefault(record["observation_id"], []).append(record)
    found = {key: _observation(group) for key, group in rows.items()}
    return tuple(
        replace(o, readings=tuple(r for r in found.values() if r.reading_of == o.id))
        for o in found.values()
        if roles is None or o.role in roles
    )


def _observation(rows: Sequence[Record]) -> Observation:
    """Build one observation from its validated rows."""
    first = rows[0]
    return Observation(
        id=first["observation_id"],
        role=first["role"],
        start_day=first.start_day,
        end_day=first.end_day,
        date_precision=first["date_precision"],
        place=first["place"],
        body=first["body"],
        body_type=first["body_type"],
        electorate=first["electorate"],
        operator=first["operator"],
        target=first.ids("target"),
        composition=first["composition"],
        total=first.number("total"),
        base=first.number("base"),
        figures=tuple(_figure(record) for record in rows),
        reading_of=first["reading_of"],
    )


def _figure(record: Record) -> Figure:
    """Build one figure from its validated row."""
    confidence = record["confidence"]
    lower, upper = bounds_of(record["relation"]) or (None, None)
    return Figure(
        row=record.row,
        measure=record["measure"],
        option=record["option"],
        parties=record.ids("parties"),
        side=record["side"],
        count=record.number("count"),
        relation=record["relation"],
        lower=lower,
        upper=upper,
        origin=record["origin"],
        status=record["status"],
        confidence=int(confidence) if confidence else None,
        reading=record["reading"],
        citation=record["citation"],
        source_url=record["source_url"],
        note=record["note"],
    )


def _span(start: str, end: str) -> str:
    """Write a date or a range."""
    return start if start == end else f"{start}/{end}"
