"""A recipe: a structural causal model of people, each variable a small function of its parents.

A recipe is `NAME.py` with its `NAME.toml`. In the Python file each variable is a function whose
parameter names are its parents. Three names are reserved: `draw` (the variable's own addressed
uniforms, one for each unit it is assigned to: `draw()`, `draw(1)`, ...), `numbers` (the table of the
same name in the TOML file) and `members` (sums over the members of each household). In the TOML file
each number stands with its value, unit, source and reading, and is the dial `recipe.VARIABLE.KEY`.

Parents arrive at the unit of the variable: what is assigned to a grid or a household is spread over
its people; what is finer than the variable arrives person by person, for `members` to sum.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml
from synthetic.source import Dial, check_source, dial, load_toml

UNITS = ("grid", "household", "person")
KINDS = {"category": np.int8, "integer": np.int16, "float": np.float64, "flag": np.bool_}
RESERVED = ("draw", "numbers", "members")
LAYOUT = ("grid", "household", "place")
"""What the layout gives: the grid, the household (id of its first member) and the place in it, from 0."""

FOLDER = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Variable:
    """A variable of a recipe, as declared.

    `assigned_to` is the unit that has the value: "person", "household" or "grid". `levels` are the labels of
    an integer-coded category. `range` holds the smallest and largest value of a number. A variable with
    `column=False` is latent; one with `fixed=True` is part of the layout and cannot be set.
    """

    name: str
    function: Callable[..., NDArray] | None
    parents: tuple[str, ...]
    assigned_to: str
    kind: str
    meaning: str
    unit: str = ""
    levels: tuple[str, ...] | None = None
    range: tuple[float, float] | None = None
    dtype: type = np.float64
    column: bool = True
    fixed: bool = False
    reserved: tuple[str, ...] = ()

    def code(self, value: object) -> float | int | bool:
        """The stored value for a label or number. Raises InputError for what this variable cannot be."""
        if self.fixed:
            raise InputError(f"variable {self.name} is part of the layout and cannot be set.")
        if self.levels is not None:
            if not isinstance(value, str) or value not in self.levels:
                raise unknown(f"level of {self.name}", value, self.levels)
            return self.levels.index(value)
        if self.kind == "flag":
            if not isinstance(value, bool | np.bool_):
                raise InputError(f"variable {self.name}: found {value!r}, allowed: True, False.")
            return bool(value)
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
            raise InputError(f"variable {self.name}: found {value!r}, a number is needed.")
        number = float(value)
        if not np.isfinite(number) or (self.kind == "integer" and not number.is_integer()):
            kind = "an integer" if self.kind == "integer" else "a finite number"
            raise InputError(f"variable {self.name}: found {value!r}, {kind} is needed.")
        if self.range is not None and not self.range[0] <= number <= self.range[1]:
            raise InputError(f"variable {self.name}: found {value!r}, allowed: {self.range[0]:g} to {self.range[1]:g}.")
        return int(number) if self.kind == "integer" else number


def variable(
    assigned_to: str,
    kind: str,
    meaning: str,
    *,
    unit: str = "",
    levels: tuple[str, ...] | None = None,
    range: tuple[float, float] | None = None,  # noqa: A002  the word of the data files
    dtype: type | None = None,
    column: bool = True,
    fixed: bool = False,
) -> Callable[[Callable[..., NDArray]], Variable]:
    """Declare a function as a variable of the recipe whose file it stands in; its parameters are its parents."""
    if assigned_to not in UNITS:
        raise unknown("unit", assigned_to, UNITS)
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    if (kind == "category") != (levels is not None):
        raise InputError(f"a category has levels and nothing else has: {meaning!r}.")

    def declare(function: Callable[..., NDArray]) -> Variable:
        names = tuple(inspect.signature(function).parameters)
        return Variable(
            name=function.__name__,
            function=function,
            parents=tuple(name for name in names if name not in RESERVED),
            assigned_to=assigned_to,
            kind=kind,
            meaning=meaning,
            unit=unit,
            levels=levels,
            range=range,
            dtype=dtype or KINDS[kind],
            column=column,
            fixed=fixed,
            reserved=tuple(name for name in names if name in RESERVED),
        )

    return declare


@dataclass(frozen=True)
class Table:
    """Several numbers that share a unit, a source and a reading."""

    path: str
    values: NDArray[np.float64]
    unit: str
    source: str
    reading: str
    where: str = ""


class Numbers:
    """The numbers of one variable, as attributes: a float for a dial, an array for a table."""

    def __init__(self, section: str, values: Mapping[str, object]) -> None:
        self._section = section
        self._made: dict[Callable, object] = {}
        self.__dict__.update(values)

    def __getattr__(self, key: str) -> float:
        raise InputError(f"recipe.{self._section} has no number {key!r} in its TOML file.")

    def made(self, make: Callable[[Numbers], object]) -> object:
        """What `make` works out from these numbers (a lookup table, say), worked out once."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]


