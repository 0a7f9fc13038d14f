"""95 % intervals for rates, differences and ratios, for arrays of groups at once.

Every function takes the error rate `alpha` (0.05 for 95 %) rather than a quantile, because limits at
other levels are needed for the largest difference over many groups. `scipy.special` does the work;
`scipy.stats` would cost a second at import.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ALPHA = 0.05
FEWEST_CLUSTERS = 10
FEW_EVENTS = 5
FEW_AMOUNTS = 20
"""Units with something to count under which a mean count has the limits of Fay and Feuer: amounts that differ tell less
than events do."""
UNSEEN_CORRELATION = 0.02
"""The correlation inside clusters that is assumed where no cluster, or each, has the event: such data tell none."""


def enough(units: ArrayLike) -> NDArray[np.bool_]:
    """Whether there are ten units, or ten effective clusters to the nearest whole one: else there are no limits.

    >>> enough([9.4, 9.6, 10]).tolist()
    [False, True, True]
    """
    return np.asarray(units, float) >= FEWEST_CLUSTERS - 0.5


def quantile(alpha: float, freedom: ArrayLike = np.inf) -> Array:
    """Two-sided quantile of t with `freedom` degrees of freedom (infinite: of the normal); NaN below 1 and for NaN."""
    from scipy.special import ndtri, stdtrit

    degrees = np.asarray(freedom, float)
    plain = np.where(np.isnan(degrees), np.nan, float(ndtri(1 - alpha / 2)))
    finite = np.isfinite(degrees)
    if finite.any():
        plain[finite] = stdtrit(np.where(degrees >= 1, degrees, np.nan)[finite], 1 - alpha / 2)
    return plain


def two_sided(statistic: ArrayLike, freedom: ArrayLike = np.inf) -> Array:
    """Two-sided p of a t (or, with infinite freedom, normal) statistic."""
    from scipy.special import ndtr, stdtr

    size, degrees = np.broadcast_arrays(-np.abs(np.asarray(statistic, float)), np.asarray(freedom, float))
    student = stdtr(np.where(degrees >= 1, degrees, np.nan), size)
    return np.asarray(2 * np.where(np.isposinf(degrees), ndtr(size), student))


def wilson(rate: ArrayLike, n: ArrayLike, z: ArrayLike) -> tuple[Array, Array]:
    """Wilson's score limits of a rate observed on `n` people; `z` the normal or t quantile.

    Wilson (1927). With an effective n and a t quantile: Korn and Graubard (1998).

    >>> [round(float(limit), 4) for limit in wilson(0.3, 10, 1.959964)]
    [0.1078, 0.6032]
    """
    rate, n, z = np.asarray(rate, float), np.asarray(n, float), np.asarray(z, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        square = z * z / n
        center = (rate + square / 2) / (1 + square)
        half = z / (1 + square) * np.sqrt(rate * (1 - rate) / n + square / (4 * n))
        low, high = np.maximum(center - half, 0.0), np.minimum(center + half, 1.0)
    return np.where(rate == 0, 0.0 * low, low), np.where(rate == 1, 1.0 + 0.0 * high, high)


def clopper_pearson(events: ArrayLike, n: ArrayLike, alpha: float) -> tuple[Array, Array]:
    """Exact limits of a rate by Clopper and Pearson (1934): never covers less than 1 - alpha."""
    from scipy.special import betaincinv

    events, n = np.asarray(events, float), np.asarray(n, float)
    low = betaincinv(np.where(events > 0, events, 1.0), n - events + 1, alpha / 2)
    high = betaincinv(events + 1, np.where(events < n, n - events, 1.0), 1 - alpha / 2)
    return np.where(events > 0, low, 0.0), np.where(events < n, high, 1.0)


def gamma(total: Array, square: Array, most: Array, alpha: float = ALPHA) -> tuple[Array, Array]:
    """Limits of a mean count to which few units add, each its own amount (Fay and Feuer 1997).

    `total`, `square`, `most`: sum, sum of squares and largest of what they add to it; the events of each are Poisson.
    With equal amounts the exact limits of a Poisson count.

    >>> one = np.ones(1)
    >>> [limit.round(3).tolist() for limit in gamma(2 * one, 2 * one, one)]
    [[0.242], [7.225]]
    """
    from scipy.special import gammaincinv

    with np.errstate(divide="ignore", invalid="ignore"):
        low = square / total * gammaincinv(np.where(total > 0, total**2 / square, 1.0), alpha / 2)
        up, wide = total + most, square + most**2
        high = wide / up * gammaincinv(up**2 / wide, 1 - alpha / 2)
    return np.where(total > 0, low, 0.0), high


def few_clusters(
    rate: Array, holding: Array, units: Array, effective: Array, limits: tuple[Array, Array], alpha: float
) -> tuple[Array, Array]:
    """Limits of clustered rates, widened where fewer than five clusters hold an event (or a non-event).

    So few do not show how events cluster, so those of one cluster count as one: Clopper-Pearson for X events
    among X / rate people, X the clusters that hold any. At most, and where no cluster holds one, n people in G clusters
    count as n / (1 + (n/G - 1) r), r an assumed correlation, `UNSEEN_CORRELATION`. `holding`: (K, 2) clusters with
    events, with non-events; `effective`: people, by Kish where weighted. Independent people with sampling weights are
    clusters of one, `units` infinite.

    >>> none = np.zeros(1)
    >>> people, clusters = np.array([400.0]), np.array([40.0])
    >>> few_clusters(none, np.array([[0.0, 40.0]]), clusters, people, (none, none), 0.05)[1].round(3).tolist()
    [0.011]
    """
    low, high = limits
    alone = effective / (1 + np.maximum(effective / np.maximum(units, 1) - 1, 0) * UNSEEN_CORRELATION)
    for side in (0, 1):
        share, clusters = np.abs(side - np.asarray(rate, float)), holding[:, side]
        few = (clusters < FEW_EVENTS) & enough(units)
        if few.any():
            trials = np.divide(clusters, share, out=alone.copy(), where=(clusters > 0) & (share > 0))
            trials = np.minimum(trials, alone)[few]
            ends = clopper_pearson(clusters[few], trials, alpha)
            ends = (1 - ends[1], 1 - ends[0]) if side else ends
            low, high = low.copy(), high.copy()
            low[few], high[few] = np.minimum(low[few], ends[0]), np.maximum(high[few], ends[1])
    return low, high


def newcombe(
    rate_g: ArrayLike, limits_g: tuple[Array, Array], rate_r: ArrayLike, limits_r: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Limits of rate_g - rate_r from the limits of each, the two being independent (Newcombe 1998, method 10)."""
    rate_g, rate_r = np.asarray(rate_g, float), np.asarray(rate_r, float)
    gap = rate_g - rate_r
    low = gap - np.hypot(rate_g - limits_g[0], limits_r[1] - rate_r)
    high = gap + np.hypot(limits_g[1] - rate_g, rate_r - limits_r[0])
    return low, high


