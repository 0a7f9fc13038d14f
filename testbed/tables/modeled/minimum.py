"""Small cells: numbers about fewer people than a chosen minimum are not shown, nor are the names of such groups."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from testbed.case import Table


def without_small(findings: pd.DataFrame, minimum: int, small: Iterable[tuple[str, str]] = ()) -> pd.DataFrame:
    """The findings with numbers about fewer than `minimum` people blanked; their n, which tells as much, becomes 0.

    small: pairs of split and group with so few people. Their names are not shown either, as they are values of these
    people.

    >>> from testbed.findings import frame
    >>> rows = [{"measure": "adverse_rate", "value": 0.5, "n": 4}, {"measure": "adverse_rate", "value": 0.2, "n": 40}]
    >>> without_small(frame(rows), 10)["value"].tolist()
    [nan, 0.2]
    """
    if minimum <= 1:
        return findings
    made = findings.copy()
    few = (made["n"] < minimum) & ~((made["n"] == 0) & made["value"].isna())
    hidden = set(small)
    for side in ("group", "versus"):
        here = np.array([pair in hidden for pair in zip(made["split"], made[side])], bool)
        made.loc[here, side] = f"under {minimum:,} people"
        few |= here
    made.loc[few, ["value", "low", "high"]] = float("nan")
    made.loc[few, "why"] = f"fewer than {minimum:,} people"
    made.loc[few, "n"] = 0
    return made.drop_duplicates(ignore_index=True)


def small_groups(table: Table, minimum: int) -> list[tuple[str, str]]:
    """The groups of each split with at least one and fewer than `minimum` people.

    >>> import numpy as np
    >>> few = Table(pd.DataFrame(index=range(3)), {"sex": (np.array([0, 1, 1]), ("f", "m"))}, splits=("sex",))
    >>> small_groups(few, 2)
    [('sex', 'f')]
    """
    found = []
    for split in table.splits:
        codes, levels = table.coded(split)
        sizes = np.bincount(codes, minlength=len(levels))
        found += [(split, level) for level, size in zip(levels, sizes) if 0 < size < minimum]
    return found
