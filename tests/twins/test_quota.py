"""Wrong entries under a quota: each is followed in a world of its own, so none displaces another.

In the planted town about 1,600 of 2,048 people are scored, those who slipped are decided adversely, and eight of them
have a place on a list, by lot. A wrong slip brings its subject a place if their lot is among the eight best, and takes
one other off the list.
"""

import numpy as np
import pandas as pd
import pytest
from shared import number, rows_of

from testbed.case.case import run_case
from testbed.measures.error_propagation.error_roots import effects
from testbed.twins import Inject
from testbed.world import Injection, World

pytestmark = pytest.mark.usefixtures("small_training")

PLACES, SINCE, PERIODS = 8, 1, 4
QUOTA = f"""
coupled = true
[lists.checked]
enter = "adverse"
stay = {number(0)}
quota = {number(0.00505, 0, 1)}
"""


@pytest.fixture
def town(plant, parts):
    """A town with eight places and wrong slips in month 1. `ties`: clauses that reach others from the list."""

    def make(ties="", seed=4, **dials):
        head, _, rest = parts.regime(minor=50).partition("\n")
        scenario = plant(
            acts={"slip": parts.act(0.005), "lapse": parts.act(0)}, rules={"slip": ('column = "slip"', -1)},
            follows=f"{head}{QUOTA}{ties}{rest}",
        )  # fmt: skip
        dials = {"error.period": SINCE, "error.per_1000": 20, **dials}
        return run_case(scenario.set(dials), people=2048, periods=PERIODS, seed=seed)

    return make


def alone(case, root):
    """The history of the whole town with one wrong slip, run by nothing but `World`."""
    injection = Injection(np.array([root]), case.scenario.kinds.index("slip"), SINCE)
    return World(case.society, case.scheme, case.periods, injection=injection).run()


def others_listed_otherwise(case, root):
    differs = (alone(case, root).lists_[:] != case.history.lists_[:]).any(axis=0)
    differs[root] = False
    return int(differs.sum())


def test_the_reach_under_a_quota_is_the_mean_of_worlds_with_one_wrong_entry_each(town):
    case = town(**{"error.sample": 40})
    assert all((case.history.lists(t) > 0).sum() == PLACES for t in range(PERIODS))
    found = rows_of(case, "error_reach")["error_reach"]
    roots = case.twin(Inject()).roots
    expected = [others_listed_otherwise(case, root) for root in roots.tolist()]
    assert len(roots) == found["n"] == 40
    assert 5 < np.count_nonzero(expected) < 35
    assert found["value"] == pytest.approx(np.mean(expected))
    assert found["low"] < found["value"] < found["high"]
    assert rows_of(case, "error_reach")["error_reach[hop=displaced]"]["value"] == found["value"]


def test_a_wrong_entry_takes_the_place_of_one_other_and_the_net_of_both_is_nobody(town):
    # Without later slips one place changes hands, for good.
    case = town(**{"error.sample": 40, "error.period": PERIODS - 1})
    found = effects(case)
    _, own = found.own()
    listed = (own.lists > 0).any(axis=0)
    assert 0 < listed.sum() < 40
    others = found.rows[found.rows["hop"] == "displaced"]
    assert sorted(others["root"]) == found.roots[listed].tolist()
    rows = rows_of(case, "error_reach")
    assert rows["error_reach[what=list]"]["value"] == pytest.approx(listed.mean())
    assert rows["error_reach_net[what=list]"]["value"] == pytest.approx(-listed.mean())


def test_how_many_get_a_wrong_entry_in_the_town_changes_nothing_of_what_one_does(town):
    few, many = (effects(town(**{"error.per_1000": share, "error.sample": 20})) for share in (1, 400))
    assert len(few.roots) == 20
    pd.testing.assert_frame_equal(few.rows, many.rows)
    assert not len(town(**{"error.per_1000": 0}).twin(Inject()).roots)


def test_a_larger_sample_keeps_the_people_of_a_smaller_one(town):
    small, large = (set(town(**{"error.sample": many}).twin(Inject()).roots.tolist()) for many in (10, 30))
    assert len(small) == 10
    assert len(large) == 30
    assert small < large


SHUN = f"""
[sanctions.shun]
by = "checked"
reach = "kin"
subject = false
source = "assumed"
reading = "assumed"
[sanctions.shun.raises]
lapse = {number(1)}
[family]
share = {number(1)}
"""


def test_kin_of_the_subject_are_reached_by_the_tie_and_kin_of_the_displaced_by_displacement(town):
    case = town(SHUN, seed=2, **{"error.sample": 40})
    rows = case.twin(Inject()).touched
    kin = case.society.ties("kin")
    reached = rows[rows["sanction"] & (rows["hop"] != "self")]
    tied = {root: set(kin.others[kin.indptr[root] : kin.indptr[root + 1]]) for root in set(rows["root"])}
    own = np.array([person in tied[root] for root, person in zip(reached["root"], reached["person"], strict=True)])
    assert own.any()
    assert not own.all()
    assert (reached["hop"][own] == "kin").all()
    assert (reached["hop"][~own] == "displaced").all()


def test_a_cascade_and_the_end_of_an_entry_are_read_in_the_world_of_that_entry(town):
    case = town(**{"error.sample": 40})
    found = effects(case)
    listed = (found.own()[1].lists > 0).any(axis=0)
    size = rows_of(case, "cascade_size")["cascade_size_observed"]
    # The entry itself, and one listing where it brings a place (nobody who has one loses it here).
    assert size["value"] == pytest.approx(1 + listed.mean())
    assert rows_of(case, "reproduction_number")["reproduction_number_standing"]["value"] == 1
