"""Leaving out the rows of a table that lack a value that is asked for, with the number of them, by column."""

# Any: a user gives a column by name, as a Series or as any array.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import missing
from synthetic.errors import InputError
from testbed.tables.arguments import listed
from testbed.tables.held import Held, names_asked


def without_missing(source: Held, asked: Mapping[str, Any]) -> tuple[Held, dict[str, Any]]:
    """The table without the rows that lack a value, and what is asked for with the same rows left out of its arrays.

    A note says how many rows were left out, and how many lack a value in each column. Raises InputError if no row is
    left.
    """
    frame, n = source.frame, len(source.frame)
    known = list(map(str, frame.columns))
    lacking: dict[str, NDArray[np.bool_]] = {}
    for role, one in ((role, one) for role, given in asked.items() for one in listed(given)):
        if isinstance(one, str):
            lacking |= {f"column {name!r}": missing(frame[name]) for name in names_asked({role: one}, known)}
        elif hasattr(one, "__len__") and len(one) == n:
            lacking[f"{role} {getattr(one, 'name', None) or 'array'}"] = missing(pd.Series(one))
    lacking = {what: absent for what, absent in lacking.items() if absent.any()}
    if not lacking:
        return source, dict(asked)
    kept = ~np.logical_or.reduce(list(lacking.values()))
    counts = ", ".join(f"{int(absent.sum()):,} in {what}" for what, absent in lacking.items())
    if not kept.any():
        raise InputError(f"every row of the table lacks a value: {counts}; nothing is left to audit.")
    left_out = f"{int((~kept).sum()):,} of {n:,} rows were left out because a value is missing: {counts}."
    made = replace(source, frame=frame[kept], notes=[*source.notes, left_out])
    return made, {role: _kept(given, kept) for role, given in asked.items()}


def _kept(given: Any, kept: NDArray[np.bool_]) -> Any:
    """What a role is given as, without the rows that are left out; names stay."""
    if isinstance(given, list | tuple) and any(isinstance(one, str) or hasattr(one, "__len__") for one in given):
        return [_kept(one, kept) for one in given]
    if isinstance(given, pd.Series):
        return given[kept]
    if given is None or isinstance(given, str) or not hasattr(given, "__len__") or len(given) != len(kept):
        return given
    return np.asarray(given)[kept]
