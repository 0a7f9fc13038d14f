"""What every world of one scenario, size and seed shares: people, households, candidates for acts."""

# Any: what a scenario declares stands in for the recipe where rates of conduct read levels.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synthetic import Population
from synthetic.channels import At, Channel, Columns, Roll
from synthetic.draws import GRID
from synthetic.errors import InputError
from testbed.regimes import LISTED, Outside, Reach, firm_columns, ties_of
from testbed.scenarios import Scenario
from testbed.world.candidates import BLOCK, CACHED, Candidates, Shares, candidates

SCHEME = "scheme"
"""The column that says which city's scheme scores a person."""

READERS = ("circumstances", "sensing", "direct", "regime")
"""Who reads people's attributes: conduct and the other columns of the model, channels, the model, the regime."""


@dataclass(frozen=True)
class Views:
    """What each reader is shown of people: base rates of conduct (kinds, n); columns of channels, model and regime.

    `assigned`: the rates, if an attribute is assigned to somebody; None if they are the society's own. A world reads
    attributes here and nowhere else. Households, ties, the sizes of cities and who is in scope are not read anew: they
    are as in the base in every twin.
    """

    society: Society
    assigned: np.ndarray | None
    sensing: Columns
    direct: Columns
    regime: Columns

    @cached_property
    def rates(self) -> np.ndarray:
        """Base rates of conduct: float64 (kinds, n)."""
        return self.society.rates(self.society.columns) if self.assigned is None else self.assigned

    def at(self, columns: Columns) -> At:
        """A function of (people, column) that gives a column of people (ids), from the columns of a reader."""
        start = self.society.start
        return lambda people, column: np.asarray(columns[column][people - start if start else people])

    def roll(self, channel: Channel) -> Roll | None:
        """Whom a channel that finds people by name can find, worked out once; None where nobody is mistaken by name."""
        if not channel.by_name or not channel.value("false_match"):
            return None
        asked = channel.among, channel.whose, channel.value("searched")
        if asked not in self._rolls:
            self._rolls[asked] = channel.roll(self.at(self.sensing), self.society.ids)
        return self._rolls[asked]

    @cached_property
    def _rolls(self) -> dict[tuple[str, str, float], Roll]:
        return {}

    def only(self, people: np.ndarray, base: Views) -> Views:
        """These views of some people (bool over everybody), and the base views of the rest."""

        def mixed(mine: Columns, theirs: Columns) -> Columns:
            return {
                name: theirs[name] if column is theirs[name] else np.where(people, column, theirs[name])
                for name, column in mine.items()
            }

        rates = None if self.assigned is None else np.where(people, self.assigned, base.rates)
        return replace(
            self,
            assigned=rates,
            sensing=mixed(self.sensing, base.sensing),
            direct=mixed(self.direct, base.direct),
            regime=mixed(self.regime, base.regime),
        )


