"""Groups compared: signed differences and ratios of pairs, and the largest difference over many groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.statistics import intervals
from testbed.statistics.clusters import cross_products
from testbed.statistics.counts import Pairs
from testbed.statistics.estimates import Estimates

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CANDIDATES = 64
"""Pairs of sparse counts that get an exact test where there are more of them."""


def differences(made: Estimates, g: Index, r: Index, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
    """Limits of value[g] - value[r] for arrays of group indices.

    Independent groups: Newcombe on the limits of each. Groups that share clusters: influence values
    summed by cluster, t(G-1), G the clusters of the group that has fewer. A 0/1 rate, or an AUC,
    that is exactly 0 or 1 has no influence variance of its own, so pairs with one keep to Newcombe on
    the clustered limits; so do two means without spread, whose limits are those of their bounds. Paired shares:
    around their adjusted difference.
    """
    gap = made.value[g] - made.value[r]
    if made.exact:
        return gap, gap
    if made.center is not None:
        half = intervals.quantile(alpha, shared_freedom(made, g, r)) * standard_errors(made, g, r)
        return made.center[g] - made.center[r] - half, made.center[g] - made.center[r] + half
    low, high = made.limits(alpha)
    mover = intervals.newcombe(made.value[g], (low[g], high[g]), made.value[r], (low[r], high[r]))
    if made.covariance is None:
        return mover
    error = standard_errors(made, g, r)
    half = intervals.quantile(alpha, shared_freedom(made, g, r)) * np.where(error > 0, error, np.nan)
    edge = (made.error[g] == 0) | (made.error[r] == 0)
    if not made.binary and made.matched is None:
        edge = (made.error[g] == 0) & (made.error[r] == 0)
    return np.where(edge, mover[0], gap - half), np.where(edge, mover[1], gap + half)


def shared_freedom(made: Estimates, g: Index, r: Index) -> Array:
    """Degrees of freedom of a comparison: units less one of the group with fewer.

    Where the tails of influences leave either standard error fewer, Satterthwaite's (1946) of the sum of both
    variances, if that is less.
    """
    freedom = made.freedom()
    least = np.minimum(made.units[g], made.units[r]) - 1
    least = np.where(np.isnan(freedom[g] + freedom[r]), np.nan, least)
    if made.tail is None:
        return least
    square = made.error[g] ** 2, made.error[r] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        joint = (square[0] + square[1]) ** 2 / (square[0] ** 2 / freedom[g] + square[1] ** 2 / freedom[r])
    return np.fmin(least, np.where(np.isnan(least), np.nan, joint))


def standard_errors(made: Estimates, g: Index, r: Index) -> Array:
    """Standard errors of value[g] - value[r]."""
    variance = made.error[g] ** 2 + made.error[r] ** 2
    if made.covariance is not None:
        variance = variance - 2 * made.covariance[g, r]
    return np.sqrt(np.maximum(variance, 0.0))


def ratios(made: Estimates, g: Index, r: Index, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
    """Limits of value[g] / value[r] for values of at least 0; NaN where value[r] is 0.

    Plain counts: Koopman's score limits. Clustered or weighted: MOVER-R on the limits of each, with the
    correlation that shared clusters give.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(made.value[r] > 0, made.value[g] / made.value[r], np.nan)
    if made.exact:
        return ratio, ratio
    if made.events is not None and made.trials is not None:
        x, n = made.events, made.trials
        low, high = intervals.koopman(x[g], n[g], x[r], n[r], alpha)
    else:
        limits = made.limits(alpha)
        correlation: Array | float = 0.0
        if made.covariance is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                correlation = np.nan_to_num(made.covariance[g, r] / (made.error[g] * made.error[r]))
        low, high = intervals.mover_ratio(
            made.value[g],
            (np.maximum(limits[0][g], 0.0), limits[1][g]),
            made.value[r],
            (np.maximum(limits[0][r], 0.0), limits[1][r]),
            correlation,
        )
    missing = np.isnan(ratio)
    return np.where(missing, np.nan, low), np.where(missing, np.nan, high)


