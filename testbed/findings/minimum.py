"""Small cells: numbers about fewer people than a chosen minimum are not shown, nor are the names of such groups."""

# Any: an argument can be anything until it is checked.
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.findings.pooling import KEY, POOLED

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
    people, nor are they in a crossing, a stratum or the reason of another row. A number over several seeds is blank
    where that of one seed is: the people may be the same in all of them. A count (`_numerator`) is blank if it is above
    0 and below the minimum itself.

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
    hidden = list(dict.fromkeys(small))
    pseudonym = f"under {minimum:,} people"
    for side in ("group", "versus"):
        pairs = pd.MultiIndex.from_arrays([made["split"], made[side]])
        named = {pair: any(_part(one).search(pair[1]) for one in _of(hidden, pair[0])) for pair in pairs.unique()}
        here = np.array([named[pair] for pair in pairs], bool)
        made.loc[here, side] = pseudonym
        few |= here
    made["why"] = [_unnamed(why, _of(hidden, split), pseudonym) for split, why in zip(made["split"], made["why"])]
    made.loc[few, ["value", "low", "high"]] = float("nan")
    made.loc[few, "why"] = f"fewer than {minimum:,} people"
    made.loc[few, "n"] = 0
    return made.drop_duplicates(ignore_index=True)


@cache
def _part(name: str) -> re.Pattern[str]:
    """The name of a group as a whole label, or as a part of a crossing (`x*y`) or stratum (`x|z`)."""
    return re.compile(rf"(?:^|[*|]){re.escape(name)}(?:$|[*|])")


def _of(hidden: list[tuple[str, str]], split: str) -> list[str]:
    """The names of hidden groups that can stand in rows of a split, which may be a crossing or within strata."""
    parts = {split, *split.split("|"), *re.split(r"[*|]", split)}
    return [name for one, name in hidden if one in parts]


def _unnamed(said: str, hidden: list[str], pseudonym: str) -> str:
    """A sentence without the names of some groups; a word that is spelled as one goes too."""
    for name in hidden if said else ():
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", pseudonym, said)
    return said


def without_quotes(said: str) -> str:
    """A sentence on a failure without what the failing code said, as that may hold somebody's value.

    >>> without_quotes("model mine failed on 40 records (ValueError: could not read 'Eve').")
    'model mine failed on 40 records (ValueError).'
    """
    return QUOTED.sub(r"(\1)", said)


def small_groups(
    coded: Callable[[str], tuple[NDArray[np.integer], Sequence[str]]],
    splits: Iterable[str],
    minimum: int,
    counts: NDArray[Any] | None = None,
) -> list[tuple[str, str]]:
    """The groups of each split with at least one and fewer than `minimum` people.

    coded: for each split the code of each row, and the labels of the codes. counts: people per row (None: one).

    >>> small_groups(lambda split: (np.array([0, 1, 1]), ("f", "m")), ["sex"], 2)
    [('sex', 'f')]
    """
    found = []
    for split in splits:
        codes, levels = coded(split)
        sizes = np.bincount(codes, weights=counts, minlength=len(levels))
        found += [(split, level) for level, size in zip(levels, sizes) if 0 < size < minimum]
    return found
