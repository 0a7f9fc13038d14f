"""Roots whose differences meet: what each of them changes is what it changes when it is the only one.

In the planted town nobody does what a rule reads. Whoever is listed brings a sanction on those of their kin who are not
listed, a month later. So where two kin are listed together for two months both are under the sanction in the month
after, and where only one of them is listed that one never is. Who is under the sanction lapses, which no rule reads.
"""

import numpy as np
import pandas as pd
import pytest
from shared import number, shun_kin

from testbed.case.case import run_case
from testbed.measures.error_propagation.cascade import _followed as followed
from testbed.measures.error_propagation.error_roots import effects
from testbed.regimes import tied
from testbed.twins import Assign, Inject

pytestmark = pytest.mark.usefixtures("small_training")

PERIODS = 5
SHUN = shun_kin("lapse", 40)
OLDER = 'when = { community = { is = "minority" }, age = { at_least = 30 } }'


@pytest.fixture
def town(plant, parts):
    def make(rules, held=("age",)):
        acts = {"slip": parts.act(0), "lapse": parts.act(0.02)}
        scenario = plant(acts=acts, rules=rules, held=held, follows=parts.regime(minor=2) + SHUN)
        return run_case(scenario, people=1024, periods=PERIODS, seed=2)

    return make


def kin_of(case, person):
    return tied(case.society.ties("kin"), np.array([person]))[1]


def two_kin(case):
    """Two kin of two households whom nothing befalls in the base world, each at home with somebody of 30 or more."""
    calm = case.scored & (case.people["age"].to_numpy() >= 30)
    calm &= (case.people["community"] == "majority").to_numpy()
    calm &= (case.history.sanctions_[:] == 0).all(axis=0)
    household = case.society.household
    calm &= np.bincount(household, calm)[household] > 1
    for one in np.flatnonzero(calm).tolist():
        for other in kin_of(case, one).tolist():
            if calm[other] and household[one] != household[other]:
                return tuple(sorted((one, other)))
    raise AssertionError("nobody has kin in another household")


def shunned(case, history, person):
    """Whether the person is under the sanction in some month."""
    return bool(history.sanctions_[:, history.place(np.array([person]))].any())


def alike(one, other):
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


def test_of_two_wrong_entries_on_kin_each_shuns_the_other_and_not_its_own_subject(town):
    case = town({"slip": ('column = "slip"', -1)})
    pair = two_kin(case)
    change = Inject("slip", 1, people=pair)
    found, twin = effects(case, change), case.twin(change)
    # Run together both are shunned: that is no root's own doing.
    assert all(shunned(case, twin.history, person) for person in pair)
    assert set(twin.alone) == set(pair)
    _, own = found.own()
    assert (own.decisions == -1).any(axis=0).all()
    assert not own.sanctions.any()
    _, others = found.lives(np.array(pair[::-1]), np.array(pair))
    assert others.sanctions.any(axis=0).all()
    assert not (others.decisions == -1).any()


def test_whom_a_wrong_entry_touches_among_many_that_meet_is_whom_it_touches_as_the_only_one(town):
    case = town({"slip": ('column = "slip"', -1)})
    pair = two_kin(case)
    rows = case.twin(Inject("slip", 1, people=pair)).touched
    for root, other in (pair, pair[::-1]):
        mine = rows[rows["root"] == root].set_index("person")
        assert mine.loc[other, "hop"] == "kin"
        assert mine.loc[other, "sanction"]
        assert not mine.loc[root, "sanction"]
        alike(mine.reset_index()[rows.columns], case.twin(Inject("slip", 1, people=(root,))).touched)


def test_a_root_that_is_run_again_finds_the_other_root_and_their_household_as_they_are(town):
    case = town({"older": (OLDER, -1)}, held=("community", "age"))
    pair = two_kin(case)
    twin = case.twin(Assign("community", "minority", pair))
    assert not any(shunned(case, twin.history, person) for person in pair)  # both are listed all the time
    for root, other in (pair, pair[::-1]):
        again = twin.alone[root].history
        assert shunned(case, again, other)
        assert not shunned(case, again, root)
        # The other stays in the majority, and so does everybody at their home; at the root's all have moved.
        only = case.twin(Assign("community", "minority", [root]))
        people = np.flatnonzero(np.isin(case.society.household, case.society.household[list(pair)]))
        people = people[np.isin(people, again.people)]
        assert other in people
        assert (only.history.decisions_[-1][people] == -1).sum() > 1
        for name in ("decisions_", "lists_", "sanctions_"):
            mine = getattr(again, name)[:, again.place(people)]
            np.testing.assert_array_equal(mine, getattr(only.history, name)[:, people])
        rows = twin.touched
        alike(rows[rows["root"] == root], only.touched)


