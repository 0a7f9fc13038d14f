"""A table in memory, and the columns that are asked for by name."""

# Any: a user gives a column by name, as a Series or as any array.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown

WEIGHTS = ("weights", "counts")
"""The roles of a column that weighs rows: sampling weights, or people per row."""


@dataclass
class Held:
    """A table in memory.

    rows: how many rows of the source each row stands for; None for one each.
    sums, squares: sums of the weights (or counts) of those rows, and of their squares.
    weighing: how many of those rows weigh more than 0.
    lost: why there is no score although one is named; `above` then says which scores are above the threshold.
    texts: whether the cells are those of a CSV file, all of them text.
    """

    frame: pd.DataFrame
    rows: NDArray[np.int64] | None = None
    sums: pd.Series | None = None
    squares: NDArray[np.float64] | None = None
    weighing: NDArray[np.int64] | None = None
    above: NDArray[np.bool_] | None = None
    lost: str = ""
    notes: list[str] = field(default_factory=list)
    texts: bool = False


def names_asked(roles: Mapping[str, Any], known: list[str]) -> dict[str, str]:
    """Return the columns that are asked for by name, and what each is for; `a*b` asks for two.

    Raises InputError for an unknown column, and for a pandas Series, whose index the table does not have.
    """
    found: dict[str, str] = {}
    # A column with two roles is first one that findings are split by.
    for role, given in sorted(roles.items(), key=lambda role: role[0] in ("score", *WEIGHTS)):
        many = role in ("groups", "control", "features") and isinstance(given, list | tuple)
        for one in given if many else [given]:
            if isinstance(one, pd.Series):
                raise InputError(
                    f"the {role} Series has an index and the table has none; give series.to_numpy() to go by position."
                )
            if not isinstance(one, str):
                continue
            crossing = role == "groups" and one not in known and "*" in one
            for name in one.split("*") if crossing else [one]:
                if name not in known:
                    raise unknown(f"{role} column", name, known)
                found.setdefault(name, role)
    return found
