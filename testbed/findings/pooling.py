"""Pooled rows over several seeds of one scenario: ratios of sums with a jackknife, and means, with t intervals."""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from testbed.statistics import ALPHA, FEWEST_CLUSTERS, clopper_pearson, over_seeds, quantile, two_sided

POOLED = -1
"""The seed of a row over several seeds."""

KEY = ["scenario", "model", "measure", "harm", "split", "group", "versus", "unit"]
DERIVED = ("_p", "_p_holm", "_p_bh", "_detectable", "_four_fifths", "_equivalent", "_seeds_undefined")
"""Suffixes of rows that judge a single seed; a mean of them would have no meaning."""
_CHANGE = re.compile(r"(.+)\{[^{}]*\} - \1(\{[^{}]*\})?")
NO_LIMITS = {"low": math.nan, "high": math.nan}
SIGNED = ("_gap", "_net", "_effect")
"""Suffixes of rates that are differences, from -1 to 1, also where no group is named that they are compared with."""
ENDLESS = "lawful_conduct_suppressed"
"""A measure whose unit is a rate, but which has no least value: 1 less a ratio."""


def is_change(scenario: str) -> bool:
    """Return whether a row of this scenario is the difference of one with other dials from the same without.

    >>> is_change("town{disclosure.rules=on} - town"), is_change("town{disclosure.rules=on}")
    (True, False)
    """
    return _CHANGE.fullmatch(scenario) is not None


