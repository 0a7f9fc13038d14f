"""How scores rank the members of one group against those of another: exposure, cross AUC, superiority."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case, Table
from testbed.measure import PerPerson, Row, measure
from testbed.measures.disparate_impact.compared import Place
from testbed.measures.disparate_impact.pairs import (
    Floats,
    Index,
    Sample,
    Side,
    comparisons,
    limits,
    p_row,
    sampled,
    spread,
)
from testbed.statistics import ALPHA, Against, clopper_pearson, settled, weighing

LISTED = 1 << 16
"""Exposures are summed one by one up to this rank, and by the logarithmic integral beyond (error under 1e-9)."""


def exposures(score: Floats, weight: Floats | None = None) -> Floats:
    """Exposure of each person in the ranking by score, highest first: 1 / log2(1 + rank).

    Ties share the mean exposure of the ranks that they hold together. A person of weight w holds w consecutive ranks
    and has their mean exposure.

    >>> exposures(np.array([0.9, 0.1, 0.5])).round(3).tolist()
    [1.0, 0.5, 0.631]
    """
    if not len(score):
        return np.empty(0)
    weight = np.ones(len(score)) if weight is None else weight
    order = np.argsort(-score, kind="stable")
    s = score[order]
    starts = np.flatnonzero(np.concatenate(([True], s[1:] != s[:-1])))
    held = np.add.reduceat(weight[order], starts)
    ends = np.cumsum(held)
    mean = np.diff(summed_exposure(ends), prepend=0.0) / held
    made = np.empty(len(score))
    made[order] = np.repeat(mean, np.diff(starts, append=len(score)))
    return made


def summed_exposure(rank: Floats) -> Floats:
    """Sum of 1 / log2(1 + j) over the first ranks j; linear between whole ranks."""
    from scipy.special import expi

    top = int(min(LISTED, math.ceil(rank[-1])))
    steps = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(2.0, top + 2)))))
    made = np.interp(np.minimum(rank, top), np.arange(top + 1), steps)
    far = rank > top
    if far.any():
        reach = expi(np.log(rank[far] + 1.5)) - expi(math.log(top + 1.5))
        made[far] = steps[-1] + math.log(2) * reach
    return np.asarray(made)


@measure(
    "exposure_ratio",
    harm="disparate impact",
    unit="ratio",
    better="none",
    needs=("table",),
    reference="Singh and Joachims (2018), Fairness of exposure in rankings, KDD",
    caveats=(
        "Everybody scored forms one ranking, the highest score first, with ties sharing their ranks. The value "
        "depends on how many people are ranked. In a long list nearly all exposure is alike."
    ),
    estimand="mean of 1/log2(1+rank) over group g divided by the mean over the reference",
    interval="MOVER-R on t limits of each mean, by cluster; the ranking is taken as given",
    gap="",
)
def exposure_ratio(case: Case | Table) -> list[Against]:
    """Mean exposure 1/log2(1+rank) of a group in the ranking by score, over that of the reference group."""
    if case.score is None:
        return []
    sample = sampled(case)
    if not len(sample.at):
        return []
    # Sampling weights have no scale: the list is as long as there are people in the table.
    long = 1.0 if sample.are_people else float(sample.weighing.people.sum() / sample.weight.sum())
    assert sample.score is not None
    weighted = weighing(case) is not None
    made = np.zeros(len(case.people))
    made[sample.at] = exposures(sample.score, sample.weight * long if weighted else None)
    inside = np.zeros(len(made), bool)
    inside[sample.at] = True
    return [Against((PerPerson(made, inside, unit="exposure"),), "ratio")]


@dataclass(frozen=True)
class Above:
    """P(a scores above b) + P(equal)/2, with the influence of each person of both sides; NaN if a side is empty."""

    value: float
    sides: tuple[Side, ...]


def above(sample: Sample, rank: NDArray[np.int64], size: int, a: Index, b: Index) -> Above:
    """How often rows `a` of the sample score above rows `b`, ties counted half; `rank` below `size` orders the scores.

    Influences are DeLong's components, centered (DeLong, DeLong and Clarke-Pearson 1988).
    """
    if not len(a) or not len(b):
        return Above(math.nan, ())
    (beaten, held_b), (short, held_a) = (_shares(sample, rank, size, rows) for rows in (b, a))
    # Summed, not a dot product: a library's depends on its threads in the last digit.
    value = float(settled((sample.weight[a] * beaten[rank[a]]).sum() / held_a))
    return Above(
        value,
        (
            Side(a, sample.weight[a] * (beaten[rank[a]] - value) / held_a),
            Side(b, sample.weight[b] * (1 - short[rank[b]] - value) / held_b),
        ),
    )


def _shares(sample: Sample, rank: NDArray[np.int64], size: int, rows: Index) -> tuple[Floats, float]:
    """Weighted share of the rows below each rank, rows at that rank counted half, and the weight of the rows."""
    tied = np.bincount(rank[rows], weights=sample.weight[rows], minlength=size)
    upto = np.cumsum(tied)
    return settled((upto - tied / 2) / upto[-1]), float(upto[-1])


def ranks(score: Floats) -> tuple[NDArray[np.int64], int]:
    """Scores as whole numbers 0, 1, ... of the same order, and how many there are."""
    names, codes = np.unique(score, return_inverse=True)
    return codes, len(names)


def _limits(value: float, error: float, freedom: float, matched: float) -> tuple[float, float]:
    """t limits within 0..1. A share of exactly 0 or 1 has no spread: its limits come from its independent pairs."""
    if error == 0 and value in (0.0, 1.0):
        low, high = clopper_pearson(value * matched, matched, ALPHA)
        return float(low), float(high)
    return limits(value, error, freedom, 0.0, 1.0)


@measure(
    "cross_auc",
    harm="disparate impact",
    unit="rate",
    better="higher",
    needs=("table",),
    reference="Kallus and Zhou (2019), The fairness of risk scores beyond classification: xAUC, NeurIPS",
    caveats="Outcomes may themselves be recorded wrongly. Equal AUCs within groups do not imply equal cross AUCs.",
    estimand="P(positive of g scores above negative of the reference) + P(equal)/2",
    interval="DeLong's components, by cluster t(G-1), else Welch",
    gap="",
    splits=False,
)
def cross_auc(case: Case | Table) -> Iterator[Row]:
    """Chance that a positive of a group scores above a negative of the reference group, ties counted half.

    `cross_auc_gap`: this chance minus the chance that a positive of the reference group scores above a negative of the
    group. Below 0 the group is ranked too low, in both its positives and its negatives.
    """
    if case.score is None or case.outcome is None:
        return
    sample = sampled(case)
    assert sample.score is not None
    assert sample.positive is not None
    rank, size = ranks(sample.score)
    for split in comparisons(case, sample):
        for at, ours, theirs in split.pairs():
            high, low = sample.positive[ours], sample.positive[theirs]
            one = above(sample, rank, size, ours[high], theirs[~low])
            other = above(sample, rank, size, theirs[low], ours[~high])
            yield from _crossed(sample, at, one, other, (ours, theirs))


def _crossed(sample: Sample, at: Place, one: Above, other: Above, groups: tuple[Index, Index]) -> Iterator[Row]:
    if not all(map(len, groups)):
        yield Row(math.nan, why="no people in this group", **at)
        return
    if not one.sides:
        yield Row(math.nan, why=f"no positives of {at['group']} or no negatives of {at['versus']}", **at)
        return
    n = min(sample.people(side.rows) for side in one.sides)
    matched = min(sample.effective(side.rows) for side in one.sides)
    yield Row(one.value, *_limits(one.value, *spread(sample, one.sides), matched), n=n, **at)
    if not other.sides:
        why = f"no positives of {at['versus']} or no negatives of {at['group']}"
        yield Row(math.nan, suffix="_gap", why=why, **at)
        return
    sides = [*one.sides, *(Side(side.rows, -side.influence) for side in other.sides)]
    gap, (error, freedom) = one.value - other.value, spread(sample, sides)
    low, high = limits(gap, error, freedom, -1.0, 1.0)
    fewer = min(n, *(sample.people(side.rows) for side in other.sides))
    row = Row(gap, low, high, n=fewer, suffix="_gap", **at)
    yield row
    yield p_row(gap, 0.0, error, freedom, row)


@measure(
    "grade_superiority",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("table",),
    reference="Vargha and Delaney (2000), J. Educational and Behavioral Statistics 25(2)",
    caveats="0.5 means no difference. Only the order of scores or grades counts, not how far apart they are.",
    estimand="P(score or grade of g is better than of the reference) + P(equal)/2",
    interval="DeLong's components, by cluster t(G-1), else Welch (Brunner and Munzel 2000)",
    gap="",
    splits=False,
)
def grade_superiority(case: Case | Table) -> Iterator[Row]:
    """Chance that a member of a group has a better grade (or score) than one of the reference group, ties half."""
    if case.score is None:
        return
    sample = sampled(case)
    assert sample.score is not None
    rank, size = ranks(sample.score)
    for split in comparisons(case, sample):
        for at, ours, theirs in split.pairs():
            made = above(sample, rank, size, ours, theirs)
            if not made.sides:
                yield Row(math.nan, why="no people in this group", **at)
                continue
            error, freedom = spread(sample, made.sides)
            matched = min(sample.effective(ours), sample.effective(theirs))
            ends = _limits(made.value, error, freedom, matched)
            row = Row(made.value, *ends, n=min(sample.people(ours), sample.people(theirs)), **at)
            yield row
            yield p_row(made.value, 0.5, error, freedom, row)
