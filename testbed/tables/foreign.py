"""Metrics of other libraries as measures: any function of outcomes and predictions that gives one number.

A metric of labels that takes weights is asked once for each of the four cells of the decision table: what it
moves by when the weight of a cell does is the influence of a person there. Any other metric is asked again
with a hundredth of the people left out, a hundred times.
"""

from __future__ import annotations

import inspect
import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError, unknown
from testbed.measure import Measure, measure, measures
from testbed.models import LeftError, first_line, theirs
from testbed.statistics import (
    Across,
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
"""Parts of the people that are left out in turn."""
LAID_OUT = 1 << 20
"""People of a table of counts up to whom they are laid out one by one, where a metric is asked about people."""
STEP = 1e-4
"""The share of a group by which the weight of a cell is moved."""
INFLUENCE = "influence values from the four cells of the decision table, by cluster, t(G-1)"
JACKKNIFE = f"jackknife leaving out {FOLDS} parts of the clusters (people where there are none) in turn, t"


def from_callable(
    metric: Callable[..., Any],
    *,
    name: str,
    harm: str = "disparate impact",
    on: str = "prediction",
    unit: str = "rate",
    better: str = "none",
    gap: str | None = None,
    reference: str = "",
    caveats: str = "",
) -> Measure:
    """Register a metric of fairlearn, scikit-learn or your own as a measure.

    The measure works on tables and in worlds. For each group, the metric sees that group alone.

    Parameters
    ----------
    metric : callable
        `metric(y_true, y_pred)` that returns one number, with `sample_weight=` if it takes weights. Labels are 0 and 1,
        with 1 positive.
    name : str
        Name of the measure: small letters, digits and `_`, a letter first. Its largest difference between groups is
        called `NAME_difference`.
    harm : str, default "disparate impact"
        What the measure is about, as in `measure`.
    on : {"prediction", "score"}, default "prediction"
        What the metric gets as its second argument.
    unit : str, default "rate"
        Unit of the value.
    better : {"lower", "higher", "none"}, default "none"
        Which direction of the value is an improvement; "none" if neither is.
    gap : str, optional
        Name of the signed difference between two groups; "" for none. Default: `NAME_gap`.
    reference : str, default ""
        Where the metric comes from. Empty: its module and name.
    caveats : str, default ""
        What the number does not say. Empty: that it is as the metric defines it.

    Returns
    -------
    Measure
        The registered measure. Registering the same metric again returns the same measure.

    Raises
    ------
    InputError
        If the name is taken or not allowed, or the metric compares groups itself.

    See Also
    --------
    measure : Register a measure of your own.
    metric_frame : Reshape findings like a fairlearn MetricFrame.

    Notes
    -----
    A metric of labels that takes weights has an interval from influence values: what the value moves by when the weight
    of one of the four cells of the decision table does. Any other metric has a jackknife interval, over a hundred parts
    of the clusters or people. If the metric raises, warns that it is undefined, or returns no number, the value is NaN
    and says so.

    Examples
    --------
    >>> from sklearn.metrics import f1_score
    >>> from testbed import from_callable
    >>> made = from_callable(f1_score, name="f1", better="higher")
    >>> made.gap, made.interval.split(",")[0]
    ('f1_gap', 'influence values from the four cells of the decision table')
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(f"name is {name!r}; allowed are small letters, digits and _, a letter first.")
    if on not in ("prediction", "score"):
        raise unknown("input of a metric", on, ("prediction", "score"))
    if not callable(metric):
        raise InputError(f"metric is a {type(metric).__name__}; a function of outcomes and predictions is needed.")
    takes = _parameters(metric)
    if "sensitive_features" in takes:
        raise InputError(
            f"{_called(metric)} compares groups itself: register the metric it compares; splits and differences are "
            "made around it."
        )
    part = Metric(metric, on, "sample_weight" in takes, name)
    if name in measures.known():
        held = measures.get(name)
        if getattr(held.function, "part", None) == part:
            return held
        raise InputError(f"measure {name!r} is registered already; give the metric another name.")

    def function(case: Any) -> tuple[Any, ...]:
        if case.outcome is None or getattr(case, on) is None:
            return ()
        once = replace(part, held={})
        return once, Across((once,), suffix="_difference")

    function.part = part  # type: ignore[attr-defined]
    return measure(
        name,
        harm=harm,
        unit=unit,
        better=better,
        needs=("table",),
        reference=reference or _called(metric),
        caveats=caveats or f"as {_called(metric)} defines it",
        estimand=(inspect.getdoc(metric) or _called(metric)).split("\n")[0],
        interval=INFLUENCE if part.by_cells else JACKKNIFE,
        gap=f"{name}_gap" if gap is None else gap,
    )(function)


def _parameters(metric: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(metric).parameters)
    except (TypeError, ValueError):
        return set()


def _called(metric: Callable[..., Any]) -> str:
    inner = getattr(metric, "func", metric)
    return f"{getattr(inner, '__module__', '')}.{getattr(inner, '__name__', type(inner).__name__)}".lstrip(".")


@dataclass(frozen=True)
class Metric:
    """A part: a metric of each group of a split. weighted: whether it takes `sample_weight`."""

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
        """Whether the four cells of the decision table are all that the metric depends on."""
        return self.on == "prediction" and self.weighted

    def estimates(self, case: Any, split: str) -> Estimates:
        """The metric by group, with its standard error; worked out once per split where `held` is there to keep it."""
        known = {} if self.held is None else self.held
        if split not in known:
            known[split] = self._by_cells(case, split) if self.by_cells else self._by_people(case, split)
        return known[split]

    def asked(self, outcome: Any, given: Any, weight: Floats | None = None) -> tuple[float, str]:
        """What the metric says, and why it is no number."""
        if not len(outcome):
            return math.nan, "no people in this group"
        more = {} if weight is None else {"sample_weight": np.array(weight)}
        with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            try:
                with theirs():  # on copies: what a metric does to its arguments stays with it
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
        self, counts: CellCounts, value: Floats, n: NDArray, why: tuple[str, ...], each: Floats
    ) -> Estimates:
        assert counts.pairs is not None
        sums = Pairs(counts.pairs.cluster, counts.pairs.group, np.stack([each, np.ones(len(each))], axis=-1))
        made = clustered(sums, np.zeros(len(n)), np.ones(len(n)), len(n))
        return Estimates(
            counts.levels, value, n, why, made.units, made.error, made.covariance, influence=made.influence,
            tail=made.tail,
        )  # fmt: skip

    def _of_cells(self, cells: Floats) -> tuple[float, str, Floats]:
        """Value, why there is none, and what the value moves by with the weight of each cell."""
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
        # The weights have no scale: the mean influence is 0, up to rounding.
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
        # The order of rows does not show: people who are alike can take each other's place.
        unit = np.lexsort((weights.weight, given, outcome, code)).argsort() if known is None else known[0][at]
        fold = _folds(unit, int(getattr(case, "seed", 0)), self.name)
        found = [
            self._of_people(outcome[mine], given[mine], None if weight is None else weight[mine], fold[mine])
            for mine in (np.flatnonzero(code == k) for k in range(len(levels)))
        ]
        sums = [Pairs(parts, np.full(len(parts), k), moved) for k, (_, _, parts, moved) in enumerate(found)]
        joined = Pairs(*(np.concatenate([getattr(one, name) for one in sums]) for name in ("cluster", "group", "sums")))
        made = clustered(joined, np.zeros(len(levels)), np.ones(len(levels)), len(levels))
        # People in one row cannot be left out one by one.
        error = made.error if known is not None or not (weights.people > 1).any() else made.error * np.nan
        # Folds of independent people hold no person twice: what two groups share of them is chance.
        return Estimates(
            levels, np.array([one[0] for one in found]), n, tuple(one[1] for one in found), made.units, error,
            None if known is None else made.covariance, influence=None if known is None else made.influence,
        )  # fmt: skip

    def _laid_out(self, case: Any, codes: NDArray, apart: bool) -> tuple[NDArray[np.int64], Weighing]:
        """The rows to ask about; of counts one per person, where people are left out one by one (`apart`) or uncounted.

        Of too many people, the counts stay.
        """
        at, weights = weighed(case, np.asarray(case.scored, bool) & (codes >= 0))
        if weights.alike and (apart or not self.weighted) and weights.people.sum() <= LAID_OUT:
            at = np.repeat(at, np.rint(weights.people).astype(np.int64))
            return at, plain(len(at))
        return at, weights

    def _of_people(
        self, outcome: NDArray, given: NDArray, weight: Floats | None, fold: NDArray[np.int64]
    ) -> tuple[float, str, NDArray[np.int64], Floats]:
        """The metric of one group, why there is none, its parts, and (parts, 2) what each moves it by, and 1."""
        value, why = self.asked(outcome, given, weight)
        parts = np.unique(fold)
        left = np.full(len(parts), np.nan)
        for place, part in enumerate(parts) if not why and len(parts) >= intervals.FEWEST_CLUSTERS else ():
            stay = fold != part
            left[place], _ = self.asked(outcome[stay], given[stay], None if weight is None else weight[stay])
        moved = (left.mean() - left) * (len(parts) - 1) / max(len(parts), 1) if len(parts) else left
        return math.nan if why else value, why, parts, np.stack([moved, np.ones(len(parts))], axis=-1)


def _folds(unit: NDArray, seed: int, name: str) -> NDArray[np.int64]:
    """Which of 100 parts each person is in: whole clusters, evenly spread, by an addressed draw."""
    names, codes = np.unique(unit, return_inverse=True)
    coin = uniform(sparse(seed, f"folds:{name}", pack(np.arange(len(names)))))
    return np.asarray(np.argsort(np.argsort(coin, kind="stable"), kind="stable") % FOLDS)[codes]
