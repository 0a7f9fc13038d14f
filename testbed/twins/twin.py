"""Twins: the same world with one thing changed; the difference is the effect.

A full twin runs everybody again. An incremental twin replays only the households whose inputs differ, against the base
run's log of strayed entries and its lists, and takes in further households until nothing new differs; it equals the
full twin byte for byte. Roots of a batch that meet are run again apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from testbed.history import History, Strays
from testbed.regimes import LISTED, adverse_bits, tied
from testbed.world import Injection, Scheme, Society, Views, World


@dataclass(frozen=True)
class Inject:
    """Wrong entries added; None: the scenario's `[error]`. One root in a household at the most.

    `people` names the roots instead of drawing them (then `per_1000` is not used).
    """

    kind: str | None = None
    period: int | None = None
    per_1000: float | None = None
    people: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Assign:
    """An attribute set from the start: for everybody (people=None) or some, for all readers or some.

    For a household-assigned attribute the whole household changes. `readers`: any of circumstances,
    sensing, direct, regime; () for all of them.
    """

    attribute: str
    value: str
    people: tuple[int, ...] | None = None
    readers: tuple[str, ...] = ()

    def __init__(
        self, attribute: str, value: str, people: Sequence[int] | None = None, readers: Sequence[str] = ()
    ) -> None:
        object.__setattr__(self, "attribute", attribute)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "people", None if people is None else tuple(int(one) for one in people))
        object.__setattr__(self, "readers", tuple(readers))


@dataclass(frozen=True)
class Switch:
    """A dial at another value: a right granted, a channel made faithful, a rule off. The model stays as fitted."""

    dial: str
    value: object


Change = Inject | Assign | Switch


@dataclass(frozen=True)
class Replay:
    """Some households run again: who, what happened to them, and which households a difference went between."""

    people: np.ndarray
    history: History
    links: list[tuple[int, int]]


def replay(
    society: Society,
    scheme: Scheme,
    base: History,
    roots: np.ndarray,
    *,
    views: Views | None = None,
    injection: Injection | None = None,
) -> Replay:
    """The households of `roots`, and all that a difference reaches, run against the base run's log."""
    active = np.isin(society.household, society.household[roots])
    while True:
        people = np.flatnonzero(active)
        world = World(society, scheme, base.periods, views=views, people=people, base=base, injection=injection)
        history = world.run()
        links = strayed_between(society, base, history, active)
        for one, other in world.moved:
            links += zip(society.household[one].tolist(), society.household[other].tolist(), strict=True)
        links += tied_between(society, base, history)
        fresh = np.isin(society.household, np.array(links, np.int64)) & ~active
        if not fresh.any():
            return Replay(people, history, links)
        active |= fresh


def strayed_between(society: Society, base: History, now: History, active: np.ndarray) -> list[tuple[int, int]]:
    """(household of the actor, household of the victim) for every stray that is in one world and not in the other."""
    found: set[tuple[int, int]] = set()
    for theirs, mine in zip(base.strays, now.strays, strict=True):
        inside = active[theirs.acts.person]
        before = _keys(theirs, inside)
        after = _keys(mine, np.ones(len(mine.victim), bool))
        for actor, victim in {key[:2] for key in before ^ after}:
            found.add((int(society.household[actor]), int(society.household[victim])))
    return sorted(found)


def tied_between(society: Society, base: History, now: History) -> list[tuple[int, int]]:
    """(household, household at the other end of a tie) of everybody whose lists differ where a neighbor reads them."""
    regime, people = society.scenario.regime, now.people
    masks = dict.fromkeys(regime.ties, regime.reaching_bits)
    if LISTED in society.scenario.held:
        masks["acquaintances"] = masks.get("acquaintances", np.uint16(0)) | adverse_bits(regime)
    if not masks:
        return []
    differs = np.zeros(len(people), np.uint16)
    for t in range(base.periods - 1):
        differs |= base.lists(t)[people] ^ now.lists(t)
    found: set[tuple[int, int]] = set()
    for name, mask in masks.items():
        source = people[differs & mask > 0]
        place, ends = tied(society.ties(name), source)
        found.update(zip(society.household[source[place]].tolist(), society.household[ends].tolist(), strict=True))
    return sorted(found)


def _keys(strays: Strays, which: np.ndarray) -> set[tuple[int, int, int, int, int]]:
    which = which & (strays.victim >= 0)
    acts = strays.acts.take(which)
    return set(
        zip(
            acts.person.tolist(),
            strays.victim[which].tolist(),
            acts.kind.tolist(),
            acts.k.tolist(),
            strays.delay[which].tolist(),
            strict=True,
        )
    )


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


def apart(roots: np.ndarray, component: np.ndarray) -> list[np.ndarray]:
    """Batches of roots with one of each component at the most; without the components that hold a single root."""
    _, place, many = np.unique(component, return_inverse=True, return_counts=True)
    waiting, label = roots[many[place] > 1], place[many[place] > 1]
    batches = []
    while len(waiting):
        _, first = np.unique(label, return_index=True)
        batches.append(np.sort(waiting[first]))
        waiting, label = np.delete(waiting, first), np.delete(label, first)
    return batches
