"""The forms of an outcome: what decisions are judged by, and what models learn from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from synthetic.errors import InputError, unknown

OUTCOME = re.compile(r"(future|recorded):([a-z_]+):([1-9][0-9]{0,2})")
"""An outcome of conduct: whose word (true conduct or the record), which kind, and how many months."""

COLUMN = re.compile(r"column:(\w+):(above|below):(-?[0-9]+(?:\.[0-9]+)?)")
"""An outcome of what people are: which column, and on which side of which number the positive side is."""

FORMS = "deserved, future:KIND:WINDOW, recorded:KIND:WINDOW, column:NAME:above:X, column:NAME:below:X"


def check_outcome(
    outcome: str, kinds: Collection[str], columns: Mapping[str, tuple[str, ...] | None], where: str
) -> str:
    """The outcome. Raises InputError unless it is of a form, a kind of conduct and a column of numbers that there is.

    kinds: names of the kinds of conduct. columns: names of the columns of people with their labels, None for numbers.
    """
    conduct, column = OUTCOME.fullmatch(outcome), COLUMN.fullmatch(outcome)
    if outcome != "deserved" and conduct is None and column is None:
        raise InputError(f"{where} is {outcome!r}, allowed: {FORMS}.")
    if conduct is not None and conduct[2] not in (*kinds, "any"):
        raise unknown(f"kind in {where}", conduct[2], [*kinds, "any"])
    if column is not None and column[1] not in columns:
        raise unknown(f"column in {where}", column[1], columns)
    if column is not None and columns[column[1]] is not None:
        raise InputError(f"{where}: {column[1]!r} has labels; a column of numbers is needed.")
    return outcome
