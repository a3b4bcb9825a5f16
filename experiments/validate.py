"""``allegiance validate``: the model and four rivals on figures that were not fitted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.ablation import ablations, worth
from calibration.error_model import ErrorModel
from calibration.patterns import PATTERNS, accepted
from calibration.splits import Split, subset
from calibration.validation import Scored, bands, score_split, summary_rows, verdicts
from experiments.errors import Interrupted
from experiments.store import write_table
from experiments.validating import Ensemble, Study, ValidateSettings, study_of

N_HEAD_SPLITS = ("time", "holdout", "negative_control", "revolt", "place")


def main(settings: ValidateSettings, output_dir: Path) -> int:
    """Score the model and four rivals on the registered splits, and write tables.

    Splits that leave out training figures refit the posterior from the bank of the
    calibration; only the posterior's own runs are new.
    """
    study = study_of(settings)
    options = settings.validate
    try:
        scored, facts, whole = _all_splits(study, settings)
        tables = {
            "scores": _value_rows(scored),
            "observations": _observation_rows(scored),
            "summary": _columns(summary_rows(scored, options.bootstrap, settings.seed)),
            "patterns": _pattern_rows(whole, study.at_medians(whole)),
            "bands": _band_rows(study, whole, settings.seed),
        }
        if options.ablations:
            tables["ablations"] = _ablation_rows(study, whole, settings)
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"Finished simulations of the banks are kept in {options.bank}; runs of the "
            "posterior are not."
        ) from error
    for name, columns in tables.items():
        write_table(output_dir / f"{name}.parquet", columns)
    titles = {split.name: split.title for split in study.registry.splits}
    rows = summary_rows(scored, options.bootstrap, settings.seed)
    shown = whole.shown
    lines = verdicts([row for row in rows if row["split"] != "in_sample"], titles)
    report = {
        "verdicts": lines,
        "splits_sha256": study.registry.sha256,
        "posterior": study.posterior_name,
        "draws": options.n_draws,
        "titles": titles,
        "facts": facts,
        "patterns": {p: float(s) for p, s in zip(PATTERNS, shown.mean(axis=0), strict=True)},
        "accepted_runs": float(accepted(shown).mean()),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    (output_dir / "validation.json").write_text(text, encoding="utf-8")
    for line in [*lines, *_closing(report, tables["bands"], output_dir)]:
        print(line)
    return 0


def _all_splits(
    study: Study, settings: ValidateSettings
) -> tuple[list[Scored], dict[str, Any], Ensemble]:
    """Score every split; splits with the same training figures share their forecasts."""
    scored: list[Scored] = []
    facts: dict[str, Any] = {}
    held: dict[bytes, Any] = {}
    whole = study.ensemble(None)
    parties = tuple(name for name, party in settings.model.party.items() if party.modelled)
    for split in study.registry.splits:
        key = split.fitted.tobytes()
        if key not in held:
            held = {key: _forecasts(study, split, whole)}
        forecasts, said = held[key]
        facts[split.name] = said
        scored += score_split(
            split.name, study.operators, split.scored, forecasts, settings.seed, parties
        )
    return scored, facts, whole


def _forecasts(
    study: Study, split: Split, whole: Ensemble
) -> tuple[list[tuple[str, NDArray[np.float64], ErrorModel]], dict[str, Any]]:
    """Return the forecasts of the model and its rivals that see the figures of a split."""
    study.say(f"{split.title}: fitting to {int(split.fitted.sum())} figures")
    everything = bool((split.fitted == study.trained).all())
    own = whole if everything else study.ensemble(split.fitted)
    rivals = study.rivals(subset(study.operators, split.fitted), own.error_model)
    return (
        [
            ("model", own.predictions, own.error_model),
            *((rival.name, rival.predictions, rival.error_model) for rival in rivals),
        ],
        {rival.name: rival.facts for rival in rivals},
    )


def _columns(rows: list[dict[str, str | float]]) -> dict[str, NDArray[Any]]:
    names = list(rows[0]) if rows else []
    return {name: np.array([row[name] for row in rows]) for name in names}


def _value_rows(scored: list[Scored]) -> dict[str, NDArray[Any]]:
    """Return one row for each value, with its posterior predictive intervals."""
    return _columns(
        [
            {
                "split": each.split,
                "model": each.model,
                "observation": score.operator.id,
                "role": score.operator.observation.role,
                "body_type": score.operator.observation.body_type,
                "date_os": score.operator.observation.date_os,
                "label": value.label,
                "unit": value.unit,
                "documented": value.documented,
                "predicted": value.predicted,
                "low_50": value.low[0],
                "high_50": value.high[0],
                "low_90": value.low[1],
                "high_90": value.high[1],
                "pit": value.pit,
                "crps": value.crps,
            }
            for each in scored
            for score in each.scores
            for value in score.values
        ]
    )


def _observation_rows(scored: list[Scored]) -> dict[str, NDArray[Any]]:
    return _columns(
        [
            {
                "split": each.split,
                "model": each.model,
                "observation": score.operator.id,
                "role": score.operator.observation.role,
                "weight": score.operator.weight,
                "log_score": score.log_score,
                "energy_score": score.energy_score,
            }
            for each in scored
            for score in each.scores
        ]
    )


def _pattern_rows(whole: Ensemble, at_medians: Ensemble) -> dict[str, NDArray[Any]]:
    share = whole.shown.mean(axis=0)
    return {
        "pattern": np.array(list(PATTERNS)),
        "meaning": np.array(list(PATTERNS.values())),
        "share_of_runs": share,
        "share_of_runs_at_medians": at_medians.shown.mean(axis=0),
        "passes": (share > 0.5).astype(np.int32),
    }


def _band_rows(study: Study, whole: Ensemble, seed: int) -> dict[str, NDArray[Any]]:
    rows: list[dict[str, str | float]] = []
    for name, keep in (("training", study.trained), ("all", np.ones_like(study.trained))):
        found = bands(
            subset(study.operators, keep), study.part(whole, keep), whole.error_model, seed
        )
        documented, ideal = found.all_at_once
        rows.append(
            {
                "figures": name,
                "values": float(found.n_values),
                "runs_inside_all": documented,
                "runs_inside_all_if_perfect": ideal,
                "values_inside": float(found.inside.mean()),
                "values_inside_if_perfect": float(found.ideal.mean()),
                "best_run_inside": float(found.inside.max()),
            }
        )
    return _columns(rows)


def _ablation_rows(
    study: Study, whole: Ensemble, settings: ValidateSettings
) -> dict[str, NDArray[Any]]:
    """Run the model without each mechanism, at the same parameters and seeds."""
    roles = [o.observation.role for o in study.operators.operators]
    groups = {
        "training": study.trained,
        "holdout": np.array([role == "holdout" for role in roles]),
    }
    before = whole.shown.mean(axis=0)
    rows: list[dict[str, str | float]] = []
    for ablation in ablations():
        study.say(ablation.title)
        changed = study.simulate(ablation.values(whole.values), ablation.settings(settings.model))
        after = changed.shown.mean(axis=0)
        lost = [
            name for name, old, new in zip(PATTERNS, before, after, strict=True) if old > 0.5 >= new
        ]
        for figures, keep in groups.items():
            found = worth(
                study.operators, keep, study.trained, whole.predictions, changed.predictions,
                whole.error_model,
            )  # fmt: skip
            rows.append(
                {
                    "ablation": ablation.name,
                    "title": ablation.title,
                    "figures": figures,
                    "change": found.change,
                    "se": found.se,
                    "reweighted": found.reweighted,
                    "effective_runs": found.effective_runs,
                    "patterns_lost": " ".join(lost),
                }
            )
    return _columns(rows)


def _closing(report: dict[str, Any], table: dict[str, NDArray[Any]], folder: Path) -> list[str]:
    shares = ", ".join(f"{name} {100 * s:.0f} %" for name, s in report["patterns"].items())
    return [
        f"patterns shown by runs of the posterior: {shares}",
        f"runs with at least eight patterns and all of P1-P3: "
        f"{100 * report['accepted_runs']:.0f} %",
        f"runs inside all 90 % bands of the training figures at once: "
        f"{100 * table['runs_inside_all'][0]:.1f} % (a perfect model: "
        f"{100 * table['runs_inside_all_if_perfect'][0]:.1f} %)",
        f"splits registered as {report['splits_sha256'][:12]}; results in {folder}",
    ]
