"""Asking a model: what is accepted, what is refused, and the sentence that says so."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.models.asking import ask, fitted
from testbed.models.base import ModelError, Scores, higher_is, name_of, needs, row_wise

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


# --- What a model does to what it is given ----------------------------------------------------------

AGES = pd.DataFrame(
    {"age": [50, 20, 40, 30], "kind": pd.Categorical(list("abab"))}, index=pd.Index(range(4), name="person")
)
OWN = [50.0, 20.0, 40.0, 30.0]


def sorts(records, **options):
    records.sort_values("age", inplace=True, **options)


def drops_and_adds(records):
    records["double"] = records["age"] * 2
    records.drop(columns=["age", "kind"], inplace=True)


def overwrites(records):
    records.loc[:, "age"] = records["age"] + 0
    records["kind"] = "c"


def writes_below(records):
    records["age"].array._ndarray[:] = records["age"].to_numpy()[::-1].copy()
    records["age"] = records["age"].to_numpy()[::-1]


def names_anew(records):
    records.index = pd.Index([9, 8, 7, 6])


def resets(records):
    records.reset_index(inplace=True)


def loses_somebody(records):
    records.drop(index=2, inplace=True)


CHANGES = {
    "in another order": sorts,
    "in another order, numbered anew": lambda records: sorts(records, ignore_index=True),
    "columns gone and new": drops_and_adds,
    "values overwritten": overwrites,
    "memory written to": writes_below,
    "other people": names_anew,
    "people as a column": resets,
    "somebody gone": loses_somebody,
}
ANSWERS = {
    "a Series": lambda ages: ages.astype(float),
    "an array": lambda ages: ages.to_numpy(float),
    "a list": lambda ages: ages.tolist(),
    "Scores": lambda ages: Scores(ages.astype(float)),
}


def age_of(records):
    return records["age"] if "age" in records else records["double"] / 2


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_model_that_changes_its_records_gives_everybody_their_own_score_or_fails_and_ours_stay(change, answer):
    def model(records):
        change(records)
        return answer(age_of(records))

    records = AGES.copy()
    with suppress(ModelError):
        assert ask(model, records).score.tolist() == OWN
    pd.testing.assert_frame_equal(records, AGES)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_columns_that_a_model_adds_drops_or_overwrites_cost_nobody_a_score():
    for change in (drops_and_adds, overwrites):

        def model(records, change=change):
            change(records)
            return age_of(records).to_numpy()

        assert ask(model, AGES).score.tolist() == OWN


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_an_array_of_records_in_another_order_says_that_nobody_can_tell_whose_it_is():
    def model(records):
        records.sort_values("age", inplace=True)
        return records["age"].to_numpy(float)

    with pytest.raises(ModelError, match="changed the order or the index of its records"):
        ask(model, AGES)


def test_decisions_in_another_order_than_the_records_are_refused():
    def model(records):
        return Scores(np.zeros(4), decision=pd.Series([-1, 0, 0, 0], index=[1, 3, 2, 0]))

    with pytest.raises(ModelError, match="another index"):
        ask(model, AGES)


def test_reasons_of_people_who_were_not_asked_about_are_refused():
    def model(records):
        return Scores(np.zeros(4), reasons=pd.DataFrame({"person": [4], "rule": ["age"], "contribution": [1.0]}))

    with pytest.raises(ModelError, match="reasons to people that it was not asked about"):
        ask(model, AGES)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_a_fit_may_do_what_it_likes_with_records_and_outcomes_and_ours_stay():
    class Vandal(Counter):
        def fit(self, records, outcomes):
            sorts(records)
            outcomes[:] = 0
            return self

    records, outcomes = AGES.copy(), np.array([0, 1, 1, 0], np.int8)
    fitted(Vandal(), records, outcomes)
    pd.testing.assert_frame_equal(records, AGES)
    assert outcomes.tolist() == [0, 1, 1, 0]


def test_draws_and_entries_are_copies_too():
    class Vandal:
        needs = ("draws", "entries")

        def score(self, records, *, draws, entries):
            draws[:] = 0
            entries.loc[:, "age"] = 0
            return draws

    draws, entries = np.array([0.1, 0.2, 0.3]), pd.DataFrame({"person": [5], "kind": ["a"], "age": [3]})
    ask(Vandal(), RECORDS, {"draws": draws, "entries": entries})
    assert draws.tolist() == [0.1, 0.2, 0.3]
    assert entries["age"].tolist() == [3]


# --- Models that leave ------------------------------------------------------------------------------


class Unspeakable(Exception):
    def __str__(self):
        raise SystemExit(0)


def raising(problem):
    def model(records):
        raise problem

    return model


class Coy:
    """What it declares cannot be read."""

    @property
    def row_wise(self):
        raise SystemExit(0)

    def score(self, records):
        return np.zeros(len(records))


class Nameless(Coy):
    row_wise = False

    @property
    def name(self):
        raise KeyboardInterrupt


class Evasive(Nameless):
    """Its answer leaves when it is read."""

    name = "evasive"

    def score(self, records):
        return self

    def __array__(self, *_, **__):
        raise SystemExit(0)


@pytest.mark.parametrize(
    "problem", [SystemExit(0), KeyboardInterrupt(), GeneratorExit(), pytest.skip.Exception("not today"), Unspeakable()]
)
def test_whatever_a_model_raises_it_has_failed(problem):
    with pytest.raises(ModelError, match=type(problem).__name__):
        ask(raising(problem), RECORDS)

    class Learner(Counter):
        def fit(self, records, outcomes):
            raise problem

    with pytest.raises(ModelError, match=type(problem).__name__):
        fitted(Learner(), RECORDS, np.array([0, 1, 1]))


def test_a_declaration_a_name_or_an_answer_that_leaves_is_an_error_of_the_model():
    with pytest.raises(ModelError, match="model Coy: its row_wise cannot be read"):
        row_wise(Coy())
    assert ask(Nameless(), RECORDS).score.tolist() == [0, 0, 0]
    with pytest.raises(ModelError, match="model evasive failed on 3 records"):
        ask(Evasive(), RECORDS)


def test_a_very_long_name_is_cut():
    class Named:
        name = "x" * 1_000_000

    assert name_of(Named()) == "x" * 1000
