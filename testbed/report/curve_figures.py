"""Figures of thresholds, calibration and crossings: from the curve table of a run, and from its findings."""

# Any: a row of the curve table holds texts and numbers.
from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from testbed.report.curve_points import curve_rows
from testbed.report.family_figures import Figure, shown_by
from testbed.report.finding_row import Finding
from testbed.report.numbers import Scale, cell, scale
from testbed.report.plaintext import clean
from testbed.report.plane import Cell, Line, Point, grid, plane
from testbed.report.rows import Findings

MOST_ROWS, MOST_COLUMNS = 12, 6
OF_WORLDS = ("adverse_rate", "wrong_adverse_rate")
OF_TABLES = ("selection_rate", "true_positive_rate", "false_positive_rate")
PERCENT = scale("rate")
POSITIVE = {True: "decided positively", False: "not decided adversely"}


def curve_figures(findings: Findings, text: str) -> Iterator[Figure]:
    """Thresholds and calibration by each attribute, from the text of the curve table."""
    rows = curve_rows(text) if text else []
    of_table = findings.scenario == "table"
    for split in dict.fromkeys(row["split"] for row in rows):
        for kind, maker in (("thresholds", thresholds), ("calibration", calibration)):
            mine = [row for row in rows if row["split"] == split and row["figure"] == kind]
            if mine:
                of = f", {clean(mine[0]['model'])}" if len(findings.models) > 1 else ""
                yield maker(mine, f"{split.replace('_', ' ')}{of}", of_table)


def thresholds(rows: list[dict[str, Any]], split: str, of_table: bool) -> Figure:
    """True against false positive rate along the threshold, a line per group; a ring marks the decisions made."""
    title = f"What each threshold would do, by {split}"
    said = POSITIVE[of_table]
    named = (f"negative outcomes {said}, %", f"positive outcomes {said}, %")
    note = (
        f"One point per threshold, the same thresholds for all groups. Across: share {said} among those whose "
        "outcome is negative. Up: the same among those whose outcome is positive. Ringed: the decisions made. If "
        "the lines of two groups lie apart, no threshold gives both groups the same two rates."
    )
    lines = [
        Line(name, [Point(row["x"], row["y"], ringed=row["mark"] == "cut") for row in mine])
        for name, mine in _groups(rows)
    ]
    head = ("Group", "Threshold", "Across", "Up", "n")
    body = [
        (
            row["group"],
            "decided" if row["mark"] == "cut" else _level(row["at"]),
            *_cells(row, "x", "y"),
            f"{row['n']:,}",
        )
        for row in rows
    ]
    return Figure(title, note, plane(title, lines, PERCENT, PERCENT, named=named), (), (head, body))


def calibration(rows: list[dict[str, Any]], split: str, of_table: bool) -> Figure:
    """Outcome rate against mean score by equal-count bin, one line per group."""
    title = f"What a score means, by {split}"
    probable = all(0 <= row["x"] <= 1 for row in rows)
    note = (
        "Ten bins with equally many people of all groups together. Across: mean score of the group's people in a bin. "
        "Up: share of them whose outcome is positive; whiskers: 95 % intervals."
    )
    note += " Dashed: the score equals the share." if probable else ""
    lines = [
        Line(name, [Point(row["x"], row["y"], row["low"], row["high"]) for row in mine]) for name, mine in _groups(rows)
    ]
    named = ("mean score", "positive outcomes, %")
    head = ("Group", "Bin", "Mean score", "Rate", "Low", "High", "n")
    body = [
        (row["group"], f"{int(row['at']) + 1}", *_cells(row, "x", "y", "low", "high"), f"{row['n']:,}") for row in rows
    ]
    return Figure(title, note, plane(title, lines, Scale(), PERCENT, named=named, diagonal=probable), (), (head, body))


def crossings(findings: Findings) -> Iterator[Figure]:
    """The rates of each pair of attributes as a grid, if both attributes have few enough levels."""
    label = findings.short(findings.heads[0])
    of = f", {label}" if label else ""
    for name in OF_TABLES if findings.scenario == "table" else OF_WORLDS:
        rows = [row for row in findings.main(column=findings.heads[0]) if row.measure == name and row.group]
        for split in dict.fromkeys(row.split for row in rows if row.split.count("*") == 1 and "|" not in row.split):
            made = crossing(name, split, [row for row in rows if row.split == split and not row.versus], of)
            if made is not None:
                yield made


