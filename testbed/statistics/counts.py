"""Rates from mergeable counts: one bincount over packed (cluster, group, outcome, prediction) codes.

A *cell* is outcome and prediction together: 0 true negative, 1 false positive, 2 false negative,
3 true positive. A rate is declared by the cells of its numerator and of its denominator, so that any
number of rates comes from one counting.
"""

# Any: a case or a table, asked for the fields that it has.
from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from testbed.measure import PerPerson
from testbed.statistics.weights import Weighing, weighing

TN, FP, FN, TP = range(4)
BLOCK = 1 << 16
"""Keys that are counted at a time."""
LARGEST_TABLE = 1 << 22
"""Entries of a cluster table above which only the pairs (cluster, group) that occur are laid down."""


class People(Protocol):
    """The part of a case, or of a table, that statistics need. Arrays have one value per person.

    `clusters` may be None (everybody independent), `weights` too. `weights` are sampling weights, or people per
    row where `weights_are_people`.
    """

    people: Any
    scored: NDArray[np.bool_]
    clusters: NDArray[np.integer] | None

    def coded(self, split: str) -> tuple[NDArray[np.integer], tuple[str, ...]]:
        """Codes of a split (an attribute or a crossing `a*b`) per person, below 0 for nobody's, and its levels."""
        ...


@dataclass(frozen=True)
class Rate:
    """A rate declared by its cells. `nobody` says why it is undefined if its denominator is empty."""

    name: str
    numerator: tuple[int, ...]
    denominator: tuple[int, ...]
    nobody: str

    def sums(self, cells: NDArray[np.number]) -> tuple[NDArray[np.number], NDArray[np.number]]:
        """Events and trials from counts whose last axis is the cell."""
        return cells[..., list(self.numerator)].sum(axis=-1), cells[..., list(self.denominator)].sum(axis=-1)


class CellRate(PerPerson):
    """A 0/1 rate of the decision table of a case.

    It is counted by its cells; the per-person numerator and denominator that any measure gives are laid
    down only when somebody asks for them.
    """

    rate: Rate
    case: Any

    def __init__(self, case: Any, rate: Rate) -> None:
        laid_down = ("numerator", "denominator")
        left = {one.name: one.default for one in fields(PerPerson) if one.name not in laid_down}
        for name, value in {**left, "qualifiers": {}, "unit": "rate", "case": case, "rate": rate}.items():
            object.__setattr__(self, name, value)

    @cached_property
    def numerator(self) -> NDArray[np.bool_]:
        """Who is scored and in a cell of the numerator."""
        return within(self.case, self.rate.numerator)

    @cached_property
    def denominator(self) -> NDArray[np.bool_]:
        """Who is scored and in a cell of the denominator."""
        return within(self.case, self.rate.denominator)


@dataclass(frozen=True)
class Pairs:
    """Sums per (cluster, group) that occurs: arrays of one length; the last axis of `sums` is what is summed."""

    cluster: NDArray[np.int64]
    group: NDArray[np.int64]
    sums: NDArray[np.number]


@dataclass(frozen=True)
class CellCounts:
    """Counts of a decision table by group.

    cells: (groups, 4), weighted. rows: (groups, 4) people. squares: (groups, 4) sums of squared sampling
    weights, None where there are none. pairs: the cells by cluster and group, or None.
    """

    levels: tuple[str, ...]
    cells: NDArray[np.number]
    rows: NDArray[np.number]
    squares: NDArray[np.float64] | None = None
    pairs: Pairs | None = None

    def weighing(self) -> Weighing:
        """What the cells weigh, as rows, group by group."""
        cells = self.cells.ravel().astype(float)
        if self.squares is None:
            return Weighing(cells, cells, cells)
        return Weighing(cells, self.rows.ravel().astype(float), self.squares.ravel())


@dataclass
class _Held:
    cells: dict[str, CellCounts] = field(default_factory=dict)
    clusters: tuple[NDArray[np.int64], int] | None = None


_held: WeakKeyDictionary[Any, _Held] = WeakKeyDictionary()


def _memory(case: Any) -> _Held:
    """The counts of this case so far; kept while the case lives."""
    try:
        return _held.setdefault(case, _Held())
    except TypeError:
        return _Held()


def coded(case: Any, split: str) -> tuple[NDArray[np.integer], tuple[str, ...]]:
    """Codes and levels of a split; everybody is one group where the split is `all`."""
    if split == "all":
        return np.zeros(len(case.people), np.int8), ("all",)
    found: tuple[NDArray[np.integer], tuple[str, ...]] = case.coded(split)
    return found


def dense_ids(ids: NDArray[np.integer]) -> tuple[NDArray[np.int64], int]:
    """Ids renamed 0, 1, ... where they are scattered; as they are (less their smallest) where they are close."""
    ids = np.asarray(ids)
    if not len(ids):
        return ids.astype(np.int64), 0
    low, high = int(ids.min()), int(ids.max())
    if high - low < 2 * len(ids) + 1024:
        return ids.astype(np.int64) - low, high - low + 1
    names, codes = np.unique(ids, return_inverse=True)
    return codes, len(names)


