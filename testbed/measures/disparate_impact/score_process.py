"""How far empirical distributions deviate from the true ones, and from each other if labels mean nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.measures.disparate_impact.pairs import Floats, Index, Sample
from testbed.statistics import effective_number, intervals

BLOCK = 1 << 22
REPLICATES = 999
EXACT = 4000
"""Up to this many people in two groups together, the permutation p is computed exactly."""
FEW_CLUSTERS = 512
MOST_CLUSTERS = 1000
"""Clusters in the bootstrap. If there are more, some are merged, which does not change variances."""
STREAM = "score_ks_distance"


class Groups:
    """The scores of two or more groups of a sample.

    rank below `size` orders the scores. rows: those of each group, in an order that does not depend on names.
    at: ranks at which processes are evaluated; `shares` (groups, ranks): shares at or below them.
    units: independent units of each group, people (effective number if weighted) or clusters.
    """

    def __init__(self, sample: Sample, rank: Index, size: int, rows: Sequence[Index], seed: int) -> None:
        self.sample, self.rank, self.size, self.seed = sample, rank, size, seed
        w = sample.weight
        self.rows = sorted(rows, key=lambda one: _content(w[one], rank[one]))
        self.weight = np.array([w[one].sum() for one in self.rows])
        self.code = np.repeat(np.arange(len(self.rows)), [len(one) for one in self.rows])
        self.joined = np.concatenate(self.rows)

    def pair(self, g: int, r: int) -> Groups:
        """Two of the groups."""
        return Groups(self.sample, self.rank, self.size, (self.rows[g], self.rows[r]), self.seed)

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """Yield block by block the first rank, and the cumulative shares of each group, (groups, ranks)."""
        width = max(1, BLOCK // len(self.rows))
        rows = self.rows
        if self.size > width:
            rows = [one[np.argsort(self.rank[one], kind="stable")] for one in rows]
        carried = np.zeros(len(rows))
        for start in range(0, self.size, width):
            stop = min(start + width, self.size)
            here = np.empty((len(rows), stop - start))
            for g, one in enumerate(rows):
                if self.size > width:
                    ends = np.searchsorted(self.rank[one], (start, stop))
                    one = one[ends[0] : ends[1]]
                here[g] = np.bincount(self.rank[one] - start, weights=self.sample.weight[one], minlength=stop - start)
            here = carried[:, None] + np.cumsum(here, axis=1)
            carried = here[:, -1].copy()
            yield start, here / self.weight[:, None]

    @cached_property
    def _furthest(self) -> tuple[float, int]:
        best, place = -1.0, 0
        for start, shares in self.blocks():
            apart = shares.max(axis=0) - shares.min(axis=0)
            here = int(np.argmax(apart))
            if apart[here] > best:
                best, place = float(apart[here]), start + here
        return max(best, 0.0), place

    def greatest(self) -> float:
        """The greatest distance between the distributions of any two groups."""
        return self._furthest[0]

    @cached_property
    def at(self) -> Index:
        """The evaluated ranks: all if few, else ranks that divide people evenly and that of the greatest distance."""
        count = max(8, 512 // len(self.rows))
        if self.size <= count:
            return np.arange(self.size)
        upto = np.cumsum(np.bincount(self.rank[self.joined], weights=self._even, minlength=self.size))
        found = np.searchsorted(upto, (np.arange(count) + 0.5) / count * upto[-1])
        return np.unique(np.append(found, self._furthest[1]))

    @property
    def _even(self) -> Floats:
        return self.sample.weight[self.joined]

    @cached_property
    def bin(self) -> Index:
        """For all rows joined, the first evaluated rank that is not below the row's own."""
        return np.searchsorted(self.at, self.rank[self.joined])

    @cached_property
    def shares(self) -> Floats:
        """Share of each group at or below each evaluated rank."""
        size = len(self.at) + 1
        counts = np.bincount(self.code * size + self.bin, weights=self._even, minlength=len(self.rows) * size)
        return np.asarray(np.cumsum(counts.reshape(-1, size), axis=1)[:, :-1] / self.weight[:, None])

    @cached_property
    def units(self) -> Floats:
        """Independent units of each group."""
        if self.sample.owner is not None:
            owner = self.sample.owner
            held = (np.bincount(owner[one], self.sample.weight[one]) for one in self.rows)
            return np.array([effective_number(each) for each in held])
        return np.array([self.sample.effective(one) for one in self.rows])

    def cluster_counts(self) -> Iterator[Floats]:
        """Yield the weight by (cluster, group, bin), some clusters at a time."""
        assert self.sample.owner is not None
        owner, groups, size = self.sample.owner[self.joined], len(self.rows), len(self.at) + 1
        step = max(1, BLOCK // (groups * size))
        for start in range(0, self.sample.n_owners, step):
            inside = slice(None) if step >= self.sample.n_owners else (owner >= start) & (owner < start + step)
            count = min(step, self.sample.n_owners - start)
            key = ((owner[inside] - start) * groups + self.code[inside]) * size + self.bin[inside]
            counts = np.bincount(key, weights=self._even[inside], minlength=count * groups * size)
            yield counts.reshape(count, groups, size).astype(float)

    @cached_property
    def influence(self) -> Floats:
        """Influence of clusters (merged if many) on the shares of all groups: (clusters, groups, evaluated ranks)."""
        kept = min(self.sample.n_owners, MOST_CLUSTERS)
        made, start = np.zeros((kept, *self.shares.shape)), 0
        for counts in self.cluster_counts():
            here = np.cumsum(counts, axis=2)[:, :, :-1] - self.shares * counts.sum(axis=2)[:, :, None]
            np.add.at(made, np.arange(start, start + len(counts)) % kept, here / self.weight[:, None])
            start += len(counts)
        units = float(self.units.min())
        return made * math.sqrt(units / max(units - 1, 1))

    def error(self, g: int, r: int) -> Floats:
        """Standard errors of shares[g] - shares[r]."""
        if self.sample.owner is None:
            parts = [self.shares[k] * np.maximum(1 - self.shares[k], 0.0) / max(self.units[k] - 1, 1) for k in (g, r)]
            return np.asarray(np.sqrt(parts[0] + parts[1]))
        return np.asarray(np.sqrt(((self.influence[:, g] - self.influence[:, r]) ** 2).sum(axis=0)))

    def normals(self, size: int, what: str) -> Floats:
        """Independent standard normals from a named stream: (replicates, size)."""
        from scipy.special import ndtri

        coin = uniform(sparse(self.seed, f"{STREAM}:{what}", pack(np.arange(REPLICATES * size))))
        return np.asarray(ndtri(coin + 2.0**-54)).reshape(REPLICATES, size)


def _content(weight: Floats, rank: Index) -> tuple[float, ...]:
    """A key that identifies a group by its content, not by its name."""
    places = rank.astype(float)
    return float(weight.sum()), float(weight @ places), float(weight @ places**2)


def strays(groups: Groups) -> Floats:
    """The 95 % bound of the greatest deviation of shares[g] - shares[r] from the truth, per pair g < r.

    Independent people: Kolmogorov's bound (conservative if scores are tied), Bonferroni over pairs.
    Clusters: bootstrap with a normal multiplier for each cluster.
    """
    pairs = list(combinations(range(len(groups.rows)), 2))
    if groups.sample.owner is None:
        bound = math.sqrt(-math.log(intervals.ALPHA / len(pairs) / 2) / 2)
        return np.array([bound * math.sqrt(1 / groups.units[g] + 1 / groups.units[r]) for g, r in pairs])
    scale = np.array([max(float(groups.error(g, r).max()), 1e-300) for g, r in pairs])
    farthest = _suprema(groups, pairs, scale)
    t = intervals.quantile(intervals.ALPHA, float(groups.units.min()) - 1) / intervals.quantile(intervals.ALPHA)
    return np.asarray(scale * float(t) * np.quantile(farthest, 1 - intervals.ALPHA))


def _suprema(groups: Groups, pairs: Sequence[tuple[int, int]], scale: Floats) -> Floats:
    """Per replicate, the largest deviation of two bootstrapped distributions over pairs, in units of scale."""
    influence = groups.influence
    made = groups.normals(len(influence), "bootstrap") @ influence.reshape(len(influence), -1)
    made = made.reshape(REPLICATES, *groups.shares.shape)
    farthest = np.zeros(REPLICATES)
    for (g, r), unit in zip(pairs, scale):
        farthest = np.maximum(farthest, np.abs(made[:, g] - made[:, r]).max(axis=1) / unit)
    return farthest


def no_difference(groups: Groups) -> float:
    """p value that scores do not depend on the group: that of the pair furthest apart, times the number of pairs.

    Labels are permuted among people, within clusters if some cluster holds both groups, else among whole clusters.
    NaN with fewer than ten units.
    """
    if not intervals.enough(min(groups.units)):
        return math.nan
    pairs = list(combinations(range(len(groups.rows)), 2))

    def evidence(pair: tuple[int, int]) -> float:
        g, r = pair
        return float(np.abs(groups.shares[g] - groups.shares[r]).max()) / math.sqrt(
            1 / groups.units[g] + 1 / groups.units[r]
        )

    two = groups.pair(*max(pairs, key=evidence)) if len(pairs) > 1 else groups
    return min(1.0, len(pairs) * _p_of_two(two))


def _p_of_two(two: Groups) -> float:
    from scipy.special import kolmogorov

    sample = two.sample
    if sample.owner is None:
        if sample.are_people and two.weight.sum() <= EXACT:
            return exact_p(*_ties(two), two.greatest())
        bound = float(kolmogorov(two.greatest() / math.sqrt((1 / two.units).sum())))
        return bound if not sample.are_people or bound < 1e-3 else min(bound, _within(two))
    counts = np.concatenate([made.sum(axis=2) for made in two.cluster_counts()])
    if sample.are_people and (counts > 0).all(axis=1).any():
        return _within(two)
    if (counts > 0).all(axis=1).any() or int((counts > 0).any(axis=1).sum()) > FEW_CLUSTERS:
        scale = np.array([1.0])
        return _rarer(_suprema(two, [(0, 1)], scale), float(np.abs(two.shares[0] - two.shares[1]).max()))
    return _whole(two)


def _rarer(again: Floats, seen: float) -> float:
    return float((1 + (again >= seen - 1e-12).sum()) / (1 + len(again)))


def _within(two: Groups) -> float:
    """p value from labels permuted within clusters (one cluster if there are none), by the normal limit.

    Among N people of a cluster, n of group g: the count of g at or below a rank has mean n H and covariance
    n (N - n) / (N - 1) (H(min) - H H), H the share of the cluster at or below it.
    """
    size = len(two.at)
    mean, low, square = np.zeros(size), np.zeros(size), np.zeros((size, size))
    if two.sample.owner is None:
        blocks: Iterator[Floats] = iter([np.diff(two.shares, prepend=0.0, append=1.0)[None] * two.weight[:, None]])
    else:
        blocks = two.cluster_counts()
    for counts in blocks:
        people = counts.sum(axis=2)
        both = people.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.nan_to_num(np.cumsum(counts.sum(axis=1), axis=1)[:, :-1] / both[:, None])
            spread = np.nan_to_num(people[:, 0] * people[:, 1] / np.maximum(both - 1, 1))
        mean += (people[:, 0] / two.weight[0] - people[:, 1] / two.weight[1]) @ share
        low += spread @ share
        square += share.T @ (spread[:, None] * share)
    upper = np.minimum.outer(np.arange(size), np.arange(size))
    covariance = (low[upper] - square) * (1 / two.weight).sum() ** 2
    root = np.linalg.cholesky(covariance + np.eye(size) * 1e-9 * max(float(np.diag(covariance).max()), 1e-300))
    again = np.abs(mean + two.normals(size, "labels") @ root.T).max(axis=1)
    return _rarer(again, float(np.abs(two.shares[0] - two.shares[1]).max()))


def _whole(two: Groups) -> float:
    """p value from labels permuted among whole clusters."""
    counts = np.concatenate(list(two.cluster_counts()))
    counts = counts[counts.any(axis=(1, 2))]
    first = int((counts[:, 0].any(axis=1)).sum())
    sums, clusters = np.cumsum(counts.sum(axis=1), axis=1), len(counts)
    coin = uniform(sparse(two.seed, f"{STREAM}:clusters", pack(np.arange(REPLICATES * clusters))))
    chosen = np.argsort(coin.reshape(REPLICATES, clusters), axis=1).argsort(axis=1) < first
    one, other = chosen.astype(float) @ sums, (~chosen).astype(float) @ sums
    again = np.abs(one[:, :-1] / one[:, -1:] - other[:, :-1] / other[:, -1:]).max(axis=1)
    return _rarer(again, float(np.abs(two.shares[0] - two.shares[1]).max()))


def _ties(two: Groups) -> tuple[int, int, NDArray[np.int64]]:
    """The number of people of each group, and how many people are at or below each score."""
    held = np.bincount(two.rank[two.joined], weights=two._even, minlength=two.size)
    upto = np.rint(np.cumsum(held[held > 0])).astype(np.int64)
    return round(float(two.weight[0])), round(float(two.weight[1])), upto


def exact_p(n: int, m: int, upto: NDArray[np.int64], distance: float) -> float:
    """P(distance or more) if all labelings of n + m people are equally likely, `upto` at or below each distinct score.

    Goes through the people from the lowest score and tracks the chances of how many of the n have come so far.
    """
    n, m = min(n, m), max(n, m)
    met = np.arange(n + 1)
    chance = np.zeros(n + 1)
    chance[0] = 1.0
    reached, ends, total = 0.0, set(upto.tolist()), n + m
    for seen in range(1, total + 1):
        up = chance * np.clip((n - met) / (total - seen + 1), 0.0, 1.0)
        chance = chance - up
        chance[1:] += up[:-1]
        if seen in ends:
            far = np.abs(met / n - (seen - met) / m) >= distance - 1e-9
            reached += float(chance[far].sum())
            chance[far] = 0.0
    return min(reached, 1.0)
