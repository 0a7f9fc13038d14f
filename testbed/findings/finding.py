"""The long table of findings, one number a row, and its files.

CSV: commas, quotes if needed (RFC 4180), lines end in LF. NaN is an empty cell, infinity is `inf`. A *text* cell that a
spreadsheet would run as a formula gets an apostrophe in front, which `read` removes; numbers are never changed, also
negative ones. JSON lines: NaN is null, infinity is "inf", and no text has a line end in it. Files are written aside and
renamed, so a reader never sees half of one.
"""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthetic.errors import InputError
from synthetic.writing import csv_text as spelled
from synthetic.writing import replace_file

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario",
    "model",
    "measure",
    "harm",
    "split",
    "group",
    "versus",
    "value",
    "low",
    "high",
    "unit",
    "n",
    "seed",
    "why",
    "given",
)
SINCE = COLUMNS[:-1]
"""The columns of a table written before `given` was one of them."""
NUMBERS = ("value", "low", "high")
COUNTS = ("n", "seed")
TEXTS = tuple(name for name in COLUMNS if name not in NUMBERS + COUNTS)
ANCHOR_MODELS = ("lottery", "oracle")
"""Models of anchors, which a findings table holds beside the audited ones."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
"""Signs that JSON allows in a text but that some readers take for the end of a line."""


def frame(
    rows: Iterable[Mapping[str, Any]], *, scenario: str = "", model: str = "", seed: int = 0, harm: str = ""
) -> pd.DataFrame:
    """Return a findings table made of rows, with the columns of the contract in their order.

    What a row leaves out is "" (text), NaN (value, low, high), 0 (n) or the argument of that name. `terms`, by which
    rows are pooled over seeds, are no column. Raises InputError if a value is NaN without a `why`, if a `why` is given
    for another value, or if a column is unknown.

    >>> frame([{"measure": "adverse_rate", "value": 0.5, "n": 2}], scenario="table")["value"].tolist()
    [0.5]
    """
    import pandas as pd

    held, known = list(rows), {*COLUMNS, "terms"}
    for row in held:
        if not row.keys() <= known:
            raise InputError(f"findings have no column {sorted(row.keys() - known)[0]!r}.")
    default: dict[str, Any] = {"scenario": scenario, "model": model, "seed": seed, "harm": harm, "n": 0}
    default |= dict.fromkeys(NUMBERS, math.nan)
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        cells = [row.get(name, default.get(name, "")) for row in held]
        if name in NUMBERS:
            columns[name] = np.array(cells, np.float64)
        elif name in COUNTS:
            columns[name] = pd.Series(cells, dtype="int64").array
        elif len(cells) > 1 and len(set(cells)) == 1:
            columns[name] = pd.array(cells[:1], dtype="str").repeat(len(cells))
        else:
            columns[name] = pd.array(cells, dtype="str")
    made = pd.DataFrame(columns, copy=False)
    wrong = np.isnan(columns["value"]) != np.array([row.get("why", "") != "" for row in held], bool)
    if wrong.any():
        cell = made[wrong].iloc[0]
        raise InputError(
            f"finding {cell['measure']!r} of {cell['group'] or cell['split']!r} has value {cell['value']} "
            f"and why {cell['why']!r}; a why is needed for NaN, and allowed for nothing else."
        )
    return made


def in_one_world(rows: Iterable[Mapping[str, Any]], given: str) -> list[dict[str, Any]]:
    """Return the rows of one world, marked with what their intervals hold fixed ("" for nothing).

    A row without a value, or with one that is exact, depends on no fit and gets no mark.

    >>> rows = [{"value": 0.5, "low": 0.4, "high": 0.6}, {"value": 0.0, "low": 0.0, "high": 0.0}]
    >>> [row.get("given", "") for row in in_one_world(rows, "fitted cut-off")]
    ['fitted cut-off', '']
    """
    return [
        {**row, "given": given} if given and not math.isnan(row["value"]) and not _exact(row) else dict(row)
        for row in rows
    ]


def _exact(row: Mapping[str, Any]) -> bool:
    return bool(row["low"] == row["value"] == row["high"])


def audited(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what was audited, without those of anchors; every row if the table holds only anchors.

    `findings.attrs["audited"]` names the audited pairs of scenario and model; an anchor may share one of the two with
    them. In a table without it, the models tell anchors apart.

    >>> import pandas as pd
    >>> both = pd.DataFrame({"scenario": ["town", "town{channels.errors=off}"], "model": ["mine", "mine"]})
    >>> both.attrs["audited"] = [("town", "mine")]
    >>> audited(both)["scenario"].tolist()
    ['town']
    """
    pairs = {tuple(pair) for pair in findings.attrs.get("audited") or ()}
    if pairs:
        keep = np.zeros(len(findings), bool)
        for scenario, model in pairs:
            keep |= ((findings["scenario"] == scenario) & (findings["model"] == model)).to_numpy(bool)
    else:
        keep = ~findings["model"].isin(ANCHOR_MODELS).to_numpy()
    return findings[keep] if keep.any() else findings


