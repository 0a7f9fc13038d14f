"""What the rows of a table weigh: one person each, people per row, or sampling weights."""

# Any: a case or a table, asked for the fields that it has.
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Weighing:
    """What the rows of a table weigh. Arrays are one per row.

    weight: what a row adds to a sum. people: how many it stands for. square: the squared weights of these people, added
    up. One person a row: all three are 1. People per row: all three are that number (one array). A sampling weight w:
    w, 1 and w * w.
    """

    weight: NDArray[np.float64]
    people: NDArray[np.float64]
    square: NDArray[np.float64]

    @property
    def alike(self) -> bool:
        """Whether all people weigh the same, 1: there are no sampling weights."""
        return self.square is self.weight

    def only(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Weighing:
        """The same of some rows."""
        weight = self.weight[rows]
        if self.alike:
            return Weighing(weight, weight, weight)
        return Weighing(weight, self.people[rows], self.square[rows])

    def total(self, column: NDArray[np.generic], code: NDArray[np.integer], groups: int) -> NDArray[np.float64]:
        """Sums of a column by code, below `groups`."""
        return np.asarray(np.bincount(code, weights=column, minlength=groups), float)

    def counted(self, code: NDArray[np.integer], groups: int) -> NDArray[np.int64]:
        """People by code."""
        return np.rint(self.total(self.people, code, groups)).astype(np.int64)

    def effective(self, code: NDArray[np.integer], groups: int) -> NDArray[np.float64]:
        """People by code; of sampling weights as many as would tell as much if they weighed alike.

        Kish (1965): the squared sum of weights over the sum of their squares; at most the people there are.
        """
        return effective(self.total(self.weight, code, groups), self.total(self.square, code, groups))

    def squared(self, influence: NDArray[np.float64], code: NDArray[np.integer], groups: int) -> NDArray[np.float64]:
        """Sums over people, by code, of squared influences; `influence` is that of a row, its weight included.

        Of sampling weights never less than if each of the effective people had the mean square: a heavy row draws the
        value to itself, and would show too little spread.
        """
        if self.alike:
            return self.total(influence**2 / self.weight, code, groups)
        each = (influence / self.weight) ** 2
        seen = self.total(self.square * each, code, groups)
        ratio = per_weight(self.total(self.weight, code, groups), self.total(self.square, code, groups))
        return np.maximum(seen, self.total(self.weight * each, code, groups) * ratio)


def per_weight(weight: ArrayLike, square: ArrayLike) -> NDArray[np.float64]:
    """The mean weight that a unit of weight has: squares over sums, elementwise; 0 where there is no weight."""
    return np.divide(square, weight, out=np.zeros(np.shape(weight)), where=np.asarray(weight) > 0)


def effective(weight: ArrayLike, square: ArrayLike) -> NDArray[np.float64]:
    """Kish's effective number from sums of weights and of their squares, elementwise; of people per row, the people.

    Whole where it is so to nine digits: ten people who weigh a tenth each are ten.
    """
    ratio = per_weight(weight, square)
    made = np.divide(weight, ratio, out=np.zeros(np.shape(weight)), where=ratio > 0)
    return np.where(np.abs(made - np.rint(made)) <= 1e-9 * made, np.rint(made), made)


def weighing(case: Any) -> Weighing | None:
    """The weights of the rows of a case; None if each row is one person."""
    if getattr(case, "weights", None) is None:
        return None
    weight = np.asarray(case.weights, float)
    if getattr(case, "weights_are_people", False):
        return Weighing(weight, weight, weight)
    people, square = getattr(case, "repeats", None), getattr(case, "squares", None)
    return Weighing(
        weight,
        np.ones(len(weight)) if people is None else np.asarray(people, float),
        weight * weight if square is None else square,
    )


def plain(rows: int) -> Weighing:
    """Rows that are one person each."""
    one = np.ones(rows)
    return Weighing(one, one, one)


def weighed(case: Any, keep: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Weighing]:
    """The rows of a case that are kept and have a weight above 0, and their weights."""
    known = weighing(case)
    if known is None:
        at = np.flatnonzero(keep)
        return at, plain(len(at))
    at = np.flatnonzero(keep & (known.weight > 0))
    return at, known.only(at)
