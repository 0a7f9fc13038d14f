"""Decisions against the ones that true records would have led to."""

from __future__ import annotations

from functools import partial
from typing import Any

from testbed.measures.base import PerPerson, measure

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
