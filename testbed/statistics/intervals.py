"""95 % intervals for rates, differences and ratios, for arrays of groups at once.

Every function takes the error rate `alpha` (0.05 for 95 %) rather than a quantile, because limits at
other levels are needed for the largest difference over many groups. `scipy.special` does the work;
`scipy.stats` would cost a second at import.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ALPHA = 0.05
FEWEST_CLUSTERS = 10
FEW_EVENTS = 5
WIDEST = 1e4
"""Standard deviation of the events of one group up to which Fisher's test goes through all tables."""
NEVER = 800.0
"""Minus the logarithm of a chance beyond which no number of tables (2**53) adds up to more than 0 as a float."""
UNSEEN_CORRELATION = 0.02
"""The correlation inside clusters that is assumed where no cluster, or each, has the event: such data tell none."""


def quantile(alpha: float, freedom: ArrayLike = np.inf) -> Array:
    """Two-sided quantile of t with `freedom` degrees of freedom (infinite: of the normal); NaN below 1 and for NaN."""
    from scipy.special import ndtri, stdtrit

    degrees = np.asarray(freedom, float)
    plain = np.where(np.isnan(degrees), np.nan, float(ndtri(1 - alpha / 2)))
    finite = np.isfinite(degrees)
    if finite.any():
        plain[finite] = stdtrit(np.where(degrees >= 1, degrees, np.nan)[finite], 1 - alpha / 2)
    return plain


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


def few_clusters(
    rate: Array, holding: Array, units: Array, effective: Array, limits: tuple[Array, Array], alpha: float
) -> tuple[Array, Array]:
    """Limits of clustered rates, widened where fewer than five clusters hold an event (or a non-event).

    So few do not show how events cluster, so those of one cluster count as one: Clopper-Pearson for X events
    among X / rate people, X the clusters that hold any. Where none does, n people in G clusters count as
    n / (1 + (n/G - 1) r), r an assumed correlation, `UNSEEN_CORRELATION`. `holding`: (K, 2) clusters with events, with
    non-events; `effective`: people, by Kish where weighted. Independent people with sampling weights are clusters of
    one, `units` infinite.

    >>> none = np.zeros(1)
    >>> people, clusters = np.array([400.0]), np.array([40.0])
    >>> few_clusters(none, np.array([[0.0, 40.0]]), clusters, people, (none, none), 0.05)[1].round(3).tolist()
    [0.011]
    """
    low, high = limits
    alone = effective / (1 + np.maximum(effective / np.maximum(units, 1) - 1, 0) * UNSEEN_CORRELATION)
    for side in (0, 1):
        share, clusters = np.abs(side - np.asarray(rate, float)), holding[:, side]
        few = (clusters < FEW_EVENTS) & (units >= FEWEST_CLUSTERS)
        if few.any():
            trials = np.divide(clusters, share, out=alone.copy(), where=(clusters > 0) & (share > 0))[few]
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


@lru_cache(maxsize=4096)
def range_level(groups: int, alpha: float = ALPHA) -> float:
    """The error rate a pair may have so that the largest of all pairs of `groups` normals keeps `alpha`.

    2 (1 - Phi(q / sqrt 2)), q the 1 - alpha quantile of the studentized range with infinite degrees of
    freedom (Tukey; Hochberg and Tamhane 1987). Two groups: alpha itself.

    >>> round(range_level(2), 6)
    0.05
    """
    from scipy.special import ndtr

    if groups <= 2:
        return alpha
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _range_within(middle, groups) < 1 - alpha else (low, middle)
    return float(2 * ndtr(-low / np.sqrt(2)))


def _range_within(q: float, groups: int) -> float:
    """The chance that the range of `groups` standard normals is at most q."""
    from scipy.special import ndtr

    x = np.linspace(-9.0, 9.0, 2001)
    weight = groups * np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])
    return float(weight @ (ndtr(x) - ndtr(x - q)) ** (groups - 1))


