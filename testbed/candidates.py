"""Times at which acts may happen: Poisson candidates by grid, thinned to those that some rate could accept.

A grid has, for each kind of conduct, a Poisson number of candidates a month with mean 1,024 times the kind's `most`.
The k-th word of the sequence at the address (grid, month, kind) says on whom a candidate falls and holds its coin.
Accepting it with probability rate / most gives independent Poisson acts, and a raised rate only adds some (Lewis and
Shedler 1979). A candidate `needs` coin x most / rate: the act happens where what sanctions and responses make of the
rate exceeds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import _GAMMA, GRID, _mix, _poisson_steps, pack, sparse, uniform

BLOCK = 64 * GRID
"""People whose candidates are kept together."""

CACHED = 32
"""Grids worked on at once, so that arrays stay in the cache; any number gives the same candidates in one order."""


@dataclass(frozen=True)
class Candidates:
    """Candidates of one month, by grid, kind and k: person (id), code of the kind, k, and the factor it needs."""

    person: NDArray[np.int32]
    kind: NDArray[np.int8]
    k: NDArray[np.int16]
    need: NDArray[np.float32]

    def take(self, which: np.ndarray) -> Candidates:
        """Some of them, by mask or index."""
        return Candidates(self.person[which], self.kind[which], self.k[which], self.need[which])

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Those of neighboring grids, in order, as one."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "kind", "k", "need"))
        )


def candidates(
    seed: int, period: int, grids: np.ndarray, most: np.ndarray, shares: Shares, people: np.ndarray
) -> Candidates:
    """Candidates of a month in these grids (ascending) that could be accepted.

    shares: what of the largest rates these people (ids, ascending) have; others have no candidates.
    """
    kinds = len(most)
    address = (pack(grids, period)[:, None] | np.arange(kinds, dtype=np.uint64) << np.uint64(12)).ravel()
    coins = uniform(sparse(seed, "conduct:count", address)).reshape(len(grids), kinds)
    count = np.empty(coins.shape, np.int64)
    for code, rate in enumerate(most):
        count[:, code] = np.searchsorted(_poisson_steps(float(rate) * GRID), coins[:, code], side="right")
    many = count.ravel()
    k = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    word = _words(np.repeat(sparse(seed, "conduct:candidate", address), many), k)
    cell = (word >> np.uint64(54)).view(np.int64)
    coin = uniform(word << np.uint64(10))
    run = len(people) == people[-1] - people[0] + 1
    if run and people[0] == grids[0] * GRID and len(people) == len(grids) * GRID:
        begins = np.arange(len(grids)) * (GRID * kinds)
        cell = cell * kinds + np.repeat((begins[:, None] + np.arange(kinds)).ravel(), many)
    else:
        person = np.repeat(np.repeat(np.asarray(grids) * GRID, kinds), many) + cell
        place = np.minimum(np.searchsorted(people, person), len(people) - 1)
        cell = place * kinds + np.repeat(np.tile(np.arange(kinds), len(grids)), many)
        coin[people[place] != person] = 2.0
    kept = np.flatnonzero(coin < shares.top.take(cell))
    cell = cell[kept]
    place, kind = np.divmod(cell, kinds)
    need = (coin[kept] / shares.own.take(cell)).astype(np.float32)
    return Candidates(people[place].astype(np.int32), kind.astype(np.int8), k[kept].astype(np.int16), need)


@dataclass(frozen=True)
class Shares:
    """Rates of conduct as shares of the largest, float32 (n, kinds): people's own, and raised by every sanction."""

    own: NDArray[np.float32]
    top: NDArray[np.float32]

    def rows(self, first: int, last: int) -> Shares:
        """Those of the people at places first..last-1."""
        return Shares(self.own[first:last], self.top[first:last])

    @classmethod
    def of(cls, rates: np.ndarray, most: np.ndarray, raised: np.ndarray) -> Shares:
        """From rates (kinds, n), the largest rates and the most by which sanctions multiply them."""
        own = np.empty(rates.shape[::-1], np.float32)
        for code, rate in enumerate(rates):
            own[:, code] = rate * (1 / most[code])
        return cls(own, own * raised.astype(np.float32))


def _words(cell: NDArray[np.uint64], k: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The k-th word of each cell's own sequence (splitmix64, as `draws.sparse_rows`)."""
    return _mix(cell + (k + 1).view(np.uint64) * _GAMMA)


def coin(
    seed: int, person: np.ndarray, period: np.ndarray | int, kind: np.ndarray, k: np.ndarray, most: np.ndarray
) -> NDArray[np.float64]:
    """The coin of each candidate in terms of its rate: it is accepted where this lies under the person's rate then."""
    cell = sparse(seed, "conduct:candidate", pack(np.asarray(person, np.int64) // GRID, period, kind))
    word = _words(cell, np.asarray(k, np.int64))
    return uniform(word << np.uint64(10)) * most[kind]
