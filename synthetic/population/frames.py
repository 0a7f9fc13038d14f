"""Checks of a table of real people, and the recipe of its columns, which have no causes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthetic.cells import complete, numeric
from synthetic.errors import InputError, unknown
from synthetic.recipes import Recipe
from synthetic.variables import Variable


def checked(frame: pd.DataFrame, truth: Sequence[str]) -> pd.DataFrame:
    """The table with `person` from 0 as its index. Raises InputError for an empty table."""
    if not isinstance(frame, pd.DataFrame) or not len(frame):
        raise InputError("a population from a table needs a DataFrame with at least one row.")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"column {twice!r} is in the table twice.")
    for name in truth:
        if name not in frame.columns:
            raise unknown("truth column", name, map(str, frame.columns))
    made = frame.set_axis(pd.RangeIndex(len(frame), name="person").astype(np.int64))
    made.index.name = "person"
    return made


def recipe_of(frame: pd.DataFrame) -> Recipe:
    """The recipe of a checked table: a variable for each column, none of which causes another.

    Raises InputError if a value is missing.
    """
    columns = {str(name): complete(frame[name], f"column {name!r}") for name in frame.columns}
    return Recipe("table", {name: _variable(name, column) for name, column in columns.items()}, {}, layout=False)


def _variable(name: str, column: pd.Series) -> Variable:
    levels: tuple[str, ...] | None = None
    dtype: type = np.float64
    kind = "float"
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = tuple(str(level) for level in column.cat.categories)
    elif column.dtype.kind == "b":
        kind, dtype = "flag", np.bool_
    elif column.dtype.kind in "iu":
        kind, dtype = "integer", np.int64
    elif numeric(column) is None:
        levels = tuple(sorted(column.astype(str).unique()))
    if levels is not None:
        kind, dtype = "category", np.int16 if len(levels) < 1 << 15 else np.int32
    return Variable(name, None, (), "person", kind, f"column {name!r} of the table", levels=levels, dtype=dtype)
