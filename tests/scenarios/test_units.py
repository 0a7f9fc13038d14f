"""The unit by which people are drawn follows from what a scenario's parts read: a hand-written table, and edges."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from synthetic import Population
from synthetic.errors import InputError
from synthetic.recipes import Recipe
from synthetic.variables import variable
from testbed.measure import PerPerson
from testbed.scenarios import Scenario, names, unit_of
from testbed.statistics import estimate

# By hand: a scenario is drawn by city if a channel counts cameras (cameras, rural_cameras), or if channel, scope,
# conduct or model read who is online or has a phone (both follow the network of the city), or the city's scheme.
BY_HAND = {
    "ams-2018": "household",  # everybody lives alone, nobody shares a draw, and a wrong entry can fall on anybody
    "childcare-benefits": "grid",
    "corporate": "grid",
    "dang": "city",  # the platform reaches people by internet
    "essay-claims": "city",  # cameras, platform
    "grid-and-cameras": "city",  # cameras
    "health-code": "city",  # phones carry the code
    "joint-sanctions": "grid",
    "judgment-debtors": "grid",
    "many-cities": "city",  # the rule book of the city
    "metro-sorting": "city",  # the institution holds who is online
    "midas-auto": "grid",
    "restaurant-hygiene": "grid",
    "robodebt-averaging": "grid",
    "rongcheng": "grid",  # cameras, but the city is one, so its cameras are alike
    "suining-2010": "city",  # cameras, platform
    "targeted-group": "city",  # the platform
    "zhima-like": "city",  # internet users are scored
}


def test_the_unit_of_every_scenario_is_the_one_found_by_hand() -> None:
    assert {name: unit_of(Scenario.load(name)) for name in names()} == BY_HAND


def test_a_variable_is_drawn_by_the_unit_that_it_says() -> None:
    """Everybody of a city has one scheme; neighbors share a camera density; the values of two cities differ."""
    town = Population(Scenario.load("many-cities").recipe, 64 * 1024, seed=4)
    columns = town.arrays(names=["scheme", "network", "city", "camera_density", "residence"])
    at = {name: column[::1024] for name, column in columns.items()}
    cities = len(np.unique(at["city"]))
    assert 15 < cities < 60
    for name in ("scheme", "network"):
        assert len(set(zip(at["city"], at[name], strict=True))) == cities
        assert len(np.unique(at[name])) > 2
    level = np.log(at["camera_density"]) - np.log(0.25) * at["residence"]
    between = (
        np.bincount(at["city"], level, minlength=64)[at["city"]] / np.bincount(at["city"], minlength=64)[at["city"]]
    )
    assert np.std(level - between) < 0.25 < np.std(between)


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        ([], "person"),
        (["sensitive_taste"], "grid"),  # by community, and that by the minority's share in the grid
        (["household_size"], "household"),
        (["surname"], "grid"),  # by the sex of its head, and that by the ages of town or country
        (["residence"], "grid"),
        (["city"], "city"),
        (["scheme"], "city"),
        (["phone"], "city"),
        (["camera_density"], "city"),
    ],
)
def test_causes_make_the_unit_of_their_effects(read: list[str], unit: str) -> None:
    assert Recipe.load("china-2020").drawn_by(read) == unit


def test_a_rule_that_is_alike_for_all_makes_no_cluster() -> None:
    recipe = Recipe.load("china-2020")
    assert recipe.set({"recipe.camera_density.spread": 0}).drawn_by(["camera_density"]) == "grid"
    assert recipe.set({"recipe.scheme.share": 0}).drawn_by(["scheme"]) == "grid"
    town = Scenario.load("judgment-debtors")
    holds = replace(town, held=(*town.held, "scheme"))
    assert unit_of(holds, ()) == "grid"
    assert unit_of(holds, ("scheme",)) == unit_of(holds) == "city"
    assert unit_of(replace(town, compared=(*town.compared, "network"))) == "city"


def test_only_a_variable_that_says_so_draws_of_a_city() -> None:
    @variable("grid", "float", "weather", unit="degrees")
    def weather(city, draw):  # type: ignore[no-untyped-def]
        return draw(of=city)

    held = Recipe.load("china-2020")
    recipe = Recipe("test", {"city": held.variables["city"], "weather": weather}, {
        path: dial for path, dial in held.dials.items() if path.startswith("recipe.city.")
    })  # fmt: skip
    with pytest.raises(InputError, match="weather draws of a unit that it does not declare"):
        Population(recipe, 2048, seed=1).arrays(names=["weather"])


GRIDS, EACH = 64, 64
"""Grids of 65,536 people, and the people of each who are looked at: they are alike but for their coins."""


def covered(
    scenario: Scenario, column: str, chance: Callable[[np.ndarray], np.ndarray], truth: float, worlds: int = 80
) -> list[float]:
    """The share of worlds whose limits hold the true share of people decided adversely by a rule on one column.

    By the unit that is derived for a scenario that holds the column, then by grid; NaN where no world has limits.
    """
    holds = replace(scenario, held=(*scenario.held, column), compared=())
    held: tuple[list[bool], list[bool]] = ([], [])
    grids, people = np.arange(GRIDS).repeat(EACH), GRIDS * EACH
    for seed in range(worlds):
        town = Population(scenario.recipe, GRIDS * 1024, seed=seed)
        value = town.arrays(names=[column])[column][:: 1024 // EACH]
        adverse = np.random.default_rng(seed).random(people) < chance(value)
        part = PerPerson(adverse.astype(float), np.ones(people), unit="rate")
        for unit, found in zip((unit_of(holds, (column,)), "grid"), held, strict=True):
            assert town.cities is not None
            clusters = grids if unit == "grid" else town.cities.bounds(grids)[0]
            case = SimpleNamespace(people=range(people), scored=np.ones(people, bool), clusters=clusters)
            low, high = estimate(part, case, "all").limits()
            if not np.isnan(low[0]):
                found.append(bool(low[0] <= truth <= high[0]))
    return [float(np.mean(found)) if found else np.nan for found in held]


def test_a_rule_on_the_scheme_of_a_city_has_limits_that_cover_or_none() -> None:
    """Five schemes, equally likely, with chances of 0.1 to 0.5: 0.3 on average. By grid the limits are too short."""
    chance = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    by_city, by_grid = covered(Scenario.load("many-cities"), "scheme", lambda code: chance[code], 0.3)
    assert by_city > 0.88
    assert by_grid < 0.75
    # Cities of eight grids and more: 64 grids hold about three.
    few = Scenario.load("judgment-debtors").set({"recipe.scheme.share": 1})
    assert np.isnan(covered(few, "scheme", lambda code: chance[code], 0.3, worlds=10)[0])


def test_a_channel_that_counts_cameras_has_limits_that_cover_or_none() -> None:
    """A channel whose reach grows with cameras, half at 80 in 1,000 people; the truth is the mean of 20,000 cities."""
    scenario = Scenario.load("many-cities").set({"recipe.residence.urban": 1, "recipe.camera_density.spread": 1})
    median, spread, inside = (
        float(scenario.dials[f"recipe.camera_density.{key}"].value)
        for key in ("urban_median", "spread", "spread_in_city")
    )
    normal = np.random.default_rng(1).normal(size=(2, 20_000))
    density = median * np.exp(spread * normal[0] + inside * normal[1])
    truth = float(np.mean(density / (density + 80)))
    by_city, by_grid = covered(scenario, "camera_density", lambda many: many / (many + 80), truth)
    assert by_city > 0.88
    assert by_grid < 0.85
