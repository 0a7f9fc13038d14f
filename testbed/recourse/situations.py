"""The people who are decided adversely, and all that their plans depend on: entries, chances, and what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Channel
from synthetic.draws import pack, sparse
from testbed.actions import ADDS, MOVES, Action, Actions
from testbed.case import Case
from testbed.recourse.chances import CERTAIN, Way
from testbed.world import SCHEME, Views

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Entry:
    """A standing entry: code of its kind, months until its term, and whether it is wrong."""

    kind: int
    left: int
    wrong: bool


@dataclass(frozen=True)
class Situation:
    """All that the best plan of a person depends on, beside what the scheme reads of them.

    entries: those that stand. ways: for each action that adds acts and each of its kinds, what becomes of an act.
    can: whether the person can do each action.
    """

    entries: tuple[Entry, ...]
    ways: tuple[tuple[Way, ...], ...]
    can: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Rules:
    """What is the same for everybody: actions, terms of entries by kind, and what appeals lead to.

    life: months that an entry of each kind stands. against: whether each kind counts as adverse. upheld: chance that an
    appeal against a true and against a wrong entry succeeds; decision: mean months. kept: share of people who move
    whose record comes along. schemes: codes of the cities' schemes that one can come under by moving.
    """

    actions: Actions
    kinds: tuple[str, ...]
    life: tuple[int, ...]
    against: tuple[bool, ...]
    upheld: tuple[float, float]
    decision: float
    kept: float
    schemes: tuple[int, ...]

    @property
    def adding(self) -> list[tuple[int, int]]:
        """(place of the action, code of the kind) of every way to add an act."""
        return [
            (place, self.kinds.index(kind))
            for place, action in enumerate(self.actions.actions)
            if action.does == ADDS
            for kind in action.kinds
        ]


def rules_of(case: Case) -> Rules:
    """The actions and terms of a case's scenario."""
    scenario, regime = case.scenario, case.scenario.regime
    struck = regime.value("appeal", "upheld_true") if scenario.errors else 0.0
    moving = SCHEME in scenario.held and regime.value("moving", "rate") > 0
    schemes = np.unique(case.society.cities).tolist() if moving else []
    return Rules(
        scenario.actions,
        scenario.kinds,
        tuple(max(int(regime.value("expiry", kind.severity)), 1) for kind in scenario.conduct),
        tuple(kind.adverse for kind in scenario.conduct),
        (struck, regime.value("appeal", "upheld")),
        regime.value("appeal", "decision_delay"),
        regime.value("moving", "record_follows", 1.0),
        tuple(schemes),
    )


def adverse_people(case: Case, period: int, size: int | None) -> Ints:
    """Ids of people in scope whose decision in a month is adverse, in order: an addressed sample if there are more."""
    found = np.flatnonzero((case.history.decision(period) == -1) & case.scored)
    ids = np.asarray(case.society.ids)[found].astype(np.int64)
    if size is None or len(ids) <= size:
        return ids
    words = sparse(case.seed, "recourse:people", pack(ids))
    return np.sort(ids[np.argsort(words, kind="stable")[:size]])


def entries_of(case: Case, rules: Rules, people: Ints, period: int) -> list[tuple[Entry, ...]]:
    """The entries that stand about each person in a month, with their terms: no appeal is taken to end one sooner."""
    ledger = case.history.ledger
    held = np.flatnonzero(ledger.standing(period) & np.isin(ledger.subject, people))
    left = ledger.start[held].astype(np.int64) + np.array(rules.life)[ledger.kind[held]] - period
    # An entry that is out of date, and still stands, may stand for good: it ends when it really does.
    stale = left <= 0
    left[stale] = ledger.end[held][stale].astype(np.int64) - period
    place = np.searchsorted(people, ledger.subject[held])
    return gathered(len(people), place, ledger.kind[held], left, ledger.wrong[held])


def gathered(
    n: int, place: Ints, kind: NDArray[np.integer], left: Ints, wrong: NDArray[np.bool_]
) -> list[tuple[Entry, ...]]:
    """Rows of entries as a sorted tuple for each of n people."""
    made: list[list[Entry]] = [[] for _ in range(n)]
    rows = sorted(zip(place.tolist(), kind.tolist(), left.tolist(), wrong.tolist(), strict=True))
    for who, what, months, untrue in rows:
        made[who].append(Entry(what, months, untrue))
    return [tuple(one) for one in made]


def situations(
    case: Case,
    rules: Rules,
    people: Ints,
    entries: Sequence[tuple[Entry, ...]],
    *,
    certain: bool = False,
    views: Views | None = None,
) -> list[Situation]:
    """The situation of each person. certain: every act is entered; views: what channels are shown of people."""
    shown = views or case.society.views
    ways = [
        [CERTAIN] * len(people) if certain else _ways(case, shown, rules.kinds[kind], people)
        for _, kind in rules.adding
    ]
    can = [_can(case, rules, action, people) for action in rules.actions.actions]
    return [
        Situation(entries[at], tuple(one[at] for one in ways), tuple(bool(one[at]) for one in can))
        for at in range(len(people))
    ]


def _can(case: Case, rules: Rules, action: Action, people: Ints) -> NDArray[np.bool_]:
    if action.does == MOVES and not rules.schemes:
        return np.zeros(len(people), bool)
    columns = {name: np.asarray(column)[people] for name, column in case.society.columns.items()}
    return action.who.holds(columns, case.society.levels)


def _ways(case: Case, views: Views, kind: str, people: Ints) -> list[tuple[Way, ...]]:
    """What becomes of an act of each person: one way for each channel that records the kind."""
    every: list[list[Way]] = [[] for _ in people]
    for channel in case.scenario.channels:
        if kind in channel.kinds:
            held = channel if case.scenario.errors else channel.faithful()
            delay, double = held.value("delay"), held.value("duplicate")
            for one, enters in zip(every, _enters(case, held, views, people).tolist(), strict=True):
                one.append(Way(round(enters, 12), delay, double))
    return [tuple(one) for one in every]


def _enters(case: Case, channel: Channel, views: Views, people: Ints) -> NDArray[np.float64]:
    """The chance that an act is entered on its actor: within reach, not missed, and not on somebody else."""
    society = case.society
    at = views.at(views.sensing)
    minority = society.code("community", "minority")
    who = {"urban": society.code("residence", "urban"), "minority": minority}
    entered = channel.entered(people, at, seed=society.seed, **who)
    if not channel.strays:
        return entered
    ratio = np.where(at(people, "community") == minority, channel.value("false_match_ratio"), 1.0)
    return np.asarray(entered * (1 - np.minimum(channel.value("false_match") * ratio, 1.0)))
