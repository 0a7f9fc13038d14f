"""How a channel records acts, which every mechanism does.

Misses, strays, duplicates and stale entries are errors of a channel. Reach and delay belong to the scheme, and are the
same with and without errors.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import MAX_DELAY, Acts, At, Declared, Sensed, by_group, coin, coins
from synthetic.channels.namesakes import Roll
from synthetic.channels.reach import coverage

LONGEST_STALE = 240
"""The largest number of months by which an entry outlives its term."""


def sense(
    channel: Declared, acts: Acts, at: At, *, seed: int, urban: int, minority: int, roll: Roll | None = None
) -> Sensed:
    """What the channel makes of these acts (see `Channel.sense`)."""
    address = acts.address
    reach = coverage(channel, acts.person, at, seed=seed, urban=urban, minority=minority)
    seen = coin(channel, "coverage", address, seed) < reach
    acts, address = acts.take(seen), address[seen]
    group = at(acts.person, "community") == minority
    delays, misses, strays, doubles = coins(channel, ("delay", "miss", "stray", "double"), address, seed)
    delay = waiting(delays, channel.value("delay"))
    missed = misses < by_group(channel, "miss", "miss_ratio", group)
    strayed = np.zeros(len(address), bool)
    if channel.strays:
        rate = by_group(channel, "false_match", "false_match_ratio", group)
        strayed = (strays < (rate if roll is None else rate * roll.rate(acts.person))) & ~missed
    doubled = (doubles < channel.value("duplicate")) & ~missed & ~strayed
    return Sensed(acts, delay, missed, strayed, doubled)


def entered(channel: Declared, people: np.ndarray, at: At, *, seed: int, urban: int, minority: int) -> np.ndarray:
    """P(an act of each person is entered on somebody) (see `Channel.entered`)."""
    reach = coverage(channel, people, at, seed=seed, urban=urban, minority=minority)
    missed = by_group(channel, "miss", "miss_ratio", at(people, "community") == minority)
    return np.asarray(reach * (1 - np.minimum(missed, 1.0)))


def staleness(channel: Declared, acts: Acts, *, seed: int) -> np.ndarray:
    """Months by which each entry outlives its term: int64 (n,) (see `Channel.staleness`)."""
    if "stale" not in channel.numbers:
        return np.zeros(len(acts.person), np.int64)
    address = acts.address
    months = np.zeros(len(address), np.int64)
    stale = np.flatnonzero(coin(channel, "stale", address, seed) < channel.value("stale"))
    if len(stale):
        mean = max(channel.value("stale_months"), 1.0)
        steps = 1 - (1 - 1 / mean) ** np.arange(1, LONGEST_STALE)
        months[stale] = 1 + np.searchsorted(steps, coin(channel, "stale months", address[stale], seed), side="right")
    return months


def waiting(coin: np.ndarray, mean: float) -> np.ndarray:
    """Months between act and entry: geometric with this mean, at most 12, by inversion (monotone in the mean)."""
    if mean <= 0:
        return np.zeros(len(coin), np.int64)
    steps = 1 - (mean / (1 + mean)) ** np.arange(1, MAX_DELAY + 1)
    return np.searchsorted(steps, coin, side="right").astype(np.int64)
