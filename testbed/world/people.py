"""The people who are simulated together, by id and by position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID
from testbed.world.society import Society


class People:
    """The people (ids, ascending) who are simulated together. Arrays about them are in their order.

    If the ids are consecutive, no table is needed to find positions.
    """

    def __init__(self, society: Society, ids: np.ndarray) -> None:
        self.society, self.ids, self.n = society, ids, len(ids)
        self.first = int(ids[0]) if self.n else 0
        self.run = self.n > 0 and int(ids[-1]) - self.first + 1 == self.n
        self.whole = self.run and self.n == society.size
        self.grids: NDArray[np.int64] = (
            np.arange(self.first // GRID, (self.first + self.n - 1) // GRID + 1) if self.run else np.unique(ids // GRID)
        )
        self._place = np.empty(0, np.int32)
        if not self.run:
            self._place = np.full(society.size, -1, np.int32)
            self._place[ids] = np.arange(self.n, dtype=np.int32)

    def at(self, ids: np.ndarray) -> NDArray[np.int64]:
        """The position of each id; -1 for people who are not simulated."""
        if not self.run:
            return np.asarray(self._place[ids], np.int64)
        place = np.asarray(ids, np.int64) - self.first
        if not self.whole:
            place[(place < 0) | (place >= self.n)] = -1
        return place

    @property
    def among(self) -> NDArray[np.bool_] | None:
        """Whether each id of the society is simulated; None if the ids are consecutive."""
        return None if self.run else self._place >= 0

    def of(self, column: np.ndarray) -> np.ndarray:
        """The values of these people, from an array over everybody in the society (or in its part)."""
        first = self.first - self.society.start
        return column[first : first + self.n] if self.run else column[self.ids]