def clusters_of(case: Any) -> tuple[NDArray[np.int64], int] | None:
    """Cluster codes per person and how many there are; None where people are independent."""
    if getattr(case, "clusters", None) is None:
        return None
    held = _memory(case)
    if held.clusters is None:
        held.clusters = dense_ids(case.clusters)
    return held.clusters


def cell_counts(case: Any, split: str) -> CellCounts:
    """The decision table of a case by the groups of a split; counted once per case and split.

    Uses `case.prediction`, `case.outcome` (None counts as negative), `case.scored`, `case.weights`,
    `case.clusters`. A case that can give its own (`case.cells(split)`) is asked instead.
    """
    held = _memory(case)
    if split not in held.cells:
        given = getattr(case, "cells", None)
        held.cells[split] = given(split) if given is not None else counted(case, split)
    return held.cells[split]


def packed(case: Any) -> NDArray[np.uint8]:
    """The cell of each person, 0 to 3, as bytes; what a case lacks counts as negative."""
    cell = np.zeros(len(case.people), np.uint8)
    if case.outcome is not None:
        cell += np.asarray(case.outcome, bool).view(np.uint8)
        cell *= np.uint8(2)
    if case.prediction is not None:
        cell += np.asarray(case.prediction, bool).view(np.uint8)
    return cell


def within(case: Any, cells: tuple[int, ...]) -> NDArray[np.bool_]:
    """Who is scored and in one of these cells of the decision table."""
    inside = np.zeros(4, bool)
    inside[list(cells)] = True
    return np.asarray(inside[packed(case)] & np.asarray(case.scored, bool))


def counted(case: Any, split: str) -> CellCounts:
    """Count the decision table of a case by the groups of a split (see `cell_counts`)."""
    codes, levels = coded(case, split)
    groups = len(levels)
    known = weighing(case)
    cell = packed(case)
    keep = np.asarray(case.scored, bool)
    if codes.dtype.kind != "u":
        keep = keep & (codes >= 0)
    if known is not None:
        keep = keep & (known.weight > 0)
    everybody = bool(keep.all())
    if not everybody:
        codes, cell = codes[keep], cell[keep]
        known = None if known is None else known.only(keep)
    small: Any = np.uint8 if 4 * groups <= 256 else np.uint16 if 4 * groups <= 65536 else np.int64
    key = codes.astype(small) * small(4) + cell
    size = 4 * groups
    rows = (tallied(key, size) if known is None else known.counted(key, size)).reshape(groups, 4)
    cells: NDArray[np.number] = rows
    squares = None
    if known is not None and not known.alike:
        cells = known.total(known.weight, key, size).reshape(groups, 4)
        squares = known.total(known.square, key, size).reshape(groups, 4)
    pairs = None
    clusters = clusters_of(case)
    if clusters is not None:
        owner = clusters[0] if everybody else clusters[0][keep]
        weights = None if known is None else known.weight
        pairs = pair_sums(owner, clusters[1], codes, groups, cell=cell, weights=weights)
    return CellCounts(levels, cells, rows, squares, pairs)


def tallied(key: NDArray[np.integer], size: int) -> NDArray[np.int64]:
    """How often each key below `size` occurs; in blocks that stay near the processor, which halves the time."""
    if len(key) <= BLOCK or size > BLOCK:
        return np.bincount(key, minlength=size)
    total = np.zeros(size, np.int64)
    for start in range(0, len(key), BLOCK):
        total += np.bincount(key[start : start + BLOCK], minlength=size)
    return total


def pair_sums(
    owner: NDArray[np.int64],
    n_owners: int,
    codes: NDArray[np.integer],
    groups: int,
    *,
    cell: NDArray[np.integer] | None = None,
    columns: tuple[NDArray[np.generic], ...] = (),
    weights: NDArray[np.number] | None = None,
) -> Pairs:
    """Sums per cluster and group: of people by cell, or of `columns` (each (n,), already weighted)."""
    key = owner * groups + codes
    if n_owners * groups <= max(LARGEST_TABLE, 2 * len(key)) // 4:
        places, index, total = np.arange(n_owners * groups), key, n_owners * groups
    else:
        places, index = np.unique(key, return_inverse=True)
        total = len(places)
    if cell is not None:
        sums = np.bincount(index * 4 + cell, weights=weights, minlength=4 * total).reshape(total, 4)
        present = sums.any(axis=1)
    else:
        sums = np.stack([np.bincount(index, weights=column, minlength=total) for column in columns], axis=-1)
        present = np.bincount(index, minlength=total) > 0
    places = places[present]
    return Pairs(places // groups, places % groups, sums[present])
