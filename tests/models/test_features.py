"""Records as numbers: one fixed row per record."""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed.models.features import Features, probability

RECORDS = pd.DataFrame(
    {"late": [0, 2, 4], "place": pd.Categorical(["a", "b", "a"], categories=["a", "b", "c"]), "word": ["y", "x", "y"]}
)


def test_labels_become_one_column_per_level_and_numbers_are_centered_and_scaled():
    made = Features.of(RECORDS).matrix(RECORDS)
    spread = np.sqrt(8 / 3)
    late, a, b, c, x, y = made.T
    assert np.allclose(late, [-2 / spread, 0, 2 / spread])
    assert (a.tolist(), b.tolist(), c.tolist()) == ([1, 0, 1], [0, 1, 0], [0, 0, 0])
    assert (x.tolist(), y.tolist()) == ([0, 1, 0], [1, 0, 1])


def test_a_level_that_comes_up_later_is_all_zeros():
    other = RECORDS.assign(word="z")
    assert (Features.of(RECORDS).matrix(other)[:, -2:] == 0).all()


def test_a_column_of_one_value_and_no_rows_at_all_are_finite():
    alike = RECORDS.assign(late=7)
    assert (Features.of(alike).matrix(alike)[:, 0] == 0).all()
    assert Features.of(RECORDS).matrix(RECORDS.iloc[:0]).shape == (0, 6)


def test_a_probability_is_the_logistic_of_the_weighted_sum():
    matrix = np.array([[1.0, 2.0], [0.0, -1.0]])
    expected = 1 / (1 + np.exp(-(0.5 + matrix @ np.array([0.25, -1.0]))))
    assert np.allclose(probability(matrix, np.array([0.25, -1.0]), 0.5), expected)
    assert probability(matrix, np.zeros(2), np.inf).tolist() == [1.0, 1.0]
