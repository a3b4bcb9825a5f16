"""What of a ledger the model does not have, and the check of somebody's own file.

A misspelt id is an error with a remedy. A place, body, party or date that the model simply does
not have is not: it is reported and counted, and nothing is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from calibration.ledger import Ledger, Observation, load_ledger
from calibration.ledger_format import LedgerError, Problem, near_match
from calibration.ledger_rules import gazetteer, places_of
from sim.calendar_os import N_DAYS
from sim.party import PARTY_IDS

EVERYWHERE = "all"
"""Target that stands for every constituency."""


@dataclass(frozen=True)
class Vocabulary:
    """Ids that a composed model has, by kind. Built from its settings.

    Attributes
    ----------
    constituencies : frozenset of str
        Such as ``petrograd_workers``.
    institutions : frozenset of str
        Soviets, committees, executives, unions, congresses.
    chambers : frozenset of str
        ``institution/chamber`` for every chamber of an institution.
    meetings : frozenset of str
        Dated meetings with a resolution.
    ballots : frozenset of str
        Dated secret ballots.
    presidia : frozenset of str
        Dated elections of a presidium.
    parties : tuple of str
        Parties that have a column of their own, in the order of the party axis.
    unmodelled_parties : frozenset of str
        Parties that the settings name but that are switched off.
    n_days : int
        Length of the period, from 1 March 1917.
    """

    constituencies: frozenset[str]
    institutions: frozenset[str]
    chambers: frozenset[str]
    meetings: frozenset[str]
    ballots: frozenset[str]
    presidia: frozenset[str]
    parties: tuple[str, ...] = PARTY_IDS
    unmodelled_parties: frozenset[str] = frozenset()
    n_days: int = N_DAYS

    def targets(self, operator: str) -> frozenset[str]:
        """Return the ids that an operator can read.

        Parameters
        ----------
        operator : str
            A word of the column ``operator``.

        Returns
        -------
        frozenset of str
            Empty for ``none``.
        """
        bodies = self.institutions | self.chambers
        return {
            "resolution": self.meetings,
            "attendance": self.meetings,
            "seats": bodies,
            "conference": bodies,
            "executive": bodies,
            "presidium": self.presidia,
            "ballot": self.ballots,
            "turnout": self.ballots,
            "membership": self.constituencies | {EVERYWHERE},
            "ordinal": bodies | self.meetings | self.ballots | self.constituencies,
        }.get(operator, frozenset())


@dataclass(frozen=True)
class Absence:
    """Something an observation names and the model does not have.

    Attributes
    ----------
    observation_id : str
        The observation.
    role : str
        Its role.
    row : int
        First row concerned.
    kind : str
        ``place``, ``body``, ``party``, ``period`` or ``operator``.
    value : str
        What is named.
    scored : bool
        Whether the observation can be scored all the same.
    message : str
        What becomes of it.
    """

    observation_id: str
    role: str
    row: int
    kind: str
    value: str
    scored: bool
    message: str

    def __str__(self) -> str:
        """Write the absence on one line."""
        return f"row {self.row}, {self.observation_id}: {self.message}"


@dataclass(frozen=True)
class Report:
    """Outcome of a check.

    Attributes
    ----------
    file : str
        Name of the file.
    problems : tuple of Problem
        What makes the file unusable.
    warnings : tuple of Absence
        What the model does not have.
    n_observations, n_figures : int
        Size of the file; 0 if it could not be read.
    """

    file: str
    problems: tuple[Problem, ...]
    warnings: tuple[Absence, ...]
    n_observations: int = 0
    n_figures: int = 0

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.problems

    def lines(self) -> list[str]:
        """Return the report for a terminal: problems, warnings, and one line that sums up."""
        lines = [str(problem) for problem in self.problems]
        lines += [f"note: {self.file}, {warning}" for warning in self.warnings]
        if self.problems:
            return [*lines, f"{self.file}: {len(self.problems)} problem(s); nothing was used."]
        unscored = {w.observation_id for w in self.warnings if not w.scored}
        return [
            *lines,
            f"{self.file}: {self.n_observations} observations, {self.n_figures} figures, no "
            f"problems; {len(unscored)} observation(s) cannot be scored.",
        ]


def absences(observations: Iterable[Observation], vocabulary: Vocabulary) -> tuple[Absence, ...]:
    """Report what observations name and the model does not have.

    Parameters
    ----------
    observations : iterable of Observation
        A ledger or a part of it.
    vocabulary : Vocabulary
        Ids of the model.

    Returns
    -------
    tuple of Absence
        At most one per observation and kind, in the order of the observations.
    """
    return tuple(absence for o in observations for absence in _absences(o, vocabulary))


def scorable(observation: Observation, vocabulary: Vocabulary) -> bool:
    """Return whether the model has what it takes to predict an observation."""
    return all(absence.scored for absence in _absences(observation, vocabulary))


def misspellings(ledger: Ledger, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Find targets that resemble an id of the model without being one.

    Parameters
    ----------
    ledger : Ledger
        The evidence.
    vocabulary : Vocabulary
        Ids of the model.

    Returns
    -------
    tuple of Problem
        One per misspelt target.
    """
    problems = []
    for o in ledger:
        known = vocabulary.targets(o.operator)
        for target in o.target:
            if target in known:
                continue
            match = near_match(target, known)
            if match is not None:
                message = f"unknown target {target!r}. Did you mean {match!r}?"
                problems.append(Problem(ledger.source, o.figures[0].row, "target", message))
    return tuple(problems)


