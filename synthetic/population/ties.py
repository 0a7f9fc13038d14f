"""Acquaintances: an implicit graph. Finding the neighbors of a person costs O(degree), and nothing is stored.

In a layer the people of a block (grid, city, society) are shuffled and cut into circles; two people of a circle know
each other if a coin of the pair says so. A circle follows from an id and its ids follow from the circle, so every tie
is found from both ends. Circles close triangles; blocks make ties local.

The chance of a pair is a constant times the sociability of both, times `mixing` if they are of different
communities. The constant keeps the mean degree at all values of the dials (a pair that meets in two layers counts once,
which removes a few ties in a thousand). At `mixing` 1 ties ignore community, at 0 no tie crosses it. All ties inside a
community become more likely by the same factor to make up for the ties lost, so the smaller community loses more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import GRID, pack, sparse, uniform
from synthetic.errors import InputError, unknown
from synthetic.layout import Ints, Shuffle
from synthetic.population.population import Population
from synthetic.source import Dial, dial
from synthetic.toml_file import load_toml
from synthetic.variables import Column, Numbers

Columns = Mapping[str, Column]
Floats = NDArray[np.float64]
SAMPLE = 64
"""Number of grids from which the shares of a society are estimated."""


@cache
def dials() -> Mapping[str, Dial]:
    """The numbers of `ties.toml`, as dials `ties.SECTION.KEY`."""
    text = load_toml(Path(__file__).with_suffix(".toml"))
    tables = {section: dict(table) for section, table in text.items() if isinstance(table, dict)}
    paths = {f"ties.{section}.{key}": entry for section, table in tables.items() for key, entry in table.items()}
    return {path: dial(entry, path) for path, entry in paths.items()}


def numbers(section: str, values: Mapping[str, object] | None = None) -> Numbers:
    """The numbers of one section, with some dials at other values. Raises InputError for an unknown one."""
    held = dict(dials())
    for path, value in (values or {}).items():
        if path not in held:
            raise unknown("dial", path, held)
        held[path] = held[path].set(value)
    start = f"ties.{section}."
    return Numbers(section, {path.removeprefix(start): d.value for path, d in held.items() if path.startswith(start)})


class Looked:
    """Columns of people at scattered ids: taken from arrays of the whole society if given, otherwise computed."""

    def __init__(self, population: Population, columns: Columns | None = None) -> None:
        self.population, self.columns = population, columns or {}

    def at(self, ids: Ints, *names: str) -> list[Column]:
        """The named columns, in order."""
        missing = [name for name in names if name not in self.columns]
        made = self.population.at(ids.ravel(), missing) if missing else {}
        found = (made[name] if name in made else self.columns[name].take(ids.ravel()) for name in names)
        return [values.reshape(ids.shape) for values in found]


def sample(population: Population, names: list[str]) -> dict[str, Column]:
    """The named columns of some evenly spaced whole grids, one row per grid."""
    grids = max(population.size // GRID, 1)
    chosen = np.unique(np.linspace(0, grids - 1, min(SAMPLE, grids)).astype(np.int64))
    people = chosen[:, None] * GRID + np.arange(min(GRID, population.size))
    return {name: found.reshape(people.shape) for name, found in population.at(people.ravel(), names).items()}


@dataclass(frozen=True)
class _Layer:
    name: str
    shuffle: Shuffle
    circle: int
    alike: float
    unlike: float


class Acquaintances:
    """Who knows whom, in a society of a given seed and size.

    `columns` may hold arrays of the whole society (`community` is read where `mixing` is not 1), so that no grid has
    to be computed again; the result is the same. `values` sets dials of `ties.toml`.

    >>> town = Population("template", 4096, seed=1)
    >>> who, whom = Acquaintances(town).of([7])
    >>> bool((Acquaintances(town).of(whom)[1] == 7).sum() == len(whom))
    True
    """

    def __init__(
        self, population: Population, columns: Columns | None = None, *, values: Mapping[str, object] | None = None
    ) -> None:
        n = numbers("acquaintances", values)
        if n.in_grid + n.in_city > 1:
            raise InputError(f"in_grid and in_city: found {n.in_grid + n.in_city:g} together, allowed: at most 1.")
        self.population, self.looked = population, Looked(population, columns)
        self.spread, self.mixing = float(n.spread), float(n.mixing)
        anywhere = 1 - n.in_grid - n.in_city
        scopes = (
            ("grid", GRID, n.in_grid, int(n.circle)),
            ("city", population.cities, n.in_city, int(n.circle)),
            ("society", population.size, anywhere, 2),
        )
        inside, across = self._unlike() if self.mixing < 1 else (0.0, 0.0)
        self.layers: list[_Layer] = []
        for scope, block, share, circle in scopes:
            circle = min(circle, population.size)
            wanted = float(n.mean_degree * share)
            if wanted <= 0 or circle < 2:
                continue
            cross = inside if scope == "grid" else across
            alike = 1 / (1 - cross + self.mixing * cross)
            count = int(np.ceil(wanted / (circle - 1) * (1 + self.spread) ** 2 * alike))
            rate = wanted / (count * (circle - 1))
            for k in range(count):
                shuffle = Shuffle(population.seed, f"acquaintances:{scope}:{k}", population.size, block=block)
                self.layers.append(_Layer(f"{scope}:{k}", shuffle, circle, rate * alike, rate * alike * self.mixing))

    def _unlike(self) -> tuple[float, float]:
        """The probability that two people of one grid, and two people of the society, are of different communities."""
        found = sample(self.population, ["community"])["community"]
        shares = np.stack([(found == code).mean(axis=1) for code in range(int(found.max()) + 1)])
        return float(1 - (shares**2).sum(axis=0).mean()), float(1 - (shares.mean(axis=1) ** 2).sum())

    def sociability(self, people: Ints) -> Floats:
        """Each person's sociability, with mean 1."""
        coins = uniform(sparse(self.population.seed, "acquaintances:sociability", pack(people)))
        return 1 + self.spread * (2 * coins - 1)

    def of(self, people: ArrayLike) -> tuple[Ints, Ints]:
        """The acquaintances of people: (place in `people`, id of the acquaintance), sorted, each once."""
        people = np.atleast_1d(np.asarray(people, np.int64))
        own = self.sociability(people)
        most = own * (1 + self.spread)
        found: list[tuple[Ints, Ints]] = []
        for layer in self.layers:
            who, place, coin = self._met(layer, people, most)
            whom = layer.shuffle.back(place)
            chance = own[who] * self.sociability(whom)
            kept = coin < chance * layer.alike
            if self.mixing < 1:
                kept[kept] = self._crosses(layer, people[who[kept]], whom[kept], coin[kept], chance[kept])
            found.append((who[kept], whom[kept]))
        who = np.concatenate([pair[0] for pair in found] or [np.empty(0, np.int64)])
        whom = np.concatenate([pair[1] for pair in found] or [np.empty(0, np.int64)])
        order = np.lexsort((whom, who))
        who, whom = who[order], whom[order]
        first = np.ones(len(who), np.bool_)
        first[1:] = (np.diff(who) != 0) | (np.diff(whom) != 0)
        return who[first], whom[first]

    def _met(self, layer: _Layer, people: Ints, most: Floats) -> tuple[Ints, Ints, Floats]:
        """Candidate pairs of a layer: the row of the person, the place of the other, and the coin of the pair."""
        place = layer.shuffle.to(people)
        start, end = layer.shuffle.bounds(people)
        circle = start + (place - start) // layer.circle * layer.circle
        others = circle[:, None] + np.arange(layer.circle)
        real = (others != place[:, None]) & (others < end[:, None])
        low, high = np.minimum(others, place[:, None]), np.maximum(others, place[:, None])
        address = (low.astype(np.uint64) << np.uint64(7)) | (high - low).astype(np.uint64)
        coin = uniform(sparse(self.population.seed, f"acquaintances:{layer.name}", address.ravel()))
        coin = coin.reshape(others.shape)
        who, column = np.nonzero(real & (coin < most[:, None] * layer.alike))
        return who, others[who, column], coin[who, column]

    def _crosses(self, layer: _Layer, one: Ints, two: Ints, coin: Floats, chance: Floats) -> NDArray[np.bool_]:
        """Which pairs know each other, given the communities of both."""
        both = self.looked.at(np.stack([one, two]), "community")[0]
        return np.asarray(both[0] == both[1]) | (coin < chance * layer.unlike)

    def edges(self, start: int = 0, stop: int | None = None) -> tuple[Ints, Ints]:
        """Ties of the people start..stop-1: (person, acquaintance). A tie between two of them is listed for both."""
        people = np.arange(start, self.population.size if stop is None else stop)
        who, whom = self.of(people)
        return who + start, whom
