"""Many comparisons at once: p values corrected over the comparison rows of one harm in one run."""

from __future__ import annotations

from collections.abc import Callable
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
    """Adjusted p values that bound the false discovery rate (Benjamini and Hochberg 1995), by scipy."""
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p, method="bh"))


def _adjusted(tests: pd.DataFrame, method: Callable[[NDArray], NDArray]) -> NDArray[np.float64]:
    """The p values of each family, adjusted; what is NaN stays so and counts for nothing."""
    made = np.full(len(tests), np.nan)
    p = tests["value"].to_numpy()
    for at in tests.groupby(["harm", "seed"]).indices.values():
        defined = at[~np.isnan(p[at])]
        if len(defined):
            made[defined] = method(p[defined])
    return made


def correct(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings with a `_p_holm` and a `_p_bh` row after each `_p` row.

    The family is the comparison rows of one harm and one seed in the table given. A row whose p is NaN
    is not in the family; its corrected rows are NaN too. Rows corrected before are replaced, so that
    correcting twice changes nothing.
    """
    import pandas as pd

    stem = findings["measure"].str.partition("[")[0]
    corrected = stem.str.endswith(("_p_holm", "_p_bh"))
    findings, stem = findings[~corrected], stem[~corrected]
    findings = findings.reset_index(drop=True)
    tests = findings[stem.reset_index(drop=True).str.endswith("_p")]
    if tests.empty:
        return findings
    parts = [findings.assign(_place=np.arange(len(findings)) * 3)]
    for offset, (suffix, method) in enumerate({"_holm": holm, "_bh": benjamini_hochberg}.items(), start=1):
        rows = tests.assign(value=_adjusted(tests, method), _place=tests.index * 3 + offset)
        name, bracket, inside = (tests["measure"].str.partition("[")[part] for part in range(3))
        rows["measure"] = name + suffix + bracket + inside
        parts.append(rows)
    made = pd.concat(parts, ignore_index=True).sort_values("_place", kind="stable", ignore_index=True)
    return made.drop(columns="_place")
