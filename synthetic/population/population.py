"""People by id: a recipe, a size and a seed give the same bytes for any range, shard or order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthetic.cells import plain
from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.layout import Cities, cities_by_seed
from synthetic.population.frames import checked, recipe_of
from synthetic.recipes import Block, Recipe, Setting
from synthetic.variables import Column

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 64
"""Grids worked on at once: 65,536 people, a block that fits the cache."""


class Population:
    """A synthetic population, in which each person depends on recipe, seed and id alone.

    A range of people is therefore the same in a population of any size, and nothing is kept in memory.

    Parameters
    ----------
    recipe : str, Path or Recipe
        A registered name, a path that ends in `.toml`, `.csv` or `.parquet`, or a recipe.
    size : int
        Number of people, from 1 to 2**34.
    seed : int, default 0
        Seed of every draw.

    Attributes
    ----------
    recipe : Recipe
        The recipe.
    size : int
        Number of people.
    seed : int
        The seed.
    truth : tuple of str
        Columns that no institution can hold, so that no model may see them.

    Raises
    ------
    InputError
        If the recipe cannot be found, or the size or the seed is not allowed.

    See Also
    --------
    Recipe.load : Load a recipe by itself.

    Notes
    -----
    Every draw has an address (seed, stream, person, month, kind, k). Draws of a range of people come from Philox4x64-10
    (Salmon et al. 2011); those of scattered people from two rounds of the splitmix64 finalizer (Steele, Lea and Flood
    2014).

    Examples
    --------
    >>> from synthetic import Population
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
        if self.recipe.rows is not None:
            self.recipe.rows.check_size(int(size))
        self.size, self.seed = int(size), int(seed)
        self.truth = tuple(name for name in self.recipe.columns if self.recipe.variables[name].truth)
        self._set: tuple[Setting, ...] = ()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, truth: Sequence[str] = ()) -> Population:
        """Make a population of real people from a table, one row each.

        Parameters
        ----------
        frame : DataFrame of shape (n, columns)
            The people, without missing values. Ids are the positions of the rows.
        truth : sequence of str, default ()
            Columns that no model may see.

        Returns
        -------
        Population
            The people of the table. No column causes another, so `do` sets a column and changes nothing else.

        Raises
        ------
        InputError
            If the table is empty, a value is missing, a column stands in it twice, or a truth column is unknown.

        Examples
        --------
        >>> import pandas as pd
        >>> from synthetic import Population
        >>> town = Population.from_frame(pd.DataFrame({"age": [30, 40], "sex": ["f", "m"]}))
        >>> town.people()["sex"].tolist()
        ['f', 'm']
        """
        return FramePopulation(frame, truth=truth)

    def do(self, values: Mapping[str, object], *, people: Sequence[int] | Column | None = None) -> Population:
        """Return the same society with some variables set.

        What depends on a variable is worked out again with the same draws.

        Parameters
        ----------
        values : mapping of str to object
            New values by variable: a level of a category, a number within its bounds, or a bool.
        people : sequence of int or ndarray of int, optional
            Ids of the people whose variables are set. A variable of a household or a grid is set for all of it.
            Default: everybody.

        Returns
        -------
        Population
            The new population. The old one stays as it is.

        Raises
        ------
        InputError
            If a variable or a person does not exist, a value has the wrong type, level or range, or the people are the
            rows of a table that does not declare what the variable causes.

        Notes
        -----
        This is the do-operator of Pearl (2009): a variable is cut off from its causes, and its effects follow.

        Examples
        --------
        >>> from synthetic import Population
        >>> town = Population("china-2020", 1024, seed=1)
        >>> town.do({"sex": "male"}, people=[1]).people(0, 3)["sex"].tolist()
        ['male', 'male', 'male']
        >>> town.people(0, 3)["sex"].tolist()
        ['male', 'female', 'male']
        """
        self.recipe.needed(list(values))
        for why in filter(None, map(self.recipe.fixed, values)):
            raise InputError(f"{why}.")
        ids = self._ids(people)
        changed = [(name, self.recipe.variables[name].code(value), ids) for name, value in values.items()]
        made = self._copy()
        made._set = (*self._set, *changed)
        return made

    def _ids(self, people: Sequence[int] | Column | None) -> NDArray[np.int64] | None:
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
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        names: Sequence[str] | None = None,
        base: Mapping[str, Column] | None = None,
    ) -> dict[str, Column]:
        """Return the columns of a range of people as arrays.

        Parameters
        ----------
        start : int, default 0
            Id of the first person.
        stop : int, optional
            Id after that of the last person. Default: the size of the population.
        names : sequence of str, optional
            Columns to return. Default: all that are not latent.
        base : mapping of str to ndarray, optional
            Columns of the same people in the same society before any `do`. What the settings do not cause is taken from
            it (the very arrays, not copies). Default: everything is worked out.

        Returns
        -------
        dict of str to ndarray
            An array of shape (stop - start,) per column. A category is given as the int codes of its levels.

        Raises
        ------
        InputError
            If a column is unknown, or the range does not lie within the population.

        See Also
        --------
        Population.people : The same as a table with labels.
        Population.at : Columns of scattered people.

        Examples
        --------
        >>> from synthetic import Population
        >>> town = Population("china-2020", 1024, seed=1)
        >>> town.arrays(0, 3, names=["age", "sex"])["sex"].tolist()
        [0, 1, 0]
        """
        start, stop = self._range(start, stop)
        _keep_memory()
        wanted = self.recipe.columns if names is None else list(names)
        caused = self.recipe.effects([name for name, _, _ in self._set])
        kept = {name: values for name, values in (base or {}).items() if name not in caused}
        variables = self.recipe.variables
        new = [name for name in wanted if name not in kept]
        if not kept and start < stop <= (start // GRID + BLOCK) * GRID:
            return self._part(start, stop, new)
        made = {name: kept[name] if name in kept else np.empty(stop - start, variables[name].dtype) for name in wanted}
        order, rest = self.recipe.needed(new), self.recipe.needed(new, kept)
        last = (stop - 1) // GRID + 1
        for first, until in _blocks(start // GRID, last if new and start < stop else 0, stop // GRID if kept else last):
            low, high = first * GRID, until * GRID
            given = {name: values[low - start : high - start] for name, values in kept.items()}
            if low < start or high > stop:
                given = {}
            block = Block(self.recipe, self.seed, first, until, self._set, given)
            block.run(rest if given else order)
            low, high = max(start, low), min(stop, high)
            for name in new:
                made[name][low - start : high - start] = block.people(name, low - first * GRID, high - first * GRID)
        return made

    def _part(self, start: int, stop: int, names: Sequence[str]) -> dict[str, Column]:
        """The columns of people of one block, without a copy."""
        first, until = start // GRID, (stop - 1) // GRID + 1
        block = Block(self.recipe, self.seed, first, until, self._set)
        block.run(self.recipe.needed(names))
        return {name: block.people(name, start - first * GRID, stop - first * GRID) for name in names}

    def at(self, ids: NDArray[np.int64], names: Sequence[str]) -> dict[str, Column]:
        """Return columns of people at scattered ids, in the order of the ids.

        Parameters
        ----------
        ids : ndarray of int64 of shape (n,)
            Ids of the people, from 0 to `size` - 1.
        names : sequence of str
            Columns to return.

        Returns
        -------
        dict of str to ndarray
            An array of shape (n,) per column. A category is given as the int codes of its levels.

        Raises
        ------
        InputError
            If a column is unknown.

        See Also
        --------
        Population.arrays : Columns of a range of people.

        Notes
        -----
        The grids of these people, of 1,024 people each, are made whole. Nothing is kept.

        Examples
        --------
        >>> import numpy as np
        >>> from synthetic import Population
        >>> town = Population("china-2020", 1024, seed=1)
        >>> town.at(np.array([2, 0]), ["age"])["age"].tolist()
        [32, 70]
        """
        grids, where = np.unique(np.asarray(ids, np.int64) // GRID, return_inverse=True)
        runs = np.split(grids, np.flatnonzero(np.diff(grids) > 1) + 1) if len(grids) else []
        ends = [(int(run[0]) * GRID, min((int(run[-1]) + 1) * GRID, self.size)) for run in runs]
        parts = [self.arrays(start, stop, names=names) for start, stop in ends] or [self.arrays(0, 0, names=names)]
        place = where * GRID + np.asarray(ids, np.int64) % GRID
        return {name: np.concatenate([part[name] for part in parts])[place] for name in names}

    def people(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """Return a range of people as a table.

        Parameters
        ----------
        start : int, default 0
            Id of the first person.
        stop : int, optional
            Id after that of the last person. Default: the size of the population.

        Returns
        -------
        DataFrame of shape (stop - start, columns)
            One row per person, index `person`, truth included. Categories are categoricals with all their levels.

        Raises
        ------
        InputError
            If the range does not lie within the population.

        See Also
        --------
        Population.arrays : The same as arrays of codes and numbers.

        Examples
        --------
        >>> from synthetic import Population
        >>> town = Population("china-2020", 1024, seed=1)
        >>> town.people(0, 3)["sex"].tolist()
        ['male', 'female', 'male']
        """
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

    @property
    def cities(self) -> Cities | None:
        """The cities of this society; None where its recipe draws none."""
        if "recipe.city.smallest" not in self.recipe.dials:
            return None
        return self.recipe.numbers["city"].made(cities_by_seed)(self.seed)

    def _range(self, start: int, stop: int | None) -> tuple[int, int]:
        stop = self.size if stop is None else stop
        for value in (start, stop):
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise InputError(f"people {start!r} to {stop!r}: integers are needed.")
        if not 0 <= start <= stop <= self.size:
            raise InputError(f"people {start} to {stop}: allowed are 0 to {self.size}.")
        return int(start), int(stop)


class FramePopulation(Population):
    """A population whose people are the rows of a table. It knows no causes: setting a column changes it alone."""

    def __init__(self, frame: pd.DataFrame, *, truth: Sequence[str] = ()) -> None:
        self._frame = checked(frame, truth)
        self.size, self.seed, self.truth = len(frame), 0, tuple(truth)
        self.recipe = recipe_of(frame)
        self._set = ()

    def people(self, start: int = 0, stop: int | None = None) -> pd.DataFrame:
        """The rows start..stop-1, columns as given, index `person` from 0."""
        start, stop = self._range(start, stop)
        return self._frame.iloc[start:stop].copy()

    def arrays(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        names: Sequence[str] | None = None,
        base: Mapping[str, Column] | None = None,
    ) -> dict[str, Column]:
        """The columns of the rows start..stop-1 as arrays; texts and categories as integer codes of their levels."""
        start, stop = self._range(start, stop)
        wanted = list(self.recipe.variables) if names is None else list(names)
        self.recipe.needed(wanted)
        import pandas as pd

        made: dict[str, Column] = {}
        for name in wanted:
            each = self.recipe.variables[name]
            column = plain(self._frame[name].iloc[start:stop])
            if each.levels is not None:
                codes = pd.Categorical(column.astype(str), categories=list(each.levels)).codes
                made[name] = np.asarray(codes, each.dtype)
            else:
                made[name] = column.to_numpy().astype(each.dtype)
        return made

    def do(self, values: Mapping[str, object], *, people: Sequence[int] | Column | None = None) -> Population:
        """The same table with columns set, for everybody or for some rows."""
        ids = self._ids(people)
        self.recipe.needed(list(values))
        frame = self._frame.copy()
        for name, value in values.items():
            self.recipe.variables[name].code(value)
            rows = slice(None) if ids is None else ids
            frame.iloc[rows, frame.columns.get_loc(name)] = value  # type: ignore[call-overload]
        made = FramePopulation.__new__(FramePopulation)
        made.__dict__.update(self.__dict__)
        made._frame = frame
        return made


@cache
def _keep_memory() -> None:
    """Free a large array once: from then on glibc keeps the memory of one block for the next instead of handing it
    back (malloc(3), M_MMAP_THRESHOLD is adjusted upwards for good), which spares a quarter of the time in page faults.
    It is never touched, so it costs no memory; other C libraries do as they always do."""
    np.empty(31 << 20, np.int8)


def _blocks(first: int, last: int, whole: int) -> Iterator[tuple[int, int]]:
    """Runs of grids to work on at once; none goes on from those below `whole` to those above."""
    while first < last:
        until = min(first + BLOCK, last if first >= whole else min(last, whole))
        yield first, until
        first = until
