"""Recourse against DiCE on the same schemes and people, in one run: what works, what it costs, time for a person.

Two schemes: a table of points, and a logistic regression fitted on the same records. The people are those who are
decided adversely and for whom it is not enough to wait, so that both tools have to act. DiCE (dice-ml 0.12) may change
what the actions change: favorable counts upwards as far as a month's acts allow, adverse counts down to none; all
else is immutable. It is asked for four counterfactuals a person, by its genetic and by its random search, and the best
of the four counts. Each is read as a plan in the way that is best for it: acts in the first months, entries paid for
where that is possible and otherwise contested, in the month in which the plan has its largest chance. A plan is valid
if it costs no more than the budget and works with the chance that the actions ask for, over all coins. Cost: hours,
people without a valid plan count as the budget. Times are of the processor. They depend on the machine, ratios less.

dice-ml is no dependency of the testbed: `pip install dice-ml` in an environment of its own, beside the testbed.

    python docs/speed/recourse.py [PEOPLE]
"""

from __future__ import annotations

import sys
import warnings
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from testbed import Scenario
from testbed.case import run_case
from testbed.measures.opacity import planned
from testbed.recourse import Plan, Step, adverse_people

SIZE, MONTHS, HORIZON = 50_000, 24, 6
ASKED = 20
"""People whom DiCE is asked about: it takes seconds for each."""


