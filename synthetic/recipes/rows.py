"""Rows: the people of a table, in place of variables that are drawn. Person i is row i of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.variables import Column


@dataclass(frozen=True)
class Rows:
    """The columns of a table of people, as arrays in the order of its rows.

    `household` holds the id of the first member of each person's household. `declares` names the columns of which all
    that they cause is declared; `source` is the name of the file, `cut` the number of households that a grid's border
    divides.
    """

    source: str
    columns: Mapping[str, Column]
    household: NDArray[np.int64]
    declares: frozenset[str] = frozenset()
    cut: int = 0

    def __len__(self) -> int:
        return len(self.household)

    def block(self, first: int, until: int) -> dict[str, Column]:
        """The columns of the grids first..until-1. Places beyond the last row are filled up, and nobody reads them."""
        low, high = first * GRID, until * GRID
        beyond = max(high - max(len(self), low), 0)
        found = {name: np.pad(values[low:high], (0, beyond)) for name, values in self.columns.items()}
        found["household"] = np.append(self.household[low:high], np.arange(high - beyond, high))
        return found

    def check_size(self, size: int) -> None:
        """Raise InputError if more people are asked for than there are rows."""
        if size > len(self):
            raise InputError(f"people: found {size:,}, and {self.source} has {len(self):,} rows; no more are allowed.")

    def fixed(self, name: str) -> str:
        """Why nobody can have another value of this column, all else following; "" if what it causes is declared.

        >>> Rows("people.csv", {}, np.arange(2)).fixed("sex")
        'people.csv does not declare what sex causes, so nobody can have another value of it, all else following'
        """
        if name in self.declares:
            return ""
        return (
            f"{self.source} does not declare what {name} causes, so nobody can have another value of it, all else "
            "following"
        )

    @cached_property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 digest of all columns, whatever file holds them."""
        made = hashlib.sha256(np.ascontiguousarray(self.household, "<i8").tobytes())
        for name, values in sorted(self.columns.items()):
            made.update(f"\0{name}\0{values.dtype.str}\0".encode())
            made.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())
        return made.hexdigest()[:16]


def households(labels: NDArray[np.int64], column: str) -> tuple[NDArray[np.int64], int]:
    """The id of the first member of each person's household, and how many households a grid's border divides.

    labels: a number for each household, by row. Raises InputError if rows of a household are apart.

    >>> households(np.array([7, 7, 3]), "home")
    (array([0, 0, 2]), 0)
    """
    place = np.arange(len(labels))
    begins = np.append(True, labels[1:] != labels[:-1])
    runs = labels[begins]
    _, first, which = np.unique(runs, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[which] != np.arange(len(runs)))
    if len(again):
        there = int(place[begins][again[0]])
        raise InputError(
            f"household column {column!r}: row {there} belongs to a household of rows further up; sort the file by it."
        )
    border = place % GRID == 0
    cut = int((border & ~begins).sum())
    return np.maximum.accumulate(np.where(begins | border, place, 0)), cut
