"""Rates whose events a few clusters hold: how unequal clusters are, and limits that allow for those not drawn.

Where correlation is strong and events are rare, most samples miss the clusters that have most of the events: both the
rate and its variance are then too low, and no t quantile repairs that. How unequal clusters are shows even so, in those
that have hardly any. If the rates of clusters follow a gamma law of shape k, the rate of a group in G effective
clusters follows one of shape k G about, so its limits are those of a gamma mean (docs/decisions/0015).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.counts import Pairs
from testbed.statistics.intervals import enough

Array = NDArray[np.float64]

SHAPES = np.geomspace(0.005, 50, 24)
"""Shapes that are tried; at the last clusters are as good as alike."""
MOST_UNITS = 500
"""Effective clusters above which no shape is sought: then the variance by cluster is known well enough."""


def gamma_shapes(pairs: Pairs, value: Array, n: NDArray[np.number], units: Array, spread: Array) -> Array:
    """The shape of the gamma law of each group's rate, or of 1 less the rate if that is smaller; infinite where alike.

    pairs: events and trials by cluster and group. n: people. spread: variance by cluster over that of people alone; at
    most 1, clusters are taken as alike. The shape of clusters is the likeliest of `SHAPES` if events are Poisson given
    the rate of the cluster (negative binomial).
    """
    from scipy.special import gammaln

    made = np.full(len(value), np.inf)
    asked = (spread > 1) & enough(units) & (units <= MOST_UNITS)
    if not asked.any():
        return made
    kept = asked[pairs.group] & (pairs.sums[:, 1] > 0)
    group, sums = pairs.group[kept], pairs.sums[kept].astype(float)
    trials = np.bincount(group, sums[:, 1], minlength=len(value))
    scale = np.divide(n, trials, out=np.ones(len(value)), where=trials > 0)[group]
    events = scale * np.where(value[group] <= 0.5, sums[:, 0], sums[:, 1] - sums[:, 0])
    mean = np.minimum(value, 1 - value)[group] * scale * sums[:, 1]
    best = np.full(len(value), -np.inf)
    for shape in SHAPES:
        each = gammaln(events + shape) - gammaln(shape) - (events + shape) * np.log(shape + mean)
        likelihood = np.bincount(group, each + shape * np.log(shape) + events * np.log(mean), minlength=len(value))
        made = np.where(asked & (likelihood > best), shape * units, made)
        best = np.maximum(best, likelihood)
    return np.where(asked & (made < SHAPES[-1] * units), made, np.inf)


def opened(
    value: Array, n: NDArray[np.number], shape: Array, limits: tuple[Array, Array], alpha: float
) -> tuple[Array, Array]:
    """The wider ends of these limits of rates and of those of a gamma mean of this shape, with Poisson events.

    >>> one = np.ones(1)
    >>> ends = opened(0.02 * one, 1000 * one, 3 * one, (0.015 * one, 0.025 * one), 0.05)
    >>> [end.round(3).tolist() for end in ends]
    [[0.008], [0.116]]
    """
    from scipy.special import gammaincinv

    some = np.isfinite(shape)
    if not some.any():
        return limits
    people = np.asarray(n, float)[some]
    rare = np.minimum(value, 1 - value)[some]
    events = rare * people + 0.5
    whole = 1 / (1 / shape[some] + 1 / events)
    low = rare * whole / gammaincinv(whole, 1 - alpha / 2)
    high = np.minimum(events / people * whole / gammaincinv(whole, alpha / 2), 1.0)
    turned = value[some] > 0.5
    ends = np.where(turned, 1 - high, low), np.where(turned, 1 - low, high)
    made = limits[0].copy(), limits[1].copy()
    made[0][some], made[1][some] = np.minimum(made[0][some], ends[0]), np.maximum(made[1][some], ends[1])
    return made
