"""The people of a table: features with their own types, groups and outcomes as the audit of a table reads them."""

# Any: a user gives a table of any library.
from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from synthetic.errors import InputError, unknown
from testbed.tables.frames import held
from testbed.tables.reading import typed


@dataclass(frozen=True)
class Read:
    """A table in memory. frame: all columns as they were read. whole: features, and columns that errors read."""

    frame: pd.DataFrame
    whole: pd.DataFrame
    features: tuple[str, ...]

    @property
    def records(self) -> pd.DataFrame:
        """The features, in the order in which the model gets them."""
        return self.whole[list(self.features)]


def check(features: Any, groups: Any, outcome: Any) -> None:
    """Raise InputError unless columns are named by texts, at least one feature, and none twice."""
    if isinstance(features, str) or not isinstance(features, Sequence) or not features:
        raise InputError(f"features is {features!r}; a list of columns is needed, at least one.")
    named = [("features", one) for one in features] + [("groups", one) for one in _listed(groups)]
    for role, one in [*named, *([("outcome", outcome)] if outcome is not None else [])]:
        if not isinstance(one, str):
            raise InputError(f"{role} is a {type(one).__name__}; the name of a column is needed.")
    for role in ("features", "groups"):
        mine = [one for kind, one in named if kind == role]
        twice = next((one for one in mine if mine.count(one) > 1), None)
        if twice is not None:
            raise InputError(f"{role} names {twice!r} twice; once is allowed.")
    if outcome is not None and outcome in features:
        raise InputError(f"the outcome {outcome!r} is also a feature, so the model would be told what it predicts.")


def read_people(frame: Any, features: Sequence[str], groups: Any, outcome: str | None, beside: Sequence[str]) -> Read:
    """The table, read whole. beside: columns that errors read. Raises InputError for one that is not there."""
    check(features, groups, outcome)
    extra = [one for one in dict.fromkeys(beside) if one not in features]
    roles: dict[str, Any] = {"groups": _listed(groups), "outcome": outcome, "features": list(features)}
    roles |= {f"errors' {one}": one for one in extra}
    source = held(frame, roles, threshold=None, stream=False, counted=False)
    table = source.frame.reset_index(drop=True)
    if not len(table):
        raise InputError("the table has no rows.")
    known = [str(name) for name in table.columns]
    for role, names in (("features", features), ("errors'", extra)):
        for name in names:
            if name not in known:
                raise unknown(f"{role} column", name, known)
            if known.count(name) > 1:
                raise InputError(f"{role} column {name!r} is in the table {known.count(name)} times; once is allowed.")
    wanted = [*features, *extra]
    for name in wanted:
        _hashable(table[name], name)
    whole = pd.DataFrame({name: typed(table[name]) for name in wanted}) if source.texts else table[wanted].copy()
    return Read(table, whole, tuple(features))


def _hashable(values: pd.Series, name: str) -> None:
    """Raise InputError for a column with cells that are no plain values, such as lists."""
    if values.dtype != object:
        return
    try:
        pd.factorize(values)
    except TypeError:
        first = next(type(one).__name__ for one in values if not isinstance(one, Hashable))
        raise InputError(f"features column {name!r} holds a {first}; texts and numbers are allowed.") from None


def _listed(groups: Any) -> list[Any]:
    return list(groups) if isinstance(groups, list | tuple) else [groups]
