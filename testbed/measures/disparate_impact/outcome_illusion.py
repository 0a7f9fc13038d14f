"""The error of an auditor who takes the record for the truth: gaps in recorded outcomes against true gaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.compared import Bools, Place, comparisons, members
from testbed.scenarios import Scenario
from testbed.statistics import (
    ALPHA,
    Limits,
    around,
    dense_ids,
    enough,
    few,
    moved,
    quantile,
    rate_limits,
    summed,
    units_in,
    widened,
    wilson,
)
from testbed.world import outcome_positive, window

Number = tuple[float, float, float]
RATES: dict[str, Callable[[Bools, Bools], tuple[Bools, Bools]]] = {
    "accuracy": lambda decided, outcome: (np.ones_like(decided), decided == outcome),
    "base_rate": lambda decided, outcome: (np.ones_like(decided), outcome),
    "false_positive_rate": lambda decided, outcome: (~outcome, decided),
    "negative_predictive_value": lambda decided, outcome: (~decided, ~outcome),
    "precision": lambda decided, outcome: (decided, outcome),
    "true_positive_rate": lambda decided, outcome: (outcome, decided),
}
"""Each rate from positive decisions and outcomes: who is in the denominator, and who is in the numerator."""


def recorded_outcome(scenario: Scenario) -> str:
    """The recorded outcome that an auditor would use: the scenario's own, or the one that its models learn from."""
    for spec in (scenario.outcome, scenario.learn):
        if spec.startswith("recorded:"):
            return spec
    return "recorded:any:12"


@measure(
    "outcome_illusion",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Lakkaraju et al. (2017), The selective labels problem; MEASURES section 1",
    caveats=(
        "The record omits what no channel covers, and it contains errors. The decision is that of the month before the "
        "window of the outcome."
    ),
    estimand="(rate_g - rate_r, outcomes of the record) - (the same, outcomes by the acts done in the same months)",
    interval="influence values of both gaps, summed by grid, t(G-1); if few outcomes differ, Wilson's limit is added",
    qualifiers={"outcome": None, "rate": None},
    default=False,
    gap="",
    splits=False,
)
def outcome_illusion(case: Case, *, outcome: str | None = None, rate: str | None = None) -> Iterator[Row]:
    """The gap in a rate that an audit finds from the record, minus the gap according to the truth.

    The outcome is a recorded one, `recorded:KIND:WINDOW` (default: the scenario's, or what its models learn from). Its
    truth is `future:KIND:WINDOW`: acts of the same kind in the same months. One row for each rate (`accuracy`,
    `base_rate`, `false_positive_rate`, `negative_predictive_value`, `precision`, `true_positive_rate`; positive means
    not adverse), group and compared attribute. `_recorded`: the gap that the audit finds. (`audit_illusion` is the same
    for the gap in misconduct, by what stands on record at the last month.)
    """
    if rate is not None and rate not in RATES:
        raise unknown("rate in outcome_illusion", rate, RATES)
    seen = recorded_outcome(case.scenario) if outcome is None else outcome
    if not seen.startswith("recorded:") or not window(seen):
        raise unknown("outcome in outcome_illusion", seen, ("recorded:KIND:WINDOW",))
    said: dict[str, object] = {"outcome": outcome}
    month = case.periods - 1 - window(seen)
    if month < 0:
        yield Row(math.nan, why=f"the window of {seen} is longer than the {case.periods} months run", qualifiers=said)
        return
    decided = case.history.decision(month) != -1
    truth = seen.replace("recorded:", "future:", 1)
    recorded, true = (outcome_positive(case.scenario, spec, case.history, case.society) for spec in (seen, truth))
    for at in comparisons(case):
        sides = members(case, at)
        for name, counted in RATES.items():
            if rate in (None, name):
                at["qualifiers"] = {**said, "rate": name}
                yield from _rows(case, sides, counted(decided, recorded), counted(decided, true), at)


def gaps(
    found: tuple[Bools, Bools], true: tuple[Bools, Bools], sides: tuple[Bools, Bools], cluster: NDArray[np.integer]
) -> tuple[Number, Number]:
    """(illusion, recorded gap) with their limits, from (denominator, numerator) by the record and by the truth.

    `sides`: members of the group and of the reference group. Each side must have somebody in both denominators.
    Limits: influence values summed by cluster, t(G-1). If the recorded and the true outcome differ for under five
    people of a side, the distance to Wilson's limit of their share is added in squares. If a rate rests on under five
    events or non-events, the limits of the recorded gap are the wider of these and Newcombe's.
    """
    owner, clusters = dense_ids(cluster)
    units = units_in(*(owner[side] for side in sides))
    value, influence = [], []
    for among, share in (found, true):
        ours, theirs = (among & side for side in sides)
        value.append(float(share[ours].mean() - share[theirs].mean()))
        influence.append(moved(owner, clusters, share, ours) - moved(owner, clusters, share, theirs))
    illusion = value[0] - value[1]
    low, high = around(illusion, influence[0] - influence[1], units)
    differ = (found[0] != true[0]) | (found[0] & (found[1] != true[1]))
    opened = 0.0
    for side in sides:
        changed, counted = int((differ & side).sum()), int(min((found[0] & side).sum(), (true[0] & side).sum()))
        if enough(units) and few(changed):
            share_changed = min(changed / counted, 1.0)
            opened += float(wilson(share_changed, counted, quantile(ALPHA, units - 1))[1] - share_changed) ** 2
    half = math.sqrt(((high - low) / 2) ** 2 + opened)
    recorded = around(value[0], influence[0], units)
    if enough(units):
        recorded = _few_events(recorded, found, sides, owner, clusters, units)
    return (illusion, illusion - half, illusion + half), (value[0], *recorded)


def _few_events(
    limits: Limits,
    found: tuple[Bools, Bools],
    sides: tuple[Bools, Bools],
    owner: NDArray[np.int64],
    clusters: int,
    units: float,
) -> Limits:
    counts: list[int] = []
    parts = []
    for side in sides:
        counted = found[0] & side
        size, events = int(counted.sum()), int((counted & found[1]).sum())
        influence = summed(owner, clusters, counted * (found[1] - events / size) / size)
        parts.append((events / size, rate_limits(events / size, size, influence, units)))
        counts += [events, size - events]
    (ours, of_ours), (theirs, of_theirs) = parts
    return widened(limits, ours, of_ours, theirs, of_theirs) if few(*counts) else limits


def _rows(
    case: Case, sides: tuple[Bools, Bools], found: tuple[Bools, Bools], true: tuple[Bools, Bools], at: Place
) -> Iterator[Row]:
    if not all((among & side).any() for among, _ in (found, true) for side in sides):
        for suffix in ("", "_recorded"):
            yield Row(math.nan, why="one of the groups has no one to count", suffix=suffix, **at)
        return
    n = int(min((among & side).sum() for among, _ in (found, true) for side in sides))
    for suffix, numbers in zip(("", "_recorded"), gaps(found, true, sides, case.clusters), strict=True):
        yield Row(*numbers, n=n, suffix=suffix, **at)
