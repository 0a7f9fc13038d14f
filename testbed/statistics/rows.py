"""The rows of one part of a measure: values by group, differences from a reference, comparisons of all groups."""

# Any: a case or a table, parts of a measure of any kind, and cells of a row.
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.measure import Measure, Row, written
from testbed.statistics import comparisons, spreads
from testbed.statistics.counts import coded
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import estimate
from testbed.statistics.intervals import FEWEST_CLUSTERS

Array = NDArray[np.float64]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Across:
    """A part that compares all groups of each split: largest minus smallest, or smallest over largest.

    `parts`: one or more PerPerson (or parts with `estimates`); of several the worse counts.
    kind: "difference" or "ratio".
    """

    parts: tuple[Any, ...]
    kind: str = "difference"
    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True)
class Against:
    """A part that compares each group of each split with the reference group, signed.

    kind "difference": mean over `parts` of value_g - value_r; "ratio": value_g / value_r of one part.
    `name` replaces the measure's own. `four_fifths`: a 0/1 row decided in whole numbers beside it.
    `test`: a `_p` row beside it.
    """

    parts: tuple[Any, ...]
    kind: str = "difference"
    name: str = ""
    four_fifths: bool = False
    test: bool = True
    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    unit: str = ""


def reference_of(case: Any, split: str, made: Estimates, reference: Mapping[str, str]) -> int:
    """The index of the group that the others of a split are compared with. Raises InputError if it is not a group."""
    name = reference.get(split)
    if name is None and "*" in split and all(part in reference for part in split.split("*")):
        name = "*".join(reference[part] for part in split.split("*"))
    if name is None:
        codes, levels = coded(case, split)
        weights = getattr(case, "weights", None)
        inside = codes >= 0
        scored = getattr(case, "scored", None)
        if scored is not None:
            inside = inside & np.asarray(scored, bool)
        size = np.bincount(codes[inside], None if weights is None else weights[inside], minlength=len(levels))
        return int(np.argmax(size))
    if name not in made.levels:
        raise unknown(f"reference group of {split}", name, made.levels)
    return made.levels.index(name)


def _named(measure: Measure, part: Any, suffix: str = "", name: str = "") -> str:
    return written(name or measure.name, part.qualifiers, measure.qualifiers, part.suffix + suffix)


def _unit(measure: Measure, part: Any) -> str:
    return getattr(part, "unit", "") or measure.unit


def _row(
    measure: Measure,
    name: str,
    split: str,
    group: str,
    versus: str,
    numbers: tuple[float, float, float],
    n: int,
    why: str,
    unit: str,
) -> dict[str, Any]:
    value, low, high = map(float, numbers)
    if math.isnan(value):
        low = high = math.nan
        why = why or "it cannot be computed"
    else:
        why = ""
    return {
        "measure": name,
        "harm": measure.harm,
        "split": split,
        "group": group,
        "versus": versus,
        "value": value,
        "low": low,
        "high": high,
        "unit": unit,
        "n": int(n),
        "why": why,
    }


def row_as_given(measure: Measure, part: Row) -> dict[str, Any]:
    numbers = (part.value, part.low, part.high)
    place, unit = (part.split, part.group, part.versus), _unit(measure, part)
    row = _row(measure, _named(measure, part), *place, numbers, part.n, part.why, unit)
    beyond = math.isnan(part.value) and math.isinf(part.high)  # not reached: all that is known is where it is not
    return row | {"low": float(part.low), "high": float(part.high)} if beyond else row


def rows_of_values(measure: Measure, part: Any, made: Estimates, split: str) -> Rows:
    name, unit, (low, high) = _named(measure, part), _unit(measure, part), made.limits()
    rows = [
        _row(measure, name, split, made.levels[k], "", (made.value[k], low[k], high[k]), made.n[k], made.why[k], unit)
        for k in range(len(made.levels))
    ]
    return [row | terms(made.sums, k) for k, row in enumerate(rows)]


def terms(sums: tuple[tuple[float, Array, Array], ...], k: int, r: int | None = None) -> dict[str, Any]:
    """What group k's number is made of, less group r's: weights, numerators, denominators; nothing if it is no ratio.

    >>> terms(((1.0, np.array([1.0, 2.0]), np.array([4.0, 5.0])),), 1, 0)
    {'terms': ((1.0, 2.0, 5.0), (-1.0, 1.0, 4.0))}
    """
    here = [(weight, float(a[k]), float(b[k])) for weight, a, b in sums]
    there = [(-weight, float(a[r]), float(b[r])) for weight, a, b in sums] if r is not None else []
    return {"terms": (*here, *there)} if here else {}


def _undefined(made: Estimates, *groups: int) -> str:
    """Which of the groups have no value, and why: "" if all have one."""
    return "; ".join(f"{made.levels[k]}: {made.why[k]}" for k in groups if np.isnan(made.value[k]))


def rows_of_gaps(measure: Measure, part: Any, made: Estimates, split: str, r: int) -> Rows:
    g = np.delete(np.arange(len(made.levels)), r)
    if not len(g):
        return []
    against = np.full(len(g), r)
    gap = made.value[g] - made.value[r]
    low, high = comparisons.differences(made, g, against)
    name = _named(measure, part, name=measure.gap)
    n = np.minimum(made.n[g], made.n[r])
    rows, unit = [], _unit(measure, part)
    tests = _tests(measure, part, made, split, g, r, measure.gap, n)
    for i, k in enumerate(g.tolist()):
        numbers = (gap[i], low[i], high[i])
        why = _undefined(made, k, r)
        row = _row(measure, name, split, made.levels[k], made.levels[r], numbers, n[i], why, unit)
        rows.append(row | terms(made.sums, k, r))
        rows += tests[i]
    return rows


