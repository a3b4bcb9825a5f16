"""Reference pages written from the running code, its configs and its evidence.

Nothing here is typed by hand, so that a table cannot drift from what the program does.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import io
import re
import runpy
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import catalogue
import tested
import yaml
from markup import NOTE, both, cell, plain, table

from calibration.patterns import PATTERNS
from experiments.app.glossary import KINDS, PARTIES, WORDS
from experiments.cli import COMMANDS
from experiments.results import TABLES
from experiments.settings import RunSettings
from sim.event import TARGETS, WITH_PARTY
from sim.historical import configs_dir, historical_settings
from sim.parameters import SYMBOLS, Parameters
from sim.settings import ModelSettings


def attribute_docs(kind: type) -> dict[str, str]:
    """Return the documented meaning of each attribute of a dataclass, from its docstring.

    Parameters
    ----------
    kind : type
        A dataclass with a numpydoc docstring.

    Returns
    -------
    dict of str to str
        Attribute to meaning; attributes of base classes included.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        text = inspect.cleandoc(base.__dict__.get("__doc__") or "")
        _, _, section = text.partition("Attributes\n----------\n")
        section = re.split(r"\n\S[^\n]*\n-{4,}\n", section)[0]
        names: list[str] = []
        for line in section.splitlines():
            if line and not line.startswith(" "):
                names = [name.strip() for name in line.partition(" : ")[0].split(",")]
                found.update(dict.fromkeys(names, ""))
            elif line.strip():
                found.update({name: f"{found[name]} {line.strip()}".strip() for name in names})
    return {name: plain(text) for name, text in found.items()}


def summary(kind: type) -> str:
    """Return the first paragraph of a docstring."""
    return plain(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " "))


def settings_classes(root: type, prefix: str = "") -> Iterator[tuple[str, type]]:
    """Walk a tree of frozen dataclasses; yield each with the name its settings begin with."""
    yield prefix, root
    hints = typing.get_type_hints(root)
    for field in dataclasses.fields(root):
        name = f"{prefix}{field.name}"
        if issubclass(root, RunSettings) and field.name == "model":
            name = ""
        for kind, step in _dataclasses_in(hints[field.name]):
            yield from settings_classes(kind, f"{name}{step}." if name else "")


def _dataclasses_in(hint: Any) -> Iterator[tuple[type, str]]:
    if dataclasses.is_dataclass(hint):
        yield hint, ""  # type: ignore[misc]
        return
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        for each in inner:
            yield from _dataclasses_in(each)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from ((kind, ".NAME" + step) for kind, step in _dataclasses_in(inner[1]))
    elif isinstance(origin, type) and issubclass(origin, Sequence):
        yield from ((kind, "[]" + step) for kind, step in _dataclasses_in(inner[0]))


def sections() -> dict[str, type]:
    """Return the settings class of every subcommand that takes settings."""
    import importlib

    found: dict[str, type] = {}
    for name, command in COMMANDS.items():
        if command.kind != "plain":
            module, _, function = command.target.partition(":")
            main = getattr(importlib.import_module(module), function)
            hints = typing.get_type_hints(main)
            found[name] = next(
                (k for k in hints.values() if dataclasses.is_dataclass(k)), RunSettings
            )
    return found


def all_settings() -> dict[tuple[str, type], set[str]]:
    """Return every settings class with its prefix, and the subcommands that read it."""
    found: dict[tuple[str, type], set[str]] = {}
    for command, root in sections().items():
        for prefix, kind in settings_classes(root):
            if prefix == "" and kind is root and root is not RunSettings:
                found.setdefault(("", RunSettings), set()).add(command)
            found.setdefault((prefix, kind), set()).add(command)
    return found


def default_of(field: dataclasses.Field[Any]) -> str:
    """Write the default of a setting."""
    if field.default is not dataclasses.MISSING:
        return f"`{field.default!r}`"
    if field.default_factory is not dataclasses.MISSING:
        made = field.default_factory()
        return "see its own table" if dataclasses.is_dataclass(made) else f"`{made!r}`"
    return "given by the config"


