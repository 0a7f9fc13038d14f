"""Answers of a scheme to records that do not exist yet: the chance that a decision on them is not adverse."""

# Any: columns of records hold numbers or labels.
from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.models import Decide, RuleBook, Scores
from testbed.world import SCHEME, Views, record_columns, records

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LOTS = 64
"""Times a scheme is asked with fresh lots, if it draws lots itself."""


class Answers(Protocol):
    """What a planner asks: a scheme itself, or what somebody believes of it."""

    def key(self, place: int) -> Hashable:
        """What an answer about a person depends on beside counts."""

    def __call__(self, places: Ints, counts: Ints, schemes: Ints) -> Floats:
        """P(not adverse) of people (by place) with these counts by kind, under these schemes (-1: their own)."""


class SchemeAnswers:
    """The answers of a case's scheme about some people. `exact`: the scheme is a table of points.

    For any other scheme each distinct question is asked once, and counted in `questions`.
    """

    def __init__(self, case: Case, people: Ints, period: int, *, views: Views | None = None) -> None:
        self.case, self.people, self.period = case, people, period
        shown = views or case.views
        self.frame = records(case.society, case.history, period, people, shown)
        self.model, self.decide = case.model, case.scheme.decide
        self.exact = isinstance(self.model, RuleBook)
        self.questions = 0
        self.kinds = case.scenario.kinds
        self.counted = [kind for kind in case.scenario.recorded if kind in self.frame]
        reads = self.model.reads if isinstance(self.model, RuleBook) else self.frame.columns
        self.held = [name for name in case.scenario.held if name in reads]

    @cached_property
    def _codes(self) -> list[tuple[Hashable, ...]]:
        columns = [_plain(self.frame[name]).tolist() for name in self.held]
        return list(zip(*columns, strict=True)) if columns else [()] * len(self.people)

    def key(self, place: int) -> Hashable:
        """What the scheme reads of a person beside counts."""
        return self._codes[place]

    def __call__(self, places: Ints, counts: Ints, schemes: Ints) -> Floats:
        """P(not adverse) of each question."""
        if self.exact:
            return self._by_points(places, counts, schemes)
        codes = np.column_stack([places, schemes, counts])
        _, first, back = np.unique(codes, axis=0, return_index=True, return_inverse=True)
        self.questions += len(first)
        return self._asked(places[first], counts[first], schemes[first])[back.ravel()]

    def _by_points(self, places: Ints, counts: Ints, schemes: Ints) -> Floats:
        held: dict[str, Any] = {kind: counts[:, self.kinds.index(kind)] for kind in self.counted}
        held |= {name: self._column(name, places, schemes) for name in self.held}
        return spared(Scores(self.model.contributions(held)[0]), self.decide)

    def _asked(self, places: Ints, counts: Ints, schemes: Ints) -> Floats:
        order = np.lexsort((np.arange(len(places)), self.people[places]))
        back = np.argsort(order, kind="stable")
        places, counts, schemes = places[order], counts[order], schemes[order]
        made: dict[str, Any] = {name: self._column(name, places, schemes) for name in self.case.scenario.held}
        made = {name: getattr(column, "array", column) for name, column in made.items()}
        made |= {kind: counts[:, self.kinds.index(kind)].astype(np.int32) for kind in self.counted}
        asked = pd.DataFrame(made, index=pd.Index(self.people[places], name="person"))
        asked = asked[list(record_columns(self.case.scenario))]
        draws = "draws" in self.case.scheme.needs
        found = [
            spared(self.case.ask(asked, coins=coins, period=self.period), self.decide)
            for coins in (range(1, LOTS + 1) if draws else (0,))
        ]
        return np.asarray(np.mean(found, axis=0)[back])

    def _column(self, name: str, places: Ints, schemes: Ints) -> Any:
        column = self.frame[name].iloc[places].reset_index(drop=True)
        if name != SCHEME or (schemes < 0).all():
            return column if isinstance(column.dtype, pd.CategoricalDtype) else column.to_numpy()
        codes = np.where(schemes < 0, column.cat.codes.to_numpy(), schemes)
        return pd.Series(pd.Categorical.from_codes(codes, categories=column.cat.categories))


def spared(made: Scores, decide: Decide | None) -> Floats:
    """P(not adverse) of each answer, over the lots that decide ties.

    >>> spared(Scores(np.array([1.0, 2.0, 3.0])), Decide(adverse=2.0, adverse_ties=0.25)).tolist()
    [0.0, 0.75, 1.0]
    """
    if made.decision is not None and (decide is None or decide.adverse is None):
        return np.asarray(np.asarray(made.decision) != -1, np.float64)
    if decide is None:
        return np.ones(len(made.score))
    best = decide.decide(made.score, np.full(len(made.score), np.nextafter(1.0, 0.0))) != -1
    if decide.adverse is None or not 0 < decide.adverse_ties < 1:
        return np.asarray(best, np.float64)
    worst = decide.decide(made.score, np.zeros(len(made.score))) != -1
    torn = best & ~worst
    return np.asarray(np.where(torn, 1 - decide.adverse_ties, best), np.float64)


def _plain(column: pd.Series) -> NDArray[Any]:
    return column.cat.codes.to_numpy() if isinstance(column.dtype, pd.CategoricalDtype) else column.to_numpy()
