"""The small grammar of conditions: `{ age = { at_least = 18 }, residence = { is = "rural" } }`.

All tests of all columns must hold. Conditions are data: they compare declared columns with fixed values, and no code
is evaluated.
"""

# Any: the values of a condition and the columns of records can be of any type.
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, check_keys, shown, unknown
from synthetic.schema import By

ORDERED = {
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "above": np.greater,
    "below": np.less,
}
EXACT = ("is", "is_not", "one_of")
TESTS = (*ORDERED, *EXACT)

Levels = Mapping[str, Sequence[str] | None]
"""Declared columns by name: the labels of an integer-coded column, None for a column of numbers."""

Records = Mapping[str, Any] | pd.DataFrame
"""Records by column: a frame, or a mapping of equally long arrays with at least one column."""


def length(records: Records) -> int:
    """The number of records."""
    return len(records.index if isinstance(records, pd.DataFrame) else next(iter(records.values())))


@dataclass(frozen=True)
class Comparison:
    """One comparison of one column with a fixed value (for `one_of`: values)."""

    column: str
    test: str
    value: Any


@dataclass(frozen=True)
class Condition:
    """Tests that must all hold; a condition without tests always holds."""

    tests: tuple[Comparison, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the tests read, each once, in order."""
        return tuple(dict.fromkeys(test.column for test in self.tests))

    def check(self, levels: Levels, where: str) -> None:
        """Raise InputError if a test names a column that is not declared, or a label that it does not have."""
        for test in self.tests:
            if test.column not in levels:
                raise unknown(f"column in {where}", test.column, levels)
            labels = levels[test.column]
            if labels is None:
                for value in _values(test):
                    if isinstance(value, str):
                        raise InputError(f"{where}: {test.column} holds numbers, so it is never {shown(value)}.")
                continue
            if test.test in ORDERED:
                raise InputError(
                    f"{where}: {test.column} has labels, so {test.test} cannot compare it; use is, is_not, one_of."
                )
            for value in _values(test):
                if value not in labels:
                    raise unknown(f"value of {test.column} in {where}", value, [str(label) for label in labels])

    def holds(self, table: Records, levels: Levels | None = None) -> NDArray[np.bool_]:
        """Whether the condition holds, per row: bool (n,).

        If `levels` gives the labels of a column, its array holds their integer codes.
        """
        held = np.ones(length(table), bool)
        for test in self.tests:
            labels = (levels or {}).get(test.column)
            held &= _holds(test, table[test.column], labels)
        return held


def _values(test: Comparison) -> Sequence[Any]:
    return test.value if test.test == "one_of" else (test.value,)


def _holds(test: Comparison, column: Any, labels: Sequence[str] | None) -> NDArray[np.bool_]:
    if test.test in ORDERED:
        return np.asarray(ORDERED[test.test](np.asarray(column), test.value), bool)
    values: Sequence[Any] = _values(test)
    if labels is None and hasattr(column, "cat"):
        labels, column = list(column.cat.categories), column.cat.codes
    if labels is not None:
        values = [place for place, label in enumerate(labels) if label in values]
    found = np.isin(np.asarray(column), np.asarray(values) if len(values) else np.empty(0, np.int8))
    return ~found if test.test == "is_not" else found


ALWAYS = Condition()
"""The condition that always holds."""


def condition(table: object, where: str) -> Condition:
    """A condition from its table. Raises InputError for an unknown test or a value that cannot be compared.

    >>> adult = condition({"age": {"at_least": 18}}, "scope")
    >>> adult.holds({"age": np.array([17, 18])}).tolist()
    [False, True]
    """
    if not isinstance(table, Mapping):
        raise InputError(f"{where} must be a table of columns, found {shown(table)}.")
    tests = []
    for column, of_column in table.items():
        of_column = check_keys(of_column, TESTS, f"{where}.{column}")
        if not of_column:
            raise InputError(f"{where}.{column} has no test; allowed: {', '.join(TESTS)}.")
        tests += [
            Comparison(str(column), test, _value(test, value, f"{where}.{column}")) for test, value in of_column.items()
        ]
    return Condition(tuple(tests))


CONDITION = By("a condition", condition)
"""What a file says where it asks for a condition."""


def _value(test: str, value: object, where: str) -> Any:
    if test == "one_of":
        if not isinstance(value, list | tuple) or not value:
            raise InputError(f"{where}: one_of needs a list of values, found {shown(value)}.")
        return tuple(_value("is", one, where) for one in value)
    if test in ORDERED:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"{where}: {test} needs a finite number, found {shown(value)}.")
    elif not isinstance(value, str | int | float | bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError(f"{where}: {test} needs a text, a finite number, true or false, found {shown(value)}.")
    return value
