"""Rare entries that need no act: Poisson candidates by grid, on adults, so that a higher rate or ratio only adds some.

Errors come from two streams: one at the rate of everybody (thinned for the minority where the ratio is below 1),
and one for what a ratio above 1 adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.channels.acts import waiting
from synthetic.channels.declared import Acts, Arisen, At, Declared, coin
from synthetic.draws import candidates, pack
from synthetic.errors import InputError
from synthetic.ledger import ORIGINS

FIRST = 512
"""Numbers (k) below are those of true acts."""

BLOCK = 64
"""Numbers of one sort of entry within a person and month."""

TRUE, ERROR, ADDED = range(3)
"""Sorts: true marks and exposures; errors; errors that a ratio above 1 adds."""

Array = np.ndarray


@dataclass(frozen=True)
class Scope:
    """What entries without an act are made from: a month, whole grids, and what the channel sees of their people."""

    period: int
    at: At
    grids: Array
    size: int
    seed: int
    urban: int
    minority: int


def events(channel: Declared, what: str, rate: float, scope: Scope, sort: int = TRUE) -> tuple[Array, Array]:
    """(person, k) of rare events at `rate` per adult (of those whom the channel is about) and month, or several."""
    person, _ = candidates(scope.seed, f"channel:{channel.name}:{what}", scope.grids, scope.period, rate)
    person = person[person < scope.size]
    k = numbered(person, sort, channel.name)
    keep = scope.at(person, "age") >= 18
    if channel.whose:
        keep &= scope.at(person, channel.whose).astype(bool)
    return person[keep], k[keep]


def errors(channel: Declared, what: str, rate: float, scope: Scope) -> tuple[Array, Array]:
    """(person, k) of errors at `rate` per adult and month, times the channel's false match ratio for the minority."""
    ratio = channel.value("false_match_ratio")
    person, k = events(channel, what, rate, scope, ERROR)
    added, more = events(channel, f"{what}:added", rate * max(ratio - 1, 0), scope, ADDED)
    group = scope.at(added, "community") == scope.minority
    person, k = np.concatenate([person, added[group]]), np.concatenate([k, more[group]])
    if ratio < 1:
        group = scope.at(person, "community") == scope.minority
        kept = ~group | (coin(channel, f"{what}:thin", pack(person, scope.period, 0, k), scope.seed) < ratio)
        person, k = person[kept], k[kept]
    return person, k


def numbered(person: Array, sort: int, name: str) -> Array:
    """The number (k) of each event: 0, 1, ... within its person, from the first of its sort on."""
    if not len(person):
        return np.empty(0, np.int64)
    order = np.argsort(person, kind="stable")
    same = person[order]
    start = np.flatnonzero(np.append(True, same[1:] != same[:-1]))
    many = np.diff(np.append(start, len(same)))
    if many.max() > BLOCK:
        raise InputError(f"channel {name}: {many.max()} entries of one person in a month, allowed: {BLOCK}.")
    k = np.empty(len(person), np.int64)
    k[order] = FIRST + sort * BLOCK + np.arange(len(same)) - np.repeat(start, many)
    return k


def entries(
    channel: Declared,
    person: Array,
    k: Array,
    scope: Scope,
    origin: str,
    *,
    lost: Array | None = None,
    at_once: bool = False,
) -> Arisen:
    """Entries of the channel's first kind on these people.

    A faithful origin is in the shadow record, and in the record unless it is `lost`; any other is in the record only.
    """
    n = len(person)
    acts = Acts(person, scope.period, np.zeros(n, np.int64), k)
    delay = waiting(coin(channel, "delay", acts.address, scope.seed), 0.0 if at_once else channel.value("delay"))
    code = ORIGINS.index(origin)
    real = np.ones(n, bool) if lost is None else ~lost
    return Arisen(acts, delay, np.full(n, code, np.int8), real, np.full(n, code == 0))


def joined(*parts: Arisen) -> Arisen:
    """Entries of one month, together."""
    acts = Acts(
        np.concatenate([part.acts.person for part in parts]),
        parts[0].acts.period,
        np.concatenate([part.acts.kind for part in parts]),
        np.concatenate([part.acts.k for part in parts]),
    )
    return Arisen(
        acts,
        np.concatenate([part.delay for part in parts]),
        np.concatenate([part.origin for part in parts]),
        np.concatenate([part.real for part in parts]),
        np.concatenate([part.shadow for part in parts]),
    )


def nothing(period: int) -> Arisen:
    """No entry."""
    none = np.empty(0, np.int64)
    return Arisen(Acts(none, period, none, none), none, none.astype(np.int8), none.astype(bool), none.astype(bool))
