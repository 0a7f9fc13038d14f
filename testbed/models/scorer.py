"""Asking a model: a row-wise one once per distinct record, any other about everybody at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.base import REASON_COLUMNS, Scores, ask, declared, name_of, needs, row_wise

WIDEST = 62
"""Bits of a packed key: it must stay a non-negative int64."""


class DenseIds:
    """Small ids 0, 1, 2, ... for int64 keys, the same key always getting the same id."""

    def __init__(self) -> None:
        self._keys = np.empty(0, np.int64)
        self._ids = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def look_up(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(id of each key, index of the first occurrence of each key not met before, in order of id)."""
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
        """Give the thing that holds id given[i] the id i; `given` is a permutation."""
        new = np.empty_like(given)
        new[given] = np.arange(len(given))
        self._ids = new[self._ids]


class RecordIds:
    """Small ids for rows of integers. Columns are packed into 64-bit words by bit widths that grow when needed."""

    def __init__(self, n_columns: int) -> None:
        self._low = np.zeros(n_columns, np.int64)
        self._bits = np.zeros(n_columns, np.int64)
        self._rows = np.empty((0, n_columns), np.int64)
        self._ids: list[DenseIds] = [DenseIds()]
        self._groups: list[list[int]] = [list(range(n_columns))]

    def __len__(self) -> int:
        return len(self._rows)

    def look_up(self, columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """(id of each row, index of the first occurrence of each row not met before, in order of id)."""
        shifted = [column - low for column, low in zip(columns, self._low, strict=True)]
        if any((column >> bits).any() for column, bits in zip(shifted, self._bits, strict=True)):
            self._widen(columns)
            shifted = [column - low for column, low in zip(columns, self._low, strict=True)]
        ids, new = self._pack(shifted, len(columns[0]))
        if len(new):
            self._rows = np.concatenate([self._rows, np.stack([column[new] for column in columns], axis=1)])
        return ids, new

    def _pack(self, shifted: Sequence[np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
        """Each group of columns in one word; the ids of the words of several groups are packed in turn."""
        ids, new = np.zeros(n, np.int64), np.empty(0, np.int64)
        for group, table in zip(self._groups, self._ids, strict=True):
            word = ids
            for column in group:
                word = (word << self._bits[column]) | shifted[column]
            ids, new = table.look_up(word)
        return ids, new

    def _widen(self, columns: Sequence[np.ndarray]) -> None:
        """Lay the columns out anew, with room, and give the rows met so far their ids again."""
        for place, column in enumerate(columns):
            if not len(column):
                continue
            low = min(int(column.min()), int(self._low[place]))
            top = max(int(column.max()), int(self._low[place]) + (1 << int(self._bits[place])) - 1)
            span = top - low
            bits = span.bit_length()
            if bits > self._bits[place] or low < self._low[place]:
                if bits >= WIDEST:
                    raise InputError(
                        f"a record column holds integers from {low} to {top}, too far apart to be told from each other."
                    )
                self._low[place], self._bits[place] = low, bits
        self._groups, room = [[]], WIDEST
        for place, bits in enumerate(self._bits.tolist()):
            if bits > room:
                self._groups.append([])
                room = WIDEST - 31  # the id of what is packed so far: fewer than 2**31 rows
                if bits > room:
                    raise InputError("record columns are too wide to be packed; declare numbers as float64.")
            self._groups[-1].append(place)
            room -= bits
        self._ids = [DenseIds() for _ in self._groups]
        if len(self._rows):
            known = [self._rows[:, place] - self._low[place] for place in range(len(columns))]
            given, _ = self._pack(known, len(self._rows))
            self._ids[-1].rename(given)


def record_frame(
    columns: Mapping[str, Sequence[str] | None], arrays: Mapping[str, np.ndarray], people: np.ndarray
) -> pd.DataFrame:
    """The records as a model sees them: index person, one column each, in the order of `columns`.

    Integer codes become categoricals with the given labels; integers become int32, unless they are int64. The frame
    shares no memory with the arrays.
    """
    made: dict[str, Any] = {}
    for name, labels in columns.items():
        values = np.asarray(arrays[name])
        if labels is not None:
            values = values.copy()
            made[name] = pd.Categorical.from_codes(values, categories=list(labels))  # type: ignore[call-overload]
        elif values.dtype.kind in "iu" and values.dtype != np.int64:
            made[name] = values.astype(np.int32)
        else:
            made[name] = values.copy()
    return pd.DataFrame(made, index=pd.Index(np.array(people, np.int64), name="person"))


class Scorer:
    """A model, asked as seldom as its declarations allow.

    A row-wise model without needs is asked once per distinct record, over all calls: the same record
    always has the same score. `columns` are the columns of the records, in order: the labels of an
    integer-coded one, None for one of numbers (integers become int32, unless they are int64).
    `asked` counts the records that the model was handed.
    """

    def __init__(self, model: Any, columns: Mapping[str, Sequence[str] | None]) -> None:
        self.model = model
        self.columns = dict(columns)
        self.asked = 0
        self.distinct = row_wise(model) and not needs(model)
        reads = declared(model, "reads")
        self._absent: list[str] = []
        if self.distinct and reads is not None:
            self._absent = [name for name in reads if name not in self.columns]
            self.columns = {name: self.columns[name] for name in self.columns if name in reads}
        self._records = RecordIds(len(self.columns))
        self._numbers = {name: DenseIds() for name in self.columns}
        self._score = np.empty(0)
        self._decision: np.ndarray | None = np.empty(0, np.int8)
        self._reasons: list[pd.DataFrame] | None = []

    def score(
        self,
        arrays: Mapping[str, np.ndarray],
        people: np.ndarray,
        *,
        draws: np.ndarray | None = None,
        entries: pd.DataFrame | None = None,
        reasons: bool = False,
    ) -> Scores:
        """Scores of these people, in their order; `decision` where the model decides itself.

        `arrays` holds one array per column, aligned with `people` (ids, ascending). `reasons` are
        gathered only where asked for. Raises ModelError and InputError as `ask` does.
        """
        if self._absent:
            raise InputError(f"model {name_of(self.model)} reads {self._absent[0]!r}, which the records do not hold.")
        if self.distinct:
            return self._distinct(arrays, people, reasons)
        self.asked += len(people)
        made = ask(self.model, self.frame(arrays, people), {"draws": draws, "entries": entries})
        return made if reasons else Scores(made.score, made.decision)

    def frame(self, arrays: Mapping[str, np.ndarray], people: np.ndarray) -> pd.DataFrame:
        """The records as the model sees them: index person, one column each, in the declared order."""
        return record_frame(self.columns, arrays, people)

    def _distinct(self, arrays: Mapping[str, np.ndarray], people: np.ndarray, reasons: bool) -> Scores:
        codes = []
        for name in self.columns:
            values = np.asarray(arrays[name])
            if values.dtype.kind == "f":
                values, _ = self._numbers[name].look_up((values.astype(np.float64) + 0.0).view(np.int64))
            codes.append(values.astype(np.int64))
        if codes:
            ids, new = self._records.look_up(codes)
        else:
            ids, new = np.zeros(len(people), np.int64), np.arange(min(1 - len(self._score), len(people)))
        if len(new):
            self._learn({name: np.asarray(arrays[name])[new] for name in self.columns})
        decision = None if self._decision is None else self._decision[ids]
        return Scores(self._score[ids], decision, self._told(ids, people) if reasons else None)

    def _learn(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Ask about records not met before, and keep what was said."""
        met, n = len(self._score), len(next(iter(arrays.values()))) if arrays else 1
        self.asked += n
        made = ask(self.model, self.frame(arrays, np.arange(met, met + n)))
        self._score = np.concatenate([self._score, made.score])
        if made.decision is None or self._decision is None:
            self._decision = None
        else:
            self._decision = np.concatenate([self._decision, made.decision])
        if made.reasons is None or self._reasons is None:
            self._reasons = None
        else:
            self._reasons.append(made.reasons)

    def _told(self, ids: np.ndarray, people: np.ndarray) -> pd.DataFrame | None:
        """The reasons of these people: those of their records, in the order of people."""
        if self._reasons is None:
            return None
        if len(self._reasons) != 1:
            none = pd.DataFrame({"person": np.empty(0, np.int64), "rule": [], "contribution": np.empty(0)})
            told = pd.concat(self._reasons).sort_values("person", kind="stable") if self._reasons else none
            self._reasons = [told]
        told = self._reasons[0]
        record = told["person"].to_numpy()
        first, last = np.searchsorted(record, ids, side="left"), np.searchsorted(record, ids, side="right")
        each = last - first
        rows = np.repeat(first - np.cumsum(each) + each, each) + np.arange(each.sum())
        values = (np.repeat(people, each), told["rule"].to_numpy()[rows], told["contribution"].to_numpy()[rows])
        return pd.DataFrame(dict(zip(REASON_COLUMNS, values, strict=True)))
