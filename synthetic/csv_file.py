"""CSV files as texts. An empty cell is missing; any other text, even "NA", is a value.

No line may be longer than the first, which names the columns. A file may be packed (`.csv.gz`).
"""

# Any: the options of pandas are of many types.
from __future__ import annotations

import csv
import gzip
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def csv_head(path: Path) -> list[str]:
    """Return the column names of a CSV file. Raises InputError if there are none, or one is named twice."""
    try:
        opened = gzip.open if path.name.lower().endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:  # a name may hold a line break
            head = next(csv.reader(file), [])
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    if not head:
        raise InputError(f"{path.name!r} is empty; a first line with column names is needed.")
    twice = [name for name in head if head.count(name) > 1]
    if twice:
        raise InputError(f"{path.name!r} names the column {twice[0]!r} twice; once is allowed.")
    return head


def csv_texts(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the named columns of a CSV file, or all of them, as texts."""
    [cells] = csv_blocks(path, csv_head(path) if columns is None else columns, None)
    return cells


def csv_blocks(path: Path, columns: Sequence[str], rows: int | None) -> Iterator[pd.DataFrame]:
    """Give the named columns of a CSV file as texts, `rows` rows at a time; all at once for None."""
    import numpy as np
    import pandas as pd

    head = csv_head(path)
    # One name more than the header has: a line that is too long is then seen instead of cut.
    beyond = f"\0beyond {len(head)}"
    options: dict[str, Any] = {
        "header": None,
        "skiprows": 1,
        "names": [*head, beyond],
        "index_col": False,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [""],
        "encoding": "utf-8-sig",
        "skip_blank_lines": True,
    }
    done = 0
    try:
        with pd.read_csv(path, iterator=True, chunksize=rows, **options) as reader:
            while (raw := _next(reader, rows)) is not None:
                extra = raw.pop(beyond)
                if extra.notna().any():
                    row = done + int(np.argmax(extra.notna())) + 1
                    raise InputError(f"{path.name!r} has more cells than its header in data row {row}.")
                done += len(raw)
                yield raw[list(columns)]
                if rows is None:
                    return
    except pd.errors.ParserWarning:
        raise InputError(f"{path.name!r} has more cells than its header in a row.") from None
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError, csv.Error) as error:
        raise _unreadable(path, error) from error


def _next(reader: Any, rows: int | None) -> pd.DataFrame | None:
    """The next block of a reader, None at the end. A line that pandas would cut with a warning is an error."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            made: pd.DataFrame = reader.read(rows)
        except StopIteration:
            return None
    return made


def _unreadable(path: Path, error: Exception) -> InputError:
    said = str(error).strip().split("\n")[0].rstrip(".")
    return InputError(f"{path.name!r} cannot be read as CSV: {said}.")
