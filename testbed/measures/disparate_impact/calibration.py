"""Whether scores mean the same for every group: calibration by bins (probabilities) or at equal score (points)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import Row, measure
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
from testbed.measures.disparate_impact.ranking import ranks
from testbed.statistics import (
    Estimates,
    clustered,
    coded,
    few,
    intervals,
    pair_sums,
    rate_limits,
    reasons,
    summed,
    widened,
)

BINS = 10
SUPPORT = 0.8
CLEAR = 3.0
"""The sign of a bin's error counts as known beyond this many standard errors."""
COUNTED = 32
"""Up to this many people in a bin, the mean error of calibrated scores is computed exactly."""


def probabilities(score: Floats | None) -> bool:
    """Whether scores can be probabilities: all from 0 to 1, and some strictly between."""
    return score is not None and len(score) > 0 and bool(
        score.min() >= 0 and score.max() <= 1 and ((score > 0) & (score < 1)).any()
    )  # fmt: skip


def bins(score: Floats, weight: Floats, count: int = BINS) -> NDArray[np.int64]:
    """The bin of each score, 0 to count-1: equal in people, except that ties are never split.

    The bin of a score depends on where the middle of the people who have it stands among all people.
    """
    rank, size = ranks(score)
    held = np.bincount(rank, weights=weight, minlength=size)
    middle = (np.cumsum(held) - held / 2) / held.sum()
    return np.minimum((middle * count + 1e-9).astype(np.int64), count - 1)[rank]


@dataclass(frozen=True)
class CalibrationEstimates(Estimates):
    """Calibration errors by group, with the standard error of each bin's part: (groups, bins), NaN where unknown."""

    parts: Floats = field(default_factory=lambda: np.empty((0, 0)))
    errors: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Floats, Floats]:
        """Limits of the true error: value - t se - noise, and value + t se.

        The truth is at least the mean error under any fixed choice of signs, and equals it under the true signs. The
        noise is what bins without a clear sign add on average by chance alone: sqrt(2/pi) se each.
        """
        half = intervals.quantile(alpha, self.freedom()) * self.error
        # Ten people who are all off alike are at the limit, however it is rounded.
        unclear = np.abs(self.parts) <= CLEAR * self.errors * (1 + 1e-9)
        noise = math.sqrt(2 / math.pi) * np.where(unclear, self.errors, 0.0).sum(axis=1)
        return np.maximum(self.value - noise - half, 0.0), np.minimum(self.value + half, 1.0)


@dataclass(frozen=True)
class CalibrationError:
    """A part: the calibration error of each group of a split, or (`null`) its mean if scores are exactly calibrated."""

    null: bool = False
    suffix: str = ""
    qualifiers: dict[str, object] = field(default_factory=dict)
    exact: bool = False

    def estimates(self, case: Any, split: str) -> Estimates:
        """Sum over bins of |sum of outcome - score| over the people of the group, and its uncertainty."""
        sample = sampled(case)
        codes, levels = coded(case, split)
        rows, groups = np.flatnonzero(codes[sample.at] >= 0), len(levels)
        assert sample.score is not None
        assert sample.positive is not None
        score, w, code = sample.score[rows], sample.weight[rows], codes[sample.at][rows].astype(np.int64)
        key = code * BINS + bins(sample.score, sample.weight)[rows]
        people = np.bincount(code, minlength=groups, weights=w)
        n = sample.weighing.only(rows).counted(code, groups)
        why = reasons(np.where(people > 0, 0.0, np.nan), n, "no people in this group", n)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.null:
                value = null_errors(sample, rows, key, groups * BINS).reshape(groups, BINS).sum(axis=1) / people
                return Estimates(levels, value, n, why, n.astype(float), np.zeros(groups), exact=True)
            off = sample.positive[rows] - score
            parts = np.bincount(key, weights=w * off, minlength=groups * BINS).reshape(groups, BINS) / people[:, None]
            value = np.abs(parts).sum(axis=1)
            whole = w * (np.sign(parts.reshape(-1))[key] * off - value[code]) / people[code]
            error, units, covariance = _spread(sample, rows, code, groups, whole)
            errors, _, _ = _spread(sample, rows, key, groups * BINS, w * off / people[code])
        return CalibrationEstimates(
            levels, value, n, why, units, error, covariance, parts=parts,
            errors=np.nan_to_num(errors.reshape(groups, BINS)),
        )  # fmt: skip


def _spread(sample: Sample, rows: Index, key: Index, size: int, influence: Floats) -> tuple[Floats, Floats, Any]:
    """Standard errors, units, and covariance (None unless clusters are shared) of sums of influences by key."""
    if sample.owner is not None:
        sums = pair_sums(sample.owner[rows], sample.n_owners, key, size, columns=(influence, np.ones(len(rows))))
        made = clustered(sums, np.zeros(size), np.ones(size), size)
        return made.error, made.units, made.covariance
    here = sample.weighing.only(rows)
    units = here.effective(key, size)
    stretch = np.where(units > 1, units / (units - 1), np.nan)
    return np.sqrt(here.squared(influence, key, size) * stretch), units, None


