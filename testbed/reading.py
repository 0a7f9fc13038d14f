"""Tables from files. An empty CSV cell is missing; every other text, "NA" too, is what it says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.errors import InputError

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?\Z")


def read_table(path: str | Path) -> pd.DataFrame:
    """A table from a CSV (`.csv`, `.csv.gz`) or Parquet (`.parquet`) file.

    CSV columns are text unless every cell that is not empty is a number as people write one: whole
    numbers become integers, decimals floats, columns of nothing but True and False booleans. A code
    with a leading zero ("007") keeps its column text. Raises InputError for a file
    that is missing, ragged or of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"no file {str(path)!r} was found.")
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _parquet(path)
    if name.endswith((".csv", ".csv.gz")):
        return _csv(path)
    raise InputError(f"{path.name!r} is not a table that can be read; allowed: .csv, .csv.gz, .parquet.")


def _parquet(path: Path) -> pd.DataFrame:
    try:
        import pyarrow
    except ImportError:
        raise InputError(
            f"reading {path.name!r} needs pyarrow: pip install 'scoring-testbed[parquet]', or give a CSV file."
        ) from None
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        raise InputError(f"{path.name!r} cannot be read as Parquet: {_first_line(error)}.") from error


def _csv(path: Path) -> pd.DataFrame:
    import gzip

    try:
        with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else open(path, "rb") as file:
            head = next(csv.reader([file.readline().decode("utf-8-sig")]), [])
        if not head:
            raise InputError(f"{path.name!r} is empty: a first line with column names is needed.")
        twice = [name for name in head if head.count(name) > 1]
        if twice:
            raise InputError(f"{path.name!r} names the column {twice[0]!r} twice.")
        # One name more than the header lets a line that is too long be seen instead of cut.
        beyond = f"\0beyond {len(head)}"
        raw = pd.read_csv(
            path,
            header=None,
            skiprows=1,
            names=[*head, beyond],
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            skip_blank_lines=True,
        )
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, csv.Error) as error:
        raise InputError(f"{path.name!r} cannot be read as CSV: {_first_line(error)}.") from error
    extra = raw.pop(beyond)
    if extra.notna().any():
        row = int(np.argmax(extra.notna())) + 1
        raise InputError(f"{path.name!r} has more cells than its header in data row {row}.")
    return pd.DataFrame({name: _typed(raw[name]) for name in head})


def _typed(cells: pd.Series) -> pd.Series:
    """The column as numbers or booleans where every distinct text is one; otherwise the text."""
    codes, texts = pd.factorize(cells)
    found = [str(text) for text in texts]
    if not found:
        return cells
    values: np.ndarray
    if set(found) <= {"True", "False"}:
        values = np.array([text == "True" for text in found])
    elif all(map(_WHOLE.match, found)):
        values = np.array([int(text) for text in found], np.int64)
    elif all(map(_NUMBER.match, found)):
        values = np.array([float(text) for text in found])
    else:
        return cells
    if (codes < 0).any():
        values = np.append(values.astype(object if values.dtype == bool else float), np.nan)
    return pd.Series(values[codes], index=cells.index, name=cells.name)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