def settings_page() -> str:
    """Write every setting with its default and meaning."""
    n_commands = len(sections())
    parts = [
        "# Settings",
        NOTE,
        "Names are written as on the command line: `allegiance run constants.choice.inertia=1.2`. "
        "`NAME` stands for an id, such as that of an event. Dates are Old Style. Defaults are "
        "those of the code; what `configs/` sets goes before them, and "
        "`allegiance run --cfg job` prints what a command would use.",
    ]
    for (prefix, kind), commands in all_settings().items():
        docs, hints = attribute_docs(kind), typing.get_type_hints(kind)
        fields = dataclasses.fields(kind)
        title = f"`{prefix[:-1]}`" if prefix else "Top level"
        if prefix == "" and issubclass(kind, RunSettings) and kind is not RunSettings:
            title = f"Top level of {', '.join(sorted(commands))}"
            shared = {field.name for field in dataclasses.fields(RunSettings)}
            fields = tuple(field for field in fields if field.name not in shared)
            if not fields:
                continue
        if kind is ModelSettings:
            title = "Parts of the model"
        only = "" if len(commands) == n_commands else f" Read by: {', '.join(sorted(commands))}."
        rows = [
            (f"`{prefix}{field.name}`", short(hints[field.name]), default_of(field),
             docs.get(field.name) or meaning_of_part(hints[field.name]))
            for field in fields
        ]  # fmt: skip
        parts += [
            f"## {title}",
            summary(kind) + only,
            table(("setting", "type", "default", "meaning"), rows),
        ]
    return "\n\n".join(parts)


def meaning_of_part(hint: Any) -> str:
    """Return what a part is, in the words of its class; empty if it is no settings class."""
    return summary(hint) if dataclasses.is_dataclass(hint) else ""  # type: ignore[arg-type]


def short(hint: Any) -> str:
    """Write a type without its modules."""
    text = hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
    return "`" + re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text).replace("NoneType", "None") + "`"


def parameters_page() -> str:
    """Write the parameters with their symbols, priors and meanings."""
    prior = yaml.safe_load((configs_dir() / "prior" / "main.yaml").read_text("utf-8"))
    docs = attribute_docs(Parameters)
    rows = []
    for name, law in prior["parameters"].items():
        meaning = docs.get(
            name, "Correlation of the votes of one occasion, in the law of errors of its kind."
        )
        rows.append((
            f"`{name}`", SYMBOLS.get(name, "δ"), f"{law['median']:.4g}", law["log_sd"],
            f"{law['low']:.4g} to {law['high']:.4g}", law.get("role", "calibrated"), meaning,
            law.get("source", "assumed"),
        ))  # fmt: skip
    return "\n\n".join([
        "# Parameters and priors",
        NOTE,
        "Each prior is log-Normal with the median and the standard deviation of the logarithm "
        "below, cut at the bounds. A marginalised parameter is drawn, not inferred: the record "
        "says nothing about it.",
        table(("name", "symbol", "median", "log sd", "bounds", "role", "meaning", "source"), rows),
        "## What the record leaves of them",
        tested.learnt(),
    ])  # fmt: skip


def effect_text(effect: Any) -> str:
    """Write one effect of an event."""
    parts = [f"`{effect.target}` {effect.op} {effect.value:g}"]
    if effect.times:
        parts.append(f"times `{effect.times}`")
    if effect.half_life_days:
        parts.append(f"half-life {effect.half_life_days:g} days")
    for name in ("window", "sectors", "places"):
        if getattr(effect, name):
            parts.append(f"{name}: {', '.join(getattr(effect, name))}")
    return ", ".join(parts)


def events_page() -> str:
    """Write the dated events with their effects and sources."""
    targets = [(f"`{name}{'.PARTY' if name in WITH_PARTY else '.ISSUE' * (name == 'grievance')}`",
                ", ".join(f"`{op}`" for op in ops)) for name, ops in TARGETS.items()]  # fmt: skip
    parts = [
        "# Events",
        NOTE,
        "Dates and accounts are transcribed; the effects are assumed. An effect has a target and "
        "an operation; its other settings stand under {doc}`settings`.",
        table(("target of an effect", "operations"), targets),
    ]
    for name, event in historical_settings().event.items():
        where = ", ".join((*(event.places or ()), *(event.sectors or ()))) or "everywhere"
        parts += [
            f"## {event.title}",
            f"`event.{name}`, {both(*event.window)}. {event.account}",
            f"Scope: {where}. {'Draws attention (E8). ' if event.salience else ''}"
            f"Source: {event.source} {event.note}",
            "\n".join(f"- {effect_text(effect)}" for effect in event.effects) or "No effects.",
        ]
    return "\n\n".join(parts)


