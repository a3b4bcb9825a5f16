"""Pages of the evidence: every documented figure beside what the model says of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence

from markup import NOTE, cell, in_words, old_in_words, table

from calibration.ledger import Figure, Ledger, Observation, load_ledger
from calibration.ledger_format import EVIDENCE_DIR
from calibration.posterior import SHIPPED
from experiments.predictions import (
    COMMAND,
    Prediction,
    Provenance,
    read_predictions,
    sha256_of,
)

ROLES = {
    "train": "**Fitted**: the posterior was inferred with it in view.",
    "holdout": "**Held out** of the fit; it was in view when some constants were set "
    "({doc}`../limits`).",
    "negative_control": "**Negative control**: here little may change. Not fitted.",
    "context": "**Context**: neither fitted nor scored.",
    "second_reading": "**Another printing**: not a target of its own.",
    "structure": "**Structure**: it stands behind a setting of the model and is no target.",
}
CONFIDENCE = {
    3: "3 (read in a primary or specialist text)",
    2: "2 (secondary, partial or rounded)",
    1: "1 (doubtful)",
    None: "from the chief source",
}
OPERATORS = {
    "resolution": "votes of delegates on a resolution",
    "seats": "seats by party",
    "conference": "delegates with fresh mandates",
    "executive": "seats of an executive",
    "presidium": "seats of a presidium",
    "ballot": "votes in a secret ballot",
    "turnout": "votes over electors",
    "membership": "members of the party",
    "ordinal": "whether an ordering holds",
    "attendance": "delegates present",
}
READINGS = {
    "preferred": "the one used",
    "alternative": "conflicts",
    "superseded": "early returns, or numbers lost",
    "repeat": "agrees",
    "band": "bounds the figure",
    "aspect": "another side of the occasion",
}


def entries(ledger: Ledger, keep: Callable[[Observation], bool]) -> list[Observation]:
    """Return some observations in the order of their dates."""
    return sorted((o for o in ledger if keep(o)), key=lambda o: (o.start_day, o.end_day))


def second_reading() -> dict[tuple[str, str], str]:
    """Return what was typed the second time: observation and option to number."""
    with (EVIDENCE_DIR / "second_reading.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["observation_id"], row["option"]): row["count"] for row in csv.DictReader(stream)
        }


def predictions() -> tuple[dict[str, list[Prediction]], Provenance]:
    """Return the shipped predictions by observation, and what they were made from."""
    rows, provenance = read_predictions()
    found: dict[str, list[Prediction]] = {}
    for row in rows:
        found.setdefault(row.observation, []).append(row)
    return found, provenance


def how_made(ledger: Ledger, provenance: Provenance) -> str:
    """Say what the predictions were made from, and warn where that is not what is installed."""
    text = (
        f"Predictions come from {provenance.n_replicates} replicates with the shipped posterior, "
        f"seed {provenance.seed}, `{COMMAND}`. The median is that of the replicates; the "
        "90 % interval also holds the scatter of sources (blocs, rounding, errors of counting). "
        "For an ordering, the prediction is the share of replicates and days on which it holds."
    )
    if (provenance.posterior_sha256, provenance.evidence_sha256) != (
        sha256_of(SHIPPED),
        ledger.sha256,
    ):
        text += " **They were made from another posterior or other evidence than those shipped.**"
    return text


def amount(value: float | None, unit: str) -> str:
    """Write a share in percent, people as they are, and nothing for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if unit == "people" else f"{100 * value:.1f} %"


def predicted(rows: Sequence[Prediction]) -> str:
    """Write the table of predictions of one observation."""
    if rows and rows[0].unit == "claim":
        return table(
            ("documented", "holds in the model"),
            [(r.label, amount(r.median, "share")) for r in rows],
        )
    return table(
        ("value", "documented", "model: median", "90 % interval", "documented value is"),
        [
            (r.label, amount(r.documented, r.unit), amount(r.median, r.unit),
             f"{amount(r.low_90, r.unit)} to {amount(r.high_90, r.unit)}", verdict(r))
            for r in rows
        ],
    )  # fmt: skip


def verdict(row: Prediction) -> str:
    """Say where a documented value lies; empty for a claim."""
    if row.low_90 is None or row.high_90 is None:
        return ""
    if row.documented < row.low_90:
        return "below"
    return "above" if row.documented > row.high_90 else "inside"


