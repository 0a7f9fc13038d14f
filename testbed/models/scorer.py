"""Scoring with few calls: a row-wise model gets each distinct record once, any other model everybody at once."""

# Any: a user's model can be anything.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.asking import ask, reasons_of
from testbed.models.base import REASON_COLUMNS, Scores, declared, name_of, needs, row_wise
from testbed.models.record_ids import DenseIds, RecordIds


def record_frame(
    columns: Mapping[str, Sequence[str] | None], arrays: Mapping[str, np.ndarray], people: np.ndarray
) -> pd.DataFrame:
    """The frame of records that a model gets: index person, one column each, in the order of `columns`.

    Integer codes become categoricals with the given labels; integers become int32, unless they are int64. The frame
    shares no memory with the arrays.
    """
    made: dict[str, object] = {}
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
    """A model that is asked as rarely as its declarations allow.

    A row-wise model without needs is asked once per distinct record over all calls, because the same record always has
    the same score. `columns` are the columns of the records, in order: the labels of an integer-coded column, None for
    a column of numbers (integers become int32, unless they are int64). `asked` counts the records that the model got.
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
        """The scores of these people, in their order, with `decision` if the model decides itself.

        `arrays` holds one array per column, aligned with `people` (ids, ascending). Reasons are included only if
        `reasons` is true. Raises ModelError and InputError as `ask` does.
        """
        if self._absent:
            raise InputError(f"model {name_of(self.model)} reads {self._absent[0]!r}, which the records do not hold.")
        if self.distinct:
            return self._distinct(arrays, people, reasons)
        self.asked += len(people)
        made = ask(self.model, self.frame(arrays, people), {"draws": draws, "entries": entries})
        return made if reasons else Scores(made.score, made.decision)

    def reasons(
        self,
        arrays: Mapping[str, np.ndarray],
        people: np.ndarray,
        *,
        draws: np.ndarray | None = None,
        entries: pd.DataFrame | None = None,
    ) -> pd.DataFrame | None:
        """The reasons that the model gives these people when it is asked for them alone; None if it gives none.

        A row-wise model is asked once per distinct record.
        """
        if not callable(declared(self.model, "reasons")):
            return None
        if not self.distinct:
            return reasons_of(self.model, self.frame(arrays, people), {"draws": draws, "entries": entries})
        _, first, which = np.unique(self._ids(arrays, people), return_index=True, return_inverse=True)
        frame = self.frame({name: np.asarray(arrays[name])[first] for name in self.columns}, np.arange(len(first)))
        told = reasons_of(self.model, frame)
        return None if told is None else _handed_on(told.sort_values("person", kind="stable"), which, people)

    def frame(self, arrays: Mapping[str, np.ndarray], people: np.ndarray) -> pd.DataFrame:
        """The frame of records that the model gets: index person, one column each, in the declared order."""
        return record_frame(self.columns, arrays, people)

    def _distinct(self, arrays: Mapping[str, np.ndarray], people: np.ndarray, reasons: bool) -> Scores:
        ids = self._ids(arrays, people)
        decision = None if self._decision is None else self._decision[ids]
        return Scores(self._score[ids], decision, self._told(ids, people) if reasons else None)

    def _ids(self, arrays: Mapping[str, np.ndarray], people: np.ndarray) -> np.ndarray:
        """The number of each person's record; the model is asked about records that are new."""
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
        return ids

    def _learn(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Ask about records that are new, and keep the answer."""
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
        return _handed_on(self._reasons[0], ids, people)


def _handed_on(told: pd.DataFrame, ids: np.ndarray, people: np.ndarray) -> pd.DataFrame:
    """The reasons of records, ordered by record, as those of the people who have these records (ids)."""
    record = told["person"].to_numpy()
    first, last = np.searchsorted(record, ids, side="left"), np.searchsorted(record, ids, side="right")
    each = last - first
    rows = np.repeat(first - np.cumsum(each) + each, each) + np.arange(each.sum())
    values = (np.repeat(people, each), told["rule"].to_numpy()[rows], told["contribution"].to_numpy()[rows])
    return pd.DataFrame(dict(zip(REASON_COLUMNS, values, strict=True)))
