"""Generalized entropy of the benefit of decisions, by group, and its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from testbed.case import Case, Table
from testbed.statistics import (
    FN,
    FP,
    TN,
    TP,
    CellRate,
    Estimates,
    Rate,
    cell_counts,
    cross_products,
    estimate,
    intervals,
)

Floats = NDArray[np.float64]

EVERYBODY = (TN, FP, FN, TP)
LOST = Rate("lost", (FN,), EVERYBODY, "no people in this group")
WON = Rate("won", (FP,), EVERYBODY, "no people in this group")
STEPS = np.linspace(0.0, 1.0, 9)


def generalized_entropy(benefit: ArrayLike, alpha: float, weight: ArrayLike | None = None) -> float:
    """Generalized entropy index of non-negative benefits: how unequal they are; 0 if all are equal.

    1 / (n alpha (alpha - 1)) sum((b/m)^alpha - 1), m the mean benefit. alpha 1 (Theil): mean of (b/m) log(b/m)
    with 0 log 0 = 0. alpha 0 (mean log deviation): -mean of log(b/m). NaN if the mean is 0, or if alpha <= 0 and some
    benefit is 0. Shorrocks (1980).

    >>> round(generalized_entropy([0, 1, 2, 1], 2), 4)
    0.25
    """
    b = np.asarray(benefit, float)
    w = np.ones(len(b)) if weight is None else np.asarray(weight, float)
    b, w = b[w > 0], w[w > 0]
    total = w.sum()
    mean = float((w * b).sum() / total) if total > 0 else 0.0
    if not mean > 0 or (alpha <= 0 and (b == 0).any()):
        return math.nan
    share = b / mean
    if alpha == 1:
        some = share > 0
        return float((w[some] * share[some] * np.log(share[some])).sum() / total)
    if alpha == 0:
        return float(-(w * np.log(share)).sum() / total)
    return float((w * (share**alpha - 1)).sum() / total / (alpha * (alpha - 1)))


def between_and_within(
    benefit: ArrayLike, group: ArrayLike, alpha: float, weight: ArrayLike | None = None
) -> tuple[float, float]:
    """The two parts of generalized entropy: between the groups' means, and within groups. They add up to the total.

    Between: the entropy if everybody has the mean benefit of their group. Within: sum over groups of
    (n_g / n) (m_g / m)^alpha times the entropy of the group (Shorrocks 1980).
    """
    b, codes = np.asarray(benefit, float), np.unique(np.asarray(group), return_inverse=True)[1]
    w = np.ones(len(b)) if weight is None else np.asarray(weight, float)
    held, sums = np.bincount(codes, weights=w), np.bincount(codes, weights=w * b)
    means = np.divide(sums, held, out=np.zeros(len(held)), where=held > 0)
    between = generalized_entropy(means, alpha, held)
    parts = [
        held[g] / held.sum() * (means[g] * held.sum() / sums.sum()) ** alpha
        * generalized_entropy(b[codes == g], alpha, w[codes == g])
        for g in np.flatnonzero(means > 0)
    ]  # fmt: skip
    return between, float(sum(parts))


def entropy_of_shares(lost: ArrayLike, won: ArrayLike, alpha: float) -> Floats:
    """Entropy of benefits 0, 1 and 2 from the shares of people who have 0 (`lost`) and 2 (`won`), elementwise."""
    lost, won = np.broadcast_arrays(np.asarray(lost, float), np.asarray(won, float))
    even = 1 - lost - won
    mean = 1 + won - lost
    with np.errstate(divide="ignore", invalid="ignore"):
        if alpha == 1:
            made = 2 * won * math.log(2) / mean - np.log(mean)
        elif alpha == 0:
            made = np.log(mean) - won * math.log(2)
        else:
            made = ((even + won * 2**alpha) / mean**alpha - 1) / (alpha * (alpha - 1))
    undefined = (mean <= 0) | ((lost > 0) & (alpha <= 0))
    return np.where(undefined, np.nan, np.maximum(made, 0.0))


def slopes(lost: Floats, won: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Derivatives of `entropy_of_shares` by each share; 0 if undefined."""
    mean = 1 + won - lost
    with np.errstate(divide="ignore", invalid="ignore"):
        if alpha == 1:
            turn = 2 * won * math.log(2) / mean**2 + 1 / mean
            made = turn, 2 * math.log(2) / mean - turn
        elif alpha == 0:
            made = -1 / mean, 1 / mean - math.log(2)
        else:
            turn = alpha * (1 - lost - won + won * 2**alpha) / mean
            scale = mean**alpha * alpha * (alpha - 1)
            made = (turn - 1) / scale, (2**alpha - 1 - turn) / scale
        return np.where(np.isfinite(made[0]), made[0], 0.0), np.where(np.isfinite(made[1]), made[1], 0.0)