def _tests(
    measure: Measure,
    part: Any,
    made: Estimates,
    split: str,
    g: NDArray[np.int64],
    r: int,
    stem: str,
    n: NDArray[np.number],
    detect: bool = True,
) -> list[Rows]:
    """The `_p` and, of differences, `_detectable` rows of signed comparisons of one quantity, per compared group."""
    if made.exact and not made.alike:
        return [[] for _ in g]
    against = np.full(len(g), r)
    p = comparisons.p_values(made, g, against)
    seen = comparisons.detectable(made, g, against)
    name_p, name_d = _named(measure, part, "_p", stem), _named(measure, part, "_detectable", stem)
    tested = comparisons.shared_freedom(made, g, against)
    rows: list[Rows] = []
    for i, k in enumerate(g.tolist()):
        units = min(made.units[k], made.units[r])
        untested = f"{units:.1f} effective clusters, {FEWEST_CLUSTERS} are needed for an interval"
        untested = untested if np.isnan(tested[i]) else "there is no spread to test against"
        few = _undefined(made, k, r) or untested
        place = (split, made.levels[k], made.levels[r])
        found = [_row(measure, name_p, *place, (p[i], math.nan, math.nan), n[i], few, "p")]
        if made.binary and detect:
            none = few if np.isnan(p[i]) else "the pooled rate is 0 or 1"
            found.append(_row(measure, name_d, *place, (seen[i], math.nan, math.nan), n[i], none, _unit(measure, part)))
        rows.append(found)
    return rows


def rows_across(measure: Measure, part: Across, case: Any, split: str) -> Rows:
    rates = [estimate(each, case, split) for each in part.parts]
    everybody, observed = spreads.across(rates, part.kind)
    rows = []
    unit = _unit(measure, part)
    for suffix, found in (("", everybody), ("_observed", observed)):
        if found is None:
            continue
        numbers = (found.value, found.low, found.high)
        rows.append(_row(measure, _named(measure, part, suffix), split, "", "", numbers, found.n, found.why, unit))
        # The ratio of the same rates would be the same test a second time.
        if part.kind == "difference" and not all(made.exact for made in rates):
            why = found.why or "a pair of groups cannot be tested: too few groups or clusters, or no spread"
            name = _named(measure, part, f"{suffix}_p")
            rows.append(_row(measure, name, split, "", "", (found.p, math.nan, math.nan), found.n, why, "p"))
    return rows


def rows_against(measure: Measure, part: Against, case: Any, split: str, reference: Mapping[str, str]) -> Rows:
    rates = [estimate(each, case, split) for each in part.parts]
    made = rates[0]
    r = reference_of(case, split, made, reference)
    g = np.delete(np.arange(len(made.levels)), r)
    if not len(g):
        return []
    against = np.full(len(g), r)
    stem = part.name or measure.name
    n = np.min([np.minimum(each.n[g], each.n[r]) for each in rates], axis=0)
    if part.kind == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(made.value[r] > 0, made.value[g] / made.value[r], np.nan)
        low, high = comparisons.ratios(made, g, against)
    else:
        value = np.mean([each.value[g] - each.value[r] for each in rates], axis=0)
        low, high = comparisons.mean_differences(rates, g, against)
    single = len(rates) == 1
    sums = tuple((weight / len(rates), a, b) for each in rates for weight, a, b in each.sums)
    sums = sums if all(each.sums for each in rates) else ()
    tests = (
        _tests(measure, part, made, split, g, r, stem, n, part.kind == "difference")
        if single and part.test
        else [[] for _ in g]
    )
    rows, unit = [], _unit(measure, part)
    for i, k in enumerate(g.tolist()):
        why = "; ".join(dict.fromkeys(text for each in rates if (text := _undefined(each, k, r))))
        if not why and part.kind == "ratio" and made.value[r] == 0:
            why = f"the rate of {made.levels[r]} is 0"
        place = (split, made.levels[k], made.levels[r])
        row = _row(measure, _named(measure, part, "", stem), *place, (value[i], low[i], high[i]), n[i], why, unit)
        rows.append(row | (terms(sums, k, r) if part.kind == "difference" else {}))
        if part.four_fifths:
            verdict = math.nan if why else float(four_fifths(made, k, r))
            name = _named(measure, part, "_four_fifths", stem)
            rows.append(_row(measure, name, *place, (verdict, math.nan, math.nan), n[i], why, "flag"))
        rows += tests[i]
    return rows


def four_fifths(made: Estimates, g: int, r: int) -> bool:
    """Whether group g's rate is at least four fifths of r's, decided without division: 5 a M >= 4 b N.

    Whole numbers for counts of people; sampling weights are compared as the exact fractions that floats are.
    """
    from fractions import Fraction

    if made.events is not None and made.trials is not None:
        a, b = int(made.events[g]), int(made.events[r])
        n, m = int(made.trials[g]), int(made.trials[r])
        return 5 * a * m >= 4 * b * n
    assert made.weighted is not None
    events, trials = made.weighted
    a_, b_, n_, m_ = (Fraction(float(x)) for x in (events[g], events[r], trials[g], trials[r]))
    return 5 * a_ * m_ >= 4 * b_ * n_
