"""What a person can do until a month, kind by kind: each choice with its cost, its steps, and the chances it brings."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from testbed.actions import ADDS, CONTESTS, ENDS, Action
from testbed.recourse.chances import Way, decided_by, lands, together
from testbed.recourse.situations import Rules, Situation

Floats = NDArray[np.float64]
SLACK = 1e-9


@dataclass(frozen=True)
class Step:
    """One action, about one kind, in these months after the decision (1 is the next month), one time for each."""

    action: int
    kind: int
    months: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """One way to go about a kind: what it costs, the steps, and the chance of each number of entries it moves."""

    cost: float
    steps: tuple[Step, ...]
    chances: Floats


NOTHING = Choice(0.0, (), np.ones(1))


@dataclass(frozen=True, eq=False)
class Axis:
    """Everything that can be done about one kind until a month, doing nothing first, cheapest first.

    sign: +1 where entries are added, -1 where entries are ended.
    """

    kind: int
    sign: int
    choices: tuple[Choice, ...]

    @cached_property
    def width(self) -> int:
        """How many different numbers of entries can come or go, 0 included."""
        return max(len(one.chances) for one in self.choices)

    @cached_property
    def mark(self) -> tuple[int, int, int]:
        """Kind, sign and width."""
        return self.kind, self.sign, self.width

    @cached_property
    def costs(self) -> Floats:
        """The cost of each choice."""
        return np.array([choice.cost for choice in self.choices])

    @cached_property
    def matrix(self) -> Floats:
        """The chance of each number of entries (rows) for each choice (columns)."""
        made = np.zeros((self.width, len(self.choices)))
        for column, choice in enumerate(self.choices):
            made[: len(choice.chances), column] = choice.chances
        return made


class Options:
    """The choices of people under some rules, worked out once for each situation and month."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.adding = rules, rules.adding
        self._added: dict[Hashable, tuple[Axis, ...]] = {}
        self._ended: dict[Hashable, Axis] = {}

    def axes(self, situation: Situation, month: int) -> tuple[Axis, ...]:
        """What can be done until a month (after the decision), one axis for each kind and direction."""
        key = (situation.ways, situation.can, month)
        if key not in self._added:
            able = [one for one in zip(self.adding, situation.ways, strict=True) if situation.can[one[0][0]]]
            self._added[key] = tuple(self._adding(place, kind, ways, month) for (place, kind), ways in able)
        made = list(self._added[key])
        standing: dict[int, list[bool]] = {}
        for entry in situation.entries:
            if entry.left > month:
                standing.setdefault(entry.kind, []).append(entry.wrong)
        for kind, wrong in standing.items():
            ends = (situation.can, kind, tuple(sorted(wrong)), month)
            if ends not in self._ended:
                self._ended[ends] = self._ending(*ends)
            made.append(self._ended[ends])
        return tuple(axis for axis in made if len(axis.choices) > 1)

    def _adding(self, place: int, kind: int, ways: tuple[Way, ...], month: int) -> Axis:
        """Doing an act 0, 1, 2, ... times, each time in the month that is best for its entry to stand in `month`."""
        action, life = self.rules.actions.actions[place], self.rules.life[kind]
        expected = {at: _mean(lands(ways, month - at, life)) for at in range(1, month + 1)}
        slots = [at for at in expected if expected[at] > 0 for _ in range(int(action.value("per_month")))]
        slots = sorted(slots, key=lambda at: (-expected[at], at))[: self._most(action)]
        choices, chances = [NOTHING], np.ones(1)
        for many, at in enumerate(slots, start=1):
            chances = together([chances, lands(ways, month - at, life)])
            step = Step(place, kind, tuple(sorted(slots[:many])))
            choices.append(Choice(many * action.cost, (step,), chances))
        return Axis(kind, 1, tuple(choices))

    def _ending(self, can: tuple[bool, ...], kind: int, wrong: tuple[bool, ...], month: int) -> Axis:
        """Ending or contesting some of the entries of a kind, each entry in one way at most."""
        rules, able = self.rules, []
        for place, action in enumerate(rules.actions.actions):
            every = action.does == CONTESTS and not action.kinds and rules.against[kind]
            if can[place] and action.does in (ENDS, CONTESTS) and (every or rules.kinds[kind] in action.kinds):
                often = int(action.value("per_month"))
                able.append((place, action, often, min(self._most(action), often * month, len(wrong))))
        choices = [NOTHING]
        for many in product(*(range(most + 1) for *_, most in able)):
            steps = tuple(
                Step(place, kind, tuple(1 + number // often for number in range(times)))
                for (place, _, often, _), times in zip(able, many, strict=True)
                if times
            )
            cost = sum(action.cost * times for (_, action, *_), times in zip(able, many, strict=True))
            if steps and sum(many) <= len(wrong) and cost <= rules.actions.budget:
                chances = ended(rules, wrong, steps, month)
                choices += [Choice(cost, steps, chances)] if len(chances) > 1 else []
        return Axis(kind, -1, (NOTHING, *sorted(choices[1:], key=lambda one: one.cost)))

    def _most(self, action: Action) -> int:
        """How often an action can be done, for one kind, with the whole budget."""
        actions = self.rules.actions
        often = int(action.value("per_month")) * actions.horizon
        return often if action.cost <= 0 else min(often, int(actions.budget / action.cost + SLACK))


def moved(rules: Rules, situation: Situation, steps: tuple[Step, ...], month: int) -> list[tuple[int, int, Floats]]:
    """(kind, sign, the chance of each number of entries) that steps bring until a month, whoever planned them.

    Entries that are to be ended may be fewer than the steps take there to be.
    """
    made, does = [], [action.does for action in rules.actions.actions]
    ways = dict(zip(rules.adding, situation.ways, strict=True))
    for kind in sorted({step.kind for step in steps}):
        mine = [step for step in steps if step.kind == kind and situation.can[step.action]]
        added = [
            lands(ways[step.action, kind], month - at, rules.life[kind])
            for step in mine
            if does[step.action] == ADDS
            for at in step.months
        ]
        wrong = tuple(entry.wrong for entry in situation.entries if entry.kind == kind and entry.left > month)
        ends = tuple(step for step in mine if does[step.action] != ADDS)
        made += [(kind, 1, together(added)), (kind, -1, ended(rules, wrong, ends, month))]
    return [one for one in made if len(one[2]) > 1]


def ended(rules: Rules, wrong: tuple[bool, ...], steps: tuple[Step, ...], month: int) -> Floats:
    """The chance of each number of entries of one kind that steps take off the record until a month.

    wrong: whether each entry is wrong. Appeals are against wrong entries first; what is paid for is another entry.
    """
    waiting = sorted(wrong, key=lambda one: -rules.upheld[one])
    parts = []
    for step in sorted(steps, key=lambda step: rules.actions.actions[step.action].does != CONTESTS):
        action = rules.actions.actions[step.action]
        for at in step.months[: len(waiting)]:
            chance = _works(rules, action, waiting.pop(0), month - at)
            parts.append(np.array([1 - chance, chance]))
    return together(parts)


def _works(rules: Rules, action: Action, wrong: bool, after: int) -> float:
    """The chance that an entry is gone so many months after an action about it."""
    if action.does == CONTESTS:
        return rules.upheld[wrong] * decided_by(rules.decision, after)
    return action.value("works", 1.0) if after >= int(action.value("delay")) else 0.0


def _mean(chances: Floats) -> float:
    return float(chances @ np.arange(len(chances)))
