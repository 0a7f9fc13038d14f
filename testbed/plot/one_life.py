"""The figure of one life: a person's score month by month, with and without one wrong entry."""

# Any: a life is a JSON object; its values are numbers, texts, lists and objects.
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from synthetic.errors import InputError
from testbed.case import Case
from testbed.lives import life as told
from testbed.plot.drawing import DASHES, GRAY, blank, colored, titled
from testbed.report import case_sentence

WORLDS = {"base": "without the wrong entry", "error": "with the wrong entry"}


def life(case: Case | Mapping[str, Any], ax: Axes | None = None, *, person: int | None = None) -> Axes:
    """Draw one person's score month by month, in the world with one wrong entry and in the world without it.

    Parameters
    ----------
    case : Case or mapping
        A case, or a life that `testbed case --out FILE.json` wrote.
    ax : Axes, optional
        Where to draw. Default: a new figure.
    person : int, optional
        The person. Default: a typical one, the middle of those whose decision an entry turned.

    Returns
    -------
    Axes
        The axes. A dotted line is the month of the entry. Months out of scope have no score.

    Raises
    ------
    InputError
        If there is no such person, nobody has a wrong entry, nothing is scored, or findings are given: a table of
        findings holds no life.

    See Also
    --------
    testbed.plot.cascade : What wrong entries do to others, over all of them.

    Examples
    --------
    >>> from testbed import Scenario, plot
    >>> case = Scenario.load("rongcheng").run(people=2048, periods=9)
    >>> plot.life(case).get_xlabel()
    'month'
    """
    if not isinstance(case, Case | Mapping) or (isinstance(case, Mapping) and "scores" not in case):
        raise InputError(f"found {type(case).__name__}; a life needs a Case, as Scenario.run returns it.")
    held = told(case, person) if isinstance(case, Case) else case
    scores = {name: [math.nan if one is None else float(one) for one in held["scores"][name]] for name in WORLDS}
    if all(math.isnan(one) for values in scores.values() for one in values):
        raise InputError(f"person {int(held['person'])} has no score in any month.")
    ax = blank(ax)
    for number, (name, words) in enumerate(WORLDS.items()):
        values = scores[name]
        ends = [*values, values[-1]]
        ax.step(
            range(len(ends)), ends, where="post", color=colored(number), linestyle=DASHES[number], label=words,
            linewidth=2.2 - 0.6 * number,
        )  # fmt: skip
    if held.get("root_period") is not None:
        ax.axvline(int(held["root_period"]), color=GRAY, linestyle=":", label="month of the entry")
    ax.set_xlim(0, len(scores["base"]))
    ax.set_xlabel("month")
    ax.set_ylabel("score")
    ax.grid(axis="y", color="#E0E0E0", linewidth=0.6)
    ax.legend(frameon=False, fontsize="small")
    return titled(ax, f"One life in two worlds: {case_sentence(held)}")