def test_what_people_do_for_a_wrong_entry_is_what_they_do_where_it_is_the_only_one(town):
    # Kin of a root are shunned from month 2 on, and lapse; if they are listed too, from month 3 on.
    case = town({"slip": ('column = "slip"', -1)})
    pair = two_kin(case)
    found = effects(case, Inject("slip", 1, people=pair))
    base, error = found.adverse_acts()
    together = np.zeros(len(case.people), np.int64)
    for acts in found.twin.history.acts_[2:]:
        np.add.at(together, acts.person, 1)
    assert (error != together[found.rows["person"]]).any()
    for root in pair:
        only = effects(case, Inject("slip", 1, people=(root,)))
        mine = (found.rows["root"] == root).to_numpy()
        assert found.rows["person"][mine].tolist() == only.rows["person"].tolist()
        np.testing.assert_array_equal([base[mine], error[mine]], only.adverse_acts())
        assert error[mine].sum() > base[mine].sum()


def test_a_cascade_among_kin_is_that_of_the_only_wrong_entry(town):
    case = town({"slip": ('column = "slip"', -1)})
    pair = two_kin(case)

    def nodes(people):
        """How many of each type go back to each root."""
        found, why = followed(effects(case, Inject("slip", 1, people=people)))
        assert not why
        return [{name: n for name, n in zip(found.types, row.tolist(), strict=True) if n} for row in found.nodes]

    each = [nodes((root,))[0] for root in pair]
    assert nodes(pair) == each
    assert all(any("lapse" in name for name in one) for one in each)


BAR = f"""
[lists.black]
enter = "adverse"
stay = {number(0)}
[sanctions.bar]
by = "black"
source = "assumed"
reading = "assumed"
[sanctions.bar.raises]
lapse = {number(800)}
"""


@pytest.fixture
def straying(plant, parts):
    """Sixty people. Whoever is listed lapses in most months, and nine lapses in ten are entered on somebody else."""
    scenario = plant(
        acts={"slip": parts.act(0), "lapse": parts.act(0.001)},
        rules={"slip": ('column = "slip"', -1), "lapse": ('column = "lapse"', -1)},
        channels={"watch": parts.channel(["slip", "lapse"], false_match=0.9)},
        follows=parts.regime(minor=50) + BAR,
    )
    return run_case(scenario, people=64, periods=8, seed=2)


def test_where_strays_of_two_roots_fall_on_one_person_each_root_has_the_strays_of_its_own(straying):
    case = straying
    _, first = np.unique(case.society.household[case.scored], return_index=True)
    people = np.flatnonzero(case.scored)[first][:12].tolist()
    single = {root: case.twin(Inject("slip", 1, people=(root,))) for root in people}
    hit = {root: set(twin.touched["person"]) - {root} for root, twin in single.items()}
    one, other = next((a, b) for a in people for b in people if a < b and hit[a] & hit[b] and hit[a] != hit[b])
    twin = case.twin(Inject("slip", 1, people=(one, other)))
    assert set(twin.alone) == {one, other}
    both = twin.touched
    assert both.duplicated("person").any()
    for root in (one, other):
        alike(both[both["root"] == root], single[root].touched)
        mine, history = twin.alone[root].history, single[root].history
        places = mine.place(np.array(sorted(hit[root])))
        for name in ("decisions_", "lists_"):
            np.testing.assert_array_equal(getattr(mine, name)[:, places], getattr(history, name)[:, sorted(hit[root])])
    # Read together, whoever only one of them reaches would be the work of both.
    together = set(np.flatnonzero((twin.history.decisions_[:] != case.history.decisions_[:]).any(axis=0)).tolist())
    assert together - {one, other} > hit[one] & hit[other]
