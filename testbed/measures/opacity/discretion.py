"""Opacity: how much a written scheme leaves to the official who applies it, read from the rule book alone."""

from __future__ import annotations

from itertools import pairwise

from testbed.case import Case
from testbed.measure import Row, measure

NOT_A_BOOK = "the model is not a rule book"


@measure(
    "discretion_share",
    harm="opacity",
    unit="rate",
    better="lower",
    needs=("scores",),
    interval="none: exact, from the rule book",
    reference="MEASURES section 2",
    caveats="Counts written bands only. It does not see the judgment in finding the facts.",
    gap="",
    splits=False,
)
def discretion_share(case: Case) -> Row:
    """Share of the rules of a rule book whose points an official chooses within a band."""
    rules = getattr(case.model, "rules", None)
    bands = getattr(case.model, "discretion", None)
    if rules is None or bands is None:
        return Row(float("nan"), why=NOT_A_BOOK)
    value = len(bands) / len(rules)
    return Row(value, value, value, len(rules))


@measure(
    "widest_discretion",
    harm="opacity",
    unit="bands of grades",
    better="lower",
    needs=("scores",),
    interval="none: exact, from the rule book",
    reference="MEASURES section 2",
    caveats="The cut-offs may themselves be assumptions: see the dials of the rule book.",
    gap="",
    splits=False,
)
def widest_discretion(case: Case) -> Row:
    """Width of the widest discretion band, divided by the smallest distance between adjacent cut-offs.

    1: the choice of one official can move a person across a whole grade. 0: no rule has a band. NaN if the model is not
    a rule book, or has bands but fewer than two cut-offs.
    """
    bands = getattr(case.model, "discretion", None)
    grades = getattr(case.model, "grades", None)
    if bands is None or grades is None:
        return Row(float("nan"), why=NOT_A_BOOK)
    n = len(case.model.rules)
    if not bands:
        return Row(0.0, 0.0, 0.0, n)
    cuts = sorted(float(grade.at_least.value) for grade in grades if grade.at_least is not None)
    if len(cuts) < 2:
        return Row(float("nan"), n=n, why="the rule book has fewer than two cut-offs")
    value = max(high - low for low, high in bands.values()) / min(b - a for a, b in pairwise(cuts))
    return Row(value, value, value, n)
