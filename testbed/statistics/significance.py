"""p values: of two groups, and of the pair that is furthest apart among many."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from testbed.statistics.intervals import ALPHA

Array = NDArray[np.float64]

WIDEST = 1e4
"""Standard deviation of the events of one group up to which Fisher's test goes through all tables."""
NEVER = 800.0
"""Minus the logarithm of a chance beyond which no number of tables (2**53) adds up to more than 0 as a float."""


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
