"""The report of a comparison: one self-contained page, made from its stored tables."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.comparing import alluvial, figures
from experiments.comparing.figures import Names, Table, rows_where
from experiments.comparing.worlds import EVERYWHERE
from experiments.manifest import read_manifest
from experiments.store import read_table, write_text

PAGE = "report.html"
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 Georgia, 'Times New Roman', serif; color: #222; background: #fff;
  max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }
h1, h2, h3 { font-family: Helvetica, Arial, sans-serif; line-height: 1.2; }
h2 { margin-top: 2.4rem; border-top: 1px solid #ccc; padding-top: 1rem; }
figure { margin: 1.2rem 0; } figure svg { width: 100%; height: auto; }
figcaption, .small, table { font: 13px/1.45 Helvetica, Arial, sans-serif; color: #444; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
td, th { padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid #e4e4e4; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.note { border-left: 3px solid #bbb; padding-left: 1rem; }
"""
LIMITS = (
    "These are statements about the model, not about 1917. One history was lived, and no "
    "comparison of simulated worlds shows what another would have been.",
    "Event dates and the sizes of their effects are inputs. What an event does in the model "
    "follows in part from what was entered for it.",
    "Intervals hold the uncertainty of the parameters and of chance. They do not hold that of "
    "the model's form, of its fixed constants, or of the evidence that was lost.",
    "Several hundred series are shown, each with its own 90 per cent interval; about one in "
    "ten would be expected to miss its value even if the model were right.",
    "A change alters the stated quantities only. Parties, governments and armies do not adapt.",
)


def write_report(folder: Path) -> Path:
    """Write the page of a comparison from the tables in its folder.

    Parameters
    ----------
    folder : Path
        The folder that ``allegiance compare`` wrote to.

    Returns
    -------
    Path
        The page; it needs no other file. The figures are kept beside the tables as well.
    """
    facts = read_manifest(folder)
    settings, compare = facts["settings"], facts["settings"]["compare"]
    names = names_of(settings["model"])
    baseline, *others = compare["scenarios"]
    parts = [
        f"<h1>{_text(_title(facts, others))}</h1>",
        f"<p class=small>{_text(_made_from(facts))}</p>",
    ]
    for scenario in others:
        tables: dict[str, Table] = {
            path.stem: read_table(path) for path in sorted((folder / scenario).glob("*.parquet"))
        }
        parts += _scenario(folder / scenario, scenario, facts, tables, names)
    parts += [
        "<h2>Limits</h2><ul>" + "".join(f"<li>{_text(each)}</li>" for each in LIMITS) + "</ul>",
        "<h2>Provenance</h2>" + _provenance(facts, baseline),
    ]
    body = "\n".join(parts)
    page = folder / PAGE
    write_text(
        page,
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{_text(_title(facts, others))}</title><style>{STYLE}</style></head>"
        f"<body>\n{body}\n</body></html>\n",
    )
    return page


def names_of(model: Mapping[str, Any]) -> Names:
    """Return names and colours from the settings that a manifest holds.

    Parties that the model counts with another are left out.
    """
    places = {name: each["title"] for name, each in model["place"]["constituencies"].items()}
    bodies = {name: each["title"] for name, each in model["institution"].items()}
    parties = {name: each for name, each in model["party"].items() if each["modelled"]}
    return Names(
        series={**bodies, **places, EVERYWHERE: "Everywhere, by people"},
        party={name: each["title"] for name, each in parties.items()},
        colour={name: each["colour"] for name, each in parties.items()},
    )


def _title(facts: Mapping[str, Any], others: Sequence[str]) -> str:
    titles = [" and ".join(note["title"] for note in facts["scenarios"][name]) for name in others]
    return "What changes in the model: " + "; ".join(titles)


def _made_from(facts: Mapping[str, Any]) -> str:
    settings = facts["settings"]
    source = {
        "posterior": "drawn from the posterior",
        "prior": "drawn from the prior, which no figure has corrected",
        "medians": "one set, the one of the settings",
    }[facts["parameter_source"]]
    per_draw = 1 if facts["parameter_source"] == "medians" else settings["seeds_per_draw"]
    return (
        f"{settings['n_replicates']} pairs of replicates with shared luck; parameters: {source}"
        + (f", {per_draw} seeds for each set. " if facts["parameter_source"] != "medians" else ". ")
        + "Dates are Old Style. Effects are percentage points, other world less baseline."
    )


