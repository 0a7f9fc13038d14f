"""Small cells: numbers about fewer people than a chosen minimum are not shown, nor are the names of such groups."""

# Any: an argument can be anything until it is checked.
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.findings.pooling import KEY, POOLED

if TYPE_CHECKING:
    import pandas as pd

NOT_PEOPLE = ("seeds", "models", "rules")
"""Units of numbers that count something else than people."""
OF_RULES = ("discretion_share", "widest_discretion", "out_of_scope_rules")
"""Measures of a rule book alone: their n is no number of people."""
QUOTED = re.compile(r"\((\w+): .*\)", re.DOTALL)
"""What failing code said, after the kind of its error."""
COUNT = "_numerator"
"""The suffix of numbers that count people, or what belongs to single people."""


def checked_minimum(given: Any) -> int:
    """The minimum that a user asks for. Raises InputError unless it is a whole number, 0 or more."""
    if isinstance(given, bool) or not isinstance(given, Integral) or given < 0:
        raise InputError(f"minimum is {given!r}; a whole number, 0 or more, is allowed.")
    return int(given)


def without_small(findings: pd.DataFrame, minimum: int, small: Iterable[tuple[str, str]] = ()) -> pd.DataFrame:
    """The findings with numbers about fewer than `minimum` people blanked; their n, which tells as much, becomes 0.

    small: pairs of split and group with so few people. Their names are not shown either, as they are values of these
    people. A number over several seeds is blank where that of one seed is: the people may be the same in all of them.
    A count (`_numerator`) is blank if it is above 0 and below the minimum itself.

    >>> from testbed.findings import frame
    >>> rows = [{"measure": "adverse_rate", "value": 0.5, "n": 4}, {"measure": "adverse_rate", "value": 0.2, "n": 40}]
    >>> without_small(frame(rows), 10)["value"].tolist()
    [nan, 0.2]
    """
    if minimum <= 1:
        return findings
    made = findings.copy()
    few = (made["n"] < minimum) & ~((made["n"] == 0) & made["value"].isna())
    few |= made["measure"].str.contains(COUNT, regex=False) & (made["value"] > 0) & (made["value"] < minimum)
    few &= ~made["unit"].isin(NOT_PEOPLE) & ~made["measure"].str.startswith(OF_RULES)
    few |= (made["seed"] == POOLED) & few.groupby([made[name] for name in KEY]).transform("any")
    hidden = set(small)
    for side in ("group", "versus"):
        here = np.array([pair in hidden for pair in zip(made["split"], made[side])], bool)
        made.loc[here, side] = f"under {minimum:,} people"
        few |= here
    made.loc[few, ["value", "low", "high"]] = float("nan")
    made.loc[few, "why"] = f"fewer than {minimum:,} people"
    made.loc[few, "n"] = 0
    return made.drop_duplicates(ignore_index=True)


def without_quotes(said: str) -> str:
    """A sentence on a failure without what the failing code said, as that may hold somebody's value.

    >>> without_quotes("model mine failed on 40 records (ValueError: could not read 'Eve').")
    'model mine failed on 40 records (ValueError).'
    """
    return QUOTED.sub(r"(\1)", said)


def small_groups(
    coded: Callable[[str], tuple[NDArray[np.integer], Sequence[str]]], splits: Iterable[str], minimum: int
) -> list[tuple[str, str]]:
    """The groups of each split with at least one and fewer than `minimum` people.

    coded: for each split the code of each person, and the labels of the codes.

    >>> small_groups(lambda split: (np.array([0, 1, 1]), ("f", "m")), ["sex"], 2)
    [('sex', 'f')]
    """
    found = []
    for split in splits:
        codes, levels = coded(split)
        sizes = np.bincount(codes, minlength=len(levels))
        found += [(split, level) for level, size in zip(levels, sizes) if 0 < size < minimum]
    return found
