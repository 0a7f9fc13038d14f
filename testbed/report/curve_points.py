"""The tables behind two figures: error rates along the threshold by group, and calibration by group.

Both are too long for findings and make no claim of their own; they are written as `curves.csv`, and kept in
`findings.attrs["curves"]` as the text of that file.
"""

# Any: a row of the curve table holds texts and numbers; a case and a table share no type.
from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from synthetic.writing import csv_text
from testbed.findings import neutralized, restored
from testbed.measures.disparate_impact import Sample, bins, by_group, sampled, splits_in
from testbed.statistics import (
    ALPHA,
    clopper_pearson,
    effective_number,
    enough,
    few,
    quantile,
    rate_limits,
    summed,
    wilson,
)

COLUMNS = ("figure", "model", "split", "group", "mark", "at", "x", "y", "low", "high", "n")
"""figure: thresholds or calibration. mark: curve, cut (what was decided) or bin. at: the threshold, or the bin."""

SHARES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.07, *(part / 20 for part in range(2, 20)), 0.97, 0.99)
"""Thresholds are the scores below which these shares of all people lie."""

MOST_SPLITS = 3
MOST_GROUPS = 4
MOST_ROWS = 1_000_000
"""A table with more rows gets no curves: they would take longer than its findings."""


def curves(case: Any, model: str = "") -> list[dict[str, Any]]:
    """Rows (see COLUMNS) for a case or table with scores and with outcomes of both kinds; else none.

    They cover the first three single attributes and the four largest groups of each.
    """
    if case.score is None or case.outcome is None:
        return []
    sample = sampled(case)
    assert sample.score is not None
    assert sample.positive is not None
    if not 0 < len(sample.at) <= MOST_ROWS or sample.positive.all() or not sample.positive.any():
        return []
    made: list[dict[str, Any]] = []
    bin_of = bins(sample.score, sample.weight)
    levels_at = thresholds(sample)
    # A score is above the k-th threshold where the step it falls on is beyond k.
    step = np.searchsorted(levels_at, sample.score, side="left")
    prediction = None if case.prediction is None else np.asarray(case.prediction, bool)[sample.at]
    for split in [one for one in splits_in(case) if "*" not in one][:MOST_SPLITS]:
        codes, levels = case.coded(split)
        rows = by_group(codes[sample.at], len(levels))
        largest = sorted(range(len(levels)), key=lambda g: (-sample.people(rows[g]), g))[:MOST_GROUPS]
        for g in sorted(largest):
            if not len(rows[g]):
                continue
            where = {"model": model, "split": split, "group": levels[g]}
            made += [{**where, **row} for row in along_thresholds(sample, rows[g], levels_at, step, prediction)]
            made += [{**where, **row} for row in by_bins(sample, rows[g], bin_of)]
    return made


def along_thresholds(
    sample: Sample, rows: np.ndarray, levels: np.ndarray, step: np.ndarray, prediction: np.ndarray | None
) -> Iterator[dict[str, Any]]:
    """Points of one group: x is the false and y the true positive rate if a score above `at` counts as positive.

    The thresholds are the same for all groups. The cut is the decisions made, whatever the scores say.
    """
    assert sample.positive is not None
    weight, positive = sample.weight[rows], sample.positive[rows]
    totals = [float(weight[positive == side].sum()) for side in (False, True)]
    if min(totals) == 0:
        return
    n = sample.people(rows)
    held = np.bincount(step[rows] * 2 + positive, weights=weight, minlength=2 * (len(levels) + 1)).reshape(-1, 2)
    above = np.append(held[::-1].cumsum(axis=0)[::-1], [[0.0, 0.0]], axis=0) / totals
    for at, (x, y) in zip([-math.inf, *levels.tolist()], above.tolist(), strict=False):
        yield {"figure": "thresholds", "mark": "curve", "at": at, "x": min(x, 1.0), "y": min(y, 1.0), "n": n}
    if prediction is not None:
        said = prediction[rows]
        x, y = (float(weight[said & (positive == side)].sum()) / totals[side] for side in (False, True))
        yield {"figure": "thresholds", "mark": "cut", "at": math.nan, "x": x, "y": y, "n": n}


def thresholds(sample: Sample) -> np.ndarray:
    """The scores below which SHARES of all people lie, and the highest score: each once, ascending."""
    assert sample.score is not None
    order = np.argsort(sample.score, kind="stable")
    reached = np.cumsum(sample.weight[order])
    places = np.searchsorted(reached, np.array(SHARES) * reached[-1], side="left")
    return np.unique(sample.score[order][np.append(np.minimum(places, len(order) - 1), -1)])


def by_bins(sample: Sample, rows: np.ndarray, bin_of: np.ndarray) -> Iterator[dict[str, Any]]:
    """Points of one group per pooled bin: x is the mean score, y the share of positive outcomes with its interval."""
    assert sample.score is not None
    for number, here in enumerate(by_group(bin_of[rows], int(bin_of.max()) + 1)):
        mine = rows[here]
        if not len(mine):
            continue
        weight = sample.weight[mine]
        x = float(np.average(sample.score[mine], weights=weight))
        rate, low, high = rate_of(sample, mine)
        n = sample.people(mine)
        yield {
            "figure": "calibration", "mark": "bin", "at": number, "x": x, "y": rate, "low": low, "high": high, "n": n,
        }  # fmt: skip


def rate_of(sample: Sample, rows: np.ndarray) -> tuple[float, float, float]:
    """The rate of positive outcomes of some people with its 95 % limits, by cluster if there are clusters.

    Wilson with effective n; under five events or non-events the ends of Clopper and Pearson too, the wider.
    """
    assert sample.positive is not None
    weight, positive = sample.weight[rows], sample.positive[rows]
    whole = float(weight.sum())
    rate = float(weight[positive].sum()) / whole
    n = sample.effective(rows)
    low, high = (float(end) for end in wilson(rate, n, quantile(ALPHA)))
    if sample.owner is not None:
        owner = sample.owner[rows]
        units = effective_number(np.bincount(owner, weight))
        if not enough(units):
            return rate, math.nan, math.nan
        influence = summed(owner, sample.n_owners, weight * (positive - rate) / whole)
        low, high = (float(end) for end in rate_limits(rate, n, influence, units))
    if few(rate * n, (1 - rate) * n):
        ends = clopper_pearson(np.array([rate * n]), np.array([n]), ALPHA)
        low, high = min(low, float(ends[0][0])), max(high, float(ends[1][0]))
    return rate, low, high


def curve_text(rows: Sequence[dict[str, Any]]) -> str:
    """The curve table as CSV, one row per point; "" if there are no rows."""
    if not rows:
        return ""
    cells = ((row.get(name, math.nan) for name in COLUMNS) for row in rows)
    return csv_text(
        [COLUMNS, *([neutralized(cell) if isinstance(cell, str) else _number(cell) for cell in row] for row in cells)]
    )


def curve_rows(text: str) -> list[dict[str, Any]]:
    """The rows of a curve table that `curve_text` wrote; missing numbers are NaN."""
    made = []
    for row in csv.DictReader(io.StringIO(text)):
        numbers = {name: float(row[name]) if row[name] else math.nan for name in ("at", "x", "y", "low", "high")}
        made.append({**{name: restored(row[name]) for name in COLUMNS[:5]}, **numbers, "n": int(row["n"])})
    return made


def _number(cell: float) -> str:
    return "" if math.isnan(cell) else f"{cell:.9g}"
