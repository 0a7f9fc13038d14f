"""Disparate impact: what the model makes of the column of a group itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from testbed.measure import PerPerson, Row
from testbed.tables.coding import factorized
from testbed.tables.columns import Column
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import followed, of_model
from testbed.tables.modeled.effects import with_values

NOT_READ = "no group column is among the features"


@of_model(
    "flip_sensitivity",
    harm="disparate impact",
    unit="rate",
    better="lower",
    estimand="P(the decision differs if the column of the group has some other value)",
    interval="Wilson",
    reference="MEASURES section 6",
    caveats="Not a counterfactual: nothing that depends on the group changes with the column. 0 does not mean that the "
    "group makes no difference, since other columns can stand for it.",
    on=followed,
)
def flip_sensitivity(case: Modeled) -> Iterator[PerPerson | Row]:
    """Share of people whose decision differs if a group column alone is changed to another of its values.

    A row for each group column that is among the features.
    """
    n = len(case.rows)
    read = [name for name in case.attributes if name in case.records.columns]
    if not read or case.unsteady:
        yield Row(float("nan"), n=n, why=NOT_READ if not read else case.unsteady)
        return
    for name in read:
        held = case.records[name]
        codes, values = factorized(Column(name, held, "features"))
        differs = np.zeros(n, bool)
        for code, value in enumerate(values):
            at = np.flatnonzero(np.asarray(codes) != code)
            if len(at):
                answer = case.scheme.answer(with_values(case.records.iloc[at], name, value), case.rows[at])
                differs[at] |= answer.decision != case.answer.decision[at]
        yield PerPerson(differs, np.ones(n), qualifiers={"column": name}, exact=case.reads_nothing)
