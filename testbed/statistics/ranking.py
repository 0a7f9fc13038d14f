"""How well scores order people: the area under the ROC curve by group, with DeLong's components."""

# Any: a case or a table, asked for the fields that it has.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.clusters import clustered
from testbed.statistics.counts import clusters_of, coded, pair_sums
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import reasons
from testbed.statistics.weights import weighed

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Auc:
    """A part: the chance that a positive scores above a negative of the same group, ties half (AUC)."""

    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    exact: bool = False

    def estimates(self, case: Any, split: str) -> Estimates:
        """AUC per group; standard errors by DeLong, DeLong and Clarke-Pearson (1988), summed by cluster."""
        codes, levels = coded(case, split)
        groups = len(levels)
        at, weights = weighed(case, np.asarray(case.scored, bool) & (codes >= 0))
        code, positive = codes[at].astype(np.int64), np.asarray(case.outcome, bool)[at]
        w = weights.weight
        component, auc, side = delong(np.asarray(case.score, float)[at], positive, code, w, groups)
        here, total = 2 * code + positive, side.reshape(-1)
        rows = weights.effective(here, 2 * groups)
        influence = w * (component - auc[code]) / total[here]
        known = clusters_of(case)
        covariance, pairs, tail = None, None, None
        if known is not None and len(at):
            sums = pair_sums(known[0][at], known[1], code, groups, columns=(influence, w))
            made = clustered(sums, np.zeros(groups), np.ones(groups), groups)
            error, units, covariance, pairs, tail = made.error, made.units, made.covariance, made.influence, made.tail
        else:
            # DeLong: the variance of the mean of the components of each side, added.
            square = weights.squared(influence, here, 2 * groups)
            with np.errstate(divide="ignore", invalid="ignore"):
                stretch = np.where(rows >= 2, rows / (rows - 1), np.nan)
            error = np.sqrt((square * stretch).reshape(groups, 2).sum(axis=1))
            units = rows.reshape(groups, 2).sum(axis=1)
        n = weights.counted(code, groups)
        one_sided = np.where(side[:, 1] == 0, "no positive outcomes", "no negative outcomes")
        why = tuple(
            text if text in ("", "no people in this group") else str(one_sided[k])
            for k, text in enumerate(reasons(auc, n, "one", n))
        )
        matched = rows.reshape(groups, 2).min(axis=1)
        if known is not None and len(at):
            sides = pair_sums(known[0][at], known[1], code, groups, columns=(positive, ~positive))
            matched = np.bincount(sides.group[sides.sums.all(axis=1)], minlength=groups)
        return Estimates(
            levels, auc, n, why, units, error, covariance, influence=pairs, matched=matched, tail=tail,
            bounds=(0.0, 1.0),
        )  # fmt: skip


def delong(
    score: Array, positive: NDArray[np.bool_], code: NDArray[np.int64], weight: Array, groups: int
) -> tuple[Array, Array, Array]:
    """DeLong's component of each person, the AUC of each group, and weights (groups, 2) of negatives and positives.

    The component of a positive is the weighted share of the group's negatives it scores above, of a
    negative the share of positives above it; ties count half.
    """
    order = np.argsort(score, kind="stable")
    small = code.astype(np.uint16) if groups < 1 << 16 else code
    order = order[np.argsort(small[order], kind="stable")]
    s, c, p, w = score[order], code[order], positive[order], weight[order]
    side: Array = np.bincount(2 * c + p, weights=w, minlength=2 * groups).reshape(groups, 2).astype(float)
    component: Array = np.zeros(len(s))
    auc: Array = np.full(groups, np.nan)
    if len(s):
        new = np.concatenate(([True], (s[1:] != s[:-1]) | (c[1:] != c[:-1])))
        starts = np.flatnonzero(new)
        block = np.cumsum(new) - 1
        owner = c[starts]
        tied = np.add.reduceat(np.stack([w * ~p, w * p]), starts, axis=1)
        before = np.cumsum(tied, axis=1) - tied
        first = np.searchsorted(owner, np.arange(groups))
        base = before[:, np.minimum(first, len(starts) - 1)]
        below = before - base[:, owner] + tied / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            ranked = settled(below[0] / side[owner, 0]), settled(1 - below[1] / side[owner, 1])
            component[order] = np.where(p, ranked[0][block], ranked[1][block])
            auc = np.bincount(owner, weights=tied[1] * np.nan_to_num(ranked[0]), minlength=groups) / side[:, 1]
            auc = settled(auc)
    return component, np.where((side == 0).any(axis=1), np.nan, auc), side


def settled(share: Array) -> Array:
    """Shares with those next to 0 and 1 set to it: sums of weights that are not whole are off in the last digit."""
    return np.where(np.abs(share - np.rint(share)) < 1e-12, np.rint(share), share)
