"""What one person could have done about an adverse decision, and whether they could have known."""

# Any: a life is a JSON object; its values are numbers, texts, lists and objects.
from __future__ import annotations

from typing import Any

import numpy as np

from testbed.case import Case
from testbed.measures.opacity import believed_plans, planned
from testbed.recourse import Plan, Rules
from testbed.twins import Inject


def way_out(case: Case, person: int) -> dict[str, Any] | None:
    """The cheapest plan that would have worked for a person, from the first adverse decision in the error world on.

    `month`: that of the decision; `horizon`, `budget`, `success`: what bounds a plan; `exact`: whether every plan was
    weighed. `until`, `hours`, `chance` and `steps` describe the plan, and are None or empty if there is none; `best` is
    then the largest chance that was found. `findable`: whether the person, knowing what the scheme lets people know,
    would have made a plan that works. None if no decision is adverse, or the scheme cannot be asked about one person.
    """
    twin = case.twin(Inject(people=(person,)))
    place = twin.history.place(np.array([person]))[0]
    adverse = np.flatnonzero(twin.history.decisions_[:, place] == -1)
    if not len(adverse) or not case.scheme.alone or "entries" in case.scheme.needs:
        return None
    month = int(adverse[0])
    held = planned(twin, np.array([person], np.int64), month)
    plan, actions = held.found[0].plan, held.rules.actions
    believed = believed_plans(held, np.array([0]))
    works = 0 in believed and held.planner.chance(0, held.situations[0], believed[0]) >= held.success
    return {
        "month": month,
        "horizon": actions.horizon,
        "budget": actions.budget,
        "success": actions.success,
        "exact": held.exact,
        "best": held.found[0].best,
        "until": None if plan is None else month + plan.month,
        "hours": None if plan is None else plan.cost,
        "chance": None if plan is None else plan.chance,
        "steps": [] if plan is None else _steps(held.rules, plan, month),
        "findable": bool(works),
    }


def _steps(rules: Rules, plan: Plan, month: int) -> list[dict[str, Any]]:
    """The steps of a plan in words, with how often and in which months."""
    made = [
        {
            "what": rules.actions.actions[step.action].title,
            "about": rules.kinds[step.kind],
            "times": len(step.months),
            "first": month + step.months[0],
            "last": month + step.months[-1],
        }
        for step in plan.steps
    ]
    moves = [action.title for action in rules.actions.actions if action.does == "moves" and plan.scheme >= 0]
    return [*({"what": one, "about": "", "times": 1, "first": month + 1, "last": month + 1} for one in moves), *made]
