"""Permutations by address: the place of an id and the id at a place, computed without a table.

A permutation of 0..n-1 is an unbalanced Feistel network over the next power of two (Luby and Rackoff 1988), iterated
until the result is below n (Black and Rogaway 2002). Its rounds are addressed draws, so it is a pure function of seed
and name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import GRID, sparse
from synthetic.layout.cities import Cities

Ints = NDArray[np.int64]

ROUNDS = (8, 4)
"""Rounds in domains of fewer than 1,024 places, and in larger ones: small domains mix more slowly."""


class Shuffle:
    """A permutation of the ids below `size` that keeps each id in its block.

    `block` is a number of ids, cities (each is a block) or None (one block for all). Each block has its own
    permutation, and the last block may be cut. A place is a number like an id.

    >>> shuffle = Shuffle(1, "seats", 1000, block=64)
    >>> places = shuffle.to(np.arange(1000))
    >>> bool((shuffle.back(places) == np.arange(1000)).all())
    True
    >>> bool((places // 64 == np.arange(1000) // 64).all())
    True
    """

    def __init__(self, seed: int, name: str, size: int, *, block: int | Cities | None = None) -> None:
        self.seed, self.name, self.size = seed, name, size
        self.block = block if isinstance(block, Cities) else min(block or size, size)

    def to(self, ids: ArrayLike) -> Ints:
        """The place of each id."""
        return self._all(np.atleast_1d(np.asarray(ids, np.int64)), forth=True)

    def back(self, places: ArrayLike) -> Ints:
        """The id at each place: the inverse of `to`."""
        return self._all(np.atleast_1d(np.asarray(places, np.int64)), forth=False)

    def bounds(self, ids: Ints) -> tuple[Ints, Ints]:
        """First id and end of the block of each id."""
        _, start, end = self._blocks(ids)
        return start, end

    def _blocks(self, ids: Ints) -> tuple[Ints, Ints, Ints]:
        """Number, first id and end of the block of each id."""
        if isinstance(self.block, Cities):
            number, end = self.block.bounds(ids // GRID)
            return number, number * GRID, np.minimum(end * GRID, self.size)
        number = ids // self.block
        start = number * self.block
        return number, start, np.minimum(start + self.block, self.size)

    def _all(self, ids: Ints, forth: bool) -> Ints:
        if not len(ids):
            return ids
        number, start, end = self._blocks(ids)
        n, local = end - start, (ids - start).astype(np.uint64)
        # frexp gives the bit length of n - 1, exactly: a block has fewer than 2^53 ids.
        bits = np.maximum(np.frexp((n - 1).astype(np.float64))[1], 2)
        if bits.min() == bits.max():
            return self._walk(local, number, n, int(bits[0]), forth) + start
        made = np.empty_like(ids)
        for width in np.unique(bits):
            those = np.flatnonzero(bits == width)
            made[those] = self._walk(local[those], number[those], n[those], int(width), forth)
        return made + start

    def _walk(self, local: NDArray[np.uint64], block: Ints, n: Ints, bits: int, forth: bool) -> Ints:
        made = self._step(local, block, bits, forth)
        least = n.astype(np.uint64)
        out = np.flatnonzero(made >= least)
        while len(out):
            made[out] = self._step(made[out], block[out], bits, forth)
            out = out[made[out] >= least[out]]
        return made.astype(np.int64)

    def _step(self, local: NDArray[np.uint64], block: Ints, bits: int, forth: bool) -> NDArray[np.uint64]:
        low = np.uint64(bits // 2)
        shift, top = np.uint64(18), np.uint64(64 - bits // 2)
        left, right = local >> low, local & np.uint64((1 << (bits // 2)) - 1)
        address = block.astype(np.uint64) << shift
        rounds = range(ROUNDS[bits >= 10])
        for number in rounds if forth else reversed(rounds):
            stream = f"shuffle:{self.name}:{number}"
            if number % 2:
                right = right ^ (sparse(self.seed, stream, address | left) >> top)
            else:
                left = left ^ (sparse(self.seed, stream, address | right) >> np.uint64(64 - bits + bits // 2))
        return (left << low) | right