def crossing(name: str, split: str, rows: list[Finding], of: str = "") -> Figure | None:
    """The grid of one rate over two attributes; None if it would not fit, or has only one row or column.

    of: the model or scenario in the title, if there are several.
    """
    held = {tuple(row.group.split("*")): row for row in rows if row.group.count("*") == 1}
    down, across = (list(dict.fromkeys(key[side] for key in held)) for side in (0, 1))
    if len(across) > len(down):
        held = {(key[1], key[0]): row for key, row in held.items()}
        down, across = across, down
    if not (2 <= len(across) <= MOST_COLUMNS and 2 <= len(down) <= MOST_ROWS):
        return None
    cells = {(key[0], key[1]): Cell(row.value, row.n, bool(row.small), row.why) for key, row in held.items()}
    if not any(math.isfinite(one.value) for one in cells.values()):
        return None
    title = shown_by(name, split, of)
    note = "In percent; darker is higher; a dashed frame marks small cells. The data show the intervals."
    return Figure(title, note, grid(title, down, across, cells, PERCENT), rows)


def frontiers(findings: Findings) -> Iterator[Figure]:
    """Benefit across and harm up, a line per model, a point per coverage; a ring marks the scenario's own."""
    rows = [
        row
        for row in findings.audited
        if row.name == "benefit_harm_frontier" and row.seed == findings.seed and row.known
    ]
    pairs: dict[tuple[str, str], dict[tuple[str, str], dict[float, dict[str, Finding]]]] = {}
    for row in rows:
        of = (row.settings.get("benefit", "benefit"), row.settings.get("harm", "harm"))
        at = pairs.setdefault(of, {}).setdefault(row.column, {})
        at.setdefault(float(row.settings["coverage"]), {})[row.suffix] = row
    for (benefit, harm), columns in pairs.items():
        lines, used = [], []
        for column, steps in columns.items():
            both = [(at, one) for at, one in sorted(steps.items()) if {"_benefit", "_harm"} <= set(one)]
            points = [
                Point(one["_benefit"].value, one["_harm"].value, one["_harm"].low, one["_harm"].high, ringed=at == 1)
                for at, one in both
            ]
            # A ringed point is joined too: it is one of the coverages.
            lines.append(Line(findings.label(column) or column[1], points, joined=True))
            used += [one[suffix] for _, one in both for suffix in ("_benefit", "_harm")]
        if used:
            words = (benefit.replace("_", " "), harm.replace("_", " "))
            title = f"What more coverage brings: {words[0]} and {words[1]}"
            note = (
                "One point per coverage of the channels, the lowest first; the scenario's own is ringed. "
                f"Across: {words[0]}. Up: {words[1]}, with 95 % intervals. It sets no exchange rate between the two."
            )
            named = (f"{words[0]}, %", f"{words[1]}, %")
            yield Figure(title, note, plane(title, lines, PERCENT, PERCENT, named=named), used)


def doses(findings: Findings) -> Iterator[Figure]:
    """A measure at several rates of error, one line per model."""
    rows = [row for row in findings.main() if row.name == "dose_response" and row.split == "all" and row.known]
    for of in dict.fromkeys(row.settings.get("of", "") for row in rows):
        mine = [row for row in rows if row.settings.get("of", "") == of]
        by = scale(mine[0].unit)
        lines = []
        for column in dict.fromkeys(row.column for row in mine):
            held = sorted(
                ((float(row.settings["times"]), row) for row in mine if row.column == column), key=lambda one: one[0]
            )
            points = [Point(at, row.value, row.low, row.high, ringed=at == 1) for at, row in held]
            lines.append(Line(findings.label(column) or column[1], points, joined=True))
        if max(len(line.points) for line in lines) > 1:
            title = f"{(of or 'a measure').replace('_', ' ').capitalize()} at more and fewer errors"
            own = "rates of the file" if findings.scenario == "table" else "scenario's own"
            note = f"Across: error rates as a multiple of the {own}, ringed at 1. Whiskers: 95 % intervals."
            named = (f"times the {own.replace('own', 'error rates')}", by.unit or mine[0].unit)
            yield Figure(title, note, plane(title, lines, Scale(), by, named=named), mine)


def _groups(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (name, [row for row in rows if row["group"] == name]) for name in dict.fromkeys(row["group"] for row in rows)
    ]


def _level(at: float) -> str:
    return "none" if at == -math.inf else cell(at)


def _cells(row: dict[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(cell(row[name]) for name in names)
