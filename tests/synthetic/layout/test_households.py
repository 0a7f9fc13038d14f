"""Households: valid by construction, whole inside their grid, the same whatever is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population
from synthetic.draws import GRID
from synthetic.layout.households import Layout, Members
from synthetic.layout.kinship import ROLES, quantiles

PEOPLE = 300_032


@pytest.fixture(scope="module")
def society():
    names = ["household", "place", "household_size", "role", "sex", "age", "grid"]
    found = Population("china-2020", PEOPLE, seed=11).arrays(names=names)
    found["head"] = found["household"]
    return found


def of_role(society, name):
    return np.flatnonzero(society["role"] == ROLES.index(name))


def test_a_household_is_named_for_its_first_member_who_is_its_head(society):
    first = np.flatnonzero(society["place"] == 0)
    assert (society["household"][first] == first).all()
    assert (society["role"][first] == ROLES.index("head")).all()
    assert len(of_role(society, "head")) == len(first)


def test_members_stand_in_a_row_and_are_as_many_as_the_household_says(society):
    assert (society["household"] + society["place"] == np.arange(PEOPLE)).all()
    heads, counts = np.unique(society["household"], return_counts=True)
    assert (counts == society["household_size"][heads]).all()
    assert counts.max() == 7


def test_no_household_leaves_its_grid(society):
    assert (society["household"] // GRID == society["grid"]).all()


def test_a_household_has_at_most_one_partner_of_the_other_sex_and_two_parents(society):
    partners = of_role(society, "partner")
    assert len(np.unique(society["household"][partners])) == len(partners)
    assert (society["sex"][partners] != society["sex"][society["head"][partners]]).all()
    parents = of_role(society, "parent of head")
    _, counts = np.unique(society["household"][parents], return_counts=True)
    assert counts.max() == 2
    two = parents[:-1][np.diff(society["household"][parents]) == 0]
    assert len(two) == (counts == 2).sum()
    assert (society["sex"][two] != society["sex"][two + 1]).all()


def test_no_parent_is_younger_than_the_child_plus_15(society):
    age, head = society["age"], society["head"]
    children, parents, partners = (of_role(society, name) for name in ("child", "parent of head", "partner"))
    assert (age[head[children]] >= age[children] + 15).all()
    partner_age = np.full(PEOPLE, 999)
    partner_age[head[partners]] = age[partners]
    assert (partner_age[head[children]] >= age[children] + 15).all()
    assert (age[parents] >= age[head[parents]] + 15).all()


def test_heads_and_partners_are_grown_and_nobody_is_over_100(society):
    for name in ("head", "partner"):
        assert society["age"][of_role(society, name)].min() >= 18
    assert society["age"].max() <= 100
    assert society["age"].min() == 0


def test_nobody_lives_without_somebody_grown(society):
    grown = np.zeros(PEOPLE, bool)
    grown[society["household"][society["age"] >= 18]] = True
    assert grown[society["household"]].all()


def test_the_ages_of_partners_go_together(society):
    partners = of_role(society, "partner")
    one, two = society["age"][partners], society["age"][society["head"][partners]]
    assert np.corrcoef(one, two)[0, 1] > 0.95
    older = np.where(society["sex"][partners] == 0, one - two, two - one)
    assert 0.5 < older.mean() < 4


@pytest.mark.parametrize("grid", [0, 1, 63, 64, 292])
def test_a_grid_made_alone_is_the_same(society, grid):
    alone = Population("china-2020", PEOPLE, seed=11).arrays(grid * GRID, (grid + 1) * GRID, names=["role", "age"])
    for name, values in alone.items():
        assert (values == society[name][grid * GRID : (grid + 1) * GRID]).all()


def test_a_grid_of_people_alone_is_filled_to_the_last():
    layout = Layout(3, 5, lambda slots: np.ones((2, slots), np.int16))
    assert (layout.household == np.arange(3 * GRID, 5 * GRID)).all()


def test_the_last_household_of_a_grid_is_cut_to_the_people_left():
    layout = Layout(0, 2, lambda slots: np.full((2, slots), 7, np.int16))
    assert layout.size.sum() == 2 * GRID
    assert layout.size[146] == GRID % 7
    assert (np.bincount(layout.of) == layout.size).all()


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float64, np.bool_])
def test_sums_over_members_are_those_of_a_plain_loop(kind):
    sizes = np.random.default_rng(1).integers(1, 8, (2, GRID))
    layout = Layout(0, 2, lambda slots: sizes[:, :slots])
    values = np.random.default_rng(2).integers(0, 2, layout.people).astype(kind)
    members = Members(layout)
    expected = [values[a : a + n].sum() for a, n in zip(layout.first, layout.size)]
    assert (members.sum(values) == expected).all()
    assert (members.any(values > 0) == (np.array(expected) > 0)).all()


def test_quantile_tables_hold_the_shares_they_are_made_of():
    table = quantiles(np.array([[1.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]), 400)
    assert (np.bincount(table[0], minlength=4) == [100, 200, 0, 100]).all()
    assert (table[1] == -1).all()
