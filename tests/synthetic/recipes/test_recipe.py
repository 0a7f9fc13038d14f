"""Recipes: causes are parameter names, numbers have sources, interventions do what the graph says."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.errors import InputError
from synthetic.variables import Numbers

FUNCTIONS = """
import numpy as np
from synthetic.variables.columns import chances, variable

@variable("person", "float", "cause")
def x(draw, numbers):
    return numbers.scale * draw()

@chances("person", "flag", "a coin")
def coin(numbers):
    return numbers.heads

@chances("person", "category", "color", levels=("red", "green", "blue"))
def color(coin, numbers):
    return np.where(coin, numbers.red, 0.0), 1.0, np.where(coin, 0.0, 3.0)

@variable("person", "float", "effect", unit="points")
def y(x, coin, draw, numbers):
    return 1 + numbers.slope * x + numbers.lift * coin + draw()

@variable("grid", "float", "place")
def ground(draw):
    return draw()

@variable("person", "float", "what place adds")
def z(y, ground):
    return y + ground
"""
NUMBER = '{{ value = {0}, unit = "points", source = "assumed", reading = "assumed", range = [0, 10] }}'
NUMBERS = f"""
schema = 1
title = "A linear society"
not_modelled = ["Everything else."]
[x]
scale = {NUMBER.format(2)}
[coin]
heads = {NUMBER.format(0.25)}
[color]
red = {NUMBER.format(1)}
[y]
slope = {NUMBER.format(3)}
lift = {NUMBER.format(5)}
"""


@pytest.fixture
def write(tmp_path):
    def made(numbers=NUMBERS, functions=FUNCTIONS, name="linear"):
        (tmp_path / f"{name}.toml").write_text(numbers)
        if functions is not None:
            (tmp_path / f"{name}.py").write_text(functions)
        return tmp_path / f"{name}.toml"

    return made


@pytest.fixture
def linear(write):
    return Recipe.load(write())


def test_parameter_names_are_the_parents(linear):
    assert linear.graph["y"] == ("x", "coin")
    assert linear.graph["z"] == ("y", "ground")
    assert linear.graph["x"] == ()


def test_causes_come_before_effects(linear):
    for child, parents in linear.graph.items():
        assert all(linear.order.index(parent) < linear.order.index(child) for parent in parents)


def test_the_effect_of_an_intervention_is_its_coefficient(linear):
    people = Population(linear, 3000, seed=1)
    low, high = (people.do({"x": value}).arrays() for value in (1.0, 3.0))
    assert np.allclose(high["y"] - low["y"], 3 * 2)
    assert np.allclose(high["z"] - low["z"], 3 * 2)
    lifted = people.do({"coin": True}).arrays()["y"] - people.do({"coin": False}).arrays()["y"]
    assert np.allclose(lifted, 5)


def test_an_intervention_leaves_what_it_does_not_cause_alone(linear):
    people = Population(linear, 3000, seed=1)
    base, done = people.arrays(), people.do({"y": 7.0}).arrays()
    assert (done["y"] == 7).all()
    for name in ("x", "coin", "color", "ground", "household"):
        assert (done[name] == base[name]).all()


def test_a_mediator_that_is_held_blocks_its_cause(linear):
    people = Population(linear, 3000, seed=1).do({"y": 7.0})
    assert (people.do({"x": 0.0}).arrays()["z"] == people.do({"x": 9.0}).arrays()["z"]).all()


def test_chances_are_met_and_flags_are_told_apart(linear):
    n = 200_000
    found = Population(linear, n, seed=2).arrays()
    heads = found["coin"]
    assert abs(heads.mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / n)
    for flag, expected in ((True, (0.5, 0.5, 0.0)), (False, (0.0, 0.25, 0.75))):
        here = found["color"][heads == flag]
        share = np.bincount(here, minlength=3) / len(here)
        assert np.abs(share - expected).max() < 5 * np.sqrt(0.25 / len(here))
        assert share[np.array(expected) == 0].sum() == 0


def test_chances_that_are_negative_or_all_zero_are_refused(linear):
    with pytest.raises(InputError, match="variable coin: some chances are negative"):
        Population(linear.set({"recipe.coin.heads": 2}), 10).arrays()


def test_people_live_alone_where_a_recipe_has_no_households(linear):
    assert (Population(linear, 2000).arrays()["household"] == np.arange(2000)).all()


def test_setting_a_dial_makes_a_new_recipe(linear):
    other = linear.set({"recipe.y.slope": "4"})
    assert other.dials["recipe.y.slope"].value == 4
    assert linear.dials["recipe.y.slope"].value == 3
    before, after = (Population(recipe, 500).arrays() for recipe in (linear, other))
    assert np.allclose(after["y"] - before["y"], before["x"])


def test_a_recipe_may_start_from_another(write):
    write()
    text = f'schema = 1\nbase = "linear"\ntitle = "Steeper"\n[y]\nslope = {NUMBER.format(9)}\n'
    steeper = Recipe.load(write(text, None, "steeper"))
    assert steeper.title == "Steeper"
    assert steeper.name == "steeper"
    assert steeper.dials["recipe.y.slope"].value == 9
    assert steeper.dials["recipe.y.lift"].value == 5
    assert steeper.not_modelled == ["Everything else."]
    with pytest.raises(InputError, match=r"did you mean 'recipe\.y\.slope'"):
        Recipe.load(write(text.replace("slope", "slop"), None, "steeper"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('unit = "points", ', "", r"recipe\.x\.scale must have 'unit'"),
        ('source = "assumed", ', "", r"recipe\.x\.scale must have 'source'"),
        ('reading = "assumed", ', "", r"recipe\.x\.scale must have 'reading'"),
        (", range = [0, 10]", "", r"recipe\.x\.scale is assumed, so it needs a range"),
        ("schema = 1", "schema = 2", "schema is 2, allowed: 1"),
        ("[coin]", "[coins]", "did you mean 'coin'"),
        ('title = "A linear society"', "x = 3", "not valid TOML"),
        ("[x]\nscale", "x", r"recipe\.x\.value must be a table, found 2"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(write, old, new, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        Recipe.load(write(NUMBERS.replace(old, new, 1)))
    assert "\n" not in str(refused.value)


def test_a_number_that_no_file_gives_is_named(write):
    recipe = Recipe.load(write(NUMBERS.replace("slope", "slant")))
    with pytest.raises(InputError, match=r"recipe\.y has no number 'slope'"):
        Population(recipe, 10).arrays()


@pytest.mark.parametrize(
    ("functions", "sentence"),
    [
        (FUNCTIONS.replace("def x(draw", "def x(z, draw"), "is its own cause"),
        (FUNCTIONS.replace("def x(draw", "def x(w, draw"), "unknown parent of variable x"),
        (FUNCTIONS.replace('levels=("red", "green", "blue")', "levels=None"), "a category must have levels"),
        (FUNCTIONS.replace('"grid", "float"', '"city", "float"'), "unknown unit 'city'"),
        (FUNCTIONS.replace("def color(coin,", "def color(x,"), "variable x has no finite set of values"),
        (FUNCTIONS.replace("numbers.red, 0.0), 1.0,", "numbers.red, 0.0),"), "2 chances for 3 values"),
        ("", r"linear\.py declares no variable"),
        (None, r"linear\.toml needs linear\.py beside it"),
    ],
)
def test_broken_functions_are_refused_in_one_sentence(write, functions, sentence):
    with pytest.raises(InputError, match=sentence):
        Population(Recipe.load(write(functions=functions)), 10).arrays()


def test_unknown_names_are_refused_with_a_suggestion(linear):
    with pytest.raises(InputError, match="did you mean 'china_2020'"):
        Recipe.load("china-2021")
    with pytest.raises(InputError, match=r"did you mean 'recipe\.y\.slope'"):
        linear.set({"recipe.y.slop": 1})
    with pytest.raises(InputError, match="unknown variable of linear 'yy'"):
        linear.needed(["yy"])


def test_a_contradiction_names_two_figures_their_sources_and_what_is_used(write):
    good = """
