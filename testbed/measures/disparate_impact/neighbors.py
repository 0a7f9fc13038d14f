"""The nearest neighbors of a sample of people, ties by id, and how alike the decisions on neighbors are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from testbed.case import Case, Table
from testbed.statistics import clusters_of, dense_ids, effective, effective_number, intervals, plain, weighing

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

SAMPLE = 2000
"""Size of the sample in which neighbors are found."""
KNOWN = 64
"""Neighbors kept beyond the k asked for, so that a cluster can be left out."""
FINENESS = 1e6
"""Squared distances closer than one over this are ties."""


@dataclass(frozen=True)
class Neighborhood:
    """A sample in order of id. near: (n, at least k) places of the nearest others, nearest first, ties by id."""

    near: Index
    decision: Floats
    weight: Floats
    cluster: Index


def neighborhood(case: Case | Table, k: int) -> Neighborhood | str | None:
    """The neighborhood of a case's people, or a sentence why there is none; None if no columns can be compared.

    Raises InputError unless k is a whole number from 1 to 64.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= KNOWN:
        raise InputError(f"consistency: k is {k!r}, allowed: whole numbers from 1 to {KNOWN}.")
    found = _columns(case)
    if found is None:
        return None
    features, at = found
    at, features = _in_order(at, features)
    weights = (weighing(case) or plain(len(case.people))).only(at)
    who = drawn(weights.people, weights.weight > 0, case.seed)
    if len(who) <= k:
        return f"{len(who)} people are too few for {k} neighbors each"
    made = scaled(features.iloc[who])
    if not made.shape[1]:
        return "all people are alike in the columns compared"
    rows = at[who]
    known = clusters_of(case)
    cluster = np.arange(len(who)) if known is None else dense_ids(np.unique(known[0][rows], return_inverse=True)[1])[0]
    weight = np.ones(len(who)) if weights.alike else weights.weight[who]
    decision = np.asarray(case.prediction, bool)[rows].astype(float)
    return Neighborhood(nearest(made, min(k + KNOWN, len(who) - 1)), decision, weight, cluster)


def _columns(case: Case | Table) -> tuple[pd.DataFrame, Index] | None:
    """The columns by which people are compared, and the place in `case.people` of each row; None if there are none."""
    if isinstance(case, Case):
        records = case.records_at(case.decided)
        return records.drop(columns=list(case.scenario.compared), errors="ignore"), np.flatnonzero(case.scored)
    features = case.features
    if features is None or not len(features.columns):
        return None
    return features.drop(columns=list(case.attributes), errors="ignore"), np.arange(len(features))


def _in_order(at: Index, features: pd.DataFrame) -> tuple[Index, pd.DataFrame]:
    """The rows sorted by index, the id of a row; unchanged if labels repeat or cannot be sorted."""
    if features.index.is_monotonic_increasing or not features.index.is_unique:
        return at, features
    try:
        order = features.index.argsort()
    except TypeError:
        return at, features
    return at[order], features.iloc[order]


def drawn(count: Floats, keep: NDArray[np.bool_], seed: int) -> Index:
    """Rows of at most 2,000 people, in order: everybody, or one from each of 2,000 equal stretches of the list.

    A row with `count` people takes that many places in the list.
    """
    ends = np.cumsum(np.where(keep, count, 0.0))
    total = round(float(ends[-1])) if len(ends) else 0
    if total <= SAMPLE:
        place = np.arange(total)
    else:
        coin = uniform(sparse(seed, "consistency", pack(np.arange(SAMPLE))))
        place = np.floor((np.arange(SAMPLE) + coin) * (total / SAMPLE)).astype(np.int64)
    return np.searchsorted(ends, np.minimum(place, total - 1), side="right")