def fieller(top: float, bottom: float, covariance: NDArray[np.float64], t: float) -> tuple[float, float]:
    """Limits of the ratio of two estimates with a joint covariance (Fieller 1954), the least interval around its set.

    Minus and plus infinity if the denominator may be 0: the set is then not bounded.

    >>> low, high = fieller(2.0, 4.0, np.diag([0.01, 0.01]), 1.96)
    >>> round(low, 3), round(high, 3)
    (0.446, 0.556)
    >>> fieller(2.0, 0.1, np.diag([0.01, 0.01]), 1.96)
    (-inf, inf)
    """
    a = bottom**2 - t**2 * covariance[1, 1]
    b = top * bottom - t**2 * covariance[0, 1]
    c = top**2 - t**2 * covariance[0, 0]
    if a <= 0:
        return -math.inf, math.inf
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return float((b - root) / a), float((b + root) / a)


def mover_ratio(
    value_g: ArrayLike,
    limits_g: tuple[Array, Array],
    value_r: ArrayLike,
    limits_r: tuple[Array, Array],
    correlation: ArrayLike = 0.0,
) -> tuple[Array, Array]:
    """Limits of value_g / value_r, both at least 0, from the limits of each (MOVER-R, Donner and Zou 2012).

    `correlation` is that of the two estimates. The high end is infinite where the low limit of
    value_r is 0.
    """
    a, b = np.asarray(value_g, float), np.asarray(value_r, float)
    (l_a, u_a), (l_b, u_b) = limits_g, limits_r
    rho = np.asarray(correlation, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = a * b - rho * (a - l_a) * (u_b - b)
        low = (middle - np.sqrt(np.maximum(middle**2 - l_a * u_b * (2 * a - l_a) * (2 * b - u_b), 0))) / (
            u_b * (2 * b - u_b)
        )
        # Where 2b = u_b the quotient is 0/0; its limit is linear.
        low = np.where(np.isclose(2 * b, u_b, rtol=1e-9), l_a * (2 * a - l_a) / (2 * middle), low)
        middle = a * b - rho * (u_a - a) * (b - l_b)
        high = (middle + np.sqrt(np.maximum(middle**2 - u_a * l_b * (2 * a - u_a) * (2 * b - l_b), 0))) / (
            l_b * (2 * b - l_b)
        )
    high = np.where(l_b <= 0, np.inf, high)
    missing = np.isnan(l_a + u_a + l_b + u_b)
    return np.where(missing, np.nan, np.maximum(low, 0.0)), np.where(missing, np.nan, high)


def koopman(
    events_g: ArrayLike, n_g: ArrayLike, events_r: ArrayLike, n_r: ArrayLike, alpha: float = ALPHA
) -> tuple[Array, Array]:
    """Score limits of the ratio of two independent rates; ends 0 and infinity allowed.

    The ratios R at which the score test (rate_g - R rate_r over its standard error under R) is not
    rejected. Koopman (1984); Miettinen and Nurminen (1985) without their factor N/(N-1).
    """
    x, n, y, m = (np.atleast_1d(a).astype(float) for a in np.broadcast_arrays(events_g, n_g, events_r, n_r))
    target = float(quantile(alpha))
    with np.errstate(divide="ignore", invalid="ignore"):
        # Limits by logs, half an event added, are where the search for the end begins.
        center = np.log((x + 0.5) / (n + 0.5)) - np.log((y + 0.5) / (m + 0.5))
        step = target * np.sqrt(1 / (x + 0.5) + 1 / (y + 0.5)) / 2 + 1e-3

    def end(sign: int) -> Array:
        def excess(at: Array, place: NDArray[np.int64]) -> Array:
            return _ratio_score(x[place], n[place], y[place], m[place], np.exp(at)) + sign * target

        found = np.full(len(x), np.inf if sign > 0 else 0.0)
        some = np.flatnonzero((n > 0) & (m > 0) & ((y if sign > 0 else x) > 0))
        found[some] = np.exp(
            _crossing(lambda at, place: excess(at, some[place]), (center + 2 * sign * step)[some], step[some])
        )
        return found

    missing = (n <= 0) | (m <= 0) | ((x == 0) & (y == 0))
    return np.where(missing, np.nan, end(-1)), np.where(missing, np.nan, end(1))


def _ratio_score(x: Array, n: Array, y: Array, m: Array, ratio: Array) -> Array:
    """Signed root of Koopman's chi-square at a ratio; falls as the ratio grows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = (n + m) * ratio
        half = (n * ratio + x + m + y * ratio) / 2
        # The smaller root of total p^2 - 2 half p + (x + y), written so that nothing cancels.
        p_r = (x + y) / (half + np.sqrt(np.maximum(half * half - total * (x + y), 0.0)))
        p_g = np.minimum(p_r * ratio, 1.0)
        variance = p_g * (1 - p_g) / n + ratio * ratio * p_r * (1 - p_r) / m
        gap = x / n - ratio * y / m
        return np.where(variance > 0, gap / np.sqrt(variance), np.sign(gap) * np.inf)


def _crossing(function: Callable[[Array, NDArray[np.int64]], Array], start: Array, step: Array) -> Array:
    """Where a falling function of (points, their places) is 0, elementwise: bracketed, then Illinois steps."""
    place = np.arange(len(start), dtype=np.int64)
    low, high = start - step, start + step
    f_low, f_high = function(low, place), function(high, place)
    for _ in range(60):
        short, far = f_low < 0, f_high > 0
        if not (short | far).any():
            break
        low, high = np.where(short, low - 2 * (high - low), low), np.where(far, high + 2 * (high - low), high)
        f_low, f_high = function(low, place), function(high, place)
    found, moved = (low + high) / 2, np.full(len(start), -1, np.int8)
    for turn in range(200):
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = low + (high - low) * f_low / (f_low - f_high)
        if turn > 30:
            middle = (low + high) / 2
        middle = np.where((middle >= low) & (middle <= high), middle, (low + high) / 2)
        value = function(middle, place)
        found[place] = middle
        going = np.flatnonzero((np.abs(value) > 1e-10) & (high - low > 1e-12 * (1 + np.abs(low))))
        if not len(going):
            break
        right = value > 0
        # Illinois: an end that stays a second time counts half, so that both ends close in.
        stale = np.where(right == moved, 0.5, 1.0)
        f_low, f_high = np.where(right, value, f_low * stale)[going], np.where(right, f_high * stale, value)[going]
        low, high = np.where(right, middle, low)[going], np.where(right, high, middle)[going]
        moved, place = right[going].astype(np.int8), place[going]
    return found
