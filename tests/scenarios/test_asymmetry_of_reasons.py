"""Engelmann and others (2019): whoever is on a black list is told why, whoever is on a red list is not.

What they read are lists that authorities publish. So the scenarios asked are those whose disclosure names a source
for showing who is on a list; where that is assumed, nothing was documented. Not all of them can have the asymmetry, and
each says here why it has it or not.
"""

import pytest
from shared import rows_of

from testbed.case.case import run_case
from testbed.scenarios import Scenario, names

CLEAR, EVEN = 1, 0
DOCUMENTED = {
    "rongcheng": (CLEAR, "red and black lists of one city; both rights after what Engelmann and others found"),
    "suining-2010": (CLEAR, "classes published by name; the same disclosure"),
    "judgment-debtors": (CLEAR, "a black list with its grounds; there is no red one whose grounds could be vague"),
    "joint-sanctions": (CLEAR, "the same black list"),
    "restaurant-hygiene": (CLEAR, "grades at the door; findings are listed, a good grade has none"),
    "corporate": (EVEN, "best and worst firms are named; no source says whether with reasons, so neither has any"),
    "ams-2018": (EVEN, "no list: an adviser explains every class to the person, good or bad"),
    "health-code": (EVEN, "a color is shown, and no reason for any"),
}
TWO_SIDED = ("rongcheng", "suining-2010")
"""Those that publish who is punished and who is rewarded, and where both happen in a small world."""


def test_every_scenario_with_a_sourced_list_says_whether_it_has_the_asymmetry():
    published = set()
    for name in names():
        right = Scenario.load(name).disclosure.dials["disclosure.list_membership"]
        if right.value and right.source != "assumed":
            published.add(name)
    assert published == set(DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_where_lists_are_documented_rewards_are_never_better_explained_than_punishments(name):
    disclosure = Scenario.load(name).disclosure
    assert disclosure.reasons_adverse - disclosure.reasons_favorable == DOCUMENTED[name][0]


@pytest.mark.parametrize("name", TWO_SIDED)
def test_in_a_world_with_both_lists_the_clarity_gap_is_above_0(name):
    case = run_case(name, people=2048, periods=6)
    assert rows_of(case, "clarity_gap")["clarity_gap"]["value"] > 0
    favored = rows_of(case, "reason_coverage")["reason_coverage[decision=favored]"]
    assert (favored["value"], favored["n"] > 0) == (0, True)
