"""Recourse: whether people who are decided adversely can do something about it, and at what cost.

A plan names a month within the horizon and says what the person does until then. It counts if the decision of that
month is not adverse with a chance of 0.8 (a dial) or more, over all coins that decide what acts become. For tables of
points every plan within the budget is weighed. For other schemes plans are searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.opacity.recourse_plans import Recourse, planned, promised, recourse, says_all
from testbed.recourse import Plan, apart, walked
from testbed.statistics import around, coded, effective_number, summed

REFERENCE = "Ustun, Spangher and Liu (2019), FAT*; Karimi, Schoelkopf and Valera (2021), FAccT"
CAVEATS = (
    "A sample of 2,000 adversely decided people, of 200 where the scheme is no table of points. What actions cost is "
    "assumed. Entries are taken to end on their term, and nothing to be recorded but what the plan does: what the "
    "world adds shows in recourse_kept. Where plans are searched, the rate is a lower bound and the cost an upper one; "
    "the two kinds are never compared."
)
NO_PROMISE = "the scheme does not disclose rules, points and cut-offs, so it promises nothing"
NO_PROOF = "the scheme is no table of points, so a search that finds nothing proves nothing"

of_plans = partial(measure, harm="opacity", needs=("history", "asking"), reference=REFERENCE, default=False)


@of_plans("recourse_rate", unit="rate", better="higher", caveats=CAVEATS)
def recourse_rate(case: Case) -> Iterator[PerPerson | Row]:
    """Share of adversely decided people who have a plan, within budget and horizon, that works with the set chance.

    The sum of recourse_by_time and recourse_by_action. `_questions`: how often a scheme that is no table of points was
    asked for it, per person.
    """
    held = recourse(case)
    yield held.part(np.array([one.plan is not None for one in held.found]))
    if not held.exact and not held.why:
        asked = getattr(held.planner.answers, "questions", 0) / len(held.people)
        yield Row(asked, asked, asked, len(held.people), suffix="_questions", unit="questions a person")


@of_plans("recourse_by_time", unit="rate", better="higher", caveats=CAVEATS)
def recourse_by_time(case: Case) -> PerPerson:
    """Share of adversely decided people for whom it is enough to wait, within the horizon."""
    held = recourse(case)
    return held.part(np.array([one.plan is not None and one.plan.waits for one in held.found]))


@of_plans("recourse_by_action", unit="rate", better="higher", caveats=CAVEATS)
def recourse_by_action(case: Case) -> PerPerson:
    """Share of adversely decided people who must do something, and have a plan that works."""
    held = recourse(case)
    return held.part(np.array([one.plan is not None and not one.plan.waits for one in held.found]))


@of_plans(
    "recourse_fixed",
    unit="rate",
    better="lower",
    reference="Kothari et al. (2024), Prediction without preclusion, ICLR",
    caveats=f"{CAVEATS} 'No chance' means that no record that the actions can reach within budget and horizon is "
    "decided otherwise, whatever the coins: all are asked about, so it is a proof, under the actions of the file.",
)
def recourse_fixed(case: Case) -> PerPerson:
    """Share of adversely decided people who certainly have no plan with any chance of success."""
    held = recourse(case)
    why = "" if held.exact else NO_PROOF
    return held.part(np.array([one.best == 0 for one in held.found]), why=why, refused=not held.exact)


@of_plans(
    "recourse_cost",
    unit="hours",
    better="lower",
    interval="influence values by cluster, t(G-1)",
    caveats=f"{CAVEATS} Money is counted as hours of the median pay. Waiting costs nothing.",
)
def recourse_cost(case: Case) -> Iterator[PerPerson]:
    """Mean cost of the cheapest plan that works, in hours; people without one count as the whole budget.

    `_given_found`: among people who have a plan.
    """
    held = recourse(case)
    budget = held.rules.actions.budget
    cost = np.array([budget if one.plan is None else min(one.plan.cost, budget) for one in held.found])
    there = np.array([one.plan is not None for one in held.found], bool)
    yield held.part(cost, bounds=(0.0, np.inf))
    why = "" if there.any() else "nobody has a plan that works"
    yield held.part(cost, there, suffix="_given_found", bounds=(0.0, np.inf), why=why)


@of_plans(
    "recourse_kept",
    unit="rate",
    better="higher",
    needs=("history", "asking", "twin"),
    caveats=f"{CAVEATS} Plans are walked in one world, by one person of each household, so that they do not touch; "
    "where people compete for places they do. People otherwise go on as they did: new acts and errors can undo a plan.",
)
def recourse_kept(case: Case) -> Iterator[PerPerson]:
    """Share of the plans promised by the scheme's own rules that work when they are walked in the world.

    Rules promise as if every act were entered at once. `_exact`: the same for the plans of recourse_rate, which know
    how channels miss and delay. `_expected`: the mean chance that these plans were given.
    """
    held = recourse(case)
    told = promised(held) if says_all(case) and not held.why else None
    yield _walked(held, told, NO_PROMISE)
    yield _walked(held, held, "", suffix="_exact")
    among = _walkers(held, held)
    chances = np.array([0.0 if one.plan is None else one.plan.chance for one in held.found])
    yield held.part(chances, among, suffix="_expected", why=_missing(among))


def _walkers(held: Recourse, plans: Recourse) -> NDArray[np.bool_]:
    """Who walks a plan: people who have one, one of each household."""
    made = np.zeros(len(held.people), bool)
    made[apart(held.case, held.people)] = True
    return np.asarray(made & np.array([one.plan is not None for one in plans.found], bool))


def _walked(held: Recourse, plans: Recourse | None, why: str, suffix: str = "") -> PerPerson:
    if plans is None:
        return held.part(np.zeros(len(held.people)), suffix=suffix, why=why, refused=True)
    among = _walkers(held, plans)
    if not among.any():
        return held.part(np.zeros(len(held.people)), among, suffix=suffix, why=_missing(among))
    mine: dict[int, Plan] = {at: plan for at in np.flatnonzero(among).tolist() if (plan := plans.found[at].plan)}
    # What comes of a plan is up to the world: its payments and appeals have the chances of the scenario.
    held.case.setting.say(f"walking the plans of {len(mine):,} people")
    works = walked(held.case, held.rules, held.period, held.people, mine, held.situations)
    return held.part(works, among, suffix=suffix)


def _missing(among: np.ndarray) -> str:
    return "" if among.any() else "nobody has a plan to walk"


@of_plans(
    "recourse_gap_alone",
    unit="rate",
    better="none",
    splits=False,
    interval="influence values by cluster, t(G-1)",
    caveats=f"{CAVEATS} Conduct and the record so far stay as they are: only what the scheme and its channels are "
    "shown of the person's group changes.",
)
def recourse_gap_alone(case: Case) -> Iterator[Row]:
    """Recourse of a group's members minus what they would have if scheme and channels took them for the reference.

    Averaged over the adversely decided members of the group. recourse_gap, the difference between the groups, also
    holds whatever else differs between them.
    """
    held = recourse(case)
    mine = np.array([one.plan is not None for one in held.found], float)
    for split in case.scenario.compared:
        codes, levels = coded(case, split)
        reference = case.scenario.reference.get(split, levels[0])
        for code, group in enumerate(levels):
            if group != reference:
                yield _alone(held, mine, split, group, reference, np.flatnonzero(codes[held.people] == code))


def _alone(held: Recourse, mine: np.ndarray, split: str, group: str, reference: str, who: np.ndarray) -> Row:
    case, why = held.case, held.why
    if not why and split not in case.scenario.recipe.variables:
        why = f"{split} comes by ties, which stay as they are"
    if not why and not len(who):
        why = "no member of the group is decided adversely"
    if why:
        return Row(np.nan, n=0, split=split, group=group, versus=reference, why=why)
    views = case.society.shown(split, reference, None, ("sensing", "direct"))
    other = planned(case, held.people[who], held.period, views=views)
    change = mine[who] - np.array([one.plan is not None for one in other.found], float)
    _, owner = np.unique(case.clusters[held.people[who]], return_inverse=True)
    value, units = float(change.mean()), effective_number(np.bincount(owner))
    low, high = around(value, summed(owner, int(owner.max()) + 1, (change - value) / len(change)), units)
    return Row(value, low, high, len(who), split, group, reference)
