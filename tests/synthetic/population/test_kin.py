"""Kin in other households: the same from both ends, a generation apart, fewer for the old."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.population.kin import HEAD, PARTNER, Kin
from synthetic.population.ties import dials

PEOPLE = 70 * GRID + 5


@pytest.fixture(scope="module")
def town():
    return Population("china-2020", PEOPLE, seed=4)


@pytest.fixture(scope="module")
def columns(town):
    return town.arrays(names=["role", "age", "household", "composition", "sex", "community"])


@pytest.fixture(scope="module")
def kin(town, columns):
    return Kin(town, columns)


@pytest.fixture(scope="module")
def pairs(kin):
    return kin.parents(np.arange(PEOPLE))


def test_children_are_those_who_have_the_parent(kin, pairs):
    child, parent = pairs
    theirs, mine = kin.children(np.arange(PEOPLE))
    assert len(child) > PEOPLE / 4
    assert (np.sort(parent * PEOPLE + child) == theirs * PEOPLE + mine).all()


def test_a_parent_lives_elsewhere_and_is_a_generation_older(columns, pairs):
    child, parent = pairs
    age, home = columns["age"].astype(int), columns["household"]
    assert (age[parent] - age[child]).min() >= 15
    assert (home[parent] != home[child]).all()


def test_nobody_has_more_than_two_parents_or_two_of_one_sex_or_parents_in_two_places(columns, pairs):
    child, parent = pairs
    _, first, count = np.unique(child, return_index=True, return_counts=True)
    assert count.max() == 2
    two = first[count == 2]
    assert (columns["household"][parent[two]] == columns["household"][parent[two + 1]]).all()
    assert (columns["sex"][parent[two]] != columns["sex"][parent[two + 1]]).all()


def test_only_heads_and_partners_have_kin_elsewhere_and_no_head_whose_parents_live_in(columns, pairs):
    for ids in pairs:
        assert np.isin(columns["role"][ids], (HEAD, PARTNER)).all()
    with_parent = np.unique(columns["household"][columns["role"] == 3])
    assert not np.isin(with_parent, pairs[0]).any()


def test_the_young_have_parents_more_often_than_the_old(columns, pairs):
    has = np.zeros(PEOPLE, bool)
    has[pairs[0]] = True
    heads = columns["role"] == HEAD
    shares = [has[heads & (columns["age"] // 15 == band)].mean() for band in (2, 3, 4)]
    assert shares[0] > 0.5
    assert shares[0] > shares[1] > shares[2]


def test_partners_are_each_others(kin, columns):
    ids = np.arange(PEOPLE)
    partner = kin.partner(ids)
    paired = ids[partner >= 0]
    assert (kin.partner(partner[paired]) == paired).all()
    assert (partner >= 0).sum() == 2 * (columns["role"] == PARTNER).sum()


def test_kin_are_kin_of_each_other(kin):
    asked = np.arange(3000)
    who, whom = kin.of(asked)
    place, other = kin.of(whom)
    back = set(zip(whom[place].tolist(), other.tolist()))
    assert all((theirs, mine) in back for mine, theirs in zip(who.tolist(), whom.tolist()))
    assert (who != whom).all()


def test_kin_need_not_be_in_memory(town, kin):
    asked = [1, 2, 50_000]
    one, two = Kin(town).parents(asked), kin.parents(asked)
    assert [found.tolist() for found in one] == [found.tolist() for found in two]
    assert [found.tolist() for found in Kin(town).children([1])] == [found.tolist() for found in kin.children([1])]


def test_kin_do_not_depend_on_company_or_order(kin, pairs):
    asked = np.array([60_000, 3, 41_000, 3_000])
    who, parent = kin.parents(asked)
    for place, person in enumerate(asked):
        assert parent[who == place].tolist() == pairs[1][pairs[0] == person].tolist()


def test_kin_are_blind_to_community(columns, pairs):
    has = np.zeros(PEOPLE, bool)
    has[pairs[0]] = True
    minority = columns["community"] == 1
    heads = columns["role"] == HEAD
    one, two = heads & minority, heads & ~minority
    error = np.sqrt(0.25 * (1 / one.sum() + 1 / two.sum()))
    assert abs(has[one].mean() - has[two].mean()) < 4.5 * error


@pytest.mark.parametrize("path", [path for path in dials() if path.startswith("ties.kin.")])
def test_no_dial_of_kin_is_inert(town, columns, pairs, path):
    low, high = dials()[path].range
    child, parent = Kin(town, columns, values={path: high if dials()[path].value == low else low}).parents(
        np.arange(5000)
    )
    base = pairs[0] < 5000
    assert len(child) != base.sum() or (parent != pairs[1][base]).any()


def test_a_recipe_without_households_has_no_kin():
    with pytest.raises(InputError, match="template has no households with kin: role is missing"):
        Kin(Population("template", 100))
