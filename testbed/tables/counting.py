"""Counts of the distinct rows of a table, made block by block. The size of a block does not change them."""

# Any: a cell of a user's table can hold any value.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError

MOST = 1 << 21
"""The most distinct rows that are kept."""
SPREAD = 1 << 22
"""Up to this many combinations of codes are counted in place; more are counted by sorting."""

Codes = NDArray[np.integer]


@dataclass
class Values:
    """The distinct values of a column so far, each with a code. A missing value (None) has a code too."""

    code: dict[Any, int] = field(default_factory=dict)

    def renamed(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """Return the codes of these values. A new value gets the next code."""
        return np.array([self.code.setdefault(value, len(self.code)) for value in values], np.int32)


@dataclass
class Tally:
    """Distinct rows, and how often each occurs.

    With weights also the sums of weights and of their squares, and how many rows weigh more than 0.

    score: the column that is given up if there are more than `most` distinct rows. What stays of it is whether it is
    above the threshold, if there is one.
    """

    names: list[str]
    score: str = ""
    threshold: float | None = None
    most: int = MOST
    number: Any = float
    given_up: bool = False
    total: int = 0
    values: dict[str, Values] = field(default_factory=dict)
    _codes: list[NDArray[np.int32]] = field(default_factory=list)
    _sums: list[NDArray[np.float64]] = field(default_factory=list)
    _waiting: int = 0

    def __post_init__(self) -> None:
        self.values = {name: Values() for name in self.names}

    def add(self, block: Mapping[str, tuple[Codes, Sequence[Any]]], weights: NDArray[np.float64] | None = None) -> None:
        """Add a block: by column, codes per row and the values of the codes. A code below 0 is a missing value."""
        n = len(next(iter(block.values()))[0])
        if not n:
            return
        self.total += n
        columns, sizes = [], []
        for name in self.names:
            codes, values = block[name]
            if name == self.score and self.given_up:
                values = [self._above(value) for value in values]
            lacking = bool((codes < 0).any())
            columns.append(np.where(codes < 0, len(values), codes) if lacking else codes)
            sizes.append(len(values) + lacking)
        index, places = distinct(columns, sizes)
        mine = np.empty((len(places), len(self.names)), np.int32)
        for at, name in enumerate(self.names):
            values = block[name][1]
            if name == self.score and self.given_up:
                values = [self._above(value) for value in values]
            coded = self.values[name].renamed([*values, None] if sizes[at] > len(values) else values)
            mine[:, at] = coded[columns[at][places]]
        held = np.bincount(index, minlength=len(places)).astype(float)
        sums = [held]
        if weights is not None:
            each = (weights, weights * weights, weights > 0)
            sums += [np.bincount(index, weights=one, minlength=len(places)) for one in each]
        self._keep(mine, np.stack(sums, axis=1))

    def _above(self, value: Any) -> Any:
        return None if self.threshold is None or value is None else self.number(value) > self.threshold

    def _keep(self, codes: NDArray[np.int32], sums: NDArray[np.float64]) -> None:
        self._codes.append(codes)
        self._sums.append(sums)
        self._waiting += len(codes)
        if self._waiting > self.most:
            self._merge()
            if self._waiting > self.most and self.score and not self.given_up:
                self._give_up()
            if self._waiting > self.most:
                raise InputError(
                    f"the columns {', '.join(self.names)} have more than {self.most:,} different rows together, too "
                    "many to be counted in blocks; name fewer columns, or read the whole table (stream=False, --whole)."
                )

    def _give_up(self) -> None:
        """Forget the values of the score, to have fewer distinct rows."""
        self.given_up = True
        old, new = self.values[self.score], Values()
        anew = new.renamed([self._above(value) for value in old.code])
        self.values[self.score] = new
        at = self.names.index(self.score)
        for codes in self._codes:
            codes[:, at] = anew[codes[:, at]]
        self._merge()

    def _merge(self) -> None:
        codes, sums = np.concatenate(self._codes), np.concatenate(self._sums)
        sizes = [len(self.values[name].code) for name in self.names]
        index, places = distinct([codes[:, at] for at in range(len(self.names))], sizes)
        total = [np.bincount(index, weights=column, minlength=len(places)) for column in sums.T]
        self._codes, self._sums, self._waiting = [codes[places]], [np.stack(total, axis=1)], len(places)

    def rows(self) -> tuple[dict[str, tuple[NDArray[np.int32], list[Any]]], NDArray[np.float64]]:
        """Return the distinct rows, as codes and values by column, and their counts and sums, (rows, 1 or 4)."""
        if not self._codes:
            return {name: (np.empty(0, np.int32), []) for name in self.names}, np.empty((0, 1))
        self._merge()
        codes = self._codes[0]
        made = {name: (codes[:, at], list(self.values[name].code)) for at, name in enumerate(self.names)}
        return made, self._sums[0]


def distinct(columns: Sequence[Codes], sizes: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of the distinct row that each row is, and one place of each distinct row."""
    key = np.zeros(len(columns[0]) if columns else 0, np.int64)
    size = 1
    for codes, count in zip(columns, sizes):
        if size * count > SPREAD and size > 1:
            names, key = np.unique(key, return_inverse=True)
            size = len(names)
        key = key * count + codes
        size *= count
    if size > SPREAD:
        names, places, key = np.unique(key, return_index=True, return_inverse=True)
        return key, places
    place = np.full(size, -1, np.int64)
    place[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    present = place >= 0
    return (np.cumsum(present) - 1)[key], place[present]
