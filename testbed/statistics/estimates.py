"""One quantity over the groups of a split: its values, and what is needed for intervals at any level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import PerPerson
from testbed.statistics import intervals
from testbed.statistics.clusters import clustered
from testbed.statistics.counts import (
    CellRate,
    Pairs,
    cell_counts,
    clusters_of,
    coded,
    dense_ids,
    effective,
    pair_sums,
    weighed,
    weighing,
)
from testbed.statistics.intervals import FEW_EVENTS, FEWEST_CLUSTERS

Array = NDArray[np.float64]

ROUNDING = 1e-12
"""A standard error, relative to its value, that is rounding."""


@dataclass(frozen=True)
class Estimates:
    """Values of a quantity in each of K groups, with their uncertainty. Arrays are (K,).

    n: people in the denominator. why: "" where there is a value. units: independent units behind the
    value (people, or clusters that hold some of them); infinite where a 0/1 rate of independent people
    needs no such number. covariance: (K, K) of the estimates where clusters are shared between groups, else None.
    0/1 rates have `binary`, an effective n and, for plain counts of people, `events` and `trials`
    as whole numbers; otherwise `weighted` sums of both. `exact`: no sampling error by construction.
    `influence`: of each cluster on each group's value. `matched`: of an AUC, the pairs of people that
    could be formed (limits at 0 and 1). `tail`: degrees of freedom of the clustered standard error where few
    clusters hold most of it. `holding`: (K, 2) clusters with an event, and with a non-event, of a clustered 0/1
    rate; people, of one with sampling weights. `bounds`: the least and greatest that the quantity can be. `center`:
    what limits lie around, and tests are of, where that is not the value. `alike`: exact, since two models that are
    compared do the same to everybody.
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
    events: NDArray | None = None
    trials: NDArray | None = None
    weighted: tuple[Array, Array] | None = None
    exact: bool = False
    influence: Pairs | None = None
    matched: Array | None = None
    tail: Array | None = None
    holding: Array | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    center: Array | None = None
    alike: bool = False

    @property
    def middle(self) -> Array:
        """What limits that are no score limits lie around."""
        return self.value if self.center is None else self.center

    @property
    def plain(self) -> bool:
        """Whether these are 0/1 rates of independent people who count once each."""
        return self.events is not None

    def freedom(self) -> Array:
        """Degrees of freedom: units less one, or fewer by the tail; NaN under ten units: then there is no interval."""
        most = self.units - 1 if self.tail is None else np.fmin(self.tail, self.units - 1)
        return np.where(self.units >= FEWEST_CLUSTERS, most, np.nan)

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
        return low, high

    def _around(self, z: Array, alpha: float) -> tuple[Array, Array]:
        low, high = self.middle - z * self.error, self.middle + z * self.error
        if self.matched is not None:
            # An AUC of 0 or 1 has no spread; pairs of a positive and a negative, one a cluster, are trials of it.
            edge = (self.error == 0) & np.isin(self.value, (0.0, 1.0)) & (self.units >= FEWEST_CLUSTERS)
            low[edge], high[edge] = intervals.clopper_pearson(
                self.value[edge] * self.matched[edge], self.matched[edge], alpha
            )
        else:
            low, high = self._flat(low, high, alpha)
        return np.maximum(low, self.bounds[0]), np.minimum(high, self.bounds[1])

    def _flat(self, low: Array, high: Array, alpha: float) -> tuple[Array, Array]:
        """The limits of means with those of no spread replaced: no spread seen is no knowledge of the spread.

        Between two bounds the units that may still differ (Clopper-Pearson of none) move the mean so far at most;
        without bounds such a mean has no interval.
        """
        flat = self.error == 0
        if not flat.any():
            return low, high
        some = self.units >= FEWEST_CLUSTERS
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
            influence=None,
            weighted=None if self.weighted is None else (self.weighted[0][keep], self.weighted[1][keep]),
        )


def estimate(part: PerPerson | Any, case: Any, split: str) -> Estimates:
    """The estimates of one part of a measure over the groups of a split.

    A part that knows how (`part.estimates(case, split)`, as an AUC does) is asked; rates of the
    decision table come from its counts; anything else from per-person sums.
    """
    if hasattr(part, "estimates"):
        made: Estimates = part.estimates(case, split)
        return made
    if isinstance(part, CellRate):
        return _from_cells(part, case, split)
    return _from_people(part, case, split)


def reasons(value: Array, n: NDArray, nobody: str, listed: NDArray) -> tuple[str, ...]:
    """Why each value is NaN: nobody in the group, or nobody in the denominator."""
    if not np.isnan(value).any():
        return ("",) * len(value)
    return tuple(
        "" if defined else nobody if here else "no people in this group"
        for defined, here in zip(~np.isnan(value), listed > 0)
    )


def _from_cells(part: CellRate, case: Any, split: str) -> Estimates:
    rate = part.rate
    counts = cell_counts(case, split)
    events, trials = rate.sums(counts.cells)
    seen, n = rate.sums(counts.rows)
    kish = None if counts.squares is None else effective(trials, rate.sums(counts.squares)[1])
    pairs = counts.pairs
    if pairs is not None:
        pairs = Pairs(pairs.cluster, pairs.group, np.stack(rate.sums(pairs.sums), axis=-1))
    why = part.why or rate.nobody
    listed = counts.rows.sum(axis=1)
    return binary_estimates(counts.levels, events, trials, n, kish, pairs, why, listed, part.exact, seen)


