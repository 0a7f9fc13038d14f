"""A block of grids, in which the variables of a recipe are computed; each grid is the same as if computed alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID, dense, halves, pack, sparse, uniform
from synthetic.errors import InputError
from synthetic.layout import Layout, Members
from synthetic.recipes.base import LAYOUT, Recipe
from synthetic.variables import Column, Variable

Setting = tuple[str, float | int | bool, NDArray[np.int64] | None]
"""A variable, the value it is set to, and the ids of the people it is set for (None: everybody)."""

_SLOTS = "household_size"
"""The variable that is drawn slot by slot and makes the layout."""


class Block:
    """The grids first..until-1 of a society, computed together.

    `given` holds columns of its people that are already known and that no setting changes.
    """

    def __init__(
        self,
        recipe: Recipe,
        seed: int,
        first: int,
        until: int,
        settings: Sequence[Setting] = (),
        given: Mapping[str, Column] | None = None,
    ) -> None:
        self.recipe, self.seed, self.first, self.until = recipe, seed, first, until
        self.settings = settings
        self.values: dict[str, Column] = {}
        self.spread: dict[tuple[str, str], Column] = {}
        self._packed: dict[str, NDArray[np.uint64]] = {}
        slots = recipe.variables.get(_SLOTS) if recipe.rows is None else None
        if recipe.rows is not None:
            given = recipe.rows.block(first, until) | dict(given or {})
        if given and "household" in given:
            self.layout = Layout.of_households(first, until, given["household"])
        else:
            self.layout = Layout(first, until, None if slots is None else self._sizes)
        self.members = Members(self.layout)
        for name in LAYOUT:
            self.values[name] = getattr(self.layout, name)
        if slots is not None:
            self.values[_SLOTS] = self.layout.size.astype(slots.dtype)
        for name, values in (given or {}).items():
            if name not in self.values:
                self.values[name] = self.layout.gather(values, recipe.variables[name].assigned_to)

    def _sizes(self, slots: int) -> Column:
        ids = np.arange(self.first, self.until)[:, None] * GRID + np.arange(slots)
        words = sparse(self.seed, f"society:{_SLOTS}", pack(ids.ravel()))
        return self.recipe.chances(_SLOTS).toss(_upper(words), []).reshape(-1, slots)

    def run(self, order: Sequence[str]) -> None:
        """Compute the named variables; causes must come before effects."""
        for name in order:
            each = self.recipe.variables[name]
            if name not in self.values:
                inputs = [self.get(parent, each.assigned_to) for parent in each.conditions]
                if each.chances:
                    words = self.get(each.words, each.assigned_to) if each.words else self._halves(each)
                    self.values[name] = self.recipe.chances(name).toss(words, inputs)
                else:
                    assert each.function is not None
                    made = each.function(**dict(zip(each.parents, inputs)), **self._reserved(each))
                    self.values[name] = np.asarray(made, each.dtype)
            self._intervene(each)

    def get(self, name: str, unit: str) -> Column:
        """The values of a variable at a unit: repeated for people or households if a coarser unit holds them."""
        held_by = self.recipe.variables[name].assigned_to
        if held_by in (unit, "person"):
            return self.values[name]
        if (name, unit) not in self.spread:
            self.spread[name, unit] = self.layout.spread(self.values[name], held_by, unit)
        return self.spread[name, unit]

    def people(self, name: str, start: int, stop: int) -> Column:
        """The values of a variable for the people start..stop-1 of the block."""
        held_by, values = self.recipe.variables[name].assigned_to, self.values[name]
        if held_by == "person":
            return values[start:stop]
        if (name, "person") in self.spread:
            return self.spread[name, "person"][start:stop]
        return values.take(self.layout.of[start:stop]) if held_by == "household" else values.repeat(GRID)[start:stop]

    def _reserved(self, each: Variable) -> dict[str, object]:
        made: dict[str, object] = {}
        if "draw" in each.reserved:
            made["draw"] = lambda k=0, of=None: uniform(self._words(each, k, of))
        if "words" in each.reserved:
            made["words"] = self._halves(each)
        if "seed" in each.reserved:
            made["seed"] = self.seed
        if "numbers" in each.reserved:
            made["numbers"] = self.recipe.numbers[each.name]
        if "members" in each.reserved:
            made["members"] = self.members
        return made

    def _words(self, each: Variable, k: int = 0, of: Column | None = None) -> NDArray[np.uint64]:
        """A word for each unit of the variable, or for each number in `of`."""
        stream, unit = f"society:{each.name}", each.assigned_to
        if of is not None and each.shared == unit:
            raise InputError(f"variable {each.name} draws of a unit that it does not declare: it needs drawn_by.")
        if of is None and unit == "person":
            return dense(self.seed, stream, self.first * GRID, self.until * GRID, 0, k)
        return sparse(self.seed, stream, (self._address(unit) if of is None else pack(of)) | np.uint64(k))

    def _halves(self, each: Variable) -> NDArray[np.uint32]:
        """A 32-bit word for each unit of the variable."""
        if each.assigned_to == "person":
            return halves(self.seed, f"society:{each.name}", self.first * GRID, self.until * GRID)
        return _upper(self._words(each))

    def _address(self, unit: str) -> NDArray[np.uint64]:
        """The packed addresses of the block's households or grids."""
        if unit not in self._packed:
            self._packed[unit] = pack(self.layout.household if unit == "household" else self.layout.grid)
        return self._packed[unit]

    def _intervene(self, each: Variable) -> None:
        for target, value, people in self.settings:
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


def _upper(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
    return (words >> np.uint64(32)).astype(np.uint32)
