"""A-level grades of 2020: whose word counts by the number of entries, and whom that favors."""

import numpy as np
import pandas as pd
import pytest

from synthetic import Population, Recipe
from testbed.models import load_rulebook

BOOK = load_rulebook("a-level-2020")
BEST = 6


def result(entries, teacher, history):
    record = pd.DataFrame({"entries": [entries], "teacher_grade": [teacher], "history_grade": [history]})
    return float(BOOK.score(record).score[0])


@pytest.fixture(scope="module")
def leavers():
    people = Population("school-leavers", 60_000, seed=3).people()
    said = BOOK.score(people)
    names = ["U", "E", "D", "C", "B", "A", "A*"]
    return people.assign(given=[names.index(grade) for grade in BOOK.grade(said)])


@pytest.mark.parametrize(("entries", "given"), [(1, 6), (5, 6), (6, 4), (15, 4), (16, 2), (200, 2)])
def test_the_teacher_decides_up_to_five_entries_and_the_past_beyond_fifteen(entries, given):
    assert result(entries, teacher=6, history=2) == given


def test_as_many_grades_are_lowered_and_raised_as_were_published(leavers):
    change = leavers["given"] - leavers["teacher_grade"]
    assert (change < 0).mean() == pytest.approx(0.391, abs=0.01)
    assert (change == -1).mean() == pytest.approx(0.356, abs=0.01)
    assert (change == -2).mean() == pytest.approx(0.033, abs=0.01)
    assert (change > 0).mean() == pytest.approx(0.022, abs=0.01)


def test_what_a_center_did_before_does_not_matter_where_few_enter_and_alone_matters_where_many_do(leavers):
    few, many = leavers[leavers["entries"] <= 5], leavers[leavers["entries"] > 15]
    assert min(len(few), len(many)) > 1000
    np.testing.assert_array_equal(few["given"], few["teacher_grade"])
    np.testing.assert_array_equal(many["given"], many["history_grade"])


def test_the_exemption_favors_independent_schools_only_by_the_number_of_entries(leavers):
    above = leavers["given"] - leavers["attained"]
    middling = leavers["attained"].between(2, 4)
    by_school = above[middling].groupby(leavers["school"], observed=True).mean()
    assert by_school["independent"] > by_school["state"] + 0.1
    same = Recipe.load("school-leavers").set({"recipe.entries.independent": 25, "recipe.past.independent": 3.2})
    people = Population(same, 60_000, seed=3).people()
    given = np.floor(BOOK.score(people).score + 0.5)
    alike = pd.Series(given - people["attained"]).groupby(people["school"], observed=True).mean()
    assert alike["independent"] == pytest.approx(alike["state"], abs=0.02)


def test_every_number_of_the_recipe_can_be_turned_to_either_end_of_its_range():
    recipe = Recipe.load("school-leavers")
    for path, dial in recipe.dials.items():
        for end in dial.range:
            people = Population(recipe.set({path: end}), 64, seed=1).people()
            assert people[["attained", "history_grade", "teacher_grade"]].stack().between(0, BEST).all()
