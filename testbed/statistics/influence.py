"""Limits of a rate, and of a difference of two, from sums by cluster."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.intervals import ALPHA, FEW_EVENTS, enough, newcombe, quantile, wilson

Floats = NDArray[np.float64]
Limits = tuple[float, float]


def summed(owner: NDArray[np.integer], clusters: int, values: NDArray[np.generic]) -> Floats:
    """Sums by cluster: float64 (clusters,)."""
    return np.bincount(owner, weights=np.asarray(values, float), minlength=clusters).astype(np.float64)


def moved(
    owner: NDArray[np.integer], clusters: int, values: NDArray[np.number] | NDArray[np.bool_], which: NDArray[np.bool_]
) -> Floats:
    """Influence of each cluster on the mean of `values` over some people, as by leaving it out: float64 (clusters,).

    The plain sum of (value - mean) / n, over the share of these people that other clusters hold: where
    a few enclaves hold most of a group, plain sums make intervals too short.
    """
    n = which.sum()
    held = summed(owner, clusters, which / n)
    plain = summed(owner, clusters, which * (values - values[which].mean()) / n)
    return np.where(held < 1, plain / np.where(held < 1, 1 - held, 1.0), 0.0)


def units_in(*owners: NDArray[np.integer]) -> float:
    """Effective clusters of the sample, or of the one of several that has fewer: 1 over the sum of squared shares.

    >>> units_in(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    1.6
    """
    return min(effective_number(np.unique(owner, return_counts=True)[1]) for owner in owners)


def effective_number(held: NDArray[np.number]) -> float:
    """Clusters of one size that would tell as much as those that hold so much each; 0 of none."""
    square = float((np.asarray(held, float) ** 2).sum())
    return float(held.sum()) ** 2 / square if square > 0 else 0.0


def around(value: float, influence: NDArray[np.number], units: float) -> Limits:
    """Limits of an estimate from the influence of each cluster, t(units - 1); NaN under 10 effective clusters."""
    if not enough(units):
        return math.nan, math.nan
    error = math.sqrt(float((influence**2).sum()) * units / (units - 1))
    half = float(quantile(ALPHA, units - 1)) * error
    return value - half, value + half


def rate_limits(rate: float, n: float, influence: Floats, units: float) -> tuple[Floats, Floats]:
    """Wilson's limits of a 0/1 rate, n reduced by cluster over binomial variance (Korn and Graubard 1998)."""
    variance, binomial = float((influence**2).sum()) * units / (units - 1), rate * (1 - rate) / n
    effective = n / max(1.0, variance / binomial) if binomial > 0 else n
    return wilson(rate, effective, quantile(ALPHA, units - 1))


def few(*counts: float) -> bool:
    """Whether any of these counts of events or non-events is under five: too few for influence values."""
    return min(counts) < FEW_EVENTS


def widened(
    limits: Limits, first: float, of_first: tuple[Floats, Floats], second: float, of_second: tuple[Floats, Floats]
) -> Limits:
    """The wider ends of these limits of first - second and of Newcombe's, from the limits of each of the two rates."""
    low, high = newcombe(first, of_first, second, of_second)
    return min(limits[0], float(low)), max(limits[1], float(high))
