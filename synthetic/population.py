"""People by id: a recipe, a size and a seed give the same bytes for any range, shard or order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID, dense, pack, sparse, uniform
from synthetic.errors import InputError
from synthetic.households import Layout, Members
from synthetic.recipe import LAYOUT, Recipe
from synthetic.variable import Variable

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 64
"""Grids worked on at once: 65,536 people, a block that fits the cache."""

_SLOTS = "household_size"
"""The variable that is drawn slot by slot and makes the layout."""


class Population:
    """A synthetic population: its people are a pure function of recipe, seed and id.

    >>> town = Population("china-2020", 2048, seed=1)
    >>> bool((town.arrays(1000, 1100)["age"] == town.arrays()["age"][1000:1100]).all())
    True
    """

    def __init__(self, recipe: str | Path | Recipe, size: int, *, seed: int = 0) -> None:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 0 < size <= 1 << 34:
            raise InputError(f"size of a population: found {size!r}, allowed: 1 to {1 << 34}.")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise InputError(f"seed of a population: found {seed!r}, an integer is needed.")
        self.recipe = Recipe.load(recipe)
        self.size, self.seed = int(size), int(seed)
        self.truth = tuple(name for name in self.recipe.columns if self.recipe.variables[name].truth)
        self._set: tuple[tuple[str, float | int | bool, NDArray[np.int64] | None], ...] = ()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, truth: Sequence[str] = ()) -> Population:
        """A population of real people from a table, one row each; `truth` names columns that no model may see."""
        from synthetic.frames import FramePopulation

        return FramePopulation(frame, truth=truth)

    def do(self, values: Mapping[str, object], *, people: Sequence[int] | NDArray | None = None) -> Population:
        """The same society with variables set, for everybody or for some people (for their household or grid where
        the variable is assigned to one). What depends on them is worked out again with the same draws.

        Raises InputError for an unknown variable, a level outside its levels or a wrong type.
        """
        self.recipe.needed(list(values))
        ids = self._ids(people)
        changed = [(name, self.recipe.variables[name].code(value), ids) for name, value in values.items()]
        made = self._copy()
        made._set = (*self._set, *changed)
        return made

    def _ids(self, people: Sequence[int] | NDArray | None) -> NDArray[np.int64] | None:
        if people is None:
            return None
        given = np.asarray(people)
        if given.size and given.dtype.kind not in "iu":
            raise InputError(f"people: found ids of type {given.dtype}, integers are needed.")
        ids = np.unique(given.astype(np.int64))
        if len(ids) and (ids[0] < 0 or ids[-1] >= self.size):
            wrong = ids[0] if ids[0] < 0 else ids[-1]
            raise InputError(f"person {wrong} does not exist: ids are 0 to {self.size - 1}.")
        return ids

    def _copy(self) -> Population:
        made = Population.__new__(Population)
        made.__dict__.update(self.__dict__)
        return made

    def arrays(
        self, start: int = 0, stop: int | None = None, *, names: Sequence[str] | None = None
    ) -> dict[str, NDArray]:
        """The columns of the people start..stop-1 as arrays; a category as the integer codes of its levels."""
        start, stop = self._range(start, stop)
        wanted = self.recipe.columns if names is None else list(names)
        order = self.recipe.needed(wanted)
        variables = self.recipe.variables
        made: dict[str, NDArray] = {name: np.empty(stop - start, variables[name].dtype) for name in wanted}
        if stop == start:
            return made
        last = (stop - 1) // GRID + 1
        for first in range(start // GRID, last, BLOCK):
            until = min(first + BLOCK, last)
            block = _Block(self, first, until)
            block.run(order)
            low, high = max(start, first * GRID), min(stop, until * GRID)
            for name in wanted:
                made[name][low - start : high - start] = block.people(name, low - first * GRID, high - first * GRID)
        return made

    def people(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """The people start..stop-1 as a table, index `person`; categories are categoricals with all their levels."""
        import pandas as pd

        start, stop = self._range(start, stop)
        variables = self.recipe.variables
        columns: dict[str, object] = {}
        for name, values in self.arrays(start, stop).items():
            levels = variables[name].levels
            if levels is None:
                columns[name] = values
            else:
                columns[name] = pd.Categorical.from_codes(values, categories=pd.Index(levels))
        return pd.DataFrame(columns, index=pd.Index(np.arange(start, stop, dtype=np.int64), name="person"))

    def margins(self) -> pd.DataFrame:
        """Each published figure of the recipe with what these people show (see `synthetic.margins.compare`)."""
        from synthetic.margins import compare

        return compare(self)

    def _range(self, start: int, stop: int | None) -> tuple[int, int]:
        stop = self.size if stop is None else stop
        for value in (start, stop):
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise InputError(f"people {start!r} to {stop!r}: integers are needed.")
        if not 0 <= start <= stop <= self.size:
            raise InputError(f"people {start} to {stop}: allowed are 0 to {self.size}.")
        return int(start), int(stop)


class _Block:
    """The grids first..until-1 of a population, worked out together; each as it would be alone."""

    def __init__(self, population: Population, first: int, until: int) -> None:
        self.seed, self.first, self.until = population.seed, first, until
        self.recipe, self.set = population.recipe, population._set
        self.values: dict[str, NDArray] = {}
        self.spread: dict[tuple[str, str], NDArray] = {}
        slots = self.recipe.variables.get(_SLOTS)
        self.layout = Layout(first, until, None if slots is None else self._sizes)
        self.members = Members(self.layout)
        for name in LAYOUT:
            self.values[name] = getattr(self.layout, name)
        if slots is not None:
            self.values[_SLOTS] = self.layout.size.astype(slots.dtype)

    def _sizes(self, slots: int) -> NDArray:
        ids = np.arange(self.first, self.until)[:, None] * GRID + np.arange(slots)
        words = sparse(self.seed, f"society:{_SLOTS}", pack(ids.ravel()))
        return self.recipe.chances(_SLOTS).toss(words, []).reshape(-1, slots)

    def run(self, order: list[str]) -> None:
        for name in order:
            each = self.recipe.variables[name]
            if name not in self.values:
                inputs = [self.get(parent, each.assigned_to) for parent in each.parents]
                if each.chances:
                    self.values[name] = self.recipe.chances(name).toss(self._words(name, each.assigned_to), inputs)
                else:
                    assert each.function is not None
                    made = each.function(*inputs, **self._reserved(each))
                    self.values[name] = np.asarray(made, each.dtype)
            self._intervene(each)

    def get(self, name: str, unit: str) -> NDArray:
        """A variable at a unit: spread over people or households where it is held by a coarser one."""
        held_by = self.recipe.variables[name].assigned_to
        if held_by in (unit, "person"):
            return self.values[name]
        if (name, unit) not in self.spread:
            self.spread[name, unit] = self.layout.spread(self.values[name], held_by, unit)
        return self.spread[name, unit]

    def people(self, name: str, start: int, stop: int) -> NDArray:
        """A variable of the people start..stop-1 of the block."""
        held_by, values = self.recipe.variables[name].assigned_to, self.values[name]
        if held_by == "person":
            return values[start:stop]
        if (name, "person") in self.spread:
            return self.spread[name, "person"][start:stop]
        return values.take(self.layout.of[start:stop]) if held_by == "household" else values.repeat(GRID)[start:stop]

    def _reserved(self, each: Variable) -> dict[str, object]:
        made: dict[str, object] = {}
        if "draw" in each.reserved:
            made["draw"] = lambda k=0: uniform(self._words(each.name, each.assigned_to, k))
        if "numbers" in each.reserved:
            made["numbers"] = self.recipe.numbers[each.name]
        if "members" in each.reserved:
            made["members"] = self.members
        return made

    def _words(self, name: str, unit: str, k: int = 0) -> NDArray[np.uint64]:
        stream = f"society:{name}"
        if unit == "person":
            return dense(self.seed, stream, self.first * GRID, self.until * GRID, 0, k)
        ids = self.layout.household if unit == "household" else self.layout.grid
        return sparse(self.seed, stream, pack(ids, 0, 0, k))

    def _intervene(self, each: Variable) -> None:
        for target, value, people in self.set:
            if target != each.name:
                continue
            if people is None:
                self.values[each.name] = np.full_like(self.values[each.name], value)
                continue
            low, high = np.searchsorted(people, [self.first * GRID, self.until * GRID])
            if low == high:
                continue
            places = people[low:high] - self.first * GRID
            if each.assigned_to == "household":
                places = self.layout.of[places]
            elif each.assigned_to == "grid":
                places = places // GRID
            changed = self.values[each.name].copy()
            changed[places] = value
            self.values[each.name] = changed
