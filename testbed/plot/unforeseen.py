"""The figure of what people can know: what stays uncertain about a decision after k known cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from testbed.plot.drawing import DASHES, GRAY, blank, colored, marked, titled
from testbed.plot.reading import pick, read, some
from testbed.report import scale

if TYPE_CHECKING:
    from testbed.case import Case

LINES = {"unpredictability": "cannot be foreseen", "hidden": "hidden: neither foreseen nor chance"}
"""The measures, and what the lines are called."""


def hidden(findings: pd.DataFrame | Case, ax: Axes | None = None, *, model: str | None = None) -> Axes:
    """Draw what stays uncertain about a decision after people pool k known cases.

    Parameters
    ----------
    findings : DataFrame or Case
        Findings with `unpredictability` or `hidden`, or a case.
    ax : Axes, optional
        Where to draw. Default: a new figure.
    model : str, optional
        The model. Default: the first in the findings.

    Returns
    -------
    Axes
        The axes. Up: the share of the uncertainty that base rates leave, in percent, with 95 % intervals; over 100
        percent, known cases mislead. Across: the number of known cases, each at the same distance.

    Raises
    ------
    InputError
        If the findings have no such rows or no such model, or none has a value.

    See Also
    --------
    testbed.plot.gap : Who is hit.

    Examples
    --------
    >>> from testbed import Scenario, plot
    >>> case = Scenario.load("rongcheng").run(people=2048, periods=3)
    >>> [text.get_text() for text in plot.hidden(case).get_xticklabels()]
    ['0', '10', '100', '1,000']
    """
    held = read(findings, list(LINES))
    rows = [
        row for row in held.main() if row.name in LINES and row.split == "all" and row.qualifiers.get("k", "").isdigit()
    ]
    rows = some(rows, "what stays uncertain", "unpredictability")
    model = pick("model", model, list(dict.fromkeys(row.model for row in rows)))
    rows = sorted((row for row in rows if row.model == model), key=lambda row: int(row.qualifiers["k"]))
    known = sorted({int(row.qualifiers["k"]) for row in rows})
    by = scale("rate")
    ax = blank(ax)
    for number, (name, words) in enumerate(LINES.items()):
        mine = [row for row in rows if row.name == name and row.known]
        x = [known.index(int(row.qualifiers["k"])) + (number - 0.5) * 0.06 for row in mine]
        y = [row.value * by.factor for row in mine]
        ax.plot(x, y, linestyle=DASHES[number], marker=marked(number), color=colored(number), label=words)
        for at, row in zip(x, mine, strict=True):
            ax.plot([at, at], [row.low * by.factor, row.high * by.factor], color=colored(number), linewidth=1.6)
    ax.set_xticks(range(len(known)), [f"{k:,}" for k in known])
    ax.set_xlabel("known cases that people pool")
    ax.set_ylabel("% of the uncertainty that base rates leave")
    ends = [
        end * by.factor for row in rows if row.known for end in (row.value, row.low, row.high) if math.isfinite(end)
    ]
    ax.set_ylim(min(0.0, *ends) * 1.06, max(ends) * 1.06)
    for k in known:
        if not any(row.known for row in rows if int(row.qualifiers["k"]) == k):
            ax.annotate("not computed", (known.index(k), 0), rotation=90, ha="center", fontsize="x-small", color=GRAY)
    ax.set_xlim(-0.5, len(known) - 0.5)
    ax.grid(axis="y", color="#E0E0E0", linewidth=0.6)
    ax.legend(frameon=False, fontsize="small")
    of = f" of {model}" if len(held.models) > 1 else ""
    return titled(ax, f"What stays uncertain about a decision{of} after k known cases")
