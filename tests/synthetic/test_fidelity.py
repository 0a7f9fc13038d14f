"""The page of margins: every one with target, source and verdict; the stored pages are of the present recipe."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from synthetic import Population, Recipe
from synthetic.draws import GRID
from synthetic.fidelity import table

STORED = Path(__file__).parents[2] / "docs" / "fidelity"


def rows(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")][1:]


def test_the_page_names_its_command_and_every_margin_with_its_source():
    recipe = Recipe.load("us-credit")
    text = table(Population(recipe, 8 * GRID, seed=1))
    assert f"python -m synthetic.fidelity us-credit --people {8 * GRID} --seed 1" in text
    found = rows(text)
    assert [row[0] for row in found] == [margin.name for margin in recipe.margins]
    for row, margin in zip(found, recipe.margins):
        assert float(row[2]) == pytest.approx(margin.value, rel=1e-4)
        assert row[8:] == [margin.source, margin.reading]
        assert float(row[4]) == pytest.approx(float(row[3]) - float(row[2]), abs=2e-4 * abs(float(row[2])))


def test_a_margin_that_is_missed_is_shown_so():
    recipe = Recipe.load("china-2020").set({"recipe.work.urban": 0.6})
    verdicts = {row[0]: row[7] for row in rows(table(Population(recipe, 40 * GRID, seed=1)))}
    assert verdicts["employed, urban"] == "NO"
    assert verdicts["aged 0 to 14"] == "yes"


@pytest.mark.parametrize("name", ["china-2020", "us-credit"])
def test_the_stored_page_has_the_present_targets_at_a_million_people_and_all_hold(name):
    text = (STORED / f"{name.replace('-', '_')}.md").read_text(encoding="utf-8")
    assert re.search(r"^1,000,000 people, seed 0\.", text, re.MULTILINE)
    recipe = Recipe.load(name)
    found = rows(text)
    assert [(row[0], row[2], row[8], row[9]) for row in found] == [
        (margin.name, f"{margin.value:.5g}", margin.source, margin.reading) for margin in recipe.margins
    ]
    assert all(row[7] == "yes" for row in found)
    for each in recipe.contradictory:
        assert each.sentence in text


def test_the_command_writes_what_it_prints(tmp_path):
    out = tmp_path / "page.md"
    command = [sys.executable, "-W", "error", "-m", "synthetic.fidelity", "us-credit", "--people", "4096"]
    ran = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, check=True)
    assert out.read_text(encoding="utf-8") == ran.stdout
