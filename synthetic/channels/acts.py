"""Acts and what a channel makes of them: the part that every mechanism has.

Misses, strays, duplicates and stale entries are a channel's errors; whether an act is within reach, and the
delay, are the scheme's own and the same with and without errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synthetic.draws import pack, sparse, uniform

if TYPE_CHECKING:
    from synthetic.channels.base import Channel

MAX_DELAY = 12
LONGEST_STALE = 240
"""Months that an entry outlives its term by at most."""

Columns = Mapping[str, np.ndarray]
At = Callable[[np.ndarray, str], np.ndarray]
"""`at(people, column)`: what a channel sees of people."""


@dataclass(frozen=True)
class Acts:
    """True acts of one period: who, which kind, and the number that makes the address unique in the grid."""

    person: np.ndarray
    period: int
    kind: np.ndarray
    k: np.ndarray

    @property
    def address(self) -> np.ndarray:
        """The packed address of each act."""
        return pack(self.person, self.period, self.kind, self.k)

    def take(self, which: np.ndarray) -> Acts:
        """Some of the acts, by mask or index."""
        return Acts(self.person[which], self.period, self.kind[which], self.k[which])


@dataclass(frozen=True)
class Sensed:
    """What a channel makes of acts: one row per covered act, aligned."""

    acts: Acts
    delay: np.ndarray
    missed: np.ndarray
    strayed: np.ndarray
    doubled: np.ndarray


@dataclass(frozen=True)
class Arisen:
    """Entries that a channel makes without an act of their subject: one row each, aligned.

    `acts.person` is the subject, `acts.kind` an index into the channel's kinds, `acts.k` at least 512. `origin` holds
    codes of `ledger.ORIGINS`; `real` and `shadow` say which record holds the entry.
    """

    acts: Acts
    delay: np.ndarray
    origin: np.ndarray
    real: np.ndarray
    shadow: np.ndarray

    def take(self, which: np.ndarray) -> Arisen:
        """Some of the entries, by mask or index."""
        return Arisen(
            self.acts.take(which), self.delay[which], self.origin[which], self.real[which], self.shadow[which]
        )


def coin(channel: Channel, what: str, address: np.ndarray, seed: int) -> np.ndarray:
    """A uniform of the channel at each address."""
    return uniform(sparse(seed, f"channel:{channel.name}:{what}", address))


def by_group(channel: Channel, rate: str, ratio: str, minority: np.ndarray) -> np.ndarray:
    """One of the channel's rates, times its ratio for the minority."""
    return channel.value(rate) * np.where(minority, channel.value(ratio), 1.0)


def sense(channel: Channel, acts: Acts, at: At, *, seed: int, urban: int, minority: int) -> Sensed:
    """What becomes of these acts (see `Channel.sense`)."""
    from synthetic.channels.reach import coverage

    address = acts.address
    reach = coverage(channel, acts.person, at, seed=seed, urban=urban, minority=minority)
    seen = coin(channel, "coverage", address, seed) < reach
    acts, address = acts.take(seen), address[seen]
    group = at(acts.person, "community") == minority
    delay = waiting(coin(channel, "delay", address, seed), channel.value("delay"))
    missed = coin(channel, "miss", address, seed) < by_group(channel, "miss", "miss_ratio", group)
    if channel.strays:
        stray_rate = by_group(channel, "false_match", "false_match_ratio", group)
        strayed = (coin(channel, "stray", address, seed) < stray_rate) & ~missed
    else:
        strayed = np.zeros(len(address), bool)
    doubled = (coin(channel, "double", address, seed) < channel.value("duplicate")) & ~missed & ~strayed
    return Sensed(acts, delay, missed, strayed, doubled)


def staleness(channel: Channel, acts: Acts, *, seed: int) -> np.ndarray:
    """Months by which each entry outlives its term: int64 (n,) (see `Channel.staleness`)."""
    if "stale" not in channel.numbers:
        return np.zeros(len(acts.person), np.int64)
    address = acts.address
    stale = coin(channel, "stale", address, seed) < channel.value("stale")
    mean = max(channel.value("stale_months"), 1.0)
    steps = 1 - (1 - 1 / mean) ** np.arange(1, LONGEST_STALE)
    months = 1 + np.searchsorted(steps, coin(channel, "stale months", address, seed), side="right")
    return np.where(stale, months, 0).astype(np.int64)


def waiting(coin: np.ndarray, mean: float) -> np.ndarray:
    """Months between act and entry: geometric with this mean, at most 12, by inversion (monotone in the mean)."""
    if mean <= 0:
        return np.zeros(len(coin), np.int64)
    steps = 1 - (mean / (1 + mean)) ** np.arange(1, MAX_DELAY + 1)
    return np.searchsorted(steps, coin, side="right").astype(np.int64)
