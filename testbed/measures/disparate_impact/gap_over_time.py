"""The adverse gap month by month: whether it grows or closes over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.disparate_impact.compared import Bools, Place, comparisons, members
from testbed.measures.disparate_impact.equal_conduct import first_full_month
from testbed.statistics import (
    ALPHA,
    Against,
    around,
    dense_ids,
    enough,
    few,
    fieller,
    moved,
    newcombe,
    quantile,
    rate_limits,
    units_in,
    widened,
)

EVERY = 6
NOBODY = "no people in one of the groups"
HORIZON = 12
"""Months within which a gap may be halved."""
Floats = NDArray[np.float64]


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


@measure(
    "gap_growth",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Newcombe (1998); Fieller (1954) for the ratio; docs/decisions/0019",
    caveats="Every file is empty in month 0, so the first gap is that of the first month with a full window. A "
    "negative gap that closes grows.",
    estimand="adverse gap (g minus r) at the last month minus that at the first month with a full window",
    interval="influence values of both gaps, summed by grid, t(G-1); few events: the wider of it and Newcombe",
    gap="",
    splits=False,
)
def gap_growth(case: Case) -> Iterator[Row]:
    """The adverse gap at the last month minus that at the first month with a full window, whatever the first gap is.

    `_ratio`: the last gap over the first. Its limits are Fieller's, and infinite where the first gap may be 0.
    """
    first, last = first_full_month(case), case.decided
    for at, n, gaps in _followed(case, [first, last]):
        why = NOBODY if gaps is None else f"the run ends before month {first + 1}" if first >= last else ""
        if gaps is None or why:
            found = [Row(math.nan, why=why, **at)] * 2
        else:
            found = [Row(*gaps.growth(), n, **at), _ratio(gaps, Row(math.nan, n=n, why="the first gap is 0", **at))]
        yield found[0]
        yield replace(found[1], suffix="_ratio", unit="ratio")


def _ratio(gaps: Gaps, blank: Row) -> Row:
    """The last gap over the first, with Fieller's limits; `blank` if the first is 0."""
    gap, end = gaps.value
    if gap == 0:
        return blank
    low, high = fieller(end, gap, gaps.covariance[::-1, ::-1], gaps.quantile())
    return replace(blank, value=end / gap, low=low, high=high, why="")


@measure(
    "gap_half_life",
    harm="disparate impact",
    unit="months",
    better="lower",
    needs=("history",),
    reference="docs/decisions/0019",
    caveats="Monthly gaps vary by chance, and the first month at half of the gap may be such a variation, above all "
    f"where the first gap is small. A gap that is not halved in {HORIZON} months counts as {HORIZON}.",
    estimand="min(months until the adverse gap is at most half of that at the first month with a full window, horizon)",
    interval="limits of the monthly gaps by grid, t(G-1), Bonferroni over months; from 1 to the horizon if the first "
    "gap may be 0",
    qualifiers={"horizon": HORIZON},
    gap="",
    splits=False,
)
def gap_half_life(case: Case, *, horizon: int = HORIZON) -> Iterator[Row]:
    """Months from the first month with a full window until the adverse gap is at most half of its value then.

    Cut at the horizon: a gap that is not halved by then counts as the horizon. NaN if the first gap is exactly 0, or if
    the run does not follow it to the horizon.
    """
    first = first_full_month(case)
    for at, n, gaps in _followed(case, list(range(first, min(first + horizon, case.decided) + 1))):
        at["qualifiers"] = {"horizon": horizon}
        if gaps is None:
            yield Row(math.nan, why=NOBODY, **at)
        elif first + horizon > case.decided:
            yield Row(math.nan, n=n, why=f"the gap is not followed for {horizon} months", **at)
        elif gaps.value[0] == 0:
            yield Row(math.nan, n=n, why="the first gap is 0", **at)
        else:
            yield Row(*gaps.halved(), n, **at)


