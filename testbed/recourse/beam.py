"""Plans under a scheme that can only be asked: a search that keeps the most promising plans, and a judge without luck.

The rate of people with a plan is a lower bound, its cost an upper one. The search follows each plan over a few streams
of coins. The plans that pass there, by merit or by luck, are judged over all coins: by the chance of each outcome.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.recourse.answers import Answers
from testbed.recourse.options import SLACK, Axis, Options, moved
from testbed.recourse.planning import STAYS, Found, Plan, cells_of, counts, places
from testbed.recourse.situations import Rules, Situation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SEARCH, WIDTH, ROUNDS = 24, 3, 14
"""Streams of coins that plans are searched on, plans of each sort that are kept in a round, and rounds."""
CLOSE, JUDGED = 0.1, 3
"""Plans go to the judge if their chance in the search falls short by no more than this: so many of the cheapest, and so
many of the surest."""
MONTHS = (1, 2, 3, 4, 5, 6, 9, 12, 18, 24, 36)

Asked = tuple[Ints, Ints, Ints]
Search = Generator[Asked, Floats, list[Plan]]


@dataclass
class Beam:
    """A planner for schemes that are not tables of points (see `planning.Planner`)."""

    rules: Rules
    answers: Answers
    seed: int
    options: Options = field(init=False)
    _known: dict[Hashable, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.options = Options(self.rules)

    def plans(self, situations: Sequence[Situation]) -> list[Found]:
        """The plan found for each person, in the order of the answers' places."""
        horizon = self.rules.actions.horizon
        months = sorted({month for month in MONTHS if month < horizon} | {horizon})
        made = self._waiting(situations)
        searches, owners = [], []
        for place, one in enumerate(situations):
            for scheme, cost in places(self.rules, one) if made[place].plan is None else ():
                searches += [self._search(place, one, month, scheme, cost) for month in months]
                owners += [place] * len(months)
        close = [(owner, plan) for owner, plans in zip(owners, self._together(searches), strict=True) for plan in plans]
        judged = self._together([self._judge(owner, situations[owner], plan) for owner, plan in close])
        for (owner, _), (plan,) in zip(close, judged, strict=True):
            held, works = made[owner].plan, plan.chance >= self.rules.actions.success - SLACK
            cheaper = works and (held is None or (plan.cost, plan.month) < (held.cost, held.month))
            made[owner] = Found(plan if cheaper else held, max(made[owner].best, plan.chance))
        return made

    def _waiting(self, situations: Sequence[Situation]) -> list[Found]:
        """For whom it is enough to wait, and until when; nothing is found for the others."""
        success, months = self.rules.actions.success - SLACK, range(1, self.rules.actions.horizon + 1)
        asked = [
            cells_of(place, counts(self.rules, one, month), STAYS, ())
            for place, one in enumerate(situations)
            for month in months
        ]
        answers = np.concatenate(self._answer(asked)).reshape(-1, len(months)) if asked else np.empty((0, 1))
        made = []
        for row in answers:
            works = np.flatnonzero(row >= success)
            plan = Plan(months[works[0]], 0.0, float(row[works[0]])) if len(works) else None
            made.append(Found(plan, float(row.max())))
        return made

    def chance(self, place: int, one: Situation, plan: Plan) -> float:
        """The chance that a plan, whoever made it, works for a person in its month."""
        ((found,),) = self._together([self._judge(place, one, plan)])
        return found.chance

    def _judge(self, place: int, one: Situation, plan: Plan) -> Search:
        """The plan with its chance over all coins."""
        parts = moved(self.rules, one, plan.steps, plan.month)
        signs = tuple((kind, sign, len(chances)) for kind, sign, chances in parts)
        answers = yield cells_of(place, counts(self.rules, one, plan.month), plan.scheme, signs)
        weights = reduce(np.multiply.outer, (chances for *_, chances in parts), np.ones(()))
        return [replace(plan, chance=float((answers * weights.ravel()).sum()))]

    def _search(self, place: int, one: Situation, month: int, scheme: int, cost: float) -> Search:
        """The cheapest plans for a month that seem to work. Yields what it asks, and is sent the answers."""
        actions, axes = self.rules.actions, self.options.axes(one, month)
        coins = self._coins(place, month, SEARCH, len(axes))
        met: dict[tuple[int, ...], Plan] = {}
        frontier, open_ = [(0,) * len(axes)], set[tuple[int, ...]]()
        for _ in range(ROUNDS):
            if not frontier:
                break
            parts = [self._asked(place, one, month, scheme, _chosen(axes, at), coins) for at in frontier]
            answers = yield tuple(np.concatenate(part) for part in zip(*parts, strict=True))  # type: ignore[misc]
            chances = answers.reshape(len(frontier), SEARCH).mean(axis=1)
            for at, chance in zip(frontier, chances.tolist(), strict=True):
                steps = tuple(step for axis, which in _chosen(axes, at) for step in axis.choices[which].steps)
                met[at] = Plan(month, cost + _price(axes, at), chance, steps, scheme)
            open_.update(frontier)
            kept = _promising(met, open_, actions.success)
            open_.difference_update(kept)
            near = dict.fromkeys(at for one in kept for at in _near(axes, one) if at not in met)
            frontier = [at for at in near if cost + _price(axes, at) <= actions.budget + SLACK]
        close = [plan for plan in met.values() if plan.chance >= actions.success - CLOSE]
        cheap = sorted(close, key=lambda plan: (plan.chance < actions.success, plan.cost, -plan.chance))
        sure = sorted(close, key=lambda plan: (-plan.chance, plan.cost))
        return list(dict.fromkeys([*cheap[:JUDGED], *sure[:JUDGED]]))

    def _asked(
        self, place: int, one: Situation, month: int, scheme: int, chosen: Sequence[tuple[Axis, int]], coins: Floats
    ) -> Asked:
        """The records that a plan leads to, one for each stream of coins."""
        made = np.tile(counts(self.rules, one, month), (len(coins), 1))
        for (axis, which), coin in zip(chosen, coins.T, strict=True):
            made[:, axis.kind] += axis.sign * _outcome(axis.choices[which].chances, coin)
        return np.full(len(made), place), made, np.full(len(made), scheme)

    def _together(self, searches: Sequence[Search]) -> list[list[Plan]]:
        """Run searches side by side, so that the scheme is asked for all of them at once."""
        made: list[list[Plan]] = [[] for _ in searches]
        waiting: dict[int, Asked] = {}
        for number, search in enumerate(searches):
            self._step(search, None, number, waiting, made)
        while waiting:
            numbers = list(waiting)
            answers = self._answer([waiting.pop(number) for number in numbers])
            for number, part in zip(numbers, answers, strict=True):
                self._step(searches[number], part, number, waiting, made)
        return made

    def _step(
        self,
        search: Search,
        answer: Floats | None,
        number: int,
        waiting: dict[int, Asked],
        made: list[list[Plan]],
    ) -> None:
        try:
            waiting[number] = next(search) if answer is None else search.send(answer)
        except StopIteration as end:
            made[number] = end.value

    def _answer(self, asked: Sequence[Asked]) -> list[Floats]:
        """The answers to questions; none is asked twice."""
        who, many, schemes = (np.concatenate(part) for part in zip(*asked, strict=True))
        table, first, back = np.unique(
            np.column_stack([who, schemes, many]), axis=0, return_index=True, return_inverse=True
        )
        keys = [(self.answers.key(int(row[0])), row[1:].tobytes()) for row in table]
        fresh = list({key: at for at, key in enumerate(keys) if key not in self._known}.items())
        if fresh:
            rows = first[[at for _, at in fresh]]
            for (key, _), value in zip(fresh, self.answers(who[rows], many[rows], schemes[rows]).tolist(), strict=True):
                self._known[key] = value
        values = np.array([self._known[key] for key in keys])[back.ravel()]
        return np.split(values, np.cumsum([len(one[0]) for one in asked])[:-1])

    def _coins(self, place: int, month: int, streams: int, many: int) -> Floats:
        address = pack(place, month, np.arange(many)[None, :], np.arange(streams)[:, None])
        return np.asarray(uniform(sparse(self.seed, "recourse:search", address.ravel())).reshape(streams, many))


