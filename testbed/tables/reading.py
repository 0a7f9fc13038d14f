"""Tables from files. An empty CSV cell is missing; any other text, even "NA", is a value."""

# Any: pyarrow has no types.
from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.csv_file import csv_head, csv_texts
from synthetic.errors import InputError
from synthetic.memory import check_room
from synthetic.registry import is_file

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_LONG = re.compile(r"-?[0-9]{19,}\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?\Z")


def read_table(path: str | Path, columns: Sequence[str] | None = None, *, text: bool = False) -> pd.DataFrame:
    """Return the table of a CSV (`.csv`, `.csv.gz`) or Parquet (`.parquet`) file: all columns, or those named.

    A CSV column is text unless every cell that is not empty is a number as people write it. Whole numbers become
    integers, decimals floats, and a column of True and False booleans. A column stays text if it has a code with a
    leading zero ("007"), two texts of one number ("0.1", "0.10"), or a whole number of more than 18 digits.
    text: every CSV column stays text.

    Raises InputError for a file that is missing, of another kind, or has lines of different lengths.
    """
    path = Path(path)
    names = column_names(path) if columns is None else list(columns)
    check_room(
        size(path, len(names)), f"{path.name!r} read whole", "; a table of predictions can be read with --stream"
    )
    if kind(path) == "parquet":
        return _parquet(path, columns)
    cells = csv_texts(path, names)
    return cells if text else pd.DataFrame({name: typed(cells[name], apart=True) for name in names})


def kind(path: Path) -> str:
    """Return "csv" or "parquet". Raises InputError for a file that is missing or of another kind."""
    if not is_file(path):
        raise InputError(f"found no file {str(path)!r}.")
    name = path.name.lower()
    if name.endswith(".parquet"):
        return "parquet"
    if name.endswith((".csv", ".csv.gz")):
        return "csv"
    raise InputError(f"{path.name!r} is not a table that can be read; allowed: .csv, .csv.gz, .parquet.")


def size(path: Path, columns: int) -> int:
    """Return how many bytes the columns take in memory, roughly: the length of a CSV file, or 8 for each cell."""
    if kind(path) == "csv":
        return path.stat().st_size * (8 if path.name.lower().endswith(".gz") else 1)
    return int(_opened(path).num_rows) * columns * 8


def column_names(path: Path) -> list[str]:
    """Return the names of the columns of a file."""
    if kind(path) == "csv":
        return csv_head(path)
    return list(_opened(path).schema.to_arrow_schema().names)


def declared(path: Path) -> dict[str, bool]:
    """Return the categorical columns of a Parquet file, and whether the categories of each are ordered."""
    schema = _opened(path).schema.to_arrow_schema()
    return {one.name: bool(one.type.ordered) for one in schema if hasattr(one.type, "ordered")}


def _opened(path: Path) -> Any:
    """Return the metadata of a Parquet file."""
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            f"reading {path.name!r} needs pyarrow: pip install 'scoring-testbed[parquet]', or give a CSV file."
        ) from None
    try:
        return pq.read_metadata(path)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise InputError(f"{path.name!r} cannot be read as Parquet: {_first_line(error)}.") from error


def _parquet(path: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    _opened(path)
    import pyarrow

    try:
        # With named columns, an index that pandas may have written is left out.
        return pd.read_parquet(path, engine="pyarrow", columns=None if columns is None else list(columns))
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise InputError(f"{path.name!r} cannot be read as Parquet: {_first_line(error)}.") from error


def number(text: str) -> float | None:
    """Return the number that a text is, as people write it; None for any other text.

    >>> number("1e1"), number("007")
    (10.0, None)
    """
    return float(text) if _NUMBER.match(text) else None


def typed(cells: pd.Series, *, apart: bool = False) -> pd.Series:
    """Return the column as numbers or booleans if every distinct text is one, else the text.

    apart: also return the text if two texts are one number, or a whole number has too many digits.
    """
    codes, texts = pd.factorize(cells)
    found = [str(text) for text in texts]
    if not found:
        return cells
    values: NDArray[np.generic]
    if set(found) <= {"True", "False"}:
        values = np.array([text == "True" for text in found])
    elif all(map(_WHOLE.match, found)):
        values = np.array([int(text) for text in found], np.int64)
    elif all(map(_NUMBER.match, found)):
        values = np.array([float(text) for text in found])
    else:
        return cells
    if apart and (len(set(values.tolist())) < len(found) or any(map(_LONG.match, found))):
        return cells
    if (codes < 0).any():
        values = np.append(values.astype(object if values.dtype == bool else float), np.nan)
    return pd.Series(values[codes], index=cells.index, name=cells.name)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
