"""What a model may answer: which scores, decisions and reasons are refused, and the sentence with what was found."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from testbed.models import ModelError, Scores, ask, reasons_of

RECORDS = pd.DataFrame({"late": [0, 1, 2]}, index=pd.Index([5, 7, 9], name="person"))


class Evil(np.ndarray):
    """An array whose methods leave."""

    def astype(self, *_, **__):
        raise SystemExit(0)

    all = any = tolist = copy = __len__ = __iter__ = __getitem__ = astype

    @property
    def shape(self):
        raise SystemExit(0)


def refused(answer, sentence, records=RECORDS):
    with pytest.raises(ModelError, match=sentence) as problem:
        ask(lambda seen: answer, records)
    assert "\n" not in str(problem.value)
    assert len(str(problem.value)) < 250


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, r"returned None, not 3 numbers"),
        ("123", r"returned str '123', not 3 numbers"),
        (["1", "2", "3"], r"returned list with '1' \(str\) in place 0, not 3 numbers"),
        (b"123", r"returned bytes, not 3 numbers"),
        (1.5, r"scores of shape \(\), \(3,\) is needed"),
        (2j, r"returned complex 2j, not"),
        ([1, 2, 3j], r"ndarray|list with 3j \(complex\) in place 2"),
        (np.array([1, 2, 3], complex), r"with \(1\+0j\) \(complex\) in place 0"),
        (np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]), r"returned MaskedArray, not"),
        (np.ma.array([1.0, 2.0, 3.0]), r"returned MaskedArray, not"),
        ([1.0, None, 3.0], r"list with None \(NoneType\) in place 1"),
        ([Decimal("1.5"), Decimal(2), Decimal(3)], r"with Decimal\('1.5'\) \(Decimal\) in place 0"),
        ([1, Fraction(1, 3), 2], r"Fraction\(1, 3\) \(Fraction\) in place 1"),
        ([1, 10**400, 2], r"returned an integer of 1329 bits for record 1; every score must be finite"),
        ([1, -(10**5000), 2], r"an integer of 16610 bits for record 1"),
        (pd.to_datetime(["2020-01-01"] * 3).to_numpy(), r"not 3 numbers"),
        (pd.array([1.0, None, 2.0], "Float64"), r"not 3 numbers|nan"),
        ({"score": [1, 2, 3]}, r"returned dict, not 3 numbers"),
        ((one for one in (1, 2, 3)), r"returned generator, not 3 numbers"),
        ([[1], [2, 3], [4]], r"returned list with \[1\] \(list\) in place 0"),
        (np.zeros((3, 1)), r"scores of shape \(3, 1\)"),
        (pd.DataFrame({"score": [1.0, 2.0, 3.0]}, index=RECORDS.index), r"scores of shape \(3, 1\)"),
        ([1.0, -np.inf, 2.0], r"returned -inf for record 1; every score must be finite"),
        (np.zeros(4), r"scores of shape \(4,\), \(3,\) is needed"),
    ],
)  # fmt: skip
def test_what_is_no_score_is_refused_with_what_was_found(answer, sentence):
    refused(answer, sentence)


@pytest.mark.parametrize(
    "answer",
    [
        [np.float32(1), np.int8(2), 3],
        np.array([1, 2.0, True], object),
        pd.array([1, 2, 3], "Int64"),
        pd.Series([1, 2, 3], RECORDS.index, dtype="Float64"),
        np.array([1, 2, 3], np.longdouble),
        np.array([1, 2, 3], np.uint64),
        np.array([1.0, 2.0, 3.0]).view(Evil),
        range(1, 4),
    ],
)
def test_every_kind_of_integer_and_float_is_a_score(answer):
    made = ask(lambda seen: answer, RECORDS).score
    assert type(made) is np.ndarray
    assert made.dtype == np.float64
    assert made.tolist() == [1, 2, 3] or made.tolist() == [1, 2, 1]


def test_a_score_is_kept_in_memory_that_the_model_does_not_hold():
    held = np.array([1.0, 2.0, 3.0])
    made = ask(lambda seen: held, RECORDS)
    held[:] = 0
    assert made.score.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        ([0, 2, 0], r"a decision that is not -1, 0 or 1: 2 for record 1"),
        ([0, 0, 0.5], r"not -1, 0 or 1: 0.5 for record 2"),
        ([0, np.nan, 0], r"not -1, 0 or 1: nan for record 1"),
        ([0, 10**400, 0], r"not -1, 0 or 1: an integer of 1329 bits for record 1"),
        (["good", "bad", "good"], r"list with 'good' \(str\) in place 0 as decisions, not 3 of -1, 0 or 1"),
        ([True, False, True], r"as decisions, not 3 of -1, 0 or 1"),
        (np.ma.array([0, 1, 0]), r"MaskedArray as decisions"),
        (1, r"decisions of shape \(\)"),
    ],
)
def test_what_is_no_decision_is_refused_with_what_was_found(decision, sentence):
    refused(Scores(np.zeros(3), decision), sentence)


def test_decisions_may_be_integers_in_a_list_or_in_an_array_of_objects():
    for decision in ([-1, 0, 1], np.array([-1, 0, 1], object), np.array([-1.0, 0.0, 1.0])):
        made = ask(lambda seen, decision=decision: Scores(np.zeros(3), decision), RECORDS).decision
        assert made.dtype == np.int8
        assert made.tolist() == [-1, 0, 1]


class Loud:
    """Its text ends the program."""

    def __str__(self):
        raise SystemExit(0)


REASONS = {"person": [5, 7], "rule": ["late", None], "contribution": [1.0, -2.0]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"person": [5, 6]}, r"reasons to people that it was not asked about, such as 6"),
        ({"person": [5, np.nan]}, r"not asked about, such as nan"),
        ({"person": ["5", "7"]}, r"reasons to people that it was not asked about"),
        ({"person": [True, False]}, r"reasons to people that it was not asked about"),
        ({"rule": ["late", 3]}, r"gives 3 \(int\) as the rule of reason 1; text is needed"),
        ({"contribution": [1.0, np.nan]}, r"contributions are not all finite numbers; found nan"),
        ({"contribution": [1.0, np.inf]}, r"contributions are not all finite numbers; found inf"),
        ({"contribution": ["1", "2"]}, r"not all finite numbers; found Series with '1' \(str\) in place 0"),
    ],
)
def test_reasons_that_are_not_sound_are_refused_with_what_was_found(changes, sentence):
    refused(Scores(np.zeros(3), reasons=pd.DataFrame({**REASONS, **changes})), sentence)


def test_reasons_of_a_kind_that_cannot_be_told_are_refused():
    refused(Scores(np.zeros(3), reasons=REASONS), r"reasons without the columns person, rule, contribution")
    told = pd.DataFrame({**REASONS, "rule": [Loud(), "late"]}, dtype=object)
    refused(Scores(np.zeros(3), reasons=told), r"\(Loud\) as the rule of reason 0")


def test_what_controls_a_terminal_or_differs_from_run_to_run_is_not_in_a_sentence():
    loud = type("Loud\x1b[31m" + "x" * 1000, (), {"__repr__": lambda self: "\x1b[31mred\x07\n" * 1000})()
    refused([1.0, loud, 2.0], r"list with  \[31mred +\[31mred.* \.\.\. \(Loud \[31mx+\) in place 1")

    refused([object(), 1, 2], r"list with <object object> \(object\) in place 0")

    def model(records):
        raise ValueError("\x1b[31m\r\n")

    with pytest.raises(ModelError, match=r"\(ValueError:  \[31m\)") as problem:
        ask(model, RECORDS)
    assert str(problem.value).isprintable()


def test_sound_reasons_stay_as_they_are():
    for rule in (REASONS["rule"], pd.Categorical(["late", "late"]), ["", "late"]):
        told = pd.DataFrame({**REASONS, "rule": rule, "more": 1})
        made = ask(lambda seen, told=told: Scores(np.zeros(3), reasons=told), RECORDS).reasons
        pd.testing.assert_frame_equal(made, told[["person", "rule", "contribution"]])


class Adding:
    """Log-odds of minus the late bills, and reasons that are off by `off` for one person."""

    row_wise, additive, base = False, True, 0.0

    def __init__(self, off=0.0):
        self.off = off

    def score(self, records):
        return 1 / (1 + np.exp(records["late"].to_numpy(float)))

    def reasons(self, records):
        told = -records["late"].to_numpy(float) + np.where(records.index == 7, self.off, 0)
        return pd.DataFrame({"person": records.index, "rule": "late", "contribution": told})


class AtOnce(Adding):
    """The same with reasons beside the scores."""

    reasons = None

    def score(self, records):
        return Scores(super().score(records), reasons=Adding.reasons(self, records))


def test_reasons_that_promise_to_add_up_and_do_not_are_refused():
    assert len(reasons_of(Adding(), RECORDS)) == len(ask(AtOnce(), RECORDS).reasons) == 3
    off = r"base and reasons of person 7 give 0.2890\d+, its score is 0.2689\d+\."
    for asking in (lambda: reasons_of(Adding(0.1), RECORDS), lambda: ask(AtOnce(0.1), RECORDS)):
        with pytest.raises(ModelError, match=off):
            asking()
    model = Adding()
    model.base = None
    with pytest.raises(ModelError, match="says that its reasons add up, and its base is None, not a number"):
        reasons_of(model, RECORDS)
    model.additive = False
    assert len(reasons_of(model, RECORDS)) == 3


class Certain(Adding):
    """A model fitted where one outcome alone was recorded: its log-odds are infinite."""

    base = np.inf

    def score(self, records):
        return np.ones(len(records))


def test_reasons_of_a_model_that_is_certain_add_up():
    assert len(reasons_of(Certain(), RECORDS)) == 3
    model = Certain()
    model.base = np.nan
    with pytest.raises(ModelError, match="its base is nan, not a number"):
        reasons_of(model, RECORDS)
