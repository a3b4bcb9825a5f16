"""``allegiance biography``: one person in two worlds with the same luck."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.comparing.worlds import compose_worlds
from experiments.errors import EXIT_FINE, SettingsError
from experiments.jobs import current_job
from experiments.lives import SHOWN_TERMS, SWITCHED, Life, Moment, live_one
from experiments.parameter_sets import replicates_of
from experiments.settings import RunSettings
from experiments.store import write_table, write_text
from sim.calendar_os import N_DAYS
from sim.checks import Settings, require_between, require_one_of
from sim.settings import ModelSettings
from sim.streams import Decision, slots_of, uniforms
from sim.world import World, build_world

SAME = "in both"


@dataclass(frozen=True)
class Biography(Settings):
    """Whose life, and in which worlds.

    Attributes
    ----------
    scenarios : tuple of str
        Two; scenarios joined with a plus sign are composed.
    person : int or None
        Id of the person; None draws one from the constituency and unit below.
    constituency : str
        Where to draw from.
    unit : int or None
        Number of the factory, regiment, ship or district, from 1; None draws from all.
    replicate : int
        Which replicate of the ensemble.
    """

    scenarios: tuple[str, ...] = ("historical", "no_revolt")
    person: int | None = None
    constituency: str = "petrograd_workers"
    unit: int | None = None
    replicate: int = 0

    def __post_init__(self) -> None:
        """Refuse any number of worlds but two."""
        if len(self.scenarios) != 2:
            raise ValueError(
                f"biography.scenarios={list(self.scenarios)}: name two, such as "
                "[historical,no_revolt]."
            )
        if self.person is not None:
            require_between("biography.person", self.person, 0, 1e9, "An id.")
        if self.unit is not None:
            require_between("biography.unit", self.unit, 1, 1e6, "Units count from 1.")
        require_between("biography.replicate", self.replicate, 0, 1e6, "Replicates count from 0.")


@dataclass(frozen=True, kw_only=True)
class BiographySettings(RunSettings):
    """Settings of an ensemble, and whose life in it is told.

    Attributes
    ----------
    biography : Biography
        The section of the biography.
    """

    biography: Biography = field(default_factory=Biography)

    def __post_init__(self) -> None:
        """Refuse constituencies and replicates that there are not."""
        super().__post_init__()
        own = self.biography
        require_one_of(
            "biography.constituency", own.constituency, tuple(self.model.place.constituencies)
        )
        if own.replicate >= self.n_replicates:
            raise ValueError(
                f"biography.replicate={own.replicate} does not exist: n_replicates is "
                f"{self.n_replicates}, and they count from 0."
            )


def main(settings: BiographySettings, output_dir: Path) -> int:
    """Tell a life in two worlds, as text, JSON and a table.

    Parameters
    ----------
    settings : BiographySettings
        Whose life.
    output_dir : Path
        Where results go.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    SettingsError
        If there is no such person or unit.
    """
    own = settings.biography
    worlds = compose_worlds(settings, own.scenarios, current_job())
    built = {name: build_world(world.model) for name, world in worlds.items()}
    person = choose_person(next(iter(built.values())), own, settings.seed)
    lives = {
        name: live_one(built[name], replicates_of(world)[own.replicate], person)
        for name, world in worlds.items()
    }
    text = "\n".join(tell(lives, settings.model))
    write_text(output_dir / "biography.txt", text + "\n")
    whole = {
        name: {
            "person": life.agent_id,
            "introduction": life.introduction,
            "allegiance": list(life.allegiance),
            "moments": [moment.as_dict() for moment in life.moments],
        }
        for name, life in lives.items()
    }
    write_text(output_dir / "biography.json", json.dumps(whole, indent=1, ensure_ascii=False))
    write_table(output_dir / "moments.parquet", moments_table(lives))
    print(text)
    print(f"\nresults   {output_dir}")
    return EXIT_FINE


def choose_person(world: World, own: Biography, seed: int) -> int:
    """Return the person asked for, or draw one from a unit or a constituency.

    Raises
    ------
    SettingsError
        If there is no such person or unit.
    """
    layout = world.layout
    if own.person is not None:
        if own.person >= layout.n_agents:
            raise SettingsError(
                [f"biography.person={own.person}: ids run from 0 to {layout.n_agents - 1}."]
            )
        return own.person
    c = layout.ids.index(own.constituency)
    first, last = int(layout.unit_first[c]), int(layout.unit_first[c + 1])
    if own.unit is not None:
        if own.unit > last - first:
            raise SettingsError(
                [f"biography.unit={own.unit}: {own.constituency} has units 1 to {last - first}."]
            )
        first = first + own.unit - 1
        last = first + 1
    low, high = int(layout.unit_start[first]), int(layout.unit_start[last])
    slot = slots_of("biography", own.replicate + 1)[-1:]
    drawn = float(uniforms(seed, Decision.OBSERVATION, -1, slot)[0])
    return low + int(drawn * (high - low))


def tell(lives: Mapping[str, Life], model: ModelSettings) -> Iterator[str]:
    """Tell a life in two worlds, side by side by date."""
    names = list(lives)
    ours, theirs = (lives[name] for name in names)
    yield ours.introduction
    yield f"Two worlds with the same luck: {names[0]} and {names[1]}. Dates are Old Style."
    yield "Brackets: the chance of the choice made, and the terms that weighed most, as what they"
    yield "add (logit) to the party chosen over the other one named. The choice itself is drawn."
    yield ""
    width = max(len(name) for name in (*names, SAME))
    by_day = [_by_day(life) for life in (ours, theirs)]
    for day in sorted({*by_day[0], *by_day[1]}):
        told = [[_line(each, model) for each in days.get(day, [])] for days in by_day]
        date = next(days[day][0].date for days in by_day if day in days)
        if told[0] == told[1]:
            yield from _rows(date, SAME, told[0], width)
            continue
        for name, lines in zip(names, told, strict=True):
            yield from _rows(date, name, lines or ["nothing of note"], width)
    yield ""
    apart = [
        day for day in range(N_DAYS) if ours.allegiance[day] != theirs.allegiance[day]
    ]  # fmt: skip
    for name in names:
        last = model.party[lives[name].allegiance[-1]].title
        yield f"On 17 November in {name}: {last}."
    yield f"Of another allegiance in the two worlds on {len(apart)} of {N_DAYS} evenings."
    yield "Which person moved is the model's own; no source records it."


def moments_table(lives: Mapping[str, Life]) -> dict[str, NDArray[Any]]:
    """Return every moment of the lives, with a column for each term of utility."""
    rows = [(name, moment) for name, life in lives.items() for moment in life.moments]
    terms = list(dict.fromkeys(term for _, moment in rows for term in moment.terms))

    def text(values: Sequence[str]) -> NDArray[Any]:
        return np.array(list(values), dtype=object)

    def numbers(values: Sequence[float]) -> NDArray[Any]:
        return np.array(list(values), dtype=np.float64)

    return {
        "scenario": text([name for name, _ in rows]),
        "day": np.array([m.day for _, m in rows], dtype=np.int64),
        "date": text([m.date for _, m in rows]),
        "what": text([m.what for _, m in rows]),
        "before": text([m.before for _, m in rows]),
        "after": text([m.after for _, m in rows]),
        "against": text([m.against for _, m in rows]),
        "chance_of_reconsidering": numbers([m.chance_of_reconsidering for _, m in rows]),
        "chance": numbers([m.chance for _, m in rows]),
        "draw": numbers([m.draw for _, m in rows]),
        **{
            f"term_{term.replace(' ', '_')}": numbers(
                [m.terms.get(term, float("nan")) for _, m in rows]
            )
            for term in terms
        },
    }


def _by_day(life: Life) -> dict[int, list[Moment]]:
    days: dict[int, list[Moment]] = {}
    for moment in life.moments:
        days.setdefault(moment.day, []).append(moment)
    return days


def _rows(date: str, name: str, lines: Sequence[str], width: int) -> Iterator[str]:
    for i, line in enumerate(lines):
        head = f"{date}  {name:<{width}}" if i == 0 else " " * (12 + width)
        yield f"{head}  {line}"


def _line(moment: Moment, model: ModelSettings) -> str:
    title = {name: party.title for name, party in model.party.items()}
    if not moment.terms:
        return moment.what
    largest = sorted(moment.terms.items(), key=lambda term: -abs(term[1]))[:SHOWN_TERMS]
    said = ", ".join(f"{name} {value:+.2f}" for name, value in largest if abs(value) >= 0.005)
    if moment.what == SWITCHED:
        done = f"switched from {title[moment.before]} to {title[moment.after]}"
    else:
        done = f"reconsidered and stayed with {title[moment.after]}, rather than"
        done += f" {title[moment.against]}"
    return f"{done} (chance {moment.chance:.2f}; {said})"