def institutions_page() -> str:
    """Write the bodies and how their seats are filled."""
    rows = []
    for name, body in historical_settings().institution.items():
        for chamber, c in body.chambers.items():
            seats = f"{c.seats}" if c.seats is not None else f"{c.seats_per_unit} a unit"
            base = ", ".join(f"`{key}` {value:g}" for key, value in c.base.items())
            rows.append((f"`{name}`", body.title, chamber, c.elected_by, seats,
                         f"{c.renewal:g} ρ", base, body.source))  # fmt: skip
    head = ("id", "body", "chamber", "elected by", "seats", "renewal", "base", "source")
    return "\n\n".join(["# Institutions", NOTE, table(head, rows)])


def votes_page() -> str:
    """Write dated meetings, ballots and presidia."""
    s = historical_settings()
    meetings = [
        (f"`{n}`", m.title, both(m.date), m.question,
         ", ".join(f"{k} {v:g}" for k, v in m.whips.items()) or "none",
         ", ".join(f"{k} {v:g}" for k, v in m.duty.items()) or "none", m.source)
        for n, m in s.meeting.items()
    ]  # fmt: skip
    ballots = [
        (f"`{n}`", b.title, both(*b.window), f"{b.fatigue_weight:g}",
         ", ".join(f"`{k}` {v:g}" for k, v in b.electorate.items()), b.source)
        for n, b in s.ballot.items()
    ]  # fmt: skip
    presidia = [
        (f"`{n}`", p.title, both(p.date), p.seats, p.rule, p.source) for n, p in s.presidium.items()
    ]
    return "\n\n".join([
        "# Meetings, ballots, presidia", NOTE,
        "## Resolutions put to the vote",
        table(("id", "meeting", "date", "question", "whips", "duty", "source"), meetings),
        "## Secret ballots",
        table(("id", "ballot", "date", "weight of fatigue", "electorate", "source"), ballots),
        "## Presidia",
        table(("id", "presidium", "date", "seats", "rule", "source"), presidia),
    ])  # fmt: skip


def places_page() -> str:
    """Write sectors and constituencies."""
    places = historical_settings().place
    parties = list(historical_settings().party)
    rows = []
    shares = []
    for name, c in places.constituencies.items():
        rows.append((f"`{name}`", c.title, c.sector, f"{c.people:,.0f}", c.agents,
                     f"{c.units} ({c.unit_kind})", f"{c.event_exposure:g}",
                     f"{c.agitator_reach:g}", f"{c.supporters_per_member:g}",
                     c.source))  # fmt: skip
        shares.append((f"`{name}`", *(f"{c.initial_shares.get(p, 0.0):g}" for p in parties)))
    head = ("id", "constituency", "sector", "people", "agents", "units", "exposure", "reach",
            "supporters a member", "source")  # fmt: skip
    return "\n\n".join([
        "# Places", NOTE, table(head, rows),
        "## Shares on 1 March", "Assumed means; they are drawn about these means where "
        "`initial_shares=drawn`.", table(("id", *parties), shares),
    ])  # fmt: skip


def parties_page() -> str:
    """Write the parties with their constants."""
    columns = ("soviet_power", "agrarian", "peace", "bread", "land", "order", "activity", "zeal")
    rows = [
        (f"`{name}`", p.title, *(f"{getattr(p, c):g}" for c in columns),
         "yes" if p.modelled else f"no; counted with {p.folded_into}")
        for name, p in historical_settings().party.items()
    ]  # fmt: skip
    names = [c.replace("_", " ") for c in columns]
    return "\n\n".join([
        "# Parties", NOTE, "All constants are assumed; they are varied in the sensitivity "
        "analysis.", table(("id", "party", *names, "modelled"), rows),
    ])  # fmt: skip