def number(figure: Figure) -> str:
    """Write a documented number with what it counts."""
    if figure.count is None:
        return figure.relation or "no number survives"
    if figure.measure == "share":
        return f"{figure.count:g} %"
    return f"{figure.count:,.10g} {figure.measure.replace('_', ' ')}"


def typed_again(observation: Observation, figure: Figure, typed: dict[tuple[str, str], str]) -> str:
    """Write the second transcription of a figure; empty where there is none."""
    key = (observation.id, figure.option)
    if key not in typed:
        return ""
    if not typed[key]:
        return "no number" if figure.count is None else "differs: no number"
    again = float(typed[key])
    return f"{again:,.10g}" if again == figure.count else f"differs: {again:,.10g}"


def figures_table(o: Observation, typed: dict[tuple[str, str], str]) -> str:
    """Write the figures of an observation as printed."""
    twice = any((o.id, f.option) in typed for f in o.figures)
    head = ["option as printed", "stands for", "figure"] + ["typed again"] * twice
    many = len(standings(o.figures)) > 1
    head += ["standing"] * many
    rows = []
    for f in o.figures:
        row = [f.option, ", ".join(f.parties) or f.side or "other", number(f)]
        row += [typed_again(o, f, typed)] * twice
        rows.append(row + [standing(f)] * many)
    return table(head, rows)


def standing(figure: Figure) -> str:
    """Say how a figure came here and how far to trust it."""
    return f"{figure.status}, {CONFIDENCE[figure.confidence]}"


def standings(figures: Iterable[Figure]) -> list[str]:
    """Return the distinct standings of some figures."""
    return list(dict.fromkeys(standing(f) for f in figures))


def printings(o: Observation) -> str:
    """Write how other sources print the same occasion."""
    rows = [
        (link(r.id, r.id), f.option, number(f), READINGS.get(f.reading, ""), f.citation)
        for r in o.readings
        for f in r.figures
    ]
    return table(("printing", "option", "figure", "beside the above", "citation"), rows)


def anchor(name: str) -> str:
    """Return the end of the link target of an observation."""
    return name.lower().replace("_", "-")


def link(text: str, name: str) -> str:
    """Write a link to the entry of an observation."""
    return f"[{text}](#evidence-{anchor(name)})"


def source(o: Observation) -> str:
    """Write the citations of an observation, with addresses."""
    found: dict[str, str] = {}
    for f in o.figures:
        found.setdefault(f.citation, f.source_url)
    return "; ".join(
        cell(text) + (f" ([link]({url}))" if url.startswith("http") else "")
        for text, url in found.items()
    )


def notes(o: Observation) -> str:
    """Write the notes on the figures of an observation, what they share once."""
    pieces = [
        piece.strip(" .")
        for f in o.figures
        for piece in re.split(r"(?:(?<=\w{3}\.)|(?<=%\.)|(?<=\d\d\.)) |; ", f.note)
    ]
    unique = {piece.lower(): piece for piece in reversed(pieces) if piece}
    return " ".join(f"{cell(capital(piece))}." for piece in reversed(unique.values()))


def capital(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]


def operator_text(o: Observation) -> str:
    """Say how the model counts the quantity, or why it does not."""
    if o.operator == "none":
        return "No operator of the model reads it."
    targets = ", ".join(f"`{t}`" for t in o.target)
    return f"Read by the operator `{o.operator}` ({OPERATORS[o.operator]}) on {targets}."


def entry(
    o: Observation, model: dict[str, list[Prediction]], typed: dict[tuple[str, str], str]
) -> str:
    """Write everything about one observation."""
    total = "" if o.total is None else f" Total: {o.total:,.10g}."
    common = standings(o.figures)
    stands = f" Standing: {common[0]}." if len(common) == 1 else ""
    of = f" A printing of {link(o.reading_of, o.reading_of)}." if o.reading_of else ""
    title = f"{cell(capital(o.body))}, {old_in_words(o.start_day, o.end_day)}"
    parts = [
        f"(evidence-{anchor(o.id)})=\n## {title}",
        f"`{o.id}`, {cell(o.place)}, {in_words(o.start_day, o.end_day)}. {ROLES[o.role]}{of}",
        figures_table(o, typed),
        f"Source: {source(o)}.{total}{stands}",
    ]
    if told := notes(o):
        parts.append(told)
    if o.readings:
        parts += ["Other printings of the same occasion:", printings(o)]
    parts.append(operator_text(o))
    if o.id in model:
        parts.append(predicted(model[o.id]))
    elif o.operator != "none":
        parts.append("The model has no such place or body, so it predicts nothing here.")
    return "\n\n".join(parts)


