"""Who bears the errors that the channels make month after month, and which errors they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation.error_sources import contributions, errorless, owed_part, thousands_of_months


@measure(
    "error_burden",
    harm="error propagation",
    unit="per 1,000 person-months",
    better="lower",
    needs=("history",),
    estimand="expected wrong adverse decisions in 1,000 months of a person in scope",
    interval="influence values by cluster, t(G-1); few who bear any: at least the gamma limits of Fay and Feuer",
    reference="MEASURES section 3; Shapley (1953), Contributions to the Theory of Games II (sources)",
    caveats="Wrong means that the same scheme decides otherwise on the record without channel errors. Whether the "
    "scheme itself is right does not count. Months of one person do not count as independent.",
    qualifiers={"source": "any"},
)
def error_burden(case: Case, source: str = "any") -> Iterator[PerPerson]:
    """Wrong adverse decisions per 1,000 person-months: adverse on the record, not adverse on the shadow record.

    Counts all months of the run and all people in scope. The splits show who bears them. `source` divides them by the
    origin of the errors behind them (`missed`, `false_match`, `collision`, `duplicate`, `stale`, ..., and `appeal`, a
    true entry struck; see `synthetic.ledger.ORIGINS`). The parts are Shapley values: they sum to the whole and may be
    negative if one error hides another. The default gives the whole and every source.
    """
    history = case.history
    wrong = np.zeros(len(case.people))
    for t in range(history.periods):
        wrong += (history.decision(t) == -1) & (history.deserved(t) != -1)
    if source == "any":
        whole, months = np.where(case.scored, wrong, 0.0), thousands_of_months(case)
        yield PerPerson(whole, months, exact=errorless(case), bounds=(0.0, np.inf))
    found = contributions(case, "origin")
    owed = found.of.get("adverse", {})
    if source != "any" and not found.why and source not in owed:
        raise unknown("source of errors", source, ("any", *owed))
    for name in owed if source == "any" else (source,):
        if source == "any" and not owed[name].any():
            continue
        yield owed_part(case, found, owed.get(name, np.zeros(len(wrong))), {"source": name})