def scaled(features: pd.DataFrame) -> Floats:
    """Columns scaled so that two people's squared difference is 2 on average; constant columns are left out.

    Numbers and truth values are divided by their standard deviation. Anything else is a category, and its indicators
    are scaled by how often two people differ.
    """
    made: list[Floats] = []
    for _, column in features.items():
        if pd.api.types.is_numeric_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
            values = column.to_numpy(dtype=float)
            spread = float(np.std(values))
            if spread > 0:
                made.append((values - values.mean())[:, None] / spread)
            continue
        codes = pd.factorize(column, use_na_sentinel=False)[0]
        share = np.bincount(codes) / max(len(codes), 1)
        differ = 1 - float((share**2).sum())
        if differ > 1e-12:
            made.append(np.eye(len(share))[codes] / math.sqrt(differ))
    return np.concatenate(made, axis=1) if made else np.empty((len(features), 0))


def nearest(columns: Floats, count: int) -> Index:
    """Places of the `count` nearest others of each row, nearest first, ties in order of place: (n, count)."""
    n = len(columns)
    square = (columns**2).sum(axis=1)
    apart = np.maximum(square[:, None] + square - 2 * (columns @ columns.T), 0.0)
    key = np.rint(apart * FINENESS).astype(np.int64) * n + np.arange(n)
    key[np.arange(n), np.arange(n)] = np.iinfo(np.int64).max
    if count < n - 1:
        key = np.partition(key, count - 1, axis=1)[:, :count]
    key = np.sort(key, axis=1)[:, :count]
    return np.asarray(key % n)


def consistent(found: Neighborhood, k: int, *, own_point: bool) -> tuple[float, float, float]:
    """1 - mean of |decision - mean decision of the k nearest|, and its limits.

    own_point: people are the nearest of their own k. Limits: leave-one-cluster-out jackknife that finds neighbors
    again, t(G-1); its variance is too large rather than too small (Efron and Stein 1981). If all decisions agree, the
    limit is the exact one for no disagreement among that many people.
    """
    y, w, others = found.decision, found.weight, k - own_point
    apart = _apart(found, np.arange(len(y)), found.near[:, :others], np.ones((len(y), others), bool), own_point)
    total, held = float(w @ apart), float(w.sum())
    value = 1 - total / held
    units = int(found.cluster.max()) + 1
    if not intervals.enough(effective_number(np.bincount(found.cluster, w))):
        return value, math.nan, math.nan
    if total == 0:
        people = effective(held, (w * w).sum())
        return value, 1 - float(intervals.clopper_pearson(0, people, intervals.ALPHA)[1]), 1.0
    moved = np.zeros(units)
    beside = found.cluster[found.near]
    for place in range(others):
        gone = beside[:, place]
        rows = np.flatnonzero((gone != found.cluster) & (beside[:, :place] != gone[:, None]).all(axis=1))
        stay = beside[rows] != gone[rows, None]
        stay &= np.cumsum(stay, axis=1) <= others
        anew = _apart(found, rows, found.near[rows], stay, own_point)
        moved += np.bincount(gone[rows], weights=w[rows] * (anew - apart[rows]), minlength=units)
    mine, own = (np.bincount(found.cluster, weights=column, minlength=units) for column in (w * apart, w))
    without = 1 - (total - mine + moved) / (held - own)
    error = math.sqrt((units - 1) / units * float(((without - without.mean()) ** 2).sum()))
    half = float(intervals.quantile(intervals.ALPHA, units - 1)) * error
    return value, max(value - half, 0.0), min(value + half, 1.0)


def _apart(found: Neighborhood, rows: Index, near: Index, taken: NDArray[np.bool_], own_point: bool) -> Floats:
    """|decision - mean decision of the neighbors that are `taken`|, for each of these rows."""
    y, w = found.decision, found.weight
    held = np.where(taken, w[near], 0.0)
    sums, weight = (held * y[near]).sum(axis=1), held.sum(axis=1)
    if own_point:
        sums, weight = sums + w[rows] * y[rows], weight + w[rows]
    return np.asarray(np.abs(y[rows] - np.divide(sums, weight, out=y[rows].copy(), where=weight > 0)))
