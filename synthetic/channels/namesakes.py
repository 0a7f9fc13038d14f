"""Namesakes: who is mistaken for whom where a channel finds people by their full name.

How often that happens follows from how many people of the register bear the name. The people of a run are a sample of
the register. A namesake who is not among them is stood in for by somebody of the same surname.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic.channels.declared import Acts, At, Declared
from synthetic.draws import sparse_rows, uniform

Array = np.ndarray
GIVEN, SURNAME = 20, 13
"""Bits of a given name and of a surname in the key by which people are in order: place, surname, given name."""

FINE = 1 << 20
"""Steps of a weight: weights are whole numbers, so sums of them do not depend on who is summed first."""

TRIES = 4
"""Draws before everybody who bears a name is looked through for somebody of another household."""


def mistaken(share: Array, searched: float) -> Array:
    """The chance that a search by name alone takes another person: float64, one for each share of people with the name.

    Among `searched` people the others with the name are Poisson, K with mean m = share * searched. One of the K + 1 is
    taken, each with the same chance: E[K / (K + 1)] = 1 - (1 - exp(-m)) / m.

    >>> mistaken(np.array([1e-9, 1e-6, 1e-4]), 1_000_000).round(3).tolist()
    [0.0, 0.368, 0.99]
    """
    mean = np.maximum(share * searched, 1e-9)
    return np.asarray(1 + np.expm1(-mean) / mean)


class Roll:
    """The people whom a channel can enter by mistake, in order of place, surname and given name.

    Adults whom the channel is about (`whose`). `chance` says how often each of `people` (ids, consecutive) is mistaken
    for somebody else, over the average of the place: the city, or the society.
    """

    def __init__(self, channel: Declared, at: At, people: Array) -> None:
        self.start, self.among = int(people[0]) if len(people) else 0, channel.among
        searched = channel.value("searched")
        made = mistaken(at(people, "name_share"), searched)
        key = self._keys(at, people)
        may = at(people, "age") >= 18
        if channel.whose:
            may &= at(people, channel.whose).astype(bool)
        place = np.unique(key >> (GIVEN + SURNAME), return_inverse=True)[1]
        held = np.bincount(place, may)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(place, np.where(may, made, 0.0)) / held
            self.chance = np.where(held[place] > 0, made / mean[place], 0.0)
        self._held = held[place] / searched
        order = np.flatnonzero(may)
        order = order[np.argsort(key[order], kind="stable")]
        self.ids, self.keys = people[order], key[order]
        self.ends = np.concatenate([[0], np.cumsum(np.maximum((made[order] * FINE).astype(np.int64), 1))])

    def rate(self, people: Array) -> Array:
        """How often each of these people is mistaken for somebody else, over the average of the place."""
        return np.asarray(self.chance[people - self.start])

    def taken(self, channel: Declared, acts: Acts, at: At, seed: int) -> Array:
        """The person on whom the channel enters each act: int64 (n,), -1 only if the place has no other household.

        1. A namesake, if the one who is found is in the run: with the chance that the people of the place have among
           those searched.
        2. Else somebody of the surname, who stands in for a namesake elsewhere, by how often each is mistaken. So a
           person is entered for others about as often as others are entered for this person.
        3. Where nobody bears the surname, anybody of the place, weighted alike.
        """
        victim = np.full(len(acts.person), -1)
        if not len(victim):
            return victim
        words = sparse_rows(seed, f"channel:{channel.name}:namesake", acts.address, 2 + TRIES)
        coins = uniform(words.ravel()).reshape(words.shape)
        key, home = self._keys(at, acts.person), at(acts.person, "household")
        inside = coins[:, 0] < self._held[acts.person - self.start]
        for bits in (0, GIVEN, GIVEN + SURNAME):
            left = np.flatnonzero((victim < 0) & (inside if bits == 0 else True))
            if len(left):
                low = np.searchsorted(self.keys, key[left] >> bits << bits)
                high = np.searchsorted(self.keys, ((key[left] >> bits) + 1) << bits)
                victim[left] = self._other(low, high, home[left], coins[left, 1:], lambda ids: at(ids, "household"))
        return victim

    def _other(self, low: Array, high: Array, home: Array, coins: Array, homes: Callable[[Array], Array]) -> Array:
        """One of the people at low..high - 1 of the roll who lives elsewhere, by weight; -1 if nobody does."""
        found = np.full(len(low), -1)
        for k in range(TRIES):
            left = np.flatnonzero((found < 0) & (high > low))
            if not len(left):
                return found
            first, last = self.ends[low[left]], self.ends[high[left]]
            aim = first + (coins[left, k] * (last - first)).astype(np.int64)
            other = self.ids[np.searchsorted(self.ends, aim, side="right") - 1]
            found[left] = np.where(homes(other) != home[left], other, -1)
        for one in np.flatnonzero((found < 0) & (high > low)):
            span = np.arange(low[one], high[one])
            span = span[homes(self.ids[span]) != home[one]]
            if len(span):
                ends = np.cumsum(self.ends[span + 1] - self.ends[span])
                found[one] = self.ids[span[np.searchsorted(ends, int(coins[one, -1] * ends[-1]), side="right")]]
        return found

    def _keys(self, at: At, people: Array) -> Array:
        """Place, surname and given name of each person in one number."""
        place = at(people, "city").astype(np.int64) if self.among == "city" else np.zeros(len(people), np.int64)
        surname = at(people, "surname").astype(np.int64)
        return np.asarray(((place << SURNAME) + surname << GIVEN) + at(people, "given_name"))
