"""The figure of what one mistake does: how many other people one wrong entry reaches, by what and along which tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from testbed.plot.drawing import SHORT, blank, dots, of_findings, tall, titled
from testbed.plot.reading import read, some
from testbed.report import Finding, scale

if TYPE_CHECKING:
    from testbed.case import Case

MEASURE = "error_reach"
WORDS = {
    ("what", "score"): "whose score differs",
    ("what", "decision"): "whose decision differs",
    ("what", "list"): "on or off a list",
    ("what", "sanction"): "under a sanction or not",
    ("what", "refused"): "refused something",
    ("hop", "none"): "without a known tie",
    ("hop", "household"): "of the household",
    ("hop", "displaced"): "moved by a quota or joint ranking",
}
"""Rows of the figure, in their order; other ties follow under their own name."""


def cascade(findings: pd.DataFrame | Case, ax: Axes | None = None, *, net: bool = False) -> Axes:
    """Draw how many other people one wrong entry reaches: in what, and along which tie.

    Parameters
    ----------
    findings : DataFrame or Case
        Findings with `error_reach`, or a case.
    ax : Axes, optional
        Where to draw. Default: a new figure.
    net : bool, default False
        Whether to count the people who are worse off minus those who are better off, and not all who differ.

    Returns
    -------
    Axes
        The axes, one row for everybody, for each consequence, and for each tie to the person with the entry.

    Raises
    ------
    InputError
        If the findings have no such rows, or none has a value.

    See Also
    --------
    testbed.plot.life : One wrong entry in one life.

    Examples
    --------
    >>> from testbed import Scenario, plot
    >>> case = Scenario.load("rongcheng").run(people=2048, periods=9)
    >>> plot.cascade(case).get_xlabel()
    'people for one wrong entry'
    """
    held = read(findings, [MEASURE])
    suffix = "_net" if net else ""
    rows = [row for row in held.audited if row.name == MEASURE and row.suffix == suffix and row.seed == held.seed]
    rows = sorted((row for row in rows if row.split == "all"), key=_order)
    rows = [row for row in some(rows, "what one wrong entry reaches", MEASURE) if row.known or not net]
    found, series = of_findings(held, rows, label)
    ax = blank(ax, tall(found, series))
    dots(ax, found, series, scale("people"), nothing=0.0, unit="")
    ax.set_xlabel(f"people for one wrong entry{', more or fewer who are worse off' if net else ''}")
    entries = sorted({row.n for row in rows})
    behind = f" ({entries[-1]:,} wrong entries followed)" if len(entries) == 1 else ""
    return titled(ax, f"How many other people one wrong entry reaches{behind}", SHORT)


def label(row: Finding) -> str:
    """Which others a row counts, in words."""
    said = [WORDS.get((key, value), f"{key} {value}") for key, value in sorted(row.qualifiers.items())]
    return ", ".join(said) or "anybody, in any way"


def _order(row: Finding) -> tuple[int, int]:
    places = [list(WORDS).index(one) if one in WORDS else len(WORDS) for one in row.qualifiers.items()]
    return max(places, default=-1), row.number
