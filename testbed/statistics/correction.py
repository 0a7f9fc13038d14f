"""Many comparisons at once: p values corrected over the comparison rows of one harm in one run."""

from __future__ import annotations

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


def _adjusted(tests: pd.DataFrame) -> dict[str, list[float]]:
    """The adjusted p values of each family, by suffix. NaN stays NaN and is in no family."""
    p = tests["value"].to_numpy()
    made = {"_holm": np.full(len(p), np.nan), "_bh": np.full(len(p), np.nan)}
    for at in tests.groupby(["harm", "seed"]).indices.values():
        defined = at[~np.isnan(p[at])]
        if len(defined):
            made["_holm"][defined] = holm(p[defined])
            made["_bh"][defined] = benjamini_hochberg(p[defined])
    return {suffix: adjusted.tolist() for suffix, adjusted in made.items()}


def correct(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings with a `_p_holm` and a `_p_bh` row after each `_p` row.

    The family is the comparison rows of one harm and one seed in the table given. A row whose p is NaN
    is not in the family; its corrected rows are NaN too. Rows corrected before are replaced, so that
    correcting twice changes nothing.
    """
    names = [(name.partition("["), at) for at, name in enumerate(findings["measure"].tolist())]
    kept = [(name, at) for name, at in names if not name[0].endswith(("_p_holm", "_p_bh"))]
    tests = [at for name, at in kept if name[0].endswith("_p")]
    if not tests:
        return findings.iloc[[at for _, at in kept]].reset_index(drop=True)
    corrected = _adjusted(findings.iloc[tests])
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
