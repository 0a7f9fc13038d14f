"""A mean in units of a number that is estimated from the same people, such as a standard deviation."""

# Any: a case or a table.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import PerPerson
from testbed.statistics.clusters import cross_products, fourth_moment_freedom
from testbed.statistics.counts import Pairs, clusters_of
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import estimate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Relative:
    """A part: the value of a per-person part over a positive number that is estimated from everybody.

    part: its `unit_of` is not used, since both numbers must be summed by the same units, the clusters of the case.
    by: the number. moved: influence of each person on it, (n,).
    """

    part: PerPerson
    by: float
    moved: Array

    @property
    def suffix(self) -> str:
        """That of the part."""
        return self.part.suffix

    @property
    def qualifiers(self) -> Mapping[str, object]:
        """Those of the part."""
        return self.part.qualifiers

    @property
    def unit(self) -> str:
        """That of the part."""
        return self.part.unit

    @property
    def exact(self) -> bool:
        """Whether the part is exact, so that the value is 0 or as uncertain as `by` alone."""
        return self.part.exact

    def estimates(self, case: Any, split: str) -> Estimates:
        """The ratio per group. Influence of a cluster: (that on the part - value times that on `by`) / `by`.

        A group whose part has no spread has no interval, as for any mean: that of `by` alone says too little.
        """
        made, table = self.summed(case, split)
        return made if table is None or self.exact else _spread(made, table)

    def summed(self, case: Any, split: str) -> tuple[Estimates, Array | None]:
        """The values, and the influence of each cluster on each: (clusters, groups); None without clusters.

        NaN where the part has no spread and is not exact.
        """
        made = estimate(replace(self.part, unit_of=None), case, split)
        made = replace(made, value=made.value / self.by, error=made.error / self.by)
        known, held = clusters_of(case), made.influence
        if known is None or held is None:
            return made, None
        owner, clusters = known
        table = np.zeros((clusters, len(made.value)))
        np.add.at(table, (held.cluster, held.group), held.sums)
        of_by = np.bincount(owner, weights=self.moved, minlength=clusters)
        table = (table - of_by[:, None] * np.nan_to_num(made.value)) / self.by
        table[:, ~(made.error > 0)] = 0.0 if self.exact else np.nan
        return made, table


@dataclass(frozen=True)
class RelativePair:
    """A part: the relative value of one model minus that of another, on the same people."""

    first: Relative
    second: Relative

    @property
    def suffix(self) -> str:
        """That of both."""
        return self.first.suffix

    @property
    def qualifiers(self) -> Mapping[str, object]:
        """Those of both."""
        return self.first.qualifiers

    @property
    def unit(self) -> str:
        """That of both."""
        return self.first.unit

    @property
    def exact(self) -> bool:
        """Whether neither side carries sampling error."""
        return self.first.exact and self.second.exact

    def estimates(self, case: Any, split: str) -> Estimates:
        """The difference per group, with its error from the difference of the influences; exact where all is alike.

        As for one model, a side without spread that is not exact leaves no interval.
        """
        (one, of_one), (two, of_two) = self.first.summed(case, split), self.second.summed(case, split)
        a, b = self.first, self.second
        alike = not self.exact and a.by == b.by and np.array_equal(a.part.numerator, b.part.numerator)
        alike = alike and np.array_equal(a.part.denominator, b.part.denominator)
        made = replace(
            one, value=one.value - two.value, n=np.minimum(one.n, two.n), exact=self.exact or alike, alike=alike,
            why=tuple("; ".join(dict.fromkeys(filter(None, both))) for both in zip(one.why, two.why)),
            error=np.hypot(one.error, two.error), units=np.fmin(one.units, two.units),
        )  # fmt: skip
        if made.exact or of_one is None or of_two is None:
            return made
        return _spread(made, of_one - of_two)


def _spread(made: Estimates, table: Array) -> Estimates:
    """The estimates with the standard errors that the influences of clusters give."""
    clusters, groups = table.shape
    pairs = Pairs(np.repeat(np.arange(clusters), groups), np.tile(np.arange(groups), clusters), table.ravel())
    with np.errstate(divide="ignore", invalid="ignore"):
        stretch = np.where(made.units > 1, np.sqrt(made.units / (made.units - 1)), np.nan)
    covariance = cross_products(pairs, groups) * np.outer(stretch, stretch)
    return replace(
        made, error=np.sqrt(np.diag(covariance)), covariance=covariance, influence=pairs,
        tail=fourth_moment_freedom(pairs, made.units),
    )  # fmt: skip
