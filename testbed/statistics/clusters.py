"""Standard errors if people share clusters: influences summed by cluster, and their degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.counts import Pairs, dense_ids

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Clustered:
    """Standard errors by cluster of the estimates of K groups. Arrays are (K,).

    units: effective clusters, 1 over the sum of squared shares of the denominator. covariance: (K, K) where groups
    share clusters, else None. influence: of each cluster on the value of each group. tail: degrees of freedom of the
    standard error by the fourth moment of the influences.
    """

    error: Array
    units: Array
    covariance: Array | None
    influence: Pairs
    tail: Array


def clustered(
    pairs: Pairs, value: Array, total: NDArray[np.number], groups: int, *, leave_out: bool = False
) -> Clustered:
    """Standard errors by cluster of sum(a) / sum(b) per group.

    Influence of a cluster: (a_c - value b_c) / sum(b); variance G/(G-1) sum of squares, G the clusters with anybody.
    `leave_out`: the influence is divided by the share (sum(b) - b_c) / sum(b) that the other clusters hold, against its
    mean (G-1)/G: the delete-one jackknife, which is the same where clusters are of one size, and wider where a few
    enclaves hold much of a group (the plain sum lets them pull the value towards themselves).
    """
    held = pairs.sums[:, 1] != 0
    cluster, group = pairs.cluster[held], pairs.group[held]
    a, b = pairs.sums[held, 0], pairs.sums[held, 1]
    units, count = effective_clusters(b, group, groups), np.bincount(group, minlength=groups).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        influence = (a - value[group] * b) / total[group]
        if leave_out:
            others = (1 - b / total[group]) / (1 - 1 / count[group])
            influence = np.where(others > 0, influence / others, influence)
        stretch = np.sqrt(count / (count - 1))
    stretch = np.where(count > 1, stretch, np.nan)
    kept = Pairs(cluster, group, influence)
    tail = fourth_moment_freedom(kept, count)
    if not len(cluster) or np.bincount(dense_ids(cluster)[0]).max() < 2:
        variance = np.bincount(group, weights=influence**2, minlength=groups)
        return Clustered(np.sqrt(variance) * stretch, units, None, kept, tail)
    square = cross_products(kept, groups)
    covariance = square * np.outer(stretch, stretch)
    return Clustered(np.sqrt(np.diag(square)) * stretch, units, covariance, kept, tail)


def effective_clusters(held: NDArray[np.number], group: NDArray[np.int64], groups: int) -> Array:
    """Clusters of one size that would tell as much of each group: 1 over the sum of squared shares (Kish 1965).

    `held`: what each (cluster, group) holds of the group's denominator. Where four fifths of a group live in three
    enclaves there are under five, whatever the number of clusters with a member.

    >>> effective_clusters(np.array([8.0, 1, 1]), np.zeros(3, int), 1).round(2).tolist()
    [1.52]
    """
    held = np.asarray(held, float)
    total, square = (np.bincount(group, weights=held**power, minlength=groups) for power in (1, 2))
    return np.divide(total**2, square, out=np.zeros(groups), where=square > 0)


def fourth_moment_freedom(influence: Pairs, units: Array) -> Array:
    """Degrees of freedom of a variance estimated from G influences u: 2 / (2/(G-1) + k/G), k their excess kurtosis.

    Satterthwaite (1946): twice the squared mean of the estimate over its variance, which for G independent draws
    is s^4 (2/(G-1) + k/G). Normal influences keep G-1; where a few clusters hold most of the variance it falls
    towards 2. k below 0 counts as 0.
    """
    groups = len(units)
    square = np.bincount(influence.group, weights=influence.sums**2, minlength=groups)
    fourth = np.bincount(influence.group, weights=influence.sums**4, minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        kurtosis = np.where(square > 0, units * fourth / square**2, 3.0) - 3
        made = 2 / (2 / (units - 1) + np.maximum(kurtosis, 0.0) / units)
    return np.where(units > 1, np.clip(made, 1.0, np.maximum(units - 1, 1.0)), np.nan)


def cross_products(influence: Pairs, groups: int) -> Array:
    """Sums over clusters of the products of the influences on two groups, (groups, groups)."""
    codes, n_clusters = dense_ids(influence.cluster)
    if n_clusters * groups <= 1 << 23:
        table = np.zeros((n_clusters, groups))
        np.add.at(table, (codes, influence.group), influence.sums)
        return table.T @ table
    from scipy.sparse import csr_matrix

    thin = csr_matrix((influence.sums, (codes, influence.group)), shape=(n_clusters, groups))
    return np.asarray(csr_matrix(thin.T @ thin).toarray())