def _scenario(
    folder: Path, scenario: str, facts: Mapping[str, Any], tables: dict[str, Table], names: Names
) -> list[str]:
    compare = facts["settings"]["compare"]
    party, dates = compare["party"], compare["dates"]
    summary, effects = tables["summary"], tables["effects"]
    first = {
        str(series): str(date)
        for series, date in zip(
            *(rows_where(summary, party=party)[each] for each in ("series", "credible_from")),
            strict=True,
        )
    }
    notes = facts["scenarios"][scenario]
    date = dates[-2] if len(dates) > 1 else dates[0]
    places = [*compare["places"], EVERYWHERE]
    everyone = [each for each in dict.fromkeys(effects["series"]) if each in _places(facts)]
    drawn = {
        "bodies": lambda: figures.draw_bands(effects, compare["bodies"], party, names, first),
        "places": lambda: figures.draw_bands(effects, [*everyone, EVERYWHERE], party, names, first),
        "parties": lambda: figures.draw_parties(effects, places, names),
        "flows": lambda: alluvial.draw_flows(
            {
                names.of(compare["places"][0]): alluvial.flow_matrix(
                    tables["flows"], names, compare["places"][0]
                ),
                "Everywhere": alluvial.flow_matrix(tables["flows"], names, None),
            },
            names,
        ),
    }
    shown = np.isin(summary["series"].astype(str), [*compare["bodies"], *everyone])
    listed = {name: values[shown] for name, values in summary.items()}
    if np.isfinite(summary["sd_parameters"]).any():
        drawn["spread"] = lambda: figures.draw_spread(listed, date, party, names)
    if np.isfinite(summary["prior_median"]).any():
        drawn["prior"] = lambda: figures.draw_prior(listed, date, party, names)
    svg = {}
    for name, draw in drawn.items():
        svg[name] = figures.as_svg(draw, f"{scenario}-{name}")
        write_text(folder / "figures" / f"{name}.svg", svg[name])
    title = names.party[party]
    captions = {
        "bodies": f"Effect on the share of seats: {title}. Line: median; bands: 50 and 90 per "
        "cent of the pairs. Broken line: first date of a credible effect.",
        "places": f"Effect on the share of people: {title}.",
        "parties": "Effect on every party. Line: median; band: 50 per cent of the pairs.",
        "flows": f"The same people in both worlds on the evening of {day_name(date)}, mean of "
        f"{min(compare['n_twins'], facts['settings']['n_replicates'])} pairs. Strong ribbons are "
        "those whose allegiance differs because of the change; pale ones are where they were. "
        "Who moved is an assumption of the model; no source records it.",
        "spread": f"What the uncertainty of the effect on {day_name(date)} comes from: {title}.",
        "prior": f"The same difference under the prior alone, on {day_name(date)}: {title}.",
    }
    parts = [f"<h2>{_text(' and '.join(note['title'] for note in notes))}</h2>", _notes(notes)]
    parts += [
        "<h3>In short</h3>",
        _sentences(summary, compare, names),
        "<h3>Bodies</h3>",
        _figure(svg["bodies"], captions["bodies"]),
        _summary_table(summary, compare["bodies"], compare, names),
        "<h3>Constituencies</h3>",
        _figure(svg["places"], captions["places"]),
        "<h3>Parties</h3>",
        _figure(svg["parties"], captions["parties"]),
        "<h3>Who is elsewhere because of it</h3>",
        _figure(svg["flows"], captions["flows"]),
        "<h3>Dated votes</h3>",
        _votes(tables["votes"], facts),
        "<h3>Parameters, luck and prior</h3>",
        _figure(svg["spread"], captions["spread"]) if "spread" in svg else
        "<p>One parameter set was used: the intervals hold luck alone, and what parameters "
        "add cannot be told.</p>",
        _figure(svg["prior"], captions["prior"]) if "prior" in svg else _without_prior(facts),
        "<h3>Shared luck</h3>",
        _audit(tables["audit"], tables["pairing"], compare, names),
    ]  # fmt: skip
    return parts


def _places(facts: Mapping[str, Any]) -> set[str]:
    return set(facts["settings"]["model"]["place"]["constituencies"])


def _notes(notes: Sequence[Mapping[str, str]]) -> str:
    rows = []
    for note in notes:
        rows.append(
            f"<p><b>Changed.</b> {_text(note['changes'])}</p>"
            f"<p><b>Asked.</b> {_text(note['why'])}</p>"
            f"<p><b>Not shown.</b> {_text(note['cannot_claim'])}</p>"
        )
    return f"<div class=note>{''.join(rows)}</div>"


def _sentences(summary: Table, compare: Mapping[str, Any], names: Names) -> str:
    party, dates = compare["party"], compare["dates"]
    date = dates[-2] if len(dates) > 1 else dates[0]
    items = []
    for series in [*compare["bodies"][1:2], *compare["places"], EVERYWHERE]:
        rows = rows_where(summary, series=series, party=party, date=date)
        if not len(rows["median"]):
            continue
        middle, low, high = (100 * float(rows[n][0]) for n in ("median", "low90", "high90"))
        since = str(rows["credible_from"][0])
        dated = f"credible from {day_name(since)}" if since else "not credible on any date"
        word = str(rows["learnt"][0])
        items.append(
            f"<li>{_text(names.of(series))}, {day_name(date)}: {_text(names.party[party])} "
            f"<b>{_signed(middle)} points</b> (90 % interval {_signed(low)} to "
            f"{_signed(high)}), from "
            f"{100 * float(rows['baseline'][0]):.1f} per cent in the baseline; {dated}; "
            f"{_text(word)}.</li>"
        )
    return f"<ul>{''.join(items)}</ul>"


