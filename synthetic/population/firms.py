"""Employers: who works for whom, computed from ids in both directions, and facts about firms; nothing is stored.

In each sector (industry, services) every person of a city has a desk, assigned by a shuffle of the city. Desks form
yards of 1,024, which are filled with firms from the first desk on, as a grid is with households. A person who is
employed in the sector works for the firm of the desk. A firm exists if somebody works for it; the first worker is its
owner. A firm whose drawn size is n has as many desks as n workers take in this society, so it has n workers on average.
The exponent of the power law of sizes (Axtell 2001) is chosen so that firms that exist have `mean_workers` on average.
Firms larger than a yard are not modelled, and farms are not firms.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import GRID, pack, sparse, uniform, within
from synthetic.errors import InputError
from synthetic.layout import Ints, Shuffle
from synthetic.population.population import Population
from synthetic.population.ties import Columns, Looked, numbers, sample
from synthetic.variables import Column, normal

SECTORS = ("industry", "services")
"""Sectors that have firms. The id of a firm is 2 * its first desk + the place of its sector in this list."""


class Firms:
    """Employers in a society of a given seed and size whose recipe has a `sector`.

    `columns` may hold arrays of the whole society, so that no grid has to be computed again. `values` sets dials of
    `ties.toml`.

    >>> town = Population("china-2020", 4096, seed=1)
    >>> firms = Firms(town)
    >>> firm = firms.employer([40, 41, 42, 43])
    >>> bool(np.isin([40, 41, 42, 43], firms.workers(firm[firm >= 0])[1])[firm >= 0].all())
    True
    """

    def __init__(
        self, population: Population, columns: Columns | None = None, *, values: Mapping[str, object] | None = None
    ) -> None:
        levels = population.recipe.variables["sector"].levels if "sector" in population.recipe.variables else None
        if levels is None or not set(SECTORS) <= set(levels):
            raise InputError(f"recipe {population.recipe.name} has no firms: a column sector is missing.")
        self.population, self.seed, self.looked = population, population.seed, Looked(population, columns)
        self.numbers = numbers("firms", values)
        self.codes = [levels.index(name) for name in SECTORS]
        cities = population.cities
        self.shuffles = [Shuffle(population.seed, f"desks:{name}", population.size, block=cities) for name in SECTORS]
        found = sample(population, ["sector"])["sector"]
        self.shares = [max(float((found == code).mean()), 1e-3) for code in self.codes]
        self.desks, self.steps = zip(*(_law(share, float(self.numbers.mean_workers)) for share in self.shares))

    def _yard(self, yards: Ints, sector: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First desk and end of every firm of each yard, as places in the yard; firms beyond it begin at 1,024."""
        slots = GRID // int(self.desks[sector][0]) + 1
        address = pack(yards[:, None] * GRID + np.arange(slots))
        coins = uniform(sparse(self.seed, f"firms:{SECTORS[sector]}:size", address.ravel()))
        drawn = self.desks[sector].take(np.searchsorted(self.steps[sector], coins, side="right"))
        ends = np.minimum(np.cumsum(drawn.reshape(address.shape), axis=1), GRID)
        begins = np.concatenate([np.zeros((len(yards), 1), np.int64), ends[:, :-1]], axis=1)
        return begins, ends

    def _bounds(self, desks: Ints, sector: int) -> tuple[Ints, Ints]:
        """First desk and end of the firm at each desk."""
        yards, which = np.unique(desks // GRID, return_inverse=True)
        begins, ends = self._yard(yards, sector)
        offset = np.arange(len(yards)) * GRID
        slot = np.searchsorted((ends + offset[:, None]).ravel(), desks % GRID + which * GRID, side="right")
        base = yards[which] * GRID
        return begins.ravel()[slot] + base, np.minimum(ends.ravel()[slot] + base, self.population.size)

    def employer(self, people: ArrayLike) -> Ints:
        """The firm that each person works for; -1 for people who work for none."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        found = self.looked.at(people, "sector")[0]
        made = np.full(len(people), -1)
        for sector, code in enumerate(self.codes):
            here = np.flatnonzero(found == code)
            first, _ = self._bounds(self.shuffles[sector].to(people[here]), sector)
            made[here] = 2 * first + sector
        return made

    def workers(self, firms: ArrayLike) -> tuple[Ints, Ints]:
        """The workers of firms: (place in `firms`, id of the worker), sorted by desk, so the owner comes first.

        Raises InputError for a number that is not the id of a firm.
        """
        firms = np.atleast_1d(np.asarray(firms, np.int64))
        who, whom, desk = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for sector, code in enumerate(self.codes):
            mine = np.flatnonzero(firms % 2 == sector)
            first = firms[mine] // 2
            self._check(firms[mine], first)
            start, end = self._bounds(first, sector)
            if (start != first).any():
                raise InputError(f"firm {firms[mine][start != first][0]} does not exist: no firm begins at its desk.")
            count = end - first
            place = np.repeat(mine, count)
            desks = within(count) + np.repeat(first, count)
            people = self.shuffles[sector].back(desks)
            works = self.looked.at(people, "sector")[0] == code
            who.append(place[works])
            whom.append(people[works])
            desk.append(desks[works])
        places, people, desks = (np.concatenate(parts) for parts in (who, whom, desk))
        order = np.lexsort((desks, places))
        return places[order], people[order]

    def _check(self, firms: Ints, first: Ints) -> None:
        wrong = (first < 0) | (first >= self.population.size)
        if wrong.any():
            raise InputError(f"firm {firms[wrong][0]} does not exist: the society has {self.population.size} people.")

    def colleagues(self, people: ArrayLike) -> tuple[Ints, Ints]:
        """Other workers of the same firm: (place in `people`, id of the colleague)."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        firm = self.employer(people)
        works = np.flatnonzero(firm >= 0)
        unique, which = np.unique(firm[works], return_inverse=True)
        place, worker = self.workers(unique)
        count = np.bincount(place, minlength=len(unique))
        take = count[which]
        start = (np.cumsum(count) - count)[which]
        rows = within(take) + np.repeat(start, take)
        who, whom = np.repeat(works, take), worker[rows]
        other = whom != people[who]
        return who[other], whom[other]

    def existing(self, start: int = 0, stop: int | None = None) -> Ints:
        """The firms whose first desk is in start..stop-1 and that have workers."""
        stop = self.population.size if stop is None else stop
        yards = np.arange(start // GRID, (stop - 1) // GRID + 1)
        made = []
        for sector in range(len(SECTORS)):
            begins, _ = self._yard(yards, sector)
            first = (begins + yards[:, None] * GRID)[begins < GRID]
            made.append(2 * first[(first >= start) & (first < stop)] + sector)
        firms = np.sort(np.concatenate(made))
        return firms[np.bincount(self.workers(firms)[0], minlength=len(firms)) > 0]

    def table(self, firms: ArrayLike) -> dict[str, Column]:
        """Facts about firms that exist: sector (code of the recipe), workers, owner, restaurant, and two ranks.

        `pays_on_time` and `kitchen_hygiene` (NaN unless a restaurant) are uniform in (0, 1); higher is better.
        Raises InputError for a firm that nobody works for.
        """
        firms = np.atleast_1d(np.asarray(firms, np.int64))
        place, worker = self.workers(firms)
        count = np.bincount(place, minlength=len(firms))
        if (count == 0).any():
            raise InputError(f"firm {firms[count == 0][0]} does not exist: nobody works for it.")
        owner = worker[np.cumsum(count) - count]
        services = firms % 2 == SECTORS.index("services")
        restaurant = services & (self._coins("restaurant", firms) < self.numbers.restaurants)
        return {
            "firm": firms,
            "sector": np.where(services, self.codes[1], self.codes[0]).astype(np.int8),
            "workers": count,
            "owner": owner,
            "restaurant": restaurant,
            "pays_on_time": self._pays(firms, owner),
            "kitchen_hygiene": np.where(restaurant, self._coins("hygiene", firms), np.nan),
        }

    def _coins(self, what: str, firms: Ints) -> NDArray[np.float64]:
        words = sparse(self.seed, f"firms:{what}", pack(firms // 2, 0, firms % 2))
        return np.maximum(uniform(words), 2.0**-54)

    def _pays(self, firms: Ints, owner: Ints) -> NDArray[np.float64]:
        coins, link = self._coins("payment", firms), float(self.numbers.owner_link)
        if link == 0:
            return coins
        from scipy.special import ndtr

        diligence = self.looked.at(owner, "diligence")[0]
        return np.asarray(ndtr(link * normal(diligence) + np.sqrt(1 - link**2) * normal(coins)))


@cache
def _law(share: float, mean: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The number of desks of each firm size, and the cumulative distribution of sizes.

    If `share` of a city's people work in the sector, n workers take n / share desks, and a firm of m desks exists with
    probability 1 - (1 - share)^m. Sizes follow n^-a, with a chosen so that firms that exist have `mean` workers on
    average. The firms of a yard are a renewal process whose last firm is cut at the end.
    """
    sizes = np.arange(1, int(GRID * share) + 1)
    desks = np.maximum(np.rint(sizes / share), 1).astype(np.int64)
    exists = 1 - (1 - share) ** np.arange(GRID + 1)
    low, high = -2.0, 8.0
    for _ in range(30):
        middle = (low + high) / 2
        chance = np.asarray(np.bincount(desks, sizes**-middle, GRID + 1)[: GRID + 1], np.float64)
        chance = chance / chance.sum()
        begins = np.zeros(GRID)
        begins[0] = 1
        for place in range(1, GRID):
            begins[place] = begins[:place] @ chance[place:0:-1]
        beyond = 1 - np.cumsum(chance)
        whole = np.cumsum(chance * exists)
        room = np.arange(GRID, 0, -1)
        firms = begins @ (whole[room] + beyond[room] * exists[room])
        low, high = (middle, high) if GRID * share / firms > mean else (low, middle)
    total = np.cumsum(sizes**-low)
    return desks, (total / total[-1])[:-1]
