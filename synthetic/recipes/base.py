"""A recipe: a structural causal model of people, with a source for every number.

A recipe is `NAME.py` with its `NAME.toml`. The Python file declares the variables (see `synthetic.variables`). In the
TOML file each number is in the section of its variable, with value, unit, source and reading, and is the dial
`recipe.VARIABLE.KEY`; a table of numbers may share one source (`values`, or a CSV `file` beside the TOML file).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from synthetic.contradiction import Contradiction
from synthetic.errors import InputError, unknown
from synthetic.recipes.file import find_recipe, read_recipe
from synthetic.recipes.margins import Margin
from synthetic.recipes.rows import Rows
from synthetic.recipes.tables import Table
from synthetic.source import Dial
from synthetic.variables import DRAWN_BY, Chances, Numbers, Variable

LAYOUT = ("grid", "household", "place")
"""Variables that the layout gives: the grid, the household (id of its first member) and the place in it, from 0."""


class Recipe:
    """A structural causal model of a population: variables, their numbers with sources, and what is left out.

    Load one with `Recipe.load`.

    Parameters
    ----------
    name : str
        Name of the recipe.
    variables : mapping of str to Variable
        Variables by name, each with its parents and its function.
    dials : mapping of str to Dial
        Numbers by path (`recipe.VARIABLE.KEY`), each with unit, source and reading.
    tables : mapping of str to Table, optional
        Tables of numbers by path. Default: none.
    title : str, default ""
        What the recipe is, in a few words.
    as_of : str, default ""
        Date for which the numbers hold.
    not_modelled : tuple of str, default ()
        What the recipe leaves out, in sentences.
    margins : tuple of Margin, default ()
        Published figures that a society is compared with.
    contradictory : tuple of Contradiction, default ()
        Published figures that contradict each other, with what the recipe uses instead.
    layout : bool, default True
        Whether people live in grids and households. If not, the variables stand by themselves.
    path : Path, optional
        File of the recipe. Default: it has none.
    rows : Rows, optional
        The people, if they are the rows of a table. Default: they are drawn.

    See Also
    --------
    Population : Make people from a recipe.

    Notes
    -----
    The variables form a directed acyclic graph in the sense of Pearl (2009): a function gives each variable from its
    parents and from addressed draws.

    Examples
    --------
    >>> from synthetic import Recipe
    >>> Recipe.load("china-2020").graph["community"]
    ('minority_share',)
    """

    def __init__(
        self,
        name: str,
        variables: Mapping[str, Variable],
        dials: Mapping[str, Dial],
        tables: Mapping[str, Table] | None = None,
        *,
        title: str = "",
        as_of: str = "",
        not_modelled: tuple[str, ...] = (),
        margins: tuple[Margin, ...] = (),
        contradictory: tuple[Contradiction, ...] = (),
        layout: bool = True,
        path: Path | None = None,
        rows: Rows | None = None,
    ) -> None:
        self.name, self.title, self.as_of, self.path, self.rows = name, title, as_of, path, rows
        self.variables = {**(_layout() if layout else {}), **variables}
        self.dials = dict(dials)
        self.tables = dict(tables or {})
        self.not_modelled = list(not_modelled)
        self.margins, self.contradictory = list(margins), list(contradictory)
        self.order = _sorted(self.variables)
        self._chances: dict[str, Chances] = {}
        self._needed: dict[tuple[tuple[str, ...], frozenset[str]], list[str]] = {}

    @classmethod
    def load(cls, name: str | Path | Recipe, *, beside: Path | None = None) -> Recipe:
        """Load a recipe by its name or from its file.

        Parameters
        ----------
        name : str, Path or Recipe
            A registered name, or a path that ends in `.toml`, or in `.csv` or `.parquet` for a table of people. A
            recipe is returned as it is.
        beside : Path, optional
            Folder in which a name or relative path is sought first. Default: none.

        Returns
        -------
        Recipe
            The recipe as the file declares it.

        Raises
        ------
        InputError
            If the file cannot be found, or something in it is unknown or not allowed.

        Notes
        -----
        The functions of the variables stand in the Python file of the same stem beside the TOML file. Without one,
        `base` in the TOML file names the recipe whose functions and numbers this one starts from.

        Examples
        --------
        >>> from synthetic import Recipe
        >>> Recipe.load("china-2020").name
        'china-2020'
        """
        if isinstance(name, Recipe):
            return name
        return cls(**vars(read_recipe(find_recipe(name, beside))))

    def set(self, values: Mapping[str, object]) -> Recipe:
        """The same recipe with some dials at other values. Raises InputError for an unknown dial or value."""
        dials = dict(self.dials)
        for path, value in values.items():
            if path not in dials:
                raise unknown("dial", path, dials)
            dials[path] = dials[path].set(value)
        return self.with_numbers(dials)

    def with_numbers(self, dials: Mapping[str, Dial], tables: Mapping[str, Table] | None = None) -> Recipe:
        """The same recipe with these dials and tables in the place of its own."""
        own = {name: v for name, v in self.variables.items() if name not in LAYOUT}
        return Recipe(
            self.name,
            own,
            dials,
            self.tables if tables is None else tables,
            title=self.title,
            as_of=self.as_of,
            not_modelled=tuple(self.not_modelled),
            margins=tuple(self.margins),
            contradictory=tuple(self.contradictory),
            path=self.path,
            rows=self.rows,
        )

    def __reduce__(self) -> tuple[object, ...] | str:
        """A recipe travels as the path of its file and its numbers, since its functions cannot."""
        if self.path is None:
            return super().__reduce__()
        if self.rows is not None:
            return _same_numbers, (self.path, self.rows.digest, self.dials)
        return _again, (self.path, self.dials, self.tables)

    @property
    def columns(self) -> list[str]:
        """Names of the variables that are not latent, causes before effects."""
        return [name for name in self.order if self.variables[name].column]

    @property
    def graph(self) -> dict[str, tuple[str, ...]]:
        """The causal graph: each variable with its parents."""
        return {name: self.variables[name].parents for name in self.order}

    def fixed(self, name: str) -> str:
        """Why no person can have another value of this variable, with all that it causes; "" if one can."""
        return "" if self.rows is None else self.rows.fixed(name)

    @cached_property
    def numbers(self) -> dict[str, Numbers]:
        """The numbers of each variable, ready for its function."""
        found: dict[str, dict[str, object]] = {name: {} for name in self.variables}
        for path, each in self.dials.items():
            _, section, key = path.split(".")
            found[section][key] = each.value
        for path, table in self.tables.items():
            _, section, key = path.split(".")
            found[section][key] = table.values
        made = {section: Numbers(section, values) for section, values in found.items()}
        return {name: made[one.section or name] for name, one in self.variables.items()}

    def chances(self, name: str) -> Chances:
        """The table of a variable that is declared by its chances, worked out once."""
        if name not in self._chances:
            each = self.variables[name]
            parents = [self.variables[parent] for parent in each.conditions]
            self._chances[name] = Chances(each, parents, self.numbers[name])
        return self._chances[name]

    def effects(self, names: Collection[str]) -> frozenset[str]:
        """The named variables and all that they cause."""
        found = set(names)
        for child in self.order:
            if found.intersection(self.variables[child].parents):
                found.add(child)
        return frozenset(found)

    def drawn_by(self, names: Sequence[str]) -> str:
        """The coarsest unit whose people share a draw of a named variable or of one of its causes: of `DRAWN_BY`.

        A cause that only places people (the grid, the city) is no draw that they share, unless it is named itself. A
        variable whose `spread` is 0 is the same in all units, so it counts as drawn by the unit that it is assigned to.
        """
        found = [DRAWN_BY[0]]
        for name in self.needed(names):
            each = self.variables[name]
            if name in names or not each.fixed:
                alike = each.spread and float(getattr(self.numbers[name], each.spread)) == 0
                found.append(each.assigned_to if alike else each.shared)
        return max(found, key=DRAWN_BY.index)

    def needed(self, names: Sequence[str], known: Collection[str] = ()) -> list[str]:
        """The named variables and all their causes, causes first; what is known is not traced further."""
        asked = tuple(names), frozenset(known)
        if asked in self._needed:
            return self._needed[asked]
        for name in names:
            if name not in self.variables:
                raise unknown(f"variable of {self.name}", name, self.variables)
        wanted = set(names)
        for name in reversed(self.order):
            if name in wanted and name not in known:
                wanted.update(self.variables[name].parents)
        self._needed[asked] = [name for name in self.order if name in wanted and name not in known]
        return self._needed[asked]


def _layout() -> dict[str, Variable]:
    def fixed(name: str, unit: str, dtype: type, meaning: str) -> Variable:
        return Variable(
            name,
            None,
            (),
            unit,
            "integer",
            meaning,
            dtype=dtype,
            bounds=(0, 1023) if name == "place" else None,
            fixed=True,
            column=name != "place",
        )

    return {
        "grid": fixed("grid", "grid", np.int32, "administrative unit of 1,024 people: id // 1024"),
        "household": fixed("household", "household", np.int64, "id of the first member of the household"),
        "place": fixed("place", "person", np.int16, "position in the household, from 0"),
    }


def _sorted(variables: Mapping[str, Variable]) -> list[str]:
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(name: str, child: str) -> None:
        if name not in variables:
            raise unknown(f"parent of variable {child}", name, variables)
        if state.get(name) == 1:
            raise InputError(f"variable {name} is its own cause.")
        if name not in state:
            state[name] = 1
            for parent in variables[name].parents:
                visit(parent, name)
            state[name] = 2
            order.append(name)

    for name in variables:
        visit(name, name)
    return order


def _again(path: Path, dials: Mapping[str, Dial], tables: Mapping[str, Table]) -> Recipe:
    return Recipe.load(path).with_numbers(dials, tables)


def _same_numbers(path: Path, digest: str, dials: Mapping[str, Dial]) -> Recipe:
    made = _same_rows(path, digest)
    return made if made.dials == dials else made.with_numbers(dials)


@lru_cache(maxsize=2)
def _same_rows(path: Path, digest: str) -> Recipe:
    """The recipe of a table of people, read again elsewhere, once. Raises InputError if the table has changed."""
    made = Recipe.load(path)
    if made.rows is None or made.rows.digest != digest:
        raise InputError(f"{path.name} has changed while the run was on; run it again.")
    return made