def null_errors(sample: Sample, rows: Index, key: Index, size: int) -> Floats:
    """Mean of |sum of outcome - score| by key if outcomes follow the scores: exact up to 32 people, then normal."""
    assert sample.score is not None
    score, w = sample.score[rows], sample.weight[rows]
    chance = score * (1 - score)
    variance = np.bincount(key, weights=sample.weighing.square[rows] * chance, minlength=size)
    made = math.sqrt(2 / math.pi) * np.sqrt(variance)
    if sample.are_people:
        held = np.bincount(key, weights=w, minlength=size)
        order = np.argsort(key, kind="stable")
        ends = np.searchsorted(key[order], np.arange(size + 1))
        for place in np.flatnonzero((held > 0) & (held <= COUNTED)):
            mine = order[ends[place] : ends[place + 1]]
            made[place] = mean_error(np.sort(np.repeat(score[mine], np.rint(w[mine]).astype(int))))
    return np.asarray(made)


def mean_error(score: Floats) -> float:
    """Exact E|sum of outcomes - sum of scores| if each outcome is 1 with the probability that its score states."""
    chance = np.ones(1)
    for one in score:
        chance = np.convolve(chance, (1 - one, one))
    return float(chance @ np.abs(np.arange(len(chance)) - score.sum()))


@measure(
    "calibration_error",
    harm="disparate impact",
    unit="rate",
    better="lower",
    needs=("table",),
    reference="Pakdaman Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities, AAAI",
    caveats=(
        "The value is biased upwards, most in small groups, so groups are not subtracted. Read each value beside "
        "`_null`: the value that calibrated scores would show among as many people. Errors within a bin cancel."
    ),
    estimand="sum over 10 equal-count bins of the pooled scores of (share of the group) |outcome rate - mean score|",
    interval="influence values (by cluster), t; the lower limit also subtracts the noise of bins without a clear sign",
    gap="",
)
def calibration_error(case: Any) -> tuple[Any, ...]:
    """Mean distance between outcome rate and score over ten bins, the same bins for all groups; probabilities only."""
    if case.score is None or case.outcome is None:
        return ()
    sample = sampled(case)
    if not probabilities(sample.score):
        return (Row(math.nan, why="scores are not probabilities; for points see calibration_gap"),)
    return CalibrationError(), CalibrationError(null=True, suffix="_null")


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


def _bounded(sample: Sample, found: AtEqualScore, error: float, freedom: float) -> tuple[float, float]:
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


@measure(
    "calibration_gap",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("table",),
    reference="Chouldechova (2017), Big Data 5(2), for the test; Cochran (1968) for standardization by cells",
    caveats=(
        "For points and grades, compared at exactly equal score. A score that means the same for both groups has 0. "
        "0 does not make error rates equal if base rates differ."
    ),
    estimand="sum over scores s of (n_gs / n_g)(outcome rate of g at s - outcome rate of r at s)",
    interval="influence values by cluster, t(G-1), else Welch; few events: the wider of it and Newcombe",
    gap="",
    splits=False,
)
def calibration_gap(case: Any) -> Iterator[Row]:
    """Outcome rate of a group minus that of the reference group at equal score, standardized to the group.

    `_support`: the share of the group at scores that somebody of the reference group has. If it is below 0.8, the value
    is NaN and an `_observed` row gives the value on those scores. For probabilities see calibration_error.
    """
    if case.score is None or case.outcome is None:
        return
    sample = sampled(case)
    if probabilities(sample.score):
        yield Row(math.nan, why="scores are probabilities: see calibration_error")
        return
    assert sample.score is not None
    rank, size = ranks(sample.score)
    for split in comparisons(case, sample):
        for at, ours, theirs in split.pairs():
            found = gap_at_equal_score(sample, rank, size, ours, theirs)
            yield from _rows(sample, found, sample.people(ours), at)


def _rows(sample: Sample, found: AtEqualScore, members: int, at: dict[str, Any]) -> Iterator[Row]:
    if not members or math.isnan(found.support):
        yield Row(math.nan, why="no people in this group", **at)
        return
    if not found.n:
        yield Row(math.nan, why="nobody of the two groups has the same score", **at)
        return
    error, freedom = spread(sample, found.sides)
    suffix = ""
    if found.support < SUPPORT:
        why = f"support is {found.support:.2f}: the share of the group with anybody of the same score must be {SUPPORT}"
        yield Row(math.nan, n=found.n, why=why, **at)
        suffix = "_observed"
    row = Row(found.value, *_bounded(sample, found, error, freedom), n=found.n, suffix=suffix, **at)
    yield row
    if not suffix:
        yield p_row(found.value, 0.0, error, freedom, row)
    yield Row(found.support, found.support, found.support, members, suffix="_support", **at)
