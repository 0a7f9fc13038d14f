"""Real people from a table, behind the same doors as a synthetic population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import complete, numeric, plain
from synthetic.errors import InputError, unknown
from synthetic.population.population import Population
from synthetic.recipes.base import Recipe
from synthetic.variables.variable import Variable


class FramePopulation(Population):
    """A population whose people are the rows of a table. It knows no causes: setting a column changes it alone."""

    def __init__(self, frame: pd.DataFrame, *, truth: Sequence[str] = ()) -> None:
        if not isinstance(frame, pd.DataFrame) or not len(frame):
            raise InputError("a population from a table needs a DataFrame with at least one row.")
        if not frame.columns.is_unique:
            twice = frame.columns[frame.columns.duplicated()][0]
            raise InputError(f"column {twice!r} stands in the table twice.")
        for name in truth:
            if name not in frame.columns:
                raise unknown("truth column", name, map(str, frame.columns))
        columns = {str(name): complete(frame[name], f"column {name!r}") for name in frame.columns}
        self._frame = frame.set_axis(pd.RangeIndex(len(frame), name="person").astype(np.int64))
        self._frame.index.name = "person"
        self.size, self.seed, self.truth = len(frame), 0, tuple(truth)
        self.recipe = Recipe(
            "table", {name: _variable(name, column) for name, column in columns.items()}, {}, layout=False
        )
        self._set = ()

    def people(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """The rows start..stop-1, columns as given, index `person` from 0."""
        start, stop = self._range(start, stop)
        return self._frame.iloc[start:stop].copy()

    def arrays(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        names: Sequence[str] | None = None,
        base: Mapping[str, NDArray] | None = None,
    ) -> dict[str, NDArray]:
        """The columns of the rows start..stop-1 as arrays; texts and categories as integer codes of their levels."""
        start, stop = self._range(start, stop)
        wanted = list(self.recipe.variables) if names is None else list(names)
        self.recipe.needed(wanted)
        made: dict[str, NDArray] = {}
        for name in wanted:
            each = self.recipe.variables[name]
            column = plain(self._frame[name].iloc[start:stop])
            if each.levels is not None:
                codes = pd.Categorical(column.astype(str), categories=list(each.levels)).codes
                made[name] = np.asarray(codes, each.dtype)
            else:
                made[name] = column.to_numpy().astype(each.dtype)
        return made

    def do(self, values: Mapping[str, object], *, people: Sequence[int] | NDArray | None = None) -> Population:
        """The same table with columns set, for everybody or for some rows."""
        ids = self._ids(people)
        self.recipe.needed(list(values))
        frame = self._frame.copy()
        for name, value in values.items():
            self.recipe.variables[name].code(value)
            rows = slice(None) if ids is None else ids
            frame.iloc[rows, frame.columns.get_loc(name)] = value  # type: ignore[call-overload]
        made = FramePopulation.__new__(FramePopulation)
        made.__dict__.update(self.__dict__)
        made._frame = frame
        return made


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
