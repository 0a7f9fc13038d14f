"""Plans that are walked in the world: the same society once more, in which people do what their plans say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import waiting
from synthetic.draws import pack, sparse, uniform
from testbed.actions import ADDS, CONTESTS
from testbed.case import Case
from testbed.recourse.planning import STAYS, Plan
from testbed.recourse.situations import Rules, Situation
from testbed.world import Walk, World

Ints = NDArray[np.int64]


def apart(case: Case, people: Ints) -> Ints:
    """Which of these people (places) can walk their plans in one world without touching: the first of each household.

    Plans still touch where people compete for places.
    """
    words = sparse(case.seed, "recourse:walk", pack(people))
    order = np.argsort(words, kind="stable")
    _, first = np.unique(case.society.household[people[order]], return_index=True)
    return np.sort(order[first])


def walked(
    case: Case, rules: Rules, period: int, people: Ints, plans: Mapping[int, Plan], situations: Sequence[Situation]
) -> NDArray[np.bool_]:
    """Whether each plan (by place among people) works when it is walked: no adverse decision in the plan's month.

    The world is that of the case, with its own coins, until the last month of any plan. People do what their plans say
    and otherwise go on as they do.
    """
    walk = _walk(case, rules, period, people, plans, situations)
    months = period + 1 + max((plan.month for plan in plans.values()), default=0)
    history = World(case.society, case.scheme, months, views=case.views, walk=walk).run()
    made = np.zeros(len(people), bool)
    for place, plan in plans.items():
        made[place] = history.decision(period + plan.month)[history.place(people[[place]])[0]] != -1
    return made


def _walk(
    case: Case, rules: Rules, period: int, people: Ints, plans: Mapping[int, Plan], situations: Sequence[Situation]
) -> Walk:
    """What the plans add to conduct, end and move, with the coins of payments and appeals."""
    acts: list[tuple[int, int, int]] = []
    ends: list[tuple[int, int, int]] = []
    moves: list[tuple[int, int, int]] = []
    for place, plan in sorted(plans.items()):
        who = int(people[place])
        if plan.scheme != STAYS:
            moves.append((who, period + 1, plan.scheme))
        for step in plan.steps:
            if rules.actions.actions[step.action].does == ADDS:
                acts += [(who, period + at, step.kind) for at in step.months]
                continue
            wrong = [entry.wrong for entry in situations[place].entries if entry.kind == step.kind]
            for number, at in enumerate(step.months):
                after = _ends_after(case, rules, who, period, step.action, step.kind, number, wrong)
                ends += [(who, period + at + after, step.kind)] if after is not None else []
    return Walk(*(np.array(rows, np.int64).reshape(-1, 3) for rows in (acts, ends, moves)))


def _ends_after(
    case: Case, rules: Rules, who: int, period: int, place: int, kind: int, number: int, wrong: Sequence[bool]
) -> int | None:
    """Months until the entry that an action is about is gone; None if it is not."""
    action = rules.actions.actions[place]
    word = pack(np.array([who]), period, kind, number * 16 + place)
    works, when = (uniform(sparse(case.seed, f"recourse:{what}", word)) for what in ("works", "when"))
    if action.does == CONTESTS:
        first = sorted(wrong, key=lambda one: -rules.upheld[one])
        upheld = rules.upheld[first[number]] if number < len(first) else 0.0
        return 1 + int(waiting(when, rules.decision)[0]) if works[0] < upheld else None
    return int(action.value("delay")) if works[0] < action.value("works", 1.0) else None