@dataclass(frozen=True)
class Gaps:
    """The gap between two groups at several months, and what its limits need.

    rates: of the group and of its reference group, (months, 2). sizes: people of each. units: effective clusters of the
    group that has fewer. by_rate: influence of each cluster on each rate, (months, 2, clusters).
    """

    rates: Floats
    sizes: tuple[int, int]
    by_rate: Floats
    units: float

    @property
    def value(self) -> Floats:
        """The gap at each month."""
        return np.asarray(self.rates[:, 0] - self.rates[:, 1])

    @property
    def influence(self) -> Floats:
        """The influence of each cluster on each gap."""
        return np.asarray(self.by_rate[:, 0] - self.by_rate[:, 1])

    @property
    def covariance(self) -> Floats:
        """The covariance of the gaps over months."""
        stretch = self.units / (self.units - 1) if self.units > 1 else math.nan
        return np.asarray(self.influence @ self.influence.T * stretch)

    def quantile(self, looks: int = 1) -> float:
        """The t quantile of limits that hold for several looks at once; NaN with too few clusters."""
        return float(quantile(ALPHA / looks, self.units - 1)) if enough(self.units) else math.nan

    def growth(self) -> tuple[float, float, float]:
        """The last gap minus the first, with its limits."""
        gap, end = float(self.value[0]), float(self.value[-1])
        limits = around(end - gap, self.influence[-1] - self.influence[0], self.units)
        sizes = np.array(self.sizes)
        events = self.rates[[0, -1]] * sizes
        if enough(self.units) and few(*events.ravel(), *(sizes - events).ravel()):
            limits = widened(limits, end, self._alone(-1), gap, self._alone(0))
        return end - gap, *limits

    def _alone(self, month: int) -> tuple[Floats, Floats]:
        """Newcombe's limits of the gap of one month."""
        rates = self.rates[month]
        limits = [
            rate_limits(float(rate), size, moved, self.units)
            for rate, size, moved in zip(rates, self.sizes, self.by_rate[month], strict=True)
        ]
        return newcombe(rates[0], limits[0], rates[1], limits[1])

    def halved(self) -> tuple[float, float, float]:
        """The first month at which the gap is at most half of the first, cut at the last month, and its limits.

        Low: the first month at which that cannot be excluded; high: the first at which it is certain; both at once for
        all months. Nothing is known if the first gap may be 0.
        """
        horizon = len(self.value) - 1
        left = np.sign(self.value[0]) * (self.value - self.value[0] / 2)
        spread = self.covariance
        error = np.sqrt(np.maximum(np.diag(spread) - spread[0] + spread[0, 0] / 4, 0.0)) * self.quantile(horizon + 1)

        def first(reached: Bools) -> float:
            return float(np.flatnonzero(reached)[0]) if reached.any() else float(horizon)

        if np.isnan(error).any():
            return first(left <= 0), math.nan, math.nan
        low = first(left - error <= 0)
        return first(left <= 0), max(low, 1.0), first(left + error <= 0) if low > 0 else float(horizon)


def _followed(case: Case, path: list[int]) -> Iterator[tuple[Place, int, Gaps | None]]:
    """Yield where each row belongs, the size of the smaller group, and the gaps at these months.

    The gaps are None if a group has no people.
    """
    for at in comparisons(case):
        ours, theirs = members(case, at)
        n = int(min(ours.sum(), theirs.sum()))
        yield at, n, _gaps(case, ours, theirs, path) if n else None


def _gaps(case: Case, ours: Bools, theirs: Bools, path: list[int]) -> Gaps:
    """The gaps at some months."""
    owner, clusters = dense_ids(case.clusters)
    adverse = [case.history.decision(month) == -1 for month in path]
    sides = (ours, theirs)
    rates = np.array([[one[side].mean() for side in sides] for one in adverse])
    by_rate = np.array([[moved(owner, clusters, one, side) for side in sides] for one in adverse])
    return Gaps(rates, (int(ours.sum()), int(theirs.sum())), by_rate, units_in(owner[ours], owner[theirs]))
