"""How small a description can be that decides as the scheme does: the fewest leaves of a tree.

What is described are decisions from the record that the scheme reads, not from what people know: `hidden` says what
they can foresee. People for whom a lot decides are left out, since no description can tell a lot.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.opacity.foresight import half
from testbed.measures.opacity.knowledge import as_numbers
from testbed.measures.opacity.predictability import asked, mostly_chance
from testbed.statistics import quantile

LEAVES = 1_024
RECALL = 0.95
HALVES = 10
"""Times the grids are halved into those that a description is made from and those that it is tried on."""
MOST = 8_192
"""People of each decision in the sample. Recall is a mean over decisions, so their shares need not be kept."""

Floats = NDArray[np.float64]
Described = Callable[[Floats, NDArray[np.int64], Floats, NDArray[np.int64]], Floats]
"""(rows, decisions) to learn from and (rows, decisions) to be tried on -> mean recall at size 1, 2, ..."""

small = partial(
    measure,
    harm="opacity",
    better="none",
    needs=("history", "asking"),
    interval=f"where the limits of the mean recall over {HALVES} halvings of the grids reach 0.95; t({HALVES - 1}), "
    "variance after Nadeau and Bengio (2003)",
    gap="",
    splits=False,
    default=False,
)
UPPER = (
    "An upper bound: a better search may find a smaller one. It describes decisions from the record, which people may "
    "not see."
)


@dataclass(frozen=True)
class Decided:
    """What is described: rows of numbers (n, columns), decisions as codes 0..2, and the grid of each person."""

    rows: Floats
    decision: NDArray[np.int64]
    grids: NDArray[np.int64]
    seed: int = 0


def decided(case: Case) -> Decided | str:
    """Records and decisions of an addressed sample of people, or why there is nothing to describe."""
    made = asked(case)
    if why := mostly_chance(made):
        return why
    decision = np.asarray(case.history.decision(case.periods - 1), np.int64)
    open_to = np.asarray(case.scored, bool) & ~_drawn(case)
    ids = np.asarray(case.people.index, np.int64)
    place = of_each_decision(decision, open_to, ids, case.seed)
    records = case.records.iloc[case.records.index.get_indexer(pd.Index(ids[place]))]
    rows = np.column_stack([column for name in records for column in as_numbers(records[name])])
    return Decided(rows.astype(np.float64), decision[place] + 1, case.society.grids[place], case.seed)


def of_each_decision(
    decision: NDArray[np.integer], open_to: NDArray[np.bool_], ids: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Places of an addressed sample of the people of each decision (-1, 0, +1) among those who are open to it.

    >>> of_each_decision(np.array([0, -1, 0]), np.array([True, True, False]), np.arange(3), 0).tolist()
    [0, 1]
    """
    order = np.argsort(draws.sparse(seed, "opacity:described", draws.pack(ids)), kind="stable")
    return np.sort(np.concatenate([order[open_to[order] & (decision[order] == code)][:MOST] for code in (-1, 0, 1)]))


def _drawn(case: Case) -> NDArray[np.bool_]:
    """For whom a lot decides: their score lies at a shared cut-off, or two answers about their record differ."""
    found = np.zeros(len(case.people), bool)
    at = case.people.index.get_indexer(case.records.index)
    if case.scheme.decide is not None and case.scores is not None:
        found[at] = case.scheme.decide.torn(case.scores.score)
    first, second = (np.asarray(case.ask(case.records, coins=coins).decision) for coins in (1, 2))
    found[at] |= first != second
    return found


def smallest(what: Decided | str, describe: Described, most: int) -> Row:
    """The row of the smallest size at which the mean recall on the other half reaches 0.95."""
    if isinstance(what, str):
        return Row(math.nan, why=what)
    n, units = len(what.decision), np.unique(what.grids)
    if len(np.unique(what.decision)) < 2:
        return Row(math.nan, n=n, why="everybody is decided alike, lots apart")
    if len(units) < 2:
        return Row(math.nan, n=n, why="all people are in one grid: no one is left to try a description on")
    curves = []
    for pool in range(HALVES):
        inside = half(what.seed, units, pool)[np.searchsorted(units, what.grids)]
        if len(np.unique(what.decision[inside])) < 2 or inside.all():
            return Row(math.nan, n=n, why="one half holds one decision only")
        rows, decision = what.rows, what.decision
        curve = describe(rows[inside], decision[inside], rows[~inside], decision[~inside])[:most]
        curves.append(np.pad(curve, (0, most - len(curve)), mode="edge"))
    recall = np.array(curves)
    middle = recall.mean(axis=0)
    # Halves share half of their people: a pool adds less than a new sample would.
    error = recall.std(axis=0, ddof=1) * math.sqrt(1 / HALVES + 1)
    reach = float(quantile(0.05, HALVES - 1)) * error
    value, low, high = (_first(side) for side in (middle, middle + reach, middle - reach))
    if math.isinf(value):
        return Row(math.nan, float(most), math.inf, n, why=f"above {most}")
    return Row(value, low, high, n)


def _first(curve: Floats) -> float:
    """The first size, from 1, at which a curve reaches the recall; infinite if none does."""
    there = np.flatnonzero(curve >= RECALL - 1e-12)
    return float(there[0] + 1) if len(there) else math.inf


def mean_recall(said: NDArray[np.int64], decision: NDArray[np.int64]) -> float:
    """The share told rightly of each decision, averaged over the decisions that occur.

    >>> mean_recall(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]))
    0.75
    """
    return float(np.mean([(said[decision == code] == code).mean() for code in np.unique(decision)]))


def leaves(rows: Floats, decision: NDArray[np.int64], others: Floats, truth: NDArray[np.int64]) -> Floats:
    """Mean recall on other people of a tree of 1, 2, ... leaves, every decision weighed alike.

    One tree is grown best first. scikit-learn numbers the children of its i-th split 2i + 1 and 2i + 2, so the tree of
    L leaves is what the first L - 1 splits leave.
    """
    from sklearn.tree import DecisionTreeClassifier

    fitted = DecisionTreeClassifier(max_leaf_nodes=LEAVES, class_weight="balanced", random_state=0).fit(rows, decision)
    tree = fitted.tree_
    says = np.asarray(fitted.classes_)[tree.value[:, 0, :].argmax(axis=1)]
    paths = fitted.decision_path(others).tocsc()
    weight = np.zeros(3)
    kinds, many = np.unique(truth, return_counts=True)
    weight[kinds] = 1 / (many * len(kinds))
    worth = np.zeros(tree.node_count)
    for node in range(tree.node_count):
        there = truth[paths.indices[paths.indptr[node] : paths.indptr[node + 1]]]
        worth[node] = weight[says[node]] * (there == says[node]).sum()
    parents = np.flatnonzero(tree.children_left >= 0)
    first = tree.children_left[parents]
    gained = (worth[first] + worth[tree.children_right[parents]] - worth[parents])[np.argsort(first)]
    return np.asarray(worth[0] + np.concatenate([[0.0], np.cumsum(gained)]))


@small(
    "surrogate_leaves",
    unit="leaves",
    reference="MEASURES section 2; Craven and Shavlik 1996 (NIPS): trees that describe a model",
    caveats=UPPER,
)
def surrogate_leaves(case: Case) -> Row:
    """Fewest leaves of a decision tree whose mean recall over decisions is 0.95 on people of other grids.

    Trees are grown best first, every decision weighed alike. NaN, "above 1024", with 1,024 as the lower limit, if no
    tree gets there. NaN where hardly anything but chance decides.
    """
    return smallest(decided(case), leaves, LEAVES)
