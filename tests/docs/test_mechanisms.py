"""The table of mechanisms: every number is there, and whatever it names exists."""

from __future__ import annotations

import re
import runpy
from functools import cache
from pathlib import Path

import pytest

from testbed.models.rulebook_file import load_rulebook
from testbed.scenarios.base import Scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
NUMBERED = {row[0]: row for row in ROWS if row[0].isdigit()}
COLUMNS = {len(NUMBERED["1"]): (2, 3, -1), 4: (1, 2, 3)}
"""Where a row of so many cells has its files, its dial and its test."""
WITH_DIALS = [row for row in ROWS if len(row) in COLUMNS and "`" in row[COLUMNS[len(row)][1]]]
TURN = runpy.run_path(str(ROOT / "docs" / "mechanisms.py"))
TURNED = TURN["rows"](PAGE)


@cache
def dials(scenario: str) -> frozenset[str]:
    """The dials of a scenario."""
    return frozenset(Scenario.load(scenario).dials)


def test_all_forty_mechanisms_of_the_seeds_are_there_once_and_in_order() -> None:
    assert [row[0] for row in ROWS if row[0].isdigit()] == [str(number) for number in range(1, 41)]
    assert all(len(row) == 7 and all(row) for row in NUMBERED.values())
    assert {number for number, row in TURNED.items() if row is None} == {28}


@pytest.mark.parametrize("row", WITH_DIALS, ids=lambda row: f"{row[0]} {row[1]}"[:40])
def test_every_file_dial_and_test_that_a_row_names_exists(row: list[str]) -> None:
    files, dial, figure = (row[place] for place in COLUMNS[len(row)])
    for name in re.findall(r"`([^`]+)`", files):
        assert (ROOT / name).is_file(), name
    turned = re.findall(r"`([\w-]+): ([\w.-]+)`", dial)
    assert turned or dial.startswith("no dial: ")
    for scenario, path in turned:
        assert path in dials(scenario), f"{scenario}: {path}"
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", figure)
    assert tests
    for file, test in tests:
        assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), test


@pytest.mark.usefixtures("small_training")
@pytest.mark.parametrize("row", [row for row in TURNED.values() if row], ids=lambda row: f"{row.number} {row.dial}")
def test_turned_from_end_to_end_every_dial_moves_the_finding_that_the_page_names(row: object) -> None:
    low, high, right = TURN["moved"](row)
    assert right, f"{low} to {high}"


def test_a_rule_without_a_source_is_refused() -> None:
    assert "source" in TURN["refusal"]("")
    assert TURN["refusal"](TURN["SOURCED"]) == ""


def test_the_stored_lines_are_of_the_rows_of_the_page_and_all_as_stated() -> None:
    lines = (ROOT / "docs" / "mechanisms.txt").read_text(encoding="utf-8").splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, 41))
    for line, row in zip(lines, TURNED.values(), strict=True):
        if row is not None:
            of = "" if row.group == "all" else f" of {row.group}"
            assert line.startswith(f"{row.number:2d} {row.scenario}: {row.dial} ")
            assert f": {row.finding}{of} " in line
            assert line.endswith(f", {row.way}, as stated")


def test_every_claim_file_exists() -> None:
    for name in re.findall(r"`((?:testbed|synthetic)/[\w/.-]+)`", PAGE):
        assert (ROOT / name).is_file(), name


def test_the_platform_book_keeps_the_published_weights_range_and_bands() -> None:
    book = load_rulebook("zhima-like")
    low, high = (dial.value for dial in book.clamp if dial is not None)
    assert (low, high) == (350, 950)
    assert [grade.at_least.value for grade in book.grades if grade.at_least is not None] == [700, 650, 600, 550]
    most = {"history": 0.0, "capacity": 0.0, "behavior": 0.0, "identity": 0.0, "relations": 0.0}
    for rule in book.rules:
        assert rule.points is not None
        most[rule.name.split("_")[0]] += max(float(rule.points.value), 0.0)
    shares = {name: points / (high - low) for name, points in most.items()}
    assert shares == pytest.approx(
        {"history": 0.35, "capacity": 0.25, "behavior": 0.20, "identity": 0.15, "relations": 0.05}
    )
