"""Rare entries without an act: Poisson candidates by grid, among adults; a higher rate or ratio only adds entries.

Errors come from two streams: one at the common rate (thinned for the minority if the ratio is below 1), and
one for what a ratio above 1 adds.
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
"""The first number (k) of an entry without an act; true acts have smaller ones."""

BLOCK = 64
"""How many entries of one sort a person can have in a month."""

TRUE, ERROR, ADDED = range(3)
"""Sorts: true marks and exposures; errors; errors that a ratio above 1 adds."""

Array = np.ndarray


@dataclass(frozen=True)
class Scope:
    """What entries without an act are made from: a month, whole grids, and the columns that the channel sees."""

    period: int
    at: At
    grids: Array
    size: int
    seed: int
    urban: int
    minority: int


def events(channel: Declared, what: str, rate: float, scope: Scope, sort: int = TRUE) -> tuple[Array, Array]:
    """(person, k) of rare events at `rate` per month and adult that the channel is about; a person may have several."""
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
    """The number (k) of each event: it counts the events of a person, from the first number of the sort on."""
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

    A faithful entry is in the shadow record, and in the record unless it is `lost`; any other is in the record only.
    """
    n = len(person)
    acts = Acts(person, scope.period, np.zeros(n, np.int64), k)
    delay = waiting(coin(channel, "delay", acts.address, scope.seed), 0.0 if at_once else channel.value("delay"))
    code = ORIGINS.index(origin)
    real = np.ones(n, bool) if lost is None else ~lost
    return Arisen(acts, delay, np.full(n, code, np.int8), real, np.full(n, code == 0))


def joined(*parts: Arisen) -> Arisen:
    """Entries of one month, concatenated."""
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
    """No entries."""
    none = np.empty(0, np.int64)
    return Arisen(Acts(none, period, none, none), none, none.astype(np.int8), none.astype(bool), none.astype(bool))
