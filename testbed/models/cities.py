"""Many cities, each with its own rule book: people are scored by the book of the city that they live in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.base import Scores, models
from testbed.models.rulebook import RuleBook
from testbed.models.rulebook_file import load_rulebook

NONE = "none"
"""The level of `scheme` of people whom no scheme judges."""


@models.adder("cities")
class Cities:
    """Each person's place in the points of the rule book that the column `scheme` names, among training records.

    Books have their own scales, so the score is a share: of the training society, were it all under this book, the
    part that has fewer points, and half of the part that has as many. One cut-off then means one share in every city,
    and somebody who moves is judged by the other city's book. People under "none" (and everybody, where the records
    hold no scheme) have the middle, 0.5, so that no cut-off under one half decides on them. A kind of conduct that no
    channel records here adds nothing in any city.
    """

    name = "cities"
    row_wise = True
    needs: tuple[str, ...] = ()
    higher_is = "better"

    def __init__(self) -> None:
        self.books: dict[str, RuleBook] = {}
        self.points: dict[str, np.ndarray] = {}

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Cities:
        """The points of all training records under every book. Raises InputError where a book reads a column that is
        not in the records."""
        for name in records["scheme"].cat.categories if "scheme" in records else ():
            if name != NONE:
                book = self.books[name] = load_rulebook(name)
                book.check_columns({**_columns(records), **dict.fromkeys(_unrecorded(book, records))})
                self.points[name] = np.sort(_sign(book) * self._asked(name, records).score)
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """Shares, with the reasons that each person's own book gives, in its points."""
        made, told = np.full(len(records), 0.5), []
        scheme = records["scheme"].to_numpy(object) if "scheme" in records else np.full(len(records), NONE, object)
        for name in sorted(set(scheme) - {NONE}):
            if name not in self.books:
                raise InputError(f"model cities was not fitted on records with the scheme {name!r}.")
            here = np.flatnonzero(scheme == name)
            answer = self._asked(name, records.iloc[here])
            own, known = _sign(self.books[name]) * answer.score, self.points[name]
            places = np.searchsorted(known, own, side="left") + np.searchsorted(known, own, side="right")
            made[here] = places / (2 * len(known))
            told.append(answer.reasons)
        return Scores(made, None, pd.concat(told, ignore_index=True) if told else None)

    def _asked(self, name: str, records: pd.DataFrame) -> Scores:
        book = self.books[name]
        return book.score(records.assign(**dict.fromkeys(_unrecorded(book, records), np.int32(0))))


def _unrecorded(book: RuleBook, records: pd.DataFrame) -> list[str]:
    """The kinds that a book counts and that are not in the records."""
    return [rule.column for rule in book.rules if rule.column and rule.column not in records]


def _sign(book: RuleBook) -> float:
    return 1.0 if book.higher_is == "better" else -1.0


def _columns(records: pd.DataFrame) -> dict[str, Any]:
    return {
        str(name): list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
        for name, column in records.items()
    }
