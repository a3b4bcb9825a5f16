"""Pages about what calibration and validation found, written from the shipped tables."""

from __future__ import annotations

import json
from typing import Any

from markup import NOTE, table
from pyarrow import parquet

from calibration.posterior import SHIPPED
from calibration.splits import REGISTRY
from experiments.kept_validation import COMMAND, MADE_BY, read_validation
from experiments.predictions import sha256_of

MODELS = ("model", "N1", "N2", "N3", "N4")


def learnt() -> str:
    """Say what the record leaves of every parameter, and how far to trust it."""
    rows = parquet.read_table(SHIPPED.parent / "learnt.parquet").to_pylist()
    told = json.loads((SHIPPED.parent / "calibration.json").read_text("utf-8"))
    effort = told["effort"]
    banks = "two independent banks" if effort["second_bank"] else "one bank"
    body = [
        (
            f"`{r['parameter']}`",
            f"{r['prior_median']:.3g}",
            f"{r['q50']:.3g} ({r['q05']:.3g} to {r['q95']:.3g})",
            f"{r['contraction']:.2f}",
            f"{r['two_banks_distance']:.2f}",
            f"{100 * r['sbc_cover_90']:.1f} %",
        )
        for r in rows
    ]
    learnt_most = sorted(rows, key=lambda r: -r["contraction"])
    above = [f"`{r['parameter']}`" for r in learnt_most if r["contraction"] >= 0.2]
    return "\n\n".join([
        f"`allegiance calibrate effort=full` drew {told['simulations']:,} simulations in {banks} "
        f"and inferred the parameters from {told['observations_fitted']} fitted observations. "
        "*Contraction* is the share of the prior's spread that the record takes away, on the scale "
        "of the logarithm; below 0.2 the record counts as silent: it may move the middle, but "
        f"leaves open nearly what was open. Above it: {', '.join(above) or 'none'}. "
        "*Banks apart*: distance of the posterior "
        "means of two banks, in posterior deviations. *Coverage*: how many of "
        f"{told['sbc_draws']} records with known parameters had them inside the 90 % interval.",
        table(
            ("parameter", "prior median", "posterior median (90 %)", "contraction", "banks apart",
             "coverage"), body,
        ),
        f"Over all parameters the 90 % intervals cover {100 * told['sbc_cover_90']:.1f} %, the "
        f"50 % intervals {100 * told['sbc_cover_50']:.1f} %.",
    ])  # fmt: skip


def validation_page() -> str:
    """Write how the model fares beside its rivals, figure by figure left out."""
    kept = read_validation()
    return "\n\n".join([
        "# Tested against the record",
        NOTE,
        f"From `{MADE_BY}`: {kept['draws']} draws of the posterior, seed {kept['seed']}, commit "
        f"`{kept['commit'][:9]}`; kept by `{COMMAND}`.{_stale(kept)}",
        "## Verdicts",
        "Losses come first.",
        "\n".join(f"- {line}" for line in kept["verdicts"]),
        "## The model and its rivals",
        "Splits were registered before they were scored (`calibration/evidence/splits.yaml`), but "
        "the figures were in view while constants were set: {doc}`../limits`. Log score: mean over "
        "occasions, in nats; more is better, and the best is in bold.",
        _log_scores(kept),
        "Root mean squared error of shares in points, and in brackets how many of the figures lie "
        "inside their 90 % intervals. Splits of claims and numbers of members have no shares.",
        _errors(kept),
        "N1 carries the last figure of a comparable body forward, N2 draws a straight line through "
        "the comparable figures, N3 is a hierarchical multinomial-logit trend with a step at the "
        "revolt, N4 the model's own recursion without individuals. In sample, a rival that is "
        "fitted to the figures of one series has an advantage that says nothing about what it "
        "predicts.",
        "## Patterns",
        f"At least eight patterns and all of P1 to P3 hold in {100 * kept['accepted_runs']:.0f} % "
        "of the posterior's runs. *At the medians*: runs with one parameter set and mean initial "
        "shares, whose misses are the model's doing.",
        table(
            ("pattern", "meaning", "runs that show it", "at the medians"),
            [
                (p["pattern"], p["meaning"], _percent(p["share_of_runs"]),
                 _percent(p["share_of_runs_at_medians"]))
                for p in kept["patterns"]
            ],
        ),
        "## Mechanisms left out, one by one",
        "Change of the log score an occasion, in nats, with its standard error, at the same draws "
        "and seeds. Negative: the mechanism helps. Parameters were not fitted again without it.",
        _ablations(kept),
    ])  # fmt: skip


def _stale(kept: dict[str, Any]) -> str:
    now = (sha256_of(SHIPPED), sha256_of(REGISTRY))
    if (kept["posterior_sha256"], kept["splits_sha256"]) == now:
        return ""
    return " **These results are of another posterior or other splits than the shipped ones.**"


def _cells(kept: dict[str, Any]) -> dict[tuple[str, str, str], float | None]:
    return {(r["split"], r["model"], r["measure"]): r["estimate"] for r in kept["summary"]}


def _log_scores(kept: dict[str, Any]) -> str:
    cells = _cells(kept)
    counts = {row["split"]: int(row["observations"]) for row in kept["summary"]}
    body = []
    for split, title in kept["titles"].items():
        scores = [f"{cells[split, model, 'log_score']:.2f}" for model in MODELS]
        best = max(map(float, scores))
        body.append(
            (title, counts[split], *(f"**{s}**" if float(s) == best else s for s in scores))
        )
    return table(("figures", "occasions", *MODELS), body)


def _errors(kept: dict[str, Any]) -> str:
    cells = _cells(kept)
    body = []
    for split, title in kept["titles"].items():
        if cells[split, "model", "rmse_points"] is None:
            continue
        row = [title]
        for model in MODELS:
            inside = _percent(cells[split, model, "cover_90"])
            row.append(f"{cells[split, model, 'rmse_points']:.1f} ({inside})")
        body.append(row)
    return table(("figures", *MODELS), body)


def _ablations(kept: dict[str, Any]) -> str:
    rows: dict[str, list[object]] = {}
    for each in kept["ablations"]:
        words = f"{each['change']:+.2f} ± {each['se']:.2f}"
        rows.setdefault(each["title"], [each["title"]]).append(words)
        if each["figures"] != "training":
            rows[each["title"]].append(each["patterns_lost"] or "none")
    head = ("change", "fitted figures", "held out", "patterns that most runs lose")
    return table(head, rows.values())


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
