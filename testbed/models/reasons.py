"""Reasons for scores in one form: for each person and column of the record, what the column adds to the score.

They are made when they are asked for, and never while a world runs.
"""

# Any: a value of a record can be of any type.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import REASON_COLUMNS

EXACT, APPROXIMATE = "exact", "approximate"
REASONS_ARE = {
    EXACT: "exact: what each column adds to the log-odds, against the average training record (an estimator's: "
    "against the record that most people have)",
    APPROXIMATE: "approximate: by how much the score falls if one column is as most people have it, the rest unchanged",
}
"""What a model says of its reasons by `reasons_are`."""

DECIMALS = 9

Numbers = NDArray[np.float64]


def told(people: NDArray[np.generic], names: Sequence[str], parts: Numbers) -> pd.DataFrame:
    """Reasons from contributions (n, names), to nine decimals; one of 0 is none.

    >>> told(np.array([7, 8]), ["debts", "age"], np.array([[-0.5, 0.0], [0.0, 0.25]])).values.tolist()
    [[7, 'debts', -0.5], [8, 'age', 0.25]]
    """
    parts = np.round(parts, DECIMALS)
    row, column = np.nonzero(parts)
    values = (people[row], np.array(names, object)[column], parts[row, column])
    return pd.DataFrame(dict(zip(REASON_COLUMNS, values, strict=True)))


def typical(records: pd.DataFrame) -> dict[str, Any]:
    """The value of each column that most people have: of numbers the (lower) median, of levels the most frequent one.

    Missing values do not count; a column of nothing else has None.

    >>> typical(pd.DataFrame({"debts": [0, 0, 3], "place": ["rural", "urban", "urban"]}))
    {'debts': 0, 'place': 'urban'}
    """
    found: dict[str, Any] = {}
    for name, column in records.items():
        values = column.dropna()
        if not len(values):
            found[str(name)] = None
        elif pd.api.types.is_numeric_dtype(values):
            ordered = np.sort(values.to_numpy())
            found[str(name)] = ordered[(len(ordered) - 1) // 2].item()
        else:
            found[str(name)] = values.mode().iloc[0]
    return found


def usual_record(records: pd.DataFrame) -> pd.DataFrame:
    """One record with the typical value in each column, of the same types."""
    kept = typical(records)
    return pd.DataFrame({name: pd.Series([kept[str(name)]], dtype=values.dtype) for name, values in records.items()})


def one_at_a_time(
    says: Callable[[pd.DataFrame], Numbers], records: pd.DataFrame, usual: Mapping[str, Any]
) -> pd.DataFrame:
    """Reasons of a row-wise model: what it says of a record, less what it says with one column at its usual value.

    The model is asked once for each different record that this makes.
    """
    names = [str(name) for name in records.columns if str(name) in usual]
    frame = records.reset_index(drop=True)
    changed, where = [frame], []
    for place, name in enumerate(names):
        rows = np.flatnonzero((frame[name] != usual[name]).to_numpy())
        other = frame.iloc[rows].copy()
        other[name] = pd.Series([usual[name]] * len(rows), index=other.index, dtype=frame[name].dtype)
        changed.append(other)
        where.append((rows, np.full(len(rows), place)))
    asked = pd.concat(changed, ignore_index=True)
    which = asked.groupby(list(asked.columns), sort=False, observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(which, return_index=True)
    said = says(asked.iloc[first])[which]
    parts = np.zeros((len(frame), len(names)))
    if where:
        row, column = (np.concatenate(side) for side in zip(*where, strict=True))
        parts[row, column] = said[: len(frame)][row] - said[len(frame) :]
    return told(records.index.to_numpy(), names, parts)
