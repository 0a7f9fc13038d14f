"""Variables of a recipe: small functions whose parameter names are their parents.

There are two ways to declare one. `@variable` declares a structural function, which turns parents and its own draws
into values. `@chances` declares the chances of each level given the parents, and the draw is made for it: the function
is called once, on every combination of its parents' values, and each person's value is a look-up. With
`words="NAME"` the draw is made from the words that the variable NAME holds, so that people can share a part of it.

Reserved parameter names: `draw` (the variable's own addressed uniforms, one for each unit it is assigned to:
`draw()`, `draw(1)`, ...; `draw(1, of=city)` gives the uniforms of the numbers in `city`, so all grids of a city
get the same; the variable then says `drawn_by="city"`), `words` (a 32-bit word for each unit instead, for look-ups),
`seed` (for a law that draws at its own addresses), `numbers` (the section of the same name in the TOML file) and
`members` (sums over the members of each household). Other parents arrive at the unit of the variable: values of a grid
or household are repeated for its people, and values finer than the variable arrive person by person, for `members` to
sum.
"""

# Any: each variable declares its own dtype, and each number is a float or an array.
from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown

UNITS = ("grid", "household", "person")
DRAWN_BY = ("person", "household", "grid", "city")
"""Units whose people can share a draw, the finest first."""
KINDS: dict[str, type] = {"category": np.int8, "integer": np.int16, "float": np.float64, "flag": np.bool_}
RESERVED = ("draw", "words", "seed", "numbers", "members")

Made = TypeVar("Made")

Column = NDArray[Any]
"""The values of a variable; the variable declares their dtype."""


@dataclass(frozen=True)
class Variable:
    """A variable of a recipe, as declared.

    `assigned_to` is the unit that has the value: "person", "household" or "grid". `levels` are the labels of
    an integer-coded category. `bounds` holds the smallest and largest value of a number. A variable with
    `column=False` is latent; one with `fixed=True` is part of the layout and cannot be set; one with `truth=True`
    cannot be known to any institution. With `chances`, the function gives the chances of each level, not values;
    `words` names the parent that holds the words of the draw. `drawn_by` is the coarsest unit whose people share a draw
    of it ("": the one it is assigned to), `spread` the number that makes all such units alike where it is 0. `section`
    names the variable whose numbers its function reads ("": its own).
    """

    name: str
    function: Callable[..., Any] | None
    parents: tuple[str, ...]
    assigned_to: str
    kind: str
    meaning: str
    unit: str = ""
    levels: tuple[str, ...] | None = None
    bounds: tuple[float, float] | None = None
    dtype: type = np.float64
    column: bool = True
    fixed: bool = False
    truth: bool = False
    chances: bool = False
    reserved: tuple[str, ...] = ()
    drawn_by: str = ""
    spread: str = ""
    words: str = ""
    section: str = ""

    @property
    def shared(self) -> str:
        """The coarsest unit whose people share a draw of this variable: one of `DRAWN_BY`."""
        return self.drawn_by or self.assigned_to

    @property
    def conditions(self) -> tuple[str, ...]:
        """The parents on whose values its function depends: all but the one that holds the words of the draw."""
        return self.parents[:-1] if self.words else self.parents

    @property
    def domain(self) -> range:
        """The stored values of a finite variable. Raises InputError if the variable is not finite."""
        if self.levels is not None:
            return range(len(self.levels))
        if self.kind == "flag":
            return range(2)
        if self.kind == "integer" and self.bounds is not None and self.bounds[1] - self.bounds[0] < 1024:
            return range(int(self.bounds[0]), int(self.bounds[1]) + 1)
        raise InputError(f"variable {self.name} has no finite set of values, so chances cannot depend on it.")

    def code(self, value: object) -> float | int | bool:
        """The stored value for a label or number. Raises InputError for a value that this variable cannot have."""
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
        if self.bounds is not None and not self.bounds[0] <= number <= self.bounds[1]:
            low, high = self.bounds
            raise InputError(f"variable {self.name}: found {value!r}, allowed: {low:g} to {high:g}.")
        return int(number) if self.kind == "integer" else number


def variable(
    assigned_to: str,
    kind: str,
    meaning: str,
    *,
    unit: str = "",
    levels: Sequence[str] | None = None,
    bounds: tuple[float, float] | None = None,
    dtype: type | None = None,
    column: bool = True,
    fixed: bool = False,
    truth: bool = False,
    chances: bool = False,
    drawn_by: str = "",
    spread: str = "",
    words: str = "",
    section: str = "",
) -> Callable[[Callable[..., Any]], Variable]:
    """Declare a function as a variable of the recipe whose file it is in; its parameters are its parents.

    `drawn_by`: the coarsest unit whose people share a draw of it, where that is not the unit that it is assigned to.
    Only variables that say "city" may draw of a city. `spread`: the number at which, if it is 0, all such units are
    alike. `section`: the variable whose numbers it reads, where these are not its own.
    """
    if assigned_to not in UNITS:
        raise unknown("unit", assigned_to, UNITS)
    if drawn_by and drawn_by not in DRAWN_BY[DRAWN_BY.index(assigned_to) :]:
        raise unknown("unit to draw by", drawn_by, DRAWN_BY[DRAWN_BY.index(assigned_to) :])
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    if (kind == "category") != (levels is not None):
        raise InputError(f"a category must have levels, and no other kind may have them: {meaning!r}.")

    def declare(function: Callable[..., Any]) -> Variable:
        names = tuple(inspect.signature(function).parameters)
        return Variable(
            name=function.__name__,
            function=function,
            parents=(*(name for name in names if name not in RESERVED), *filter(None, [words])),
            assigned_to=assigned_to,
            kind=kind,
            meaning=meaning,
            unit=unit,
            levels=None if levels is None else tuple(levels),
            bounds=bounds,
            dtype=dtype or KINDS[kind],
            column=column,
            fixed=fixed,
            truth=truth,
            chances=chances,
            reserved=tuple(name for name in names if name in RESERVED),
            drawn_by=drawn_by,
            spread=spread,
            words=words,
            section=section,
        )

    return declare


