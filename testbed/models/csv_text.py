"""Records as CSV, in the bytes that pandas writes, several times faster where columns are of the usual kinds."""

# Any: a label can be of any type.
from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def csv_of(records: pd.DataFrame, *, header: bool = True) -> bytes:
    r"""The records as CSV, the index first.

    >>> csv_of(pd.DataFrame({"late": [0, 3], "place": ["a,b", "c"]}, index=pd.Index([4, 5], name="person")))
    b'person,late,place\n4,0,"a,b"\n5,3,c\n'
    """
    plain = not isinstance(records.index, pd.MultiIndex) and records.columns.is_unique and records.shape[1] > 0
    values = [records.index.to_series(), *(records[name] for name in records.columns)] if plain else []
    columns = [texts for one in values if (texts := _texts(one)) is not None]
    if not plain or len(columns) < len(values):
        return records.to_csv(lineterminator="\n", header=header).encode("utf-8")
    name = "" if records.index.name is None else str(records.index.name)
    head = ",".join(_quoted([name, *map(str, records.columns)])) + "\n" if header else ""
    rows = "\n".join(map(",".join, zip(*columns, strict=True)))
    return f"{head}{rows}\n".encode() if rows else head.encode()


def _texts(values: pd.Series[Any]) -> list[str] | None:
    """The cells of a column; None if it is of a kind that is left to pandas."""
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _of_labels(values.cat.codes.to_numpy(), kind.categories)
    if kind == np.float64:
        texts = list(map(repr, values.tolist()))
        for place in np.flatnonzero(values.isna().to_numpy()).tolist():
            texts[place] = ""
        return texts
    if isinstance(kind, np.dtype) and kind.kind in "iub":
        return _of_numbers(values.to_numpy())
    if isinstance(kind, pd.StringDtype) or kind.kind == "O":
        return _of_labels(*pd.factorize(values))
    return None


def _of_numbers(values: np.ndarray) -> list[str]:
    """Cells from whole numbers, of which each is written once if they are close together."""
    if values.dtype.kind != "i" or not len(values):
        return list(map(str, values.tolist()))
    low, high = int(values.min()), int(values.max())
    if high - low > len(values):
        return list(map(str, values.tolist()))
    texts: list[str] = np.array(list(map(str, range(low, high + 1))), object)[values.astype(np.int64) - low].tolist()
    return texts


def _of_labels(codes: np.ndarray, labels: Iterable[Any]) -> list[str] | None:
    """Cells from labels of text and their codes, -1 for a missing one; None if a label is no text."""
    found = list(labels)
    if not all(isinstance(one, str) for one in found):
        return None
    known = np.array([*_quoted(found), ""], object)
    texts: list[str] = known[codes].tolist()
    return texts


def _quoted(texts: Iterable[str]) -> list[str]:
    """Texts as cells, in quotation marks where they need them."""
    found = []
    for one in texts:
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow([one, ""])
        found.append(row.getvalue()[:-2])
    return found
