"""Comparisons of two groups that are not a difference of one quantity: who is compared, and the limits.

A *side* is a sample of people whose mean influence contributes to the uncertainty (the positives of one group, the
negatives of the other). For independent people the variances of the sides add up. For clusters the influences are
summed by cluster over all sides.
"""

# Any: `reference_of` asks for estimates and reads their levels only.
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case, Table
from testbed.measure import Row
from testbed.measures.disparate_impact.compared import Place
from testbed.statistics import Weighing, clusters_of, coded, effective_number, intervals, reference_of, summed, weighed

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
MOST_GROUPS = 1000


@dataclass(frozen=True)
class Sample:
    """The people in scope with a weight above 0: their places, weights, and clusters (None: independent).

    score, positive: of these people; None if the case has none.
    """

    at: Index
    weighing: Weighing
    owner: Index | None
    n_owners: int
    score: Floats | None
    positive: NDArray[np.bool_] | None

    @property
    def weight(self) -> Floats:
        """What each row adds to a sum."""
        return self.weighing.weight

    @property
    def are_people(self) -> bool:
        """Whether weights are people per row: there are no sampling weights."""
        return self.weighing.alike

    def people(self, rows: Index) -> int:
        """How many people these rows of the sample are."""
        return round(float(self.weighing.people[rows].sum()))

    def effective(self, rows: Index) -> float:
        """The number of people of these rows; their effective number if there are sampling weights."""
        return float(self.weighing.only(rows).effective(np.zeros(len(rows), np.int8), 1)[0])

    def squares(self, rows: Index, influence: Floats) -> float:
        """Sum over people of squared influences, which include the weights."""
        return float(self.weighing.only(rows).squared(influence, np.zeros(len(rows), np.int8), 1)[0])


def sampled(case: Case | Table) -> Sample:
    """The people of a case, or of a table, whom a measure counts."""
    at, weights = weighed(case, np.asarray(case.scored, bool))
    known = clusters_of(case)
    return Sample(
        at,
        weights,
        None if known is None else known[0][at],
        0 if known is None else known[1],
        None if case.score is None else np.asarray(case.score, float)[at],
        None if case.outcome is None else np.asarray(case.outcome, bool)[at],
    )


@dataclass(frozen=True)
class Comparison:
    """The groups of a split and their reference group. rows: of the sample, by group."""

    split: str
    levels: tuple[str, ...]
    reference: int
    rows: tuple[Index, ...]

    def pairs(self) -> Iterator[tuple[Place, Index, Index]]:
        """Yield (split, group, versus), the rows of the group, and the rows of the reference group."""
        for g, level in enumerate(self.levels):
            if g != self.reference:
                at: Place = {"split": self.split, "group": level, "versus": self.levels[self.reference]}
                yield at, self.rows[g], self.rows[self.reference]


def comparisons(case: Case | Table, sample: Sample) -> Iterator[Comparison]:
    """The comparisons of a case: one for each of its splits (see `splits_in`)."""
    named = case.scenario.reference if isinstance(case, Case) else case.reference
    for split in splits_in(case):
        codes, levels = coded(case, split)
        held: Any = SimpleNamespace(levels=levels)
        yield Comparison(split, levels, reference_of(case, split, held, named), by_group(codes[sample.at], len(levels)))


def splits_in(case: Case | Table) -> list[str]:
    """The splits of a case: its scenario's, or those a table names in `splits`, else its columns and their pairs."""
    if isinstance(case, Case):
        from testbed.scenarios import splits_of

        return splits_of(case.scenario)
    if case.splits:
        return list(case.splits)
    names = list(case.attributes)
    crossed = [f"{a}*{b}" for place, a in enumerate(names) for b in names[place + 1 :]]
    return [*names, *(split for split in crossed if len(case.coded(split)[1]) <= MOST_GROUPS)]


def by_group(codes: NDArray[np.integer], groups: int) -> tuple[Index, ...]:
    """The places of each code 0, 1, ..., in order; codes outside this range belong to no group."""
    small = codes.astype(np.int16 if groups < 1 << 15 else np.int64)
    order = np.argsort(small, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(groups + 1))
    return tuple(order[ends[g] : ends[g + 1]] for g in range(groups))


@dataclass(frozen=True)
class Side:
    """Rows of the sample and the influence of each on the value, weights included."""

    rows: Index
    influence: Floats


def spread(sample: Sample, sides: Sequence[Side]) -> tuple[float, float]:
    """Standard error and degrees of freedom of a value from the influences of its sides.

    Clusters: sums by cluster, with G-1 degrees of freedom; G counts the clusters of the side with the fewest.
    Independent people: the variances of the sides added, with Welch's (1947) degrees of freedom. With sampling weights
    the effective number of people counts. NaN with fewer than ten units, or if a side has one person.
    """
    if sample.owner is not None:
        rows = np.concatenate([side.rows for side in sides])
        influence = summed(sample.owner[rows], sample.n_owners, np.concatenate([side.influence for side in sides]))
        held = (np.bincount(sample.owner[side.rows], sample.weight[side.rows]) for side in sides)
        units = min(effective_number(each) for each in held)
        if not intervals.enough(units):
            return math.nan, math.nan
        return math.sqrt(float((influence**2).sum()) * units / (units - 1)), units - 1.0
    n = np.array([sample.effective(side.rows) for side in sides])
    if (n < 2).any() or n.sum() < intervals.FEWEST_CLUSTERS:
        return math.nan, math.nan
    parts = np.array([sample.squares(side.rows, side.influence) for side in sides]) * n / (n - 1)
    total = float(parts.sum())
    freedom = total**2 / float((parts**2 / (n - 1)).sum()) if total > 0 else math.inf
    return math.sqrt(total), freedom


def limits(
    value: float, error: float, freedom: float, low: float = -math.inf, high: float = math.inf
) -> tuple[float, float]:
    """Limits value -/+ t error, cut at the least and greatest possible value."""
    half = float(intervals.quantile(intervals.ALPHA, freedom)) * error
    return (math.nan, math.nan) if math.isnan(half) else (max(value - half, low), min(value + half, high))


def p_row(value: float, null: float, error: float, freedom: float, row: Row) -> Row:
    """The `_p` row beside a row: a two-sided test that the value is `null`."""
    gap = value - null
    statistic = 0.0 if abs(gap) < 1e-12 else gap / error if error > 0 else math.copysign(math.inf, gap)
    p = math.nan if math.isnan(error) else float(intervals.two_sided(statistic, freedom))
    why = "" if p == p else "too few people or clusters for an interval"
    return Row(
        p, n=row.n, split=row.split, group=row.group, versus=row.versus, suffix=f"{row.suffix}_p",
        qualifiers=row.qualifiers, unit="p", why=why,
    )  # fmt: skip
