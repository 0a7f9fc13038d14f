"""Twins: the same world with one thing changed. The difference from the base run is the effect.

A full twin runs everybody again. If households meet only in strayed entries and along ties, the twin is made from
replays of the households whose inputs differ, all roots in one batch. Roots whose differences meet in the batch are
run again in smaller batches in which no two of them meet. Where people compete for places, or a model scores them
together, any two roots may meet, so each of a sample of roots has a world of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from testbed.history import History, overlay
from testbed.models import Scorer
from testbed.twins.changes import Assign, Inject, Switch
from testbed.twins.differences import NOBODY, touched
from testbed.twins.replaying import Replay, differing, replay
from testbed.twins.roots import apart, by_root, led_to, roots_of
from testbed.world import Injection, Scheme, Society, Views, World, record_columns


@dataclass(frozen=True)
class Twin:
    """What a changed world left.

    `roots`: the people whom the change begins with; none if it is for everybody. `rows`: makes the table of who
    differs from the base (see `touched`); None without roots. `alone`: for each root that met another in the batch, the
    replay in which it does not. `views`: what readers are shown, if the change assigns an attribute.
    """

    history: History
    roots: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    rows: Callable[[], pd.DataFrame] | None = None
    alone: Mapping[int, Replay] = field(default_factory=dict)
    views: Views | None = None


@dataclass(frozen=True)
class Batch:
    """Roots that were replayed together.

    `homes`: the root of each household that differs. `crowded`: the roots whose differences met another root's.
    """

    roots: np.ndarray
    part: Replay
    homes: dict[int, int]
    crowded: np.ndarray


def separable(society: Society, scheme: Scheme) -> bool:
    """Whether households meet only in strayed entries and along ties, a month later: no quota, no joint model."""
    return scheme.alone and not society.scenario.regime.coupled


def injected(society: Society, scheme: Scheme, history: History, change: Inject) -> Injection:
    """The wrong entry to inject, and on whom (see `roots_of`): a sample, unless households are separable."""
    sample = None if separable(society, scheme) else society.scenario.error.sample
    return roots_of(society, history, change, sample=sample)


def changed(society: Society, scheme: Scheme, history: History, change: Inject | Assign) -> Twin:
    """The twin of a base run, with wrong entries injected or an attribute assigned.

    Raises InputError if the change names a kind, a person or an attribute that cannot be changed.
    """
    if isinstance(change, Inject):
        return _injected(society, scheme, history, change)
    return _assigned(society, scheme, history, change)


def switched(society: Society, scheme: Scheme, periods: int, change: Switch) -> tuple[Scheme, History]:
    """The scheme and the history of a society whose scenario has the dial at its other value.

    `scheme`: that of the base. It stays as fitted; a rule book takes the scenario's dials of the model.
    """
    scenario = society.scenario
    if change.dial.startswith("model.") and scenario.rulebook is not None:
        scorer = Scorer(scenario.rulebook, record_columns(scenario))
        scheme = Scheme(scorer, scheme.decide, scheme.row_wise, scheme.needs, scheme.fitted)
    return scheme, World(society, scheme, periods).run()


def _injected(society: Society, scheme: Scheme, base: History, change: Inject) -> Twin:
    injection = injected(society, scheme, base, change)
    roots = injection.roots
    if not len(roots):
        return Twin(base, roots)
    if separable(society, scheme):
        return _joined(
            society, base, roots, replays(society, scheme, base, roots, injection=injection), injection.period
        )
    return _joined(society, base, roots, one_by_one(society, scheme, base, injection), injection.period)


def _assigned(society: Society, scheme: Scheme, base: History, change: Assign) -> Twin:
    scenario = society.scenario
    if change.attribute in scenario.by_tie:
        raise InputError(
            f"attribute to assign: {change.attribute!r} comes by ties, which stay as they are in every twin."
        )
    if change.attribute not in scenario.recipe.variables:
        raise unknown("attribute to assign", change.attribute, scenario.recipe.variables)
    if why := scenario.recipe.fixed(change.attribute):
        raise InputError(f"attribute to assign: {why}.")
    people = None if change.people is None else np.array(change.people, np.int64)
    views = society.shown(change.attribute, change.value, people, change.readers)
    if people is None or not separable(society, scheme):
        return Twin(World(society, scheme, base.periods, views=views).run(), views=views)
    if not len(people):
        return Twin(base, people)
    _, first = np.unique(society.household[people], return_index=True)
    roots = people[np.sort(first)]
    return _joined(society, base, roots, replays(society, scheme, base, roots, views=views), 0, views)


def _joined(
    society: Society, base: History, roots: np.ndarray, made: Iterator[Batch], since: int, views: Views | None = None
) -> Twin:
    """The twin from batches: all roots in the first, and those that met there again in smaller ones."""
    batches = list(made)
    alone: dict[int, Replay] = {}
    for one in batches[1:]:
        alone |= dict.fromkeys(np.setdiff1d(one.roots, one.crowded).tolist(), one.part)

    def rows() -> pd.DataFrame:
        kept = []
        for one in batches:
            table = touched(society, base, one.part.history, one.homes, since)
            if len(one.roots) == 1:
                table["root"] = one.roots[0]
            kept.append(table[~table["root"].isin([NOBODY, *one.crowded.tolist()])])
        return pd.concat(kept).sort_values(["root", "person"], ignore_index=True)

    return Twin(overlay(base, batches[0].part.history), roots, rows, alone, views)


def replays(
    society: Society,
    scheme: Scheme,
    base: History,
    roots: np.ndarray,
    *,
    views: Views | None = None,
    injection: Injection | None = None,
) -> Iterator[Batch]:
    """Replay all roots in one batch, then those that met there in batches that keep them apart, until none meet."""
    waiting = [roots]
    while waiting:
        batch = waiting.pop(0)
        shown, added = views, injection
        if len(batch) < len(roots):
            added = None if injection is None else Injection(batch, injection.kind, injection.period)
            if views is not None:
                shown = views.only(np.isin(society.household, society.household[batch]), society.views)
        part = replay(society, scheme, base, batch, views=shown, injection=added)
        homes, component = by_root(society, part, batch)
        smaller = apart(batch, component)
        yield Batch(batch, part, homes, np.concatenate([*smaller, np.empty(0, np.int64)]))
        waiting += smaller


def one_by_one(society: Society, scheme: Scheme, base: History, injection: Injection) -> Iterator[Batch]:
    """Run the whole society with all roots, then with each alone; only once if the model reads no record."""
    roots = injection.roots
    crowded = roots if len(roots) > 1 and not scheme.blind else roots[:0]
    for batch in (roots, *crowded.reshape(-1, 1)):
        world = World(society, scheme, base.periods, injection=replace(injection, roots=batch))
        part = differing(society, base, world.run(), batch)
        homes = dict(zip(society.household[batch].tolist(), batch.tolist(), strict=True))
        if len(batch) == 1:
            homes = dict.fromkeys(led_to(part.links, list(homes)), int(batch[0]))
        yield Batch(batch, part, homes, crowded if len(batch) > 1 else roots[:0])
