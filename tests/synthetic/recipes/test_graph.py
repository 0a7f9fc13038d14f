"""The picture of a causal graph: every variable and cause is in it, causes on the left, no box on another."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from synthetic import Recipe
from synthetic.recipes.graph import HIGH, WIDE, columns, svg

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["china-2020", "us-credit", "job-seekers", "school-leavers", "template"])
def recipe(request):
    return Recipe.load(request.param)


def test_causes_stand_to_the_left_of_effects(recipe):
    place = {name: k for k, names in enumerate(columns(recipe)) for name in names}
    assert set(place) == set(recipe.variables)
    for name, parents in recipe.graph.items():
        assert all(place[parent] < place[name] for parent in parents)


def test_the_picture_is_xml_with_every_variable_and_every_cause(recipe):
    root = ET.fromstring(svg(recipe))
    groups = root.findall(f"{SPACE}g")
    assert {group.findtext(f"{SPACE}text") for group in groups} == set(recipe.variables)
    arrows = [path for path in root.findall(f"{SPACE}path") if path.get("marker-end")]
    assert len(arrows) == sum(map(len, recipe.graph.values()))


def test_no_box_covers_another_or_leaves_the_picture(recipe):
    root = ET.fromstring(svg(recipe))
    boxes = [group.find(f"{SPACE}rect") for group in root.findall(f"{SPACE}g")]
    corners = [(float(box.get("x")), float(box.get("y"))) for box in boxes]
    for k, (x, y) in enumerate(corners):
        assert 0 <= x <= float(root.get("width")) - WIDE
        assert 52 <= y <= float(root.get("height")) - HIGH
        assert all(abs(x - u) >= WIDE or abs(y - v) >= HIGH for u, v in corners[:k])


def test_the_picture_is_the_same_every_time_and_has_no_script(recipe):
    assert svg(recipe) == svg(Recipe.load(recipe.name))
    assert "<script" not in svg(recipe)
