"""A table in memory, and what is asked of it by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown

WEIGHTS = ("weights", "counts")
"""What a column that weighs rows is for: sampling weights, or people per row."""


@dataclass
class Held:
    """A table in memory. rows: how many of the source each row stands for, or None where it is one each.

    sums, squares: of the weights (or counts) of those rows. weighing: how many of them weigh more than 0. lost: why
    there is no score although one is named; `above` then says whether it is above the threshold. texts: the cells are
    those of a CSV file, all of them text.
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
    """Columns that are asked for by name, and what each is for; `a*b` asks for two.

    Raises InputError for one that the table does not have, and for a pandas Series, which has no place in it.
    """
    found: dict[str, str] = {}
    # A column that is asked for twice is first what findings are split by.
    for role, given in sorted(roles.items(), key=lambda role: role[0] in ("score", *WEIGHTS)):
        many = role in ("groups", "control", "features") and isinstance(given, list | tuple)
        for one in given if many else [given]:
            if isinstance(one, pd.Series):
                raise InputError(
                    f"the {role} Series has an index and the table has none: give series.to_numpy() to go by position."
                )
            if not isinstance(one, str):
                continue
            crossing = role == "groups" and one not in known and "*" in one
            for name in one.split("*") if crossing else [one]:
                if name not in known:
                    raise unknown(f"{role} column", name, known)
                found.setdefault(name, role)
    return found
