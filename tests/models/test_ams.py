"""The formula of the Austrian employment service: the published chances, and who its terms set apart."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from synthetic import Population
from testbed.case import Case, run_case
from testbed.models import load_rulebook
from testbed.scenarios import Scenario
from testbed.twins import Assign

BOOK = load_rulebook("ams-2018")
MEASURES = ("supporting_measure", "qualifying_measure", "employment_measure")
REFERENCE = {
    "sex": "male",
    "age": 25,
    "state": "home",
    "education": "compulsory",
    "region": "type 1",
    "occupation": "services",
    "care_duty": False,
    "impaired": False,
    "few_days": False,
    "case_years": 0,
    "long_case": False,
    **dict.fromkeys(MEASURES, 0),
}


def points(**changed):
    """The log-odds of the reference man with some attributes changed."""
    return float(BOOK.score(pd.DataFrame([REFERENCE | changed])).score[0])


@pytest.mark.parametrize(
    ("changed", "published"),
    [
        ({}, 0.525),
        ({"sex": "female"}, 0.490),
        (
            {
                "sex": "female",
                "age": 51,
                "state": "third",
                "care_duty": True,
                "region": "type 4",
                "impaired": True,
                "few_days": True,
                "case_years": 1,
                "long_case": True,
                "supporting_measure": 1,
            },
            0.0198,
        ),
        (
            {
                "age": 23,
                "state": "union",
                "education": "apprenticeship",
                "occupation": "production",
                "case_years": 4,
            },
            0.9364,
        ),
    ],
    ids=["man", "woman", "persona with low chances", "persona with high chances"],
)
def test_the_log_odds_give_the_published_chances(changed, published):
    assert expit(points(**changed)) == pytest.approx(published, abs=5e-4 if published > 0.1 else 5e-5)


def test_a_care_duty_counts_for_women_and_for_no_man():
    assert points(care_duty=True) == points()
    assert points(sex="female", care_duty=True) == pytest.approx(points(sex="female") - 0.15)


def test_the_classes_are_cut_at_66_and_at_25_percent():
    odds = np.array([0.661, 0.659, 0.251, 0.249])
    assert BOOK.grade(np.log(odds / (1 - odds))).tolist() == ["A", "B", "B", "C"]


def test_the_last_kind_of_measure_counts_alone_and_once():
    assert points(supporting_measure=3) == pytest.approx(0.10 - 0.57)
    assert points(supporting_measure=3, qualifying_measure=2) == pytest.approx(0.10 - 0.21)
    assert points(**dict.fromkeys(MEASURES, 2)) == pytest.approx(0.10 - 0.43)


@cache
def lived() -> Case:
    alike = Scenario.load("ams-2018").set({"recipe.case_years.men_more": 1})  # men have no more cases than women
    return run_case(alike, people=4096, periods=4)


def test_women_who_had_been_men_would_score_as_the_terms_for_women_say():
    case = lived()
    women = case.people["sex"].eq("female").to_numpy()
    people = Population("job-seekers", 4096, seed=0)
    # The same woman with the attributes that she has, but a man's sex on file.
    filed = case.records.assign(sex=pd.Categorical(["male"] * 4096, case.records["sex"].cat.categories))
    gained = BOOK.score(filed).score - case.score
    caring = people.people()["care_duty"].to_numpy(bool)
    assert np.allclose(gained[women & caring], 0.29)
    assert np.allclose(gained[women & ~caring], 0.14)
    assert np.allclose(gained[~women], 0)
    assert min((women & caring).sum(), (women & ~caring).sum()) > 100


def test_a_sex_assigned_from_birth_changes_care_and_occupation_too():
    case = lived()
    twin = case.twin(Assign("sex", "male"))
    women = case.people["sex"].eq("female").to_numpy()
    # By hand, from the recipe's numbers: no term for women, none for their care duties, more work in production.
    caring = 0.30 * (0.70 + 0.30 * 0.30)
    expected = 0.14 + 0.15 * caring + 0.17 * (0.50 - 0.15)
    assert (twin.score - case.score)[women].mean() == pytest.approx(expected, abs=0.01)
    assert np.array_equal(twin.score[~women], case.score[~women])


def test_class_a_which_the_formula_alone_decides_has_its_published_shares():
    case = run_case(Scenario.load("ams-2018"), people=20 * 1024, periods=24)
    grade = pd.Series(BOOK.grade(case.score), case.people.index)
    share = grade.eq("A").groupby(case.people["sex"], observed=True).mean()
    assert share["female"] == pytest.approx(0.09, abs=0.015)
    assert share["male"] == pytest.approx(0.16, abs=0.015)
