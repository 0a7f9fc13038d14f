"""How much of a number's variance is owed to many guesses, from one sample of worlds with all guesses drawn at once.

Each world has its own draw of every dial and its own seed; some draws are run again with another seed. What two
seeds of one draw share is owed to the dials; what the curve over one dial explains is owed to that dial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.correction import holm
from testbed.statistics.intervals import ALPHA, quantile

Array = NDArray[np.float64]

FEWEST = 24
"""The fewest worlds with a value from which shares are told."""
KEPT = 10
"""The dials that are told, by their shares."""
TERMS = 2
"""The curve over a dial: a line and a bend."""
HALVINGS = 40
NEARLY = 0.99
"""From here on the interval of a share is that of a correlation."""
DECADES = 100.0
"""A range from a positive number to one so many times as large is drawn on a logarithmic scale."""


@dataclass(frozen=True)
class Owner:
    """The share of variance that one dial owns (first order), with its 95 % interval.

    effect: the mean number where the dial is above its value, less the mean where it is below. p: chance of so large a
    share if the dial did nothing, adjusted for all dials (Holm 1979).
    """

    place: int
    share: float
    low: float
    high: float
    effect: float
    p: float


@dataclass(frozen=True)
class Screened:
    """What guesses do to one number.

    share, low, high: the share of its variance over dials and seeds that all dials own, with its 95 % interval.
    least, middle, most: 2.5 %, 50 % and 97.5 % points of its expectation over seeds, as the dials vary.
    n: worlds of different draws with a value. owners: the dials, the largest share first. why: why there is nothing.
    """

    share: float = np.nan
    low: float = np.nan
    high: float = np.nan
    least: float = np.nan
    middle: float = np.nan
    most: float = np.nan
    n: int = 0
    owners: tuple[Owner, ...] = ()
    why: str = ""


def spread(u: Array, value: float, low: float, high: float) -> Array:
    """Numbers at these quantiles of a guess: half of them below the value, half above, each half evenly to its end.

    The scale is logarithmic if the range is positive and spans a factor of 100 or more.

    >>> spread(np.array([0.0, 0.25, 0.5, 1.0]), 1.0, 0.0, 5.0).tolist()
    [0.0, 0.5, 1.0, 5.0]
    >>> spread(np.array([0.0, 0.5, 0.75, 1.0]), 1.0, 0.5, 100.0).round(9).tolist()
    [0.5, 1.0, 10.0, 100.0]
    """
    value = min(max(value, low), high)
    far = low > 0 and high >= DECADES * low
    knots = np.array([low, value, high])
    made = np.interp(u, [0.0, 0.5, 1.0], np.log(knots) if far else knots)
    return np.asarray(np.clip(np.exp(made) if far else made, low, high), float)


FEWEST_APART = 10
"""A number that differs from its most frequent value in fewer worlds tells too little of what moves it."""


def screened(u: Array, values: Array, again: Array) -> Screened:
    """What the dials own of a number.

    u: (worlds, dials), each dial's quantile in each world. values: the number in each world. again: the number in the
    first worlds with another seed; NaN where it is undefined.
    """
    seen = np.isfinite(values)
    u, kept = u[seen], values[seen]
    pairs = np.column_stack([values[: len(again)], again])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(kept) < max(FEWEST, len(values) / 2) or len(pairs) < FEWEST / 4:
        return Screened(n=len(kept), why=f"undefined in {len(values) - len(kept)} of {len(values)} worlds")
    if np.ptp(kept) <= 1e-12 * np.abs(kept).max():
        return Screened(n=len(kept), why="it is the same in every world")
    apart = len(kept) - int(np.unique(kept, return_counts=True)[1].max())
    if apart < FEWEST_APART:
        return Screened(n=len(kept), why=f"it differs in only {apart} of {len(kept)} worlds")
    share, low, high = _of_all(kept, pairs)
    true = kept.mean() + np.sqrt(min(max(share, 0.0), 1.0)) * (kept - kept.mean())
    least, middle, most = (float(one) for one in np.quantile(true, [ALPHA / 2, 0.5, 1 - ALPHA / 2]))
    return Screened(share, low, high, least, middle, most, len(kept), _owners(u, kept))


def _of_all(values: Array, pairs: Array) -> tuple[float, float, float]:
    """1 - Var(seeds) / Var(all), cut to 0..1, and its interval by the jackknife over draws, on the log of the ratio."""
    halves = (pairs[:, 0] - pairs[:, 1]) ** 2 / 2
    noise, whole = float(halves.mean()), float(values.var(ddof=1))
    if noise == 0:
        return 1.0, 1.0, 1.0
    n, m = len(values), len(halves)
    # How much one draw moves each logarithm: of a variance, and of a mean.
    moved = -((values - values.mean()) ** 2 / whole - 1) / n
    moved_pairs = (halves / noise - 1) / m
    half = float(quantile(ALPHA)) * float(np.sqrt((moved**2).sum() + (moved_pairs**2).sum()))
    ratio = noise / whole
    shares = (1 - ratio, 1 - ratio * np.exp(half), 1 - ratio * np.exp(-half))
    share, low, high = (float(min(max(one, 0.0), 1.0)) for one in shares)
    return share, low, high


def _owners(u: Array, values: Array) -> tuple[Owner, ...]:
    """The dials with the largest shares: adjusted R squared of a line and a bend over the dial's quantile."""
    from scipy.special import fdtrc

    n = len(values)
    y = (values - values.mean()) / values.std()
    line = 2 * u - 1
    line = line - line.mean(axis=0)
    bend = line**2 - (line**2).mean(axis=0)
    bend = bend - line * ((line * bend).mean(axis=0) / (line**2).mean(axis=0))
    slope = y @ line / (line**2).sum(axis=0)
    found = (slope**2) * (line**2).mean(axis=0) + (y @ bend / n) ** 2 / (bend**2).mean(axis=0)
    found = np.minimum(found, 1 - 1e-12)
    rest = n - TERMS - 1
    f = found / TERMS / ((1 - found) / rest)
    p = holm(fdtrc(TERMS, rest, f))
    shares = 1 - (1 - found) * (n - 1) / rest
    order = np.lexsort((np.arange(len(f)), -found))
    made = []
    for place in order[:KEPT]:
        low, high = _limits(float(found[place]), n)
        above = u[:, place] >= 0.5
        effect = float(values[above].mean() - values[~above].mean())
        made.append(Owner(int(place), float(shares[place]), low, high, effect, float(p[place])))
    return tuple(made)


def _limits(found: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share from its R squared: the noncentral F that makes it a 2.5 % event (Smithson 2001).

    Near 1, where the noncentral F cannot be computed: Fisher's interval of a correlation.
    """
    if found > NEARLY:
        half = float(quantile(ALPHA)) / np.sqrt(n - 3)
        low, high = (float(np.tanh(np.arctanh(np.sqrt(found)) + side * half)) ** 2 for side in (-1, 1))
        return low, high
    from scipy.special import fdtr, ncfdtr

    rest = n - TERMS - 1
    f = found / TERMS / ((1 - found) / rest)

    def limit(level: float) -> float:
        if fdtr(TERMS, rest, f) <= level:
            return 0.0
        low, high = 0.0, 2 * TERMS * f + 60
        while ncfdtr(TERMS, rest, high, f) > level:
            low, high = high, 2 * high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if ncfdtr(TERMS, rest, middle, f) > level else (low, middle)
        return float(high / (high + n))

    return limit(1 - ALPHA / 2), limit(ALPHA / 2)
