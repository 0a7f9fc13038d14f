"""Where a table comes from: a frame of pandas, of another library, or a file; only what is asked for is taken.

A frame of another library is brought to pandas by narwhals. Where counts are all that is needed, it is
counted first, by that library: what is brought over are the distinct rows, and how many there are of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import complete, missing
from synthetic.errors import InputError, unknown

WEIGHTS = ("weights", "counts")
"""What a column that weighs rows is for: sampling weights, or people per row."""


@dataclass
class Held:
    """A table in memory. rows: how many of the source each row stands for, or None where it is one each.

    sums, squares: of the weights (or counts) of those rows. weighing: how many of them weigh more than 0. lost: why
    there is no score although one is named; `above` then says whether it is above the threshold. texts: the cells are
    those of a CSV file, all of them text.
    """

    frame: pd.DataFrame
    rows: NDArray[np.int64] | None = None
    sums: pd.Series | None = None
    squares: NDArray[np.float64] | None = None
    weighing: NDArray[np.int64] | None = None
    above: NDArray[np.bool_] | None = None
    lost: str = ""
    notes: list[str] = field(default_factory=list)
    texts: bool = False


def held(frame: Any, roles: Mapping[str, Any], *, threshold: float | None, stream: bool | None) -> Held:
    """The table that a user gave, as pandas; see `audit_table` for what it may be.

    roles: what is asked of it, columns by what they are for. Raises InputError for what is no table.
    """
    if isinstance(frame, pd.DataFrame):
        return Held(frame)
    if isinstance(frame, str | Path):
        from testbed.tables.streaming import from_file

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


def names_asked(roles: Mapping[str, Any], known: list[str]) -> dict[str, str]:
    """Columns that are asked for by name, and what each is for; `a*b` asks for two.

    Raises InputError for one that the table does not have, and for a pandas Series, which has no place in it.
    """
    found: dict[str, str] = {}
    # A column that is asked for twice is first what findings are split by.
    for role, given in sorted(roles.items(), key=lambda role: role[0] in ("score", *WEIGHTS)):
        many = role in ("groups", "control", "features") and isinstance(given, list | tuple)
        for one in given if many else [given]:
            if isinstance(one, pd.Series):
                raise InputError(
                    f"the {role} Series has an index and the table has none: give series.to_numpy() to go by position."
                )
            if not isinstance(one, str):
                continue
            crossing = role == "groups" and one not in known and "*" in one
            for name in one.split("*") if crossing else [one]:
                if name not in known:
                    raise unknown(f"{role} column", name, known)
                found.setdefault(name, role)
    return found


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
