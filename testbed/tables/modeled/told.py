"""Opacity on a table, by measures of worlds: whether people are told reasons, and how much a rule book leaves open."""

# Any: the measures of worlds take whatever has the part of a case's interface that they read.
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.disclosures import Disclosure
from testbed.measure import Measure, PerPerson, Row
from testbed.measures.opacity import OF_SCHEMES
from testbed.models import Scores, reasons_of
from testbed.tables.modeled.case import NOTIFIED, Modeled
from testbed.tables.modeled.declaring import of_model

PEOPLE = 8_192
"""The most rows for which reasons are asked."""


@dataclass(frozen=True)
class Asking:
    """What these measures read of a scheme: its model, and whether the model can be asked about some rows alone."""

    model: Any
    row_wise: bool
    needs: tuple[str, ...] = ()

    @property
    def scorer(self) -> Asking:
        """What has the model."""
        return self


class Told:
    """The part of a case's interface that these measures read: one period, everybody in scope."""

    periods, kinds = 1, ()

    def __init__(self, case: Modeled) -> None:
        self.table = case
        self.model = case.model
        self.history = self
        self.disclosure = case.disclosure or Disclosure.load(NOTIFIED)
        self.records = case.records.set_axis(pd.RangeIndex(len(case.rows), name="person"))
        self.people = self.records[[]]
        self.scored = np.ones(len(case.rows), bool)
        self.clusters = np.arange(len(case.rows))
        self.seed = case.seed

    def decision(self, period: int) -> NDArray[np.int8]:
        """The decision on each row."""
        return self.table.answer.decision

    @property
    def scheme(self) -> Asking:
        """The model, which is asked about some rows alone unless it then answers otherwise."""
        return Asking(self.model, not self.table.unsteady)

    def ask(self, records: pd.DataFrame) -> Scores:
        """What the scheme says of other records of these people, with the same lots."""
        answer = self.table.scheme.answer(records, self.table.rows[records.index])
        return Scores(answer.score, answer.decision)

    @property
    def reasons(self) -> pd.DataFrame | None:
        """The reasons that the model gives, asked for once; None if it gives none."""
        table = self.table
        if "reasons" not in table.kept:
            told = reasons_of(self.model, self.records, {"draws": table.scheme.lots(table.rows)})
            table.kept["reasons"] = told if told is not None else table.scheme.scores(self.records, table.rows).reasons
        found: pd.DataFrame | None = table.kept["reasons"]
        return found


def asked_for_reasons(table: Modeled) -> Modeled:
    """The sample of rows for which reasons are asked."""
    return table.sample(PEOPLE, "opacity")


def _declare(held: Measure) -> None:
    """Declare a measure of worlds for tables."""

    def function(case: Modeled, **qualifiers: Any) -> Iterator[PerPerson | Row]:
        found = held.function(Told(case), **qualifiers)
        yield from [found] if isinstance(found, PerPerson | Row) else found

    function.__doc__ = held.function.__doc__
    of_model(
        held.name, harm=held.harm, unit=held.unit, better=held.better, estimand=held.estimand, interval=held.interval,
        reference=held.reference, caveats=held.caveats, qualifiers=held.qualifiers, gap=held.gap, splits=held.splits,
        on=asked_for_reasons,
    )(function)  # fmt: skip


for _one in OF_SCHEMES:
    _declare(_one)
