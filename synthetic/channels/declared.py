"""Types that every mechanism reads: what a channel's file declares, and what passes through the channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import ModuleType

import numpy as np

from synthetic.draws import pack, sparse, sparse_streams, uniform
from synthetic.source import Dial

MAX_DELAY = 12
Columns = Mapping[str, np.ndarray]
At = Callable[[np.ndarray, str], np.ndarray]
"""`at(people, column)` gives a column of people as the channel sees it."""


@dataclass(frozen=True)
class Acts:
    """True acts of one period: person, kind, and the number `k` that makes the address unique in the grid."""

    person: np.ndarray
    period: int
    kind: np.ndarray
    k: np.ndarray

    @cached_property
    def address(self) -> np.ndarray:
        """The packed address of each act, worked out once."""
        return pack(self.person, self.period, self.kind, self.k)

    def take(self, which: np.ndarray) -> Acts:
        """Some of the acts, by mask or index, with their addresses."""
        made = Acts(self.person[which], self.period, self.kind[which], self.k[which])
        made.__dict__["address"] = self.address[which]
        return made


@dataclass(frozen=True)
class Sensed:
    """What a channel makes of acts: aligned arrays, one row per covered act."""

    acts: Acts
    delay: np.ndarray
    missed: np.ndarray
    strayed: np.ndarray
    doubled: np.ndarray


@dataclass(frozen=True)
class Arisen:
    """Entries that a channel makes without an act of their subject: aligned arrays, one row each.

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


@dataclass(frozen=True)
class Declared:
    """What the file of a channel declares.

    `mistakes` names the column ("community") in which the person wrongly entered equals the actor, if there is such a
    person; "name" means that people are found by their full name among `searched` people (see `namesakes`), "" that any
    neighbor can be entered. `among` says where such a person is looked for ("grid", "city", "society"). `whose` names a
    column that is yes for the people the channel is about, `through` one that is yes for people it reaches in full.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    mistakes: str
    numbers: Mapping[str, Dial]
    mechanism: str = "acts"
    among: str = "grid"
    whose: str = ""
    through: str = ""

    @property
    def dials(self) -> dict[str, Dial]:
        """Its numbers by path."""
        return {d.path: d for d in self.numbers.values()}

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of people that it reads, in order."""
        found = ["age", "community", "household", "residence", *self.shared, self.whose, self.through]
        found += ["camera_density"] if "density_half" in self.numbers else []
        found += mechanism_of(self.mechanism).COLUMNS if self.mechanism != "acts" else ()
        return tuple(dict.fromkeys(column for column in found if column))

    @property
    def drawn_by(self) -> str:
        """The coarsest unit whose people share a draw of the channel itself, of `variables.DRAWN_BY`.

        It is the grid where a false match enters an act on a neighbor, a warden has a load, or the mechanism says so.
        A namesake anywhere in the city ties no two people who are often looked at together.
        """
        neighbors = self.strays and self.among == "grid"
        if neighbors or "load" in self.numbers or self.mechanism == "gate":
            return "grid"
        return "person"

    @property
    def heeds(self) -> frozenset[str]:
        """The columns of people on which what it records depends, as its numbers stand; more for rare mechanisms.

        >>> from synthetic.channels import Channel
        >>> sorted(Channel.load("cameras").faithful().heeds)
        ['age', 'camera_density', 'household', 'residence']
        """
        rare = self.mechanism != "acts"
        found = {"age", "household", self.whose, self.through}
        found |= {"camera_density"} if "density_half" in self.numbers else set()
        found |= set(mechanism_of(self.mechanism).COLUMNS) if rare else set()
        if self.value("false_match"):
            found |= set(self.shared)
        if rare or self.value("coverage_urban") != self.value("coverage_rural"):
            found.add("residence")
        for key in self.numbers:
            # A ratio of a rate that is 0 changes nothing.
            if key.endswith("_ratio") and self.value(key) != 1:
                rate = self.numbers.get(key.removesuffix("_ratio"))
                found |= {"community"} if rare or rate is None or rate.value else set()
        return frozenset(found - {""})

    @property
    def by_name(self) -> bool:
        """Whether people are found by their full name, so that namesakes are mistaken for each other."""
        return self.mistakes == "name"

    @property
    def shared(self) -> tuple[str, ...]:
        """The columns that decide who is mistaken for whom."""
        if self.by_name:
            return ("surname", "given_name", "name_share", *(["city"] if self.among == "city" else []))
        return (self.mistakes,)

    @property
    def strays(self) -> bool:
        """Whether its false matches enter acts on somebody else (screening has false alarms instead)."""
        return self.mechanism == "acts" or bool(mechanism_of(self.mechanism).STRAYS)

    @property
    def summary(self) -> str:
        """What its mechanism does, in one line."""
        doc = "An act is recorded, missed, doubled, or entered on somebody else."
        return doc if self.mechanism == "acts" else (mechanism_of(self.mechanism).__doc__ or "").splitlines()[0]

    def value(self, key: str) -> float:
        """One of its numbers."""
        return float(self.numbers[key].value)


def mechanism_of(mechanism: str) -> ModuleType:
    """The module of a mechanism."""
    return import_module(f"synthetic.channels.{mechanism}")


def coin(channel: Declared, what: str, address: np.ndarray, seed: int) -> np.ndarray:
    """A uniform of the channel at each address."""
    return uniform(sparse(seed, f"channel:{channel.name}:{what}", address))


def coins(channel: Declared, what: Sequence[str], address: np.ndarray, seed: int) -> np.ndarray:
    """Several uniforms of the channel at each address: float64 (what, n)."""
    return uniform(sparse_streams(seed, [f"channel:{channel.name}:{one}" for one in what], address))


def by_group(channel: Declared, rate: str, ratio: str, minority: np.ndarray) -> np.ndarray:
    """One of the channel's rates, times its ratio for the minority."""
    return channel.value(rate) * np.where(minority, channel.value(ratio), 1.0)
