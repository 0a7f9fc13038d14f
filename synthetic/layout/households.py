"""Households inside grids of 1,024 people, and sums over their members.

Household sizes are drawn slot by slot. A grid is filled from its first id on, and the household that would cross its
end is cut to the people left. Members have consecutive ids; the id of a household is that of its first member.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID
from synthetic.variables import Column

Ints = NDArray[np.int64]


class Layout:
    """Who lives with whom in the grids start..stop-1.

    `sizes(slots)` gives the household sizes drawn for the first slots of every grid, as a (grids, slots) table; without
    it everybody lives alone. `first` is the place of each household's first member in the block, `size` its number of
    members, and `of` the number, in the block, of each person's household.
    """

    def __init__(self, start: int, stop: int, sizes: Callable[[int], Column] | None = None) -> None:
        self.start, self.grids = start, stop - start
        self.people = self.grids * GRID
        if sizes is None:
            self.first = np.arange(self.people)
            self.size = np.ones(self.people, np.int64)
            self.of = self.first
            return
        for slots in (GRID * 27 // 64, GRID * 5 // 8, GRID):
            drawn = sizes(slots)
            ends = np.cumsum(drawn, axis=1, dtype=np.int32)
            if ends[:, -1].min() >= GRID:
                break
        begins = ends - drawn
        lives = np.flatnonzero(begins < GRID)
        self.first = begins.ravel().take(lives) + lives // slots * GRID
        self.size = np.diff(self.first, append=self.people)
        self.of = _numbered(self.first, self.people)

    @classmethod
    def of_households(cls, start: int, stop: int, household: NDArray[np.int64]) -> Layout:
        """The layout of grids, from the household id of each person."""
        made = cls(start, stop)
        made.first = np.flatnonzero(household == np.arange(start * GRID, stop * GRID))
        made.size = np.diff(made.first, append=made.people)
        made.of = _numbered(made.first, made.people)
        return made

    def gather(self, values: Column, unit: str) -> Column:
        """The values of a column of people by the unit that holds it: the inverse of `spread`."""
        if unit == "person":
            return values
        return values.take(self.first) if unit == "household" else values[::GRID]

    @cached_property
    def grid_of_household(self) -> Ints:
        """The number, in the block, of each household's grid."""
        grids: Ints = self.first // GRID
        return grids

    @cached_property
    def grid(self) -> NDArray[np.int32]:
        """The grid ids of the block."""
        return np.arange(self.start, self.start + self.grids, dtype=np.int32)

    @cached_property
    def household(self) -> Ints:
        """The id of each household: that of its first member."""
        return self.first + self.start * GRID

    @cached_property
    def place(self) -> NDArray[np.int16]:
        """The position of each person in the household, from 0."""
        return np.arange(self.people, dtype=np.int32) - self.first.astype(np.int32).take(self.of)

    def spread(self, values: Column, held_by: str, wanted: str) -> Column:
        """Values of one unit repeated for a finer unit; values that are already as fine are returned unchanged."""
        if held_by == wanted or held_by == "person":
            return values
        if held_by == "household":
            return values if wanted == "grid" else values.take(self.of)
        return values[self.grid_of_household] if wanted == "household" else np.repeat(values, GRID)


def _numbered(first: Ints, people: int) -> Ints:
    """The number, in the block, of each person's household, from the places of the first members."""
    begins = np.zeros(people, np.int8)
    begins[first] = 1
    begins[0] = 0
    # Eight flags in a word, times 1 in each of its bytes, are their running sum: a third of the time of a long one.
    eight = begins.view("<u8") * np.uint64(0x0101010101010101)
    before = np.cumsum(eight >> np.uint64(56)) - (eight >> np.uint64(56))
    running = eight.astype("<u8", copy=False).view(np.int8).reshape(-1, 8)
    return np.asarray(np.add(running, before.view(np.int64)[:, None], dtype=np.int64).ravel())


class Members:
    """Sums over the members of each household, in the order of their ids."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.size = layout.size

    def sum(self, values: Column) -> Column:
        """The sum over each household's members: floats for floats, otherwise integers (below 2^53)."""
        total = np.bincount(self.layout.of, values, len(self.layout.first))
        return total if values.dtype.kind == "f" else total.astype(np.int64)

    def any(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether any member of each household is flagged."""
        found = np.zeros(len(self.layout.first), np.bool_)
        found[self.layout.of[np.flatnonzero(flags)]] = True
        return found

    def first(self, values: Column) -> Column:
        """The value of each household's first member, the head."""
        return values.take(self.layout.first)

    def where(self, flags: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The flagged people and their households, as numbers in the block."""
        people = np.flatnonzero(flags)
        return people, self.layout.of.take(people)
