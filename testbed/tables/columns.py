"""A column of a user's table: found by name, by index or by position, with nothing missing.

What a column is for decides what its text means: a group or an id is the text itself; a score, a weight or a label
is the number that the text is. Nothing is guessed that changes an answer. A value that is missing, misaligned or
ambiguous is an InputError that names the column, the value found and what is allowed.
"""

# Any: a user names a column by any value, or gives any array; a cell can hold any value.
from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import complete
from synthetic.errors import InputError, unknown

Coded = tuple[NDArray[np.integer], list[Any]]


@dataclass(frozen=True)
class Column:
    """A column of the table. role: what it is for ("outcome", "groups", ...). coded: its codes, if already known."""

    name: str
    values: pd.Series
    role: str
    coded: Coded | None = None

    def __str__(self) -> str:
        return f"{self.role} column {self.name!r}"


def column(
    frame: pd.DataFrame, given: Any, role: str, default: str = "", ready: Mapping[str, Coded] | None = None
) -> Column:
    """Return a column that is given by name, as a Series with the frame's index, or as an array by position.

    ready: known codes of columns of the frame, by name.

    Raises InputError for an unknown name, an index or a length that differs, or missing values.
    """
    if isinstance(given, pd.Series):
        if not given.index.equals(frame.index):
            raise InputError(
                f"the {role} Series does not have the frame's index; give series.reindex(frame.index), "
                "or series.to_numpy() to go by position."
            )
        found = Column(str(given.name) if given.name is not None else default or role, given, role)
    elif isinstance(given, str) or (not hasattr(given, "__len__") and given in frame.columns):
        if given not in frame.columns:
            raise unknown(f"{role} column", given, map(str, frame.columns))
        values = frame[given]
        if isinstance(values, pd.DataFrame):
            raise InputError(f"{role} column {given!r} is in the table {values.shape[1]} times; once is allowed.")
        found = Column(str(given), values, role, (ready or {}).get(given) if isinstance(given, str) else None)
    else:
        found = Column(default or role, _by_position(frame, given, role), role)
    return found if found.coded is not None else replace(found, values=complete(found.values, str(found)))


def _by_position(frame: pd.DataFrame, given: Any, role: str) -> pd.Series:
    if not hasattr(given, "__len__"):
        raise unknown(f"{role} column", given, map(str, frame.columns))
    if isinstance(given, pd.DataFrame | Mapping | Set):
        raise InputError(f"{role} is a {type(given).__name__}; the name of a column, a Series or an array is allowed.")
    if str(getattr(given, "dtype", "")) in ("Int128", "UInt128"):
        given = given.to_list()  # numpy has no integers of 128 bits
    if np.ndim(given) != 1 or len(given) != len(frame):
        raise InputError(f"{role} has shape {np.shape(given)}, but the table has {len(frame)} rows.")
    return pd.Series(given).set_axis(frame.index)
