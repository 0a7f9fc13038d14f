"""The fewest items of a points sheet that decides as the scheme does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import Row
from testbed.measures.opacity.surrogate_size import UPPER, Floats, decided, mean_recall, small, smallest

ITEMS = 64
STEPS = 8
"""Thresholds tried for each column."""
LARGEST = 100
"""The largest number of points of an item; points are whole."""


def candidates(rows: Floats) -> tuple[list[tuple[int, float]], Floats]:
    """Possible items (column, threshold; NaN: points for each unit), and the values they take in the rows."""
    items: list[tuple[int, float]] = []
    for column in range(rows.shape[1]):
        values = np.unique(rows[:, column])
        if len(values) < 2:
            continue
        if len(values) > 2:
            items.append((column, np.nan))
        cuts = values[1:]
        if len(cuts) > STEPS:
            cuts = np.unique(np.quantile(rows[:, column], np.arange(1, STEPS + 1) / (STEPS + 1), method="higher"))
        items += [(column, float(cut)) for cut in cuts]
    return items, values_of(items, rows)


def values_of(items: list[tuple[int, float]], rows: Floats) -> Floats:
    """What each item counts in the rows: (n, items).

    >>> values_of([(0, np.nan), (0, 2.0)], np.array([[1.0], [3.0]])).tolist()
    [[1.0, 0.0], [3.0, 1.0]]
    """
    made = [rows[:, column] if np.isnan(cut) else rows[:, column] >= cut for column, cut in items]
    return np.column_stack(made).astype(np.float64) if made else np.empty((len(rows), 0))


def forward(values: Floats, aim: Floats, weight: Floats, most: int) -> tuple[list[int], list[Floats]]:
    """Items in the order in which each lowers the weighted squared error most, and the weights after each.

    Orthogonal matching pursuit on the Gram matrix (Pati, Rezaiifar and Krishnaprasad 1993).
    """
    share = weight / weight.sum()
    middle = share @ values
    centered = values - middle
    gram = (centered * share[:, None]).T @ centered
    toward = (centered * share[:, None]).T @ (aim - share @ aim)
    left, pull, floor = gram.copy(), toward.copy(), 1e-9 * np.maximum(gram.diagonal(), 1e-300)
    order: list[int] = []
    weights = []
    for _ in range(min(most, len(toward))):
        size = left.diagonal()
        gain = np.divide(pull**2, size, out=np.zeros_like(size), where=size > floor)
        gain[order] = 0
        best = int(gain.argmax())
        if gain[best] <= 1e-12:
            break
        order.append(best)
        pull = pull - left[:, best] * (pull[best] / left[best, best])
        left = left - np.outer(left[:, best], left[best]) / left[best, best]
        weights.append(np.linalg.lstsq(gram[np.ix_(order, order)], toward[order], rcond=None)[0])
    return order, weights


def cut_offs(total: Floats, decision: NDArray[np.int64]) -> tuple[float, float]:
    """The two totals, below the first of which decisions are adverse and from the second favored, of most recall."""
    levels, at = np.unique(total, return_inverse=True)
    shares = np.zeros((len(levels) + 1, 3))
    for code in np.unique(decision):
        shares[1:, code] = np.bincount(at[decision == code], minlength=len(levels)) / (decision == code).sum()
    under = np.cumsum(shares, axis=0)  # of each decision, the share below a cut-off at each level, and above all
    first, second = under[:, 0] - under[:, 1], under[:, 1] - under[:, 2]
    best = np.maximum.accumulate(first)
    top = int((best + second).argmax())
    low = int(first[: top + 1].argmax())
    edges = np.append(levels, np.inf)
    return float(edges[low]), float(edges[top])


def items(rows: Floats, decision: NDArray[np.int64], others: Floats, truth: NDArray[np.int64]) -> Floats:
    """Mean recall on other people of a points sheet of 1, 2, ... items, every decision weighed alike."""
    possible, values = candidates(rows)
    if not possible:
        return np.array([mean_recall(np.full(len(truth), decision[0]), truth)])
    many = np.bincount(decision, minlength=3)
    order, weights = forward(
        values, decision.astype(np.float64) - 1.0, np.asarray(1.0 / many[decision], np.float64), ITEMS
    )
    ours, theirs = values[:, order], values_of([possible[one] for one in order], others)
    recall = []
    for size, found in enumerate(weights, start=1):
        points = np.round(found * (LARGEST / np.abs(found).max()))
        low, high = cut_offs(ours[:, :size] @ points, decision)
        total = theirs[:, :size] @ points
        recall.append(mean_recall(np.where(total < low, 0, np.where(total >= high, 2, 1)), truth))
    return np.array(recall or [1 / len(np.unique(truth))])


@small(
    "surrogate_items",
    unit="items",
    reference="MEASURES section 2; Ustun and Rudin 2016 (Machine Learning 102): points sheets",
    caveats=f"{UPPER} Items are chosen one after another by least squares, and their points rounded to whole numbers "
    f"up to {LARGEST}.",
)
def surrogate_items(case: Case) -> Row:
    """Fewest items of a points sheet whose mean recall over decisions is 0.95 on people of other grids.

    An item is a column of the record: points for each unit of it, or once from a threshold on. Two cut-offs on the
    whole points make three decisions. NaN, "above 64", with 64 as the lower limit, if no sheet gets there. NaN where
    hardly anything but chance decides.
    """
    return smallest(decided(case), items, ITEMS)
