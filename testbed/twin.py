"""Twins: the same world with one thing changed; the difference is the effect.

A full twin runs everybody again. An incremental twin replays only the households whose inputs differ,
against the base run's log of strayed entries, and takes in further households until nothing new
differs; it equals the full twin byte for byte. Roots of a batch that meet are run again apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthetic.channels.base import Acts
from synthetic.ledger import Ledger
from testbed.history import History, Strays
from testbed.monthly import Laid
from testbed.society import Society, Views
from testbed.tied import LISTED, adverse_bits, outside, tied
from testbed.world import Injection, Scheme, World

TOUCHED = ("root", "person", "hop", "first", "last", "score", "decision", "list", "sanction")


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


def overlay(base: History, part: Replay, injection: Injection | None) -> History:
    """The whole twin: the base run with the replayed people in their new lives."""
    people, run = part.people, part.history
    inside = np.zeros(len(base.people), bool)
    inside[people] = True

    def laid(name: str) -> Any:
        old, new = getattr(base, name), getattr(run, name)
        return None if old is None else Laid(old, people, new)

    kept = base.ledger.where(~inside[base.ledger.subject])
    ledger = Ledger.build([kept.columns, run.ledger.columns], base.kinds, base.ledger.channels)
    return History(
        people=base.people,
        kinds=base.kinds,
        list_names=base.list_names,
        sanction_names=base.sanction_names,
        scores=laid("scores"),
        decisions=laid("decisions"),
        deserved_=laid("deserved_"),
        lists_=laid("lists_"),
        sanctions_=laid("sanctions_"),
        ledger=ledger,
        acts=tuple(_joined(old, new, inside) for old, new in zip(base.acts, run.acts, strict=True)),
        strays=tuple(
            Strays(
                _joined(old.acts, new.acts, inside),
                *(
                    np.concatenate([getattr(old, name)[~inside[old.acts.person]], getattr(new, name)])
                    for name in ("channel", "delay", "victim")
                ),
            )
            for old, new in zip(base.strays, run.strays, strict=True)
        ),
        roots=np.empty(0, np.int64) if injection is None else injection.roots,
        since=0 if injection is None else injection.period,
        schemes=laid("schemes"),
    )


def _joined(old: Acts, new: Acts, inside: np.ndarray) -> Acts:
    kept = old.take(~inside[old.person])
    person, kind, k = (np.concatenate([getattr(kept, name), getattr(new, name)]) for name in ("person", "kind", "k"))
    return Acts(person, old.period, kind, k)


def touched(society: Society, base: History, part: Replay, roots: dict[int, int], since: int) -> pd.DataFrame:
    """Who differs from the base at some month from `since` on, one row each, with the root it goes back to.

    `roots` maps households to their root. hop: self, or the shortest tie to the root: household, kin, employer,
    colleague, acquaintance, none; displaced, with root -1, where no
    entry leads back to any root: a model that looks at people together moved them. first, last: months of the first and
    last difference in anything a rule reads (standing counts, score, decision, lists, sanctions);
    last is the final month where the worlds have not come together again.
    """
    people, run = part.people, part.history
    periods = base.periods
    kinds = len(base.kinds)
    differs = {
        "score": _unequal(base.scores[:, people], run.scores[:]),
        "decision": base.decisions[:, people] != run.decisions[:],
        "list": base.lists_[:, people] != run.lists_[:],
        "sanction": base.sanctions_[:, people] != run.sanctions_[:],
    }
    place = np.full(society.size, -1, np.int64)
    place[people] = np.arange(len(people))
    mine = base.ledger.where(place[base.ledger.subject] >= 0)
    record = np.zeros((periods, len(people)), bool)
    for t in range(since, periods):
        both = []
        for ledger in (mine, run.ledger):
            held = ledger.standing(t)
            flat = place[ledger.subject[held]] * kinds + ledger.kind[held]
            both.append(np.bincount(flat, minlength=len(people) * kinds).reshape(-1, kinds))
        record[t] = (both[0] != both[1]).any(axis=1)
    anything = record | np.logical_or.reduce(list(differs.values()))
    if base.schemes is not None and run.schemes is not None:
        anything |= base.schemes[:, people] != run.schemes[:]
    anything[:since] = False
    who = np.flatnonzero(anything.any(axis=0))
    household = society.household[people[who]]
    root = np.array([roots.get(int(one), -1) for one in household], np.int64)
    hop = np.where(root < 0, "displaced", shortest(society, people[who], root))
    first = anything[:, who].argmax(axis=0)
    last = periods - 1 - anything[::-1, who].argmax(axis=0)
    return pd.DataFrame(
        {
            "root": root,
            "person": people[who],
            "hop": hop,
            "first": first,
            "last": last,
            **{name: flags[since:, who].any(axis=0) for name, flags in differs.items()},
        },
        columns=list(TOUCHED),
    )


def shortest(society: Society, people: np.ndarray, root: np.ndarray) -> np.ndarray:
    """The shortest tie of each person to a root (-1: to nobody): self, household, kin, employer, ..., none."""
    hop = np.full(len(people), "none", object)
    own = np.unique(root[root >= 0])
    known = np.flatnonzero(root >= 0)
    pair = root[known] * society.size + people[known]
    for name, (one, other) in reversed(outside(society.population, society.columns, own).items()):
        hop[known[np.isin(pair, one * society.size + other)]] = name
    hop[known[society.household[people[known]] == society.household[root[known]]]] = "household"
    hop[known[people[known] == root[known]]] = "self"
    return hop


def _unequal(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return (old != new) & ~(np.isnan(old) & np.isnan(new))


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
