"""Several models side by side: models as rows, the headline measure of each family as columns, and what is decided."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from testbed.report.family_figures import Figure, marked
from testbed.report.figures import dots
from testbed.report.finding_row import Finding
from testbed.report.numbers import Scale, decimals, scale
from testbed.report.phrases import HEADLINES
from testbed.report.plaintext import clean
from testbed.report.rows import Findings
from testbed.report.sentences import no_difference, plain_name

FAMILIES = ("disparate impact", "opacity", "error propagation", "benefit")
"""The families that have a column."""


@dataclass(frozen=True)
class Headline:
    """The headline measure of a family: its rows by column of the findings, and those of differences of two models."""

    family: str
    title: str
    unit: str
    by: Scale
    rows: dict[tuple[str, str], Finding]
    differences: dict[tuple[str, str], Finding]

    def cell(self, column: tuple[str, str]) -> tuple[str, str]:
        """Value and interval of a model as texts; the interval is empty if there is none."""
        return written(self.rows.get(column), self.by)

    @property
    def decided(self) -> list[Finding]:
        """The differences of two models whose intervals leave out 0."""
        return [row for row in self.differences.values() if row.known and (row.low > 0 or row.high < 0)]


def headlines_of(findings: Findings) -> list[Headline]:
    """The headline of each family that two models or more have; none if there is one model, or several scenarios."""
    if len(findings.scenarios) > 1:
        return []
    return [one for family in FAMILIES if (one := _headline(findings, family)) is not None]


def written(row: Finding | None, by: Scale) -> tuple[str, str]:
    """Value and interval of a row as texts, without units."""
    if row is None or not row.known:
        return "\u2013", ""
    places = decimals(row.value, row.low, row.high, by.factor)
    if math.isnan(row.low) or math.isnan(row.high) or row.exact:
        return by.bare(row.value, places), ""
    return by.bare(row.value, places), f"{by.bare(row.low, places)} to {by.bare(row.high, places)}"


def in_lines(findings: Findings, width: int) -> Iterator[str]:
    """The table as lines of text, then which differences are decided; nothing if there is one model."""
    found = headlines_of(findings)
    if not found:
        return
    names = {column: clean(findings.label(column)) for column in findings.heads}
    first = min(max(map(len, names.values())), width - 15 * len(found))
    each = (width - first) // len(found)
    yield "".join(["Side by side".ljust(first), *(headed(one.title, each - 2).rjust(each) for one in found)])
    yield "".join(["".ljust(first), *(one.unit[: each - 2].rjust(each) for one in found)])
    for column, name in names.items():
        cells = [one.cell(column) for one in found]
        yield "".join([name[:first].ljust(first), *(value.rjust(each) for value, _ in cells)])
        if any(limits for _, limits in cells):
            yield "".join(["".ljust(first), *(limits.rjust(each) for _, limits in cells)])
    yield verdict(found)


def headed(title: str, most: int) -> str:
    """A title without its groups, and without its first words where there is no room for them.

    >>> headed("adverse gap, minority - majority", 15), headed("detection precision", 15)
    ('adverse gap', 'precision')
    """
    words = clean(title).partition(",")[0].split()
    while len(words) > 1 and len(" ".join(words)) > most:
        words = words[1:]
    return " ".join(words)[:most]


def verdict(found: list[Headline], *, paired: bool = False) -> str:
    """Which differences between models are decided, in one sentence. `paired`: whether the run compares models."""
    pairs = sum(len(one.differences) for one in found)
    if not pairs:
        return (
            "Whether models differ is not tested." if paired else "Whether models differ is not tested: add --paired."
        )
    decided = [
        f"{clean(row.model)} {clean(one.title)} {' ('.join(part for part in written(row, one.by) if part)})"
        for one in found
        for row in one.decided
    ]
    if not decided:
        return f"Decided differences: none of {pairs}."
    return f"Decided differences, {len(decided)} of {pairs}: {'; '.join(decided)}."


def drawn(findings: Findings) -> list[Figure]:
    """The same as figures: for each headline its models below each other, with their intervals."""
    made = []
    for one in headlines_of(findings):
        rows = [one.rows[column] for column in findings.heads if column in one.rows]
        marks = [marked(findings, row, clean(findings.label(row.column))) for row in rows]
        nothing = no_difference(rows[0])
        title = f"{one.family.capitalize()}: {clean(one.title)} by model"
        said = verdict([one], paired=len(findings.columns) > len(findings.heads))
        note = f"Unit: {one.by.unit or one.unit or 'number'}. Whiskers: 95 % intervals. {said}"
        picture = dots(title, marks, one.by, zero=0.0 if nothing != nothing else nothing)
        made.append(Figure(title, note, picture, [*rows, *one.differences.values()]))
    return made


def _headline(findings: Findings, family: str) -> Headline | None:
    for wanted in HEADLINES[family]:
        rows = {column: findings.pick(wanted, column) for column in findings.heads}
        known = {column: row for column, row in rows.items() if row is not None and row.known}
        if len(known) < 2:
            continue
        one = next(iter(known.values()))
        place = {column: row for column in findings.columns if (row := findings.at(column, one.place)) is not None}
        differences = {column: row for column, row in place.items() if column not in findings.heads}
        by = scale(one.unit, comparison=one.comparison)
        said = plain_name(one) + (f", {one.group} - {one.versus}" if one.versus else "")
        return Headline(family, said, by.unit.replace("percentage points", "points"), by, known, differences)
    return None
