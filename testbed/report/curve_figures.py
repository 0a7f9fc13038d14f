"""Figures of thresholds, calibration and crossings: from the curve table of a run, and from its findings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from testbed.curves import curve_rows
from testbed.report.family_figures import Figure
from testbed.report.numbers import Scale, cell, scale
from testbed.report.plane import Cell, Line, Point, grid, plane
from testbed.report.rows import Finding, Findings

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
                yield maker(mine, split.replace("_", " "), of_table)


def thresholds(rows: list[dict[str, Any]], split: str, of_table: bool) -> Figure:
    """True against false positive rate along the threshold, one line per group, what was decided ringed."""
    title = f"What each threshold would do, by {split}"
    said = POSITIVE[of_table]
    named = (f"negative outcomes {said}, %", f"positive outcomes {said}, %")
    note = (
        f"One point per threshold, the same thresholds for all groups. Across: share {said} among those whose "
        "outcome is negative. Up: the same among those whose outcome is positive. Ringed: what was decided. No "
        "threshold takes two groups to one point where their lines lie apart."
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
    note += " Dashed: a score that is the share itself." if probable else ""
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
    """Rates of each pair of attributes as a grid, where every attribute has few enough levels."""
    for name in OF_TABLES if findings.scenario == "table" else OF_WORLDS:
        rows = [row for row in findings.main(column=findings.heads[0]) if row.name == name and row.group]
        for split in dict.fromkeys(row.split for row in rows if row.split.count("*") == 1 and "|" not in row.split):
            made = crossing(name, split, [row for row in rows if row.split == split and not row.versus])
            if made is not None:
                yield made


def crossing(name: str, split: str, rows: list[Finding]) -> Figure | None:
    """The grid of one rate over two attributes; None where it would not fit, or has one row or column."""
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
    title = f"{name.replace('_', ' ').capitalize()} by {' and '.join(split.replace('_', ' ').split('*'))}"
    note = "In percent, darker where higher; a dashed frame marks small cells. Intervals stand in the data."
    return Figure(title, note, grid(title, down, across, cells, PERCENT), rows)


def _groups(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (name, [row for row in rows if row["group"] == name]) for name in dict.fromkeys(row["group"] for row in rows)
    ]


def _level(at: float) -> str:
    return "none" if at == -math.inf else cell(at)


def _cells(row: dict[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(cell(row[name]) for name in names)
