"""Permutations by address: where an id goes, and which id goes there, without storing either.

A permutation of 0..n-1 is an unbalanced Feistel network over the next power of two (Luby and Rackoff 1988), walked
until it falls below n (Black and Rogaway 2002). Its rounds are addressed draws, so it is a pure function of seed
and name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import sparse

Ints = NDArray[np.int64]

ROUNDS = (8, 4)
"""Rounds in domains of fewer than 1,024 places, and of more: small ones mix more slowly."""


class Shuffle:
    """A permutation of the ids below `size` that keeps each inside its block of `block` ids (None: one block).

    Blocks have permutations of their own; the last may be cut. A place is a number like an id.

    >>> shuffle = Shuffle(1, "seats", 1000, block=64)
    >>> places = shuffle.to(np.arange(1000))
    >>> bool((shuffle.back(places) == np.arange(1000)).all())
    True
    >>> bool((places // 64 == np.arange(1000) // 64).all())
    True
    """

    def __init__(self, seed: int, name: str, size: int, *, block: int | None = None) -> None:
        self.seed, self.name, self.size = seed, name, size
        self.block = min(block or size, size)

    def to(self, ids: ArrayLike) -> Ints:
        """The place of each id."""
        return self._all(np.atleast_1d(np.asarray(ids, np.int64)), forth=True)

    def back(self, places: ArrayLike) -> Ints:
        """The id at each place: the inverse of `to`."""
        return self._all(np.atleast_1d(np.asarray(places, np.int64)), forth=False)

    def end(self, ids: Ints) -> Ints:
        """The end of the block of each id."""
        return np.minimum((ids // self.block + 1) * self.block, self.size)

    def _all(self, ids: Ints, forth: bool) -> Ints:
        block = ids // self.block
        whole = block < self.size // self.block
        if whole.all():
            return self._walk(ids, block, self.block, forth)
        made = np.empty_like(ids)
        made[whole] = self._walk(ids[whole], block[whole], self.block, forth)
        made[~whole] = self._walk(ids[~whole], block[~whole], self.size % self.block, forth)
        return made

    def _walk(self, ids: Ints, block: Ints, n: int, forth: bool) -> Ints:
        if not len(ids):
            return ids
        bits = max(2, (n - 1).bit_length())
        made = self._step((ids - block * self.block).astype(np.uint64), block, bits, forth)
        out = np.flatnonzero(made >= n)
        while len(out):
            made[out] = self._step(made[out], block[out], bits, forth)
            out = out[made[out] >= n]
        return made.astype(np.int64) + block * self.block

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
