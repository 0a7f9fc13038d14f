"""Some households of a base run, run again together with every household that a difference reaches.

The replay takes the rest of the society from the base run: its log of strayed entries and its lists. It takes in
further households until no new difference leaves those that are run, and then equals a run of everybody byte for byte.
Where this cannot be (a quota, a joint model) everybody is run, and the households that differ are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from testbed.history import History, Strays, differs, part_of
from testbed.regimes import LISTED, adverse_bits, tied
from testbed.world import Injection, Scheme, Society, Views, World


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


def differing(society: Society, base: History, run: History, roots: np.ndarray) -> Replay:
    """The households of `roots`, and all others that differ from the base in some way, out of a run of everybody."""
    active = np.isin(society.household, society.household[differs(base, run)])
    active |= np.isin(society.household, society.household[roots])
    people = np.flatnonzero(active)
    kept = part_of(run, people)
    return Replay(people, kept, strayed_between(society, base, kept, active) + tied_between(society, base, kept))


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
    differs, shadow = np.zeros(len(people), np.uint16), np.zeros(len(people), np.uint16)
    for t in range(base.periods - 1):
        differs |= base.lists(t)[people] ^ now.lists(t)
        shadow |= base.shadow_lists(t)[people] ^ now.shadow_lists(t)
    found: set[tuple[int, int]] = set()
    for name, mask in masks.items():
        source = people[(differs | shadow * np.uint16(name == "acquaintances")) & mask > 0]
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
