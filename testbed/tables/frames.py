"""Where a table comes from: a frame of pandas, of another library, or a file; only what is asked for is taken.

A frame of another library is brought to pandas by narwhals. Where counts are all that is needed, it is
counted first, by that library: what is brought over are the distinct rows, and how many there are of each.
"""

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


def held(frame: Any, roles: Mapping[str, Any], *, threshold: float | None, stream: bool | None) -> Held:
    """The table that a user gave, as pandas; see `audit_table` for what it may be.

    roles: what is asked of it, columns by what they are for. Raises InputError for what is no table.
    """
    if isinstance(frame, pd.DataFrame):
        return Held(frame)
    if isinstance(frame, str | Path):
        return from_file(Path(frame), roles, threshold=threshold, stream=stream)
    import narwhals as nw

    try:
        wrapped: Any = nw.from_native(frame)
        assert isinstance(wrapped, nw.DataFrame | nw.LazyFrame)
    except (TypeError, AssertionError):
        raise InputError(
            f"audit_table needs a DataFrame, found {type(frame).__name__}; allowed: one of pandas, polars or any "
            "library that narwhals knows, or the path of a CSV or Parquet file."
        ) from None
    return _brought(wrapped, roles)


def _brought(wrapped: Any, roles: Mapping[str, Any]) -> Held:
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
    alone = by_name and not any(roles.get(role) is not None for role in ("score", *WEIGHTS, "clusters"))
    if alone and not roles.get("features"):
        number = "rows" + "_" * max(map(len, asked))  # no name of a column
        counts = chosen.group_by(*asked).agg(nw.len().alias(number))
        made = _pandas(_collected(counts))
        rows = made.pop(number).to_numpy(np.int64)
        for name, role in asked.items():
            if missing(made[name]).any():
                one = _pandas(_collected(chosen.select(name)))[name]
                complete(one, f"{role} column {name!r}")
        # A library may count in any order: the order of what was counted must not show.
        return Held(made, rows)
    return Held(_pandas(_collected(chosen)))


def _kind(dtype: Any, role: str) -> Any:
    """What a column is brought over as, or None for as it is: categories that nobody declared are text, as are
    numbers that are wider than those of pandas, which a feature is as a float."""
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
            f"this frame is brought over by pyarrow: pip install 'scoring-testbed[polars]' ({problem})."
        ) from None
    return made.reset_index(drop=True)