def _summary_table(
    summary: Table, bodies: Sequence[str], compare: Mapping[str, Any], names: Names
) -> str:
    rows = []
    for body in bodies:
        for date in compare["dates"]:
            one = rows_where(summary, series=body, party=compare["party"], date=date)
            if len(one["median"]):
                rows.append(
                    [
                        names.of(body), date, f"{100 * one['baseline'][0]:.1f}",
                        _signed(100 * one["median"][0]), _interval(one),
                        str(one["credible_from"][0]) or "never", str(one["learnt"][0]),
                    ]
                )  # fmt: skip
    head = ["Body", "Date", "Baseline, %", "Effect", "90 % interval", "Credible from", "Learnt"]
    return _table(head, rows, numeric=(2, 3, 4))


def _votes(votes: Table, facts: Mapping[str, Any]) -> str:
    model, party = facts["settings"]["model"], facts["settings"]["compare"]["party"]
    rows = []
    for i, vote in enumerate(votes["vote"]):
        name, _, column = str(vote).partition("/")
        if column not in ("", party):
            continue
        what = (
            f"{model['ballot'][name]['title']}: share of {model['party'][column]['title']}"
            if column
            else f"{model['meeting'][name]['title']}: towards soviet power"
        )
        one = {key: votes[key][i : i + 1] for key in votes}
        rows.append(
            [what, f"{100 * one['baseline'][0]:.1f}", _signed(100 * one["median"][0]),
             _interval(one)]
        )  # fmt: skip
    return _table(["Vote", "Baseline, %", "Effect", "90 % interval"], rows, numeric=(1, 2, 3))


def _without_prior(facts: Mapping[str, Any]) -> str:
    if facts["parameter_source"] == "prior":
        return (
            "<p>The parameters were drawn from the prior: every effect on this page is "
            "prior-driven.</p>"
        )
    return "<p>No comparison with the prior alone was made.</p>"


def _audit(audit: Table, pairing: Table, compare: Mapping[str, Any], names: Names) -> str:
    rows = [
        [names.of(str(c)), str(since) or "never", str(first) or "never",
         f"{100 * share:.1f}", "yes" if ok else "NO"]
        for c, since, first, share, ok in zip(
            audit["constituency"], audit["reached_from"], audit["first_difference"],
            audit["share_ever_different"], audit["identical_until_reached"], strict=True,
        )
    ]  # fmt: skip
    dates = compare["dates"]
    date = dates[-2] if len(dates) > 1 else dates[0]
    shown = rows_where(pairing, date=date)
    factors = [
        [names.of(str(s)), f"{total:.1f}", "" if np.isnan(luck) else f"{luck:.1f}"]
        for s, total, luck in zip(
            shown["series"], shown["factor"], shown["factor_luck"], strict=True
        )
        if s in {*compare["bodies"], *compare["places"], EVERYWHERE}
    ]
    verdict = (
        "Every agent was bit for bit the same in both worlds until the change could reach it."
        if audit["identical_until_reached"].all()
        else "Some agents differed before the change could reach them: do not use this report."
    )
    return (
        f"<p>{verdict}</p>"
        + _table(
            ["Constituency", "Within reach from", "First difference", "Agents ever different, %",
             "Identical until then"], rows, numeric=(3,),
        )
        + "<p>Variance of an unpaired difference over that of the paired one, "
        f"{day_name(date)}. The first number has parameters and luck shared, the second luck "
        "alone.</p>"
        + _table(["Series", "Paired", "Luck alone"], factors, numeric=(1, 2))
    )  # fmt: skip


def _provenance(facts: Mapping[str, Any], baseline: str) -> str:
    code = facts["code"]
    rows = [
        ["Baseline", baseline],
        ["Program", f"allegiance {code['version']}, commit {code['commit'] or 'unknown'}"
         + (", with changes that are not committed" if code["dirty"] else "")],
        ["Settings", facts["settings_hash"]],
        ["Evidence", str(facts["evidence_hash"])],
        ["Seed", str(facts["seed"])],
        ["Parameters", facts["parameter_source"]],
        ["Overrides", " ".join(facts["overrides"]) or "none"],
        ["Begun", facts["started"]],
        ["Packages", ", ".join(f"{k} {v}" for k, v in facts["packages"].items() if v)],
    ]  # fmt: skip
    return _table(["", ""], rows)


def _interval(row: Mapping[str, Any]) -> str:
    return f"{_signed(100 * row['low90'][0])} to {_signed(100 * row['high90'][0])}"


def day_name(date: str) -> str:
    """Write a date as readers do.

    Examples
    --------
    >>> day_name("1917-08-25")
    '25 August'
    """
    months = "January February March April May June July August September October November December"
    return f"{int(date[8:])} {months.split()[int(date[5:7]) - 1]}"


def _signed(points: float) -> str:
    """Write points with their sign, and none for what rounds to nothing."""
    text = f"{points:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "\u2212")


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{_text(caption)}</figcaption></figure>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if i in numeric else ''}>{_text(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    top = f"<tr>{cells('th', head)}</tr>" if any(head) else ""
    return f"<div class=scroll><table>{top}{body}</table></div>"


def _text(text: str) -> str:
    return html.escape(str(text))
