"""Each promise of the contract is broken once on purpose, and the checks say which it was."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.checks import (
    ContractError,
    check_measure,
    check_model,
    check_rulebook,
    parametrize_with_checks,
    sample_records,
)
from testbed.checks.contract import scenario_for
from testbed.measure import Measure, PerPerson, Row
from testbed.models.asking import ask
from testbed.models.base import Scores
from testbed.models.rulebook import FOLDER, Example
from testbed.models.rulebook_file import load_rulebook
from testbed.scenarios.base import Scenario


class Good:
    """Keeps the contract; the models below break it once each."""

    row_wise = True
    higher_is = "worse"

    def score(self, records):
        return Scores(records["utility_late"].to_numpy(float), decision=np.zeros(len(records), int))


def test_a_model_that_keeps_the_contract_passes():
    check_model(Good(), processes=True)
    check_model(lambda records: records["utility_late"].to_numpy() * -1.0)


class Short(Good):
    def score(self, records):
        return np.zeros(len(records) - 1)


class NotFinite(Good):
    def score(self, records):
        return np.where(records["utility_late"] > 2, np.nan, 0.0)


class Moody(Good):
    asked = 0

    def score(self, records):
        self.asked += 1
        return np.full(len(records), float(self.asked))


class Scribbler(Good):
    def score(self, records):
        records["utility_late"] = 0
        return np.zeros(len(records))


class Gambler(Good):
    row_wise = False

    def score(self, records):
        np.random.seed(0)  # noqa: NPY002
        return np.random.rand(len(records))  # noqa: NPY002


class Ranker(Good):
    def score(self, records):
        return records["utility_late"].rank().to_numpy()


class ByPlace(Good):
    def score(self, records):
        return np.arange(len(records)) * 1.0


class ById(Good):
    def score(self, records):
        return records.index.to_numpy() * 1.0


class FromZero(Good):
    def score(self, records):
        return np.array([records.loc[place, "utility_late"] for place in range(len(records))], float)


class NeedsSomebody(Good):
    row_wise = False

    def score(self, records):
        late = records["utility_late"].to_numpy(float)
        return late / late.max() if late.max() else late


class Unaware(ByPlace):
    row_wise = False


class ByBatch:
    """It says nothing of other rows."""

    def score(self, records):
        return np.full(len(records), float(len(records)))


class Masked(Good):
    def score(self, records):
        return np.ma.masked_array(np.zeros(len(records)), mask=np.arange(len(records)) == 0)


class Text(Good):
    def score(self, records):
        return records["utility_late"].to_numpy().astype(str)


class Words(Good):
    def score(self, records):
        return np.array(["1_000"] * len(records), object)


class Leaver(Good):
    def score(self, records):
        raise GeneratorExit


class Interrupter(Good):
    def score(self, records):
        raise KeyboardInterrupt


class Unspeakable(Exception):
    def __str__(self):
        raise SystemExit(0)


class Mumbler(Good):
    def score(self, records):
        raise Unspeakable


class Ranter(Good):
    def score(self, records):
        raise ValueError("x" * 2**20)


class InPlace(Good):
    def score(self, records):
        codes = records["residence"].cat.codes.to_numpy()
        values = records["utility_late"].array._ndarray
        values += 0
        return codes * 1.0


class Liar(Good):
    reads = ("utility_late",)

    def score(self, records):
        return records.get("age", pd.Series(0, index=records.index)).to_numpy(float)


class Gossip(Good):
    def score(self, records):
        return Scores(
            np.zeros(len(records)), reasons=pd.DataFrame({"person": [10**9], "rule": ["x"], "contribution": [1.0]})
        )


class Numeric(Good):
    def score(self, records):
        return records.drop(columns="residence").to_numpy(float).sum(axis=1)


class Greedy(Good):
    needs = ("truth",)


class Deaf(Good):
    needs = ("draws",)


class Forgetful(Good):
    fits = 0

    def fit(self, records, outcomes):
        Forgetful.fits += 1
        self.level = float(Forgetful.fits)
        return self

    def score(self, records):
        return np.full(len(records), self.level)


class Vandal(Good):
    def fit(self, records, outcomes):
        records["utility_late"] = 0
        return self


class Unfit(Good):
    def fit(self, records, outcomes):
        raise RuntimeError("no convergence")


class Unsendable(Good):
    def __init__(self):
        self.rule = lambda records: 0


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (Short, r"shape \(47,\), \(48,\) is needed"),
        (NotFinite, "must be finite"),
        (Moody, r"asked twice about the same records, .* \(person 0: score 1, then 2\)"),
        (Scribbler, "changes the records"),
        (Gambler, "global random state"),
        (Ranker, r"in groups of 1, it gives a person another score \(person 0: score 17, then 1\)"),
        (ByPlace, r"another order of rows gives a person another score \(person 0: score 0, then \d+\)"),
        (Unaware, "another order of rows"),
        (ByBatch, r"in groups of 1, .*; if that is meant, declare row_wise = False \(person 0: score 48, then 1\)"),
        (Masked, "returned MaskedArray, not 48 numbers"),
        (Text, "returned ndarray with '0' .str. in place 0, not 48 numbers"),
        (Words, "returned ndarray with '1_000' .str. in place 0, not 48 numbers"),
        (Leaver, "GeneratorExit"),
        (Interrupter, "KeyboardInterrupt"),
        (Mumbler, "its text cannot be read"),
        (Ranter, r"ValueError: x{200,300} \.\.\."),
        (ById, "in groups|the id of a person changes the score"),
        (FromZero, "failed on 48 records|failed on 1 records"),
        (InPlace, "cannot be written to"),
        (Liar, "only the columns that it declares as read"),
        (Gossip, "was not asked about"),
        (Numeric, "could not convert"),
        (Deaf, "unexpected keyword argument 'draws'"),
        (Forgetful, "fitted twice"),
        (Vandal, "fitting changes"),
        (Unfit, "no convergence"),
        (Unsendable, "cannot be sent to a worker process"),
    ],
)
def test_each_broken_promise_is_named(model, sentence):
    with pytest.raises(ContractError, match=sentence) as problem:
        check_model(model(), processes=True)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("kind", [NeedsSomebody, type("Scaled", (Ranker,), {"row_wise": False})])
def test_a_model_that_says_that_it_reads_other_rows_keeps_the_contract(kind):
    check_model(kind())


def test_a_function_that_goes_by_the_order_of_rows_is_found():
    with pytest.raises(ContractError, match="another order of rows"):
        check_model(lambda records: np.arange(len(records)))


def test_a_model_is_never_asked_about_nobody():
    records = sample_records(Scenario.load("rongcheng")).iloc[:0]
    assert ask(lambda seen: 1 / len(seen), records).score.shape == (0,)


@parametrize_with_checks(["lottery", Good(), lambda records: -records["utility_late"].to_numpy(float)])
def test_the_checks_are_tests_of_their_own(model, check):
    check(model)


def test_the_checks_of_one_model_are_those_of_check_model():
    mark = parametrize_with_checks([ByPlace()]).mark
    names = [name.partition("-")[2] for name in mark.kwargs["ids"]]
    assert mark.kwargs["ids"][0].startswith("ByPlace-")
    assert len(names) == len(set(names)) >= 11
    broken = []
    for (model, check), name in zip(mark.args[1], names, strict=True):
        try:
            check(model)
        except ContractError:
            broken.append(name)
    assert broken == ["ignores_the_order_of_rows", "ignores_other_rows"]


def test_a_need_that_does_not_exist_and_a_model_that_does_not_are_wrong_input():
    with pytest.raises(InputError, match="unknown need of model Greedy 'truth'"):
        check_model(Greedy())
    with pytest.raises(InputError, match="unknown model"):
        check_model("logistics_of_nothing")


def test_the_records_of_the_checks_are_those_of_the_scenario():
    scenario = Scenario.load("rongcheng")
    records = sample_records(scenario)
    assert list(records.columns) == [*scenario.held, *scenario.recorded]
    assert (records[list(scenario.recorded)].dtypes == np.int32).all()
    assert records[list(scenario.recorded)].max().max() == 5
    assert set(records["residence"]) == {"urban", "rural"}


# --- Rule books ------------------------------------------------------------------------------------


def test_a_rule_book_whose_example_is_wrong_breaks_the_contract():
    book = load_rulebook("rongcheng")
    for example, sentence in (
        (Example("two bills", {"utility_late": 2}, 970.0), "scores 960, the example says 970"),
        (Example("two bills", {"utility_late": 2}, 960.0, "B"), "gives grade A, the example says B"),
        (Example("a bill", {"utility_latte": 1}, 980.0), "utility_latte is not a column"),
    ):
        with pytest.raises(ContractError, match=sentence):
            check_rulebook(dataclasses.replace(book, examples=(example,)))
    with pytest.raises(ContractError, match="no worked example"):
        check_rulebook(dataclasses.replace(book, examples=()))


def test_a_rule_on_a_column_that_the_scenario_does_not_hold_breaks_the_contract():
    book = load_rulebook("rongcheng")
    first, *rest = book.rules
    with pytest.raises(ContractError, match="did you mean 'utility_late'"):
        check_rulebook(dataclasses.replace(book, rules=(dataclasses.replace(first, column="utility_latte"), *rest)))


# --- Measures --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case():
    """A small world, run once."""
    return run_case("rongcheng", people=2048, periods=8)


def measure(function, **changed):
    """A measure that is not registered."""
    declared = {
        **{"name": "made_up", "function": function, "harm": "opacity", "unit": "rate", "better": "lower"},
        **{"estimand": "a test", "interval": "none", "reference": "none", "caveats": "none"},
        **{"needs": ("history",), "qualifiers": {}, "gap": "", "splits": False},
    }
    return Measure(**{**declared, **changed})


def test_a_measure_that_keeps_the_contract_passes(case):
    check_measure(measure(lambda case: PerPerson(case.scored * 1.0, case.scored * 1.0)), case=case)
    check_measure("adverse_rate", case=case)


calls = iter(range(1000))


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda case: PerPerson(np.ones(3), np.ones(3)), "one per person of the case|fails on a small world"),
        (lambda case: PerPerson(case.scored * np.nan, case.scored * 1.0), "not finite"),
        (lambda case: PerPerson(case.scored * 0.0, case.scored * -1.0), "below 0|fails on a small world"),
        (lambda case: PerPerson(case.scored * 1.0, case.scored * 0.0), "denominator 0 has a numerator"),
        (lambda case: Row(float("nan")), "`why` must be filled"),
        (lambda case: Row(0.5, why="because"), "`why` must be filled"),
        (lambda case: Row(0.5, low=0.6, high=0.4), "the interval runs from 0.6 to 0.4"),
        (lambda case: Row(float(next(calls))), "called twice on one case"),
        (lambda case: [], "gives no rows"),
        (lambda case: 1 / 0, "ZeroDivisionError"),
        (lambda case: [0.5], "fails on a small world|gives a float"),
    ],
)
def test_each_broken_promise_of_a_measure_is_named(case, function, sentence):
    with pytest.raises(ContractError, match=sentence):
        check_measure(measure(function), case=case)


def test_a_measure_without_caveats_breaks_the_contract(case):
    with pytest.raises(ContractError, match="declares no caveats"):
        check_measure(measure(lambda case: Row(0.5), caveats=" "), case=case)


def test_what_is_not_a_measure_is_wrong_input():
    with pytest.raises(InputError, match="not a measure"):
        check_measure(lambda case: 1)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_what_a_measure_does_to_the_frames_of_a_case_stays_with_it(case):
    def vandal(case):
        for frame in (case.people, case.records, case.scores.reasons):
            frame.iloc[:, 0] = frame.iloc[::-1, 0].to_numpy()
            frame.sort_values(frame.columns[0], inplace=True)
            frame.drop(columns=frame.columns[0], inplace=True)
        return PerPerson(case.scored * 1.0, case.scored * 1.0)

    kept = [frame.copy() for frame in (case.people, case.records, case.scores.reasons)]
    check_measure(measure(vandal), case=case)
    for frame, before in zip((case.people, case.records, case.scores.reasons), kept):
        pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", ["scored", "score", "decision", "community"])
def test_arrays_that_measures_share_cannot_be_written_to(case, name):
    shared = {"scored": case.scored, "score": case.scores.score, "decision": case.scores.decision}
    array = shared.get(name, case.society.columns["community"])
    with pytest.raises(ValueError, match="read-only"):
        array[:] = 0


@pytest.mark.parametrize("row_wise", [True, False])
def test_a_world_is_the_same_whatever_a_model_does_to_its_records(row_wise):
    class Clean:
        def score(self, records):
            return -records["utility_late"].to_numpy(float)

    class Vandal(Clean):
        def score(self, records):
            score = super().score(records)
            records["utility_late"] = 0
            del records["age"]
            return score

    one, other = (
        run_case("rongcheng", type("Made", (kind,), {"row_wise": row_wise})(), people=1024, periods=4)
        for kind in (Clean, Vandal)
    )
    assert one.history.scores.tobytes() == other.history.scores.tobytes()
    assert one.history.decisions_.tobytes() == other.history.decisions_.tobytes()
    pd.testing.assert_frame_equal(one.records, other.records)


def test_a_rule_book_is_checked_on_people_who_have_its_columns():
    assert scenario_for(load_rulebook("zhima-like"), None).recipe.name == "china-2020"
    made = scenario_for(load_rulebook("ams-2018"), None)
    assert made.recipe.name == "job-seekers"
    assert {"care_duty", "case_years", "supporting_measure"} <= set(sample_records(made).columns)


def test_a_rule_book_that_reads_what_no_people_have_breaks_the_contract(tmp_path):
    text = (FOLDER / "metro-sorting.toml").read_text(encoding="utf-8").replace("metro_rides", "metro_ridez")
    path = tmp_path / "typo.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match="metro_ridez"):
        check_rulebook(path)
