"""Tables of numbers: several numbers of a recipe that share a unit, a source and a reading."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError
from synthetic.schema import NAME, TEXT, By, Fields, Key, Whole
from synthetic.source import CITED, check_ranged, check_source


@dataclass(frozen=True)
class Table:
    """Several numbers that share a unit, a source and a reading."""

    path: str
    values: NDArray[np.float64]
    unit: str
    source: str
    reading: str
    where: str = ""


def _array(found: Sequence[object], where: str) -> NDArray[np.float64]:
    """The numbers of a list, or of lists. Raises InputError for anything else."""
    try:
        made = np.asarray(found, np.float64)
    except (TypeError, ValueError, OverflowError):
        made = np.empty(0)
    if not made.size or not np.isfinite(made).all():
        raise InputError(f"{where}: values must be a list of numbers, or of lists of equal length, and not empty.")
    return made


TABLE = Fields(
    {
        "values": Key("the numbers: a list, or lists of equal length", By("a list of numbers", _array, list)),
        "file": Key("instead of values: a CSV file beside this one, with a header row", NAME),
        "skip": Key("columns at the left of the file that hold no numbers", Whole(0), default=0),
        "unit": Key("what one of them is", TEXT, needed=True),
        **CITED,
    }
)
"""What a table of numbers says."""


def read_table(entry: object, where: str, folder: Path) -> Table:
    """The table of one entry of a recipe file: from its `values`, or from its CSV `file` in `folder`."""
    part = TABLE.read(entry, where)
    if ("values" in part) == ("file" in part):
        raise InputError(f"{where} must have either values or a file.")
    source, reading = check_source(part, where)
    check_ranged(reading, where, ": write it as single numbers")
    values = part["values"] if "values" in part else _array(_cells(folder / part["file"], part["skip"]), where)
    return Table(where, values, part["unit"], source, reading, part.get("where", ""))


def _cells(path: Path, skip: int) -> list[list[str]]:
    """The cells of a CSV file below its header row, without the first `skip` columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[skip:] for row in list(csv.reader(file))[1:]]
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name}: not a CSV file in UTF-8 ({error}).") from None
