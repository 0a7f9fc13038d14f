"""Whether the scheme finds true misconduct, and whether what it gives reaches people in need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case, acts_in_window, adverse_kinds
from testbed.measure import PerPerson, Row, measure
from testbed.models import lots

TARGET = (
    "The target is any true act that counts against a person, recorded or not, if some channel records its kind and it "
    "is younger than its expiry. A red light counts as much as a fraud."
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


def misconduct(case: Case) -> NDArray[np.bool_]:
    """Who truly did something within the record's window that counts against a person: bool (n,).

    The target depends on the scenario, not on the model, so two models are held to the same target.
    """
    return np.asarray(acts_in_window(case, case.decided, adverse_kinds(case), late=False).sum(axis=1) > 0)


@detection("detection_precision", caveats=f"{TARGET} A lottery reaches the base rate.")
def detection_precision(case: Case) -> PerPerson:
    """Share of people decided adversely who truly misbehaved within the record's window."""
    flagged = case.scored & (case.history.decision(case.decided) == -1) & bool(len(adverse_kinds(case)))
    why = "nobody is decided adversely" if len(adverse_kinds(case)) else "no conduct counts against anybody here"
    return PerPerson(flagged & misconduct(case), flagged, why=why)


@detection("detection_recall", caveats=f"{TARGET} A lottery reaches its own adverse rate.")
def detection_recall(case: Case) -> PerPerson:
    """Share of people who truly misbehaved within the record's window who are decided adversely."""
    target = case.scored & misconduct(case)
    return PerPerson(target & (case.history.decision(case.decided) == -1), target, why="nobody truly misbehaved")


NEED = "income_fifth"
targeting = partial(
    measure,
    harm="benefit",
    unit="rate",
    better="higher",
    needs=("history",),
    reference="Coady, Grosh and Hoddinott (2004), Targeting of Transfers in Developing Countries (World Bank)",
    interval="Wilson with effective n by grid, t(G-1)",
    qualifiers={"budget": "favored"},
    caveats="Need means the lowest fifth of income. This is a truth of the society, and a scheme reads it only if its "
    "scenario says so. _oracle: the value for an allocation of as many places with full knowledge of need.",
)


def given(case: Case, budget: float | str) -> tuple[NDArray[np.bool_], str]:
    """Who gets something within a budget, bool (n,), and why nobody does.

    The budget is `favored` (the people decided favorably) or a share of people by score. The world's own lots of
    the month cut ties at the edge of a share.
    """
    n = len(case.people)
    if budget == "favored":
        found = case.scored & (case.history.decision(case.decided) == 1)
        return found, "" if found.any() else "the scheme favors nobody: give a budget, a share of people in scope"
    places = round(float(budget) * int(case.scored.sum()))
    lot = lots(case.seed, case.society.ids, case.decided)
    order = np.lexsort((lot, -np.where(case.scored, case.score, -np.inf)))
    found = np.zeros(n, bool)
    found[order[:places]] = True
    return found & case.scored, "" if places else "the budget has no place"


def in_need(case: Case) -> NDArray[np.bool_] | None:
    """Who is truly in need, that is in the lowest fifth of income; None if the society has no incomes."""
    column = case.society.columns.get(NEED)
    return None if column is None else np.asarray(column == 0) & case.scored


def _targeted(case: Case, budget: float | str, *, recall: bool) -> Iterator[PerPerson | Row]:
    need, (got, why) = in_need(case), given(case, budget)
    said = {"budget": budget}
    if need is None or why:
        nothing = np.zeros(len(case.people))
        why = "nobody's income is known in this society" if need is None else why
        yield PerPerson(nothing, nothing, qualifiers=said, why=why)
        yield Row(math.nan, suffix="_oracle", qualifiers=said, why=why)
        return
    whole = need if recall else got
    yield PerPerson(need & got, whole, qualifiers=said, why="nobody is in need")
    hits = min(int(got.sum()), int(need.sum()))
    best = hits / int(whole.sum()) if whole.any() else math.nan
    yield Row(
        best,
        best,
        best,
        int(whole.sum()),
        suffix="_oracle",
        qualifiers=said,
        why="" if whole.any() else "nobody is in need",
    )


@targeting("targeting_precision")
def targeting_precision(case: Case, budget: float | str = "favored") -> Iterator[PerPerson | Row]:
    """Share of people who get something who are truly in need. budget: favored (by the scheme), or a share by score."""
    yield from _targeted(case, budget, recall=False)


@targeting("targeting_recall")
def targeting_recall(case: Case, budget: float | str = "favored") -> Iterator[PerPerson | Row]:
    """Share of people truly in need who get something. budget: favored (by the scheme), or a share by score."""
    yield from _targeted(case, budget, recall=True)
