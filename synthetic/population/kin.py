"""Kin outside the household: parents who live elsewhere and children who moved out, found from ids in both directions.

Heads and partners may have parents elsewhere, except a head whose parents live in. Each checks a few
people, one in each of some shuffles of the city or the society. The first who is head or partner of another household
and older by a generation is the parent, together with the partner there if old enough. From the parent's side the
shuffles are inverted and the same rule is applied, so both sides agree. People who find nobody, mostly old ones, have
no living parent. Kin in other households need not share a surname or a community.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.errors import InputError
from synthetic.layout import ROLES, Ints, Shuffle
from synthetic.population.population import Population
from synthetic.population.ties import Columns, Looked, numbers

HEAD, PARTNER, CHILD, PARENT = (ROLES.index(name) for name in ("head", "partner", "child", "parent of head"))
YOUNGEST = 15
"""The minimum number of years by which a parent is older than the child."""
NAMES = ("role", "age", "household", "composition")


class Kin:
    """Kin in other households, in a society of a given seed and size whose recipe has households.

    `columns` may hold arrays of the whole society, so that no grid has to be computed again. `values` sets dials of
    `ties.toml`.

    >>> town = Population("china-2020", 4096, seed=1)
    >>> kin = Kin(town, town.arrays())
    >>> who, parent = kin.parents(np.arange(4096))
    >>> place, child = kin.children(parent)
    >>> {(int(c), int(p)) for c, p in zip(who, parent)} == {(int(c), int(parent[k])) for k, c in zip(place, child)}
    True
    """

    def __init__(
        self, population: Population, columns: Columns | None = None, *, values: Mapping[str, object] | None = None
    ) -> None:
        for name in NAMES:
            if name not in population.recipe.variables:
                raise InputError(f"recipe {population.recipe.name} has no households with kin: {name} is missing.")
        n = numbers("kin", values)
        self.looked = Looked(population, columns)
        self.gap_low, self.gap_high = int(n.gap_low), int(n.gap_high)
        letters = population.recipe.variables["composition"].levels or ()
        self._parents_live_in = np.array(["parent" in label for label in letters])
        blocks = [population.cities] * int(n.tries_in_city) + [None] * int(n.tries_beyond)
        self.shuffles = [
            Shuffle(population.seed, f"kin:{k}", population.size, block=block) for k, block in enumerate(blocks)
        ]

    def _may_be(self, child: Ints, parent: Ints) -> NDArray[np.bool_]:
        """Whether the rule allows each pair to be child and parent."""
        role, age, home, composition = self.looked.at(np.stack([child, parent]), *NAMES)
        grown = (role == HEAD) | (role == PARTNER)
        free = ~((role[0] == HEAD) & self._parents_live_in.take(composition[0]))
        gap = age[1].astype(np.int64) - age[0]
        older = (gap >= self.gap_low) & (gap <= self.gap_high)
        return np.asarray(grown.all(axis=0) & free & older & (home[0] != home[1]))

    def _link(self, people: Ints) -> Ints:
        """The first parent that each person finds, and the number of the shuffle; -1 if there is none."""
        made = np.full((2, len(people)), -1)
        for k, shuffle in enumerate(self.shuffles):
            open_ = np.flatnonzero(made[0] < 0)
            to = shuffle.to(people[open_])
            fits = self._may_be(people[open_], to)
            made[0, open_[fits]], made[1, open_[fits]] = to[fits], k
        return made

    def partner(self, people: ArrayLike) -> Ints:
        """The partner of each head and head of each partner; -1 for everybody else."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        role, home = self.looked.at(people, "role", "household")
        beside = np.where(role == PARTNER, people - 1, np.minimum(people + 1, self.looked.population.size - 1))
        other, there = self.looked.at(beside, "role", "household")
        couple = (home == there) & (((role == HEAD) & (other == PARTNER)) | ((role == PARTNER) & (other == HEAD)))
        return np.where(couple, beside, -1)

    def _older(self, child: Ints, other: Ints) -> Ints:
        """`other` if there is one who is old enough to be a parent of the child; otherwise -1."""
        age = self.looked.at(np.stack([child, np.maximum(other, 0)]), "age")[0].astype(np.int64)
        return np.where((other >= 0) & (age[1] - age[0] >= YOUNGEST), other, -1)

    def parents(self, people: ArrayLike) -> tuple[Ints, Ints]:
        """Parents in other households: (place in `people`, id of the parent), sorted."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        link = self._link(people)[0]
        who = np.flatnonzero(link >= 0)
        other = self._older(people[who], self.partner(link[who]))
        return _sorted(np.concatenate([who, who[other >= 0]]), np.concatenate([link[who], other[other >= 0]]))

    def children(self, people: ArrayLike) -> tuple[Ints, Ints]:
        """Children in other households: (place in `people`, id of the child), sorted."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        other = self.partner(people)
        place = np.concatenate([np.arange(len(people)), np.flatnonzero(other >= 0)])
        parent = np.concatenate([people, other[other >= 0]])
        found: list[tuple[Ints, Ints]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for k, shuffle in enumerate(self.shuffles):
            child = shuffle.back(parent)
            fits = np.flatnonzero(self._may_be(child, parent))
            fits = fits[self._link(child[fits])[1] == k]
            fits = fits[self._older(child[fits], people[place[fits]]) >= 0]
            found.append((place[fits], child[fits]))
        return _sorted(np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found]))

    def of(self, people: ArrayLike) -> tuple[Ints, Ints]:
        """Parents, children, brothers and sisters in other households: (place in `people`, id), sorted, each once."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        who, parent = self.parents(people)
        place, sibling = self.children(parent)
        other = np.flatnonzero(sibling != people[who[place]])
        ours, child = self.children(people)
        pairs = np.stack(
            [np.concatenate([who, ours, who[place[other]]]), np.concatenate([parent, child, sibling[other]])]
        )
        pairs = np.unique(pairs, axis=1)
        return pairs[0], pairs[1]


def _sorted(who: Ints, whom: Ints) -> tuple[Ints, Ints]:
    order = np.lexsort((whom, who))
    return who[order], whom[order]
