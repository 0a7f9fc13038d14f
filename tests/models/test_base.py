"""Asking a model: what is accepted, what is refused, and the sentence that says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.models.base import ModelError, Scores, ask, fitted, higher_is, needs, row_wise

RECORDS = pd.DataFrame({"utility_late": [0, 1, 2]}, index=pd.Index([5, 7, 9], name="person"))


def saying(answer):
    """A model that always gives this answer."""
    return lambda records: answer


@pytest.mark.parametrize(
    "answer", [[1, 2, 3], (1.0, 2.5, 3.0), np.array([True, False, True]), np.array([1, 2, 3], object)]
)
def test_anything_like_an_array_of_n_numbers_is_a_score(answer):
    made = ask(saying(answer), RECORDS)
    assert made.score.dtype == np.float64
    assert made.score.shape == (3,)
    assert made.decision is None


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([1.0, 2.0], r"shape \(2,\), \(3,\) is needed"),
        ([[1.0], [2.0], [3.0]], r"shape \(3, 1\)"),
        ([1.0, np.nan, 3.0], "returned nan for record 1"),
        ([1.0, 2.0, np.inf], "returned inf for record 2"),
        (["a", "b", "c"], "not 3 numbers"),
        (None, "not 3 numbers|shape"),
        (Scores([1, 2, 3], decision=np.array([0, 1])), "decisions of shape"),
        (Scores([1, 2, 3], decision=np.array([0, 1, 2])), "not -1, 0 or 1"),
        (Scores([1, 2, 3], decision=np.array([0, 0.5, 1])), "not -1, 0 or 1"),
        (Scores([1, 2, 3], reasons=pd.DataFrame({"person": [5]})), "reasons without the columns"),
    ],
)
def test_a_broken_answer_is_a_model_error_in_one_sentence(answer, sentence):
    with pytest.raises(ModelError, match=sentence) as problem:
        ask(saying(answer), RECORDS)
    assert "\n" not in str(problem.value)


def test_a_series_in_another_order_than_the_records_is_refused():
    turned = pd.Series([3.0, 2.0, 1.0], index=[9, 7, 5])
    with pytest.raises(ModelError, match="another index"):
        ask(saying(turned), RECORDS)
    assert ask(saying(pd.Series([1.0, 2.0, 3.0], index=RECORDS.index)), RECORDS).score.tolist() == [1, 2, 3]


def test_a_model_that_raises_is_a_model_error_that_names_the_cause():
    def broken(records):
        raise KeyError("income")

    with pytest.raises(ModelError, match=r"model broken failed on 3 records \(KeyError: 'income'\)"):
        ask(broken, RECORDS)


def test_a_model_is_handed_what_it_needs_and_nothing_else():
    class Needy:
        needs = ("draws",)

        def score(self, records, *, draws):
            return draws

    draws = np.array([0.1, 0.2, 0.3])
    assert ask(Needy(), RECORDS, {"draws": draws}).score.tolist() == draws.tolist()
    assert ask(saying([1, 2, 3]), RECORDS, {"draws": draws}).score.tolist() == [1, 2, 3]
    with pytest.raises(InputError, match="needs draws"):
        ask(Needy(), RECORDS)


def test_declarations_have_defaults_and_others_are_refused():
    class Plain:
        pass

    assert (higher_is(Plain()), row_wise(Plain()), needs(Plain())) == ("better", False, ())
    for attribute, value, reader in (
        ("higher_is", "up", higher_is),
        ("row_wise", "yes", row_wise),
        ("needs", ("draw",), needs),
    ):
        model = Plain()
        setattr(model, attribute, value)
        with pytest.raises(InputError):
            reader(model)


class Counter:
    """Remembers how often it was fitted."""

    fits = 0

    def fit(self, records, outcomes):
        self.fits += 1
        return self

    def score(self, records):
        return np.full(len(records), float(self.fits))


def test_fitting_leaves_the_model_itself_as_it_was():
    model = Counter()
    assert fitted(model, RECORDS, np.array([0, 1, 1])).fits == 1
    assert fitted(model, RECORDS, np.array([0, 1, 1])).fits == 1
    assert model.fits == 0


def test_fitting_refuses_outcomes_that_are_not_0_or_1():
    with pytest.raises(InputError, match="0 or 1"):
        fitted(Counter(), RECORDS, np.array([0, 1, 2]))
    with pytest.raises(InputError, match="0 or 1"):
        fitted(Counter(), RECORDS, np.array([0, 1]))


def test_a_fit_that_fails_or_returns_nothing_is_a_model_error():
    class Failing(Counter):
        def fit(self, records, outcomes):
            raise ValueError("singular")

    class Silent(Counter):
        def fit(self, records, outcomes):
            pass

    with pytest.raises(ModelError, match="singular"):
        fitted(Failing(), RECORDS, np.array([0, 1, 1]))
    with pytest.raises(ModelError, match="must return the fitted model"):
        fitted(Silent(), RECORDS, np.array([0, 1, 1]))
