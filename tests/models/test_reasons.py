"""Reasons of models that learn: exact where the model is a sum, else one column at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import sparse, uniform
from testbed.case import run_case
from testbed.checks import ContractError, check_model
from testbed.measures.opacity.reasons import reason_coverage, reason_specificity
from testbed.models.asking import ask, fitted
from testbed.models.base import models
from testbed.models.encoding import encoded
from testbed.models.load import load_model
from testbed.models.reasons import EXACT, one_at_a_time, typical
from testbed.scenarios import Scenario

N = 2000
ADDITIVE = ("logistic", "mitigated", "grid-search", "correlation-remover")


def coin(name):
    return uniform(sparse(0, f"test:reasons:{name}", np.arange(N)))


def training():
    """Late bills and debts make a bad outcome likelier, and rural people have more of both."""
    rural = coin("rural") < 0.4
    late = np.floor(coin("late") ** 2 * (2 + 2 * rural)).astype(np.int32)
    debts = (coin("debts") < 0.1 + 0.1 * rural).astype(np.int32)
    records = pd.DataFrame(
        {
            "age": (18 + np.floor(coin("age") * 70)).astype(np.int32),
            "residence": pd.Categorical.from_codes(rural.astype(np.int8), ["urban", "rural"]),
            "utility_late": late,
            "debt_sued": debts,
        },
        index=pd.Index(np.arange(N) + 100, name="person"),
    )
    good = 1 / (1 + np.exp(-(3 - 0.8 * late - 1.5 * debts)))
    return records, (coin("outcome") < good).astype(np.int8)


def columns(told, records):
    """What each column adds: a frame, 0 where there is no reason."""
    wide = told.pivot_table(index="person", columns="rule", values="contribution", aggfunc="sum")
    return wide.reindex(index=records.index, columns=records.columns).fillna(0.0)


def log_odds(score):
    return np.log(score / (1 - score))


@pytest.mark.parametrize("name", ADDITIVE)
def test_base_and_reasons_add_up_to_the_log_odds_of_the_score(name):
    records, outcomes = training()
    model = fitted(models.get(name)(), records, outcomes)
    summed = model.base + columns(model.reasons(records), records).sum(axis=1).to_numpy()
    np.testing.assert_allclose(summed, log_odds(ask(model, records).score), atol=1e-6)
    assert model.reasons_are == EXACT
    assert name != "mitigated" or len(model.parts) > 1  # a mean of several regressions is no weighted sum


def test_a_reason_of_the_logistic_regression_is_what_its_column_adds_against_the_mean():
    records, outcomes = training()
    model = fitted(models.get("logistic")(), records, outcomes)
    told = columns(model.reasons(records), records)
    np.testing.assert_allclose(told.mean(), 0, atol=1e-8)
    more = records.assign(utility_late=records["utility_late"] + 1)
    step = log_odds(ask(model, more).score) - log_odds(ask(model, records).score)
    np.testing.assert_allclose(
        columns(model.reasons(more), more)["utility_late"] - told["utility_late"], step, atol=1e-6
    )
    assert step.mean() == pytest.approx(-0.8, abs=0.15)  # as outcomes were drawn
    assert told["debt_sued"][records["debt_sued"] == 1].max() < 0 < told["debt_sued"][records["debt_sued"] == 0].min()


def test_where_all_outcomes_are_alike_there_is_no_reason():
    records, _ = training()
    for name in ("logistic", "tree"):
        assert not len(fitted(models.get(name)(), records, np.ones(N, np.int8)).reasons(records))


def test_one_column_at_a_time_is_what_the_score_loses_as_counted_by_hand():
    records = pd.DataFrame(
        {"debts": [0, 2, 2], "place": ["urban", "urban", "rural"]}, index=pd.Index([4, 5, 9], name="person")
    )
    asked = []

    def says(frame):
        asked.append(len(frame))
        return (frame["debts"] * np.where(frame["place"] == "rural", -3.0, -1.0)).to_numpy()

    told = one_at_a_time(says, records, {"debts": 0, "place": "urban"})
    assert told.values.tolist() == [[5, "debts", -2.0], [9, "debts", -6.0], [9, "place", -4.0]]
    assert asked == [4]  # the three records, and a rural one without debts
    assert typical(records) == {"debts": 2, "place": "urban"}


def test_estimators_give_reasons_that_add_up_if_they_are_logistic_and_approximate_ones_else():
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    records, outcomes = training()
    model = fitted(load_model(encoded(LogisticRegression())), records, outcomes)
    summed = model.base + columns(model.reasons(records), records).sum(axis=1).to_numpy()
    np.testing.assert_allclose(summed, log_odds(ask(model, records).score), atol=1e-6)
    trees = fitted(load_model(encoded(HistGradientBoostingClassifier(max_iter=10))), records, outcomes)
    assert (trees.additive, trees.reasons_are) == (False, "approximate")
    told = columns(trees.reasons(records), records)["debt_sued"]
    assert told[records["debt_sued"] == 1].mean() < -0.05
    assert (told[records["debt_sued"] == 0] == 0).all()


class Honest:
    """Minus the late bills, in log-odds; it counts how often it is asked for reasons."""

    name, row_wise, additive, base = "honest", True, True, 0.0
    asked = 0

    def score(self, records):
        return 1 / (1 + np.exp(records["utility_late"].to_numpy(float)))

    def reasons(self, records):
        type(self).asked += 1
        late = -records["utility_late"].to_numpy(float)
        return pd.DataFrame({"person": records.index, "rule": "utility_late", "contribution": late})


class Liar(Honest):
    name, base = "liar", 0.5


def test_the_contract_finds_reasons_that_do_not_add_up():
    check_model(Honest())
    with pytest.raises(ContractError, match=r"model liar: base and reasons of person \d+ give"):
        check_model(Liar())


def shown(rights, people=4096):
    scenario = Scenario.load("rongcheng").set(
        {f"disclosure.reasons_{side}": rights for side in ("adverse", "favorable")}
    )
    return scenario, people


def test_reasons_are_read_where_people_may_be_told_them_and_are_not_even_asked_for_elsewhere():
    scenario, people = shown("off")
    Honest.asked = 0
    closed = run_case(scenario, Honest(), people=people, periods=3)
    assert [part.numerator.sum() for part in reason_coverage(closed)] == [0, 0]
    assert reason_specificity(closed)[0].why == "nobody is told reasons"
    assert Honest.asked == 0
    scenario, people = shown("on")
    opened = run_case(scenario, Honest(), people=people, periods=3)
    assert opened.scores.reasons is None
    adverse, favored = reason_coverage(opened)
    assert (adverse.numerator == adverse.denominator).all()
    assert adverse.denominator.sum() > 10
    assert not favored.numerator.any()  # nobody favored has late bills, and a reason of 0 is none
    assert Honest.asked == 1


def test_a_logistic_regression_has_reasons_that_cover_and_tell_apart():
    scenario, people = shown("on")
    case = run_case(scenario, load_model("logistic"), people=people, periods=8)
    for part in reason_coverage(case):
        assert part.denominator.any()
        np.testing.assert_array_equal(part.numerator, part.denominator)
    (row,) = reason_specificity(case)
    assert 0.9 < row.value <= 1
    assert set(case.reasons["rule"]) <= set(case.records.columns)
