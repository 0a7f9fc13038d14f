"""Times at which acts may happen: Poisson candidates by grid, without those that no rate could accept.

A grid has, for each kind of conduct, a Poisson number of candidates a month with mean 1,024 times the kind's `most`.
They lie in layers of equal means: a candidate's coin is uniform within its layer, the lowest layer first. The words of
a sequence at the address (grid, month, kind, layer) say on whom a candidate falls and where in the layer its coin is.
Accepting it where the coin is under rate / most gives independent Poisson acts, and a raised rate only adds some (Lewis
and Shedler 1979); a layer above everybody's rate in the grid needs no candidates at all. A candidate `needs` coin x
most / rate: the act happens where what sanctions and responses make of the rate exceeds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import _GAMMA, GRID, _mix, _poisson_steps, pack, sparse, uniform

BLOCK = 64 * GRID
"""People whose candidates are kept together."""

LAYERS = 4
"""Layers of candidates: at four, and rates as they are, three candidates in five need not be made."""

CACHED = 64
"""Grids worked on at once, so that arrays stay in the cache; any number gives the same candidates in one order."""


@dataclass(frozen=True)
class Candidates:
    """Candidates of one month, by grid, kind and k: person (id), code of the kind, k, and the factor it needs."""

    person: NDArray[np.int32]
    kind: NDArray[np.int8]
    k: NDArray[np.int16]
    need: NDArray[np.float32]

    def take(self, which: np.ndarray) -> Candidates:
        """Return some of the candidates, by mask or index."""
        return Candidates(self.person[which], self.kind[which], self.k[which], self.need[which])

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Join the candidates of neighboring grids, in order."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "kind", "k", "need"))
        )


@dataclass(frozen=True)
class Shares:
    """Rates of conduct as shares of the largest, float32 (n, kinds): people's own, and raised by every sanction.

    `layers`: for each grid of these people and kind, how many layers of candidates may be accepted, (grids, kinds).
    """

    own: NDArray[np.float32]
    top: NDArray[np.float32]
    layers: NDArray[np.int64]

    def piece(self, first: int, last: int) -> Shares:
        """Return the shares of the grids at places first..last-1, if every grid has all its people."""
        rows = slice(first * GRID, last * GRID)
        return Shares(self.own[rows], self.top[rows], self.layers[first:last])

    @classmethod
    def of(cls, rates: np.ndarray, most: np.ndarray, raised: np.ndarray, people: np.ndarray) -> Shares:
        """Make shares from rates (kinds, n), the largest rates, the most that sanctions multiply them by, and ids."""
        own = np.empty(rates.shape[::-1], np.float32)
        for code, rate in enumerate(rates):
            own[:, code] = rate * (1 / most[code])
        top = own * raised.astype(np.float32)
        begins = np.flatnonzero(np.diff(people // GRID, prepend=-1))
        largest = np.maximum.reduceat(top, begins, axis=0)
        return cls(own, top, np.minimum(np.floor(largest * LAYERS).astype(np.int64) + 1, LAYERS))


def candidates(
    seed: int, period: int, grids: np.ndarray, most: np.ndarray, shares: Shares, people: np.ndarray
) -> Candidates:
    """Draw the candidates of a month in these grids (ascending) that could be accepted.

    shares: the rates of these people (ids, ascending) as shares of the largest; other people have no candidates.
    """
    kinds = len(most)
    cells = (pack(grids, period)[:, None] | np.arange(kinds, dtype=np.uint64) << np.uint64(12))[:, :, None]
    address = cells | np.arange(LAYERS, dtype=np.uint64)
    count = _counts(seed, address, most)
    count[np.arange(LAYERS) >= shares.layers[:, :, None]] = 0
    many = count.ravel()
    number = np.arange(many.sum())
    word = _words(np.repeat(sparse(seed, "conduct:candidate", address.ravel()), many), number, many)
    layer = np.repeat(np.tile(np.arange(LAYERS) / LAYERS, len(grids) * kinds), many)
    coin = uniform(word << np.uint64(10)) * (1 / LAYERS) + layer
    cell = (word >> np.uint64(54)).view(np.int64)
    group = count.sum(axis=2).ravel()
    run = len(people) == people[-1] - people[0] + 1
    if run and people[0] == grids[0] * GRID and len(people) == len(grids) * GRID:
        begins = np.arange(len(grids)) * (GRID * kinds)
        cell = cell * kinds + np.repeat((begins[:, None] + np.arange(kinds)).ravel(), group)
    else:
        person = np.repeat(np.repeat(np.asarray(grids) * GRID, kinds), group) + cell
        place = np.minimum(np.searchsorted(people, person), len(people) - 1)
        cell = place * kinds + np.repeat(np.tile(np.arange(kinds), len(grids)), group)
        coin[people[place] != person] = 2.0
    kept = np.flatnonzero(coin < shares.top.take(cell))
    cell = cell[kept]
    place, kind = np.divmod(cell, kinds)
    need = (coin[kept] / shares.own.take(cell)).astype(np.float32)
    k = kept - np.repeat(np.cumsum(group) - group, group)[kept]
    return Candidates(people[place].astype(np.int32), kind.astype(np.int8), k.astype(np.int16), need)


def _counts(seed: int, address: NDArray[np.uint64], most: np.ndarray) -> NDArray[np.int64]:
    """Count the candidates in each layer: (grids, kinds, layers), from addresses of that shape."""
    coins = uniform(sparse(seed, "conduct:count", address.ravel())).reshape(address.shape)
    count = np.empty(address.shape, np.int64)
    for code, rate in enumerate(most):
        steps = _poisson_steps(float(rate) * GRID / LAYERS)
        count[:, code] = np.searchsorted(steps, coins[:, code], side="right")
    return count


def _words(cell: NDArray[np.uint64], number: NDArray[np.int64], many: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The words of each cell's own sequence (splitmix64, as `draws.sparse_rows`): `many` of each, one after another."""
    place = number - np.repeat(np.cumsum(many) - many, many)
    return _mix(cell + (place + 1).view(np.uint64) * _GAMMA)


def coin(
    seed: int, person: np.ndarray, period: np.ndarray | int, kind: np.ndarray, k: np.ndarray, most: np.ndarray
) -> NDArray[np.float64]:
    """The coin of each candidate as a rate: the act happens if the person's rate in that month is higher."""
    made = np.empty(len(person))
    layers = np.arange(LAYERS, dtype=np.uint64)
    for code in np.unique(kind).tolist():
        mine = np.flatnonzero(kind == code)
        month = period if np.ndim(period) == 0 else np.asarray(period)[mine]
        cell = pack(np.asarray(person, np.int64)[mine] // GRID, month, code)[:, None] | layers
        ends = _counts(seed, cell[:, None, :], most[code : code + 1])[:, 0].cumsum(axis=1)
        number = np.asarray(k, np.int64)[mine]
        layer = (number[:, None] >= ends).sum(axis=1)
        place = number - np.where(layer, ends[np.arange(len(mine)), layer - 1], 0)
        sequence = sparse(seed, "conduct:candidate", cell[np.arange(len(mine)), layer])
        word = _mix(sequence + (place + 1).view(np.uint64) * _GAMMA)
        made[mine] = (uniform(word << np.uint64(10)) + layer) * (most[code] / LAYERS)
    return made
