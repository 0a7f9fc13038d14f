"""The measures of a table, and their rows for each split and stratum."""

# Any: a row of findings holds texts and numbers, and a user gives patterns of measures in any form.
from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from synthetic.errors import InputError
from testbed.case import Table
from testbed.measure import Measure

HOMES = ("rates", "individual", "ranking", "calibration", "score_distance")
"""The modules of `testbed.measures.disparate_impact` that measure a table: an audit of a table imports no others."""
ORDERED = (
    "auc",
    "auc_difference",
    "calibration_error",
    "calibration_gap",
    "cross_auc",
    "exposure_ratio",
    "grade_superiority",
    "mean_score",
    "score_ks_distance",
)
"""Measures of a table that need scores."""


def measured(table: Table, strata: str, measures: Any, lost: str) -> list[dict[str, Any]]:
    """Return the rows of every measure that is asked for, in the order of the registry."""
    from testbed.findings import chosen, only_asked, rows_asked
    from testbed.statistics import Pooling

    wanted = asked_for(measures)
    asked = chosen(wanted, table_measures()) if wanted else table_measures()
    parts = _strata(table, strata) if strata else {}
    pooling = Pooling(table, strata) if strata else None
    rows: list[dict[str, Any]] = []
    for one in asked:
        if lost and one.name in ORDERED:
            rows.append({
                "measure": one.name, "harm": one.harm, "split": "all", "group": "all", "value": np.nan,
                "unit": one.unit, "why": lost,
            })  # fmt: skip
            continue
        rows += rows_asked(one, table, wanted, splits=table.splits, reference=table.reference)
        for level, part in parts.items():
            for row in rows_asked(one, part, wanted, splits=table.splits, reference=table.reference):
                within = {"split": f"{row['split']}|{strata}", "group": f"{row['group']}|{level}"}
                rows.append({**row, **within, "versus": row["versus"] and f"{row['versus']}|{level}"})
        if pooling is not None:
            pooled = pooling.rows(one, one(table), table.splits, table.reference)
            rows += only_asked(pooled, one, wanted)
    return rows


def asked_for(measures: Any) -> tuple[str, ...]:
    """Return the patterns that a user gives, with names in place of references to measures of their own.

    Raises InputError for a measure of a user that reads more than a table.
    """
    from testbed.findings import by_name, patterns
    from testbed.measure import measures as registry

    wanted, references = by_name(patterns(measures))
    for name, reference in references.items():
        if (needs := registry.get(name).needs) != ("table",):
            raise InputError(f"measure {reference!r} needs {', '.join(needs)}; on a table needs=('table',) is needed.")
    return wanted


def table_measures() -> list[Measure]:
    """Return the registered measures of a table, in the order of the registry."""
    from importlib import import_module

    from testbed.measure import measures

    for name in HOMES:
        import_module(f"testbed.measures.disparate_impact.{name}")
    if _others():
        measures.discover()
    return [one for name in measures.known() if (one := measures.get(name)).needs == ("table",)]


@cache
def _others() -> bool:
    """Return whether another package registers measures."""
    from importlib.metadata import entry_points

    return bool(entry_points(group="scoring_testbed.measures"))


def _strata(table: Table, control: str) -> dict[str, Table]:
    """Return the part of the table in each stratum that has people."""
    from testbed.measures.disparate_impact import by_group

    codes, levels = table.coded(control)
    return {level: table.only(rows) for level, rows in zip(levels, by_group(codes, len(levels))) if len(rows)}
