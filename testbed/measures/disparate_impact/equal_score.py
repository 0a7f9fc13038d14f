"""The gap in outcome rates of two groups at exactly equal score, and its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.measures.disparate_impact.pairs import (
    Floats,
    Index,
    Sample,
    Side,
    limits,
)
from testbed.statistics import (
    few,
    rate_limits,
    summed,
    widened,
)


@dataclass(frozen=True)
class AtEqualScore:
    """The gap on the scores that both groups have: value and its sides, support, and the size of the smaller group.

    rates: of the group, and of the reference group standardized to it. effective: people behind each, by Kish's factor.
    events: people of each without and with the outcome.
    """

    value: float
    support: float
    n: int
    sides: tuple[Side, ...] = ()
    rates: tuple[float, float] = (math.nan, math.nan)
    effective: tuple[float, float] = (math.nan, math.nan)
    events: tuple[float, ...] = ()


def gap_at_equal_score(sample: Sample, rank: NDArray[np.int64], size: int, ours: Index, theirs: Index) -> AtEqualScore:
    """Outcome rate of rows `ours` minus that of rows `theirs` of the same score, standardized to `ours`.

    Sum over scores s that both have of (w_gs / w_g)(y_gs - y_rs). Influences: (y - y_rs - value) / w_g of one of
    `ours`, -(w_gs / w_g)(y - y_rs) / w_rs of one of `theirs`, times the root of n_rs / (n_rs - 1). Somebody alone
    at a score is compared with the rate of all of `theirs`.
    """
    assert sample.positive is not None
    y, w = sample.positive.astype(float), sample.weight

    def at_score(rows: Index, column: Floats) -> Floats:
        return np.bincount(rank[rows], weights=column[rows], minlength=size).astype(float)

    w_g, w_r = at_score(ours, w), at_score(theirs, w)
    common = (w_g > 0) & (w_r > 0)
    held = float(w_g[common].sum())
    support = held / float(w_g.sum()) if len(ours) else math.nan
    ours, theirs = ours[common[rank[ours]]], theirs[common[rank[theirs]]]
    n = min(sample.people(ours), sample.people(theirs))
    if not n:
        return AtEqualScore(math.nan, support, 0)
    y_r = np.divide(at_score(theirs, w * y), w_r, out=np.zeros(size), where=w_r > 0)
    rate_g = float((w[ours] * y[ours]).sum()) / held
    rate_r = float((w_g[common] * y_r[common]).sum()) / held
    value = rate_g - rate_r
    ratio = np.divide(w_g, w_r * held, out=np.zeros(size), where=common)
    people = sample.weighing.people
    count = at_score(theirs, people)
    alone = count[rank[theirs]] < 2
    stretch = np.sqrt(np.divide(count, count - 1, out=np.ones(size), where=count > 1))[rank[theirs]]
    residual = np.where(alone, y[theirs] - rate_r, (y[theirs] - y_r[rank[theirs]]) * stretch)
    sides = (
        Side(ours, w[ours] * (y[ours] - y_r[rank[ours]] - value) / held),
        Side(theirs, -w[theirs] * ratio[rank[theirs]] * residual),
    )
    events = tuple(float((people[rows] * (y[rows] == outcome)).sum()) for rows in (ours, theirs) for outcome in (0, 1))
    shares = (w[ours] / held, w[theirs] * ratio[rank[theirs]])
    kish = [1 / sample.squares(rows, share) for rows, share in zip((ours, theirs), shares)]
    return AtEqualScore(value, support, n, sides, (rate_g, rate_r), (kish[0], kish[1]), events)


def bounded(sample: Sample, found: AtEqualScore, error: float, freedom: float) -> tuple[float, float]:
    """t limits. With under five events or non-events, the wider of these and Newcombe's limits on the two rates."""
    ends = limits(found.value, error, freedom, -1.0, 1.0)
    if math.isnan(ends[0]) or not few(*found.events):
        return ends
    both = []
    units = int(min(freedom, 1e9)) + 1
    for side, rate, n in zip(found.sides, found.rates, found.effective):
        influence = side.influence
        if sample.owner is not None:
            influence = summed(sample.owner[side.rows], sample.n_owners, influence)
        else:
            influence = influence * np.sqrt(sample.weighing.square[side.rows]) / sample.weight[side.rows]
        both.append(rate_limits(rate, n, influence, units))
    low, high = widened(ends, found.rates[0], both[0], found.rates[1], both[1])
    return max(low, -1.0), min(high, 1.0)
