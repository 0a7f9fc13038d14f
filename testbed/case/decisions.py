"""A table of decisions, with the part of a case's interface that needs no world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.statistics import CellCounts, counted

Number = TypeVar("Number", bound=np.number)
Kind = TypeVar("Kind", bound=np.generic)

LARGEST_CROSSING = 1 << 16
"""Groups of the finest crossing of all columns up to which every split is a margin of it."""


@dataclass(eq=False)
class Table:
    """Decisions, outcomes and scores, one per row, with the groups of each row.

    attributes: codes and levels per group column. prediction, outcome: whether positive, or None.
    weights: people per row (`weights_are_people`), or sampling weights.
    splits, reference: what findings are split by, and the group of each that others are compared with.
    features: columns by which people are alike or not. repeats, squares: where a row stands for several rows with
    sampling weights, how many weigh anything, and the sum of their squared weights.
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
    features: pd.DataFrame | None = None
    repeats: NDArray[np.int64] | None = None
    squares: NDArray[np.float64] | None = None
    seed: int = 0
    _finest: CellCounts | None = None

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Every row is in scope."""
        return np.ones(len(self.people), bool)

    def coded(self, split: str) -> tuple[NDArray[np.integer], tuple[str, ...]]:
        """Codes per row and levels of a column, or of a crossing `a*b` with all its combinations."""
        if split == "all":
            return np.zeros(len(self.people), np.uint8), ("all",)
        names = [split] if split in self.attributes else split.split("*")
        codes, levels = self.attributes[names[0]]
        for name in names[1:]:
            more, others = self.attributes[name]
            size = len(levels) * len(others)
            small: type[np.integer] = np.uint8 if size < 256 else np.uint16 if size < 65536 else np.int64
            codes = codes.astype(small) * small(len(others)) + more.astype(small)
            levels = tuple(f"{a}*{b}" for a in levels for b in others)
        return codes, levels

    def cells(self, split: str) -> CellCounts:
        """The counts of a split. Without clusters every split is a margin of the finest crossing, counted once."""
        names = list(self.attributes)
        shape = [len(levels) for _, levels in self.attributes.values()]
        alone = not names or (len(names) == 1 and split in names)
        if self.clusters is not None or alone or np.prod(shape) > LARGEST_CROSSING:
            return counted(self, split)
        if self._finest is None:
            self._finest = counted(self, "*".join(names))
        asked = [] if split == "all" else [split] if split in names else split.split("*")
        kept = [names.index(name) for name in asked]
        gone = tuple(at for at in range(len(names)) if at not in kept)
        rank = [sorted(kept).index(at) for at in kept]

        def margin(counts: NDArray[Number]) -> NDArray[Number]:
            summed: NDArray[Number] = counts.reshape(*shape, 4).sum(axis=gone)
            return summed.transpose(*rank, len(rank)).reshape(-1, 4)

        levels: tuple[str, ...] = ("all",)
        if asked:
            levels = self.attributes[asked[0]][1]
            for name in asked[1:]:
                levels = tuple(f"{a}*{b}" for a in levels for b in self.attributes[name][1])
        fine = self._finest
        squares = None if fine.squares is None else margin(fine.squares)
        return CellCounts(levels, margin(fine.cells), margin(fine.rows), squares)

    def only(self, rows: NDArray[np.int64]) -> Table:
        """The same table with some of its rows; groups that become empty stay listed."""

        def cut(column: NDArray[Kind] | None) -> NDArray[Kind] | None:
            return None if column is None else column[rows]

        return replace(
            self,
            people=self.people.iloc[rows],
            attributes={name: (codes[rows], levels) for name, (codes, levels) in self.attributes.items()},
            prediction=cut(self.prediction),
            outcome=cut(self.outcome),
            score=cut(self.score),
            weights=cut(self.weights),
            clusters=cut(self.clusters),
            features=None if self.features is None else self.features.iloc[rows],
            repeats=cut(self.repeats),
            squares=cut(self.squares),
            _finest=None,
        )
