"""A table of person and score as a model: scores that were made elsewhere, from records that were exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.csv_file import csv_texts
from synthetic.errors import InputError, shown
from testbed.models.base import ModelError, Scores
from testbed.models.numerals import number, numbers

MOST = 2**53
"""The largest id of a person that a file of scores can name exactly."""


class Spreadsheet:
    """Scores that belong to people, whatever their records say.

    people: their ids, ascending; score, decision (or None): one each.
    """

    higher_is = "better"
    needs = ()
    row_wise = False
    by_person = True

    def __init__(
        self, name: str, people: NDArray[np.int64], score: NDArray[np.float64], decision: NDArray[np.int8] | None
    ) -> None:
        self.name, self.people, self.given, self.decision = name, people, score, decision

    def score(self, records: pd.DataFrame) -> Scores:
        """The score of each person. Raises ModelError if somebody has none."""
        asked = records.index.to_numpy(np.int64)
        place = np.minimum(np.searchsorted(self.people, asked), len(self.people) - 1)
        absent = asked[self.people[place] != asked]
        if len(absent):
            raise ModelError(
                f"model {self.name} has no score for {len(absent):,} of {len(asked):,} people, the first is person "
                f"{absent[0]}; scores are needed for everybody that `testbed records` exports with the same scenario, "
                "--people and --seed."
            )
        return Scores(self.given[place], None if self.decision is None else self.decision[place])


def load_spreadsheet(path: str | Path) -> Spreadsheet:
    """The scores in a CSV file with the columns `person` and `score`, and `decision` if there is one.

    Raises InputError if the file cannot be read, or a cell is not what its column holds.
    """
    name = str(path)
    if not Path(path).is_file():
        raise InputError(f"model {name!r}: there is no such file.")
    table = csv_texts(Path(path)).fillna("")
    for column in ("person", "score"):
        if column not in table.columns:
            raise InputError(f"model {name!r}: it has no column {column!r}; found {shown(list(table.columns))}.")
    if table.empty:
        raise InputError(f"model {name!r}: it has no rows.")
    people = _numbers(table["person"], name, f"a whole number from 0 to {MOST}", _an_id)
    score = _numbers(table["score"], name, "a finite number such as -2.5", np.isfinite)
    decision = None
    if "decision" in table.columns:
        decision = _numbers(table["decision"], name, "-1, 0 or 1", lambda x: np.isin(x, (-1, 0, 1))).astype(np.int8)
    order = np.argsort(people, kind="stable")
    ids = people[order].astype(np.int64)
    if (twice := ids[1:][ids[1:] == ids[:-1]]).size:
        raise InputError(f"model {name!r}: person {twice[0]} has two rows; one is allowed.")
    return Spreadsheet(name, ids, score[order], None if decision is None else decision[order])


def _an_id(number: NDArray[np.float64]) -> NDArray[np.bool_]:
    whole: NDArray[np.bool_] = (number >= 0) & (number <= MOST) & (number == np.floor(number))
    return whole


def _numbers(
    column: pd.Series, name: str, allowed: str, holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """A column of text as numbers. Raises InputError for the first cell that is not what is allowed."""
    texts = [text.encode() for text in column]
    made = numbers(texts)
    if made is None:
        made = np.array([number(text) for text in texts], np.float64)  # None becomes NaN
    wrong = np.flatnonzero(~holds(made))
    if len(wrong):
        raise InputError(
            f"model {name!r}: {column.name} in row {wrong[0] + 1} is {column.iloc[wrong[0]]!r:.60}; needed: {allowed}."
        )
    return made