def p_values(made: Estimates, g: Index, r: Index) -> Array:
    """Two-sided p that value[g] equals value[r]: Fisher's exact test for plain counts, else t on the difference.

    A 0/1 rate with no spread of its own is tested with the pooled rate and the effective numbers. NaN where
    there are too few clusters, or two unequal values without any spread.
    """
    gap, error = made.middle[g] - made.middle[r], standard_errors(made, g, r)
    if made.exact:
        return np.where((gap == 0) & made.alike, 1.0, np.nan)
    if made.events is not None and made.trials is not None:
        return np.asarray(intervals.p_fisher(made.events[g], made.trials[g], made.events[r], made.trials[r]))
    freedom = shared_freedom(made, g, r)
    if made.binary and made.effective is not None:
        n_g, n_r = made.effective[g], made.effective[r]
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = (made.value[g] * n_g + made.value[r] * n_r) / (n_g + n_r)
            spread = np.sqrt(pooled * (1 - pooled) * (1 / n_g + 1 / n_r))
        edge = (made.error[g] == 0) | (made.error[r] == 0) | (made.covariance is None)
        error = np.where(edge, spread, error)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(gap == 0, 0.0, np.where(error > 0, gap / error, np.nan))
    return intervals.two_sided(statistic, freedom)


def detectable(made: Estimates, g: Index, r: Index, power: float = 0.8) -> Array:
    """The smallest difference that would be found with 80 % power: from effective n and the pooled rate.

    Not from the difference that was seen (Hoenig and Heisey 2001). NaN for what is not
    a 0/1 rate and where the pooled rate is 0 or 1.
    """
    if not made.binary or made.effective is None or made.exact:
        return np.full(len(g), np.nan)
    n_g, n_r = made.effective[g], made.effective[r]
    freedom = shared_freedom(made, g, r)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (made.value[g] * n_g + made.value[r] * n_r) / (n_g + n_r)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n_g + 1 / n_r))
    found = (intervals.quantile(intervals.ALPHA, freedom) + intervals.quantile(2 * (1 - power), freedom)) * spread
    return np.where(spread > 0, found, np.nan)


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
        least.append(math.nan if np.isnan(p).any() else intervals.p_range(float(p.min()), groups))
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
    level = intervals.range_level(groups, alpha)
    g, r = np.nonzero(~np.eye(groups, dtype=bool))
    if kind == "difference":
        low, high = differences(made, g, r, level)[0].max(), differences(made, g, r, alpha)[1].max()
        return value, float(np.maximum(low, 0.0)), float(high)
    some = made.value[r] > 0
    g, r = g[some], r[some]
    # A pair whose second rate is 0 has the ratio's reciprocal among the pairs, with the limits the other way up.
    high, low = ratios(made, g, r, level)[1].min(), ratios(made, g, r, alpha)[0].min()
    return value, float(low), float(np.minimum(high, 1.0))


def mean_differences(
    rates: Sequence[Estimates], g: Index, r: Index, alpha: float = intervals.ALPHA
) -> tuple[Array, Array]:
    """Limits of the mean over several quantities of value[g] - value[r] (average odds).

    Independent people: the quantities rest on different people, and MOVER for sums puts their Newcombe
    limits together. Clustered: influence values added up by cluster, t(G-1); where a rate is exactly 0
    or 1, the mean of the halves of the intervals, which no dependence between the quantities can exceed.
    """
    gap = np.mean([made.value[g] - made.value[r] for made in rates], axis=0)
    if all(made.exact for made in rates):
        return gap, gap
    if len(rates) == 1 and rates[0].center is not None:
        return differences(rates[0], g, r, alpha)
    ends = [differences(made, g, r, alpha) for made in rates]
    below = [made.value[g] - made.value[r] - low for made, (low, _) in zip(rates, ends)]
    above = [high - (made.value[g] - made.value[r]) for made, (_, high) in zip(rates, ends)]
    held = [made.influence for made in rates if made.influence is not None]
    if len(held) < len(rates):
        root = np.sqrt(np.sum(np.square([below, above]), axis=1)) / len(rates)
        return gap - root[0], gap + root[1]
    joined = Pairs(
        np.concatenate([pairs.cluster for pairs in held]),
        np.concatenate([pairs.group for pairs in held]),
        np.concatenate([pairs.sums for pairs in held]) / len(rates),
    )
    square = cross_products(joined, len(rates[0].levels))
    freedom = np.min([shared_freedom(made, g, r) for made in rates], axis=0)
    units = np.min([np.minimum(made.units[g], made.units[r]) for made in rates], axis=0)
    stretch = np.divide(units, units - 1, out=np.full(np.shape(units), np.nan), where=units > 1)
    variance = (square[g, g] + square[r, r] - 2 * square[g, r]) * stretch
    half = intervals.quantile(alpha, freedom) * np.sqrt(np.maximum(variance, 0.0))
    edge = np.any([made.binary & ((made.error[g] == 0) | (made.error[r] == 0)) for made in rates], axis=0)
    low = np.where(edge, np.mean(below, axis=0), half)
    high = np.where(edge, np.mean(above, axis=0), half)
    return gap - low, gap + high
