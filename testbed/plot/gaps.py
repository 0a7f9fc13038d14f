"""The figure of who is hit: how much more often one group than another is decided adversely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from testbed.plot.drawing import SHORT, blank, dots, of_findings, tall, titled
from testbed.plot.reading import pick, read, some
from testbed.report import Finding, Findings, no_difference, plain_name, scale

if TYPE_CHECKING:
    from testbed.case import Case

OF_WORLDS = (
    "adverse_gap", "wrong_adverse_gap", "adverse_gap_at_equal_conduct", "counterfactual_effect", "spurious_gap",
)  # fmt: skip
OF_TABLES = (
    "statistical_parity_difference", "true_positive_gap", "false_positive_gap", "precision_gap",
    "average_odds_difference",
)  # fmt: skip
MEASURES = (
    "adverse_rate",
    "wrong_adverse_rate",
    "adverse_gap_at_equal_conduct",
    "counterfactual_effect",
    "spurious_gap",
)
"""The measures by which a case is measured for this figure."""


def gap(
    findings: pd.DataFrame | Case,
    ax: Axes | None = None,
    *,
    split: str | None = None,
    group: str | None = None,
    versus: str | None = None,
    measures: Sequence[str] | None = None,
) -> Axes:
    """Draw how much more often one group than another is decided adversely.

    One row a measure: all decisions, wrong ones, those at equal conduct, and what the group causes. Of a table of
    decisions, the usual differences of rates. Several models stand in one row with marks of their own.

    Parameters
    ----------
    findings : DataFrame or Case
        Findings, as `audit` and `audit_table` return them, or a case.
    ax : Axes, optional
        Where to draw. Default: a new figure.
    split : str, optional
        The attribute. Default: the first that the findings compare.
    group, versus : str, optional
        The group, and the one it is compared with. Default: the first pair.
    measures : sequence of str, optional
        Names of comparisons, such as "adverse_gap". Default: those above.

    Returns
    -------
    Axes
        The axes. Lines are 95 % intervals, a hollow mark has none, a hollow diamond is the lottery (findings of
        `audit(..., anchors=True)` have one), the dashed line means no difference.

    Raises
    ------
    InputError
        If the findings have no such comparison, or it has no value.

    See Also
    --------
    testbed.audit : Make findings.

    Examples
    --------
    >>> from testbed import Scenario, plot
    >>> case = Scenario.load("rongcheng").run(people=1024, periods=3)
    >>> plot.gap(case, measures=["adverse_gap"]).get_xlabel()
    'percentage points'
    """
    held = read(findings, MEASURES if measures is None else [owner_of(name) for name in measures])
    names = tuple(measures or (OF_TABLES if held.scenario == "table" else OF_WORLDS))
    rows = [
        row
        for name in names
        for row in held.main()
        if row.name == name and row.versus and "period" not in row.qualifiers
    ]
    rows = some(rows, "comparisons of two groups", names[0])
    split = pick("split", split, compared(rows))
    rows = [row for row in rows if row.split == split]
    group = pick("group", group, list(dict.fromkeys(row.group for row in rows)))
    rows = [row for row in rows if row.group == group]
    versus = pick("group", versus, list(dict.fromkeys(row.versus for row in rows)))
    rows = one_unit([row for row in rows if row.versus == versus])
    return drawn(held, rows, titles(held, rows[0]), ax)


def owner_of(name: str) -> str:
    """The measure that gives a comparison: `adverse_rate` gives `adverse_gap`."""
    from testbed.measure import measures

    known = {one.gap: one.name for one in map(measures.get, measures.names()) if one.gap}
    return known.get(name, name)


def compared(rows: Sequence[Finding]) -> list[str]:
    """The splits of some rows, single attributes first."""
    return sorted(dict.fromkeys(row.split for row in rows), key=lambda split: bool(set("*|") & set(split)))


def one_unit(rows: list[Finding]) -> list[Finding]:
    """The rows with the unit of the first."""
    return [row for row in some(rows, "comparisons of two groups", rows[0].name) if row.unit == rows[0].unit]


def titles(held: Findings, row: Finding) -> str:
    """What the figure says in words."""
    if held.scenario == "table":
        return f"Differences between {row.group} and {row.versus} people, by {row.split.replace('_', ' ')}"
    return f"How much more often {row.group} than {row.versus} people are decided adversely"


def drawn(held: Findings, rows: Sequence[Finding], title: str, ax: Axes | None) -> Axes:
    """One row a measure, one mark a model."""
    found, series = of_findings(held, rows, lambda row: labeled(row, rows))
    ax = blank(ax, tall(found, series))
    by = scale(rows[0].unit, comparison=rows[0].comparison)
    dots(ax, found, series, by, nothing=no_difference(rows[0]), unit=rows[0].unit)
    return titled(ax, title, SHORT)


def labeled(row: Finding, rows: Sequence[Finding]) -> str:
    """The name of the measure with the count behind it, or without where models have different counts."""
    counts = {one.n for one in rows if one.measure == row.measure}
    return f"{plain_name(row)} (n = {row.n:,})" if len(counts) == 1 else plain_name(row)
