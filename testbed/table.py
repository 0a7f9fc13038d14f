"""The audit of a table of real predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from testbed import columns, finding
from testbed.decisions import Table as Table
from testbed.reading import read_table as read_table
from testbed.statistics import correct, expand

MOST_GROUPS = 1000


def audit_table(
    frame: pd.DataFrame,
    *,
    groups: Any,
    outcome: Any = None,
    prediction: Any = None,
    score: Any = None,
    threshold: float | None = None,
    weights: Any = None,
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    clusters: Any = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Findings about a table of predictions: rates per group and crossing, comparisons, intervals.

    Parameters
    ----------
    frame: one row per person, or per count where `weights` holds counts. The columns below are its names, or
        Series that share its index; arrays go by position.
    groups: one column or a list: findings are split by each and by every crossing of two. A text `a*b`
        asks for a crossing alone. A categorical column declares its groups: unused ones are listed with n 0.
    outcome, prediction: labels. Labels among 0 and 1, or booleans: 1 is positive. Any others
        need `positive`; three or more are that one against the rest.
    score, threshold: a score; positive is a score *strictly above* the threshold ("decile > 4" is
        `threshold=4`). Instead of `prediction`.
    weights: whole numbers that sum below 2**53 are numbers of people; others are sampling weights, and
        intervals use the effective size.
    reference: the group that others are compared with, by column; the largest where none is named.
    clusters: what people were drawn by; intervals rest on the clusters, and need ten of them.
    seed: is written into the findings.

    Returns a findings table (scenario `table`, model the prediction or score column). Its
    `attrs["notes"]` are sentences on what was not named and had to be decided: positive labels, references.

    Raises InputError for missing, misaligned or ambiguous input.

    Examples
    --------
    >>> frame = pd.DataFrame({"g": list("aaabbb"), "y": [1, 0, 1, 1, 0, 1], "p": [1, 0, 1, 0, 0, 1]})
    >>> findings = audit_table(frame, groups="g", outcome="y", prediction="p")
    >>> findings.query("measure == 'selection_rate' and split == 'g'")["value"].round(2).tolist()
    [0.67, 0.33]
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"audit_table needs a DataFrame, found {type(frame).__name__}.")
    if not len(frame):
        raise InputError("the table has no rows.")
    if prediction is None and score is None:
        raise InputError("give a prediction or a score to audit.")
    if threshold is not None and (score is None or prediction is not None):
        raise InputError("a threshold goes with a score and without a prediction.")
    table, splits = _grouped(frame, groups)
    labelled = [
        columns.column(frame, given, role)
        for given, role in ((outcome, "outcome"), (prediction, "prediction"))
        if given is not None
    ]
    truths, notes = columns.positives(labelled, positive)
    for found, truth in zip(labelled, truths):
        setattr(table, found.role, truth)
    if score is not None:
        named = columns.column(frame, score, "score")
        table.score = columns.finite(named)
        if threshold is not None:
            if not np.isfinite(threshold):
                raise InputError(f"threshold is {threshold}; a finite number is allowed.")
            table.prediction = table.score > threshold
            notes.append(f"positive prediction: {named.name} above {columns.label(float(threshold))}.")
        model = named.name if prediction is None else labelled[-1].name
    else:
        model = labelled[-1].name
    if weights is not None:
        table.weights, table.weights_are_people = columns.weights(columns.column(frame, weights, "weights"))
    if clusters is not None:
        table.clusters = columns.factorized(columns.column(frame, clusters, "clusters"))[0]
    table.splits = splits
    table.reference = _reference(table, reference or {}, splits, notes)
    from testbed.measures.base import measures

    measures.discover()
    rows = []
    for name in measures.names():
        made = measures.get(name)
        if made.needs == ("table",):
            rows += expand(made, made(table), table, splits=splits, reference=table.reference)
    findings = correct(finding.frame(rows, scenario="table", model=model, seed=seed))
    findings.attrs["notes"] = notes
    return findings


def _grouped(frame: pd.DataFrame, groups: Any) -> tuple[Table, list[str]]:
    given = list(groups) if isinstance(groups, list | tuple) else [groups]
    if not given:
        raise InputError("groups is empty; name at least one column.")
    table = Table(frame, {})
    splits: list[str] = []
    single: list[str] = []
    for at, one in enumerate(given):
        crossing = isinstance(one, str) and one not in frame.columns and "*" in one
        parts: list[Any] = one.split("*") if crossing else [one]
        names = []
        for part in parts:
            found = columns.column(frame, part, "groups", "group" if len(given) == 1 else f"group_{at + 1}")
            if found.name not in table.attributes:
                table.attributes[found.name] = columns.groups(found)
            elif not crossing:
                raise InputError(f"groups names {found.name!r} twice.")
            names.append(found.name)
        splits.append("*".join(names))
        single += [] if crossing else names
    splits += [both for pair in combinations(single, 2) if (both := "*".join(pair)) not in splits]
    for split in splits:
        parts = [split] if split in table.attributes else split.split("*")
        size = int(np.prod([len(table.attributes[name][1]) for name in parts]))
        if size > MOST_GROUPS:
            raise InputError(f"groups {split!r} has {size} groups; at most {MOST_GROUPS} are compared.")
    return table, splits


def _reference(
    table: Table, reference: Mapping[str, object], splits: Sequence[str], notes: list[str]
) -> dict[str, str]:
    """The reference group of each split as text; the largest group, and a note, where none is named."""
    made: dict[str, str] = {}
    for name, group in reference.items():
        if name not in splits and name not in table.attributes:
            raise unknown("reference column", name, [*table.attributes, *splits])
        levels = table.coded(name)[1]
        if columns.label(group) not in levels:
            raise unknown(f"reference group of {name}", columns.label(group), levels)
        made[name] = columns.label(group)
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
