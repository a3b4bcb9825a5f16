"""The documented figures as the page shows them: in words, with sources and other printings."""

from __future__ import annotations

from typing import Any

from calibration.ledger import Figure, Observation
from calibration.observation import Operator, figure_of
from experiments.app.documented import SCORED, SHARES, Documented, ledger

SIDES = {
    "left": "towards soviet power",
    "right": "against it",
    "abstain": "abstaining",
}
STANDING = {
    "train": "",
    "holdout": "Not used in fitting.",
    "negative_control": "Not used in fitting; it says what did not change.",
    "context": "For orientation only: neither fitted nor scored.",
    "second_reading": "For orientation only: neither fitted nor scored.",
}
SHARE, NUMBER, CLAIM = "share", "number", "claim"


def describe(documented: Documented) -> list[dict[str, Any]]:
    """Describe the documented figures for the page."""
    pairs = zip(documented.operators.operators, documented.telling, strict=True)
    return [_card(operator, telling=telling) for operator, telling in pairs]


def unit_of(operator: Operator) -> str:
    """Return what the values of an operator are: shares, numbers, or claims that hold or not."""
    if operator.kind == "claim":
        return CLAIM
    is_share = operator.kind in SHARES or operator.observation.operator == "turnout"
    return SHARE if is_share else NUMBER


def labels_of(operator: Operator) -> list[str]:
    """Return the options of an operator in words."""
    name = operator.observation.operator
    if operator.kind == "claim":
        figure = figure_of(operator)
        return [f"{figure.option}: {_relation(figure)}"]
    if name == "membership":
        return [f"{label}, members" for label in operator.labels]
    return [SIDES.get(label, label) for label in operator.labels]


def _card(operator: Operator, *, telling: bool) -> dict[str, Any]:
    seen = operator.observation
    headline = _headline(operator)
    return {
        "id": seen.id,
        "title": _title(seen),
        "kind": seen.operator,
        "unit": unit_of(operator),
        "target": list(seen.target),
        "first": seen.start_day,
        "last": seen.end_day,
        "labels": labels_of(operator),
        "parties": [list(group) for group in operator.groups] or [[] for _ in operator.labels],
        "values": [round(float(value), 5) for value in operator.value],
        "n": None if seen.n is None else seen.n,
        "headline": headline,
        "ask": _question(operator, headline) if telling and operator.kind in SHARES else "",
        "telling": telling,
        "scored": seen.role in SCORED,
        "standing": " ".join(filter(None, (STANDING[seen.role], _lost(operator)))),
        "citation": seen.citation,
        "printings": [_printing(each) for each in _readings(seen)],
    }


def _title(seen: Observation) -> str:
    """Name the body, and the place where the name does not."""
    known = seen.place.partition(";")[0] in seen.body or seen.place == "All-Russia"
    body = seen.body if known else f"{seen.body}, {seen.place.replace(';', ',')}"
    return body[0].upper() + body[1:]


def _relation(figure: Figure) -> str:
    if figure.relation == "plurality":
        return "the largest party"
    if figure.relation == "smallest":
        return "the smallest party"
    if figure.upper is None:
        return f"more than {figure.lower:g} %"
    if figure.lower is None:
        return f"less than {figure.upper:g} %"
    return f"{figure.lower:g} to {figure.upper:g} %"


def _lost(operator: Operator) -> str:
    if operator.observation.operator != "resolution":
        return ""
    lost = [words for side, words in SIDES.items() if side not in operator.labels[:2]]
    if "left" in operator.labels and "right" in operator.labels:
        return ""
    return f"The votes {lost[0]} are lost; these are shares of the rest."


def _readings(seen: Observation) -> tuple[Observation, ...]:
    found = [each for each in ledger() if each.id == seen.id]
    return tuple(each for own in found for each in own.readings if each.operator == seen.operator)


def _printing(reading: Observation) -> dict[str, str]:
    """Write another printing of the same figures in one line."""
    words = [
        f"{figure.option} {figure.count:g}{' %' if figure.measure == 'share' else ''}"
        for figure in reading.figures
        if figure.count is not None
    ]
    return {"text": ", ".join(words), "citation": reading.citation}


def _headline(operator: Operator) -> int:
    """Return the category to ask about: the Bolsheviks, else the left side, else the first."""
    for index, (label, group) in enumerate(
        zip(operator.labels, operator.groups or ((),) * len(operator.labels), strict=True)
    ):
        if label == "left" or ("BO" in group and label != "other"):
            return index
    return 0


def _question(operator: Operator, headline: int) -> str:
    label = operator.labels[headline]
    if label in SIDES:
        return (
            f"What share voted {SIDES[label]}?" if label != "abstain" else "What share abstained?"
        )
    what = "of the votes" if operator.observation.operator == "ballot" else "of the seats"
    return f"What share {what} went to: {label}?"
