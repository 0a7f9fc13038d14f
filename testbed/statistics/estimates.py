"""One quantity over the groups of a split: its values, and what is needed for intervals at any level."""

# Any: a field of an estimate, cut whatever its type.
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.statistics import intervals
from testbed.statistics.counts import Pairs
from testbed.statistics.intervals import FEW_EVENTS
from testbed.statistics.uneven import opened

Array = NDArray[np.float64]
Sums = tuple[tuple[float, Array, Array], ...]


@dataclass(frozen=True)
class Estimates:
    """Values of a quantity in each of K groups, with their uncertainty. Arrays are (K,).

    n: people in the denominator. why: "" where there is a value. units: independent units behind the
    value (people, or effective clusters: see `clusters`); infinite where a 0/1 rate of independent people
    needs no such number. covariance: (K, K) of the estimates where clusters are shared between groups, else None.
    0/1 rates have `binary`, an effective n and, for plain counts of people, `events` and `trials`
    as whole numbers; otherwise `weighted` sums of both. `exact`: no sampling error by construction.
    `influence`: of each cluster on each group's value. `matched`: of an AUC, the pairs of people that
    could be formed (limits at 0 and 1). `tail`: degrees of freedom of the clustered standard error where few
    clusters hold most of it. `holding`: (K, 2) clusters with an event, and with a non-event, of a clustered 0/1
    rate; people, of one with sampling weights. `bounds`: the least and greatest that the quantity can be. `center`:
    what limits lie around, and tests are of, where that is not the value. `alike`: exact, since two models that are
    compared do the same to everybody. `amounts`: (K, 5) of a mean count, the units that add anything, and of what
    they add to the value the sum, the sum of squares, the largest, and what the largest of any group would be. `sums`:
    (weight, numerator, denominator) of each ratio that the value adds up; empty if it is no such sum. `shape`: of the
    gamma law of a clustered 0/1 rate (see `uneven`), infinite where clusters are alike.
    """

    levels: tuple[str, ...]
    value: Array
    n: NDArray[np.int64]
    why: tuple[str, ...]
    units: Array
    error: Array
    covariance: Array | None = None
    binary: bool = False
    effective: Array | None = None
    events: NDArray[np.int64] | None = None
    trials: NDArray[np.int64] | None = None
    weighted: tuple[Array, Array] | None = None
    exact: bool = False
    influence: Pairs | None = None
    matched: Array | None = None
    tail: Array | None = None
    holding: Array | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    center: Array | None = None
    alike: bool = False
    amounts: Array | None = None
    sums: Sums = ()
    shape: Array | None = None

    @property
    def middle(self) -> Array:
        """What limits that are no score limits lie around."""
        return self.value if self.center is None else self.center

    @property
    def plain(self) -> bool:
        """Whether these are 0/1 rates of independent people who count once each."""
        return self.events is not None

    @property
    def sparse(self) -> NDArray[np.bool_]:
        """Whether so few units, and less than half of them, add to a mean count that they do not tell its spread."""
        if self.amounts is None:
            return np.zeros(len(self.value), bool)
        number = self.amounts[:, 0]
        few = (number < intervals.FEW_AMOUNTS) & (2 * number < self.units)
        return np.asarray(few & intervals.enough(self.units))

    @property
    def for_gaps(self) -> Estimates:
        """The same for differences: other groups tell the largest amount only where under `FEW_EVENTS` units tell it.

        Newcombe's interval of two such counts covers already, and with the largest of any group would seldom exclude 0.
        """
        return self if self.amounts is None else replace(self, amounts=self.amounts[:, [0, 1, 2, 3, 3]])

    def freedom(self) -> Array:
        """Degrees of freedom: units less one, or fewer by the tail; NaN under ten units: then there is no interval."""
        most = self.units - 1 if self.tail is None else np.fmin(self.tail, self.units - 1)
        return np.where(intervals.enough(self.units), most, np.nan)

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
        """Limits of each group's value, by the table of MEASURES section 0."""
        if self.exact:
            return self.value, self.value
        z = intervals.quantile(alpha, self.freedom())
        if not self.binary:
            return self._around(z, alpha)
        assert self.effective is not None
        low, high = intervals.wilson(self.value, self.effective, z)
        if self.events is not None and self.trials is not None:
            few = (np.minimum(self.events, self.trials - self.events) < FEW_EVENTS) & (self.trials > 0)
            if few.any():
                exact = intervals.clopper_pearson(self.events[few], self.trials[few], alpha)
                low[few], high[few] = exact
        if self.holding is not None:
            low, high = intervals.few_clusters(self.value, self.holding, self.units, self.effective, (low, high), alpha)
        if self.shape is not None:
            low, high = opened(self.value, self.n, self.shape, (low, high), alpha)
        return low, high

    def opening(self, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
        """By how much uneven clusters move each limit away from the value, as a factor: at least 1."""
        if self.shape is None or not np.isfinite(self.shape).any():
            return np.ones(len(self.value)), np.ones(len(self.value))
        found = []
        with np.errstate(divide="ignore", invalid="ignore"):
            for wide, plain in zip(self.limits(alpha), replace(self, shape=None).limits(alpha), strict=True):
                factor = np.abs(wide - self.value) / np.abs(plain - self.value)
                found.append(np.where(np.isfinite(factor), np.maximum(factor, 1.0), 1.0))
        return found[0], found[1]

    def _around(self, z: Array, alpha: float) -> tuple[Array, Array]:
        low, high = self.middle - z * self.error, self.middle + z * self.error
        if self.matched is not None:
            # An AUC of 0 or 1 has no spread; pairs of a positive and a negative, one a cluster, are trials of it.
            edge = (self.error == 0) & np.isin(self.value, (0.0, 1.0)) & intervals.enough(self.units)
            low[edge], high[edge] = intervals.clopper_pearson(
                self.value[edge] * self.matched[edge], self.matched[edge], alpha
            )
        else:
            low, high = self._flat(low, high, alpha)
            if self.amounts is not None and self.sparse.any():
                total, square, _, most = self.amounts[:, 1:].T
                ends = intervals.gamma(total, square, most, alpha)
                low = np.where(self.sparse, np.fmin(low, ends[0]), low)
                high = np.where(self.sparse, np.fmax(high, ends[1]), high)
        return np.maximum(low, self.bounds[0]), np.minimum(high, self.bounds[1])

    def _flat(self, low: Array, high: Array, alpha: float) -> tuple[Array, Array]:
        """The limits of means with those of no spread replaced: no spread seen is no knowledge of the spread.

        Between two bounds the units that may still differ (Clopper-Pearson of none) move the mean so far at most;
        without bounds such a mean has no interval.
        """
        flat = self.error == 0
        if not flat.any():
            return low, high
        some = intervals.enough(self.units)
        most = intervals.clopper_pearson(0.0, np.where(some, self.units, 1.0), alpha)[1]
        most = np.where(some & np.isfinite(self.bounds).all(), most, np.nan)
        down, up = (np.abs(self.value - end) if np.isfinite(end) else 0.0 for end in self.bounds)
        return np.where(flat, self.value - most * down, low), np.where(flat, self.value + most * up, high)

    def only(self, keep: NDArray[np.bool_]) -> Estimates:
        """The same for some of the groups."""

        def cut(array: Any) -> Any:
            return None if array is None else array[keep]

        return replace(
            self,
            levels=tuple(level for level, kept in zip(self.levels, keep) if kept),
            value=self.value[keep],
            n=self.n[keep],
            why=tuple(why for why, kept in zip(self.why, keep) if kept),
            units=self.units[keep],
            error=self.error[keep],
            covariance=None if self.covariance is None else self.covariance[np.ix_(keep, keep)],
            effective=cut(self.effective),
            events=cut(self.events),
            trials=cut(self.trials),
            matched=cut(self.matched),
            center=cut(self.center),
            tail=cut(self.tail),
            holding=cut(self.holding),
            amounts=cut(self.amounts),
            sums=tuple((weight, a[keep], b[keep]) for weight, a, b in self.sums),
            shape=cut(self.shape),
            influence=None,
            weighted=None if self.weighted is None else (self.weighted[0][keep], self.weighted[1][keep]),
        )


def minus(first: Sums, second: Sums) -> Sums:
    """The terms of a first quantity less those of a second; none where either has none.

    >>> minus(((1.0, np.ones(1), np.ones(1)),), ())
    ()
    """
    return (*first, *((-weight, a, b) for weight, a, b in second)) if first and second else ()