def binary_estimates(
    levels: tuple[str, ...],
    events: NDArray,
    trials: NDArray,
    n: NDArray,
    kish: Array | None,
    pairs: Pairs | None,
    nobody: str,
    listed: NDArray,
    exact: bool = False,
    seen: NDArray | None = None,
) -> Estimates:
    """Estimates of a 0/1 rate from events and trials, with pairs where clustered.

    n: people. Where there are sampling weights, kish: their effective number; seen: those who have an event.
    """
    value = np.divide(events, trials, out=np.full(len(levels), np.nan), where=trials > 0)
    why = reasons(value, n, nobody, listed)
    counted = np.asarray(n if kish is None else kish, float)
    binomial = np.divide(value * (1 - value), counted, out=np.zeros(len(levels)), where=counted > 0)
    common: dict[str, Any] = {
        "levels": levels, "value": value, "n": np.asarray(n, np.int64), "why": why, "binary": True, "exact": exact,
    }  # fmt: skip
    endless = np.full(len(levels), np.inf)
    if pairs is not None:
        made = clustered(pairs, value, trials, len(levels), leave_out=True)
        if kish is not None or not np.array_equal(made.units, n):
            spread = np.divide(made.error**2, binomial, out=np.ones(len(levels)), where=binomial > 0)
            counted = counted / np.maximum(spread, 1.0)
            weighted = (events.astype(float), trials.astype(float))
            # Clusters that vary no more than people alone would do not tell how well their variance is known.
            tail = np.where(spread > 1, made.tail, made.units - 1)
            common.update(covariance=made.covariance, weighted=weighted, influence=made.influence, tail=tail)
            common.update(holding=_holding(pairs, len(levels)))
            return Estimates(**common, units=made.units, error=made.error, effective=counted)
    error = np.sqrt(binomial)
    if kish is not None:
        # Few people with an event tell little, however heavy they are.
        holding = None if seen is None else np.stack([seen, n - seen], axis=1).astype(float)
        weighted = (events.astype(float), trials.astype(float))
        return Estimates(**common, units=endless, error=error, effective=counted, weighted=weighted, holding=holding)
    events, trials = np.rint(events).astype(np.int64), np.rint(trials).astype(np.int64)
    return Estimates(**common, units=endless, error=error, effective=counted, events=events, trials=trials)


def _holding(pairs: Pairs, groups: int) -> Array:
    """Clusters with an event, and with a non-event, by group: (groups, 2)."""
    a, b = pairs.sums[:, 0], pairs.sums[:, 1]
    sides = [np.bincount(pairs.group[some], minlength=groups) for some in (a > 0, b > a)]
    return np.stack(sides, axis=1).astype(float)


def _from_people(part: PerPerson, case: Any, split: str) -> Estimates:
    numerator, denominator = np.asarray(part.numerator), np.asarray(part.denominator)
    codes, levels = coded(case, split)
    weights = weighing(case)
    inside = codes >= 0 if weights is None else (codes >= 0) & (weights.weight > 0)
    at, known = weighed(case, (denominator != 0) & inside)
    code, a, b = codes[at].astype(np.int64), numerator[at].astype(float), denominator[at].astype(float)
    w, groups = known.weight, len(levels)
    sum_a, sum_b = known.total(w * a, code, groups), known.total(w * b, code, groups)
    n = known.counted(code, groups)
    listed = np.bincount(codes[inside].astype(np.int64), minlength=groups)
    owner = clusters_of(case) if part.unit_of is None else dense_ids(np.asarray(part.unit_of)[at])
    owner = owner if owner is None or part.unit_of is not None else (owner[0][at], owner[1])
    pairs = None
    if owner is not None and len(at):
        pairs = pair_sums(owner[0], owner[1], code, groups, columns=(w * a, w * b))
    nobody = part.why or "nobody is in the denominator"
    if part.share and bool(((a == 0) | (a == 1)).all()) and bool((b == 1).all()):
        kish = None if known.alike else known.effective(code, groups)
        seen = known.total(known.people * a, code, groups)
        return binary_estimates(levels, sum_a, sum_b, n, kish, pairs, nobody, listed, part.exact, seen)
    value = np.divide(sum_a, sum_b, out=np.full(groups, np.nan), where=sum_b != 0)
    why = reasons(value, n, nobody, listed)
    common: dict[str, Any] = {"exact": part.exact, "bounds": part.bounds}
    if pairs is not None:
        made = clustered(pairs, value, sum_b, groups, leave_out=True)
        common.update(covariance=made.covariance, influence=made.influence, tail=made.tail)
        return Estimates(levels, value, n, why, made.units, _beyond_rounding(made.error, value), **common)
    square = known.squared(w * (a - value[code] * b), code, groups)
    units = known.effective(code, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(units > 1, np.sqrt(square * units / (units - 1)) / np.abs(sum_b), np.nan)
    return Estimates(levels, value, n, why, units, _beyond_rounding(error, value), **common)


def _beyond_rounding(error: Array, value: Array) -> Array:
    """Standard errors, 0 where they are no more than the rounding of sums: equal numbers have no spread."""
    return np.where(error <= ROUNDING * np.abs(value), 0.0, error)
