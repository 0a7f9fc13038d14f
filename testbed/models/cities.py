"""Many cities with a rule book each: people are scored by the rule book of the city in which they live."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.base import Scores, models
from testbed.models.rulebook import RuleBook
from testbed.models.rulebook_file import load_rulebook

NONE = "none"
"""The level of `scheme` for people who are under no scheme."""


@models.adder("cities")
class Cities:
    """Each person's rank among the training records, in points of the rule book that the column `scheme` names.

    Rule books have different scales, so the score is a share: all training records are scored by the book, and the
    score is the share with fewer points, plus half of the share with equal points. A cut-off then means the same share
    in every city, and people who move are scored by the book of the new city. People under "none" have the middle, 0.5
    (so has everybody if the records hold no scheme), so no cut-off under one half affects them. A kind of conduct that
    no channel records adds nothing in any city.
    """

    name = "cities"
    row_wise = True
    needs: tuple[str, ...] = ()
    higher_is = "better"

    def __init__(self) -> None:
        self.books: dict[str, RuleBook] = {}
        self.points: dict[str, np.ndarray] = {}

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Cities:
        """Score the training records by every book. Raises InputError if they lack a column that a book reads."""
        for name in records["scheme"].cat.categories if "scheme" in records else ():
            if name != NONE:
                book = self.books[name] = load_rulebook(name)
                book.check_columns({**_columns(records), **dict.fromkeys(_unrecorded(book, records))})
                self.points[name] = np.sort(_sign(book) * self._asked(name, records).score)
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The share of each record, with the reasons that the person's own book gives, in points of that book."""
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

    def conduct_terms(
        self, counts: Mapping[str, np.ndarray], alike: Mapping[str, Hashable] | None = None
    ) -> np.ndarray:
        """What every book makes of counts of conduct (see `RuleBook.conduct_terms`)."""
        return np.hstack([book.conduct_terms(counts, alike) for book in self.books.values()])

    def _asked(self, name: str, records: pd.DataFrame) -> Scores:
        book = self.books[name]
        return book.score(records.assign(**dict.fromkeys(_unrecorded(book, records), np.int32(0))))


def _unrecorded(book: RuleBook, records: pd.DataFrame) -> list[str]:
    """The columns that a book counts and that the records lack."""
    return [rule.column for rule in book.rules if rule.column and rule.column not in records]


def _sign(book: RuleBook) -> float:
    return 1.0 if book.higher_is == "better" else -1.0


def _columns(records: pd.DataFrame) -> dict[str, list[str] | None]:
    return {
        str(name): list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
        for name, column in records.items()
    }
