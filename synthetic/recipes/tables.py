"""Tables of numbers: several numbers of a recipe that share a unit, a source and a reading."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, check_keys
from synthetic.source import check_ranged, check_source


@dataclass(frozen=True)
class Table:
    """Several numbers that share a unit, a source and a reading."""

    path: str
    values: NDArray[np.float64]
    unit: str
    source: str
    reading: str
    where: str = ""


def read_table(entry: dict[str, object], where: str, folder: Path) -> Table:
    """The table of one entry of a recipe file: from its `values`, or from its CSV `file` in `folder`."""
    check_keys(entry, ("values", "file", "skip", "unit", "source", "reading", "where"), where)
    if "unit" not in entry or ("values" in entry) == ("file" in entry):
        raise InputError(f"{where} must have a unit, and either values or a file.")
    source, reading = check_source(entry, where)
    check_ranged(reading, where, ": write it as single numbers")
    found = _cells(folder / str(entry["file"]), int(str(entry.get("skip", 0)))) if "file" in entry else entry["values"]
    try:
        values = np.asarray(found, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{where}: values must be a list of numbers, or of lists of equal length.") from None
    return Table(where, values, str(entry["unit"]), source, reading, str(entry.get("where", "")))


def _cells(path: Path, skip: int) -> list[list[str]]:
    """The cells of a CSV file below its header row, without the first `skip` columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[skip:] for row in list(csv.reader(file))[1:]]
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name}: not a CSV file in UTF-8 ({error}).") from None
