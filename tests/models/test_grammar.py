"""Conditions: data that compare declared columns with fixed values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.models.grammar import condition

LEVELS = {"age": None, "residence": ("urban", "rural"), "need": None}
ARRAYS = {
    "age": np.array([17, 18, 19, 90]),
    "residence": np.array([0, 1, 1, 0], np.int8),
    "need": np.array([False, True, False, True]),
}


@pytest.mark.parametrize(
    ("table", "held"),
    [
        ({}, [True] * 4),
        ({"age": {"at_least": 18}}, [False, True, True, True]),
        ({"age": {"above": 18}}, [False, False, True, True]),
        ({"age": {"at_most": 18}}, [True, True, False, False]),
        ({"age": {"below": 18}}, [True, False, False, False]),
        ({"age": {"at_least": 18, "below": 90}}, [False, True, True, False]),
        ({"age": {"is": 19}}, [False, False, True, False]),
        ({"age": {"is_not": 19}}, [True, True, False, True]),
        ({"age": {"one_of": [17, 90]}}, [True, False, False, True]),
        ({"need": {"is": True}}, [False, True, False, True]),
        ({"residence": {"is": "rural"}}, [False, True, True, False]),
        ({"residence": {"is_not": "rural"}}, [True, False, False, True]),
        ({"residence": {"one_of": ["rural"]}, "age": {"above": 18}}, [False, False, True, False]),
    ],
)
def test_all_tests_of_all_columns_must_hold(table, held):
    made = condition(table, "who")
    made.check(LEVELS, "who")
    assert made.holds(ARRAYS, LEVELS).tolist() == held
    frame = pd.DataFrame({**ARRAYS, "residence": pd.Categorical.from_codes(ARRAYS["residence"], ["urban", "rural"])})
    assert made.holds(frame).tolist() == held
    assert made.holds(frame.assign(residence=frame["residence"].astype(str))).tolist() == held


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"age": {"atleast": 18}}, "did you mean 'at_least'"),
        ({"age": {}}, "has no test"),
        ({"age": 18}, "must be a table"),
        ([], "must be a table"),
        ({"age": {"at_least": "18"}}, "needs a finite number, found '18'"),
        ({"age": {"at_least": True}}, "needs a finite number"),
        ({"age": {"above": float("nan")}}, "needs a finite number"),
        ({"age": {"one_of": 18}}, "needs a list"),
        ({"age": {"one_of": []}}, "needs a list"),
        ({"age": {"is": [18]}}, "needs a text"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused(table, sentence):
    with pytest.raises(InputError, match=sentence):
        condition(table, "who")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"ages": {"at_least": 18}}, "did you mean 'age'"),
        ({"residence": {"is": "country"}}, "Allowed: rural, urban"),
        ({"residence": {"at_least": 1}}, "has labels"),
    ],
)
def test_only_declared_columns_and_labels_can_be_named(table, sentence):
    with pytest.raises(InputError, match=sentence):
        condition(table, "who").check(LEVELS, "who")


def test_a_condition_holds_for_nobody_in_an_empty_table():
    assert condition({"age": {"at_least": 18}}, "who").holds({"age": np.empty(0, np.int16)}).shape == (0,)
