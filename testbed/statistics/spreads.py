"""All groups of a split compared at once: the largest difference, or the smallest ratio, over their pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.statistics import intervals, significance
from testbed.statistics.comparisons import differences, p_values, ratios
from testbed.statistics.estimates import Estimates

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CANDIDATES = 64
"""Pairs of sparse counts that get an exact test where there are more of them."""


@dataclass(frozen=True)
class Spread:
    """A comparison over all groups: value with interval, the people of the smallest group, why it is NaN.

    p: that all groups are equal, family-wise over all their pairs and over the quantities.
    """

    value: float
    low: float
    high: float
    n: int
    why: str = ""
    p: float = math.nan


def across(rates: Sequence[Estimates], kind: str) -> tuple[Spread, Spread | None]:
    """The symmetric comparison of all groups, and the one of the groups that have a value if some have none.

    kind "difference": largest minus smallest; "ratio": smallest over largest. Over several quantities
    the worse of them, with Bonferroni limits. One group: 0 and 1. A group without a value makes the
    comparison NaN; its `why` names the groups left out.
    """
    defined = np.all([~np.isnan(made.value) for made in rates], axis=0)
    first = rates[0]
    if defined.all():
        return _over(rates, kind), None
    why = []
    for place in np.flatnonzero(~defined):
        texts = [made.why[place] for made in rates if made.why[place]]
        why.append(f"{first.levels[place]} ({'; '.join(dict.fromkeys(texts))})")
    smallest = min(int(made.n.min()) for made in rates) if len(defined) else 0
    left_out = Spread(math.nan, math.nan, math.nan, smallest, f"left out: {', '.join(why) or 'every group'}")
    kept = [made.only(defined) for made in rates]
    if defined.sum() < 2:
        few = "fewer than two groups have a value"
        n = min(int(made.n.min()) for made in kept) if defined.any() else 0
        return left_out, Spread(math.nan, math.nan, math.nan, n, few)
    return left_out, _over(kept, kind)


def _over(rates: Sequence[Estimates], kind: str) -> Spread:
    n = min(int(made.n.min()) for made in rates)
    found = [_one(made, kind, intervals.ALPHA / len(rates)) for made in rates]
    values = [value for value, _, _ in found]
    if any(math.isnan(value) for value in values):
        return Spread(math.nan, math.nan, math.nan, n, "the rate is 0 in every group")
    worse = np.max if kind == "difference" else np.min
    value, low, high = (float(worse(column)) for column in zip(*found))
    return Spread(value, low, high, n, p=_p_of_all(rates))


def _p_of_all(rates: Sequence[Estimates]) -> float:
    """p that no group differs in any quantity: the range over groups, Bonferroni over quantities.

    It goes with the low limit: that is above 0 where this is under 0.05, up to what separates the pairs' tests
    from their intervals. NaN where a pair cannot be tested.
    """
    least = []
    for made in rates:
        groups = len(made.value)
        if groups < 2:
            return math.nan
        g, r = np.triu_indices(groups, 1)
        p = _pooled_p(made, g, r)
        least.append(math.nan if np.isnan(p).any() else significance.p_range(float(p.min()), groups))
    return min(1.0, len(least) * float(np.min(least)))


def _pooled_p(made: Estimates, g: Index, r: Index) -> Array:
    """The p of each pair when all groups are equal.

    More than two groups of plain counts, each with five expected events and non-events: the score test with the rate
    pooled over all of them, which is exact in large samples (Fisher's test, pair by pair, is under its level). Else the
    pair's own test.
    """
    if made.events is not None and made.trials is not None and len(made.value) > 2 and not made.exact:
        rate = float(made.events.sum() / made.trials.sum())
        if min(rate, 1 - rate) * float(made.trials.min()) >= intervals.FEW_EVENTS:
            spread = np.sqrt(rate * (1 - rate) * (1 / made.trials[g] + 1 / made.trials[r]))
            return intervals.two_sided((made.value[g] - made.value[r]) / spread)
        if len(g) > CANDIDATES:
            # The smallest exact p is among the pairs that are furthest apart; any other would only be larger.
            x, n = made.events, made.trials
            both = (x[g] + x[r]) / (n[g] + n[r])
            with np.errstate(divide="ignore", invalid="ignore"):
                far = np.abs(made.value[g] - made.value[r]) / np.sqrt(both * (1 - both) * (1 / n[g] + 1 / n[r]))
            some = np.argsort(-np.nan_to_num(far), kind="stable")[:CANDIDATES]
            g, r = g[some], r[some]
    return p_values(made, g, r)


def _one(made: Estimates, kind: str, alpha: float) -> tuple[float, float, float]:
    """Value and limits of the largest difference (smallest ratio) of one quantity over its groups.

    Differences: low is the greatest pairwise low at the studentized-range level, at least 0; high the
    greatest pairwise high at the plain level (after Agresti et al. 2008). Ratios: the same on logs.
    """
    groups = len(made.value)
    top, bottom = float(made.value.max()), float(made.value.min())
    if kind == "ratio" and top == 0:
        return math.nan, math.nan, math.nan
    value = top - bottom if kind == "difference" else bottom / top
    if groups == 1 or made.exact:
        return (value, value, value)
    level = significance.range_level(groups, alpha)
    g, r = np.nonzero(~np.eye(groups, dtype=bool))
    if kind == "difference":
        low, high = differences(made, g, r, level)[0].max(), differences(made, g, r, alpha)[1].max()
        return value, float(np.maximum(low, 0.0)), float(high)
    some = made.value[r] > 0
    g, r = g[some], r[some]
    # A pair whose second rate is 0 has the ratio's reciprocal among the pairs, with the limits the other way up.
    high, low = ratios(made, g, r, level)[1].min(), ratios(made, g, r, alpha)[0].min()
    return value, float(low), float(np.minimum(high, 1.0))
