"""The rows behind a figure: from a findings table, or from a case that is measured for it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from synthetic.errors import InputError, unknown
from testbed.case import Case
from testbed.findings import frame, in_one_world, rows_asked
from testbed.measure import measures
from testbed.report import Finding, Findings, findings_of
from testbed.scenarios import splits_of

Column = tuple[str, str]
"""A scenario and a model."""


def read(findings: pd.DataFrame | Case, names: Sequence[str]) -> Findings:
    """The findings as a report reads them. A case is measured by the measures of these names.

    Raises InputError for anything else, and for a table without rows.
    """
    return findings_of(measured(findings, names) if isinstance(findings, Case) else findings)


def measured(case: Case, names: Sequence[str]) -> pd.DataFrame:
    """The findings of one case by some measures, with the splits of its scenario."""
    rows = []
    for name in names:
        one = measures.get(name)
        found = rows_asked(one, case, (), splits=splits_of(case.scenario), reference=case.scenario.reference)
        rows += in_one_world(found, case.given)
    made = frame(rows, scenario=case.scenario.name, model=case.model_name, seed=case.seed)
    made.attrs["audited"] = [(case.scenario.name, case.model_name)]
    return made


def pick(what: str, wanted: str | None, known: Sequence[str]) -> str:
    """The wanted one, or the first of those known. Raises InputError if it is not among them."""
    if wanted is None:
        return known[0]
    if wanted not in known:
        raise unknown(what, wanted, known)
    return wanted


def some(rows: list[Finding], what: str, measure: str) -> list[Finding]:
    """The rows. Raises InputError if none of them has a value, naming the measure that would give some."""
    if not rows:
        raise InputError(f"the findings have no rows of {what}; measure {measure} gives them.")
    if not any(row.known for row in rows):
        raise InputError(f"no row of {what} has a value: {rows[0].why}.")
    return rows
