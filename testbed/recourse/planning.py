"""The cheapest plan of each person that works often enough: exact, by weighing every plan at once.

A plan names a month and what is done until then. For a month, the chances of a decision that is not adverse form a
table over the numbers of entries that come and go by kind. Each kind turns its axis of the table from numbers of
entries into choices, so that the table ends as the chance of every plan there is, beside a table of their costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from testbed.actions import MOVES
from testbed.recourse.answers import Answers
from testbed.recourse.options import SLACK, Axis, Options, Step, moved
from testbed.recourse.situations import Rules, Situation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Signs = tuple[tuple[int, int, int], ...]
STAYS = -1
LARGEST = 1 << 19
"""Plans of a person and month that are weighed at once; more are weighed part by part."""

TOGETHER = 1 << 14
"""Records that are asked about at once: so few that they stay in the cache."""


@dataclass(frozen=True)
class Plan:
    """What to do until a month after the decision, what it costs in hours, and the chance that it works in that month.

    scheme: the code of the city's scheme to move to in the first month; -1 to stay.
    """

    month: int
    cost: float
    chance: float
    steps: tuple[Step, ...] = ()
    scheme: int = STAYS

    @property
    def waits(self) -> bool:
        """Whether nothing is done but to wait."""
        return not self.steps and self.scheme == STAYS


@dataclass(frozen=True)
class Found:
    """The cheapest plan, or None; `best` is the largest chance of any plan within the budget, 0 if it is certain that
    none works."""

    plan: Plan | None
    best: float


@dataclass(frozen=True)
class Month:
    """A month that a plan may name: counts by kind that stand then if nothing is done, and what can be done."""

    month: int
    base: Ints
    axes: tuple[Axis, ...]

    @property
    def signs(self) -> Signs:
        """(kind, sign, width) of each axis."""
        return tuple(axis.mark for axis in self.axes)


@dataclass(frozen=True)
class Asking:
    """A person who has to do something: place among the answers, situation, and the months of a plan."""

    place: int
    situation: Situation
    months: Sequence[Month]


@dataclass
class Planner:
    """Plans for people under some rules. `months`: the months after the decision that a plan may name."""

    rules: Rules
    answers: Answers
    months: Sequence[int] = ()
    options: Options = field(init=False)
    _tables: dict[Hashable, Floats] = field(default_factory=dict)
    _solved: dict[Hashable, tuple[Plan | None, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.months = tuple(self.months) or tuple(range(1, self.rules.actions.horizon + 1))
        self.options = Options(self.rules)

    def plans(self, situations: Sequence[Situation]) -> list[Found]:
        """The best plan of each person (in the order of the answers' places); people who are alike are solved once."""
        keys = [(one, self.answers.key(place)) for place, one in enumerate(situations)]
        alike: dict[Hashable, int] = {}
        for place, key in enumerate(keys):
            alike.setdefault(key, place)
        if not alike:
            return []
        places = np.array(list(alike.values()))
        bases = np.stack([self._standing(situations[place]) for place in places])
        many, months, kinds = bases.shape
        waited = self.answers(np.repeat(places, months), bases.reshape(-1, kinds), np.full(many * months, STAYS))
        parts = list(zip(alike.items(), bases, waited.reshape(many, months), strict=True))
        found = {key: self._waits(row) for (key, _), _, row in parts}
        asking = [
            (key, Asking(place, situations[place], self._months(situations[place], base)), row)
            for (key, place), base, row in parts
            if found[key].plan is None
        ]
        self._ask_ahead([one for _, one, _ in asking])
        found |= {key: self._plan(one, float(row.max())) for key, one, row in asking}
        return [found[key] for key in keys]

    def _waits(self, waited: Floats) -> Found:
        """The plan to wait, from the chance of each month; no plan if that is never enough."""
        works = np.flatnonzero(waited >= self.rules.actions.success - SLACK)
        if not len(works):
            return Found(None, float(waited.max()))
        chance = float(waited[works[0]])
        return Found(Plan(self.months[works[0]], 0.0, chance), chance)

    def _months(self, one: Situation, bases: Ints) -> list[Month]:
        """What a person can do until each month, and what stands then."""
        return [
            Month(month, base, self.options.axes(one, month)) for month, base in zip(self.months, bases, strict=True)
        ]

    def _ask_ahead(self, asking: Sequence[Asking]) -> None:
        """Ask about the records that people can reach without moving, for many of them at once."""
        asked: dict[Hashable, tuple[Ints, Ints, Ints]] = {}
        many = 0
        for one in asking:
            for month in one.months:
                key = self._key(one.place, month.base, STAYS, month.signs)
                if month.axes and key not in asked and key not in self._tables:
                    asked[key] = cells_of(one.place, month.base, STAYS, month.signs)
                    many += len(asked[key][0])
                if many > TOGETHER:
                    self._ask(asked)
                    asked, many = {}, 0
        self._ask(asked)

    def _ask(self, asked: Mapping[Hashable, tuple[Ints, Ints, Ints]]) -> None:
        if asked:
            places, many, schemes = (np.concatenate(part) for part in zip(*asked.values(), strict=True))
            ends = np.cumsum([len(cells[0]) for cells in asked.values()])[:-1]
            parts = np.split(self.answers(places, many, schemes), ends)
            for (key, _), part in zip(asked.items(), parts, strict=True):
                self._tables[key] = part

    def _standing(self, one: Situation) -> Ints:
        """How many entries of each kind stand in each month, if nothing is done: (months, kinds)."""
        made = np.zeros((len(self.months), len(self.rules.kinds)), np.int64)
        for entry in one.entries:
            made[: bisect_left(self.months, entry.left), entry.kind] += 1
        return made

    def _plan(self, one: Asking, best: float) -> Found:
        """The cheapest plan of a person for whom it is not enough to wait. best: the largest chance of waiting."""
        found: Plan | None = None
        for scheme, cost in places(self.rules, one.situation):
            for month in one.months:
                plan, chance = self._once(one.place, month, scheme, cost)
                best = max(best, chance)
                if plan is not None and (found is None or plan.cost < found.cost - SLACK):
                    found = plan
        return Found(found, best)

    def chance(self, place: int, one: Situation, plan: Plan) -> float:
        """The chance that a plan, whoever made it, works for a person in its month."""
        parts = moved(self.rules, one, plan.steps, plan.month)
        signs = tuple((kind, sign, len(chances)) for kind, sign, chances in parts)
        table = self._table(place, counts(self.rules, one, plan.month), plan.scheme, signs)
        for _, _, chances in parts:
            table = np.tensordot(table, chances, axes=(0, 0))
        return float(table)

    def _once(self, place: int, month: Month, scheme: int, cost: float) -> tuple[Plan | None, float]:
        """`_cheapest` for a person and month, worked out once for all who are alike in that month."""
        if not month.axes and scheme == STAYS:
            return None, 0.0
        key = (self.answers.key(place), month.base.tobytes(), month.month, scheme, month.axes)
        if key not in self._solved:
            table = self._table(place, month.base, scheme, month.signs)
            self._solved[key] = self._cheapest(table, month.axes, month.month, scheme, cost)
        return self._solved[key]

    def _cheapest(
        self, table: Floats, axes: Sequence[Axis], month: int, scheme: int, cost: float
    ) -> tuple[Plan | None, float]:
        """The cheapest plan for a month that works often enough, and the largest chance that a plan can have."""
        if not table.any():
            return None, 0.0
        costs = reduce(np.add.outer, (axis.costs for axis in axes), np.array(cost))
        if costs.size > LARGEST:
            return self._by_choice(table, axes, month, scheme, cost)
        for axis in axes:  # turns the first axis into choices, and puts it last
            table = table.reshape(axis.width, -1).T @ axis.matrix
        table = table.reshape(costs.shape)
        chances = np.where(costs <= self.rules.actions.budget + SLACK, table, 0.0)
        works = chances >= self.rules.actions.success - SLACK
        best = float(chances.max())
        if not works.any():
            return None, best
        cheap = costs == costs[works].min()
        at = np.unravel_index(int(np.where(works & cheap, chances, -1.0).argmax()), costs.shape)
        steps = tuple(step for axis, which in zip(axes, at, strict=True) for step in axis.choices[which].steps)
        return Plan(month, float(costs[at]), float(chances[at]), steps, scheme), best

    def _by_choice(
        self, table: Floats, axes: Sequence[Axis], month: int, scheme: int, cost: float
    ) -> tuple[Plan | None, float]:
        """`_cheapest`, one choice about the last kind after the other."""
        *others, last = axes
        found: Plan | None = None
        best = 0.0
        for choice, odds in zip(last.choices, last.matrix.T, strict=True):
            if cost + choice.cost <= self.rules.actions.budget + SLACK:
                plan, chance = self._cheapest(table @ odds, others, month, scheme, cost + choice.cost)
                best = max(best, chance)
                if plan is not None and (found is None or plan.cost < found.cost - SLACK):
                    found = replace(plan, steps=(*plan.steps, *choice.steps))
        return found, best

    def _key(self, place: int, base: Ints, scheme: int, signs: Signs) -> Hashable:
        return self.answers.key(place), base.tobytes(), scheme, signs

    def _table(self, place: int, base: Ints, scheme: int, signs: Signs) -> Floats:
        """P(not adverse) by the number of entries that each kind adds to these counts or loses."""
        key = self._key(place, base, scheme, signs)
        if key not in self._tables:
            made = self.answers(*cells_of(place, base, scheme, signs))
            if scheme != STAYS and self.rules.kept < 1:
                left = tuple((kind, max(sign, 0), width) for kind, sign, width in signs)
                bare = self.answers(*cells_of(place, 0 * base, scheme, left))
                made = self.rules.kept * made + (1 - self.rules.kept) * bare
            self._tables[key] = made
        return self._tables[key].reshape([width for *_, width in signs])


def places(rules: Rules, one: Situation) -> list[tuple[int, float]]:
    """(scheme, cost) of staying, and of moving under each scheme."""
    found = [(STAYS, 0.0)]
    for place, action in enumerate(rules.actions.actions):
        if action.does == MOVES and one.can[place] and action.cost <= rules.actions.budget + SLACK:
            found += [(scheme, action.cost) for scheme in rules.schemes]
    return found


def counts(rules: Rules, one: Situation, month: int) -> Ints:
    """How many entries of each kind stand so many months after the decision, if nothing is done: (kinds,)."""
    return np.bincount([entry.kind for entry in one.entries if entry.left > month], minlength=len(rules.kinds))


def cells_of(place: int, base: Ints, scheme: int, signs: Signs) -> tuple[Ints, Ints, Ints]:
    """The records of a person with every number of entries added (sign 1) or ended (-1): places, counts, schemes."""
    widths = [width for *_, width in signs]
    made = np.tile(base, (int(np.prod(widths)), 1))
    for (kind, sign, _), many in zip(signs, np.indices(widths).reshape(len(widths), len(made)), strict=True):
        made[:, kind] += sign * many
    return np.full(len(made), place), made, np.full(len(made), scheme)
