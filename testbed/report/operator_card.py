"""The operator's report card: every accountability rate, with what it counts and how many it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from testbed.report.finding_row import Finding, owner
from testbed.report.numbers import decimals, scale
from testbed.report.qualifiers import many
from testbed.report.rerun import OWED
from testbed.report.rows import Findings
from testbed.report.sentences import count_behind, plain_name


@dataclass(frozen=True)
class Line:
    """A line of the card. `counted` is the numerator with its unit, `behind` the row's `n` with its noun."""

    row: Finding
    of: str
    what: str
    value: str
    limits: str
    counted: str
    behind: str
    better: str


def report_card(findings: Findings, info: Mapping[str, Mapping[str, object]]) -> list[Line]:
    """The lines of the card about everybody, by model; with a numerator if the run has its `_numerator` row."""
    numerators = {
        (row.column, row.name, tuple(sorted(row.qualifiers.items()))): row
        for row in findings.audited
        if row.harm == "accountability" and row.suffix == "_numerator" and row.seed == findings.seed
    }
    made = []
    for row in findings.main(harm="accountability"):
        if row.split != "all" or row.name == OWED:
            continue
        found = numerators.get((row.column, row.name, tuple(sorted(row.qualifiers.items()))))
        facts = info.get(owner(row.name, info), {})
        made.append(
            Line(
                row,
                findings.label(row.column) if row.column in findings.columns else "",
                plain_name(row).removeprefix("operator ").capitalize(),
                *_number(row),
                _counted(found),
                count_behind(row),
                str(facts.get("better") or "").replace("none", ""),
            )
        )
    return made


def _number(row: Finding) -> tuple[str, str]:
    if not row.known:
        return "not computed", row.why
    by = scale(row.unit)
    places = decimals(row.value, row.low, row.high, by.factor)
    if math.isnan(row.low) or math.isnan(row.high):
        limits = "no interval"
    else:
        limits = "exact" if row.low == row.high else f"{by.bare(row.low, places)} to {by.bare(row.high, places)}"
        limits += f" given the {row.given}" if row.given else ""
    return by.write(row.value, places), limits


def _counted(row: Finding | None) -> str:
    if row is None or not row.known:
        return ""
    return f"{many(row)} {row.unit}"
