"""Decisions compared with those that the scheme makes on true records."""

from __future__ import annotations

from functools import partial

from testbed.case import Case, acts_in_window, adverse_kinds
from testbed.measure import PerPerson, measure
from testbed.statistics import Against

DESERVED = (
    "Deserved is what the same scheme decides on the shadow record. That record keeps the coverage and delay of the "
    "channels. A harsh scheme without errors has 0."
)

against_truth = partial(
    measure,
    harm="disparate impact",
    unit="rate",
    better="lower",
    needs=("history",),
    reference="MEASURES section 1; Hardt, Price and Srebro (2016) for error rates by group",
    caveats=DESERVED,
    interval="Wilson with effective n by grid, t(G-1); gap: influence values by grid",
)


@against_truth(
    "wrong_adverse_rate",
    estimand="P(D adverse | D* not adverse), D* decided on the shadow record",
    same={"wrong_adverse_rate": "true_positive_rate", "wrong_adverse_gap": "true_positive_gap"},
    same_outcome="deserved",
)
def wrong_adverse_rate(case: Case) -> PerPerson:
    """Share decided adversely among people whom true records would spare: P(D adverse | D* not adverse)."""
    decision, deserved = case.history.decision(case.decided), case.history.deserved(case.decided)
    spared = case.scored & (deserved != -1)
    return PerPerson(
        spared & (decision == -1), spared, why="everyone deserves an adverse decision by their true record"
    )


@against_truth(
    "missed_adverse_rate",
    estimand="P(D not adverse | D* adverse), D* decided on the shadow record",
    same={"missed_adverse_rate": "false_positive_rate", "missed_adverse_gap": "false_positive_gap"},
    same_outcome="deserved",
)
def missed_adverse_rate(case: Case) -> PerPerson:
    """Share not decided adversely among people who deserve it on true records: P(D not adverse | D* adverse)."""
    decision, deserved = case.history.decision(case.decided), case.history.deserved(case.decided)
    hit = case.scored & (deserved == -1)
    return PerPerson(hit & (decision != -1), hit, why="no one deserves an adverse decision by their true record")


@measure(
    "audit_illusion",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Lakkaraju et al. (2017), The selective labels problem; MEASURES section 1",
    caveats="Concerns one gap, that in misconduct within the record's window. Other gaps have their own illusions.",
    estimand="gap in having a standing adverse entry, minus gap in having done, within its expiry, what earns one",
    interval="influence values of the paired differences by grid, t(G-1)",
    gap="",
)
def audit_illusion(case: Case) -> tuple[Against]:
    """The gap in misconduct that an auditor reads from the record, minus the true gap.

    0 if the record omits and adds alike in both groups. Below 0 if it omits more of what the named group did, or adds
    more to the other group.
    """
    kinds = adverse_kinds(case)
    recorded = case.history.counts(case.decided)[:, kinds].sum(axis=1) > 0
    done = acts_in_window(case, case.decided, kinds, late=False).sum(axis=1) > 0
    part = PerPerson((recorded * 1.0 - done) * case.scored, case.scored, bounds=(-1.0, 1.0))
    return (Against((part,), test=False),)