def bounds(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the largest value that a row can have: those of its rate or difference, or infinite ones.

    >>> gap = {"model": "A", "measure": "adverse_gap", "versus": "majority", "unit": "rate", "value": 0.2}
    >>> bounds({**gap, "versus": "", "measure": "adverse_rate"}), bounds(gap), bounds({**gap, "model": "A - B"})
    ((0.0, 1.0), (-1.0, 1.0), (-2.0, 2.0))
    >>> bounds({**gap, "unit": "months"})
    (-inf, inf)
    """
    stem = str(row["measure"]).partition("[")[0]
    signed = row["versus"] or row["unit"] != "rate" or stem.endswith(SIGNED)
    least, most = -1.0 if signed else 0.0, 1.0
    if " - " in str(row["model"]) or is_change(str(row.get("scenario", ""))):  # the difference of two such values
        least, most = least - most, most - least
    held = row["unit"] in ("rate", "difference of rates") and not stem.startswith(ENDLESS)
    return (least, most) if held and least <= row["value"] <= most else (-math.inf, math.inf)


def unseen(value: float, least: float, most: float, seeds: int) -> tuple[float, float]:
    """Return 95 % limits of the mean of what was `value` in each of `seeds` seeds, and can be `least` to `most`.

    In other seeds it may differ: in a share of them up to that which Clopper and Pearson allow for none of `seeds`,
    about 3.7 / `seeds`. Each of those may be as far off as the scale has room.

    >>> [round(end, 3) for end in unseen(0.0, 0.0, 1.0, 10)]
    [0.0, 0.308]
    """
    share = float(clopper_pearson(0, seeds, ALPHA)[1])
    return value - share * (value - least), value + share * (most - value)


def pooled(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per quantity over the seeds: its value, its 95 % interval with t(K-1), and the sum of n.

    A ratio, or a difference of ratios, that carries its sums (`terms`, a column of tuples) in every seed is the ratio
    of the sums over seeds, with a jackknife over seeds (`over_seeds`). It may be undefined in some of them; then a
    `_seeds_undefined` row says in how many. Any other quantity is the mean over seeds, and NaN if it is undefined in
    one, since a mean of the others would be biased; its why says for how many.

    A quantity that is the same in every seed is exact if it is exact in each; else a rate has the limits of what ten
    seeds or more cannot rule out (`unseen`), and others have none. A quantity without an interval in any seed, since it
    rests on fewer than ten clusters, needs ten seeds for one. Signed differences get a `_p` row: the t test that the
    value over seeds is 0. There are no rows for fewer than two seeds.
    """
    seeds = findings["seed"].nunique()
    if seeds < 2:
        return []
    rows: list[dict[str, Any]] = []
    for key, part in findings.groupby(KEY, sort=False):
        shared = dict(zip(KEY, key, strict=True))
        name, bracket, inside = str(shared["measure"]).partition("[")
        if name.endswith(DERIVED):
            continue
        row, p = _over(part, seeds)
        rows.append({**shared, **row, "seed": POOLED})
        if p is not None and shared["versus"] and not name.endswith("_ratio"):
            value, why = p
            test = {"measure": f"{name}_p{bracket}{inside}", "unit": "p", "value": value, **NO_LIMITS, "why": why}
            rows.append({**rows[-1], **test})
        missing = int(part["value"].isna().sum())
        if missing and not math.isnan(row["value"]):
            told = dict.fromkeys(("value", "low", "high"), float(missing))
            place = {**shared, "measure": f"{name}_seeds_undefined{bracket}{inside}", "unit": "seeds"}
            rows.append({**place, **told, "n": seeds, "why": "", "seed": POOLED})
    return rows


def _over(part: pd.DataFrame, seeds: int) -> tuple[dict[str, Any], tuple[float, str] | None]:
    """Return the pooled numbers, and the p value of 0 with its why; None if there is no such test."""
    values, n = part["value"].to_numpy(np.float64), int(part["n"].sum())
    terms = part["terms"].tolist() if "terms" in part and len(part) == seeds else []
    defined = values[~np.isnan(values)]
    missing = seeds - len(defined)
    if missing and (not terms or not all(terms)):
        why = next((str(text) for text in part["why"] if text), "no such row")
        return {"value": math.nan, **NO_LIMITS, "n": n, "why": f"undefined for {missing} of {seeds} seeds: {why}"}, None
    if not np.isfinite(defined).all():
        return {"value": float(defined.mean()), **NO_LIMITS, "n": n, "why": ""}, None
    if terms and all(terms):
        made = over_seeds(terms, [seeds])
        value, low, high = (float(one[0]) for one in (made.value, made.low, made.high))
        error, freedom = float(made.error[0]), float(made.freedom[0])
        if math.isnan(value):
            why = next((str(text) for text in part["why"] if text), "a denominator is 0 in every seed")
            return {
                "value": value,
                **NO_LIMITS,
                "n": n,
                "why": f"undefined for {missing} of {seeds} seeds: {why}",
            }, None
    else:
        value, freedom = math.fsum(values) / seeds, seeds - 1.0
        error = float(np.std(values, ddof=1)) / math.sqrt(seeds)
        half = float(quantile(ALPHA, freedom)) * error
        low, high = value - half, value + half
    if len(defined) and (defined == defined[0]).all() and math.isclose(value, defined[0], abs_tol=1e-12):
        value = float(defined[0])
        return {"value": value, **_equal(part, len(defined)), "n": n, "why": ""}, (math.nan, "the same in every seed")
    if not freedom + 1 >= FEWEST_CLUSTERS and not (part["low"].notna() & part["high"].notna()).any():
        some = f"{seeds} seeds" if not missing else f"{len(defined)} defined of {seeds} seeds"
        few = f"{some}, and no interval in any: {FEWEST_CLUSTERS} are needed"
        return {"value": value, **NO_LIMITS, "n": n, "why": ""}, (math.nan, few)
    if not error > 0:
        return {"value": value, "low": low, "high": high, "n": n, "why": ""}, (math.nan, "seeds show no spread")
    p = float(two_sided(value / error, freedom))
    return {"value": value, "low": low, "high": high, "n": n, "why": ""}, (p, "")


def _equal(part: pd.DataFrame, seeds: int) -> dict[str, float]:
    """Return the limits of a value that is the same in every seed that has one."""
    held = part[part["value"].notna()]
    value = float(held["value"].iloc[0])
    # Equal by construction only if every seed is exact; seeds may also agree by chance.
    if bool((held["low"] == held["value"]).all() and (held["high"] == held["value"]).all()):
        return {"low": value, "high": value}
    least, most = bounds(held.to_dict("records")[0])  # type: ignore[arg-type]
    if seeds < FEWEST_CLUSTERS or not math.isfinite(least):
        return NO_LIMITS
    low, high = unseen(value, least, most, seeds)
    return {"low": low, "high": high}
