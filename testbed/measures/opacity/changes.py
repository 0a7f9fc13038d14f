"""How a number of opacity that is no ratio of sums over people changes between two worlds of the same people."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from testbed.case import Case
from testbed.measure import Row
from testbed.measures.opacity.contest import contest_change
from testbed.measures.opacity.predictability import hidden_change
from testbed.measures.opacity.waits import Waits, cleared, false_upheld, filed, noticed_wrong, upheld

WAITS: Mapping[str, Callable[[Case], Waits]] = {
    "contest_noticed": noticed_wrong,
    "contest_filed": filed,
    "contest_upheld": upheld,
    "contest_cleared": cleared,
    "contest_false_upheld": false_upheld,
}


def changed(name: str, base: Case, other: Case, **qualifiers: int) -> Row | None:
    """A measure in one case less the same in the base, with the limits of the difference; None for other measures.

    The cases have the same people, clusters and coins, so what happens alike in both cancels.
    """
    if name in WAITS:
        return contest_change(base, other, WAITS[name], **qualifiers)
    return hidden_change(base, other, **qualifiers) if name == "hidden" else None
