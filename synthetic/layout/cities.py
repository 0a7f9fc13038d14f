"""Cities: runs of grids with sizes from a power law; the city of a grid follows from its number alone.

Grids form regions of 4,096 (about four million people). Each region is filled with cities from its first grid on, as a
grid is with households; the city that would cross the end is cut. The id of a city is its first grid. Sizes
follow P(size >= n) proportional to n^-a - (largest + 1)^-a (Zipf's law for a = 1, cut at the largest; Gabaix 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from synthetic.variables import Numbers

Ints = NDArray[np.int64]

REGION = 4096
"""Number of grids in a region; no city crosses the border of a region."""

_KEPT = 512
"""How many regions are cached; a nation has 337."""


class Cities:
    """The cities of a society: `numbers` gives `smallest` and `largest` size in grids and the `exponent`.

    The size of a city is drawn at the address region * 4096 + number of the city in its region.
    """

    def __init__(self, numbers: Numbers, seed: int) -> None:
        self.smallest, self.largest = int(numbers.smallest), int(numbers.largest)
        self.exponent, self.seed = float(numbers.exponent), seed
        if self.largest < self.smallest:
            raise InputError(f"cities of {self.smallest} to {self.largest} grids: the largest is below the smallest.")
        self._made: dict[int, tuple[Ints, Ints]] = {}

    def sizes(self, coins: NDArray[np.float64]) -> Ints:
        """The city size, in grids, at each uniform: the quantile of the law."""
        rest = (self.smallest / (self.largest + 1)) ** self.exponent
        found = self.smallest * (1 - coins * (1 - rest)) ** (-1 / self.exponent)
        return np.asarray(np.minimum(found.astype(np.int64), self.largest))

    def bounds(self, grids: ArrayLike) -> tuple[Ints, Ints]:
        """First grid and end (the grid after the last) of the city of each grid."""
        grids = np.asarray(grids, np.int64)
        region = grids // REGION
        if not len(region):
            return grids, grids
        if region.min() == region.max():
            first, end = self._region(int(region[0]))
            return first.take(grids % REGION), end.take(grids % REGION)
        known, which = np.unique(region, return_inverse=True)
        tables = [self._region(int(one)) for one in known]
        place = which * REGION + grids % REGION
        first, end = (np.concatenate([table[k] for table in tables]).take(place) for k in (0, 1))
        return first, end

    def _region(self, region: int) -> tuple[Ints, Ints]:
        """First grid and end of the city of every grid of a region."""
        found = self._made.get(region)
        if found is None:
            slots = np.arange(REGION // self.smallest + 1)
            coins = uniform(sparse(self.seed, "society:city", pack(region * REGION + slots)))
            ends = np.minimum(np.cumsum(self.sizes(coins)), REGION)
            sizes = np.diff(ends, prepend=0)
            base = region * REGION
            found = np.repeat(ends - sizes, sizes) + base, np.repeat(ends, sizes) + base
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[region] = found
        return found


def cities_by_seed(numbers: Numbers) -> Callable[[int], Cities]:
    """A function that gives the cities of a seed at these numbers, and caches them."""
    return lru_cache(maxsize=16)(lambda seed: Cities(numbers, seed))
