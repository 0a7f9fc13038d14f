"""The groups of a table: the splits, their crossings, the strata and the reference groups."""

# Any: a user gives a column by name, as a Series or as any array.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from testbed.case import Table
from testbed.tables.arguments import listed
from testbed.tables.coding import groups as groups_of
from testbed.tables.coding import label
from testbed.tables.columns import Coded, Column, column
from testbed.tables.labels import place

MOST_GROUPS = 1000
MOST_STRATA = 200
TAKEN = {"*": "crosses two columns", "|": "stands before a stratum"}
"""Signs with a meaning in the names of splits."""


def grouped(frame: pd.DataFrame, groups: Any, control: Any, ready: Mapping[str, Coded]) -> tuple[Table, list[str], str]:
    """Return the table with its groups, its splits, and the name of its strata ("" without control)."""
    given = listed(groups)
    if not given:
        raise InputError("groups is empty; at least one column is needed.")
    table = Table(frame.copy(deep=False), {})  # a measure may change its copy
    splits: list[str] = []
    single: list[str] = []
    for at, one in enumerate(given):
        crossing = isinstance(one, str) and one not in frame.columns and "*" in one
        parts: list[Any] = one.split("*") if crossing else [one]
        names = []
        for part in parts:
            found = column(frame, part, "groups", "group" if len(given) == 1 else f"group_{at + 1}", ready)
            _nameable(found)
            if found.name in names:
                raise InputError(f"groups crosses {found.name!r} with itself in {one!r}; cross two different columns.")
            if found.name not in table.attributes:
                table.attributes[found.name] = groups_of(found)
            elif not crossing:
                raise InputError(f"groups names {found.name!r} twice; once is allowed.")
            names.append(found.name)
        splits.append("*".join(names))
        if splits[-1] in splits[:-1]:
            raise InputError(f"groups names {splits[-1]!r} twice; once is allowed.")
        single += [] if crossing else names
    splits += [both for pair in combinations(single, 2) if (both := "*".join(pair)) not in splits]
    strata = _stratified(table, control, ready)
    for split in splits:
        _few_enough(table, split, MOST_GROUPS, "groups {} has {} groups; at most {} are compared.")
    if strata:
        _few_enough(table, "*".join(strata), MOST_STRATA, "control {} has {} strata; at most {} are made.")
    _told_apart(table, splits, strata)
    return table, splits, "*".join(strata)


def _stratified(table: Table, control: Any, ready: Mapping[str, Coded]) -> list[str]:
    """Give the table its strata. Returns the names of their columns."""
    strata: list[str] = []
    for at, one in enumerate(listed(control)):
        found = column(table.people, one, "control", "control" if at == 0 else f"control_{at + 1}", ready)
        _nameable(found)
        if found.name in table.attributes:
            raise InputError(
                f"control names {found.name!r}, which groups names too, or which is named twice; once is allowed."
            )
        table.attributes[found.name] = groups_of(found)
        strata.append(found.name)
    return strata


def _nameable(found: Column) -> None:
    """Raise InputError for a column with a name that means something else among the splits of the findings."""
    sign = next((sign for sign in TAKEN if sign in found.name), found.name)
    if sign in TAKEN:
        raise InputError(f"{found}: {sign!r} in a name {TAKEN[sign]} in the findings; rename the column.")
    if found.name in ("", "all"):
        raise InputError(
            f"{found}: findings about everyone are named 'all', and every column needs a name; rename the column."
        )


def _told_apart(table: Table, splits: Sequence[str], strata: Sequence[str]) -> None:
    """Raise InputError if two groups of a crossing, or two strata, would be written alike."""
    levels = {name: names for name, (_, names) in table.attributes.items()}
    for split in [*splits, *(["*".join(strata)] if strata else [])]:
        every = ["*".join(parts) for parts in product(*(levels[name] for name in split.split("*")))]
        if len(set(every)) < len(every):
            twice = next(one for one in every if every.count(one) > 1)
            raise InputError(f"two groups of {split!r} are both written {twice!r}; use values without '*'.")
    for name in strata:
        wrong = next((level for level in levels[name] if "|" in level), None)
        if wrong is not None:
            raise InputError(
                f"control column {name!r} has the value {wrong!r}; '|' stands before a stratum in findings, so values "
                "without it are allowed."
            )
    for split in splits if strata else ():
        if "" in levels.get(split, ()):
            raise InputError(f"groups column {split!r} has a group without a name; with control every group needs one.")


def _few_enough(table: Table, split: str, most: int, said: str) -> None:
    """Raise InputError with the sentence if a split has more groups than `most`."""
    parts = [split] if split in table.attributes else split.split("*")
    size = int(np.prod([len(table.attributes[name][1]) for name in parts]))
    if size > most:
        raise InputError(said.format(repr(split), size, most))


def references(
    table: Table, reference: Mapping[str, object], splits: Sequence[str], notes: list[str]
) -> dict[str, str]:
    """Return the reference group of each split: the one named, or the largest group, with a note."""
    made: dict[str, str] = {}
    for name, group in reference.items():
        if name not in splits and name not in table.attributes:
            raise unknown("reference column", name, {*table.attributes, *splits})
        levels = table.coded(name)[1]
        at = place(label(group), levels)
        if at is None:
            raise unknown(f"reference group of {name}", label(group), levels)
        made[name] = levels[at]
    for split in splits:
        parts = [split] if split in table.attributes else split.split("*")
        if split in made:
            continue
        if len(parts) > 1 and all(part in made for part in parts):
            made[split] = "*".join(made[part] for part in parts)
            continue
        counts = table.cells(split)
        made[split] = counts.levels[int(np.argmax(counts.cells.sum(axis=1)))]
        notes.append(f"reference of {split}: {made[split]}, the largest group.")
    return made
