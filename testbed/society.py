"""What is alike in every world of one scenario, size and seed: people, households, candidates for acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from synthetic import Population
from synthetic.channels.base import Columns
from synthetic.draws import GRID, candidates, pack, sparse, uniform
from synthetic.errors import InputError
from testbed.regimes.state import Reach
from testbed.scenario import Scenario
from testbed.tied import LISTED, firm_columns, ties_of


@dataclass(frozen=True)
class Candidates:
    """Times of one period at which an act may happen: person, code of the kind, k, and a coin for acceptance."""

    person: np.ndarray
    kind: np.ndarray
    k: np.ndarray
    coin: np.ndarray

    def take(self, which: np.ndarray) -> Candidates:
        """Some of them, by mask or index."""
        return Candidates(self.person[which], self.kind[which], self.k[which], self.coin[which])


@dataclass(frozen=True)
class Views:
    """What each reader is shown of people: base rates of conduct (kinds, n), the channels' and the model's columns."""

    rates: np.ndarray
    sensing: Columns
    direct: Columns

    def only(self, people: np.ndarray, base: Views) -> Views:
        """These views of some people (bool over everybody), and the base views of the rest."""

        def mixed(mine: Columns, theirs: Columns) -> Columns:
            return {
                name: theirs[name] if column is theirs[name] else np.where(people, column, theirs[name])
                for name, column in mine.items()
            }

        rates = self.rates if self.rates is base.rates else np.where(people, self.rates, base.rates)
        return Views(rates, mixed(self.sensing, base.sensing), mixed(self.direct, base.direct))


class Society:
    """People of a scenario with one seed: `columns` are integer-coded arrays over everybody, in order of id."""

    def __init__(self, scenario: Scenario, size: int, seed: int) -> None:
        if size < 1:
            raise InputError(f"people must be at least 1, found {size}.")
        self.scenario, self.size, self.seed = scenario, size, seed
        self.population = Population(scenario.recipe, size, seed=seed)
        columns = self.population.arrays()
        if "firms" in scenario.ties:
            columns |= firm_columns(self.population, columns)
        self.columns: Mapping[str, np.ndarray] = columns
        self._ties: dict[str, Reach] = {}
        self.ids = np.arange(size)
        self.scored = scenario.scored.holds(self.columns, self.levels)
        _, self.household = np.unique(self.columns["household"], return_inverse=True)
        self.child = self.columns["age"] < 18
        self.most = np.array([kind.most for kind in scenario.conduct])
        self.raised = np.array([scenario.regime.most_raised(kind) for kind in scenario.kinds])
        self._candidates: dict[int, Candidates] = {}
        self._possible: dict[int, Candidates] = {}

    @property
    def levels(self) -> dict[str, tuple[str, ...] | None]:
        """Labels of each integer-coded column; None for numbers."""
        return {name: one.levels for name, one in self.scenario.declared.variables.items() if name != LISTED}

    def ties(self, name: str) -> Reach:
        """The ties of everybody as rows, worked out once: kin (in other households), colleagues, acquaintances.

        Raises InputError for another name.
        """
        if name not in self._ties:
            self._ties[name] = ties_of(self.population, self.columns, name)
        return self._ties[name]

    @property
    def grids(self) -> np.ndarray:
        """Grid of each person: int64 (n,)."""
        return self.ids // GRID

    def code(self, column: str, level: str) -> int:
        """The code of a level."""
        levels = self.levels[column] or ()
        return levels.index(level) if level in levels else -1

    @cached_property
    def views(self) -> Views:
        """What every reader is shown where nothing is assigned."""
        return Views(self.rates(self.columns), self.columns, self.columns)

    def rates(self, columns: Columns) -> np.ndarray:
        """Base rates of conduct: float64 (kinds, n).

        Raises InputError where one, with all that sanctions can add, exceeds its kind's `most`.
        """
        declared: Any = self.scenario.declared
        made = np.stack([kind.rates(columns, declared) for kind in self.scenario.conduct])
        for kind, row, raised, most in zip(self.scenario.conduct, made, self.raised, self.most, strict=True):
            largest = row.max() * raised if len(row) else 0.0
            if largest > most:
                raise InputError(
                    f"conduct {kind.name}: the largest rate is {largest:.3g} a month, allowed: its `most`, {most:g}."
                )
        return made

    def shown(self, attribute: str, value: str, people: np.ndarray | None, readers: tuple[str, ...]) -> Views:
        """Views in which the readers see people as if the attribute had been this value from the start.

        readers: circumstances (conduct and the model's columns other than the attribute), sensing, direct
        (the model's column of the attribute), regime (reads no attribute here). None or (): all of them.
        """
        known = ("circumstances", "sensing", "direct", "regime")
        for reader in readers:
            if reader not in known:
                raise InputError(f"reader is {reader!r}, allowed: {', '.join(known)}.")
        changed = self.population.do({attribute: value}, people=None if people is None else list(map(int, people)))
        columns = {**self.columns, **changed.arrays(base=self.columns)}
        views = self.views
        everyone = not readers
        if everyone or "sensing" in readers:
            views = replace(views, sensing=columns)
        if everyone or "circumstances" in readers:
            direct = {**columns, attribute: self.columns[attribute]}
            views = replace(views, rates=self.rates(columns), direct=direct)
        if everyone or "direct" in readers:
            views = replace(views, direct={**views.direct, attribute: columns[attribute]})
        return views

    def possible(self, period: int, views: Views, among: np.ndarray | None = None) -> Candidates:
        """Those candidates of a period that these rates, raised by every sanction, could accept.

        `among`: bool over everybody, the people who are asked for; None: all.
        """
        same = views.rates is self.views.rates
        found = self._possible.get(period) if same else None
        if found is not None:
            return found if among is None else found.take(among[found.person])
        found = self.candidates(period)
        if among is not None:
            found = found.take(among[found.person])
        found = found.take(found.coin < views.rates[found.kind, found.person] * self.raised[found.kind])
        if same and among is None:
            self._possible[period] = found
        return found

    def candidates(self, period: int) -> Candidates:
        """Candidates of one period, of all kinds, kept for every world of this society."""
        if period not in self._candidates:
            grids = np.arange(-(-self.size // GRID))
            parts = []
            for code, kind in enumerate(self.scenario.conduct):
                person, k = candidates(self.seed, f"conduct:{kind.name}", grids, period, kind.most)
                here = person < self.size
                person, k = person[here], k[here]
                coin = uniform(sparse(self.seed, "conduct:accept", pack(person, period, code, k))) * kind.most
                parts.append(Candidates(person, np.full(len(person), code, np.int64), k, coin))
            self._candidates[period] = Candidates(
                *(np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "kind", "k", "coin"))
            )
        return self._candidates[period]
