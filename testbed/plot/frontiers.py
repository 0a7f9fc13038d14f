"""The figure of benefit against harm: what more coverage of the channels brings of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from testbed.plot.drawing import DASHES, blank, colored, marked, plain, titled
from testbed.plot.reading import read, some
from testbed.report import Finding, Findings, scale

if TYPE_CHECKING:
    from testbed.case import Case

MEASURE = "benefit_harm_frontier"


def frontier(findings: pd.DataFrame | Case, ax: Axes | None = None) -> Axes:
    """Draw benefit across and harm up as the coverage of the channels grows, a line a model.

    Parameters
    ----------
    findings : DataFrame or Case
        Findings with `benefit_harm_frontier`, which has to be asked for by name, or a case.
    ax : Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    Axes
        The axes. One mark a coverage, with the 95 % intervals of both; the scenario's own is ringed. Nothing is said
        about how much harm a benefit is worth.

    Raises
    ------
    InputError
        If the findings have no such rows, or none has a value.

    See Also
    --------
    testbed.plot.gap : Who is hit.

    Examples
    --------
    >>> from testbed import Scenario, plot
    >>> case = Scenario.load("rongcheng").run(people=1024, periods=3)
    >>> plot.frontier(case).get_xlabel()
    'detection recall, %'
    """
    held = read(findings, [MEASURE])
    rows = [row for row in held.audited if row.name == MEASURE and row.seed == held.seed and row.known]
    rows = some(rows, "benefit and harm by coverage", MEASURE)
    words = [rows[0].settings[key] for key in ("benefit", "harm")]
    rows = [row for row in rows if [row.settings[key] for key in ("benefit", "harm")] == words]
    ax = blank(ax)
    for number, column in enumerate(one for one in held.columns if any(row.column == one for row in rows)):
        _line(ax, held, [row for row in rows if row.column == column], number)
    said = [word.replace("_", " ") for word in words]
    ax.set_xlabel(f"{plain(said[0])}, %")
    ax.set_ylabel(f"{plain(said[1])}, %")
    ax.grid(color="#E0E0E0", linewidth=0.6)
    ax.legend(frameon=False, fontsize="small")
    return titled(ax, f"What more coverage brings: {said[0]} and {said[1]}")


def _line(ax: Axes, held: Findings, rows: list[Finding], number: int) -> None:
    """One model: a mark a coverage, lowest first, each named by how many times the scenario's it is."""
    steps: dict[float, dict[str, Finding]] = {}
    for row in rows:
        steps.setdefault(float(row.settings["coverage"]), {})[row.suffix] = row
    both = [(at, one) for at, one in sorted(steps.items()) if {"_benefit", "_harm"} <= set(one)]
    by, color = scale("rate").factor, colored(number)
    x, y = ([one[side].value * by for _, one in both] for side in ("_benefit", "_harm"))
    name = held.short(rows[0].column) or rows[0].model
    ax.plot(x, y, linestyle=DASHES[number % len(DASHES)], marker=marked(number), color=color, label=plain(name))
    for (at, one), a, b in zip(both, x, y, strict=True):
        benefit, harm = one["_benefit"], one["_harm"]
        ax.plot([a, a], [harm.low * by, harm.high * by], color=color, linewidth=1)
        ax.plot([benefit.low * by, benefit.high * by], [b, b], color=color, linewidth=1)
        ax.annotate(f"×{at:g}", (a, b), textcoords="offset points", xytext=(7, 5), fontsize="x-small")
        if at == 1:
            ax.plot(a, b, "o", mfc="none", mec="black", ms=13)
