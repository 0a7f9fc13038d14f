"""Employers: who works for whom, computed from ids in both directions, and facts about firms; nothing is stored.

In each sector (industry, services) every person of a city has a desk, assigned by a shuffle of the city. Desks form
yards of up to 16,384 inside a city, which are filled with firms from the first desk on, as a grid is with households. A
person who is employed in the sector works for the firm of the desk. A firm exists if somebody works for it; the first
worker heads it, as its owner unless it is a unit of the state. A firm whose drawn size is n has as many desks as n
workers take in this society, so it has n workers on average. The exponent of the power law of sizes (Axtell 2001) is
chosen so that firms that exist have `mean_workers` on average. The state runs a part of the units from a certain size
on. Colleagues sit in one building: 1,024 desks. Firms larger than a yard are not modelled, and farms are not firms.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import GRID, pack, sparse, uniform, within
from synthetic.errors import InputError
from synthetic.layout import Ints, Shuffle
from synthetic.population.population import Population
from synthetic.population.ties import Columns, Looked, numbers, sample
from synthetic.variables import Column, normal

YARD = 16 * GRID
"""Desks of a yard, unless its city or the society ends before: the largest firm has as many."""

_AT_ONCE = 64
"""Yards worked on at once."""

_FEW = YARD // 8
"""Slots drawn at first; they fill a yard unless its firms are small."""

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
        n = self.numbers
        laws = [_law(share, float(n.mean_workers), int(n.state_from)) for share in self.shares]
        self.desks, self.steps, large = zip(*laws)
        self.state_runs = [min(float(n.state) / part, 1.0) for part in large]

    def _yards(self, desks: Ints, sector: int) -> tuple[Ints, Ints]:
        """First desk and end of the yard of each desk."""
        first, end = self.shuffles[sector].bounds(desks)
        start = first + (desks - first) // YARD * YARD
        return start, np.minimum(start + YARD, end)

    def _filled(self, start: Ints, end: Ints, sector: int) -> tuple[Ints, Ints]:
        """First desk and end of every firm of each yard, one yard a row; firms beyond it begin and end at its end."""
        most = YARD // int(self.desks[sector][0]) + 1
        for slots in (_FEW, most):
            address = pack(start[:, None] + np.arange(slots))
            coins = uniform(sparse(self.seed, f"firms:{SECTORS[sector]}:size", address.ravel()))
            drawn = self.desks[sector].take(np.searchsorted(self.steps[sector], coins, side="right"))
            ends = np.cumsum(drawn.reshape(address.shape), axis=1) + start[:, None]
            if (ends[:, -1] >= end).all():
                break
        ends = np.minimum(ends, end[:, None])
        return np.concatenate([start[:, None], ends[:, :-1]], axis=1), ends

    def _bounds(self, desks: Ints, sector: int) -> tuple[Ints, Ints]:
        """First desk and end of the firm at each desk."""
        start, end = self._yards(desks, sector)
        yards, where, which = np.unique(start, return_index=True, return_inverse=True)
        made = np.empty((2, len(desks)), np.int64)
        order = np.argsort(which, kind="stable")
        edges = np.searchsorted(which[order], np.arange(0, len(yards) + _AT_ONCE, _AT_ONCE))
        for number, (low, high) in enumerate(pairwise(edges)):
            few = slice(number * _AT_ONCE, (number + 1) * _AT_ONCE)
            begins, ends = (each.ravel() for each in self._filled(yards[few], end[where[few]], sector))
            # Yards follow each other by their desks, so the firms of all of them are sorted.
            slot = np.searchsorted(ends, desks[order[low:high]], side="right")
            made[:, order[low:high]] = begins[slot], ends[slot]
        return made[0], made[1]

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
        """The workers of firms: (place in `firms`, id of the worker), sorted by desk, so the head comes first.

        Raises InputError for a number that is not the id of a firm.
        """
        return self._inside(np.atleast_1d(np.asarray(firms, np.int64)))

    def _inside(self, firms: Ints, buildings: Ints | None = None) -> tuple[Ints, Ints]:
        """The workers of firms, or of one building of each: (place in `firms`, id of the worker), sorted by desk."""
        who, whom, desk = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for sector, code in enumerate(self.codes):
            mine = np.flatnonzero(firms % 2 == sector)
            first = firms[mine] // 2
            self._check(firms[mine], first)
            start, end = self._bounds(first, sector)
            if (start != first).any():
                raise InputError(f"firm {firms[mine][start != first][0]} does not exist: no firm begins at its desk.")
            if buildings is not None:
                first = first + buildings[mine] * GRID
                end = np.minimum(end, first + GRID)
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
        """Other workers of the same firm in the same building: (place in `people`, id of the colleague)."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        firm = self.employer(people)
        works = np.flatnonzero(firm >= 0)
        building = self._buildings(people[works], firm[works])
        pairs, which = np.unique(np.stack([firm[works], building]), axis=1, return_inverse=True)
        place, worker = self._inside(*pairs)
        count = np.bincount(place, minlength=pairs.shape[1])
        which = which.ravel()
        take = count[which]
        start = (np.cumsum(count) - count)[which]
        rows = within(take) + np.repeat(start, take)
        who, whom = np.repeat(works, take), worker[rows]
        other = whom != people[who]
        return who[other], whom[other]

    def _buildings(self, people: Ints, firms: Ints) -> Ints:
        """The building of each person's desk in their firm: 0 is that of its first 1,024 desks."""
        made = np.zeros(len(people), np.int64)
        for sector in range(len(SECTORS)):
            here = np.flatnonzero(firms % 2 == sector)
            made[here] = (self.shuffles[sector].to(people[here]) - firms[here] // 2) // GRID
        return made

    def existing(self, start: int = 0, stop: int | None = None) -> Ints:
        """The firms whose first desk is in start..stop-1 and that have workers."""
        stop = self.population.size if stop is None else stop
        made = []
        for sector in range(len(SECTORS)):
            first, end = self._yards(np.arange(start - start % GRID, stop, GRID), sector)
            yards, where = np.unique(first, return_index=True)
            begins, ends = self._filled(yards, end[where], sector)
            found = begins[begins < ends]
            made.append(2 * found[(found >= start) & (found < stop)] + sector)
        firms = np.sort(np.concatenate(made))
        return firms[np.bincount(self.workers(firms)[0], minlength=len(firms)) > 0]

    def table(self, firms: ArrayLike) -> dict[str, Column]:
        """Facts about firms that exist: sector (code of the recipe), workers, owner, five yes or no, and two ranks.

        `owner` is who heads the firm; a unit of the state (`state`) has a head, but no owner. `young`, `audited` and
        `idle` say what the tax office asks of a firm before it can have the best grade. `pays_on_time` and
        `kitchen_hygiene` (NaN unless a restaurant) are uniform in (0, 1); higher is better. Raises InputError for a
        firm that nobody works for.
        """
        firms = np.atleast_1d(np.asarray(firms, np.int64))
        place, worker = self.workers(firms)
        count = np.bincount(place, minlength=len(firms))
        if (count == 0).any():
            raise InputError(f"firm {firms[count == 0][0]} does not exist: nobody works for it.")
        owner = worker[np.cumsum(count) - count]
        services = firms % 2 == SECTORS.index("services")
        state = self._of_state(firms)
        restaurant = services & ~state & (self._coins("restaurant", firms) < self.numbers.restaurants)
        return {
            "firm": firms,
            "sector": np.where(services, self.codes[1], self.codes[0]).astype(np.int8),
            "workers": count,
            "owner": owner,
            "restaurant": restaurant,
            "state": state,
            **{name: self._coins(name, firms) < getattr(self.numbers, name) for name in ("young", "audited", "idle")},
            "pays_on_time": self._pays(firms, owner),
            "kitchen_hygiene": np.where(restaurant, self._coins("hygiene", firms), np.nan),
        }

    def _of_state(self, firms: Ints) -> NDArray[np.bool_]:
        """Whether each firm is a unit of the state."""
        made = np.zeros(len(firms), np.bool_)
        coins = self._coins("state", firms)
        for sector, share in enumerate(self.shares):
            mine = np.flatnonzero(firms % 2 == sector)
            first, end = self._bounds(firms[mine] // 2, sector)
            large = end - first >= _desks_of(int(self.numbers.state_from), share)
            made[mine] = large & (coins[mine] < self.state_runs[sector])
        return made

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


def _desks_of(workers: Ints | int, share: float) -> Ints:
    """How many desks so many workers take if `share` of a city's people work in the sector."""
    return np.maximum(np.rint(np.asarray(workers) / share), 1).astype(np.int64)


@cache
def _law(share: float, mean: float, state_from: int) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
    """The number of desks of each firm size, the cumulative distribution of sizes, and the share of workers in firms of
    at least `state_from`.

    If `share` of a city's people work in the sector, n workers take n / share desks, and a firm of m desks exists with
    probability 1 - (1 - share)^m. Sizes follow n^-a, with a chosen so that firms that exist have `mean` workers on
    average. The firms of a yard are a renewal process whose last firm is cut at the end.
    """
    from scipy.optimize import brentq

    sizes = np.arange(1, int(YARD * share) + 1)
    desks = _desks_of(sizes, share)
    exists = 1 - (1 - share) ** np.arange(YARD + 1)
    room = np.arange(YARD, 0, -1)

    def firms(power: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The chance of each number of desks, and the chance that a firm begins at each place of a yard."""
        chance = np.asarray(np.bincount(desks, sizes**-power, YARD + 1)[: YARD + 1], np.float64)
        chance = chance / chance.sum()
        return chance, _begins(chance)

    def larger(power: float) -> float:
        """By how much the mean size of firms that exist is above the one wanted."""
        chance, begins = firms(power)
        beyond = 1 - np.cumsum(chance)
        whole = np.cumsum(chance * exists)
        return float(YARD * share / (begins @ (whole[room] + beyond[room] * exists[room])) - mean)

    low, high = 0.5, 8.0
    power = round(float(brentq(larger, low, high, xtol=1e-9)) if larger(low) > 0 > larger(high) else low, 6)
    chance, begins = firms(power)
    counted = np.arange(YARD + 1) >= _desks_of(state_from, share)
    inside = np.cumsum(np.arange(YARD + 1) * chance * counted)
    large = begins @ (inside[room] + (1 - np.cumsum(chance))[room] * room * counted[room]) / YARD
    total = np.cumsum(sizes**-power)
    return desks, (total / total[-1])[:-1], max(float(large), 1e-9)


def _begins(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that a firm begins at each place of a yard: the power series 1 / (1 - chance), by Newton's method."""
    made = np.ones(1)
    while len(made) < YARD:
        n = 2 * len(made)
        bins = 2 * n
        wave = np.fft.rfft(made, bins)
        made = np.fft.irfft(wave * (2 - (1 - np.fft.rfft(chance[:n], bins)) * wave), bins)[:n]
    return made
