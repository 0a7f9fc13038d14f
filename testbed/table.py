"""The audit of a table of real predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown
from testbed import columns, finding
from testbed.reading import read_table as read_table
from testbed.statistics import correct, expand
from testbed.statistics.counts import CellCounts, counted

MOST_GROUPS = 1000


@dataclass(eq=False)
class Table:
    """A table as measures see it: the part of a case that needs no world. Arrays are one per row.

    attributes: codes and levels per group column. prediction, outcome: whether positive, or None.
    splits, reference: what findings are split by, and the group of each that others are compared with.
    """

    people: pd.DataFrame
    attributes: dict[str, tuple[NDArray[np.integer], tuple[str, ...]]]
    prediction: NDArray[np.bool_] | None = None
    outcome: NDArray[np.bool_] | None = None
    score: NDArray[np.float64] | None = None
    weights: NDArray[np.float64] | None = None
    weights_are_people: bool = True
    clusters: NDArray[np.integer] | None = None
    splits: Sequence[str] = ()
    reference: Mapping[str, str] = field(default_factory=dict)
    _finest: CellCounts | None = None

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Every row is in scope."""
        return np.ones(len(self.people), bool)

    def coded(self, split: str) -> tuple[NDArray[np.integer], tuple[str, ...]]:
        """Codes per row and levels of a column, or of a crossing `a*b` with all its combinations."""
        names = [split] if split in self.attributes else split.split("*")
        codes, levels = self.attributes[names[0]]
        for name in names[1:]:
            more, others = self.attributes[name]
            size = len(levels) * len(others)
            small: Any = np.uint8 if size < 256 else np.uint16 if size < 65536 else np.int64
            codes = codes.astype(small) * small(len(others)) + more.astype(small)
            levels = tuple(f"{a}*{b}" for a in levels for b in others)
        return codes, levels

    def cells(self, split: str) -> CellCounts:
        """The counts of a split. Without clusters every split is a margin of the finest crossing, counted once."""
        names = list(self.attributes)
        shape = [len(levels) for _, levels in self.attributes.values()]
        if self.clusters is not None or (split in names and len(names) == 1) or np.prod(shape) > 1 << 16:
            return counted(self, split)
        if self._finest is None:
            self._finest = counted(self, "*".join(names))
        asked = [] if split == "all" else [split] if split in names else split.split("*")
        kept = [names.index(name) for name in asked]
        gone = tuple(at for at in range(len(names)) if at not in kept)
        rank = [sorted(kept).index(at) for at in kept]

        def margin(counts: NDArray) -> NDArray:
            summed = counts.reshape(*shape, 4).sum(axis=gone)
            return summed.transpose(*rank, len(rank)).reshape(-1, 4)

        levels: tuple[str, ...] = ("all",)
        if asked:
            levels = self.attributes[asked[0]][1]
            for name in asked[1:]:
                levels = tuple(f"{a}*{b}" for a in levels for b in self.attributes[name][1])
        fine = self._finest
        squares = None if fine.squares is None else margin(fine.squares)
        return CellCounts(levels, margin(fine.cells), margin(fine.rows), squares)


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
