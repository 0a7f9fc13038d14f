"""The roots of a twin: who gets the wrong entry, which household goes back to which root, and which roots meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError, unknown
from testbed.history import History
from testbed.twins.changes import Inject
from testbed.twins.replaying import Replay
from testbed.world import Injection, Society


def roots_of(society: Society, history: History, change: Inject, *, sample: int | None = None) -> Injection:
    """The wrong entry to inject, and on whom: people in scope who did not act so, at most one per household.

    `sample`: so many people, those with the smallest draws, if `per_1000` is above 0; None: the share `per_1000`.
    Raises InputError if the kind is unknown, or if a person who is named cannot be a root.
    """
    scenario = society.scenario
    error = scenario.error
    kind = error.kind if change.kind is None else change.kind
    period = error.period if change.period is None else change.period
    share = (error.per_1000 if change.per_1000 is None else change.per_1000) / 1000
    if kind not in scenario.kinds:
        raise unknown("kind to inject", kind, scenario.kinds)
    code = scenario.kinds.index(kind)
    named = None if change.people is None else _named(society, change.people)
    if period >= history.periods:
        return Injection(np.empty(0, np.int64), code, history.periods)
    if named is not None:
        return Injection(named, code, period)
    coin = uniform(sparse(society.seed, "inject", pack(society.ids, period, code)))
    innocent = ~history.acted(code, period)
    if sample is not None and share > 0:
        share = 1.0
    could = np.flatnonzero(society.scored & innocent & (coin < share))
    order = could[np.argsort(coin[could], kind="stable")]
    _, first = np.unique(society.household[order], return_index=True)
    return Injection(np.sort(order[np.sort(first)[:sample]]), code, period)


def _named(society: Society, people: tuple[int, ...]) -> np.ndarray:
    """The ids of named roots, in order. Raises InputError unless they exist, are in scope and share no household."""
    roots = np.unique(np.array(people, np.int64))
    for person in roots.tolist():
        if not 0 <= person < society.size:
            raise InputError(f"person {person} does not exist: allowed are 0 to {society.size - 1}.")
        if not society.scored[person]:
            raise InputError(f"person {person} is not scored in {society.scenario.name}: no entry about them is read.")
    if len(np.unique(society.household[roots])) < len(roots):
        raise InputError("two of the people named for a wrong entry share a household; name one of them.")
    return roots


def by_root(society: Society, part: Replay, roots: np.ndarray) -> tuple[dict[int, int], np.ndarray]:
    """(household -> root, component of each root): roots of one component have differences that meet."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    homes = np.unique(society.household[part.people])
    index = {int(home): place for place, home in enumerate(homes)}
    pairs = np.array([(index[a], index[b]) for a, b in part.links if a in index and b in index], np.int64).reshape(
        -1, 2
    )
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(homes), len(homes)))
    _, label = connected_components(graph, directed=False)
    mine = label[[index[int(home)] for home in society.household[roots]]]
    owner = dict(zip(mine.tolist(), roots.tolist(), strict=True))
    return {int(home): owner[int(one)] for home, one in zip(homes, label, strict=True) if int(one) in owner}, mine


def led_to(links: Sequence[tuple[int, int]], homes: Sequence[int]) -> set[int]:
    """The households to which links lead from these, step by step, and these themselves.

    >>> sorted(led_to([(1, 2), (2, 3), (5, 3)], [1]))
    [1, 2, 3]
    """
    onward = defaultdict(list)
    for one, other in links:
        onward[one].append(other)
    found, waiting = set(homes), list(homes)
    while waiting:
        fresh = set(onward[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return found


def apart(roots: np.ndarray, component: np.ndarray) -> list[np.ndarray]:
    """Batches of roots with at most one of each component; components with a single root are left out."""
    _, place, many = np.unique(component, return_inverse=True, return_counts=True)
    waiting, label = roots[many[place] > 1], place[many[place] > 1]
    batches = []
    while len(waiting):
        _, first = np.unique(label, return_index=True)
        batches.append(np.sort(waiting[first]))
        waiting, label = np.delete(waiting, first), np.delete(label, first)
    return batches
