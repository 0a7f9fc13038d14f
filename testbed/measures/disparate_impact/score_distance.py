"""How far apart the score distributions of several groups are: the greatest Kolmogorov-Smirnov distance."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from testbed.case import Case, Table
from testbed.measure import measure
from testbed.measures.disparate_impact.pairs import Floats, by_group, sampled
from testbed.measures.disparate_impact.ranking import ranks
from testbed.measures.disparate_impact.score_process import Groups, no_difference, strays
from testbed.statistics import Estimates, coded, intervals


@dataclass(frozen=True)
class Distance:
    """The distance over the groups of a split that have people, the size of the smallest, and the groups left out."""

    value: float
    low: float
    high: float
    n: int
    left_out: tuple[str, ...]
    why: str = ""
    groups: Groups | None = None

    def p(self) -> float:
        """p value of the hypothesis that scores do not depend on the group; NaN if nothing is compared."""
        return math.nan if self.groups is None else no_difference(self.groups)


@dataclass
class Distances:
    """The distances of one case, computed once per split."""

    case: Case | Table
    held: dict[str, Distance] = field(default_factory=dict)

    def of(self, split: str) -> Distance:
        """The distance over the groups of a split."""
        if split not in self.held:
            self.held[split] = self._measured(split)
        return self.held[split]

    def _measured(self, split: str) -> Distance:
        sample = sampled(self.case)
        assert sample.score is not None
        codes, levels = coded(self.case, split)
        everybody = by_group(codes[sample.at], len(levels))
        left_out = tuple(level for level, rows in zip(levels, everybody) if not len(rows))
        rows = [one for one in everybody if len(one)]
        n = min((sample.people(one) for one in rows), default=0)
        if len(levels) == 1 and rows:
            return Distance(0.0, 0.0, 0.0, n, (), "one group")
        if len(rows) < 2:
            return Distance(math.nan, math.nan, math.nan, n, left_out, "fewer than two groups have people")
        groups = Groups(sample, *ranks(sample.score), rows, self.case.seed)
        value = groups.greatest()
        return Distance(value, *bounds(groups, value), n, left_out, groups=groups)


def bounds(groups: Groups, value: float) -> tuple[float, float]:
    """Limits of the greatest distance, from pairs of groups as for any largest difference.

    Low: the greatest over pairs of (distance minus the 95 % bound of the deviation of the two distributions). High: the
    greatest over pairs and scores of (difference plus t standard errors there). NaN if a group has fewer than ten
    units.
    """
    if not intervals.enough(min(groups.units)):
        return math.nan, math.nan
    t = float(intervals.quantile(intervals.ALPHA, min(groups.units) - 1))
    far, low, high = strays(groups), 0.0, value
    for place, (g, r) in enumerate(combinations(range(len(groups.rows)), 2)):
        gap = np.abs(groups.shares[g] - groups.shares[r])
        low = max(low, float(gap.max()) - far[place])
        high = max(high, float((gap + t * groups.error(g, r)).max()))
    return min(low, value), min(high, 1.0)


@dataclass(frozen=True)
class OneNumber(Estimates):
    """One number for a whole split, with known limits."""

    ends: tuple[float, float] = (math.nan, math.nan)

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Floats, Floats]:
        """The limits."""
        size = len(self.value)
        return np.full(size, self.ends[0]), np.full(size, self.ends[1])


@dataclass(frozen=True)
class DistancePart:
    """A part with one row per split: the distance, its p value, or the distance over the groups that have people."""

    distances: Distances
    what: str = "value"
    suffix: str = ""
    unit: str = "rate"
    qualifiers: dict[str, object] = field(default_factory=dict)
    exact: bool = False

    def estimates(self, case: Case | Table, split: str) -> Estimates:
        """One number without a group's name; nothing for everybody together, since there is nothing to compare."""
        found = None if split == "all" else self.distances.of(split)
        if found is None or (self.what == "observed" and not found.left_out):
            return OneNumber((), np.empty(0), np.empty(0, np.int64), (), np.empty(0), np.empty(0))
        value, ends, why = found.value, (found.low, found.high), found.why
        if self.what == "p":
            value, ends = found.p(), (math.nan, math.nan)
            why = why or "too few people or clusters"
        if self.what != "observed" and found.left_out:
            people = ", ".join(f"{level} (no people in this group)" for level in found.left_out)
            value, why = math.nan, f"left out: {people}"
        n = np.array([found.n])
        return OneNumber(("",), np.array([value]), n, (why,), n.astype(float), np.zeros(1), ends=ends)


@measure(
    "score_ks_distance",
    harm="disparate impact",
    unit="rate",
    better="lower",
    needs=("table",),
    reference="Kolmogorov (1933); Smirnov (1939)",
    caveats=(
        "The largest distance is above 0 by chance alone. Groups may differ in what they did. p is that of the pair "
        "furthest apart, times the number of pairs."
    ),
    estimand="largest over pairs of groups and over scores of |share of g at or below the score - share of r|",
    interval=(
        "greatest pairwise limits: low by Kolmogorov's bound, clusters by multiplier bootstrap; high from standard "
        "errors at each score; p by permuting labels within clusters, or whole clusters"
    ),
    gap="",
)
def score_ks_distance(case: Case | Table) -> tuple[DistancePart, ...]:
    """Greatest Kolmogorov-Smirnov distance between the score distributions of any two groups."""
    if case.score is None:
        return ()
    shared = Distances(case)
    parts = (("value", "", "rate"), ("observed", "_observed", "rate"), ("p", "_p", "p"))
    return tuple(DistancePart(shared, what, suffix, unit) for what, suffix, unit in parts)