class Recipe:
    """A structural causal model of a population: variables, numbers with their sources, and what is left out."""

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
        layout: bool = True,
    ) -> None:
        self.name, self.title, self.as_of = name, title, as_of
        self.variables = {**(_layout() if layout else {}), **variables}
        self.dials = dict(dials)
        self.tables = dict(tables or {})
        self.not_modelled = list(not_modelled)
        self.order = _sorted(self.variables)

    @classmethod
    def load(cls, name: str | Path | Recipe, *, beside: Path | None = None) -> Recipe:
        """The recipe of a registered name, or of a path that ends in `.toml`.

        The functions stand in the Python file of the same stem beside the TOML file; without one, `base`
        names the recipe whose functions and numbers this one starts from.
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
        return self._with(dials)

    def _with(self, dials: Mapping[str, Dial], tables: Mapping[str, Table] | None = None) -> Recipe:
        own = {name: v for name, v in self.variables.items() if name not in LAYOUT}
        return Recipe(
            self.name,
            own,
            dials,
            self.tables if tables is None else tables,
            title=self.title,
            as_of=self.as_of,
            not_modelled=tuple(self.not_modelled),
        )

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

    def needed(self, names: list[str]) -> list[str]:
        """The named variables and all their causes, causes first."""
        for name in names:
            if name not in self.variables:
                raise unknown(f"variable of {self.name}", name, self.variables)
        wanted = set(names)
        for name in reversed(self.order):
            if name in wanted:
                wanted.update(self.variables[name].parents)
        return [name for name in self.order if name in wanted]


def _layout() -> dict[str, Variable]:
    def fixed(name: str, unit: str, dtype: type, meaning: str) -> Variable:
        return Variable(name, None, (), unit, "integer", meaning, dtype=dtype, fixed=True, column=name != "place")

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


def _read(path: Path) -> Recipe:
    text = load_toml(path)
    head = ("schema", "title", "as_of", "base", "not_modelled")
    base = _read(find_toml("recipe", str(text["base"]), FOLDER, path.parent)) if "base" in text else None
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
            if isinstance(entry, dict) and "values" in entry:
                tables[where] = _table(entry, where)
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
    )


def check_section(section: object, name: str) -> dict[str, object]:
    """The section itself if it is a table; otherwise an InputError."""
    if not isinstance(section, dict):
        raise InputError(f"recipe.{name} must be a table of numbers, found {section!r}.")
    return section


def _table(entry: dict[str, object], where: str) -> Table:
    check_keys(entry, ("values", "unit", "source", "reading", "where"), where)
    if "unit" not in entry:
        raise InputError(f"{where} must have a unit.")
    source, reading = check_source(entry, where)
    if reading == "assumed":
        raise InputError(f"{where} is assumed, so it needs a range: write it as single numbers.")
    try:
        values = np.asarray(entry["values"], np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{where}: values must be a list of numbers, or of lists of equal length.") from None
    return Table(where, values, str(entry["unit"]), source, reading, str(entry.get("where", "")))


def _module(path: Path) -> ModuleType:
    if path.parent == FOLDER:
        return importlib.import_module(f"synthetic.recipes.{path.stem}")
    file = path.with_suffix(".py")
    if not file.is_file():
        raise InputError(f"{path.name} needs {file.name} beside it, or a `base` recipe to start from.")
    spec = importlib.util.spec_from_file_location(f"recipe_{path.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
