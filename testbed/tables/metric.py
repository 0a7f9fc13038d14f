"""A metric of another library as a part of a measure: its value by group, with a standard error.

A metric of labels that takes weights is evaluated once for each of the four cells of the decision table. How much it
moves with the weight of a cell is the influence of a person in that cell. Any other metric is evaluated again with a
hundredth of the people left out, a hundred times.
"""

# Any: a user's metric can take and give anything.
from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.models import LeftError, first_line, theirs
from testbed.statistics import (
    CellCounts,
    Estimates,
    Pairs,
    Weighing,
    cell_counts,
    clustered,
    clusters_of,
    coded,
    intervals,
    plain,
    weighed,
)

Floats = NDArray[np.float64]
FOLDS = 100
"""How many parts of the people are left out in turn."""
LAID_OUT = 1 << 20
"""Up to this many people, a table of counts becomes one row per person for a metric that is evaluated on people."""
STEP = 1e-4
"""By which share of a group the weight of a cell is moved."""


@dataclass(frozen=True)
class Metric:
    """A part of a measure: a metric of each group of a split.

    on: "prediction" or "score". weighted: whether it takes `sample_weight`. held: estimates by split, once made.
    """

    metric: Callable[..., Any]
    on: str
    weighted: bool
    name: str
    suffix: str = ""
    qualifiers: dict[str, object] = field(default_factory=dict)
    exact: bool = False
    held: dict[str, Estimates] | None = field(default=None, compare=False)

    @property
    def by_cells(self) -> bool:
        """Whether the metric depends on nothing but the four cells of the decision table."""
        return self.on == "prediction" and self.weighted

    def estimates(self, case: Any, split: str) -> Estimates:
        """Return the metric by group, with its standard error; computed once per split if `held` keeps it."""
        known = {} if self.held is None else self.held
        if split not in known:
            known[split] = self._by_cells(case, split) if self.by_cells else self._by_people(case, split)
        return known[split]

    def asked(self, outcome: Any, given: Any, weight: Floats | None = None) -> tuple[float, str]:
        """Return the value of the metric, and why it is no number."""
        if not len(outcome):
            return math.nan, "no people in this group"
        more = {} if weight is None else {"sample_weight": np.array(weight)}
        with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            try:
                with theirs():  # on copies: a metric may change its arguments
                    value = float(self.metric(np.array(outcome), np.array(given), **more))
            except LeftError as problem:
                return math.nan, f"{self.name} failed ({problem})"
            except Exception as problem:
                return math.nan, f"{self.name} is undefined ({first_line(problem).partition(': ')[2][:120]})"
        undefined = [one for one in told if one.category.__name__ == "UndefinedMetricWarning"]
        if undefined:
            said = " ".join(str(undefined[0].message).split())
            return math.nan, f"{self.name} is undefined ({said[:120]})"
        return value, "" if math.isfinite(value) else f"{self.name} gives {value}"

    def _by_cells(self, case: Any, split: str) -> Estimates:
        counts = cell_counts(case, split)
        groups = len(counts.levels)
        found = [self._of_cells(counts.cells[k].astype(float)) for k in range(groups)]
        value, why = np.array([one[0] for one in found]), tuple(one[1] for one in found)
        slope = np.stack([one[2] for one in found]) if found else np.empty((0, 4))
        n = counts.rows.sum(axis=1)
        if counts.pairs is not None:
            each = (slope[counts.pairs.group] * counts.pairs.sums).sum(axis=1)
            return self._clustered(counts, value, n, why, each)
        filled = np.flatnonzero(counts.cells.ravel() > 0)
        weights, code = counts.weighing().only(filled), filled // 4
        units = weights.effective(code, groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            stretch = np.where(units > 1, units / (units - 1), np.nan)
        square = weights.squared(weights.weight * slope.ravel()[filled], code, groups)
        return Estimates(counts.levels, value, n, why, units, np.sqrt(square * stretch))

    def _clustered(
        self, counts: CellCounts, value: Floats, n: NDArray[np.int64], why: tuple[str, ...], each: Floats
    ) -> Estimates:
        assert counts.pairs is not None
        sums = Pairs(counts.pairs.cluster, counts.pairs.group, np.stack([each, np.ones(len(each))], axis=-1))
        made = clustered(sums, np.zeros(len(n)), np.ones(len(n)), len(n))
        return Estimates(
            counts.levels, value, n, why, made.units, made.error, made.covariance, influence=made.influence,
            tail=made.tail,
        )  # fmt: skip

    def _of_cells(self, cells: Floats) -> tuple[float, str, Floats]:
        """Return the value, why there is none, and how much it moves with the weight of each cell."""
        held = np.flatnonzero(cells > 0)
        outcome, given = held // 2, held % 2
        value, why = self.asked(outcome, given, cells[held])
        slope = np.zeros(4)
        if why:
            return math.nan, why, slope
        for at, cell in enumerate(held):
            step = min(STEP * cells.sum(), cells[cell] / 2)
            ends = []
            for sign in (1, -1):
                moved = cells[held]
                moved[at] += sign * step
                ends.append(self.asked(outcome, given, moved)[0])
            slope[cell] = (ends[0] - ends[1]) / (2 * step)
        # Only ratios of weights matter, so the mean influence is 0, up to rounding.
        slope[held] -= float((slope * cells).sum() / cells.sum())
        return value, "", slope

    def _by_people(self, case: Any, split: str) -> Estimates:
        codes, levels = coded(case, split)
        known = clusters_of(case)
        at, weights = self._laid_out(case, codes, known is None)
        code = codes[at].astype(np.int64)
        n = weights.counted(code, len(levels))
        weight = weights.weight if (weights.weight != 1).any() else None
        if weight is not None and not self.weighted:
            many = f", and more than {LAID_OUT:,} people are not laid out one by one" if weights.alike else ""
            refused = tuple(f"{self.name} takes no weights{many}" for _ in levels)
            none = np.full(len(levels), np.nan)
            return Estimates(levels, none, n, refused, n.astype(float), none)
        outcome, given = np.asarray(case.outcome)[at].astype(int), np.asarray(getattr(case, self.on))[at]
        given = given.astype(int) if given.dtype == bool else given
        # The order of rows must not change the result: people who are alike are interchangeable.
        unit = np.lexsort((weights.weight, given, outcome, code)).argsort() if known is None else known[0][at]
        fold = _folds(unit, int(getattr(case, "seed", 0)), self.name)
        found = [
            self._of_people(outcome[mine], given[mine], None if weight is None else weight[mine], fold[mine])
            for mine in (np.flatnonzero(code == k) for k in range(len(levels)))
        ]
        sums = [Pairs(parts, np.full(len(parts), k), moved) for k, (_, _, parts, moved) in enumerate(found)]
        joined = Pairs(*(np.concatenate([getattr(one, name) for one in sums]) for name in ("cluster", "group", "sums")))
        made = clustered(joined, np.zeros(len(levels)), np.ones(len(levels)), len(levels))
        # People in one row cannot be left out one by one, so there is no standard error.
        error = made.error if known is not None or not (weights.people > 1).any() else made.error * np.nan
        # Groups of independent people share no person, so their covariance is 0, and not that of the folds.
        return Estimates(
            levels, np.array([one[0] for one in found]), n, tuple(one[1] for one in found), made.units, error,
            None if known is None else made.covariance, influence=None if known is None else made.influence,
        )  # fmt: skip

    def _laid_out(self, case: Any, codes: NDArray[np.integer], apart: bool) -> tuple[NDArray[np.int64], Weighing]:
        """Return the rows to evaluate and their weights.

        Counts become one row per person if people are left out one by one (`apart`) or the metric takes no weights.
        They stay counts if there are more than `LAID_OUT` people.
        """
        at, weights = weighed(case, np.asarray(case.scored, bool) & (codes >= 0))
        if weights.alike and (apart or not self.weighted) and weights.people.sum() <= LAID_OUT:
            at = np.repeat(at, np.rint(weights.people).astype(np.int64))
            return at, plain(len(at))
        return at, weights

    def _of_people(
        self, outcome: NDArray[np.int64], given: NDArray[np.generic], weight: Floats | None, fold: NDArray[np.int64]
    ) -> tuple[float, str, NDArray[np.int64], Floats]:
        """Return the metric of a group, why there is none, its parts, and (parts, 2): what each moves it by, and 1."""
        value, why = self.asked(outcome, given, weight)
        parts = np.unique(fold)
        left = np.full(len(parts), np.nan)
        for place, part in enumerate(parts) if not why and len(parts) >= intervals.FEWEST_CLUSTERS else ():
            stay = fold != part
            left[place], _ = self.asked(outcome[stay], given[stay], None if weight is None else weight[stay])
        moved = (left.mean() - left) * (len(parts) - 1) / max(len(parts), 1) if len(parts) else left
        return math.nan if why else value, why, parts, np.stack([moved, np.ones(len(parts))], axis=-1)


def _folds(unit: NDArray[np.integer], seed: int, name: str) -> NDArray[np.int64]:
    """Return which of 100 parts each person is in: whole clusters, evenly spread, by an addressed draw."""
    names, codes = np.unique(unit, return_inverse=True)
    coin = uniform(sparse(seed, f"folds:{name}", pack(np.arange(len(names)))))
    return np.asarray(np.argsort(np.argsort(coin, kind="stable"), kind="stable") % FOLDS)[codes]
