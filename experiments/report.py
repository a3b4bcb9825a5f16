"""``allegiance report``: what calibration, validation and sensitivity found, on one page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.diagnostics import LEARNT_FROM
from experiments.errors import EXIT_FINE, UserError
from experiments.plots.style import house_style
from experiments.reporting import figures
from experiments.reporting.page import inline, listed, number, page, paragraph, table
from experiments.reporting.results import PARTS, Columns, Part, read_part
from experiments.sensitivity_figure import TITLES, panel
from experiments.store import make_folder, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Calibration and validation of allegiance, 1917"
MEASURES = {
    "log_score": "log score (nats an occasion, higher is better)",
    "energy_score": "energy score",
    "crps": "CRPS",
    "rmse_points": "RMSE, share points",
    "cover_50": "inside 50 %",
    "cover_90": "inside 90 %",
}
CAVEAT = (
    "The constants and prior medians of the model were set with these figures in view. The "
    "splits below keep figures from the fit, but none of them is a clean test; figures found "
    "afterwards would be. The figures were chosen and interpreted by one political tendency, "
    "over-represent capitals and turning points, and some are misprinted."
)

Draw = Callable[["Figure", str, str], str]


def main(arguments: Sequence[str]) -> int:
    """Assemble the page from stored results and write the figures beside it.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``allegiance report``.

    Returns
    -------
    int
        Exit status.
    """
    given = _parser().parse_args(list(arguments))
    parts = {name: read_part(name, getattr(given, name), given.outputs) for name in PARTS}
    if not any(parts.values()):
        raise UserError(
            f"there are no results below {given.outputs}. Run `allegiance calibrate`, "
            "`allegiance validate` or `allegiance sensitivity` first."
        )
    output = Path(given.output)
    pictures = output.parent / f"{output.stem}_figures"
    make_folder(pictures)

    def draw(figure: Figure, name: str, caption: str) -> str:
        with house_style(f"allegiance-{name}"):
            for suffix in ("svg", "png"):
                figure.savefig(pictures / f"{name}.{suffix}", dpi=130)
        return inline(figure, name, caption)

    with house_style():
        sections = [
            *_first_lines(parts["validate"]),
            *_calibration(parts["calibrate"], draw),
            *_validation(parts["validate"], draw),
            *_sensitivity(parts["sensitivity"], draw),
            ("How it was made", _made(parts)),
        ]
    write_text(output, page(TITLE, sections))
    print(f"{output} ({output.stat().st_size / 1e6:.1f} MB); figures in {pictures}")
    return EXIT_FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="allegiance report",
        description="One page with what calibration, validation and sensitivity found.",
    )
    for name in PARTS:
        parser.add_argument(
            f"--{name}", type=Path, metavar="FOLDER",
            help=f"results of `allegiance {name}` (default: the latest)",
        )  # fmt: skip
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), metavar="FOLDER",
                        help="where results are (default: outputs)")  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("report.html"), metavar="FILE",
                        help="the page to write (default: report.html)")  # fmt: skip
    return parser


Section = tuple[str, str]


def _first_lines(part: Part | None) -> list[Section]:
    if part is None:
        return [("Result", paragraph("No validation was found, so nothing is said of skill."))]
    facts = part.facts
    lost = [line for line in facts["verdicts"] if "loses" in line]
    other = [line for line in facts["verdicts"] if "loses" not in line]
    body = ""
    if lost:
        body += paragraph("Where the model loses to a rival without agents:")
        body += listed(lost, "lost")
    if other:
        body += paragraph("Where it does not:") + listed(other)
    return [("Result", body + paragraph(CAVEAT, "note"))]


def _calibration(part: Part | None, draw: Draw) -> list[Section]:
    if part is None:
        return [("What was learnt", paragraph("No calibration was found."))]
    facts, tables = part.facts, part.tables
    learnt = tables["learnt"]
    silent = ", ".join(map(figures.spoken, facts["silent"])) or "none of the calibrated"
    banks = facts.get("two_banks_distance_at_most")
    independent = (
        f"Two banks with their own points and luck agree within {banks:.2f} posterior spreads "
        "(Wasserstein, worst parameter)."
        if banks is not None
        else "Two halves of the bank, which share no run, agree within "
        f"{float(np.max(learnt['two_halves_distance'])):.2f} posterior spreads (Wasserstein, "
        "worst parameter)."
    )
    trust = paragraph(
        f"Before the record was used, {facts['sbc_draws']} simulated records of known "
        f"parameters were inferred. 90 % intervals hold the truth in "
        f"{100 * facts['sbc_cover_90']:.1f} % of cases on average (worst parameter "
        f"{100 * facts['sbc_worst_cover_90']:.1f} %), 50 % intervals in "
        f"{100 * facts['sbc_cover_50']:.1f} %. {independent}"
    ) + draw(
        figures.ranks(tables["sbc"]), "ranks",
        "Ranks of the truth among draws of its posterior; flat is right, and the grey band "
        "holds 99 % of what chance does to a flat histogram.",
    )  # fmt: skip
    rows = [
        [
            figures.spoken(str(name)),
            str(learnt["role"][i]),
            *(float(learnt[q][i]) for q in ("prior_median", "q05", "q50", "q95")),
            float(learnt["contraction"][i]),
            float(learnt["sbc_cover_90"][i]),
        ]
        for i, name in enumerate(learnt["parameter"])
    ]
    body = (
        paragraph(
            f"{facts['simulations']} simulations, {facts['worker_seconds'] / 60:.0f} minutes of "
            f"workers' time; "
            f"{facts['observations_fitted']} observations fitted; "
            f"{100 * facts['kept_of_prior']:.0f} % of the prior was not ruled out by history "
            f"matching. The record is silent (contraction below {LEARNT_FROM:g}) about: "
            f"{silent}."
        )
        + table(
            ["parameter", "role", "prior median", "5 %", "50 %", "95 %", "contraction",
             "cover of 90 %"],
            rows,
        )
        + draw(
            figures.contraction(tables["posterior"], tables["prior_pool"], learnt), "contraction",
            "Points of the prior that were not ruled out (grey) and posterior (line). The number "
            "is one minus posterior spread over prior spread.",
        )
        + draw(
            figures.pairs(tables["posterior"], learnt), "pairs",
            "Draws of the posterior, for the parameters that were learnt best, with their "
            "correlations. A single best-fitting point would not be an estimate.",
        )
        + draw(
            figures.influence(tables["influence"]), "influence",
            "What each observation tells: change of the posterior spread of each parameter when "
            "the observation is left out (0.10 means ten percent wider).",
        )
    )  # fmt: skip
    return [("Trust in the inference", trust), ("What was learnt", body)]


def _validation(part: Part | None, draw: Draw) -> list[Section]:
    if part is None:
        return []
    facts, tables = part.facts, part.tables
    titles: dict[str, str] = facts["titles"]
    summary = tables["summary"]
    scores = paragraph(
        "N1 carries the last comparable figure forward, N2 draws a line, N3 is a hierarchical "
        "multinomial-logit trend with a step at the revolt, N4 is the model as a recursion of "
        "shares. All are fitted to the same training figures and scored by the same rules. "
        "Training figures are in sample for all but N1. Intervals of 90 % come from a bootstrap "
        "over observations. Splits were registered before scoring "
        f"(SHA-256 {facts['splits_sha256'][:16]}…)."
    )
    scores += draw(
        figures.skills(summary, titles, "log_score"), "log_score",
        "Mean log score an occasion, with 90 % bootstrap intervals; right is better.",
    ) + draw(
        figures.skills(summary, titles, "rmse_points"), "rmse",
        "Root mean squared error of shares in points; left is better.",
    )  # fmt: skip
    for split, title in titles.items():
        scores += f"<h3>{title}</h3>" + _split_table(summary, split)
    predictive = "".join(
        draw(
            figures.predictive(tables["scores"], split), f"predictive_{split}",
            f"{titles[split]}: posterior predictive intervals of every share, scatter of sources "
            "included.",
        )
        for split in ("in_sample", "holdout")
        if split in titles
    )  # fmt: skip
    patterns, bands = tables["patterns"], tables["bands"]
    shown = table(
        ["pattern", "meaning", "share of runs", "at the medians", "verdict"],
        [
            [str(p), str(m), float(s), float(middle), "pass" if ok else "fail"]
            for p, m, s, middle, ok in zip(
                patterns["pattern"], patterns["meaning"], patterns["share_of_runs"],
                patterns["share_of_runs_at_medians"], patterns["passes"], strict=True,
            )
        ],
    ) + paragraph(
        f"{100 * facts['accepted_runs']:.0f} % of runs show at least eight patterns and all of "
        "P1 to P3. The fourth column is of runs at the posterior's medians from the mean initial "
        "shares: what they miss is the model's doing, not that of uncertain parameters. The "
        "verdict is that of more than half of the posterior's runs."
    )  # fmt: skip
    shown += paragraph(
        "A run is inside the band of a figure if the documented value lies in the central 90 % "
        "of what a source would print about that run. Even a perfect model is rarely inside "
        "all bands at once; the columns to compare with say how rarely."
    ) + table(
        ["figures", "values", "runs inside all", "if perfect", "values inside", "if perfect",
         "best run"],
        [
            [str(bands["figures"][i]), *(float(bands[name][i]) for name in (
                "values", "runs_inside_all", "runs_inside_all_if_perfect", "values_inside",
                "values_inside_if_perfect", "best_run_inside"))]
            for i in range(len(bands["figures"]))
        ],
    )  # fmt: skip
    sections = [
        ("The model and its rivals", scores),
        ("Every figure", predictive),
        ("Patterns, and all bands at once", shown),
    ]
    if "ablations" in tables:
        sections.append(("Mechanisms, one by one", _ablations(tables["ablations"])))
    return sections


def _split_table(summary: Columns, split: str) -> str:
    """Return the measures of all models on one split."""
    own = np.asarray(summary["split"]).astype(str) == split
    models = list(dict.fromkeys(np.asarray(summary["model"]).astype(str)[own]))
    rows: list[list[Any]] = []
    for measure, words in MEASURES.items():
        row: list[Any] = [words]
        for model in models:
            here = own & (summary["measure"] == measure) & (summary["model"] == model)
            value, low, high = (float(summary[k][here][0]) for k in ("estimate", "low", "high"))
            row.append(f"{number(value)} [{number(low)}, {number(high)}]")
        rows.append(row)
    for measure, words in (
        ("log_score", "log score less that of N3, nats"),
        ("energy_score", "skill against N3, energy score"),
        ("crps", "skill against N3, CRPS"),
    ):
        row = [words]
        for model in models:
            here = own & (summary["measure"] == measure) & (summary["model"] == model)
            value, low, high = (
                float(summary[k][here][0]) for k in ("skill", "skill_low", "skill_high")
            )
            row.append("" if model == "N3" else f"{number(value)} [{number(low)}, {number(high)}]")
        rows.append(row)
    here = own & (summary["measure"] == "log_score")
    n, figures_count = summary["observations"][here][0], summary["figures"][here][0]
    return table(["measure", *models], rows) + paragraph(
        f"{n:.0f} observations, {figures_count:.0f} shares that a source names.", "note"
    )


def _ablations(columns: Columns) -> str:
    rows = [
        [
            str(columns["title"][i]),
            str(columns["figures"][i]),
            f"{number(float(columns['change'][i]))} ± {number(float(columns['se'][i]))}",
            float(columns["reweighted"][i]),
            float(columns["effective_runs"][i]),
            str(columns["patterns_lost"][i]),
        ]
        for i in range(len(columns["title"]))
    ]
    return paragraph(
        "The model was run again at the same draws and seeds without one mechanism. Change of "
        "the log score an occasion, in nats; negative means that the mechanism helps. "
        "Reweighted: runs weighed by how well they show the training figures without it; with "
        "few effective runs this says little."
    ) + table(
        ["change", "figures", "log score", "reweighted", "effective runs", "patterns lost"], rows
    )


def _sensitivity(part: Part | None, draw: Draw) -> list[Section]:
    if part is None:
        return []
    body = paragraph(
        "Luck alone is a factor that changes nothing but the seeds, which also draw the initial "
        "shares where these are drawn: what it moves is the noise floor. Effects near it are not "
        "effects."
    )
    for name, (measure, title) in TITLES.items():
        if name in part.tables:
            body += draw(panel(name, part.tables[name], measure), f"sensitivity_{name}", title)
    return [("What moves the outcomes", body)]


def _made(parts: dict[str, Part | None]) -> str:
    rows = []
    for name, part in parts.items():
        if part is None:
            rows.append([name, "not found", "", "", "", ""])
            continue
        manifest = part.manifest
        code = manifest.get("code", {})
        rows.append(
            [
                name,
                " ".join(manifest.get("overrides", [])) or "no overrides",
                str(manifest.get("seed", "")),
                str(code.get("commit") or code.get("version") or "")[:12],
                str(manifest.get("evidence_hash") or "")[:12],
                str(manifest.get("ended", "")),
            ]
        )
    return table(["command", "settings", "seed", "code", "evidence", "ended"], rows)