def chances(
    assigned_to: str,
    kind: str,
    meaning: str,
    *,
    unit: str = "",
    levels: Sequence[str] | None = None,
    bounds: tuple[float, float] | None = None,
    column: bool = True,
    fixed: bool = False,
    truth: bool = False,
    words: str = "",
) -> Callable[[Callable[..., Any]], Variable]:
    """Declare a function of finite parents that gives the chances of each value.

    It returns a tuple with the weight of each level (or of each integer from the lower of `bounds` on), or the chance
    of True for a flag.
    """
    return variable(
        assigned_to,
        kind,
        meaning,
        unit=unit,
        levels=levels,
        bounds=bounds,
        column=column,
        fixed=fixed,
        truth=truth,
        chances=True,
        words=words,
    )


class Numbers:
    """The numbers of one variable, as attributes: a float for a dial, an array for a table.

    Two are equal if they hold the same numbers, of the same types.
    """

    def __init__(self, section: str, values: Mapping[str, object]) -> None:
        self._section = section
        self._said = (section, *((key, _said(value)) for key, value in values.items()))
        self.__dict__.update(values)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        raise InputError(f"recipe.{self._section} has no number {key!r} in its TOML file.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)

    def made(self, make: Callable[[Numbers], Made]) -> Made:
        """What `make` computes from these numbers (for example a look-up table), computed once for equal numbers."""
        found: Made = _made(make, self)
        return found


def _said(value: object) -> object:
    """A number so that only one of the same type and bits equals it; of an array also the shape."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return type(value), repr(value)


@lru_cache(maxsize=64)
def _made(make: Callable[[Numbers], Any], numbers: Numbers) -> Any:
    return make(numbers)


class Chances:
    """The chances of a variable on every combination of its parents' values, ready for tossing.

    `table` holds the chance of each value (first axis) on each combination (second axis, see `row`).
    Only possible outcomes are kept for tossing: `label[j]` is the j-th outcome of a combination and `step[j]` the
    largest 32-bit word that gives an outcome up to it, so a chance is exact to within 2^-32. A value costs one
    comparison per step.
    """

    def __init__(self, each: Variable, parents: Sequence[Variable], numbers: Numbers) -> None:
        domains = [parent.domain for parent in parents]
        shape = tuple(map(len, domains))
        mesh: list[Column] = [
            np.array(domain, parent.dtype).reshape([-1 if axis == k else 1 for axis in range(len(shape))])
            for k, (domain, parent) in enumerate(zip(domains, parents))
        ]
        assert each.function is not None
        given = dict(zip(each.conditions, mesh))
        found = each.function(**given, **({"numbers": numbers} if "numbers" in each.reserved else {}))
        weights = [1.0 - np.asarray(found), found] if each.kind == "flag" else list(found)
        if len(weights) != len(each.domain):
            raise InputError(f"variable {each.name}: {len(weights)} chances for {len(each.domain)} values.")
        table = np.stack([np.broadcast_to(weight, shape).ravel() for weight in weights]).astype(np.float64)
        total = table.sum(axis=0)
        if not (np.isfinite(table).all() and (table > -1e-12).all() and (total > 0).all()):
            raise InputError(f"variable {each.name}: some chances are negative or all zero at these dials.")
        self.table = table / total
        possible = self.table > 2.0**-60
        order = np.argsort(~possible, axis=0, kind="stable")[: int(possible.sum(axis=0).max())]
        shares = np.take_along_axis(np.where(possible, table, 0.0), order, axis=0)
        below = np.minimum(np.cumsum(shares, axis=0)[:-1] / shares.sum(axis=0), 1.0)
        self.step = (np.clip(np.rint(below * 2.0**32), 1, 2.0**32) - 1).astype(np.uint32)
        self.label: Column = (order + each.domain.start).astype(each.dtype)
        self.plain = bool((self.label == np.arange(len(order))[:, None]).all())
        self.strides = [int(np.prod(shape[k + 1 :])) for k in range(len(shape))]
        self.origin = sum(domain.start * stride for domain, stride in zip(domains, self.strides))
        most = sum(max(domain.stop, -domain.start) * stride for domain, stride in zip(domains, self.strides))
        self.narrow = np.int16 if most < 1 << 15 else np.int64
        self.dtype = each.dtype

    def row(self, parents: Sequence[Column]) -> NDArray[np.int64] | None:
        """The column of `table` that belongs to each unit; None if there are no parents."""
        if not parents:
            return None
        row: Column = np.full(len(parents[0]), -self.origin, self.narrow)
        for values, stride in zip(parents, self.strides):
            row += values if stride == 1 else np.multiply(values, stride, dtype=self.narrow)
        return row.astype(np.int64, copy=False)

    def toss(self, words: NDArray[np.uint32], parents: Sequence[Column]) -> Column:
        """The value of each unit, from a 32-bit word and the values of its parents."""
        row = self.row(parents)
        past: Column = np.zeros(len(words), np.int8)
        for number, step in enumerate(self.step):
            over = words > (step[0] if row is None else step.take(row))
            past = np.add(past, over, out=past) if number else over.view(np.int8)
        if self.plain:
            return past.view(np.bool_) if self.dtype is np.bool_ else past.astype(self.dtype, copy=False)
        cell = np.multiply(past, self.label.shape[1], dtype=np.int64)
        return self.label.ravel().take(cell if row is None else np.add(cell, row, out=cell))
