"""Pooled rows over several seeds of one scenario: the mean with a t interval."""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from testbed.statistics import FEWEST_CLUSTERS

POOLED = -1
"""The seed of a row over several seeds."""

KEY = ["scenario", "model", "measure", "harm", "split", "group", "versus", "unit"]
DERIVED = ("_p", "_p_holm", "_p_bh", "_detectable", "_four_fifths", "_equivalent")
"""Suffixes of rows that judge a single seed; a mean of them would have no meaning."""


def pooled(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per quantity over the seeds: the mean, its 95 % interval with t(K-1), and the sum of n.

    A quantity that is undefined for any seed is NaN; its why says for how many. A quantity that is the same in every
    seed has an interval only if it is exact in each. A quantity without an interval in any seed, since it rests on
    fewer than ten clusters, needs ten seeds for one. Signed differences get a `_p` row: the t test that the mean over
    seeds is 0. There are no rows for fewer than two seeds.
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
        return {"value": value, "low": low, "high": high, "n": n, "why": ""}, (math.nan, "the same in every seed")
    if len(values) < FEWEST_CLUSTERS and not (part["low"].notna() & part["high"].notna()).any():
        few = f"{len(values)} seeds, and no interval in any: {FEWEST_CLUSTERS} are needed"
        return {"value": value, "low": math.nan, "high": math.nan, "n": n, "why": ""}, (math.nan, few)
    from scipy.special import stdtr, stdtrit

    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    half = float(stdtrit(len(values) - 1, 0.975)) * error
    p = 2 * float(stdtr(len(values) - 1, -abs(value) / error))
    return {"value": value, "low": value - half, "high": value + half, "n": n, "why": ""}, (p, "")
