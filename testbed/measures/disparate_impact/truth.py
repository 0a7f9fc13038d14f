"""Decisions against the ones that true records would have led to."""

from __future__ import annotations

from functools import partial
from typing import Any

from testbed.case import acts_in_window, adverse_kinds
from testbed.measure import PerPerson, measure
from testbed.statistics import Against

DESERVED = (
    "deserved is what the same scheme decides on the shadow record: coverage and delay are its own reach and stay, and "
    "a harsh scheme that errs nowhere has 0"
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


@against_truth("wrong_adverse_rate", estimand="P(D adverse | D* not adverse), D* decided on the shadow record")
def wrong_adverse_rate(case: Any) -> PerPerson:
    """Share decided adversely among those whom true records would have spared: P(D adverse | D* not)."""
    decision, deserved = case.history.decision(case.decided), case.history.deserved(case.decided)
    spared = case.scored & (deserved != -1)
    return PerPerson(spared & (decision == -1), spared, why="true records would have spared nobody")


@against_truth("missed_adverse_rate", estimand="P(D not adverse | D* adverse), D* decided on the shadow record")
def missed_adverse_rate(case: Any) -> PerPerson:
    """Share not decided adversely among those whom true records would have hit: P(D not | D* adverse)."""
    decision, deserved = case.history.decision(case.decided), case.history.deserved(case.decided)
    hit = case.scored & (deserved == -1)
    return PerPerson(hit & (decision != -1), hit, why="true records would have hit nobody")


@measure(
    "audit_illusion",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Lakkaraju et al. (2017), The selective labels problem; MEASURES section 1",
    caveats="of one gap, that in misconduct within the record's window; other gaps have illusions of their own",
    estimand="gap in having a standing adverse entry, minus gap in having done, within its expiry, what earns one",
    interval="influence values of the paired differences by grid, t(G-1)",
    gap="",
)
def audit_illusion(case: Any) -> tuple[Against]:
    """The gap in misconduct that an auditor reads from the record minus the one there is.

    0 where the record misses and invents alike in both groups; below 0 where it hides more of what the named
    group did, or lays more at the other's door.
    """
    kinds = adverse_kinds(case)
    recorded = case.history.counts(case.decided)[:, kinds].sum(axis=1) > 0
    done = acts_in_window(case, case.decided, kinds, late=False).sum(axis=1) > 0
    part = PerPerson((recorded * 1.0 - done) * case.scored, case.scored, bounds=(-1.0, 1.0))
    return (Against((part,), test=False),)
