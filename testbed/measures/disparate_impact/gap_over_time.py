"""The adverse gap month by month: whether it grows or closes over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.disparate_impact.equal_conduct import first_full_month
from testbed.statistics import ALPHA, FEWEST_CLUSTERS, Against, dense_ids, moved, quantile, units_in

EVERY = 6


def months(case: Case) -> list[int]:
    """The first month with a full window and every sixth month after it, except the month that other measures read."""
    return [month for month in range(first_full_month(case), case.periods, EVERY) if month != case.decided]


@measure(
    "adverse_gap",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="MEASURES section 1",
    caveats="A difference in shares does not measure conduct: groups may differ in what they did.",
    interval="influence values by grid, t(G-1)",
    qualifiers={"period": None},
    gap="",
)
def adverse_gap(case: Case, *, period: int | None = None) -> Iterator[Against | Row]:
    """Adverse rate of a group minus that of the reference group, at earlier months.

    Months: the first that rests on a full window of the record, and every sixth month after it. The comparison row of
    `adverse_rate` gives the gap at the last month.
    """
    for month in months(case) if period is None else [period]:
        if 0 <= month < case.periods:
            adverse = case.scored & (case.history.decision(month) == -1)
            yield Against((PerPerson(adverse, case.scored),), test=False, qualifiers={"period": month})
        else:
            why = f"month {month} is not among the {case.periods} that were run"
            yield Row(math.nan, why=why, qualifiers={"period": month})


def fieller(over: float, under: float, covariance: NDArray[np.float64], z: float) -> tuple[float, float]:
    """Limits of over / under (Fieller 1954), from the covariance of (over, under); NaN if under may be 0.

    >>> fieller(2.0, 1.0, np.zeros((2, 2)), 1.96)
    (2.0, 2.0)
    """
    a = under**2 - z**2 * covariance[1, 1]
    b = over * under - z**2 * covariance[0, 1]
    c = over**2 - z**2 * covariance[0, 0]
    if a <= 0:
        return math.nan, math.nan
    root = math.sqrt(max(b * b - a * c, 0.0))
    return float((b - root) / a), float((b + root) / a)


@measure(
    "gap_growth",
    harm="disparate impact",
    unit="ratio",
    better="lower",
    needs=("history",),
    reference="Fieller (1954) for the limits; MEASURES section 1",
    caveats="Every file is empty in month 0, so the first gap is that of the first month with a full window.",
    interval="Fieller, covariance of the two gaps by grid, t(G-1)",
    gap="",
    splits=False,
)
def gap_growth(case: Case) -> Iterator[Row]:
    """The adverse gap at the last month over the gap at the first month with a full window; NaN if that may be 0."""
    first, last = first_full_month(case), case.decided
    for at, ours, theirs, why in _groups(case):
        if why or first >= last:
            yield Row(math.nan, why=why or f"the run ends before month {first + 1}", **at)
            continue
        (gap, end), covariance, units = _gaps(case, ours, theirs, [first, last])
        n = int(min(ours.sum(), theirs.sum()))
        z = float(quantile(ALPHA, units - 1)) if units >= FEWEST_CLUSTERS else math.nan
        if units < FEWEST_CLUSTERS or gap**2 <= z**2 * covariance[0, 0]:
            yield Row(math.nan, n=n, why="the interval of the first gap holds 0, or cannot be given", **at)
            continue
        limits = fieller(end, gap, covariance[::-1, ::-1], z)
        yield Row(end / gap, *limits, n=n, **at)


@measure(
    "gap_half_life",
    harm="disparate impact",
    unit="months",
    better="lower",
    needs=("history",),
    reference="MEASURES section 1",
    caveats="This is the path of one world. Monthly gaps vary by chance, and the first month at half of the gap may be "
    "such a variation.",
    interval="none from one world",
    gap="",
    splits=False,
)
def gap_half_life(case: Case) -> Iterator[Row]:
    """Months from the first month with a full window until the adverse gap is at most half of its value then.

    NaN if the interval of the first gap holds 0, or if half is not reached. In the second case `why` gives the months
    that were run, which is a lower bound.
    """
    first = first_full_month(case)
    for at, ours, theirs, why in _groups(case):
        if why:
            yield Row(math.nan, why=why, **at)
            continue
        path = list(range(first, case.decided + 1))
        gaps, covariance, units = _gaps(case, ours, theirs, path)
        n = int(min(ours.sum(), theirs.sum()))
        known = units >= FEWEST_CLUSTERS
        if not known or gaps[0] ** 2 <= float(quantile(ALPHA, units - 1)) ** 2 * covariance[0, 0]:
            yield Row(math.nan, n=n, why="the interval of the first gap holds 0, or cannot be given", **at)
            continue
        halved = np.flatnonzero(gaps / gaps[0] <= 0.5)
        if len(halved):
            yield Row(float(halved[0]), n=n, **at)
        else:
            yield Row(math.nan, n=n, why=f"not reached within {len(path) - 1} months", **at)


def _groups(case: Case) -> Iterator[tuple[dict[str, Any], NDArray, NDArray, str]]:
    """(split, group, versus), members of both, and why there is nothing to compare, for each compared group."""
    for split in case.scenario.compared:
        codes, levels = case.coded(split)
        size = np.bincount(codes[case.scored], minlength=len(levels))
        r = levels.index(case.scenario.reference.get(split, levels[int(size.argmax())]))
        for g, name in enumerate(levels):
            if g != r:
                why = "" if size[g] and size[r] else "no people in one of the groups"
                at = {"split": split, "group": name, "versus": levels[r]}
                yield at, case.scored & (codes == g), case.scored & (codes == r), why


def _gaps(case: Case, ours: NDArray, theirs: NDArray, path: list[int]) -> tuple[NDArray, NDArray, int]:
    """The gap at each month, the covariance of these gaps by cluster, and the clusters of the smaller group."""
    owner, clusters = dense_ids(case.clusters)
    units = units_in(owner[ours], owner[theirs])
    gaps, influence = [], []
    for month in path:
        adverse = case.history.decision(month) == -1
        gaps.append(adverse[ours].mean() - adverse[theirs].mean())
        influence.append(moved(owner, clusters, adverse, ours) - moved(owner, clusters, adverse, theirs))
    table = np.array(influence)
    stretch = units / (units - 1) if units > 1 else math.nan
    return np.array(gaps), table @ table.T * stretch, units
