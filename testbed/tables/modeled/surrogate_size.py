"""Opacity on a table: how small a tree or a points sheet can be that decides as the model does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from testbed.measure import Measure, Row
from testbed.measures.opacity import (
    ITEMS,
    LEAVES,
    Decided,
    items,
    leaves,
    mostly_chance,
    of_each_decision,
    smallest,
    surrogate_items,
    surrogate_leaves,
)
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import of_model
from testbed.tables.modeled.foresight import as_numbers, asked

TREES, SHEETS = (surrogate_leaves, leaves, LEAVES), (surrogate_items, items, ITEMS)
READ = "Of a category, the 20 most frequent values can be told apart. Equal rows can stand on both sides of a halving."


def decided(table: Modeled) -> Decided | str:
    """Features and decisions of a sample of rows of each decision, lots apart, or why there is nothing to describe."""
    if "decided" not in table.kept:
        table.kept["decided"] = _decided(table)
    found: Decided | str = table.kept["decided"]
    return found


def _decided(table: Modeled) -> Decided | str:
    if why := mostly_chance(asked(table)):
        return why
    everybody = np.ones(len(table.rows), bool)
    case = table.only(of_each_decision(table.answer.decision, everybody, table.rows, table.seed))
    first, second = (case.scheme.answer(case.records, case.rows, coins).decision for coins in (1, 2))
    case = case.only(np.flatnonzero(first == second))
    rows = np.column_stack([column for name in case.records for column in as_numbers(case.records[name])])
    return Decided(rows.astype(np.float64), case.answer.decision.astype(np.int64) + 1, case.rows, case.seed)


def _declare(held: Measure, describe: Callable[..., np.ndarray], most: int) -> None:
    """Declare a measure of worlds for tables, with the rows of a table in place of grids."""

    def function(table: Modeled) -> Row:
        return smallest(decided(table), describe, most)

    function.__doc__ = (held.function.__doc__ or "").replace("people of other grids", "other rows")
    of_model(
        held.name, harm=held.harm, unit=held.unit, better=held.better, estimand=held.estimand,
        interval=held.interval.replace("grids", "rows"), reference=held.reference, caveats=f"{held.caveats} {READ}",
        gap=held.gap, splits=held.splits, default=held.default,
    )(function)  # fmt: skip


for _one in (TREES, SHEETS):
    _declare(*_one)
