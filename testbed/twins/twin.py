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
    """A change that adds wrong entries to the record.

    Hand it to `Case.twin`. The people who get a wrong entry are the roots of the twin. A root is in scope of the scheme
    and shares its household with no other root. A root that is drawn has not done what the entry says.

    Parameters
    ----------
    kind : str, optional
        Kind of conduct that the entry claims, one of `Scenario.kinds`. Default: `[error] kind` of the scenario.
    period : int, optional
        Month in which the entry enters the record, counted from 0. A month after the last one leaves the world as it
        is. Default: `[error] period` of the scenario.
    per_1000 : float, optional
        How many people in 1,000 get a wrong entry. Default: `[error] per_1000` of the scenario.
    people : tuple of int, optional
        Ids of the roots, each in a household of its own. Default: roots are drawn. When they are named, `per_1000`
        is not used.

    See Also
    --------
    Assign : Set an attribute instead.
    Switch : Set a dial instead.

    Notes
    -----
    Each person has one draw, addressed by seed, person, month and kind, and is a root if it lies below `per_1000` /
    1000. Of several in one household the one with the smallest draw is the root, so a larger share keeps the roots of a
    smaller one.

    Examples
    --------
    >>> from testbed import Inject
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> twin = case.twin(Inject(kind="judgment_default", period=1, people=(3,)))
    >>> twin.roots.tolist()
    [3]
    >>> int(twin.history.injected(case.people.index).sum())
    1
    """

    kind: str | None = None
    period: int | None = None
    per_1000: float | None = None
    people: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Assign:
    """A change that sets an attribute of people from the first month on.

    Hand it to `Case.twin`. What depends on the attribute in the recipe follows from the new value with the same draws.
    An attribute that belongs to a household changes for the whole household.

    Parameters
    ----------
    attribute : str
        Variable of the scenario's recipe, such as "community" or "sex". Attributes that come by ties cannot be set.
    value : str
        The new value: one of the levels of the attribute.
    people : sequence of int, optional
        Ids of the people whose attribute is set. Default: everybody.
    readers : sequence of {"circumstances", "sensing", "direct", "regime"}, default ()
        Who sees the new value: conduct and the other columns of the model ("circumstances"), the channels that record
        ("sensing"), the model's own column of the attribute ("direct"), the regime ("regime", which reads no attribute
        here). Empty: all of them.

    See Also
    --------
    Inject : Add wrong entries instead.
    Switch : Set a dial instead.

    Notes
    -----
    The twin answers the counterfactual "what if this person had been ...", in the sense of Pearl (2009): the attribute
    is set, the draws stay, and effects are worked out again. One reader at a time gives path-specific effects.

    Examples
    --------
    >>> from testbed import Assign
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> twin = case.twin(Assign("community", "minority", readers=["sensing"]))
    >>> twin.change.readers, twin.base is case
    (('sensing',), True)
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
    """A change that puts one dial of the scenario at another value.

    Hand it to `Case.twin`. Use it to grant a right, to make a channel faithful, or to turn a rule off. The model stays
    as it was fitted.

    Parameters
    ----------
    dial : str
        Path of the dial, as `testbed show SCENARIO` prints it, such as "channels.errors".
    value : object
        The new value: a number in the range of the dial, or "on" or "off" for a switch.

    See Also
    --------
    Scenario.set : Set dials before anything runs; a model that learns is then fitted again.
    Inject : Add wrong entries instead.
    Assign : Set an attribute instead.

    Examples
    --------
    >>> from testbed import Switch
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.twin(Switch("channels.errors", "off")).scenario.name
    'rongcheng{channels.errors=off}'
    """

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
