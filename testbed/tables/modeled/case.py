"""A table with a model: what its measures see."""

# Any: a model can be anything.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Table
from testbed.disclosures import Disclosure
from testbed.models import declared, name_of
from testbed.tables.modeled.mistakes import Mistake
from testbed.tables.modeled.scheme import Answer, Scheme

SAMPLE = 20_000
"""The most rows that errors are followed on, or that a model is asked about again for any other measure."""
NOTIFIED = "notified"
"""What people can see if no disclosure is named."""


@dataclass(eq=False)
class Modeled(Table):
    """A table, the scheme that decides on its rows, and the scheme's answer.

    records: the features of each row. whole: the features of the whole table, and the columns that errors read.
    rows: the place of each row in it. second: a scheme that reads what the first one says; after: its answer.
    kept: what was worked out already.
    """

    records: pd.DataFrame = field(default_factory=pd.DataFrame)
    whole: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    scheme: Scheme = field(default_factory=lambda: Scheme(None, ""))
    answer: Answer = field(default_factory=lambda: Answer(np.empty(0), np.empty(0, np.int8)))
    second: Scheme | None = None
    after: Answer | None = None
    mistakes: Sequence[Mistake] = ()
    chances: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    disclosure: Disclosure | None = None
    moves: Any = None
    kept: dict[object, Any] = field(default_factory=dict, init=False)

    @property
    def model(self) -> Any:
        """The model itself."""
        return self.scheme.model

    def only(self, rows: NDArray[np.int64]) -> Modeled:
        """The same table with some of its rows."""
        made = super().only(rows)
        assert isinstance(made, Modeled)
        return replace(
            made,
            records=self.records.iloc[rows],
            rows=self.rows[rows],
            answer=self.answer.at(rows),
            after=None if self.after is None else self.after.at(rows),
            chances={name: held[rows] for name, held in self.chances.items()},
        )

    def sample(self, size: int, purpose: str) -> Modeled:
        """An addressed sample of the rows, in their order; everybody if there are no more than that."""
        if len(self.rows) <= size:
            return self
        words = draws.sparse(self.seed, f"table:sample:{purpose}", draws.pack(self.rows))
        return self.only(np.sort(np.argsort(words, kind="stable")[:size]))

    @cached_property
    def followed(self) -> Modeled:
        """The sample of rows on which errors are followed."""
        return self.sample(SAMPLE, "errors")

    @cached_property
    def unsteady(self) -> str:
        """Why the effect of one wrong value cannot be told apart; "" if it can.

        It can if the model says the same about half of the rows when it is asked about these alone, in another order.
        """
        words = draws.sparse(self.seed, "table:steady", draws.pack(self.rows))
        some = np.argsort(words, kind="stable")[: (len(words) + 1) // 2][::-1]
        again = self.scheme.answer(self.records.iloc[some], self.rows[some])
        before = self.answer.at(some)
        near = np.abs(again.score - before.score) <= 1e-9 * np.maximum(1.0, np.abs(before.score))
        if bool(near.all()) and bool((again.decision == before.decision).all()):
            return ""
        return (
            f"model {self.scheme.name} answers otherwise when it is asked about some of the rows again, so the effect "
            "of one wrong value cannot be told apart"
        )

    def handed_on(self, records: pd.DataFrame, answer: Answer) -> pd.DataFrame:
        """What the second scheme is asked about: the features, and the first one's score and decision."""
        return records.assign(score=answer.score, decision=answer.decision)

    @property
    def reads_nothing(self) -> bool:
        """Whether the model declares that it reads no column."""
        return bool(declared(self.model, "reads", None) == ())

    @property
    def called(self) -> str:
        """The name of the model."""
        return self.scheme.name or name_of(self.model)
