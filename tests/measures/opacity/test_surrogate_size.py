"""The size of a description: rules whose smallest tree and points sheet are known by construction."""

import math

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from synthetic import draws
from testbed.measures.opacity.points_sheet import ITEMS, cut_offs, items
from testbed.measures.opacity.surrogate_size import LEAVES, Decided, leaves, mean_recall, smallest

N, GRID, COLUMNS = 4_000, 100, 5


def bits(seed=1):
    words = draws.uniform(draws.dense(seed, "bits", 0, N * COLUMNS)).reshape(N, COLUMNS)
    return (words < 0.5).astype(float)


def size_of(rule, describe, most, seed=1):
    rows = bits(seed)
    return smallest(Decided(rows, np.asarray(rule(rows), np.int64), np.arange(N) // GRID, seed), describe, most)


def exact(row, value):
    return (row.value, row.low, row.high) == (value, value, value)


RULES = {
    "one rule": (lambda x: x[:, 2], 2, 1),
    "and": (lambda x: x[:, 0] * x[:, 1], 3, 2),
    "two of three": (lambda x: x[:, :3].sum(axis=1) >= 2, 6, 3),
    "three decisions": (lambda x: x[:, 0] + x[:, 1], 4, 2),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_the_leaves_and_the_items_that_it_takes(name):
    """With five leaves or two items, one of eight equal cells is told wrongly: a recall of 0.875 of two of three."""
    rule, tree, sheet = RULES[name]
    assert exact(size_of(rule, leaves, LEAVES), tree)
    assert exact(size_of(rule, items, ITEMS), sheet)


def test_a_rule_that_no_sum_of_points_tells_has_leaves_but_no_sheet():
    def xor(x):
        return (x[:, 0] + x[:, 1]) % 2

    # A greedy tree finds the two bits among five by luck only: four leaves at least, and a whole tree has 32.
    assert 4 <= size_of(xor, leaves, LEAVES).value <= 32
    row = size_of(xor, items, ITEMS)
    assert (row.why, row.low) == ("above 64", 64)
    assert math.isinf(row.high)


def test_a_secret_rule_keyed_on_ids_has_no_description():
    for describe, most in ((leaves, LEAVES), (items, ITEMS)):
        row = size_of(lambda x: draws.uniform(draws.dense(9, "secret", 0, N)) < 0.3, describe, most)
        assert (row.why, row.low) == (f"above {most}", most)


def test_rules_on_counts_and_points_for_each_unit_take_one_item():
    rows = np.column_stack([np.arange(N) % 17, np.arange(N) % 23]).astype(float)
    by_unit = Decided(rows, (3 * rows[:, 0] + 5 * rows[:, 1] > 60).astype(np.int64), np.arange(N) // GRID)
    assert smallest(by_unit, items, ITEMS).value == 2
    one = Decided(rows, (rows[:, 1] > 20).astype(np.int64), np.arange(N) // GRID)
    assert exact(smallest(one, items, ITEMS), 1)


@pytest.mark.parametrize("size", [2, 5, 9, 30])
def test_the_tree_of_so_many_leaves_is_the_one_that_is_fitted_with_them(size):
    rows = np.column_stack([bits(3), draws.uniform(draws.dense(3, "age", 0, N))])
    decision = (rows[:, 0] + rows[:, 1] * rows[:, 5] + draws.uniform(draws.dense(3, "noise", 0, N)) > 1.2).astype(int)
    half = N // 2
    found = leaves(rows[:half], decision[:half], rows[half:], decision[half:])
    fitted = DecisionTreeClassifier(max_leaf_nodes=size, class_weight="balanced", random_state=0)
    said = fitted.fit(rows[:half], decision[:half]).predict(rows[half:])
    assert found[size - 1] == pytest.approx(mean_recall(said, decision[half:]))


def test_cut_offs_are_those_of_most_recall_among_all_pairs():
    total = np.array([0.0, 1, 1, 2, 2, 3, 3, 3, 4])
    decision = np.array([0, 0, 1, 1, 0, 1, 2, 2, 2])
    low, high = cut_offs(total, decision)
    found = mean_recall(np.where(total < low, 0, np.where(total >= high, 2, 1)), decision)
    levels = [*range(6)]
    best = max(
        mean_recall(np.where(total < a, 0, np.where(total >= b, 2, 1)), decision) for a in levels for b in levels[a:]
    )
    assert found == pytest.approx(best)


def test_one_decision_or_one_grid_leaves_nothing_to_describe():
    rows = bits()
    alike = Decided(rows, np.ones(N, np.int64), np.arange(N) // GRID)
    assert smallest(alike, leaves, LEAVES).why == "everybody is decided alike, lots apart"
    alone = Decided(rows, rows[:, 0].astype(np.int64), np.zeros(N, np.int64))
    assert "one grid" in smallest(alone, leaves, LEAVES).why