class Society:
    """People of a scenario with one seed: `columns` are integer-coded arrays over everybody, in order of id.

    `part`: the ids start..stop-1 of a larger society alone, whole grids; arrays are then over them, ids stay.
    """

    def __init__(self, scenario: Scenario, size: int, seed: int, *, part: tuple[int, int] | None = None) -> None:
        if size < 1:
            raise InputError(f"people must be at least 1, found {size}.")
        self.scenario, self.size, self.seed = scenario, size, seed
        self.population = Population(scenario.recipe, size, seed=seed)
        self.start, stop = part or (0, size)
        columns = self.population.arrays(self.start, stop)
        if "firms" in scenario.ties:
            firms = firm_columns(self.population, {} if part else columns)
            columns |= {name: column[self.start : stop] for name, column in firms.items()}
        self.columns: Mapping[str, np.ndarray] = columns
        self._ties: dict[str, Reach] = {}
        self.ids = np.arange(self.start, stop)
        self.scored = scenario.scored.holds(self.columns, self.levels)
        _, self.household = np.unique(self.columns["household"], return_inverse=True)
        for array in (*self.columns.values(), self.ids, self.scored, self.household):
            array.flags.writeable = False  # worlds and measures share them
        self.most = np.array([kind.most for kind in scenario.conduct])
        self.raised = np.array([scenario.regime.most_raised(kind) for kind in scenario.kinds])
        self._possible: dict[tuple[int, int], Candidates] = {}

    @property
    def levels(self) -> dict[str, tuple[str, ...] | None]:
        """Labels of each integer-coded column; None for numbers."""
        return {name: one.levels for name, one in self.scenario.declared.variables.items() if name != LISTED}

    def people(self) -> pd.DataFrame:
        """Truth and attributes of everybody, those by ties included, as a table with index `person`."""
        made: dict[str, object] = {}
        for name, values in self.columns.items():
            labels = self.levels[name]
            made[name] = values if labels is None else pd.Categorical.from_codes(values, categories=pd.Index(labels))
        return pd.DataFrame(made, index=pd.Index(self.ids, dtype=np.int64, name="person"))

    def assigned(self, attribute: str, value: str, people: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The columns if people (None: everybody) had this value from the start. Ties, and columns by ties, stay."""
        changed = self.population.do({attribute: value}, people=None if people is None else list(map(int, people)))
        known = self.population.recipe.variables
        own = {name: column for name, column in self.columns.items() if name in known}
        return {**self.columns, **changed.arrays(base=own)}

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

    def clusters(self, unit: str) -> np.ndarray:
        """The unit in which each person lives, one of `DRAWN_BY` ("person": everybody by themselves): int64 (n,)."""
        cities = self.population.cities
        if unit == "city" and cities is not None:
            return cities.bounds(self.grids)[0]
        if unit == "household":
            return np.asarray(self.columns["household"], np.int64)
        return self.ids if unit == "person" else self.grids

    def code(self, column: str, level: str) -> int:
        """The code of a level."""
        levels = self.levels[column] or ()
        return levels.index(level) if level in levels else -1

    @cached_property
    def outside(self) -> Outside:
        """Ties that leave the household."""
        return Outside(self.population, self.columns)

    @cached_property
    def views(self) -> Views:
        """What every reader is shown if no attribute is assigned."""
        return Views(self, None, self.columns, self.columns, self.columns)

    @cached_property
    def cities(self) -> np.ndarray:
        """The scheme of each person's city in the base world: where moves go to, by the sizes of cities."""
        return np.asarray(self.columns[SCHEME])

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
        (the model's column of the attribute), regime (all columns, of which it reads `Regime.reads`). (): all of them.
        """
        for reader in readers:
            if reader not in READERS:
                raise InputError(f"reader is {reader!r}, allowed: {', '.join(READERS)}.")
        columns = self.assigned(attribute, value, people)
        views = self.views
        everyone = not readers
        if everyone or "sensing" in readers:
            views = replace(views, sensing=columns)
        if everyone or "circumstances" in readers:
            direct = {**columns, attribute: self.columns[attribute]}
            views = replace(views, assigned=self.rates(columns), direct=direct)
        if everyone or "direct" in readers:
            views = replace(views, direct={**views.direct, attribute: columns[attribute]})
        if everyone or "regime" in readers:
            views = replace(views, regime=columns)
        return views

    def share(self, other: Society) -> None:
        """Take from a society of the same people and conduct what costs time to work out: ties and candidates."""
        if self.population.recipe is other.population.recipe or self.columns_alike(other):
            self._ties = other._ties
            if self.scenario.conduct == other.scenario.conduct and np.array_equal(self.raised, other.raised):
                self._possible = other._possible

    def columns_alike(self, other: Society) -> bool:
        """Whether another society's people have the same columns, all of them."""
        mine, theirs = self.columns, other.columns
        return mine.keys() == theirs.keys() and all(np.array_equal(mine[name], theirs[name]) for name in mine)

    def possible(
        self, period: int, views: Views, people: np.ndarray, among: np.ndarray | None = None, *, until: int = 0
    ) -> Candidates:
        """The candidates of a month that the rates of people, raised by every sanction, could accept.

        people: ids, ascending; whole blocks of `candidates.BLOCK` are kept for every world of this society.
        `among`: bool over everybody, the same people, where they are not one run of ids. `until`: the month up to which
        candidates will be asked for.
        """
        if views.assigned is not None:
            grids = np.unique(people // GRID)
            rates = views.assigned if len(people) == len(self.ids) else views.assigned[:, people]
            shares = Shares.of(rates, self.most, self.raised, people)
            return candidates(self.seed, period, grids, self.most, shares, people)
        parts = []
        first, last = people[0] // BLOCK, people[-1] // BLOCK
        for block in range(first, last + 1):
            if (block, period) not in self._possible:
                self._thin(block, max(until, period + 1))
            found = self._possible[block, period]
            if among is not None:
                found = found.take(among[found.person])
            elif block * BLOCK < people[0] or min((block + 1) * BLOCK, int(self.ids[-1]) + 1) > people[-1] + 1:
                found = found.take((found.person >= people[0]) & (found.person <= people[-1]))
            parts.append(found)
        return Candidates.joined(parts)

    def _thin(self, block: int, until: int) -> None:
        """Draw and keep the candidates of a block, for all months up to `until`."""
        low, high = max(block * BLOCK, self.start), min((block + 1) * BLOCK, int(self.ids[-1]) + 1)
        grids = np.arange(low // GRID, -(-high // GRID))
        low, high = low - self.start, high - self.start
        people = self.ids[low:high]
        rates = self.rates({name: column[low:high] for name, column in self.columns.items()})
        shares = Shares.of(rates, self.most, self.raised, people)
        pieces = [(first, grids[first : first + CACHED]) for first in range(0, len(grids), CACHED)]
        for period in range(until):
            if (block, period) not in self._possible:
                found = []
                for first, some in pieces:
                    part, mine = shares.piece(first, first + CACHED), people[first * GRID : (first + CACHED) * GRID]
                    found.append(candidates(self.seed, period, some, self.most, part, mine))
                self._possible[block, period] = Candidates.joined(found)
