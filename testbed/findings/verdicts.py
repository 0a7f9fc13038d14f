"""The verdicts on claims: a table with one row for each claim, model and scenario, and its file.

`seconds` is the only column that is not the same whenever a run is repeated; `timeless` leaves it out.
"""

# Any: the cells of a row are of several types.
from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from synthetic.errors import InputError
from synthetic.writing import csv_text as spelled
from testbed.findings.finding import restored

VERDICTS = ("held", "broken", "undecided", "skipped", "failed")
"""How a claim can end. Skipped: it needs more people, or is not about the model. Failed: the test raised."""


@dataclass(frozen=True)
class Verdict:
    """How one claim about one model in one scenario ended.

    claim: its name. family: the harm. compared: the split and groups, or "". value, low, high: the finding, NaN if
    there is none. claimed: the threshold in words. people: those of the society. why: why it did not hold.
    """

    claim: str
    family: str
    model: str
    scenario: str
    compared: str
    verdict: str
    value: float
    low: float
    high: float
    claimed: str
    measure: str
    people: int
    seconds: float
    why: str


NUMBERS = ("value", "low", "high", "seconds")
VERDICT_COLUMNS = tuple(one.name for one in fields(Verdict))


def verdicts(text: str, where: str) -> list[Verdict]:
    """Return the verdicts of a CSV text; `where` says whose text it is. Raises InputError for any other text."""
    found = []
    for row in _rows(text, where):
        held: dict[str, Any] = {name: restored(cell) for name, cell in zip(VERDICT_COLUMNS, row, strict=True)}
        if held["verdict"] not in VERDICTS:
            raise InputError(f"{where}: found the verdict {held['verdict']!r}; allowed: {', '.join(VERDICTS)}.")
        try:
            numbers: dict[str, Any] = {name: float(held.pop(name) or math.nan) for name in NUMBERS}
            people = int(held.pop("people") or 0)
        except ValueError as problem:
            raise InputError(f"{where} is not a table of claims: {problem}.") from None
        found.append(Verdict(**held, **numbers, people=people))
    return found


def timeless(text: str, where: str) -> str:
    """Return the CSV text of verdicts without the column of seconds.

    >>> timeless(",".join(VERDICT_COLUMNS) + "\\n", "it").count("seconds")
    0
    """
    place = VERDICT_COLUMNS.index("seconds")
    return spelled(row[:place] + row[place + 1 :] for row in [list(VERDICT_COLUMNS), *_rows(text, where)])


def _rows(text: str, where: str) -> Iterable[list[str]]:
    try:
        head, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except csv.Error as problem:
        raise InputError(f"no claims can be read from {where}: {problem}.") from None
    if tuple(head) != VERDICT_COLUMNS or any(len(row) != len(head) for row in rows):
        raise InputError(f"{where} is not a table of claims; its columns must be {', '.join(VERDICT_COLUMNS)}.")
    return rows