def scenarios_page() -> str:
    """Write what each scenario changes, asks and cannot claim."""
    parts = ["# Scenarios", NOTE, "`allegiance run scenario=NAME`; several are composed with "
             "`scenario=[historical,NAME]`."]  # fmt: skip
    for path in sorted((configs_dir() / "scenario").glob("*.yaml")):
        for name, note in (yaml.safe_load(path.read_text("utf-8"))["scenario_notes"]).items():
            parts += [
                f"## {note['title']}",
                f"`scenario={name}`. {note['changes']}",
                f"*Why.* {note['why']}",
                f"*It cannot claim:* {note['cannot_claim']}",
            ]
    return "\n\n".join(parts)


def cli_page() -> str:
    """Write the subcommands."""
    kinds = {
        "hydra": "settings",
        "sweep": "settings, several values with commas",
        "plain": "options",
    }
    rows = [
        (f"`allegiance {name}`", c.summary, kinds[c.kind],
         ", ".join(f"`{flag}` for `{key}`" for flag, key in c.flags))
        for name, c in COMMANDS.items()
    ]  # fmt: skip
    return "\n\n".join([
        "# Commands", NOTE, table(("command", "what it does", "takes", "short ways"), rows),
        "`allegiance SUBCOMMAND --help` tells more. Exit status: 0 when all went well, 1 when "
        "something failed, 2 for a mistake in what was typed, 130 after Ctrl-C.",
    ])  # fmt: skip


def results_page() -> str:
    """Write every table that a run leaves, with its columns."""
    parts = [
        "# Results",
        NOTE,
        "Tables are Parquet files in the folder of the run. Names in braces stand for one column "
        "each. Days count from 1 March 1917 (Old Style), replicates from 0.",
    ]
    for name, each in TABLES.items():
        rows = [(f"`{c}`", v.kind, v.unit, plain(v.meaning)) for c, v in each.columns.items()]
        key = ", ".join(f"`{column}`" for column in each.key)
        parts += [
            f"## `{name}.parquet`",
            f"{plain(each.title)} A row for each {key}.",
            table(("column", "type", "unit", "meaning"), rows),
        ]
    return "\n\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "cli": cli_page,
    "settings": settings_page,
    "parameters": parameters_page,
    "parties": parties_page,
    "places": places_page,
    "institutions": institutions_page,
    "events": events_page,
    "votes": votes_page,
    "scenarios": scenarios_page,
    "results": results_page,
    "validation": tested.validation_page,
    "evidence": catalogue.overview,
    "evidence_fitted": catalogue.fitted_page,
    "evidence_not_fitted": catalogue.not_fitted_page,
    "evidence_context": catalogue.context_page,
    "evidence_background": catalogue.background_page,
}


def patterns_list() -> str:
    """Write the patterns that a run is asked for."""
    return "\n".join(f"- **{name}** {cell(text)}" for name, text in PATTERNS.items())


def glossary_lists() -> str:
    """Write the short texts that the class-room page shows as well."""
    parties = historical_settings().party
    kinds = {kind.replace("_", " "): text for kind, text in KINDS.items()}
    named = {f"{parties[k].title} ({k})": text for k, text in PARTIES.items()}
    parts = []
    for title, entries in (("Parties", named), ("Bodies", kinds), ("Words", dict(WORDS))):
        parts.append(f"## {title}")
        parts += [f"{name[0].upper()}{name[1:]}\n: {text}" for name, text in entries.items()]
    return "\n\n".join(parts)


def first_look() -> str:
    """Run the first example and return what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(EXAMPLES / "first_look.py"))
    return said.getvalue()


EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
INCLUDED: dict[str, Callable[[], str]] = {
    "_patterns": patterns_list,
    "_glossary": glossary_lists,
    "_first_look": first_look,
}
"""Pieces that written pages take in."""


def write_pages(folder: Path) -> None:
    """Write all pages; those that have not changed keep their time."""
    folder.mkdir(exist_ok=True)
    files = {f"{name}.md": page for name, page in PAGES.items()}
    files |= {f"{name}.txt": piece for name, piece in INCLUDED.items()}
    for name, page in files.items():
        path, text = folder / name, page().rstrip() + "\n"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
