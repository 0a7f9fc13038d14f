"""The page of margins: every one with target, source and verdict; the stored pages are of the present recipe."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.export.fidelity import table
from synthetic.export.margins import compare
from synthetic.recipes.margins import Margin, read_margins

STORED = Path(__file__).parents[3] / "docs" / "fidelity"


def rows(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")][1:]


def test_the_page_names_its_command_and_every_margin_with_its_source():
    recipe = Recipe.load("us-credit")
    text = table(Population(recipe, 8 * GRID, seed=1))
    assert f"python -m synthetic.export.fidelity us-credit --people {8 * GRID} --seed 1" in text
    found = rows(text)
    assert [row[0] for row in found] == [margin.name for margin in recipe.margins]
    for row, margin in zip(found, recipe.margins):
        assert row[1].split(" x ") == margin.columns
        assert float(row[3]) == pytest.approx(margin.value, rel=1e-4)
        assert row[9:] == [margin.source, margin.reading]
        assert float(row[5]) == pytest.approx(float(row[4]) - float(row[3]), abs=2e-4 * abs(float(row[3])))


def test_a_margin_that_is_missed_is_shown_so():
    recipe = Recipe.load("china-2020").set({"recipe.work.urban": 0.6})
    verdicts = {row[0]: row[8] for row in rows(table(Population(recipe, 40 * GRID, seed=1)))}
    assert verdicts["employed, urban"] == "NO"
    assert verdicts["aged 0 to 14"] == "yes"


@pytest.mark.parametrize("name", ["china-2020", "us-credit"])
def test_the_stored_page_has_the_present_targets_at_a_million_people_and_all_hold(name):
    text = (STORED / f"{name.replace('-', '_')}.md").read_text(encoding="utf-8")
    assert re.search(r"^1,000,000 people, seed 0\.", text, re.MULTILINE)
    recipe = Recipe.load(name)
    found = rows(text)
    assert [(row[0], row[3], row[9], row[10]) for row in found] == [
        (margin.name, f"{margin.value:.5g}", margin.source, margin.reading) for margin in recipe.margins
    ]
    assert all(row[8] == "yes" for row in found)
    joint = sum(" x " in row[1] for row in found)
    assert f"{len(found)} margins, {joint} of them joint" in text
    for each in recipe.contradictory:
        assert each.sentence in text


def test_the_command_writes_what_it_prints(tmp_path):
    out = tmp_path / "page.md"
    command = [sys.executable, "-W", "error", "-m", "synthetic.export.fidelity", "us-credit", "--people", "4096"]
    ran = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, check=True)
    assert out.read_text(encoding="utf-8") == ran.stdout


@pytest.mark.parametrize(
    "columns",
    [
        ("sex", "age"),
        ("income", "residence"),
        ("internet", "residence"),
        ("age", "internet"),
        ("work", "residence"),
        ("benefit", "residence"),
        ("education", "age"),
    ],
)
def test_what_is_published_of_two_columns_together_is_a_joint_margin(columns):
    assert any(set(margin.columns) == set(columns) for margin in Recipe.load("china-2020").margins)


def test_a_margin_of_what_the_city_has_is_judged_by_the_spread_of_cities():
    # Eight grids alike in each city: judged by grids, the error would be too small by the square root of eight.
    recipe = Recipe.load("china-2020").set({"recipe.city.largest": 8})
    asked = [
        Margin(str(column), 0.4, "share", "assumed", "assumed", 0, where=column)
        for column in ({"network": ["high", "highest"]}, {"residence": "urban"})
    ]
    found, errors = [], []
    for seed in range(40):
        made = compare(Population(recipe, 240 * GRID, seed=seed), asked)
        found.append(made["found"])
        errors.append(made["standard_error"])
    # A standard deviation of 40 is within a factor of 0.64 to 1.37 of the true one in 999 of 1,000 cases.
    ratio = np.std(found, axis=0, ddof=1) / np.mean(errors, axis=0)
    assert (ratio > 0.64).all()
    assert (ratio < 1.37).all()


def test_recorded_acts_are_those_of_a_sum_by_hand_where_all_live_in_town():
    # The mean of 0.12 ** (x - 1/2) over ranks x from 0 to 1, times the share of adults, reach 0.9 and 5 % missed.
    recipe = Recipe.load("china-2020")
    town = Population(recipe, 100 * GRID, seed=2).do({"residence": "urban"})
    adults = (town.arrays(names=["age"])["age"] >= 18).mean()
    factor = (0.12**0.5 - 0.12**-0.5) / np.log(0.12)
    asked = [margin for margin in recipe.margins if margin.recorded == "fraud"]
    found = compare(town, asked)["found"][0]
    assert found == pytest.approx(9.23e-6 * factor * adults * 0.9 * 0.95 * 12 * 100_000, rel=0.01)


def test_recorded_acts_are_a_share_of_the_people_that_a_margin_is_among():
    town = Population("china-2020", 20 * GRID, seed=2)
    children, all_ = (
        Margin("recorded", 1, "entries", "assumed", "assumed", 0, recorded="fraud", channel="court", among=among)
        for among in ({"age": {"below": 18}}, {})
    )
    found = compare(town, [children, all_])["found"]
    assert found[0] == 0
    assert found[1] > 5


@pytest.mark.parametrize("how", ["correlation", "slope"])
def test_likeness_to_the_head_is_that_of_the_pairs_and_its_error_that_of_many_societies(how):
    among = {"role": "partner"}
    worth = (0, 6, 9, 12, 16)
    asked = [Margin(how, 0.5, "", "assumed", "assumed", 0, mean="education", worth=worth, with_head=how, among=among)]
    found, errors = [], []
    for seed in range(40):
        town = Population("china-2020", 12 * GRID, seed=seed).do({"residence": "urban"})
        made = compare(town, asked)
        found.append(made["found"][0])
        errors.append(made["standard_error"][0])
    people = town.arrays(names=["education", "role", "household"])
    years = np.array(worth)[people["education"]]
    partner = people["role"] == 1
    head, own = years[people["household"][partner]], years[partner]
    direct = np.corrcoef(head, own)[0, 1] if how == "correlation" else np.polyfit(head, own, 1)[0]
    assert found[-1] == pytest.approx(direct)
    assert made["n"][0] == partner.sum()
    # A standard deviation of 40 is within a factor of 0.64 to 1.37 of the true one in 999 of 1,000 cases; twelve
    # clusters make the errors themselves smaller by about a twentieth.
    assert 0.64 < np.std(found, ddof=1) / np.mean(errors) < 1.45


def test_a_margin_compared_with_the_head_needs_a_number_and_a_known_way():
    entry = {"name": "m", "unit": "u", "within": 0, "value": 1, "source": "assumed", "reading": "assumed"}
    with pytest.raises(InputError, match="must have mean"):
        read_margins([{**entry, "with_head": "slope"}])
    with pytest.raises(InputError, match="with_head in margin m"):
        read_margins([{**entry, "with_head": "rank", "mean": "age"}])
    with pytest.raises(InputError, match="both recorded and channel"):
        read_margins([{**entry, "recorded": "fraud"}])


def test_likeness_is_undefined_where_nobody_differs_or_nobody_is_compared():
    town = Population("china-2020", 4 * GRID, seed=1)
    asked = [
        Margin(how, 0.5, "", "assumed", "assumed", 0, mean="age", with_head=how, among=among)
        for how in ("correlation", "slope")
        for among in ({"age": {"below": 1}, "role": "head"}, {"age": {"at_least": 30, "below": 31}, "role": "head"})
    ]
    found = compare(town, asked)
    assert found["found"].isna().all()
    assert not found["holds"].any()