def neutralized(text: str) -> str:
    """Return a text that no spreadsheet runs: with an apostrophe before a first =, +, -, @, tab or line end.

    A text that already begins with apostrophes and such a sign gets one more, so that `restored` undoes it.

    >>> neutralized("=1+1"), neutralized("minority"), restored(neutralized("'=1"))
    ("'=1+1", 'minority', "'=1")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """Return the text from which `neutralized` made this one."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _whole(findings: pd.DataFrame) -> pd.DataFrame:
    """The table with its column `given`, empty in one that was made before there was such a column."""
    return findings if "given" in findings else findings.assign(given="")


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value)) if math.isfinite(value) else str(float(value))


def csv_text(findings: pd.DataFrame) -> str:
    """Return the findings as CSV, with numbers in the shortest form that reads back to the same float."""
    findings = _whole(findings)
    lists = [
        [_number(cell) for cell in findings[name].tolist()]
        if name in NUMBERS
        else [str(cell) for cell in findings[name].tolist()]
        if name in COUNTS
        else [neutralized(cell) for cell in findings[name].tolist()]
        for name in COLUMNS
    ]
    return spelled([COLUMNS, *zip(*lists)])


def jsonl_text(findings: pd.DataFrame) -> str:
    """Return the findings as JSON lines: one object per row, with null for NaN and "inf" for infinity."""
    findings = _whole(findings)
    lists = [
        [None if math.isnan(cell) else cell if math.isfinite(cell) else str(cell) for cell in findings[name].tolist()]
        if name in NUMBERS
        else findings[name].tolist()
        for name in COLUMNS
    ]
    lines = [json.dumps(dict(zip(COLUMNS, cells)), ensure_ascii=False, allow_nan=False) for cells in zip(*lists)]
    return "".join(f"{line}\n" for line in lines).translate(_LINE_ENDS)


def write(findings: pd.DataFrame, folder: str | Path) -> None:
    """Write `findings.csv` and `findings.jsonl` into a folder that exists."""
    replace_file(Path(folder) / "findings.csv", csv_text(findings))
    replace_file(Path(folder) / "findings.jsonl", jsonl_text(findings))


def read(path: str | Path) -> pd.DataFrame:
    """Return the findings of a CSV file that `write` made, or of a folder that has one.

    Raises InputError if there is none, or if its columns are not those of a findings table.
    """
    path = Path(path)
    path = path / "findings.csv" if path.is_dir() else path
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"no findings can be read from {str(path)!r}: {error}.") from error
    return parsed(text, str(path))


def parsed(text: str, where: str) -> pd.DataFrame:
    """Return the findings of a CSV text; `where` says whose text it is. Raises InputError for any other text."""
    try:
        head, *lines = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except csv.Error as error:
        raise InputError(f"no findings can be read from {where!r}: {error}.") from error
    if tuple(head) not in (COLUMNS, SINCE) or any(len(line) != len(head) for line in lines):
        raise InputError(f"{where!r} is not a findings table; its columns must be {', '.join(COLUMNS)}.")
    rows = []
    for line in lines:
        row: dict[str, Any] = dict(zip(head, map(restored, line)))
        try:
            row.update({name: float(row[name] or "nan") for name in NUMBERS})
            row.update({name: int(row[name]) for name in COUNTS})
        except ValueError as error:
            raise InputError(f"{where!r} is not a findings table: {error}.") from error
        rows.append(row)
    return frame(rows)
