"""The panels of the overview: which places, bodies and occasions each shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.plots.occasions import Occasion
    from sim.settings import ModelSettings

ROWS: tuple[tuple[str, ...], ...] = (
    ("petrograd_workers", "petrograd_garrison", "petrograd_citizens", "=Petrograd, city ballots"),
    (
        "petrograd_soviet/workers",
        "petrograd_soviet/soldiers",
        "petrograd_soviet",
        "=Petrograd Soviet, votes on power",
    ),
    ("moscow_workers", "moscow_garrison", "moscow_citizens", "=Moscow, city ballots"),
    (
        "moscow_workers_executive",
        "moscow_soldiers_executive",
        "=Moscow Soviets, votes on power",
        "kronstadt_soviet",
    ),
    (
        "helsingfors_fleet",
        "kronstadt",
        "northern_western_fronts",
        "southwestern_romanian_fronts",
    ),
    ("central_industrial", "urals", "donets", "volga"),
    ("caucasus", "ukraine", "volga_soviets", "=Congresses and conferences"),
)
"""Rows of the standard world. A name is a constituency or a body; ``=`` opens a title."""

TITLES = {
    "petrograd_soviet/workers": "Petrograd Soviet, workers' section",
    "petrograd_soviet/soldiers": "Petrograd Soviet, soldiers' section",
    "petrograd_soviet": "Petrograd Soviet, both sections",
    "central_industrial": "Central Industrial workers",
    "southwestern_romanian_fronts": "South-Western, Romanian fronts",
    "moscow_workers_executive": "Moscow workers' executive",
    "moscow_soldiers_executive": "Moscow soldiers' executive",
}
"""Shorter titles than the settings have."""


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes
    ----------
    title : str
        Above it.
    table : str
        ``shares`` (of people), ``seats`` (of delegates) or empty (occasions alone).
    of : str
        Constituency, chamber or body whose daily shares are drawn.
    occasions : tuple of Occasion
        Drawn where they belong.
    """

    title: str
    table: str
    of: str
    occasions: tuple[Occasion, ...]


def panels(settings: ModelSettings, occasions: Iterable[Occasion]) -> list[Panel]:
    """Lay out the overview of a world.

    Every constituency and every occasion finds its place; those that the standard rows do
    not foresee come at the end.

    Parameters
    ----------
    settings : ModelSettings
        The world.
    occasions : iterable of Occasion
        What is documented.

    Returns
    -------
    list of Panel
        In reading order.
    """
    homes: dict[str, list[Occasion]] = {}
    for occasion in occasions:
        homes.setdefault(_home(occasion, settings), []).append(occasion)
    wanted = [name for row in ROWS for name in row]
    wanted += [name for name in settings.place.constituencies if name not in wanted]
    wanted += [name for name in homes if name not in wanted]
    found = []
    for name in wanted:
        here = tuple(homes.get(name, ()))
        if name in settings.place.constituencies:
            title = TITLES.get(name, settings.place.constituencies[name].title)
            found.append(Panel(title, "shares", name, here))
        elif name.partition("/")[0] in settings.institution and here:
            title = TITLES.get(name, settings.institution[name.partition("/")[0]].title)
            found.append(Panel(title, "seats", name, here))
        elif name.startswith("=") and here:
            found.append(Panel(name[1:], "", "", here))
    return found


def _home(occasion: Occasion, settings: ModelSettings) -> str:
    """Return the panel that an occasion belongs to."""
    target = occasion.targets[0]
    if occasion.operator == "presidium":
        return settings.presidium[target].chamber
    if occasion.operator == "resolution":
        chambers = settings.meeting[target].chambers
        if len(chambers) == 1 and not chambers[0].endswith("/all"):
            return chambers[0]
        town = settings.institution[chambers[0].partition("/")[0]].place
        known = {"petrograd": "=Petrograd Soviet, votes on power"}
        return known.get(town.lower(), f"={town.capitalize()} Soviets, votes on power")
    if occasion.operator == "ballot":
        first = next(iter(settings.ballot[target].electorate))
        place = settings.place.constituencies[first].place
        return f"={place.capitalize()}, city ballots"
    if occasion.operator == "conference" and target in settings.institution:
        return "=Congresses and conferences"
    return target
