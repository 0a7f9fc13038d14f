"""The source of a table: a frame of pandas or of another library, or a file. Only the columns asked for are taken.

narwhals converts a frame of another library to pandas. If counts are enough, that library counts first, and only the
distinct rows and their counts are converted.
"""

# Any: a frame of any library can come in.
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthetic.cells import complete, missing
from synthetic.errors import InputError
from testbed.tables.held import WEIGHTS, Held, names_asked
from testbed.tables.streaming import from_file


def held(
    frame: Any, roles: Mapping[str, Any], *, threshold: float | None, stream: bool | None, counted: bool = True
) -> Held:
    """Return a user's table as pandas; `audit_table` says what it may be.

    roles: the columns asked for, by what they are for. counted: whether rows may be counted on the way, which needs
    tables without missing values. Raises InputError for anything but a table.
    """
    if isinstance(frame, pd.DataFrame):
        return Held(frame)
    if isinstance(frame, str | Path):
        return from_file(Path(frame), roles, threshold=threshold, stream=stream if counted else False)
    import narwhals as nw

    try:
        wrapped: Any = nw.from_native(frame)
        assert isinstance(wrapped, nw.DataFrame | nw.LazyFrame)
    except (TypeError, AssertionError):
        raise InputError(
            f"audit_table needs a DataFrame, found {type(frame).__name__}; allowed: a DataFrame of pandas, polars or "
            "any library that narwhals knows, or the path of a CSV or Parquet file."
        ) from None
    return _converted(wrapped, roles, counted=counted)


def _converted(wrapped: Any, roles: Mapping[str, Any], *, counted: bool) -> Held:
    """Return the columns asked for as pandas, counted first if that is allowed and enough."""
    import narwhals as nw

    known = wrapped.collect_schema()
    asked = names_asked(roles, list(known.names()))
    texts = {
        name: nw.col(name).cast(_kind(known[name], role)) for name, role in asked.items() if _kind(known[name], role)
    }
    chosen = wrapped.select(*asked).with_columns(**texts) if texts else wrapped.select(*asked)
    by_name = all(
        one is None or isinstance(one, str)
        for role, given in roles.items()
        for one in (given if isinstance(given, list | tuple) else [given])
    )
    alone = counted and by_name and not any(roles.get(role) is not None for role in ("score", *WEIGHTS, "clusters"))
    if alone and not roles.get("features"):
        number = "rows" + "_" * max(map(len, asked))  # no name of a column
        counts = chosen.group_by(*asked).agg(nw.len().alias(number))
        made = _pandas(_collected(counts))
        rows = made.pop(number).to_numpy(np.int64)
        for name, role in asked.items():
            if missing(made[name]).any():
                one = _pandas(_collected(chosen.select(name)))[name]
                complete(one, f"{role} column {name!r}")
        # A library may count in any order. The order of the counts must not change the result.
        return Held(made, rows)
    return Held(_pandas(_collected(chosen)))


def _kind(dtype: Any, role: str) -> Any:
    """Return the type that a column is converted to, or None to keep its own.

    Categories that nobody declared become text. So do integers of 128 bits; in a feature they become
    floats.
    """
    import narwhals as nw

    if dtype in (nw.Int128, nw.UInt128):
        return nw.Float64 if role == "features" else nw.String
    return nw.String if dtype == nw.Categorical else None


def _collected(wrapped: Any) -> Any:
    import narwhals as nw

    return wrapped.collect() if isinstance(wrapped, nw.LazyFrame) else wrapped


def _pandas(wrapped: Any) -> pd.DataFrame:
    try:
        made: pd.DataFrame = wrapped.to_pandas()
    except ImportError as problem:
        raise InputError(
            f"a DataFrame of this library needs pyarrow: pip install 'scoring-testbed[polars]' ({problem})."
        ) from None
    return made.reset_index(drop=True)
