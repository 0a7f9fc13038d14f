"""The recipe template: its effects are those of its docstring, for each person and on average."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population, Recipe

PEOPLE = 20_000


@pytest.fixture(scope="module")
def town():
    return Population("template", PEOPLE, seed=1)


@pytest.fixture(scope="module")
def n(town):
    return {path.removeprefix("recipe."): dial.value for path, dial in town.recipe.dials.items()}


def effect(town, name, values=(("community", "first"), ("community", "second")), held=None):
    """Each person's value with the second setting, minus the one with the first."""
    low, high = ({key: value, **(held or {})} for key, value in values)
    return town.do(high).arrays(names=[name])[name] - town.do(low).arrays(names=[name])[name]


def test_the_effect_on_schooling_is_the_gap(town, n):
    assert np.allclose(effect(town, "schooling"), n["schooling.gap"])


def test_the_effect_on_income_is_the_direct_one_and_the_one_through_schooling(town, n):
    through = n["income.per_year"] * n["schooling.gap"]
    assert np.allclose(effect(town, "income"), n["income.penalty"] + through)
    assert np.allclose(effect(town, "income", held={"schooling": 9.0}), n["income.penalty"])


def test_where_causes_multiply_the_effect_of_one_depends_on_the_other(town, n):
    years = (("schooling", 8.0), ("schooling", 12.0))
    slope = 4 * n["wealth.ratio"] * n["income.per_year"]
    assert np.allclose(effect(town, "wealth", years, {"community": "first"}), slope)
    assert np.allclose(effect(town, "wealth", years, {"community": "second"}), slope + 4 * n["wealth.lift"])


def test_the_effect_on_wealth_is_its_closed_form_for_each_person(town, n):
    second = town.do({"community": "second"}).arrays(names=["schooling"])["schooling"]
    linear = n["wealth.ratio"] * (n["income.penalty"] + n["income.per_year"] * n["schooling.gap"])
    assert np.allclose(effect(town, "wealth"), linear + n["wealth.lift"] * second)


def test_the_observed_gap_is_the_effect_since_nothing_is_confounded(town, n):
    found = town.arrays()
    second = found["community"] == 1
    gap = found["income"][second].mean() - found["income"][~second].mean()
    error = np.hypot(*(found["income"][those].std() / np.sqrt(those.sum()) for those in (second, ~second)))
    assert abs(gap - n["income.penalty"] - n["income.per_year"] * n["schooling.gap"]) < 4.5 * error


@pytest.mark.parametrize("path", Recipe.load("template").dials)
def test_no_dial_is_inert(town, path):
    low, high = town.recipe.dials[path].range
    other = town.recipe.set({path: high if town.recipe.dials[path].value != high else low})
    one, two = town.arrays(), Population(other, PEOPLE, seed=1).arrays()
    assert any((one[name] != two[name]).any() for name in one)


def test_it_fits_on_one_page():
    lines = Recipe.load("template").path.with_suffix(".py").read_text().splitlines()
    assert len(lines) < 60
