"""A recipe: a structural causal model of people, with the source of every number.

A recipe is `NAME.py` with its `NAME.toml`. The Python file declares the variables (see `synthetic.variables`). In the
TOML file each number stands in the section of its variable, with value, unit, source and reading, and is the
dial `recipe.VARIABLE.KEY`; a table of numbers may share one source (`values`, or a CSV `file` beside the TOML file).
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from synthetic.contradiction import Contradiction, read_contradictions
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes.margins import Margin, read_margins
from synthetic.registry import find_toml
from synthetic.source import Dial, check_source, dial, load_toml
from synthetic.variables import Chances, Numbers, Variable

LAYOUT = ("grid", "household", "place")
"""What the layout gives: the grid, the household (id of its first member) and the place in it, from 0."""

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Table:
    """Several numbers that share a unit, a source and a reading."""

    path: str
    values: NDArray[np.float64]
    unit: str
    source: str
    reading: str
    where: str = ""


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
    ) -> None:
        self.name, self.title, self.as_of, self.path = name, title, as_of, path
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
            A registered name, or a path that ends in `.toml`. A recipe is returned as it is.
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
        return _read(find_toml("recipe", name, FOLDER, beside))

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
        )

    def __reduce__(self) -> tuple[object, ...] | str:
        """A recipe travels as the path of its file and its numbers, since its functions cannot."""
        if self.path is None:
            return super().__reduce__()
        return _again, (self.path, self.dials, self.tables)

    @property
    def columns(self) -> list[str]:
        """Names of the variables that are not latent, causes before effects."""
        return [name for name in self.order if self.variables[name].column]

    @property
    def graph(self) -> dict[str, tuple[str, ...]]:
        """The causal graph: each variable with its parents."""
        return {name: self.variables[name].parents for name in self.order}

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
        return {section: Numbers(section, values) for section, values in found.items()}

    def chances(self, name: str) -> Chances:
        """The table of a variable that is declared by its chances, worked out once."""
        if name not in self._chances:
            each = self.variables[name]
            parents = [self.variables[parent] for parent in each.parents]
            self._chances[name] = Chances(each, parents, self.numbers[name])
        return self._chances[name]

    def effects(self, names: Collection[str]) -> frozenset[str]:
        """The named variables and all that they cause."""
        found = set(names)
        for child in self.order:
            if found.intersection(self.variables[child].parents):
                found.add(child)
        return frozenset(found)

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


def _read(path: Path, above: tuple[Path, ...] = ()) -> Recipe:
    """The recipe of a file; `above` are the files that start from it."""
    if path in above:
        raise InputError(f"recipe {path.name}: it starts from itself, by its `base` or by that of another.")
    text = load_toml(path)
    head = ("schema", "title", "as_of", "base", "not_modelled", "margins", "contradictory")
    base = (
        _read(find_toml("recipe", str(text["base"]), FOLDER, path.parent), (*above, path)) if "base" in text else None
    )
    if base is None:
        module = _module(path)
        variables = {v.name: v for v in vars(module).values() if isinstance(v, Variable)}
        if not variables:
            raise InputError(f"{path.with_suffix('.py').name} declares no variable.")
    else:
        variables = {name: v for name, v in base.variables.items() if name not in LAYOUT}
    check_keys(text, (*head, *variables), path.name)
    if text.get("schema") != 1:
        raise InputError(f"{path.name}: schema is {text.get('schema')!r}, allowed: 1.")
    dials = dict(base.dials) if base else {}
    tables = dict(base.tables) if base else {}
    for section in variables:
        entries = check_section(text.get(section, {}), section)
        for key, entry in entries.items():
            where = f"recipe.{section}.{key}"
            if isinstance(entry, dict) and ("values" in entry or "file" in entry):
                tables[where] = _table(entry, where, path.parent)
            else:
                dials[where] = dial(entry, where)
            if base is not None and where not in base.dials and where not in base.tables:
                raise unknown(f"number in {path.name}", where, [*base.dials, *base.tables])
    name = path.stem.replace("_", "-")
    left_out = text.get("not_modelled", base.not_modelled if base else [])
    return Recipe(
        name,
        variables,
        dials,
        tables,
        title=str(text.get("title", base.title if base else name)),
        as_of=str(text.get("as_of", base.as_of if base else "")),
        not_modelled=tuple(str(line) for line in left_out),  # type: ignore[attr-defined]
        margins=read_margins(text["margins"]) if "margins" in text else tuple(base.margins if base else ()),
        contradictory=read_contradictions(text["contradictory"], path.name)
        if "contradictory" in text
        else tuple(base.contradictory if base else ()),
        path=path,
    )


def _again(path: Path, dials: Mapping[str, Dial], tables: Mapping[str, Table]) -> Recipe:
    return _read(path).with_numbers(dials, tables)


def check_section(section: object, name: str) -> dict[str, object]:
    """The section itself if it is a table; otherwise an InputError."""
    if not isinstance(section, dict):
        raise InputError(f"recipe.{name} must be a table of numbers, found {section!r}.")
    return section


def _table(entry: dict[str, object], where: str, folder: Path) -> Table:
    check_keys(entry, ("values", "file", "skip", "unit", "source", "reading", "where"), where)
    if "unit" not in entry or ("values" in entry) == ("file" in entry):
        raise InputError(f"{where} must have a unit, and either values or a file.")
    source, reading = check_source(entry, where)
    if reading == "assumed":
        raise InputError(f"{where} is assumed, so it needs a range: write it as single numbers.")
    found = _cells(folder / str(entry["file"]), int(str(entry.get("skip", 0)))) if "file" in entry else entry["values"]
    try:
        values = np.asarray(found, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{where}: values must be a list of numbers, or of lists of equal length.") from None
    return Table(where, values, str(entry["unit"]), source, reading, str(entry.get("where", "")))


def _cells(path: Path, skip: int) -> list[list[str]]:
    """The cells of a CSV file under its head, without the first `skip` columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[skip:] for row in list(csv.reader(file))[1:]]
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name}: not a CSV file in UTF-8 ({error}).") from None


def _module(path: Path) -> ModuleType:
    if path.parent == FOLDER:
        return importlib.import_module(f"synthetic.recipes.{path.stem}")
    file = path.with_suffix(".py")
    if not file.is_file():
        raise InputError(f"{path.name} needs {file.name} beside it, or a `base` recipe to start from.")
    spec = importlib.util.spec_from_file_location(f"recipe_{path.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:
        raise InputError(f"{file.name}: running it failed ({type(problem).__name__}: {problem}).") from problem
    return module
