"""Reach beyond the household, where a sanction travels along one kind of tie and nothing else travels."""

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import run_case
from testbed.lineage.trace import lineage
from testbed.twins import Inject

pytestmark = pytest.mark.usefixtures("small_training")

HOPS = {"kin": "kin", "colleagues": "colleague", "acquaintances": "acquaintance"}


@pytest.fixture
def town(plant, parts):
    """A town in which nobody does anything, and a list whose members' ties are watched; five wrong entries."""

    def make(reach, *, rate=0.0, raises=1.0, people=2048):
        lines = [parts.regime(minor=4), "[lists.black]", 'enter = "adverse"', f"stay = {number(0)}"]
        lines += ["[sanctions.watched]", 'by = "black"', f'reach = "{reach}"', 'source = "assumed"',
                  'reading = "assumed"', "[sanctions.watched.raises]", f"slip = {number(raises)}",
                  "[family]", f"share = {number(1, high=1)}"]  # fmt: skip
        scenario = plant(
            acts={"slip": parts.act(rate, most=0.3)}, rules={"slip": ('column = "slip"', -1)}, follows="\n".join(lines)
        )
        return run_case(scenario.set({"error.period": 1, "error.per_1000": 6}), people=people, periods=6, seed=8)

    return make


@pytest.mark.parametrize("reach", sorted(HOPS))
def test_the_reach_along_a_tie_is_the_number_of_people_it_leads_to(town, reach):
    case = town(reach)
    roots = case.twin(Inject()).roots
    ties, home = case.society.ties(reach), case.society.household
    others = [ties.others[ties.indptr[root] : ties.indptr[root + 1]] for root in roots]
    beyond = np.array([np.sum(home[some] != home[root]) for root, some in zip(roots, others, strict=True)])
    assert len(roots) > 3
    assert beyond.sum() > 0
    found = rows_of(case, "error_reach")
    assert found["error_reach[what=sanction]"]["value"] == pytest.approx(np.mean([len(some) for some in others]))
    by_hop = [found[f"error_reach[hop={hop}]"]["value"] for hop in ("household", "employer", *HOPS.values())
              if f"error_reach[hop={hop}]" in found]  # fmt: skip
    assert sum(by_hop) == pytest.approx(found["error_reach"]["value"])
    assert found[f"error_reach[hop={HOPS[reach]}]"]["value"] > 0
    assert found["error_reach[hop=none]"]["value"] == 0


def test_acts_that_a_tie_brings_about_go_back_to_the_listing_of_the_person_at_its_other_end(town):
    case = town("kin", rate=0.002, raises=60, people=6144)
    made = lineage(case)
    rows = made.rows.set_index("id")
    listings = rows[rows["kind"] == "listing"].index
    induced = made.edges[made.edges["parent"].isin(listings)]
    child, parent = (rows.loc[induced[side], "person"].to_numpy(np.int64) for side in ("child", "parent"))
    ties = case.society.ties("kin")
    own = child == parent
    tied = [person in ties.others[ties.indptr[one] : ties.indptr[one + 1]] for one, person in zip(child, parent)]
    assert (own | np.array(tied)).all()
    assert np.sum(~own) > 5
