"""Effects of one's own group where those of kin meet: each person's is that of a world in which only they are moved.

Whoever is an adult of the minority is listed, which makes kin who are not listed slip in most months. So who is
moved to the majority is taken off the list and then slips for their kin, unless these are moved too.
"""

import numpy as np
import pytest
from shared import shun_kin

from testbed.case.case import run_case
from testbed.measures.disparate_impact.counterfactual import adverse_if
from testbed.measures.disparate_impact.paths import lives
from testbed.regimes import tied
from testbed.twins import Assign

pytestmark = pytest.mark.usefixtures("small_training")

LAST = 5
SHUN = shun_kin("slip", 80)
MINORITY = 'when = { community = { is = "minority" } }'


@pytest.fixture
def case(plant, parts):
    rules = {"slip": ('column = "slip"', -1), "minority": (MINORITY, -1)}
    scenario = plant(
        acts={"slip": parts.act(0.01)}, rules=rules, held=("community", "age"), follows=parts.regime() + SHUN
    )
    return run_case(scenario, people=8192, periods=LAST + 1, seed=2)


@pytest.fixture
def kin(case):
    """Adults of the minority, one of a household, each with kin among them."""
    people = np.flatnonzero(case.scored & (case.people["community"] == "minority").to_numpy())
    _, first = np.unique(case.society.household[people], return_index=True)
    people = people[np.sort(first)]
    place, ends = tied(case.society.ties("kin"), people)
    among = people[np.unique(place[np.isin(ends, people)])]
    assert len(among) >= 6, len(among)
    return among[:24]


def alone(case, change, person):
    """The last decision on a person in a twin in which nobody but their household is moved."""
    only = Assign(change.attribute, change.value, [person], change.readers)
    return case.twin(only).history.decision(LAST)[person]


def test_whether_each_would_be_decided_adversely_is_what_they_would_be_with_their_kin_as_they_are(case, kin):
    change = Assign("community", "majority", kin.tolist())
    expected = [alone(case, change, person) == -1 for person in kin.tolist()]
    together = case.twin(change).history.decision(LAST)[kin] == -1
    assert sum(expected) > together.sum() + 3
    assert adverse_if(case, "community", "majority", kin).tolist() == expected


@pytest.mark.parametrize("readers", [(), ("direct",)])
def test_a_path_is_read_where_kin_are_as_they_are(case, kin, readers):
    change = Assign("community", "majority", kin.tolist(), readers)
    found = {}
    for people, history in lives(case, change):
        found |= dict(zip(people.tolist(), history.decision(LAST)[history.place(people)].tolist(), strict=True))
    assert found == {person: alone(case, change, person) for person in kin.tolist()}
    assert -1 in found.values()
