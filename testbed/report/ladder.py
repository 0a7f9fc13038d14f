"""What transparency would change here: the ladder of rights, with what each buys, for the terminal and the page."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testbed.findings import ALREADY, NO_REASONS, NONE
from testbed.report.finding_row import Finding
from testbed.report.numbers import Scale, decimals, scale
from testbed.report.plaintext import clean, wrap
from testbed.report.rows import Findings

TITLES = {
    "contest_cleared": ("wrongs set right", "wrongs", "right"),
    "contest_false_upheld": ("true entries struck", "true", "struck"),
    "error_reach": ("reach of an error", "error", "reach"),
    "error_lifetime": ("lifetime of an error", "error", "lasts"),
    "hidden[k=0]": ("hidden, no known case", "hidden", "k=0"),
    "hidden[k=100]": ("hidden, 100 known cases", "hidden", "k=100"),
    "recourse_findable": ("recourse findable", "recourse", "findable"),
    "lawful_conduct_suppressed": ("lawful conduct chilled", "lawful", "chill"),
    "gaming": ("acts moved out of sight", "acts", "hidden"),
    "gaming_left": ("acts left undone", "acts", "left"),
}
"""The numbers of a ladder: in full, and in two short lines."""
ALWAYS = ("contest_cleared", "contest_false_upheld", "error_reach", "error_lifetime", "hidden[k=0]", "hidden[k=100]")
"""The numbers that are shown if every right is granted already."""
EVERYBODY = ("all", "all", "")
SHORT = {"per 1,000 person-months": "/1,000"}
HEAD = "What transparency would change here"
NOTE = (
    "Each right is granted in full, as far as the scenario's ranges allow, in a world of the same people and the same "
    "random draws: what it changes is the most that it could. Below a value: how far the right moves it, with a 95 % "
    'interval; "exact" where it differs for nobody who is counted in this run.'
)


@dataclass(frozen=True)
class Cell:
    """A number with a right: its value, how far the right moves it, the limits of that, and whether it is decided."""

    value: str
    change: str = ""
    limits: str = ""
    decided: bool = False


@dataclass(frozen=True)
class Rung:
    """A row of the ladder: a right, what it gives, a note in place of changes, and its cells."""

    name: str
    said: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Ladder:
    """The rights of one model: (title, unit) of each number, and the rows. `of`: the model, if there are several.

    undefined: why a number has no value, in sentences.
    """

    of: str
    heads: tuple[tuple[str, str], ...]
    short: tuple[tuple[str, str, str], ...]
    rungs: tuple[Rung, ...]
    undefined: tuple[str, ...] = ()


def ladders(findings: Findings, manifest: Mapping[str, Any]) -> list[Ladder]:
    """The ladder of each audited model; none if no right was granted in the run."""
    steps = manifest.get("grants") or []
    made = []
    for column in findings.heads if steps else ():
        held = {(row.scenario, row.measure): row for row in findings.rights if row.model == column[1]}
        granted = dict.fromkeys(number for _, number in held) or ALWAYS
        base = {number: row for number in granted if (row := findings.at(column, (number, *EVERYBODY))) is not None}
        numbers = list(base)
        scales = {number: scale(base[number].unit) for number in numbers}
        rows = [Rung(NONE, "as the scenario is", "", tuple(Cell(_value(base[one], scales[one])) for one in numbers))]
        for step in steps:
            already = step["scenario"] == column[0]
            cells = []
            for number in numbers:
                row = base[number] if already else held.get((step["scenario"], number))
                moved = None if already else held.get((f"{step['scenario']} - {column[0]}", number))
                cells.append(_cell(row, moved, scales[number]))
            silent = any(row.why == NO_REASONS for key, row in held.items() if key[0] == step["scenario"])
            why = step.get("why") or (NO_REASONS if silent else "")
            note = f"cannot be granted: {clean(why)}" if why else ALREADY if already else ""
            rows.append(Rung(clean(step["name"]), clean(step.get("said") or "all of these"), note, tuple(cells)))
        heads = tuple((_title(one)[0], scales[one].unit or base[one].unit) for one in numbers)
        short = tuple((*_title(one)[1:], SHORT.get(unit, unit)) for one, (_, unit) in zip(numbers, heads, strict=True))
        made.append(Ladder(findings.label(column), heads, short, tuple(rows), _undefined(base, numbers)))
    return made


def ladder_lines(findings: Findings, manifest: Mapping[str, Any], width: int = 80) -> Iterator[str]:
    """The ladder as lines of text: a value, and below it how far the right moves it, with * where that is decided."""
    for one in ladders(findings, manifest):
        yield f"{HEAD}{': ' if one.of else ''}{clean(one.of)}"
        first = max(len(row.name) for row in one.rungs) + 1
        each = (width - first) // max(len(one.heads), 1)
        for part in range(3):
            yield " " * first + "".join(head[part][: each - 1].rjust(each) for head in one.short)
        for row in one.rungs:
            yield row.name.ljust(first) + "".join(cell.value.rjust(each) for cell in row.cells)
            if row.note:
                yield from wrap(row.note, width, first="  ", rest="  ")
            elif any(cell.change for cell in row.cells):
                moved = (f"{cell.change}{'*' if cell.decided else ''}" for cell in row.cells)
                yield (" " * first + "".join(text.rjust(each) for text in moved)).rstrip()
        for said in one.undefined:
            yield from wrap(f"\u2013 {said}.", width, rest="  ")
        yield from wrap(f"{NOTE.partition(' Below')[0]} * marks a change whose interval leaves out 0.", width)


def _title(number: str) -> tuple[str, str, str]:
    """The title of a number, in full and in two short lines; its name, if it has none."""
    stem = number.partition("[")[0]
    return TITLES.get(number) or TITLES.get(stem) or (stem.replace("_", " "), stem[:6], "")


def _undefined(base: Mapping[str, Finding], numbers: Sequence[str]) -> tuple[str, ...]:
    """Why numbers have no value in the scenario as it is, each reason once."""
    found: dict[str, list[str]] = {}
    for number in numbers:
        if not base[number].known:
            found.setdefault(clean(base[number].why), []).append(_title(number)[0])
    return tuple(f"{', '.join(titles)}: {why}" for why, titles in found.items())


def _value(row: Finding | None, by: Scale) -> str:
    if row is None or not row.known:
        return "\u2013"
    return by.bare(row.value, decimals(row.value, row.low, row.high, by.factor))


def _cell(row: Finding | None, moved: Finding | None, by: Scale) -> Cell:
    value = _value(row, by)
    if moved is None or not moved.known:
        return Cell(value)
    places = decimals(moved.value, moved.low, moved.high, by.factor)
    change = by.bare(moved.value, places)
    change = f"+{change}" if moved.value > 0 else change
    if math.isnan(moved.low):
        return Cell(value, change)
    limits = "exact" if moved.exact else f"{by.bare(moved.low, places)} to {by.bare(moved.high, places)}"
    return Cell(value, change, limits, not moved.low <= 0 <= moved.high)
