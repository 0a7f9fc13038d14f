"""What each dial of mechanisms.md moves: the finding at both ends of its range, and whether it goes the way stated.

    python docs/mechanisms.py [NUMBER ...]       print the lines of these rows, of all without numbers

mechanisms.md is read, nothing is listed here: its columns say the dial, what must be set with it, and the finding.
The ends are those of the range; off and on for a switch; 0 and the value for a published number, which has no range.
`docs/mechanisms.txt` is what this prints for all rows.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from synthetic.errors import InputError
from testbed.case import Case, Setting
from testbed.findings import split_name
from testbed.measure import measures
from testbed.models import load_rulebook
from testbed.scenarios import Scenario
from testbed.statistics import expand

PAGE = Path(__file__).with_name("mechanisms.md")
PEOPLE, PERIODS, SEED = 2048, 12, 1
FINDING = re.compile(r"`(?P<name>[\w\[\]=,.]+)`(?: of (?P<group>[\w ]+))? (?P<way>up|down)")
WAYS = {"up": 1, "down": -1}
SOURCED = ', source = "assumed", reading = "assumed"'
RULE = """
schema = 1
title = "One rule"
as_of = 2020-01-01
[base]
points = {{ value = 0, unit = "points", source = "assumed", reading = "assumed", range = [0, 1] }}
[rules.late]
column = "utility_late"
points = {{ value = -5, unit = "points per event", range = [-9, 0]{} }}
"""
"""A rule book with one rule; its source and reading are put in."""


@dataclass(frozen=True)
class Row:
    """A row of the table: its number, title, scenario, dial, what goes with it, and the finding that it moves."""

    number: int
    title: str
    scenario: str
    dial: str
    given: dict[str, object]
    finding: str
    group: str
    way: str


def rows(page: str) -> dict[int, Row | None]:
    """The rows of the table of mechanisms by number; None for one that has no dial."""
    found: dict[int, Row | None] = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not cells[0].isdigit():
            continue
        number, title, _, dial, given, moves, _ = cells
        turned, said = re.fullmatch(r"`([\w-]+): ([\w.-]+)`", dial), FINDING.match(moves)
        if turned is None:
            found[int(number)] = None
            continue
        if said is None:
            raise InputError(f"row {number} moves {moves!r}; allowed: `finding` up or down, of a group or of all.")
        values = dict(re.findall(r"`([\w.-]+)=([^`]+)`", given))
        numbers = {path: text if text in ("on", "off") else float(text) for path, text in values.items()}
        place = (said["name"], said["group"] or "all", said["way"])
        found[int(number)] = Row(int(number), title, turned[1], turned[2], numbers, *place)
    return found


@cache
def base(scenario: str) -> Setting:
    """The scenario as it is declared: its people and candidates for acts are shared by all that differs in dials."""
    return Setting(Scenario.load(scenario), people=PEOPLE, periods=PERIODS, seed=SEED)


def ends(row: Row) -> tuple[object, object]:
    """Both ends of the range of the dial."""
    dial = base(row.scenario).scenario.dials[row.dial]
    if isinstance(dial.value, bool):
        return "off", "on"
    return dial.range if dial.range is not None else (0, dial.value)


def at(row: Row, value: object) -> float:
    """The finding with the dial at a value."""
    setting = base(row.scenario)
    case = Case.of(setting.elsewhere(setting.scenario.set({**row.given, row.dial: value})))
    return value_of(case, row)


def typed(text: str) -> int | float | str:
    """A qualifier as a measure takes it: a number if it is one."""
    number = re.fullmatch(r"\d+(\.\d+)?", text)
    return text if number is None else float(text) if number[1] else int(text)


def value_of(case: Case, row: Row) -> float:
    """The value of the row's finding in a case: the measure is asked for it with its qualifiers."""
    stem, inside = split_name(row.finding)
    asked = {key: typed(text) for key, text in inside.items()}
    splits, reference = tuple(case.scenario.compared), case.scenario.reference
    for one in map(measures.get, measures.names()):
        if any(name and (stem == name or stem.startswith(f"{name}_")) for name in (one.name, one.gap)):
            for found in expand(one, one(case, **asked), case, splits=splits, reference=reference):
                if (found["measure"], found["group"]) == (row.finding, row.group):
                    return float(found["value"])
    raise InputError(f"row {row.number}: no measure gives {row.finding} of {row.group}.")


def refusal(source: str) -> str:
    """What is said of a rule book whose one rule has these words for its source and reading; "" if it is taken."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.toml"
        path.write_text(RULE.format(source), encoding="utf-8")
        try:
            load_rulebook(path)
        except InputError as error:
            return str(error)
    return ""


def moved(row: Row) -> tuple[float, float, bool]:
    """The finding at both ends, and whether it goes the way stated."""
    low, high = (at(row, end) for end in ends(row))
    return low, high, bool(np.sign(high - low) == WAYS[row.way])


def lines(wanted: set[int]) -> Iterator[str]:
    """One line a row: the dial, its ends, the finding at each, and whether it moved as stated."""
    for number, row in rows(PAGE.read_text(encoding="utf-8")).items():
        if wanted and number not in wanted:
            continue
        if row is None:
            yield f"{number:2d} a rule without a source: {refusal('')}"
            continue
        low, high, right = moved(row)
        one, other = ends(row)
        of = "" if row.group == "all" else f" of {row.group}"
        turned = f"{number:2d} {row.scenario}: {row.dial} {one} to {other}"
        state = f"{row.way}, as stated" if right else f"NOT {row.way}"
        yield f"{turned}: {row.finding}{of} {low:.4g} to {high:.4g}, {state}"


if __name__ == "__main__":
    for line in lines({int(one) for one in sys.argv[1:]}):
        print(line, flush=True)