[[contradictory]]
about = "Heads"
figures = [{ says = "half", source = "assumed" }, { says = "a quarter", source = "assumed" }]
used = "The second."
"""
    (found,) = Recipe.load(write(NUMBERS + good)).contradictory
    assert found.sentence == "Heads: half (assumed); a quarter (assumed). The second."
    for old, new, sentence in (
        ('source = "assumed" }, {', 'source = "nobody" }, {', "unknown source"),
        ('used = "The second."', "", "must have 'used'"),
        (', { says = "a quarter", source = "assumed" }', "", "allowed: a list of 2 or more tables"),
        ("about", "abuot", "did you mean 'about'"),
    ):
        with pytest.raises(InputError, match=sentence):
            Recipe.load(write(NUMBERS + good.replace(old, new, 1)))


def test_a_recipe_that_starts_from_itself_is_refused(write, tmp_path):
    with pytest.raises(InputError, match=r"recipe linear\.toml starts from itself"):
        Recipe.load(write(NUMBERS.replace("title", 'base = "linear.toml"\ntitle')))
    write('schema = 1\ntitle = "One"\nbase = "two.toml"\n', None, "one")
    write('schema = 1\ntitle = "Two"\nbase = "one.toml"\n', None, "two")
    with pytest.raises(InputError, match="starts from itself"):
        Recipe.load(tmp_path / "one.toml")


@pytest.mark.parametrize("functions", ["1 / 0", "raise SystemExit(0)"])
def test_functions_that_cannot_be_run_are_refused(write, functions):
    with pytest.raises(InputError, match=r"linear\.py: running it failed"):
        Recipe.load(write(functions=functions))


def test_a_table_of_numbers_may_begin_with_a_byte_order_mark_and_must_be_utf_8(write, tmp_path):
    numbers = NUMBERS + 'tops = { file = "tops.csv", unit = "points", source = "nistir-8280", reading = "stated" }\n'
    for content in (b"low,high\n1,2\n", b"\xef\xbb\xbflow,high\n1,2\n"):
        (tmp_path / "tops.csv").write_bytes(content)
        assert Recipe.load(write(numbers)).tables["recipe.y.tops"].values.tolist() == [[1, 2]]
    (tmp_path / "tops.csv").write_bytes("é,high\n1,2\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"tops\.csv: not a CSV file in UTF-8"):
        Recipe.load(write(numbers))


def test_equal_numbers_share_what_is_made_of_them_and_others_have_their_own():
    path = "recipe.given_name.rank_1"
    one, again = Recipe.load("china-2020"), Recipe.load("china-2020")
    other = one.set({path: 0.9 * float(one.dials[path].value)})

    def made(numbers):
        return [numbers.rank_1]

    first, second, third = (each.numbers["given_name"].made(made) for each in (one, again, other))
    assert first is second
    assert third == [0.9 * first[0]]
    assert other.numbers["surname"] == one.numbers["surname"]
    held = [{"a": 1}, {"a": 1.0}, {"a": True}, {"a": -0.0}, {"a": 0.0}, {"b": 1}, {}]
    held += [{"a": np.array([1.0, 2.0])}, {"a": np.array([[1.0, 2.0]])}, {"a": np.array([1, 2])}]
    assert len({Numbers("section", values) for values in held}) == len(held)
    assert Numbers("section", {"a": np.ones(2)}) == Numbers("section", {"a": np.ones(2)}) != Numbers("other", {})
