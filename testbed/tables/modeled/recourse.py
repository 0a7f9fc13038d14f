"""Recourse on a table: whether people who are decided adversely can change that by actions that a file allows.

Plans are tried in order of cost, on all people of the sample who have not found one yet. If there are too many plans,
only the furthest change of each number is tried, and then fewer actions together: the share is then a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.measure import PerPerson, Row
from testbed.tables.modeled.actions import Action, Moves
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import of_model

PEOPLE = 1_000
"""The most people whose plans are sought."""
PLANS = 512
"""The most plans that are tried."""

Plan = tuple[float, tuple[tuple[Action, object], ...]]


@dataclass(frozen=True)
class Sought:
    """The cost of each person's cheapest plan that turns the decision (infinite: none within the budget).

    exact: whether every plan of the file was tried. questions: rows that the model was asked about.
    """

    cost: NDArray[np.float64]
    exact: bool
    questions: int


def plans(moves: Moves) -> tuple[list[Plan], bool]:
    """The plans within the budget, cheapest first, and whether these are all that the file allows."""
    every, ends = list(moves.actions), [one.ends() for one in moves.actions]
    tried = [(every, len(every)), *((ends, together) for together in range(len(ends), 0, -1))]
    for place, (actions, together) in enumerate(tried):
        if count(actions, together) <= PLANS:
            return _priced(actions, together, float(moves.budget.value)), place == 0
    return _priced(ends, 1, float(moves.budget.value))[:PLANS], False


def count(actions: list[Action], together: int) -> int:
    """How many plans change at least one and at most `together` features."""
    ways = [1] + [0] * together
    for one in actions:
        for many in range(together, 0, -1):
            ways[many] += ways[many - 1] * len(one.changes)
    return sum(ways) - 1


def _priced(actions: list[Action], together: int, budget: float) -> list[Plan]:
    found: list[Plan] = []
    for many in range(1, together + 1):
        for some in combinations(actions, many):
            for changes in product(*(one.changes for one in some)):
                cost = sum(price for _, price in changes)
                if cost <= budget:
                    found.append((cost, tuple((one, change) for one, (change, _) in zip(some, changes))))
    return sorted(found, key=lambda plan: (plan[0], len(plan[1])))


def adverse_people(table: Modeled) -> Modeled:
    """A sample of the people who are decided adversely."""
    if "adverse" not in table.kept:
        table.kept["adverse"] = table.only(np.flatnonzero(table.answer.adverse)).sample(PEOPLE, "recourse")
    found: Modeled = table.kept["adverse"]
    return found


def sought(case: Modeled) -> Sought:
    """The search of plans for these people; made once."""
    if "sought" not in case.kept:
        case.kept["sought"] = _search(case)
    found: Sought = case.kept["sought"]
    return found


def _search(case: Modeled) -> Sought:
    cost = np.full(len(case.rows), np.inf)
    known, exact = plans(case.moves)
    questions = 0
    for price, steps in known:
        left = np.flatnonzero(np.isinf(cost))
        if not len(left):
            break
        records: pd.DataFrame = case.records.iloc[left].copy()
        for action, change in steps:
            records[action.feature] = action.taken(records[action.feature], change)
        questions += len(left)
        cost[left[~case.scheme.answer(records, case.rows[left]).adverse]] = price
    return Sought(cost, exact, questions)


def _why(case: Modeled) -> str:
    if case.moves is None:
        return "no file says what people can change (actions=, --actions)"
    return case.unsteady if len(case.rows) else "nobody is decided adversely"


BOUND = (
    "Adverse decisions of a sample of up to 1,000 people. Costs and limits are those of the file. Where not every plan "
    "of the file is tried, the rate is a lower bound and the cost an upper one, and a note says so. Changing a value "
    "is not the same as changing what it stands for."
)


@of_model(
    "recourse_rate",
    harm="opacity",
    unit="rate",
    better="higher",
    estimand="P(some plan within the budget turns the decision, given an adverse one)",
    interval="Wilson",
    reference="Ustun et al. 2019; Karimi et al. 2021",
    caveats=BOUND,
    gap="recourse_gap",
    on=adverse_people,
)
def recourse_rate(case: Modeled) -> Iterator[PerPerson | Row]:
    """Share of people decided adversely for whom some plan of allowed changes gives a decision that is not adverse."""
    if why := _why(case):
        yield Row(float("nan"), n=len(case.rows), why=why)
        return
    yield PerPerson(np.isfinite(sought(case).cost), np.ones(len(case.rows)))


@of_model(
    "recourse_cost",
    harm="opacity",
    unit="cost",
    better="lower",
    estimand="E min(cost of the cheapest plan that turns the decision, budget), given an adverse decision",
    interval="influence values by person, t",
    reference="Ustun et al. 2019; Karimi et al. 2021",
    caveats=f"{BOUND} People without a plan count as the budget; `_given_found` leaves them out.",
    gap="recourse_cost_gap",
    on=adverse_people,
)
def recourse_cost(case: Modeled) -> Iterator[PerPerson | Row]:
    """Mean cost of the cheapest plan that turns an adverse decision; the budget for those who have none."""
    if why := _why(case):
        yield Row(float("nan"), n=len(case.rows), why=why)
        return
    cost, budget = sought(case).cost, float(case.moves.budget.value)
    found = np.isfinite(cost)
    yield PerPerson(np.minimum(cost, budget), np.ones(len(cost)), bounds=(0.0, budget))
    kept = np.where(found, cost, 0.0)
    yield PerPerson(kept, found, suffix="_given_found", why="nobody has a plan", bounds=(0.0, budget))


def searched(table: Modeled) -> list[str]:
    """A note on the search of plans, if one was made."""
    case = table.kept.get("adverse")
    if case is None or "sought" not in case.kept:
        return []
    made = sought(case)
    tried = "every plan of the file" if made.exact else "only some of the plans of the file, so rates are lower bounds"
    return [f"recourse: {len(case.rows):,} people decided adversely, {made.questions:,} questions; tried: {tried}."]