def page(title: str, lead: str, keep: Callable[[Observation], bool]) -> str:
    """Write one page of the catalogue."""
    ledger, typed = load_ledger(), second_reading()
    model, provenance = predictions()
    body = [entry(o, model, typed) for o in entries(ledger, keep)]
    return "\n\n".join([f"# {title}", NOTE, f"{lead} {how_made(ledger, provenance)}", *body])


def overview_rows(
    observations: Iterable[Observation], model: dict[str, list[Prediction]]
) -> list[tuple[str, ...]]:
    """Write one row for each predicted value that a source names."""
    found: list[tuple[str, ...]] = []
    for o in observations:
        role = {"train": "fitted", "holdout": "held out"}.get(o.role, "control")
        first = (old_in_words(o.start_day, o.end_day), link(capital(o.body), o.id), role)
        for r in (r for r in model.get(o.id, ()) if r.label != "other"):
            claim = r.unit == "claim"
            said = amount(r.median, r.unit)
            if not claim:
                said += f" ({amount(r.low_90, r.unit)} to {amount(r.high_90, r.unit)})"
            printed = "holds" if claim else amount(r.documented, r.unit)
            found.append((*first, r.label, printed, said, verdict(r)))
            first = ("", "", "")
    return found


def overview() -> str:
    """Write the table of all scored figures, with links to their entries."""
    ledger = load_ledger()
    model, provenance = predictions()
    scored = entries(ledger, lambda o: o.role in ("train", "holdout", "negative_control"))
    head = (
        "date (Old Style)", "body", "", "value", "documented",
        "model: median (90 % interval)", "documented is",
    )  # fmt: skip
    return "\n\n".join([
        "# Evidence", NOTE,
        f"{len(ledger)} observations in {sum(len(o.figures) for o in ledger)} figures. An "
        "observation is what one source reports of one occasion. Each has its source, both "
        "calendars, how far to trust it, how other sources print it, the operator by which the "
        "model counts it as the source did, and what the model then says.",
        "```{toctree}\n:maxdepth: 1\n\nevidence_fitted\nevidence_not_fitted\nevidence_context\n"
        "evidence_background\n```",
        "`allegiance evidence` lists the same in the terminal. The file with all of it is "
        "`calibration/evidence/observations.csv`; `SOURCES.md` beside it explains the columns and "
        "the chief source, which is partisan. Every number of the scored observations was typed "
        "a second time from the sources (`second_reading.csv`), and a test compares the two. "
        "Confidence is 3 for what was read in a primary or specialist text, 2 for secondary, "
        "partial or rounded figures, 1 for doubtful ones; what the chief source prints has none.",
        "## Documented and predicted",
        how_made(ledger, provenance)
        + " A value *above* or *below* lies outside the 90 % interval.",
        table(head, overview_rows(scored, model)),
    ])  # fmt: skip


def fitted_page() -> str:
    """Write the observations of role train."""
    return page("Evidence: fitted", "What a fit may use, by date.", lambda o: o.role == "train")


def not_fitted_page() -> str:
    """Write hold-outs and negative controls."""
    return page(
        "Evidence: held out, and negative controls",
        "Scored, never fitted, by date.",
        lambda o: o.role in ("holdout", "negative_control"),
    )


def context_page() -> str:
    """Write what is read by an operator but not scored."""
    return page(
        "Evidence: context and other printings",
        "Read by an operator but not scored, because it repeats another figure, is too doubtful, "
        "or speaks of a place that the model does not have.",
        lambda o: o.role in ("context", "second_reading", "structure") and o.operator != "none",
    )


def background_page() -> str:
    """Write what no operator reads."""
    return page(
        "Evidence: background",
        "Figures that the model does not predict, each with the reason.",
        lambda o: o.role in ("context", "second_reading", "structure") and o.operator == "none",
    )