@dataclass(frozen=True)
class EntropyEstimates(Estimates):
    """Entropies by group, with limits derived from the limits of the two shares behind them.

    MOVER (Zou and Donner 2008) adds the squared changes that the limits of each share make, with the correlation of the
    shares. shares: of people who lost and who won. correlation: of the two, by group.
    """

    shares: tuple[Estimates, ...] = ()
    correlation: Floats = field(default_factory=lambda: np.empty(0))
    alpha: float = 1.0

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Floats, Floats]:
        """Limits of each group's entropy."""
        lost, won = self.shares
        ends = [share.limits(alpha) for share in self.shares]
        with np.errstate(invalid="ignore"):
            grid = [low + (high - low) * STEPS[:, None] for low, high in ends]
            by_lost = entropy_of_shares(np.minimum(grid[0], 1 - won.value), won.value, self.alpha)
            by_won = entropy_of_shares(lost.value, np.minimum(grid[1], 1 - lost.value), self.alpha)
            down = [self.value - np.nanmin(_filled(moved), axis=0) for moved in (by_lost, by_won)]
            up = [np.nanmax(_filled(moved), axis=0) - self.value for moved in (by_lost, by_won)]
            # Where more of the won makes the entropy fall, the two moves go against each other.
            rho = self.correlation * np.where(by_won[-1] >= by_won[0], 1.0, -1.0)
            low = self.value - np.sqrt(np.maximum(down[0] ** 2 + down[1] ** 2 + 2 * rho * down[0] * down[1], 0.0))
            high = self.value + np.sqrt(np.maximum(up[0] ** 2 + up[1] ** 2 + 2 * rho * up[0] * up[1], 0.0))
        missing = np.isnan(self.value) | np.isnan(ends[0][0]) | np.isnan(ends[1][0])
        return np.where(missing, np.nan, np.maximum(low, 0.0)), np.where(missing, np.nan, high)


def _filled(grid: Floats) -> Floats:
    """The grid with 0 in columns without a number, which avoids a warning. The caller leaves such columns out."""
    return np.where(np.isnan(grid).all(axis=0), 0.0, grid)


@dataclass(frozen=True)
class Entropy:
    """A part: generalized entropy of the benefit 1 + prediction - outcome, per group of a split."""

    alpha: float
    suffix: str = ""
    qualifiers: dict[str, object] = field(default_factory=dict)
    exact: bool = False

    def estimates(self, case: Case | Table, split: str) -> Estimates:
        """Entropy per group from the shares of wrongly refused (benefit 0) and wrongly granted (benefit 2)."""
        lost, won = (estimate(CellRate(case, rate), case, split) for rate in (LOST, WON))
        value = entropy_of_shares(lost.value, won.value, self.alpha)
        slope = slopes(lost.value, won.value, self.alpha)
        ratio, covariance = np.zeros((2, len(value))), None
        if lost.influence is not None and won.influence is not None:
            groups = len(value)
            group, moved = lost.influence.group, (lost.influence.sums, won.influence.sums)
            both = slope[0][group] * moved[0] + slope[1][group] * moved[1]
            dots = [
                np.bincount(group, weights=a * b, minlength=groups)
                for a, b in ((moved[0], moved[1]), (moved[0], moved[0]), (moved[1], moved[1]))
            ]
            ratio = np.stack([dots[0], np.sqrt(dots[1] * dots[2])])
            stretch = np.sqrt(np.divide(lost.units, lost.units - 1, out=np.ones(groups), where=lost.units > 1))
            error = np.sqrt(np.bincount(group, weights=both**2, minlength=groups)) * stretch
            influence = replace(lost.influence, sums=both)
            if lost.covariance is not None and not self._few(case, split):
                covariance = cross_products(influence, groups) * np.outer(stretch, stretch)
        else:
            influence = None
            joint = -lost.value * won.value
            ratio = np.stack([joint, np.sqrt(lost.value * (1 - lost.value) * won.value * (1 - won.value))])
            with np.errstate(divide="ignore", invalid="ignore"):
                n = np.asarray(lost.effective, float)
                square = slope[0] ** 2 * lost.error**2 + slope[1] ** 2 * won.error**2
                error = np.sqrt(np.maximum(square + 2 * slope[0] * slope[1] * joint / n, 0.0))
        rho = np.divide(ratio[0], ratio[1], out=np.zeros(len(value)), where=ratio[1] > 0)
        return EntropyEstimates(
            lost.levels, value, lost.n, self._why(lost, value), lost.units, error, covariance,
            influence=influence, shares=(lost, won), correlation=rho, alpha=self.alpha,
        )  # fmt: skip

    def _few(self, case: Case | Table, split: str) -> bool:
        """Whether some group has under five people whose decision and outcome differ: too few for influence values."""
        rows = cell_counts(case, split).rows
        wrong = rows[:, [FP, FN]].sum(axis=1)
        return bool(((wrong < intervals.FEW_EVENTS) & (rows.sum(axis=1) > 0)).any())

    def _why(self, lost: Estimates, value: Floats) -> tuple[str, ...]:
        undefined = (
            "nobody has a benefit" if self.alpha > 0 else "somebody has benefit 0: infinite for alpha of 0 or less"
        )
        return tuple(
            "" if defined else undefined if people else "no people in this group"
            for defined, people in zip(~np.isnan(value), lost.n)
        )
