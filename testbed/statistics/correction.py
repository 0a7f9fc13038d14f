"""Many comparisons at once: p values corrected over the comparisons of one harm in one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's (1979) adjusted p values: the chance of any false rejection in the family stays below the level.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(np.minimum(p[order] * np.arange(len(p), 0, -1), 1.0))
    made = np.empty_like(p)
    made[order] = adjusted
    return made


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p values that bound the false discovery rate (Benjamini and Hochberg 1995).

    As `scipy.stats.false_discovery_control` to the last digit, without the seconds that importing it takes.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p)
    scaled = p[order] * (len(p) / np.arange(1, len(p) + 1))
    made = np.empty_like(p)
    made[order] = np.clip(np.minimum.accumulate(scaled[::-1])[::-1], 0, 1)
    return made


def _one_name(measure: str, same: Mapping[str, str]) -> str:
    """The name that a `_p` row shares with every row that is the same number by declaration.

    >>> _one_name("conditional_false_negative_gap_p", {"false_negative_gap": "true_positive_gap"})
    'conditional_true_positive_gap'
    """
    name, bracket, inside = measure.partition("[")
    stem = name.removesuffix("_p").removesuffix("_observed").removeprefix("conditional_")
    ends = name.removesuffix("_p").split(stem)
    if stem in same:
        stem, other, within = same[stem].partition("[")
        bracket, inside = (other, within) if other else (bracket, inside)
    return f"{ends[0]}{stem}{bracket}{inside}"


READ = ("scenario", "model", "harm", "seed", "split", "measure", "group", "versus", "value")
"""The columns by which p values are put into comparisons and families."""


def comparisons(tests: pd.DataFrame, same: Mapping[str, str]) -> NDArray[np.int64]:
    """The number of the comparison that each `_p` row tests: rows that are the same number by declaration share one.

    same: rows that are another row's number, or 1 minus it, or its negative. A comparison of all groups is that of the
    pair where it is declared to be the pair's number and one pair alone has a p value.
    """
    alone: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    rows = []
    for *where, split, measure, group, versus, p in zip(*(tests[name].tolist() for name in READ)):
        name = _one_name(measure, same)
        stratum = group.rpartition("|")[2] if "|" in split and "|" in group else ""
        place, key = (*where, split, stratum, name), (*where, split, name, group, versus)
        rows.append((place, key, not versus and name != _one_name(measure, {})))
        if versus and p == p:
            alone.setdefault(place, set()).add(key)
    number: dict[tuple[object, ...], int] = {}
    made = []
    for place, key, declared in rows:
        pairs = alone.get(place, set()) if declared else set()
        made.append(number.setdefault(next(iter(pairs)) if len(pairs) == 1 else key, len(number)))
    return np.array(made, np.int64)


def _adjusted(tests: pd.DataFrame, same: Mapping[str, str]) -> dict[str, list[float]]:
    """The adjusted p values of each family, by suffix. NaN stays NaN and is in no family."""
    p, which = tests["value"].to_numpy(), comparisons(tests, same)
    made = {"_holm": np.full(len(p), np.nan), "_bh": np.full(len(p), np.nan)}
    families: dict[tuple[object, object], list[int]] = {}
    for at, (harm, seed, value) in enumerate(zip(tests["harm"].tolist(), tests["seed"].tolist(), p.tolist())):
        if value == value:
            families.setdefault((harm, seed), []).append(at)
    for defined in families.values():
        _, first, back = np.unique(which[defined], return_index=True, return_inverse=True)
        once = p[defined][first]
        made["_holm"][defined] = holm(once)[back]
        made["_bh"][defined] = benjamini_hochberg(once)[back]
    return {suffix: adjusted.tolist() for suffix, adjusted in made.items()}


def correct(findings: pd.DataFrame, same: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The findings with a `_p_holm` and a `_p_bh` row after each `_p` row.

    The family is the comparisons of one harm and one seed in the table given. Rows that are the same number by
    declaration (`same`, see `testbed.measure.same_rows`) are one comparison: they count once, and share their corrected
    p. A row whose p is NaN is not in the family; its corrected rows are NaN too. Rows corrected before are replaced, so
    that correcting twice changes nothing.
    """
    names = [(name.partition("["), at) for at, name in enumerate(findings["measure"].tolist())]
    kept = [(name, at) for name, at in names if not name[0].endswith(("_p_holm", "_p_bh"))]
    tests = [at for name, at in kept if name[0].endswith("_p")]
    if not tests:
        return findings.iloc[[at for _, at in kept]].reset_index(drop=True)
    corrected = _adjusted(findings[list(READ)].iloc[tests], same or {})
    rows: list[int] = []
    measures: list[str] = []
    values: list[float] = []
    value, place = findings["value"].tolist(), {at: k for k, at in enumerate(tests)}
    for (name, bracket, inside), at in kept:
        rows.append(at)
        measures.append(name + bracket + inside)
        values.append(value[at])
        if at in place:
            for suffix, adjusted in corrected.items():
                rows.append(at)
                measures.append(name + suffix + bracket + inside)
                values.append(adjusted[place[at]])
    return findings.iloc[rows].assign(measure=measures, value=values).reset_index(drop=True)
