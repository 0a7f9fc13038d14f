"""`testbed show` of a recipe: every number with its source and reading, the causal graph, and what is left out."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from synthetic import Recipe
from synthetic.population import ties
from synthetic.source import Dial, add_sources, sources
from testbed.commands.cli import main
from testbed.commands.descriptions import recipe, scenario
from testbed.commands.show_text import dials, origin, shown


@pytest.fixture(scope="module", params=["china-2020", "us-credit", "job-seekers", "school-leavers", "template"])
def told(request):
    """A recipe, what is shown of it as lines, and the same with folded lines joined."""
    lines = list(recipe(request.param))
    return Recipe.load(request.param), lines, " ".join(" ".join(lines).split())


def test_every_dial_of_the_recipe_and_of_its_ties_is_shown_with_value_unit_reading_and_source(told):
    held, lines, _ = told
    for dial in [*held.dials.values(), *ties.dials().values()]:
        (line,) = [line for line in lines if line.strip().startswith(f"{dial.path} = ")]
        assert f"= {shown(dial)} {dial.unit}" in line
        assert f"; {origin(dial.reading, dial.source)}" in line
        assert dial.where in line


def test_every_number_of_a_small_table_is_shown_and_of_a_large_one_how_many(told):
    held, _, text = told
    for path, table in held.tables.items():
        few = table.values.size <= 40
        values = ", ".join(f"{x:g}" for x in table.values.ravel()) if few else f"{table.values.size} numbers,"
        assert f"{path} = {values} {' '.join(table.unit.split())}; {table.reading}, {table.source}" in text


def test_every_published_figure_and_every_source_is_shown(told):
    held, _, text = told
    for margin in held.margins:
        assert f"{margin.name} = {margin.value:.5g} {margin.unit}; {margin.reading}, {margin.source}" in text
    for number in [*held.dials.values(), *held.tables.values(), *ties.dials().values(), *held.margins]:
        assert f"{number.source}: {sources()[number.source].title}" in text


def test_causes_what_is_left_out_and_contradictions_are_shown(told):
    held, lines, text = told
    for name, parents in held.graph.items():
        if parents:
            assert f"    {', '.join(parents)} -> {name}" in lines
    for sentence in [*held.not_modelled, *(each.sentence for each in held.contradictory)]:
        assert sentence in text


def test_the_command_that_draws_the_picture_is_shown_and_draws_it(told, tmp_path, capsys):
    held, lines, _ = told
    (line,) = [line for line in lines if "as a picture: testbed show" in line]
    words = line.split("testbed ")[1].split(" (")[0].replace("FILE.svg", str(tmp_path / "graph.svg")).split()
    assert main(words) == 0
    capsys.readouterr()
    assert held.order[-1] in ET.parse(tmp_path / "graph.svg").getroot().itertext()


def test_an_analog_is_shown_with_the_system_that_its_figure_is_from(tmp_path):
    paper = {"title": "A roll", "publisher": "an auditor", "date": "2011", "system": "a parish's roll of voters"}
    add_sources({"roll-2011": paper}, tmp_path / "town.toml", "town.toml, sources")
    held = Dial("channels.roll.miss", 0.1, "share", "roll-2011", "analog", (0, 0.2), "table 2")
    (line,) = list(dials([held]))[1:]
    assert line.endswith("0.1 share, 0 to 0.2; analog, roll-2011, as in a parish's roll of voters (table 2)")


def test_a_scenario_shows_how_many_of_its_dials_have_each_reading():
    lines = list(scenario("rongcheng"))
    start = next(place for place, line in enumerate(lines) if "dials by reading" in line)
    counted = {line.split(":")[0].strip(): line for line in lines[start + 1 : start + 5]}
    assert list(counted) == ["all dials", "channels", "contest", "copies"]
    shown_dials = [line for line in lines if " = " in line and "; assumed, " in line]
    guessed = [line for line in shown_dials if "a choice of the experiment" not in line or " to " in line]
    assert f" {len(guessed)} assumed" in counted["all dials"]
    contested = [line for line in lines if line.strip().startswith("regime.appeal.")]
    assert f"(of {len(contested)})" in counted["contest"]


def test_the_page_of_a_scenario_in_which_people_compete_says_how_many_wrong_entries_are_followed_alone():
    (said,) = [line for line in scenario("metro-sorting") if "wrong entry that is followed" in line]
    assert "train_misconduct, in month 6, for 50 people, each in a world of their own" in said
    (said,) = [line for line in scenario("rongcheng") if "wrong entry that is followed" in line]
    assert "in month 6, for 2 of 1,000 people" in said