class Adverse:
    """A scheme as DiCE wants it: the probability of an adverse decision, 0 or 1 for a table of points."""

    def __init__(self, case: Any, columns: list[str], frame: pd.DataFrame) -> None:
        self.case, self.columns, self.frame = case, columns, frame

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """(adverse, not adverse) of each row."""
        made = rows[self.columns].astype(np.int64)
        decide, model = self.case.scheme.decide, self.case.scheme.scorer.model
        if hasattr(model, "contributions"):
            score = model.contributions({name: made[name].to_numpy() for name in self.columns})[0]
        else:
            held = self.frame.drop(columns=self.columns).iloc[np.zeros(len(made), int)].reset_index(drop=True)
            score = model.score(pd.concat([held, made.reset_index(drop=True)], axis=1)[list(self.frame)])
            score = np.asarray(getattr(score, "score", score))
        good = (decide.decide(score, np.full(len(score), 0.999999)) != -1).astype(float)
        return np.column_stack([1 - good, good])

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Whether each row is not adverse."""
        return self.predict_proba(rows)[:, 1].astype(int)


def dice(case: Any, held: Any, method: str, seed: int) -> tuple[list[list[dict[str, int]]], float, int]:
    """The counts that DiCE gives for each person, the seconds it took, and how often it failed."""
    import dice_ml

    kinds = [kind for kind in case.scenario.recorded if kind in held.planner.answers.frame]
    every = case.records_at(held.period)
    table = every[kinds].astype(int)
    wrapped = Adverse(case, kinds, every)
    table["fine"] = wrapped.predict(table)
    data = dice_ml.Data(dataframe=table, continuous_features=kinds, outcome_name="fine")
    explain = dice_ml.Dice(data, dice_ml.Model(model=wrapped, backend="sklearn"), method=method)
    free = {kind for action in held.rules.actions.actions for kind in action.kinds} | {
        kind.name for kind in case.scenario.conduct if kind.adverse
    }
    found: list[list[dict[str, int]]] = []
    failed, begun = 0, process_time()
    for person in held.people:
        row = every.loc[[person], kinds].astype(int)
        ranges = {kind: allowed(case, held, kind, int(row[kind].iloc[0])) for kind in kinds if kind in free}
        ranges = {kind: ends for kind, ends in ranges.items() if ends[0] < ends[1]}
        wrapped.frame = every.loc[[person]]
        try:
            given = {"random_seed": seed} if method == "random" else {}
            made = explain.generate_counterfactuals(
                row, total_CFs=4, desired_class=1, features_to_vary=list(ranges), permitted_range=ranges, **given
            )
            table = made.cf_examples_list[0].final_cfs_df
            found.append([] if table is None else table[kinds].astype(int).to_dict("records"))
        except Exception:  # it raises where it finds nothing, and where its population gets too small
            failed += 1
            found.append([])
    return found, process_time() - begun, failed


def allowed(case: Any, held: Any, kind: str, now: int) -> list[int]:
    """The counts that DiCE may give: up by what can be added within the horizon, down to none."""
    adding = [one for one in held.rules.actions.actions if one.does == "adds" and kind in one.kinds]
    up = sum(int(one.value("per_month")) * HORIZON for one in adding)
    return [now, now + up] if adding else [0, now]


def as_plan(held: Any, place: int, counts: dict[str, int]) -> Plan | None:
    """The best plan that leads to these counts; None if there is none within the budget."""
    rules, situation = held.rules, held.situations[place]
    steps, cost = [], 0.0
    row = held.planner.answers.frame.iloc[place]
    for kind, wanted in counts.items():
        change, code = wanted - int(row[kind]), rules.kinds.index(kind)
        does = ("adds",) if change > 0 else ("ends", "contests")
        for number, action in enumerate(rules.actions.actions):
            about = kind in action.kinds or (action.does == "contests" and not action.kinds)
            if change and action.does in does and about and situation.can[number]:
                often = int(action.value("per_month"))
                steps.append(Step(number, code, tuple(1 + one // often for one in range(abs(change)))))
                cost += abs(change) * action.cost
                break
    if cost > rules.actions.budget or not steps:
        return None
    made = [Plan(month, cost, 0.0, tuple(steps)) for month in range(1, HORIZON + 1)]
    chances = [held.planner.chance(place, situation, plan) for plan in made]
    best = int(np.argmax(chances))
    return Plan(made[best].month, cost, chances[best], tuple(steps)) if chances[best] >= held.success else None


def told(name: str, plans: list[Plan | None], budget: float, seconds: float) -> None:
    """One line about a tool."""
    valid = np.mean([plan is not None for plan in plans])
    cost = np.mean([budget if plan is None else plan.cost for plan in plans])
    print(f"  {name:<46} {valid:6.0%} valid {cost:8.1f} hours {1000 * seconds / len(plans):8.2f} ms a person")


def compare(model: str | None) -> None:
    """The testbed and DiCE on one scheme."""
    scenario = Scenario.load("rongcheng").set({"actions.plan.horizon": HORIZON})
    from testbed.models import load_model

    case = run_case(scenario, load_model(model) if model else None, people=SIZE, periods=MONTHS)
    everybody = adverse_people(case, MONTHS - 1, None)
    begun = process_time()
    first = planned(case, everybody, MONTHS - 1)
    whole_time = process_time() - begun
    acts = np.array([one.plan is None or not one.plan.waits for one in first.found])
    people = everybody[acts]
    begun = process_time()
    whole = planned(case, people, MONTHS - 1)
    ours = (process_time() - begun) / len(people)
    some = people[:ASKED]
    held = planned(case, some, MONTHS - 1)
    budget = held.rules.actions.budget
    kind = "every plan weighed" if held.exact else "beam search"
    print(f"{'a table of points' if model is None else model}: {len(people)} people must act, {len(some)} are compared")
    told(f"testbed, {kind}, all {len(everybody)} adverse", [one.plan for one in first.found], budget, whole_time)
    told(f"testbed, {kind}, all {len(people)}", [one.plan for one in whole.found], budget, ours * len(people))
    told(f"testbed, {kind}, the same {len(some)}", [one.plan for one in held.found], budget, ours * len(some))
    for method in ("genetic", "random"):
        counts, seconds, failed = dice(case, held, method, 0)
        plans = []
        for place, four in enumerate(counts):
            made = [plan for one in four if (plan := as_plan(held, place, one)) is not None]
            plans.append(min(made, key=lambda plan: plan.cost, default=None))
        told(f"DiCE, {method} search, the same {len(some)}", plans, budget, seconds)
        print(f"    found none or raised for {failed}; {seconds / len(some) / ours:,.0f} times as long for a person")


def cost_of_all(people: int) -> None:
    """Seconds of every measure of recourse on one large world."""
    from testbed.measure import measures

    begun = process_time()
    case = run_case("rongcheng", people=people, periods=24)
    print(f"rongcheng, {people:,} people, 24 months: {process_time() - begun:.1f} s for the world itself")
    total = 0.0
    for name in measures.names():
        if name.startswith("recourse"):
            begun = process_time()
            n = max(int((part.denominator > 0).sum()) if hasattr(part, "denominator") else part.n
                    for part in measures.get(name)(case))  # fmt: skip
            seconds = process_time() - begun
            total += seconds
            print(f"  {name:<22} {seconds:7.2f} s, {n:,} people")
    print(f"  together               {total:7.2f} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    cost_of_all(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    for which in (None, "logistic"):
        compare(which)
