"""Tables of a comparison. Shares lie in 0 to 1; effects are other world less baseline."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.comparing.effects import Effect, credible_from, is_prior_driven, pairing_factor
from experiments.comparing.settings import Comparison
from experiments.comparing.twins import NEVER, Audit, Twins
from experiments.comparing.worlds import Labels
from sim.calendar_os import N_DAYS, day_of, old_style

Columns = dict[str, NDArray[Any]]
LEVEL_NAMES = ("low90", "low50", "median", "high50", "high90")


def effect_table(effect: Effect, base: NDArray[np.float64], labels: Labels) -> Columns:
    """Return the effect on every series and party, day by day.

    Parameters
    ----------
    effect : Effect
        From :func:`~experiments.comparing.effects.summarise`.
    base : ndarray of float64, shape (n_days, n_series, n_parties)
        Median share in the baseline.
    labels : Labels
        Names.

    Returns
    -------
    dict of str to ndarray
        A row for each series, party and day; series without seats on a day are left out.
    """
    day, series, party = (a.ravel() for a in np.indices(base.shape))
    there = ~np.isnan(effect.quantiles[2]).ravel()
    kinds = np.array(["place"] * len(labels.constituencies) + ["body"] * len(labels.bodies))
    columns: Columns = {
        "kind": kinds[series],
        "series": np.array(labels.series, dtype=object)[series],
        "party": np.array(labels.parties, dtype=object)[party],
        "day": day,
        "date": np.array([old_style(d) for d in range(len(base))], dtype=object)[day],
        "baseline": base.ravel(),
        **{
            name: effect.quantiles[i].ravel() for i, name in enumerate(LEVEL_NAMES)
        },
        "mean": effect.mean.ravel(),
        "sd_parameters": effect.sd_parameters.ravel(),
        "sd_seeds": effect.sd_seeds.ravel(),
    }  # fmt: skip
    return {name: values[there] for name, values in columns.items()}


def summary_table(
    effect: Effect,
    prior: Effect | None,
    base: NDArray[np.float64],
    labels: Labels,
    compare: Comparison,
    source: str,
) -> Columns:
    """Return, for each series, party and date asked for, the effect and what is behind it.

    Parameters
    ----------
    effect, prior : Effect
        Under the parameters used, and under the prior alone if that was run.
    base : ndarray of float64, shape (n_days, n_series, n_parties)
        Median share in the baseline.
    labels : Labels
        Names.
    compare : Comparison
        Dates and criteria.
    source : str
        ``medians``, ``prior`` or ``posterior``.

    Returns
    -------
    dict of str to ndarray
        ``credible_from`` is empty if the effect never is; ``learnt`` says ``prior-driven``,
        ``from the figures`` or, without a posterior, ``one parameter set``.
    """
    rows: dict[str, list[Any]] = {}
    for s, series in enumerate(labels.series):
        for k, party in enumerate(labels.parties):
            low, high = effect.quantiles[0, :, s, k], effect.quantiles[-1, :, s, k]
            first = credible_from(low, high, compare.stays_days)
            for date in compare.dates:
                day = day_of(date)
                if np.isnan(low[day]):
                    continue
                row = {
                    "series": series,
                    "party": party,
                    "date": date,
                    "baseline": float(base[day, s, k]),
                    **{n: float(effect.quantiles[i, day, s, k]) for i, n in enumerate(LEVEL_NAMES)},
                    "sd_parameters": float(effect.sd_parameters[day, s, k]),
                    "sd_seeds": float(effect.sd_seeds[day, s, k]),
                    "credible_from": "" if first is None else old_style(first),
                    "learnt": learnt(effect, prior, (day, s, k), compare, source),
                }
                for name in LEVEL_NAMES:
                    i = LEVEL_NAMES.index(name)
                    row[f"prior_{name}"] = (
                        np.nan if prior is None else float(prior.quantiles[i, day, s, k])
                    )
                for name, value in row.items():
                    rows.setdefault(name, []).append(value)
    return {name: _column(values) for name, values in rows.items()}


def learnt(
    effect: Effect,
    prior: Effect | None,
    where: tuple[int, int, int],
    compare: Comparison,
    source: str,
) -> str:
    """Say whether the figures taught anything about an effect."""
    if source == "medians":
        return "one parameter set"
    if source == "prior":
        return "prior-driven"
    if prior is None:
        return "not compared with the prior"
    ours, theirs = (each.quantiles[(slice(None), *where)] for each in (effect, prior))
    driven = bool(is_prior_driven(ours, theirs, compare.prior_shift, compare.prior_contraction))
    return "prior-driven" if driven else "from the figures"


def votes_table(
    base: dict[str, NDArray[np.float64]], other: dict[str, NDArray[np.float64]]
) -> Columns:
    """Return the effect on each dated vote that takes place in both worlds."""
    names = [name for name in base if name in other]
    columns: Columns = {"vote": np.array(names, dtype=object)}
    columns["baseline"] = np.array([np.median(base[name]) for name in names])
    quantiles = [np.quantile(other[n] - base[n], (0.05, 0.25, 0.5, 0.75, 0.95)) for n in names]
    for i, level in enumerate(LEVEL_NAMES):
        columns[level] = np.array([each[i] for each in quantiles])
    return columns


def flows_table(twins: list[Twins], labels: Labels, date: str) -> Columns:
    """Return people by allegiance in both worlds, mean and spread over the pairs."""
    flows = np.stack([each.flows for each in twins])
    c, a, b = (axis.ravel() for axis in np.indices(flows.shape[1:]))
    names = np.array(labels.constituencies[:-1], dtype=object)
    parties = np.array(labels.parties, dtype=object)
    spread = flows.std(axis=0, ddof=1) if len(twins) > 1 else np.full(flows.shape[1:], np.nan)
    return {
        "constituency": names[c],
        "baseline_party": parties[a],
        "other_party": parties[b],
        "date": np.full(len(c), date, dtype=object),
        "people": flows.mean(axis=0).ravel(),
        "sd_people": spread.ravel(),
    }


def audit_table(audit: Audit, labels: Labels) -> Columns:
    """Return what the pairs showed about shared luck, by constituency."""
    first = audit.first_difference
    return {
        "constituency": np.array(labels.constituencies[:-1], dtype=object),
        "reached_from": np.array([_date(day) for day in audit.reach.from_day], dtype=object),
        "first_difference": np.array([_date(day) for day in first], dtype=object),
        "share_ever_different": audit.ever_different,
        "identical_until_reached": (
            (first == NEVER) | (first >= audit.reach.from_day)
        ).astype(np.int64),
    }  # fmt: skip


def pairing_table(
    base: NDArray[np.float32],
    other: NDArray[np.float32],
    draws: NDArray[np.int64],
    labels: Labels,
    compare: Comparison,
) -> Columns:
    """Return the variance of unpaired over that of paired differences, for one party."""
    k = labels.parties.index(compare.party)
    rows: dict[str, list[Any]] = {}
    for date in compare.dates:
        day = day_of(date)
        everything, luck = pairing_factor(
            base[:, day, :, k].astype(np.float64), other[:, day, :, k].astype(np.float64), draws
        )
        for s, series in enumerate(labels.series):
            if not np.isnan(everything[s]):
                rows.setdefault("series", []).append(series)
                rows.setdefault("date", []).append(date)
                rows.setdefault("factor", []).append(float(everything[s]))
                rows.setdefault("factor_luck", []).append(float(luck[s]))
    names = ("series", "date", "factor", "factor_luck")
    return {name: _column(rows.get(name, [])) for name in names}


def _date(day: int) -> str:
    return "" if day in (NEVER, N_DAYS) else old_style(int(day))


def _column(values: list[Any]) -> NDArray[Any]:
    if values and isinstance(values[0], str):
        return np.array(values, dtype=object)
    return np.array(values, dtype=np.float64)
