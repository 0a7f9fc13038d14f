"""Plans of the people whom a case decides adversely, made once for all measures of recourse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from testbed.actions import CONTESTS, ENDS, Action
from testbed.case import Case
from testbed.measure import PerPerson
from testbed.models import higher_is
from testbed.recourse import (
    Beam,
    Found,
    Planner,
    Rules,
    SchemeAnswers,
    Situation,
    adverse_people,
    entries_of,
    rules_of,
    situations,
)
from testbed.world import Views

Ints = NDArray[np.int64]
SAMPLE, SEARCHED = 2_000, 200
"""People who are planned for: where every plan is weighed, and where plans are searched by asking."""

TOGETHER = "the scheme scores people together or reads single entries, so it cannot be asked about one person's plan"
NOBODY = "nobody is decided adversely in the last month"


@dataclass(frozen=True)
class Recourse:
    """The people who are decided adversely in a month (a sample of them), their situations, and the plan of each.

    `why` says why there are no plans. `planner` weighs every plan if `exact`, and otherwise searches.
    """

    case: Case
    period: int
    people: Ints
    rules: Rules
    situations: Sequence[Situation]
    planner: Planner | Beam
    found: Sequence[Found]
    why: str = ""

    @property
    def exact(self) -> bool:
        """Whether every plan was weighed."""
        return isinstance(self.planner, Planner)

    @property
    def success(self) -> float:
        """The chance from which on a plan counts."""
        return self.rules.actions.success - 1e-9

    def part(self, values: NDArray[np.generic], among: NDArray[np.bool_] | None = None, **said: object) -> PerPerson:
        """A value of each of these people (or of some) as the parts of a ratio."""
        given = str(said.pop("why", ""))
        why = self.why or given
        who = np.full(len(self.people), not why) if among is None or why else among
        place = np.searchsorted(self.case.society.ids, self.people[who])
        numerator, denominator = np.zeros((2, len(self.case.society.ids)))
        numerator[place], denominator[place] = np.asarray(values, np.float64)[who], 1.0
        return PerPerson(numerator, denominator, why=why, **{"refused": bool(self.why), **said})  # type: ignore[arg-type]


def recourse(case: Case) -> Recourse:
    """The plans of people whom a case decides adversely in its last month, worked out once and kept with the case."""
    held: dict[str, Recourse] = vars(case).setdefault("_recourse", {})
    if "plans" not in held:
        held["plans"] = _planned(case)
    return held["plans"]


def _planned(case: Case) -> Recourse:
    period, alone = case.periods - 1, case.scheme.alone and "entries" not in case.scheme.needs
    answers = SchemeAnswers(case, np.empty(0, np.int64), period)
    people = adverse_people(case, period, SAMPLE if answers.exact else SEARCHED) if alone else answers.people
    why = TOGETHER if not alone else "" if len(people) else NOBODY
    if len(people):
        case.setting.say(f"{'weighing' if answers.exact else 'searching'} plans of {len(people):,} people")
    return replace(planned(case, people, period), why=why)


def planned(case: Case, people: Ints, period: int, *, views: Views | None = None) -> Recourse:
    """The plans of these people from a month on. views: what the scheme and its channels are shown of people."""
    rules = rules_of(case)
    answers = SchemeAnswers(case, people, period, views=views)
    held = situations(case, rules, people, entries_of(case, rules, people, period), views=views)
    planner = Planner(rules, answers) if answers.exact else Beam(rules, answers, case.seed)
    return Recourse(case, period, people, rules, held, planner, planner.plans(held))


def promised(held: Recourse) -> Recourse:
    """The plans that the scheme's own rules promise: every act is entered at once, every payment ends its entry.

    What an operator would decide on appeal is no promise.
    """
    actions = held.rules.actions
    sure = replace(actions, actions=tuple(_sure(one) for one in actions.actions))
    rules = replace(held.rules, actions=sure)
    entries = [one.entries for one in held.situations]
    told = [
        replace(one, can=tuple(able and action.does != CONTESTS for able, action in zip(one.can, sure.actions)))
        for one in situations(held.case, rules, held.people, entries, certain=True)
    ]
    planner = replace_rules(held, rules)
    return replace(held, rules=rules, situations=told, planner=planner, found=planner.plans(told))


def replace_rules(held: Recourse, rules: Rules, answers: SchemeAnswers | None = None) -> Planner | Beam:
    """A planner of the same sort under other rules, or with other answers."""
    asked = held.planner.answers if answers is None else answers
    return Planner(rules, asked) if held.exact else Beam(rules, asked, held.case.seed)


def _sure(action: Action) -> Action:
    """The action, with no doubt whether it works."""
    if action.does != ENDS or "works" not in action.numbers:
        return action
    return replace(action, numbers={**action.numbers, "works": replace(action.numbers["works"], value=1.0)})


def says_all(case: Case) -> bool:
    """Whether the scheme discloses what decides: its rules, their points, and the cut-offs."""
    seen = case.disclosure
    return bool(seen.rules and seen.weights and seen.cutoffs)


def better_sign(case: Case) -> float:
    """1 if a higher score is better, else -1."""
    return -1.0 if higher_is(case.model) == "worse" else 1.0
