"""A draft of the file that declares the columns of a table of people (see `synthetic.recipes.people_file`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.cells import missing, numeric, plain
from synthetic.errors import InputError
from synthetic.recipes import TABLES, TAKEN, is_table
from testbed.tables.reading import kind, read_table

FEW, MANY = 6, 50
"""Whole numbers with no more than FEW values are drafted as categories; texts with more than MANY are left out."""

ASKED = {
    "age": 'kind = "integer"\nmeaning = "age; people under 18 are treated apart"\nunit = "years"\n'
    "range = [0, 120]\nvalue = 40",
    "residence": 'kind = "category"\nmeaning = "town or country; channels see towns better"\n'
    'levels = ["urban", "rural"]\nvalue = "urban"',
    "community": 'kind = "category"\nmeaning = "group; the ratios of channels are about the minority"\n'
    'levels = ["majority", "minority"]\nvalue = "majority"',
}
"""Columns that channels, conduct and regimes read: the same for everybody where the file has none of that name."""


def describe(path: str | Path) -> str:
    """Return a draft of the declaration of a table of people: kinds, levels and ranges as the file has them.

    Raises InputError if the file cannot be read, or is neither CSV nor Parquet.
    """
    path = Path(path)
    if not is_table(path):
        raise InputError(f"--describe {str(path)!r}: a file ending in {' or '.join(TABLES)} is needed.")
    frame = read_table(path)
    if not len(frame):
        raise InputError(f"{path.name!r} has no rows; at least one person is needed.")
    names = _names(map(str, frame.columns))
    home = next((str(name) for name in frame.columns if str(name).lower() == "household"), None)
    head = [
        "# A draft: check every line. A column that is taken out is not read.",
        "schema = 1",
        f"title = {_quoted(f'The people of {path.name}')}",
        "# as_of = 2026-01-31",
        *([f"household = {_quoted(home)}"] if home is not None else []),
    ]
    parts = ["\n".join(head)]
    for place, name in enumerate(map(str, frame.columns)):
        if name != home:
            parts.append("\n".join(_column(names[name], name, frame.iloc[:, place], kind(path) == "csv")))
    absent = [name for name in ASKED if name not in names.values()]
    parts += [f"# Not in the file, and the same for everybody.\n[columns.{name}]\n{ASKED[name]}" for name in absent]
    return "\n\n".join(parts) + "\n"


def _names(columns: Iterable[str]) -> dict[str, str]:
    """A plain name for each column of a file, each once."""
    found: dict[str, str] = {}
    for column in columns:
        base = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:56] or "column"
        base = base if base[0].isalpha() and base not in TAKEN else f"file_{base}"
        name, count = base, 1
        while name in found.values():
            count += 1
            name = f"{base}_{count}"
        found[column] = name
    return found


def _column(name: str, column: str, cells: pd.Series, csv: bool) -> Iterator[str]:
    """The lines of one column; comments alone if it cannot be read as it is."""
    absent = int(missing(cells).sum())
    if absent or not column.isprintable():
        why = f"{absent:,} cells are empty: fill them" if absent else "give it a printable name"
        yield f"# Left out: {_quoted(ascii(column))}. {why}, or do without it."
        return
    values = plain(cells)
    lines = list(_kind(values, csv, few=0 if name == "age" else FEW))
    if not lines:
        yield f"# Left out: {_quoted(column)} has more than {MANY} different texts, or texts that cannot be printed."
        return
    yield f"[columns.{name}]"
    yield from lines
    if name != column:
        yield f"column = {_quoted(column)}"


def _kind(values: pd.Series, csv: bool, few: int) -> Iterator[str]:
    """The kind of a column, with its levels or range; nothing if it has too many texts."""
    numbers = numeric(values)
    if numbers is None:
        levels = sorted({str(value) for value in values.tolist()})
        if len(levels) <= MANY and all(level and level.isprintable() for level in levels):
            yield 'kind = "category"'
            yield f"levels = [{', '.join(map(_quoted, levels))}]"
    elif numbers.dtype.kind == "b":
        yield 'kind = "flag"'
    else:
        known = np.unique(numbers.to_numpy(np.float64))
        whole = bool((known == np.rint(known)).all()) and bool((abs(known) < 2**53).all())
        if whole and len(known) <= few and (not csv or numbers.dtype.kind in "iu"):
            yield 'kind = "category"'
            yield f"levels = [{', '.join(_quoted(str(int(value))) for value in known)}]"
            return
        low, high = known[[0, -1]].tolist()
        yield f'kind = "{"integer" if whole else "float"}"'
        yield f"range = [{int(low)}, {int(high)}]" if whole else f"range = [{low!r}, {high!r}]"


def _quoted(text: str) -> str:
    """A printable text as a TOML string."""
    return json.dumps(text, ensure_ascii=False)
