"""Columns of numbers: scores, features, sampling weights, people per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import numeric
from synthetic.errors import InputError
from testbed.tables.columns import Column, column
from testbed.tables.reading import number, typed

MOST_PEOPLE = 1 << 53
"""From this number on, whole numbers are not exact as floats."""


def scores(found: Column) -> NDArray[np.float64]:
    """Return scores: finite numbers, or the ranks of grades in an ordered categorical; the last is the best."""
    if isinstance(found.values.dtype, pd.CategoricalDtype) and found.values.dtype.ordered:
        return found.values.cat.codes.to_numpy().astype(float)
    return finite(found)


def features(frame: pd.DataFrame, named: Sequence[str], *, texts: bool = False) -> pd.DataFrame:
    """Return the columns that say which people are alike. Raises InputError for unknown columns or missing values.

    texts: the cells are those of a CSV file, in which numbers are texts too. Elsewhere a text is a category.
    """
    given = [named] if isinstance(named, str) else list(named)
    held = {}
    for name in given:
        found = column(frame, name, "features")
        if found.name in held:
            raise InputError(f"features names {found.name!r} twice.")
        read = typed(found.values) if texts else numeric(found.values)
        values = found.values if read is None else read
        if values.dtype.kind in "fc":
            finite(replace(found, values=values))
        held[found.name] = values
    return pd.DataFrame(held, index=frame.index)


def finite(found: Column) -> NDArray[np.float64]:
    """Return the column as finite floats; texts that are numbers count. Raises InputError for anything else."""
    values = numeric(found.values)
    if values is None and not isinstance(found.values.dtype, pd.CategoricalDtype):
        values = numeric(typed(found.values))
    if values is None:
        given = found.values.tolist()
        wrong = next((one for one in given if isinstance(one, str) and number(one) is None), given[0])
        raise InputError(f"{found} must hold numbers, found {wrong!r}.")
    made = values.to_numpy(dtype=float)
    if not np.isfinite(made).all():
        at = int(np.argmax(~np.isfinite(made)))
        row = found.values.index[[at]].tolist()[0]
        raise InputError(f"{found} has {made[at]} in row {row!r}; finite numbers are allowed.")
    return made


def weights(found: Column) -> NDArray[np.float64]:
    """Return sampling weights, or people per row if the column is for `counts`.

    Raises InputError for a weight that is not allowed (`each_weight`), if all are 0, and for 2**53 people or more.
    """
    made = each_weight(found)
    if not made.any():
        one = "count" if found.role == "counts" else "weight"
        raise InputError(f"{found} is 0 in every row; some {one} must be above 0.")
    if found.role == "counts" and made.sum() >= MOST_PEOPLE:
        raise InputError(f"{found} adds up to {made.sum():g} people; fewer than 2**53 ({MOST_PEOPLE:,}) are allowed.")
    return made


def each_weight(found: Column) -> NDArray[np.float64]:
    """Return the weights of a column or a part of it. Raises InputError below 0, or for counts that are not whole."""
    made = finite(found)
    allowed = made >= 0
    if found.role == "counts":
        allowed &= made == np.floor(made)
    if not allowed.all():
        at = int(np.argmin(allowed))
        said = "counts are whole numbers, 0 or more" if found.role == "counts" else "weights are 0 or more"
        raise InputError(f"{found} has {made[at]:.15g} in row {found.values.index[at]!r}; {said}.")
    return made
