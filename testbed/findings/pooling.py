"""Pooled rows over several seeds of one scenario: the mean with a t interval."""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from testbed.statistics import ALPHA, FEWEST_CLUSTERS, clopper_pearson

POOLED = -1
"""The seed of a row over several seeds."""

KEY = ["scenario", "model", "measure", "harm", "split", "group", "versus", "unit"]
DERIVED = ("_p", "_p_holm", "_p_bh", "_detectable", "_four_fifths", "_equivalent")
"""Suffixes of rows that judge a single seed; a mean of them would have no meaning."""
SIGNED = ("_gap", "_net", "_effect")
"""Suffixes of rates that are differences, from -1 to 1, also where no group is named that they are compared with."""
ENDLESS = "lawful_conduct_suppressed"
"""A measure whose unit is a rate, but which has no least value: 1 less a ratio."""


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
    if " - " in str(row["model"]):  # a paired comparison: the difference of two such values
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
    """Return one row per quantity over the seeds: the mean, its 95 % interval with t(K-1), and the sum of n.

    A quantity that is undefined for any seed is NaN; its why says for how many. A quantity that is the same in every
    seed is exact if it is exact in each; else a rate has the limits of what ten seeds or more cannot rule out
    (`unseen`), and others have none. A quantity without an interval in any seed, since it rests on fewer than ten
    clusters, needs ten seeds for one. Signed differences get a `_p` row: the t test that the mean over seeds is 0.
    There are no rows for fewer than two seeds.
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
        row, p = _mean(part, seeds)
        rows.append({**shared, **row, "seed": POOLED})
        if p is not None and shared["versus"]:
            value, why = p
            test = {
                "measure": f"{name}_p{bracket}{inside}",
                "unit": "p",
                "value": value,
                "low": math.nan,
                "high": math.nan,
            }
            if not name.endswith(("_ratio", "_net")):
                rows.append({**rows[-1], **test, "why": why})
    return rows


def _mean(part: pd.DataFrame, seeds: int) -> tuple[dict[str, Any], tuple[float, str] | None]:
    """Return the pooled numbers, and the p value of a mean of 0 with its why; None if there is no mean."""
    values = part["value"].to_numpy(np.float64)
    n = int(part["n"].sum())
    missing = int(np.isnan(values).sum()) + seeds - len(values)
    if missing:
        why = next((str(text) for text in part["why"] if text), "no such row")
        return {
            "value": math.nan,
            "low": math.nan,
            "high": math.nan,
            "n": n,
            "why": f"undefined for {missing} of {seeds} seeds: {why}",
        }, None
    if not np.isfinite(values).all():
        return {"value": float(values.mean()), "low": math.nan, "high": math.nan, "n": n, "why": ""}, None
    value = math.fsum(values) / len(values)
    if (values == values[0]).all():
        value = float(values[0])
        # Equal by construction only if every seed is exact; seeds may also agree by chance.
        exact = bool((part["low"] == part["value"]).all() and (part["high"] == part["value"]).all())
        low = high = value if exact else math.nan
        if not exact and len(values) >= FEWEST_CLUSTERS:
            least, most = bounds(part.to_dict("records")[0])  # type: ignore[arg-type]
            if math.isfinite(least):
                low, high = unseen(value, least, most, len(values))
        return {"value": value, "low": low, "high": high, "n": n, "why": ""}, (math.nan, "the same in every seed")
    if len(values) < FEWEST_CLUSTERS and not (part["low"].notna() & part["high"].notna()).any():
        few = f"{len(values)} seeds, and no interval in any: {FEWEST_CLUSTERS} are needed"
        return {"value": value, "low": math.nan, "high": math.nan, "n": n, "why": ""}, (math.nan, few)
    from scipy.special import stdtr, stdtrit

    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    half = float(stdtrit(len(values) - 1, 0.975)) * error
    p = 2 * float(stdtr(len(values) - 1, -abs(value) / error))
    return {"value": value, "low": value - half, "high": value + half, "n": n, "why": ""}, (p, "")