def check_file(path: str | Path, vocabulary: Vocabulary) -> Report:
    """Check somebody's own evidence file.

    Parameters
    ----------
    path : str or Path
        A CSV file in the project's format.
    vocabulary : Vocabulary
        Ids of the model.

    Returns
    -------
    Report
        Problems if the format is not kept; warnings for what the model does not have.
    """
    name = Path(path).name
    known = (*vocabulary.parties, *sorted(vocabulary.unmodelled_parties))
    try:
        ledger = load_ledger(path, unknown_places="report", party_ids=known)
    except LedgerError as error:
        return Report(name, error.problems, ())
    return Report(
        name,
        misspellings(ledger, vocabulary),
        absences(ledger, vocabulary),
        len(ledger),
        sum(len(o.figures) for o in ledger),
    )


def tally(ledger: Iterable[Observation]) -> Counter[tuple[str, str]]:
    """Count observations by role and operator."""
    return Counter((o.role, o.operator) for o in ledger)


def _absences(o: Observation, vocabulary: Vocabulary) -> Iterator[Absence]:
    """Report one observation."""

    def absence(kind: str, value: str, message: str, *, scored: bool = False) -> Absence:
        return Absence(o.id, o.role, o.figures[0].row, kind, value, scored, message)

    if o.operator == "none":
        yield absence("operator", "none", f"not scored. {o.reason}")
        return
    missing = [target for target in o.target if target not in vocabulary.targets(o.operator)]
    places = _absent_places(o, vocabulary.constituencies)
    if missing and places:
        yield absence(
            "place", "; ".join(places), f"the model has no {' or '.join(places)}; not scored."
        )
    elif missing:
        yield absence(
            "body",
            "+".join(missing),
            f"the model has no {' or '.join(missing)} for operator {o.operator}; not scored.",
        )
    if o.end_day < 0 or o.start_day >= vocabulary.n_days:
        yield absence(
            "period", o.date_os, f"{o.date_os} lies outside the modelled period; not scored."
        )
    outside = [
        f.option
        for f in o.figures
        if not f.side
        and f.measure in ("seats", "votes", "share", "members")
        and o.operator != "turnout"
        and o.composition != "separate"
        and not set(f.parties) & set(vocabulary.parties)
    ]
    if outside:
        yield absence(
            "party",
            "; ".join(outside),
            f"not a party of the model: {'; '.join(outside)}; counted with the others.",
            scored=len(outside) < len(o.figures),
        )


def _absent_places(o: Observation, constituencies: Collection[str]) -> list[str]:
    """Return the places of an observation that no constituency stands for."""
    known = gazetteer()
    return [
        place
        for place in places_of(o.place)
        if EVERYWHERE not in known.get(place, ())
        and not set(known.get(place, ())) & set(constituencies)
    ]
