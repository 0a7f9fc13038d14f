"""The adverse gap month by month: whether it grows or closes over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.disparate_impact.compared import Bools, Place, comparisons, members
from testbed.measures.disparate_impact.equal_conduct import first_full_month
from testbed.statistics import ALPHA, FEWEST_CLUSTERS, Against, dense_ids, moved, quantile, units_in

EVERY = 6
NOBODY = "no people in one of the groups"
MAYBE_0 = "the interval of the first gap holds 0, or cannot be given"


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
    for at, n, gaps in _followed(case, [first, last]):
        if gaps is None or first >= last:
            yield Row(math.nan, why=NOBODY if gaps is None else f"the run ends before month {first + 1}", **at)
        elif gaps.may_start_at_0:
            yield Row(math.nan, n=n, why=MAYBE_0, **at)
        else:
            gap, end = gaps.value
            yield Row(end / gap, *fieller(end, gap, gaps.covariance[::-1, ::-1], gaps.quantile), n=n, **at)


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
    path = list(range(first, case.decided + 1))
    for at, n, gaps in _followed(case, path):
        if gaps is None:
            yield Row(math.nan, why=NOBODY, **at)
        elif gaps.may_start_at_0:
            yield Row(math.nan, n=n, why=MAYBE_0, **at)
        elif len(halved := np.flatnonzero(gaps.value / gaps.value[0] <= 0.5)):
            yield Row(float(halved[0]), n=n, **at)
        else:
            yield Row(math.nan, n=n, why=f"not reached within {len(path) - 1} months", **at)


@dataclass(frozen=True)
class Gaps:
    """The gap between two groups at several months, its covariance over months, clusters of the smaller group."""

    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    units: int

    @property
    def quantile(self) -> float:
        """The t quantile of the limits; NaN with too few clusters."""
        return float(quantile(ALPHA, self.units - 1)) if self.units >= FEWEST_CLUSTERS else math.nan

    @property
    def may_start_at_0(self) -> bool:
        """Whether the interval of the first gap holds 0, or cannot be given."""
        return self.units < FEWEST_CLUSTERS or bool(self.value[0] ** 2 <= self.quantile**2 * self.covariance[0, 0])


def _followed(case: Case, path: list[int]) -> Iterator[tuple[Place, int, Gaps | None]]:
    """Yield where each row belongs, the size of the smaller group, and the gaps at these months.

    The gaps are None if a group has no people.
    """
    for at in comparisons(case):
        ours, theirs = members(case, at)
        n = int(min(ours.sum(), theirs.sum()))
        yield at, n, _gaps(case, ours, theirs, path) if n else None


def _gaps(case: Case, ours: Bools, theirs: Bools, path: list[int]) -> Gaps:
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
    return Gaps(np.array(gaps), table @ table.T * stretch, units)
