"""``allegiance evidence``: the documented figures, and a check of somebody's own."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from calibration.ledger import Ledger, Observation, load_ledger
from calibration.ledger_checks import Vocabulary, check_file
from calibration.ledger_format import LedgerError
from calibration.ledger_table import Line, describe, describe_figures, table
from experiments.errors import EXIT_FINE, EXIT_MISTAKE, UserError
from sim.historical import historical_settings
from sim.settings import ModelSettings

NARROW = ("old_style", "new_style", "observation_id", "role", "figures")
EPILOG = """\
Dates are Old Style, with New Style beside them.
examples:
  allegiance evidence --place Petrograd --role train
  allegiance evidence petrograd_soviet        (everything about the rows whose id contains this)
  allegiance evidence check my_figures.csv    (a file of your own in the same format)
"""


def main(arguments: Sequence[str]) -> int:
    """List the evidence, or check a file.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``allegiance evidence``.

    Returns
    -------
    int
        Exit status; 2 if a checked file has problems.
    """
    parser = _parser()
    given = parser.parse_args(list(arguments))
    if given.words[:1] == ["check"]:
        if len(given.words) != 2:
            parser.error("check needs one file: allegiance evidence check FILE")
        return _check(Path(given.words[1]))
    ledger = read_evidence()
    ids = [o.id for o in ledger if not given.words or any(w in o.id for w in given.words)]
    lines = describe(
        (ledger[each] for each in ids),
        roles=given.role,
        places=given.place,
        operators=given.operator,
    )
    if not lines:
        raise UserError(f"no observation fits. {_what_there_is(ledger)}")
    if given.words:
        print("\n\n".join(_card(ledger[line.observation_id]) for line in lines))
    else:
        print("\n".join(table(lines) if given.wide else _narrow(lines)))
    print(f"\n{len(lines)} of {len(ledger)} observations. {_what_there_is(ledger)}")
    return EXIT_FINE


def read_evidence(path: Path | None = None) -> Ledger:
    """Read an evidence file, by default that of the project.

    Parameters
    ----------
    path : Path, optional
        A file in the project's format. Places that the model lacks are let through.

    Returns
    -------
    Ledger
        Validated.

    Raises
    ------
    UserError
        With every problem of the file, each with its row and remedy.
    """
    try:
        return load_ledger(path, unknown_places="refuse" if path is None else "report")
    except LedgerError as error:
        raise UserError(str(error)) from error


def vocabulary_of(model: ModelSettings) -> Vocabulary:
    """Collect the ids that evidence may name.

    Parameters
    ----------
    model : ModelSettings
        A composed model.

    Returns
    -------
    Vocabulary
        Its constituencies, bodies, meetings, ballots, presidia and parties.
    """
    return Vocabulary(
        constituencies=frozenset(model.place.constituencies),
        institutions=frozenset(model.institution),
        chambers=frozenset(
            f"{body}/{chamber}"
            for body, institution in model.institution.items()
            for chamber in institution.chambers
        ),
        meetings=frozenset(model.meeting),
        ballots=frozenset(model.ballot),
        presidia=frozenset(model.presidium),
        parties=tuple(model.party),
    )


def _check(path: Path) -> int:
    report = check_file(path, vocabulary_of(historical_settings()))
    print("\n".join(report.lines()))
    return EXIT_FINE if report.ok else EXIT_MISTAKE


def _narrow(lines: Sequence[Line]) -> list[str]:
    """One text line each, cut at the edge of the terminal; whole into a file."""
    width = shutil.get_terminal_size(fallback=(10_000, 24)).columns
    rows = [[getattr(line, column) for column in NARROW] for line in lines]
    spans = [max(len(row[column]) for row in rows) for column in range(len(NARROW))]
    texts = (
        "  ".join(cell.ljust(span) for cell, span in zip(row, spans, strict=True)).rstrip()
        for row in rows
    )
    return [text if len(text) <= width else text[: width - 1] + "…" for text in texts]


def _card(observation: Observation) -> str:
    """Everything about one observation."""
    facts = {
        "date": f"{observation.date_os} Old Style, {observation.date_ns} New Style"
        f" ({observation.date_precision})",
        "place": observation.place,
        "body": observation.body,
        "elected by": observation.electorate,
        "figures": describe_figures(observation),
        "role": observation.role,
        "operator": f"{observation.operator} {', '.join(observation.target)}",
        "status": ", ".join(dict.fromkeys(f.status for f in observation.figures)),
        "source": observation.citation,
        "notes": "; ".join(dict.fromkeys(f.note for f in observation.figures if f.note)),
    }
    rows = [
        textwrap.fill(text, 96, initial_indent=f"  {name:<11} ", subsequent_indent=" " * 14)
        for name, text in facts.items()
        if text
    ]
    return "\n".join([observation.id, *rows])


def _what_there_is(ledger: Ledger) -> str:
    roles = Counter(o.role for o in ledger)
    return "Roles: " + ", ".join(f"{role} ({count})" for role, count in roles.items()) + "."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="allegiance evidence",
        usage="%(prog)s [ID ...] [--role ROLE] [--place PLACE] [--operator NAME] [--wide]\n"
        "       %(prog)s check FILE",
        description="List the documented figures, or check a file of your own.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", metavar="ID", help="parts of ids, or: check FILE")
    parser.add_argument("--role", action="append", default=[], help="rows of this role only")
    parser.add_argument("--place", action="append", default=[], help="a word in the place")
    parser.add_argument("--operator", action="append", default=[], help="kind of quantity")
    parser.add_argument("--wide", action="store_true", help="all columns, one line each")
    return parser