def p_range(p: float, groups: int) -> float:
    """The p of the largest of all pairs of `groups`, from the smallest two-sided p of a pair: `range_level` undone.

    Tukey's: the chance that the largest of all pairs is as far out as this one, when all are equal. At most
    the number of pairs times p (Bonferroni), and never less than p.

    >>> p_range(0.05, 2), round(p_range(range_level(5), 5), 6)
    (0.05, 0.05)
    """
    from scipy.special import ndtri

    pairs = groups * (groups - 1) / 2
    if math.isnan(p) or groups <= 2:
        return p
    if p < 1e-9:  # beyond the precision of one less the integral
        return min(1.0, p * pairs)
    return float(min(max(p, 1 - _range_within(-float(ndtri(p / 2)) * math.sqrt(2), groups)), 1.0, p * pairs))


def two_sided(statistic: ArrayLike, freedom: ArrayLike = np.inf) -> Array:
    """Two-sided p of a t (or, with infinite freedom, normal) statistic."""
    from scipy.special import ndtr, stdtr

    size, degrees = np.broadcast_arrays(-np.abs(np.asarray(statistic, float)), np.asarray(freedom, float))
    student = stdtr(np.where(degrees >= 1, degrees, np.nan), size)
    return np.asarray(2 * np.where(np.isposinf(degrees), ndtr(size), student))


def p_fisher(events_g: ArrayLike, n_g: ArrayLike, events_r: ArrayLike, n_r: ArrayLike) -> Array:
    """Two-sided p that two groups have one rate: all tables no likelier than the one seen (Fisher 1935).

    Exact where the count of events has a standard deviation up to `WIDEST`, as any has among a billion people. Beyond
    it by the normal limit, half an event in: within a hundredth of the same for any p above 1e-6.

    >>> round(float(p_fisher(8, 10, 1, 6)[0]), 6)
    0.034965
    """
    counts = (np.atleast_1d(a).astype(np.int64).tolist() for a in np.broadcast_arrays(events_g, n_g, events_r, n_r))
    return np.array([_p_fisher(*table) for table in zip(*counts)])


@lru_cache(maxsize=1 << 16)
def _p_fisher(x: int, n: int, y: int, m: int) -> float:
    from scipy.special import ndtr

    if n <= 0 or m <= 0:
        return math.nan
    total, drawn = n + m, x + y
    mean = drawn * n / total
    deviation = math.sqrt(max(drawn * (n / total) * (m / total) * (total - drawn) / max(total - 1, 1), 1.0))
    if _surprise(x, n, y, m) > NEVER:
        return 0.0
    if deviation > WIDEST:
        return min(1.0, 2 * float(ndtr(-(abs(x - mean) - 0.5) / deviation)))
    # Tables much further out than the one seen, and than nine standard deviations, add nothing in double precision.
    reach = max(9 * deviation, abs(x - mean) + 4 * deviation) + 40
    first, last = max(0, drawn - m, int(mean - reach)), min(n, drawn, int(mean + reach) + 1)
    # From one table to the next by the ratio of their chances: logarithms of large factorials have no digits left.
    k = np.arange(first, last, dtype=float)
    steps = np.log(((n - k) / (k + 1)) * ((drawn - k) / (m - drawn + k + 1)))
    log = np.concatenate(([0.0], np.cumsum(steps)))
    likelihood = np.exp(log - log.max())
    return min(1.0, float(likelihood[log <= log[x - first] + 1e-7].sum() / likelihood.sum()))


def _surprise(x: int, n: int, y: int, m: int) -> float:
    """A lower bound of -log of the chance to see x of n events, or further out, given the margins (Chvatal 1979).

    The binomial bound, size times relative entropy, for the one of the four margins that says most.
    """
    total, drawn = n + m, x + y
    sides = ((x, n, drawn), (y, m, drawn), (x, drawn, n), (n - x, total - drawn, n))
    return max(size * _entropy(seen / size, share / total) for seen, size, share in sides if size)


def _entropy(a: float, b: float) -> float:
    """Relative entropy of a coin with chance a to one with chance b."""
    parts = ((a, b), (1 - a, 1 - b))
    return sum(p * math.log(p / q) if q > 0 else math.inf for p, q in parts if p > 0)
