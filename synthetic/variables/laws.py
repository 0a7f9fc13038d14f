"""Distributions computed from uniforms: fast, and the same whatever else is computed with them."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@cache
def _normal_steps() -> tuple[Floats, Floats]:
    steps = np.array([NormalDist().inv_cdf((k + 0.5) / 1024) for k in range(1024)])
    return steps, np.diff(steps)


def normal(coins: Floats) -> Floats:
    """Standard normal values from uniforms: linear interpolation between 1,024 quantiles, within +-3.3.

    >>> float(normal(np.array([0.5]))[0])
    0.0
    """
    steps, slopes = _normal_steps()
    place = np.asarray(coins) * 1024 - 0.5
    np.minimum(np.maximum(place, 0, out=place), 1022.999999, out=place)
    low = place.astype(np.int64)
    place -= low
    place *= slopes.take(low)
    return np.add(place, steps.take(low), out=place)


def shifted(coins: Floats, those: NDArray[np.bool_], shift: float) -> Floats:
    """Ranks in (0, 1), with odds multiplied by exp(shift) for flagged people.

    >>> shifted(np.array([0.5, 0.5]), np.array([True, False]), np.log(3)).round(6)
    array([0.75, 0.5 ])
    """
    coins = np.maximum(coins, 2.0**-54)
    if shift == 0:
        return coins
    odds = np.where(those, np.exp(shift), 1.0)
    return np.minimum(coins * odds / (1 - coins + coins * odds), 1 - 2.0**-53)


class Ranks:
    """Ranks drawn by their shares: a guide table finds most ranks in one look-up, a search finds the rest."""

    CELLS = 1 << 16

    def __init__(self, shares: Floats) -> None:
        self.ends = np.cumsum(shares)
        self._shares = shares / self.ends[-1]
        self.ends /= self.ends[-1]
        edges = np.arange(self.CELLS + 1) / self.CELLS
        low = np.searchsorted(self.ends, edges[:-1], side="right")
        high = np.searchsorted(self.ends, edges[1:], side="left")
        self.guide: NDArray[np.integer] = np.where(low == high, low, -1).astype(
            np.int16 if len(self.ends) < 1 << 15 else np.int32
        )

    def ranks(self, words: NDArray[np.uint32]) -> NDArray[np.integer]:
        """The rank, from 0, at each 32-bit word's place among the shares: int16, or int32 where there are more.

        >>> coins = np.array([0.1, 0.5, 0.79, 0.81])
        >>> Ranks(np.array([0.5, 0.3, 0.2])).ranks((coins * 2**32).astype(np.uint32)).tolist()
        [0, 1, 1, 2]
        """
        found: NDArray[np.integer] = self.guide.take((words >> np.uint32(16)).astype(np.int64))
        open_ = np.flatnonzero(found < 0)
        # Words in order are found next to each other in a long table: many times faster than all over it.
        open_ = open_[np.argsort(words[open_])]
        found[open_] = np.searchsorted(self.ends, words[open_] * 2.0**-32, side="right")
        return found

    def shares(self, ranks: NDArray[np.integer]) -> Floats:
        """The share of each rank.

        >>> Ranks(np.array([0.5, 0.3, 0.2])).shares(np.array([2, 0])).round(3).tolist()
        [0.2, 0.5]
        """
        return np.asarray(self._shares.take(ranks))
