"""Records as a matrix of numbers; the layout is fixed by the training records."""

# Any: the levels of a column can be of any type, and the thread pools have no types.
from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import complete


@dataclass(frozen=True)
class Column:
    """How one record column is encoded: one 0/1 column per level, or (value - center) / scale."""

    name: str
    levels: tuple[Any, ...] | None
    center: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Features:
    """A fixed encoding of records as float64: the same record always gives the same row."""

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, records: pd.DataFrame) -> Features:
        """The encoding from the levels, centers and scales of these records. A level that is new later gives zeros."""
        return cls(tuple(_column(str(name), records[name]) for name in records.columns))

    @property
    def width(self) -> int:
        """The number of columns of the matrix."""
        return sum(1 if column.levels is None else len(column.levels) for column in self.columns)

    @property
    def owners(self) -> NDArray[np.intp]:
        """The place in `columns` of the record column that each column of the matrix encodes."""
        return np.repeat(
            np.arange(len(self.columns)), [len(c.levels) if c.levels is not None else 1 for c in self.columns]
        )

    def places(self, name: str) -> list[int]:
        """The columns of the matrix that encode a record column."""
        return np.flatnonzero([self.columns[owner].name == name for owner in self.owners]).tolist()

    def matrix(self, records: pd.DataFrame) -> NDArray[np.float64]:
        """The records as float64 (n, width). Raises ValueError if a column of the training records is absent or lacks a
        value."""
        made = np.zeros((len(records), self.width))
        place = 0
        for column in self.columns:
            if column.name not in records.columns:
                raise ValueError(f"the records have no column {column.name!r}, which the model was fitted with")
            values = complete(records[column.name], f"records column {column.name!r}")
            if column.levels is None:
                made[:, place] = (values.to_numpy(np.float64) - column.center) / column.scale
                place += 1
                continue
            for level in column.levels:
                made[:, place] = (values == level).to_numpy(np.float64)
                place += 1
        return made


def _column(name: str, values: pd.Series) -> Column:
    values = complete(values, f"records column {name!r}")
    if isinstance(values.dtype, pd.CategoricalDtype):
        return Column(name, tuple(values.cat.categories))
    if values.dtype.kind not in "biuf":
        return Column(name, tuple(sorted(values.unique(), key=str)))
    numbers = values.to_numpy(np.float64)
    scale = float(numbers.std()) if len(numbers) else 0.0
    return Column(name, None, float(numbers.mean()) if len(numbers) else 0.0, scale if scale > 0 else 1.0)


def probability(matrix: NDArray[np.float64], weights: NDArray[np.float64], intercept: float) -> NDArray[np.float64]:
    """The logistic function of each row: 1 / (1 + exp(-(intercept + matrix @ weights))), (n,)."""
    return logistic(weighted(matrix, weights, intercept))


def logistic(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500, 500))), np.float64)


def weighted(matrix: NDArray[np.float64], weights: NDArray[np.float64], intercept: float) -> NDArray[np.float64]:
    """The weighted sum of each row, intercept + matrix @ weights, (n,).

    The sum runs column by column: the last bit of a matrix product depends on the number of rows.
    """
    made: NDArray[np.float64] = np.full(len(matrix), float(intercept))
    for place, weight in enumerate(weights):
        made += matrix[:, place] * weight
    return made


def log_odds(score: float) -> float:
    """The log-odds of a probability; infinite for 0 and 1.

    >>> log_odds(0.5), log_odds(1.0)
    (0.0, inf)
    """
    with np.errstate(divide="ignore"):
        return float(np.log(np.float64(score)) - np.log1p(-np.float64(score)))


def one_thread() -> AbstractContextManager[Any]:
    """A context in which numerical libraries use one thread, so that sums do not depend on the number of cores."""
    limits: AbstractContextManager[Any] = _pools().limit(limits=1)
    return limits


@cache
def _pools() -> Any:
    """The thread pools of the loaded libraries, found once because that takes a millisecond."""
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
