"""Small numbers for distinct records, so that equal records are recognized at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthetic.errors import InputError

WIDEST = 62
"""The most bits of a packed key, so that it is a non-negative int64."""


class DenseIds:
    """Small ids 0, 1, 2, ... for int64 keys; the same key always gets the same id."""

    def __init__(self) -> None:
        self._keys = np.empty(0, np.int64)
        self._ids = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def look_up(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(id of each key, index of the first occurrence of each new key, in order of id)."""
        place = np.searchsorted(self._keys, keys)
        if len(self._keys):
            place[place == len(self._keys)] = 0
            ids = self._ids[place]
            missing = np.flatnonzero(self._keys[place] != keys)
        else:
            ids, missing = np.empty(len(keys), np.int64), np.arange(len(keys))
        if not len(missing):
            return ids, missing
        fresh, first, inverse = np.unique(keys[missing], return_index=True, return_inverse=True)
        ids[missing] = len(self._keys) + inverse
        at = np.searchsorted(self._keys, fresh)
        new_ids = len(self._keys) + np.arange(len(fresh))
        self._keys, self._ids = np.insert(self._keys, at, fresh), np.insert(self._ids, at, new_ids)
        return ids, missing[first]

    def rename(self, given: np.ndarray) -> None:
        """Change the id given[i] to i, for every i; `given` is a permutation."""
        new = np.empty_like(given)
        new[given] = np.arange(len(given))
        self._ids = new[self._ids]


class RecordIds:
    """Small ids for rows of integers. Columns are packed into 64-bit words; their widths in bits grow when needed."""

    def __init__(self, n_columns: int) -> None:
        self._low = np.zeros(n_columns, np.int64)
        self._bits = np.zeros(n_columns, np.int64)
        self._rows = np.empty((0, n_columns), np.int64)
        self._ids: list[DenseIds] = [DenseIds()]
        self._groups: list[list[int]] = [list(range(n_columns))]

    def __len__(self) -> int:
        return len(self._rows)

    def look_up(self, columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """(id of each row, index of the first occurrence of each new row, in order of id)."""
        shifted = [column - low for column, low in zip(columns, self._low, strict=True)]
        if any((column >> bits).any() for column, bits in zip(shifted, self._bits, strict=True)):
            self._widen(columns)
            shifted = [column - low for column, low in zip(columns, self._low, strict=True)]
        ids, new = self._pack(shifted, len(columns[0]))
        if len(new):
            self._rows = np.concatenate([self._rows, np.stack([column[new] for column in columns], axis=1)])
        return ids, new

    def _pack(self, shifted: Sequence[np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
        """The ids of rows: each group of columns is one word, and the id of a word is packed with the next group."""
        ids, new = np.zeros(n, np.int64), np.empty(0, np.int64)
        for group, table in zip(self._groups, self._ids, strict=True):
            word = ids
            for column in group:
                word = (word << self._bits[column]) | shifted[column]
            ids, new = table.look_up(word)
        return ids, new

    def _widen(self, columns: Sequence[np.ndarray]) -> None:
        """Widen the layout so that these values fit, and restore the ids of the rows known so far."""
        for place, column in enumerate(columns):
            if not len(column):
                continue
            low = min(int(column.min()), int(self._low[place]))
            top = max(int(column.max()), int(self._low[place]) + (1 << int(self._bits[place])) - 1)
            span = top - low
            bits = span.bit_length()
            if bits > self._bits[place] or low < self._low[place]:
                if bits >= WIDEST:
                    raise InputError(f"a record column holds integers from {low} to {top}, too far apart to be packed.")
                self._low[place], self._bits[place] = low, bits
        self._groups, room = [[]], WIDEST
        for place, bits in enumerate(self._bits.tolist()):
            if bits > room:
                self._groups.append([])
                room = WIDEST - 31  # room for the id of the groups packed so far: fewer than 2**31 rows
                if bits > room:
                    raise InputError("record columns are too wide to be packed; declare numbers as float64.")
            self._groups[-1].append(place)
            room -= bits
        self._ids = [DenseIds() for _ in self._groups]
        if len(self._rows):
            known = [self._rows[:, place] - self._low[place] for place in range(len(columns))]
            given, _ = self._pack(known, len(self._rows))
            self._ids[-1].rename(given)
