"""Employers: the same from both sides, sizes as published, truth that a corporate scheme can score."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.population.firms import SECTORS, YARD, Firms, _begins
from synthetic.population.ties import dials

PEOPLE = 128 * GRID + 11


@pytest.fixture(scope="module")
def town():
    return Population(Recipe.load("china-2020").set({"recipe.city.largest": 64}), PEOPLE, seed=6)


@pytest.fixture(scope="module")
def columns(town):
    return town.arrays(names=["sector", "diligence", "work", "city"])


@pytest.fixture(scope="module")
def firms(town, columns):
    return Firms(town, columns)


@pytest.fixture(scope="module")
def employer(firms):
    return firms.employer(np.arange(PEOPLE))


@pytest.fixture(scope="module")
def table(firms):
    return firms.table(firms.existing())


def test_workers_of_an_employer_are_those_whom_it_employs(firms, employer, table):
    place, worker = firms.workers(table["firm"])
    assert (employer[worker] == table["firm"][place]).all()
    assert (np.sort(worker) == np.flatnonzero(employer >= 0)).all()
    assert set(table["firm"]) == set(employer[employer >= 0])


def test_everybody_in_industry_and_services_has_an_employer_of_the_sector_and_nobody_else(town, columns, employer):
    levels = town.recipe.variables["sector"].levels
    works = np.isin(columns["sector"], [levels.index(name) for name in SECTORS])
    assert ((employer >= 0) == works).all()
    assert (columns["sector"][works] == np.array([levels.index(name) for name in SECTORS])[employer[works] % 2]).all()


def test_work_is_in_the_city_of_the_home(columns, employer):
    ids = np.flatnonzero(employer >= 0)
    city = columns["city"]
    assert (city[employer[ids] // 2] == city[ids]).all()
    assert len(np.unique(city)) > 1


def test_the_mean_size_is_the_published_one(town, employer, table):
    # Six towns, since a single one has few of the largest firms, on which the mean hangs.
    workers, firms = (employer >= 0).sum(), len(table["firm"])
    for seed in range(5):
        other = Population(town.recipe, PEOPLE, seed=seed)
        found = Firms(other, other.arrays(names=["sector"])).employer(np.arange(PEOPLE))
        workers, firms = workers + (found >= 0).sum(), firms + len(np.unique(found[found >= 0]))
    assert workers / firms == pytest.approx(3.93, rel=0.05)
    assert np.median(table["workers"]) <= 3
    assert table["workers"].max() > 300


def test_the_state_runs_its_share_and_no_small_unit(town, columns):
    shares = []
    for state in (0.15, 0.05):
        found = Firms(town, columns, values={"ties.firms.state": state, "ties.firms.state_from": 40})
        table = found.table(found.existing())
        shares.append(table["workers"][table["state"]].sum() / table["workers"].sum())
        # Forty workers are expected at the desks of the smallest unit of the state, with a spread of 6.
        assert table["workers"][table["state"]].min() > 40 - 4.5 * 6
        assert not table["restaurant"][table["state"]].any()
    # Few units are large, so chance moves the share: by about 0.02 here.
    assert shares[0] == pytest.approx(0.15, abs=0.08)
    assert shares[1] < shares[0]


def test_where_firms_begin_is_the_renewal_sequence_of_their_sizes():
    chance = np.zeros(YARD + 1)
    chance[[3, 5, 50]] = 0.5, 0.3, 0.2
    begins = _begins(chance)
    # By hand: one way to 3, one to 5, one to 6 (3 + 3), two to 8 (3 + 5, 5 + 3), none to 4 and 7.
    assert begins[[0, 3, 4, 5, 6, 7, 8]] == pytest.approx([1, 0.5, 0, 0.3, 0.25, 0, 0.3], abs=1e-12)
    # Far from the beginning, firms begin once in a mean size (Blackwell 1948).
    assert begins[-100:].mean() == pytest.approx(1 / (3 * 0.5 + 5 * 0.3 + 50 * 0.2), rel=1e-6)


def test_a_firm_lies_in_one_city_and_firms_fill_it_without_gaps(town, firms):
    desks = np.arange(PEOPLE)
    for sector in range(2):
        first, end = firms._bounds(desks, sector)
        assert ((first <= desks) & (desks < end)).all()
        city, city_end = firms.shuffles[sector].bounds(desks)
        assert ((first >= city) & (end <= city_end)).all()
        starts = np.unique(first)
        assert (np.unique(end) == np.append(starts[1:], PEOPLE)).all()


def test_the_owner_works_for_the_firm_and_owns_no_other(employer, table):
    assert (employer[table["owner"]] == table["firm"]).all()
    assert len(np.unique(table["owner"])) == len(table["owner"])


def test_restaurants_are_services_as_often_as_the_dial_says(town, table):
    levels = town.recipe.variables["sector"].levels
    services = table["sector"] == levels.index("services")
    assert not table["restaurant"][~services].any()
    share, n = table["restaurant"][services].mean(), services.sum()
    assert abs(share - 0.088) < 4.5 * np.sqrt(0.088 * 0.912 / n)
    assert (np.isnan(table["kitchen_hygiene"]) == ~table["restaurant"]).all()


@pytest.mark.parametrize("name", ["pays_on_time", "kitchen_hygiene"])
def test_what_is_true_of_firms_is_uniform(table, name):
    values = table[name][~np.isnan(table[name])]
    counts = np.bincount((values * 20).astype(int), minlength=20)
    expected = len(values) / 20
    assert values.min() > 0
    assert abs(((counts - expected) ** 2 / expected).sum() - 19) < 5 * np.sqrt(38)


def test_payment_follows_the_owner_only_as_the_dial_says(town, columns, table):
    linked = Firms(town, columns, values={"ties.firms.owner_link": 0.6}).table(table["firm"])
    own = columns["diligence"][table["owner"]]
    n = len(own)
    assert abs(np.corrcoef(table["pays_on_time"], own)[0, 1]) < 5 / np.sqrt(n)
    # Ranks of a normal pair with correlation r correlate by 6/pi asin(r/2) (Pearson 1907).
    expected = 6 / np.pi * np.arcsin(0.3)
    assert np.corrcoef(linked["pays_on_time"], own)[0, 1] == pytest.approx(expected, abs=5 / np.sqrt(n))
    counts = np.bincount((linked["pays_on_time"] * 20).astype(int), minlength=20)
    assert abs(((counts - n / 20) ** 2 / (n / 20)).sum() - 19) < 5 * np.sqrt(38)


def test_colleagues_are_each_others_and_never_oneself(firms, employer):
    asked = np.arange(600)
    who, whom = firms.colleagues(asked)
    assert (employer[who] == employer[whom]).all()
    assert (asked[who] != whom).all()
    place, other = firms.colleagues(whom)
    assert set(zip(asked[who], whom)) <= {(int(b), int(whom[a])) for a, b in zip(place, other)}
    everybody = np.flatnonzero(employer >= 0)
    desk = np.where(employer[everybody] % 2, firms.shuffles[1].to(everybody), firms.shuffles[0].to(everybody))
    room = list(zip(employer[everybody], (desk - employer[everybody] // 2) // 1024))
    sizes, of = Counter(room), dict(zip(everybody, room))
    counts = np.bincount(who, minlength=600)
    assert all(counts[person] == (sizes[of[person]] - 1 if person in of else 0) for person in asked)
    assert max(of.values(), key=lambda one: one[1])[1] > 0


def test_columns_need_not_be_in_memory(town, firms):
    alone = Firms(town)
    asked = [9, 70_000, 100_000]
    assert alone.employer(asked).tolist() == firms.employer(asked).tolist()
    one = firms.employer(np.arange(100))
    one = one[one >= 0][:1]
    assert alone.workers(one)[1].tolist() == firms.workers(one)[1].tolist()


def test_employers_do_not_depend_on_company_or_order(firms, employer):
    asked = np.array([120_000, 7, 65_536, 4_096])
    assert (firms.employer(asked) == employer[asked]).all()
    assert all(firms.employer([person])[0] == employer[person] for person in asked)


def test_firms_of_a_part_are_those_of_the_whole(firms, table):
    part = firms.existing(30 * GRID, 40 * GRID)
    first = table["firm"] // 2
    assert (part == table["firm"][(first >= 30 * GRID) & (first < 40 * GRID)]).all()


@pytest.mark.parametrize("path", [path for path in dials() if path.startswith("ties.firms.")])
def test_no_dial_of_firms_is_inert(town, columns, table, path):
    low, high = dials()[path].range
    other = Firms(town, columns, values={path: high if dials()[path].value == low else low})
    ids = table["firm"][:500] if not path.endswith("mean_workers") else other.existing(0, 5 * GRID)
    found = other.table(ids)
    same = len(ids) == 500 and all(np.array_equal(found[name], table[name][:500], equal_nan=True) for name in table)
    assert not same


@pytest.mark.parametrize("name", ["young", "audited", "idle"])
def test_what_a_tax_office_asks_of_a_firm_is_as_frequent_as_stated_in_large_and_small_firms(table, name):
    share = float(dials()[f"ties.firms.{name}"].value)
    for some in (table["workers"] == 1, table["workers"] > 4):
        assert abs(table[name][some].mean() - share) < 5 * np.sqrt(share * (1 - share) / some.sum())


def test_what_is_no_firm_is_refused(firms, table):
    taken = set(firms._bounds(np.arange(GRID), 0)[0].tolist())
    free = next(desk for desk in range(GRID) if desk not in taken)
    with pytest.raises(InputError, match=f"firm {2 * free} does not exist: no firm begins at its desk"):
        firms.workers([2 * free])
    with pytest.raises(InputError, match="firm -2 does not exist"):
        firms.workers([-2])
    empty = next(2 * desk for desk in sorted(taken) if 2 * desk not in set(table["firm"].tolist()))
    with pytest.raises(InputError, match="nobody works for it"):
        firms.table([empty])
    with pytest.raises(InputError, match="template has no firms"):
        Firms(Population("template", 100))
