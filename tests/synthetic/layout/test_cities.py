"""Cities: runs of grids, of sizes that follow the declared law; found from the number of a grid alone."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.layout.cities import REGION, Cities

REGIONS = 60
NATION = Population("china-2020", REGIONS * REGION * GRID, seed=4)


@pytest.fixture(scope="module")
def runs():
    """First grid and size of every city of sixty regions, and whether its region's end cut it."""
    grids = np.arange(REGIONS * REGION)
    first, end = NATION.cities.bounds(grids)
    starts = np.unique(first)
    return first, end, starts, end[starts] - starts


def test_a_city_is_a_run_of_grids_named_by_its_first(runs):
    first, end, starts, sizes = runs
    grids = np.arange(len(first))
    assert (first <= grids).all()
    assert (grids < end).all()
    assert (np.repeat(starts, sizes) == first).all()
    assert (first // REGION == (end - 1) // REGION).all()


def test_sizes_follow_the_declared_power_law(runs):
    _, end, starts, sizes = runs
    whole = end[starts] % REGION != 0
    sizes = sizes[whole]
    assert sizes.min() == 8
    assert sizes.max() <= 1024
    # A city is cut, and left out here, the more often the larger it is: the upper tail is thinned by some per cent.
    for least in (12, 16, 32, 64, 128):
        share = (sizes >= least).mean()
        expected = (1 / least - 1 / 1025) / (1 / 8 - 1 / 1025)
        assert abs(share - expected) < 4.5 * np.sqrt(expected / len(sizes)) + 0.05 * expected, least


def test_as_many_cities_are_above_a_size_as_the_census_counts():
    # 105, 35 and 21 of 683 cities have over 1, 3 and 5 million urban residents.
    law = Cities(Recipe.load("china-2020").set({"recipe.city.largest": 4096}).numbers["city"], 0)
    sizes = law.sizes((np.arange(100_000) + 0.5) / 100_000)
    over = [(sizes >= 40 * least).sum() for least in (1, 3, 5)]
    assert over[0] / over[1] == pytest.approx(105 / 35, rel=0.1)
    assert over[0] / over[2] == pytest.approx(105 / 21, rel=0.1)


@pytest.mark.parametrize(("key", "values"), [("exponent", (0.6, 1, 1.6)), ("smallest", (40, 8, 1))])
def test_a_larger_exponent_or_a_smaller_least_size_makes_smaller_cities(key, values):
    means = []
    for value in values:
        law = Cities(NATION.recipe.set({f"recipe.city.{key}": value}).numbers["city"], 0)
        means.append(law.sizes((np.arange(10_000) + 0.5) / 10_000).mean())
    assert means[0] > means[1] > means[2]


def test_the_column_and_the_law_agree_and_a_grid_needs_no_other(runs):
    first = runs[0]
    for grid in (0, 1, 63, 64, REGION - 1, REGION, 40 * REGION + 17):
        alone = NATION.arrays(grid * GRID, grid * GRID + 1, names=["city"])["city"]
        assert alone.tolist() == [first[grid]]
    scattered = np.array([50 * REGION, 3, 7 * REGION + 5, 4])
    found = NATION.cities.bounds(scattered)
    assert found[0].tolist() == first[scattered].tolist()


def test_a_recipe_without_cities_has_none():
    assert Population("template", 10).cities is None


def test_a_largest_size_below_the_smallest_is_refused():
    recipe = Recipe.load("china-2020").set({"recipe.city.largest": 4})
    with pytest.raises(InputError, match="cities of 8 to 4 grids: the largest is below the smallest"):
        Population(recipe, 10).arrays(names=["city"])
