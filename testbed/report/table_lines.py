"""The rates of a table's groups in lines of text, and its gaps at equal strata."""

from __future__ import annotations

from testbed.report.drawing import shortened
from testbed.report.finding_row import Finding
from testbed.report.numbers import decimals, scale
from testbed.report.plaintext import clean, columns
from testbed.report.rows import Findings

SHOWN = {
    "selection_rate": "positive",
    "true_positive_rate": "true pos.",
    "false_positive_rate": "false pos.",
    "precision": "precision",
    "base_rate": "outcome",
}
"""The rates by group, with the heads of their columns."""
GAP = "statistical_parity_difference"
FIRST, EACH = 24, 11


def rate_lines(rows: Findings, column: tuple[str, str], most: int) -> list[str]:
    """A line for each group, in percent, at most so many; nothing if the run has no such rates."""
    held: dict[tuple[str, str], dict[str, Finding]] = {}
    for row in rows.main(column=column):
        if row.measure in SHOWN and row.group and not row.versus and not set("*|") & set(row.split):
            held.setdefault((row.split, row.group), {})[row.measure] = row
    names = [name for name in SHOWN if any(name in found for found in held.values())]
    if not most or not names:
        return []
    groups = [place for place in held if place[0] != "all"] or list(held)
    lines = ["In percent".ljust(FIRST) + "".join(SHOWN[name].rjust(EACH) for name in names)]
    for split, group in groups[: most - (len(groups) > most)]:
        label = shortened("everybody" if split == "all" else f"{split} {group}", FIRST - 1)
        cells = (_percent(held[split, group].get(name)).rjust(EACH) for name in names)
        lines.append(label + " " * (FIRST - columns(label)) + "".join(cells))
    left = len(groups) - (len(lines) - 1)
    return [*lines, *([f"({left} more groups: findings.csv has them)"] if left else [])]


def pooled_lines(rows: Findings, column: tuple[str, str]) -> list[str]:
    """The gap in positive decisions, overall and at equal strata; the two can point in opposite directions."""
    lines = []
    for row in rows.main(column=column):
        split, bar, control = row.split.partition("|")
        plain = rows.at(column, (GAP, split, row.group, row.versus))
        if row.measure != f"conditional_{GAP}" or not bar or "*" in split or plain is None:
            continue
        lines.append(
            f"{clean(row.group)} minus {clean(row.versus)}: {_number(plain)}; at equal {clean(control)}: {_number(row)}"
        )
    return lines


def _percent(row: Finding | None) -> str:
    if row is None or not row.known:
        return "\u2013"
    by = scale("rate")
    return by.bare(row.value, decimals(row.value, row.low, row.high, by.factor))


def _number(row: Finding) -> str:
    if not row.known:
        return "not computed"
    by = scale("rate", comparison=True)
    places = decimals(row.value, row.low, row.high, by.factor)
    ends = "" if row.low != row.low else f" ({by.bare(row.low, places)} to {by.bare(row.high, places)})"
    return f"{by.bare(row.value, places)}{ends}"
