"""Who bears the errors that the channels make by themselves, month after month."""

from __future__ import annotations

from typing import Any

import numpy as np

from testbed.measures.base import PerPerson, measure
from testbed.measures.error_roots import blind


@measure(
    "error_burden",
    harm="error propagation",
    unit="per 1,000 person-months",
    better="lower",
    needs=("history",),
    estimand="expected wrong adverse decisions in 1,000 months of a person in scope",
    interval="influence values by cluster, t(G-1)",
    reference="MEASURES section 3",
    caveats="Wrong means that the same scheme decides otherwise on the record without channel errors; whether the "
    "scheme itself is right is not asked. Months of one person are not counted as if they were independent.",
)
def error_burden(case: Any) -> PerPerson:
    """Wrong adverse decisions per 1,000 person-months: adverse on the record, not adverse on the shadow record.

    Over all months of the run and all people in scope. Split by a group it says who bears them.
    """
    history = case.history
    wrong = np.zeros(len(case.people))
    for t in range(history.periods):
        wrong += (history.decision(t) == -1) & (history.deserved(t) != -1)
    months = np.where(case.scored, history.periods / 1000, 0.0)
    exact = blind(case) or not case.scenario.errors
    return PerPerson(np.where(case.scored, wrong, 0.0), months, exact=exact, bounds=(0.0, np.inf))
