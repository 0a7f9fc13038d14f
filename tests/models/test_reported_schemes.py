"""Schemes of which little was reported: what is reported holds, and what is not is a guess with a range."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from testbed.case import Case, Setting
from testbed.models import load_rulebook
from testbed.scenarios import Scenario

FRIENDS = load_rulebook("friends-decide")


def grade(name, **record):
    """The grade that a rule book gives for a record."""
    book = load_rulebook(name)
    return book.grade(book.score(pd.DataFrame([dict.fromkeys(book.reads, 0) | record])))[0]


@cache
def lent(points: int) -> Case:
    """A world in which a lender's rejection is what puts people on the list that their friends are judged by."""
    scenario = Scenario.load("zhima-like").set({"decide.adverse_cutoff": 0, "decide.favored_cutoff": 1})
    return Case.of(Setting(scenario, people=4096, periods=6), FRIENDS.set({"model.friends.points": points}))


def rejected(case: Case) -> np.ndarray:
    return np.asarray(case.history.decision(case.decided) == -1)[case.scored]


def test_where_friends_decide_a_clean_file_does_not_help_and_a_rejection_spreads_along_ties():
    with_friends, without = lent(-2), lent(0)
    own = with_friends.records["bank_arrears"].to_numpy() >= 2
    listed = with_friends.records["listed_acquaintances"].to_numpy() > 0
    np.testing.assert_array_equal(rejected(with_friends), own | listed)
    assert (rejected(with_friends) & ~own).sum() > 5 * (rejected(with_friends) & own).sum() > 0
    np.testing.assert_array_equal(rejected(without), without.records["bank_arrears"].to_numpy() >= 2)
    assert rejected(with_friends)[rejected(without)].all()


def test_in_the_app_with_three_outcomes_one_body_of_many_is_enough_to_be_bad():
    book = load_rulebook("shanghai-like")
    assert [one.name for one in book.grades] == ["very good", "good", "bad"]
    against = [rule.column for rule in book.rules if rule.points.value < 0]
    assert {grade("shanghai-like", **{column: 1}) for column in against} == {"bad"}
    assert len(against) == 6


def test_the_reported_resident_of_huantai_has_the_top_grade_and_one_point_below_its_cut_off_has_not():
    book = load_rulebook("huantai")
    assert book.grade(np.array([1065, 1050, 1049])).tolist() == ["AAA", "AAA", "below AAA"]


@pytest.mark.parametrize("name", ["friends-decide", "huantai", "shanghai-like"])
def test_the_points_of_every_rule_are_a_guess_with_a_range(name):
    book = load_rulebook(name)
    dials = [rule.points for rule in book.rules]
    assert {dial.reading for dial in dials} == {"assumed"}
    assert all(dial.range is not None for dial in dials)
