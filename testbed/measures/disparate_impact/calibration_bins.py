"""The calibration error of probabilities in equal-count bins, and its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case, Table
from testbed.measures.disparate_impact.pairs import (
    Floats,
    Index,
    Sample,
    sampled,
)
from testbed.measures.disparate_impact.ranking import ranks
from testbed.statistics import (
    Estimates,
    clustered,
    coded,
    intervals,
    pair_sums,
    reasons,
)

BINS = 10
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
    return np.asarray(np.minimum((middle * count + 1e-9).astype(np.int64), count - 1)[rank])


@dataclass(frozen=True)
class CalibrationEstimates(Estimates):
    """Calibration errors by group, with the standard error of each bin's part: (groups, bins), NaN if unknown."""

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

    def estimates(self, case: Case | Table, split: str) -> Estimates:
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


def _spread(
    sample: Sample, rows: Index, key: Index, size: int, influence: Floats
) -> tuple[Floats, Floats, Floats | None]:
    """Standard errors, units, and covariance (None unless clusters are shared) of sums of influences by key."""
    if sample.owner is not None:
        sums = pair_sums(sample.owner[rows], sample.n_owners, key, size, columns=(influence, sample.weight[rows]))
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
