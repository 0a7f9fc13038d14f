"""One quantity estimated over the groups of a split: from counts of a decision table, or from per-person sums."""

# Any: a case or a table, and parts that make their estimates themselves.
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import PerPerson
from testbed.statistics.clusters import clustered
from testbed.statistics.counts import CellRate, Pairs, cell_counts, clusters_of, coded, dense_ids, pair_sums
from testbed.statistics.estimates import Estimates
from testbed.statistics.intervals import FEW_EVENTS
from testbed.statistics.uneven import gamma_shapes
from testbed.statistics.weights import effective, weighed, weighing

Array = NDArray[np.float64]

COUNT = (0.0, np.inf)
"""The bounds of a mean count."""
ROUNDING = 1e-12
"""A standard error, relative to its value, that is rounding."""


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
    made = _from_people(part, case, split)
    return replace(made, sums=()) if part.refused else made


def reasons(value: Array, n: NDArray[np.number], nobody: str, listed: NDArray[np.number]) -> tuple[str, ...]:
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
    events: NDArray[np.number],
    trials: NDArray[np.number],
    n: NDArray[np.number],
    kish: Array | None,
    pairs: Pairs | None,
    nobody: str,
    listed: NDArray[np.number],
    exact: bool = False,
    seen: NDArray[np.number] | None = None,
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
        "sums": ((1.0, np.asarray(events, float), np.asarray(trials, float)),),
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
            common.update(shape=gamma_shapes(pairs, value, n, made.units, spread))
            return Estimates(**common, units=made.units, error=made.error, effective=counted)
    error = np.sqrt(binomial)
    if kish is not None:
        # Few people with an event tell little, however heavy they are.
        holding = None if seen is None else np.stack([seen, n - seen], axis=1).astype(float)
        weighted = (events.astype(float), trials.astype(float))
        return Estimates(**common, units=endless, error=error, effective=counted, weighted=weighted, holding=holding)
    whole = [np.rint(one).astype(np.int64) for one in (events, trials)]
    return Estimates(**common, units=endless, error=error, effective=counted, events=whole[0], trials=whole[1])


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
    common: dict[str, Any] = {"exact": part.exact, "bounds": part.bounds, "sums": ((1.0, sum_a, sum_b),)}
    if part.bounds == COUNT and (weights is None or not known.alike):
        held = Pairs(at, code, w * a) if pairs is None else Pairs(pairs.cluster, pairs.group, pairs.sums[:, 0])
        common.update(amounts=_amounts(held, sum_b))
    if pairs is not None:
        made = clustered(pairs, value, sum_b, groups, leave_out=True)
        common.update(covariance=made.covariance, influence=made.influence, tail=made.tail)
        return Estimates(levels, value, n, why, made.units, _beyond_rounding(made.error, value), **common)
    square = known.squared(w * (a - value[code] * b), code, groups)
    units = known.effective(code, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(units > 1, np.sqrt(square * units / (units - 1)) / np.abs(sum_b), np.nan)
    return Estimates(levels, value, n, why, units, _beyond_rounding(error, value), **common)


def _amounts(held: Pairs, total: Array) -> Array | None:
    """What units add to each mean count: number, sum, sum of squares, largest, largest of any group: (groups, 5).

    Where under `FEW_EVENTS` of a group add anything, its largest is that of any group.
    """
    some = held.sums > 0
    if not some.any():
        return None
    group, amount = held.group[some], held.sums[some]
    number, whole, square = (np.bincount(group, amount**power, minlength=len(total)) for power in (0, 1, 2))
    most, any_most = np.zeros(len(total)), amount.max()
    np.maximum.at(most, group, amount)
    most[number < FEW_EVENTS] = any_most
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([number, whole / total, square / total**2, most / total, any_most / total], axis=1)


def _beyond_rounding(error: Array, value: Array) -> Array:
    """Standard errors, 0 where they are no more than the rounding of sums: equal numbers have no spread."""
    return np.where(error <= ROUNDING * np.abs(value), 0.0, error)
