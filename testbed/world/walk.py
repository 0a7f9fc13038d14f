"""Plans that are walked in a world: acts that people add to their conduct, entries of theirs that end, and moves.

Added acts pass through the channels like any other, with coins of their own. People otherwise go on as they do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Acts
from synthetic.draws import pack, sparse, uniform, within
from testbed.world.people import People

LAST = 511
"""Number of the first added act of a person, kind and month; further ones count down from it. Entries without an act
are numbered from 512, and acts of their own from 0."""

Ints = NDArray[np.int64]


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Walk:
    """What people do on purpose, one row each: person (id), month, and code of the kind.

    acts: (rows, 3) of acts. ends: (rows, 3) of entries that end in that month, one entry of the kind a row. moves:
    (rows, 3) of people who come under a city's scheme (its code) from that month on.
    """

    acts: Ints = field(default_factory=lambda: _none().reshape(0, 3))
    ends: Ints = field(default_factory=lambda: _none().reshape(0, 3))
    moves: Ints = field(default_factory=lambda: _none().reshape(0, 3))

    def added(self, done: Acts, people: People) -> Acts:
        """The acts of a month with those that are added."""
        person, kind = self._at(self.acts, done.period, people)
        if not len(person):
            return done
        order = np.lexsort((kind, person))
        person, kind = person[order], kind[order]
        _, many = np.unique(np.column_stack([person, kind]), axis=0, return_counts=True)
        k = LAST - within(many)
        while (taken := np.isin(pack(person, done.period, kind, k), done.address)).any():
            k[taken] -= many.max()
        return Acts(
            np.concatenate([done.person, person.astype(done.person.dtype)]),
            done.period,
            np.concatenate([done.kind, kind.astype(done.kind.dtype)]),
            np.concatenate([done.k, k.astype(done.k.dtype)]),
        )

    def ended(self, t: int, people: People) -> tuple[Ints, Ints]:
        """Positions and kinds of the entries that end in a month."""
        person, kind = self._at(self.ends, t, people)
        return people.at(person), kind

    def moved(
        self, t: int, people: People, movers: tuple[Ints, Ints, NDArray[np.bool_]], *, seed: int, follows: float
    ) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Who moves in a month, as `migration.movers` says it, with those who do so on purpose."""
        person, scheme = self._at(self.moves, t, people)
        if not len(person):
            return movers
        place = people.at(person)
        others = ~np.isin(movers[0], place)
        stays = uniform(sparse(seed, "walk:record", pack(person, t))) >= follows
        made = [np.concatenate([one[others], mine]) for one, mine in zip(movers, (place, scheme, stays), strict=True)]
        order = np.argsort(made[0], kind="stable")
        return made[0][order], made[1][order], made[2][order]

    def _at(self, rows: Ints, t: int, people: People) -> tuple[Ints, Ints]:
        mine = rows[rows[:, 1] == t]
        mine = mine[people.at(mine[:, 0]) >= 0]
        return mine[:, 0], mine[:, 2]
