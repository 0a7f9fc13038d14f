"""The share of a group for whom the reference group has somebody alike, as a sample's share with its interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from testbed.measures.disparate_impact.pairs import Index, Sample, Side, spread
from testbed.statistics import ALPHA, FEW_EVENTS, clopper_pearson, quantile, wilson


def support(sample: Sample, cell: NDArray[np.integer], ours: Index, theirs: Index) -> tuple[float, float, float]:
    """Share of rows `ours` in cells that some of `theirs` are in, and its 95 % limits.

    cell: of each row of the sample. Both sides vary: a member of the group is in such a cell or not, and a cell whose
    people of the reference group are all of one unit (a cluster, or a person) is lost without that unit. Influence of
    a unit: what the share changes if it is left out, which overstates the variance rather than understates it (Efron
    and Stein 1981). Wilson with the effective n that this gives, t; few people on one side: at least as wide as
    Clopper and Pearson.
    """
    size = int(cell.max(initial=-1)) + 1
    weight = sample.weight
    held = np.bincount(cell[ours], weights=weight[ours], minlength=size)
    total = float(held.sum())
    if not len(ours) or not len(theirs):
        return (0.0 if len(ours) else math.nan), math.nan, math.nan
    unit = np.arange(len(cell)) if sample.owner is None else sample.owner
    least, most = np.full(size, len(cell) + sample.n_owners), np.full(size, -1)
    np.minimum.at(least, cell[theirs], unit[theirs])
    np.maximum.at(most, cell[theirs], unit[theirs])
    there = (most >= 0)[cell[ours]]
    value = float(weight[ours][there].sum()) / total
    alone = least == most
    if sample.owner is None:  # a row may be several people
        alone &= np.bincount(cell[theirs], weights=sample.weighing.people[theirs], minlength=size) <= 1
    # Members of the same unit leave with it: what is lost are the others of the cell.
    with_it = alone[cell[ours]] & (least[cell[ours]] == unit[ours])
    lost = held - np.bincount(cell[ours][with_it], weights=weight[ours][with_it], minlength=size)
    share = np.where(alone, lost, 0.0) / total
    many = np.bincount(cell[theirs], minlength=size)
    sides = [
        Side(ours, weight[ours] * (there - value) / total),
        Side(theirs, share[cell[theirs]] / many[cell[theirs]]),
    ]
    error, freedom = spread(sample, sides)
    n = sample.effective(ours)
    if math.isnan(error):
        return value, math.nan, math.nan
    certain = value * (1 - value) / error**2 if error > 0 else math.inf
    low, high = map(float, wilson(value, min(n, certain) if 0 < value < 1 else n, quantile(ALPHA, freedom)))
    if n * min(value, 1 - value) < FEW_EVENTS:
        ends = clopper_pearson(n * value, n, ALPHA)
        low, high = min(low, float(ends[0])), max(high, float(ends[1]))
    return value, low, high
