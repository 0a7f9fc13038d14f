"""Groups compared: signed differences and ratios of pairs, and the largest difference over many groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from testbed.statistics import intervals, significance
from testbed.statistics.clusters import cross_products
from testbed.statistics.counts import Pairs
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import binary_estimates

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def differences(made: Estimates, g: Index, r: Index, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
    """Limits of value[g] - value[r] for arrays of group indices.

    Independent groups: Newcombe on the limits of each. Groups that share clusters: influence values
    summed by cluster, t(G-1), G the clusters of the group that has fewer. A 0/1 rate, or an AUC,
    that is exactly 0 or 1 has no influence variance of its own, so pairs with one keep to Newcombe on
    the clustered limits; so do two means without spread, whose limits are those of their bounds. Of mean counts to
    which few units add: the wider ends of both. Paired shares: around their adjusted difference. Uneven clusters of
    rare events: as far out as the limits of both, by what the two do not share (`openings`).
    """
    gap = made.value[g] - made.value[r]
    if made.exact:
        return gap, gap
    if made.center is not None:
        half = intervals.quantile(alpha, shared_freedom(made, g, r)) * standard_errors(made, g, r)
        return made.center[g] - made.center[r] - half, made.center[g] - made.center[r] + half
    low, high = made.for_gaps.limits(alpha)
    mover = intervals.newcombe(made.value[g], (low[g], high[g]), made.value[r], (low[r], high[r]))
    if made.covariance is None:
        return mover
    error = standard_errors(made, g, r)
    half = intervals.quantile(alpha, shared_freedom(made, g, r)) * np.where(error > 0, error, np.nan)
    edge = (made.error[g] == 0) | (made.error[r] == 0)
    if not made.binary and made.matched is None:
        edge = (made.error[g] == 0) & (made.error[r] == 0)
    few = made.sparse[g] | made.sparse[r]
    down, up = (half * factor for factor in openings(made, g, r, alpha))
    low = np.where(few, np.fmin(mover[0], gap - down), gap - down)
    high = np.where(few, np.fmax(mover[1], gap + up), gap + up)
    return np.where(edge, mover[0], low), np.where(edge, mover[1], high)


def openings(made: Estimates, g: Index, r: Index, alpha: float) -> tuple[Array, Array]:
    """By what the lower and the upper half of the limits of value[g] - value[r] grow where clusters are uneven.

    The factors of both values, by their variances, for the part of these that the two values do not share.
    """
    down, up = made.opening(alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        square = made.error[g] ** 2, made.error[r] ** 2
        covariance = 0.0 if made.covariance is None else made.covariance[g, r]
        alone = 1 - np.clip(np.nan_to_num(covariance / np.sqrt(square[0] * square[1])), 0.0, 1.0)
        found = [
            np.sqrt(1 + alone * ((one**2 * square[0] + other**2 * square[1]) / (square[0] + square[1]) - 1))
            for one, other in ((down[g], up[r]), (up[g], down[r]))
        ]
    return np.nan_to_num(found[0], nan=1.0), np.nan_to_num(found[1], nan=1.0)


def openings_of(
    events: Array, trials: Array, n: NDArray[np.number], alpha: float = intervals.ALPHA
) -> tuple[float, float]:
    """By what the halves of the limits of a difference of two rates grow, from events and trials: (2, clusters) each.

    n: people of each, by Kish's number where they are weighted.
    """
    group, cluster = np.nonzero(trials)
    pairs = Pairs(cluster, group, np.stack([events[group, cluster], trials[group, cluster]], axis=1))
    whole, size = trials.sum(axis=1), np.asarray(n, float)
    levels = ("", "")
    made = binary_estimates(levels, events.sum(axis=1), whole, size, size, pairs, "", size)
    down, up = openings(made, np.array([0]), np.array([1]), alpha)
    return float(down[0]), float(up[0])


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
    return np.asarray(np.fmin(least, np.where(np.isnan(least), np.nan, joint)))


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
        return np.asarray(significance.p_fisher(made.events[g], made.trials[g], made.events[r], made.trials[r]))
    freedom = shared_freedom(made, g, r)
    if made.binary and made.effective is not None:
        edge = (made.error[g] == 0) | (made.error[r] == 0) | (made.covariance is None)
        error = np.where(edge, _pooled_errors(made, made.effective, g, r), error)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(gap == 0, 0.0, np.where(error > 0, gap / error, np.nan))
    return intervals.two_sided(statistic, freedom)


def _pooled_errors(made: Estimates, effective: Array, g: Index, r: Index) -> Array:
    """Standard errors of value[g] - value[r] if both had the pooled rate, by the effective numbers of each."""
    n_g, n_r = effective[g], effective[r]
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (made.value[g] * n_g + made.value[r] * n_r) / (n_g + n_r)
        return np.asarray(np.sqrt(pooled * (1 - pooled) * (1 / n_g + 1 / n_r)))


def detectable(made: Estimates, g: Index, r: Index, power: float = 0.8) -> Array:
    """The smallest difference that `p_values` would find at 5 % with 80 % power: from effective n and the pooled rate.

    Not from the difference that was seen (Hoenig and Heisey 2001). Groups that share clusters: the variance under the
    pooled rate times the design effect of the difference, its variance by cluster over that of two independent rates
    with these effective n; what a cluster does to both groups cancels. Plain counts: half a person of each group more,
    as Fisher's test asks (Casagrande, Pike and Smith 1978). NaN for what is not a 0/1 rate and where the pooled rate
    is 0 or 1.
    """
    if not made.binary or made.effective is None or made.exact:
        return np.full(len(g), np.nan)
    n_g, n_r = made.effective[g], made.effective[r]
    freedom, spread = shared_freedom(made, g, r), _pooled_errors(made, made.effective, g, r)
    whole: Array | float = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        if made.plain:
            whole = (1 / n_g + 1 / n_r) / 2
        if made.covariance is not None:
            alone = made.value[g] * (1 - made.value[g]) / n_g + made.value[r] * (1 - made.value[r]) / n_r
            design = standard_errors(made, g, r) / np.sqrt(alone)
            # A rate of 0 or 1 does not show what it shares: the test takes the two to be independent, too.
            edge = (made.error[g] == 0) | (made.error[r] == 0) | (design == 0)
            spread = np.where(edge, spread, spread * design)
    found = (intervals.quantile(intervals.ALPHA, freedom) + intervals.quantile(2 * (1 - power), freedom)) * spread
    return np.where(spread > 0, found + whole, np.nan)


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
    held_by = [np.bincount(pairs.group, minlength=len(rates[0].levels)) for pairs in held]
    units = np.min([np.minimum(count[g], count[r]) for count in held_by], axis=0).astype(float)
    stretch = np.divide(units, units - 1, out=np.full(np.shape(units), np.nan), where=units > 1)
    variance = (square[g, g] + square[r, r] - 2 * square[g, r]) * stretch
    half = intervals.quantile(alpha, freedom) * np.sqrt(np.maximum(variance, 0.0))
    edge = np.any([made.binary & ((made.error[g] == 0) | (made.error[r] == 0)) for made in rates], axis=0)
    wider = np.max([openings(made, g, r, alpha) for made in rates], axis=0)
    low = np.where(edge, np.mean(below, axis=0), half * wider[0])
    high = np.where(edge, np.mean(above, axis=0), half * wider[1])
    return gap - low, gap + high