def _outcome(chances: Floats, coin: Floats) -> Ints:
    return np.minimum(np.searchsorted(np.cumsum(chances), coin, side="right"), len(chances) - 1)


def _chosen(axes: Sequence[Axis], at: tuple[int, ...]) -> list[tuple[Axis, int]]:
    return list(zip(axes, at, strict=True))


def _price(axes: Sequence[Axis], at: tuple[int, ...]) -> float:
    return sum(axis.choices[which].cost for axis, which in zip(axes, at, strict=True))


def _promising(
    met: Mapping[tuple[int, ...], Plan], open_: set[tuple[int, ...]], success: float
) -> list[tuple[int, ...]]:
    """The plans to go on from: the cheapest that seem to work, and of the others those nearest to it, dearest first."""
    works = sorted((met[at].cost, at) for at in open_ if met[at].chance >= success)
    others = sorted((-met[at].chance, -met[at].cost, at) for at in open_ if met[at].chance < success)
    return [*(at for *_, at in works[:WIDTH]), *(at for *_, at in others[:WIDTH])]


def _near(axes: Sequence[Axis], at: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The plans that do one thing a little more or less, twice as much or half as much."""
    made = []
    for place, axis in enumerate(axes):
        now = at[place]
        for other in sorted({now + 1, 2 * now, now - 1, now // 2}):
            if 0 <= other < len(axis.choices) and other != now:
                made.append((*at[:place], other, *at[place + 1 :]))
    return made
