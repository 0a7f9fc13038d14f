"""Small cells: numbers about fewer people than a chosen minimum are not shown."""

from __future__ import annotations

import pandas as pd


def without_small(findings: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The findings with numbers about fewer than `minimum` people blanked; their n, which tells as much, becomes 0.

    >>> from testbed.findings import frame
    >>> rows = [{"measure": "adverse_rate", "value": 0.5, "n": 4}, {"measure": "adverse_rate", "value": 0.2, "n": 40}]
    >>> without_small(frame(rows), 10)["value"].tolist()
    [nan, 0.2]
    """
    if minimum <= 1:
        return findings
    made = findings.copy()
    small = (made["n"] < minimum) & ~((made["n"] == 0) & made["value"].isna())
    made.loc[small, ["value", "low", "high"]] = float("nan")
    made.loc[small, "why"] = f"fewer than {minimum:,} people"
    made.loc[small, "n"] = 0
    return made
