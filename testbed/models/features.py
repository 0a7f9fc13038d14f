"""Records as a matrix of numbers, laid down once from the training records."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from synthetic.cells import complete


@dataclass(frozen=True)
class Column:
    """How one record column is written: one 0/1 column per level, or (value - center) / scale."""

    name: str
    levels: tuple[Any, ...] | None
    center: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Features:
    """A fixed way to write records as float64: the same record is the same row, whatever its company."""

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, records: pd.DataFrame) -> Features:
        """Levels, centers and scales of these records. A level that comes up later is written as all zeros."""
        return cls(tuple(_column(str(name), records[name]) for name in records.columns))

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(1 if column.levels is None else len(column.levels) for column in self.columns)

    def matrix(self, records: pd.DataFrame) -> np.ndarray:
        """float64 (n, width). Raises ValueError for a column that was there in training and is not now, or that lacks
        a value."""
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


def probability(matrix: np.ndarray, weights: np.ndarray, intercept: float) -> np.ndarray:
    """1 / (1 + exp(-(intercept + matrix @ weights))), (n,).

    Added up column by column, not by a matrix product, whose last bit depends on how many rows there are.
    """
    sum_ = np.full(len(matrix), float(intercept))
    for place, weight in enumerate(weights):
        sum_ += matrix[:, place] * weight
    return 1.0 / (1.0 + np.exp(-np.clip(sum_, -500, 500)))


def one_thread() -> AbstractContextManager[Any]:
    """Numerical libraries use one thread inside: a sum over rows must not depend on the number of cores."""
    limits: AbstractContextManager[Any] = _pools().limit(limits=1)
    return limits


@cache
def _pools() -> Any:
    """The thread pools of the libraries loaded by now; finding them costs a millisecond, so once."""
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
