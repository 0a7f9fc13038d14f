"""Targeting of true need, and what operators' logs and rules leave out, where both are planted."""

import math

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.measures.benefit.detection import given, in_need
from testbed.scenarios.base import Scenario

pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture(scope="module")
def setting():
    return Setting(Scenario.load("rongcheng"), people=24_576, periods=4)


class ByIncome:
    """A model that orders people by an attribute that it is told."""

    row_wise = False  # it goes by who somebody is, not by the record
    higher_is = "better"
    needs = ()

    def __init__(self, good):
        self.good = good

    def score(self, records):
        return self.good[records.index.to_numpy() % len(self.good)]


@pytest.mark.parametrize("budget", [0.05, 0.4])
def test_whoever_knows_all_need_reaches_what_the_oracle_does(setting, budget):
    need = setting.society.columns["income_fifth"] == 0
    case = Case.of(setting, ByIncome(need.astype(float)))
    share = need[case.scored].mean()
    for name, best in (("targeting_precision", min(1, share / budget)), ("targeting_recall", min(1, budget / share))):
        found = rows_of(case, name, budget=budget)
        assert found[f"{name}[budget={budget}]"]["value"] == pytest.approx(best, rel=0.002)
        assert found[f"{name}_oracle[budget={budget}]"]["value"] == found[f"{name}[budget={budget}]"]["value"]


def test_a_scheme_that_knows_nothing_of_need_has_the_base_rate_and_its_own_budget(setting):
    coin = np.random.Generator(np.random.Philox(5)).random(setting.size)
    case = Case.of(setting, ByIncome(coin))
    row = rows_of(case, "targeting_precision", budget=0.3)["targeting_precision[budget=0.3]"]
    assert row["low"] < in_need(case)[case.scored].mean() < row["high"]
    row = rows_of(case, "targeting_recall", budget=0.3)["targeting_recall[budget=0.3]"]
    assert row["low"] < 0.3 < row["high"]


def test_without_a_budget_those_count_whom_the_scheme_favors(setting):
    case = Case.of(setting)
    got, _ = given(case, "favored")
    np.testing.assert_array_equal(got, case.scored & (case.history.decision(3) == 1))
    row = rows_of(case, "targeting_precision")["targeting_precision"]
    assert row["value"] == pytest.approx((got & in_need(case)).sum() / got.sum())


def test_a_scheme_that_favors_nobody_says_so():
    case = run_case("judgment-debtors", people=1024, periods=2)
    for name in ("targeting_precision", "targeting_recall"):
        for row in rows_of(case, name).values():
            assert math.isnan(row["value"])
            assert "favors nobody" in row["why"]


@pytest.fixture
def misused(plant, parts):
    """A town in which operators make entries without cause, and its run."""

    def make(**given):
        values = {"rate": 20, "logged": 0.6, "audited": 0.5, "reversal": 0, "answered": 0.2} | given
        lines = [parts.regime(minor=6), "[misuse]", 'kind = "slip"']
        lines += [f"{key} = {number(value)}" for key, value in values.items()]
        scenario = plant(
            acts={"slip": parts.act(0.01, most=0.3)}, rules={"slip": ('column = "slip"', -1)},
            follows="\n".join(lines),
        )  # fmt: skip
        return run_case(scenario, people=11_264, periods=6, seed=7)

    return make


def test_the_log_shows_the_share_that_is_planted_and_the_audit_its_share_of_that(misused):
    found = rows_of(misused(), "operator_logged_share")
    for suffix, truth in (("", 0.6), ("_audited", 0.3), ("_answered", 0.06)):
        row = found[f"operator_logged_share{suffix}"]
        assert row["low"] < truth < row["high"], suffix
    assert found["operator_logged_share_numerator"]["value"] > 300


def test_where_nobody_misuses_the_record_there_is_nothing_to_log(setting):
    row = rows_of(Case.of(setting), "operator_logged_share")["operator_logged_share"]
    assert math.isnan(row["value"])
    assert row["why"] == "no operator has made an entry without cause"


def test_rules_that_count_lawful_acts_or_who_one_is_are_out_of_scope(plant, parts):
    lawful = f'title = "Planted"\ndirection = "lawful"\nmost = 0.3\nrate = {number(0.1)}\n'
    scenario = plant(
        acts={"slip": parts.act(0.02, most=0.3), "letter": lawful,
              "kindness": parts.act(0.02, adverse=False, most=0.3)},
        rules={
            "slip": ('column = "slip"', -1), "letter": ('column = "letter"', -1),
            "kindness": ('column = "kindness"', 1), "young": ("when = { age = { below = 30 } }", -1),
            "young_slip": ("when = { age = { below = 30 }, slip = { at_least = 1 } }", -1),
        },
    )  # fmt: skip
    found = rows_of(run_case(scenario, people=1024, periods=2), "out_of_scope_rules")
    assert found["out_of_scope_rules"]["value"] == 2 / 5
    assert found["out_of_scope_rules_numerator"]["value"] == 2


def test_a_model_that_is_no_rule_book_has_no_rules_to_be_out_of_scope(setting):
    row = rows_of(Case.of(setting, ByIncome(np.zeros(setting.size))), "out_of_scope_rules")["out_of_scope_rules"]
    assert math.isnan(row["value"])


def test_the_rules_of_many_cities_are_counted_over_all_their_books():
    case = run_case("many-cities", people=1024, periods=2)
    found = rows_of(case, "out_of_scope_rules")
    books = case.scheme.scorer.model.books
    assert found["out_of_scope_rules"]["n"] == sum(len(book.rules) for book in books.values())
    assert len(books) > 2
