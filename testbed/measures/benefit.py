"""What the scheme is for: whether it finds true misconduct, and whether there is less of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measures.base import PerPerson, measure
from testbed.measures.conduct import acts_in_window, adverse_kinds

TARGET = (
    "the target is any true act that counts against a person, recorded or not, of a kind that some channel records "
    "and younger than its expiry; a red light counts like a fraud"
)

detection = partial(
    measure,
    harm="benefit",
    unit="rate",
    better="higher",
    needs=("history",),
    reference="MEASURES section 4",
    interval="Wilson with effective n by grid, t(G-1)",
)


def misconduct(case: Any) -> NDArray[np.bool_]:
    """Who truly did something, within the record's window, that counts against a person: bool (n,).

    The target is of the scenario, not of the model, so that two models are held to the same one.
    """
    return acts_in_window(case, case.decided, adverse_kinds(case), late=False).sum(axis=1) > 0


@detection("detection_precision", caveats=f"{TARGET}; a lottery has the base rate")
def detection_precision(case: Any) -> PerPerson:
    """Share of the adversely decided who truly misbehaved within the record's window."""
    flagged = case.scored & (case.history.decision(case.decided) == -1)
    return PerPerson(flagged & misconduct(case), flagged, why="nobody is decided adversely")


@detection("detection_recall", caveats=f"{TARGET}; a lottery has its own adverse rate")
def detection_recall(case: Any) -> PerPerson:
    """Share of those who truly misbehaved within the record's window who are decided adversely."""
    target = case.scored & misconduct(case)
    return PerPerson(target & (case.history.decision(case.decided) == -1), target, why="nobody truly misbehaved")
