"""Schemas: what a table of a file may say, declared once.

A schema gives the check of a file, the sentence that refuses it, and the page on which a user looks up the keys. A type
reads a value as TOML gives it and returns what the rest of the program uses.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from synthetic.errors import InputError, shown, unknown

LARGEST = 2**31 - 1
"""The largest whole number where a schema names none."""


class Type:
    """What a value may be. `kinds` are the types that TOML gives for it; `said` names it, as in "a text"."""

    kinds: ClassVar[tuple[type, ...]]
    said: str

    def read(self, value: object, at: str) -> Any:
        """The value as the program uses it. Raises InputError if it is not allowed; `at` is its path."""
        if type(value) not in self.kinds:
            raise self.refused(value, at)
        return value

    def refused(self, value: object, at: str) -> InputError:
        """The sentence that refuses a value."""
        return InputError(f"{at}: found {shown(value)}, allowed: {self.said}.")


@dataclass(frozen=True)
class Text(Type):
    """A text; not an empty one, unless it says so."""

    said: str = "a text"
    empty: bool = False
    kinds = (str,)

    def read(self, value: object, at: str) -> str:
        if type(value) is not str or not (self.empty or value.strip()):
            raise self.refused(value, at)
        return value


@dataclass(frozen=True)
class OneOf(Type):
    """One of these names."""

    names: Iterable[str]
    kinds = (str,)

    @property
    def said(self) -> str:  # type: ignore[override]
        """The names."""
        *first, last = self.names
        return f"{', '.join(first)} or {last}" if first else last

    def read(self, value: object, at: str) -> str:
        if type(value) is not str:
            raise self.refused(value, at)
        if value not in self.names:
            place, key = parted(at)
            raise unknown(f"{key} in {place}", value, self.names)
        return value


class Flag(Type):
    """True or false."""

    kinds = (bool,)
    said = "true or false"


class Day(Type):
    """A date without quotation marks."""

    kinds = (date,)
    said = "a date without quotation marks"

    def read(self, value: object, at: str) -> str:
        super().read(value, at)
        return str(value)


@dataclass(frozen=True)
class Number(Type):
    """A number within bounds; `above` is a bound that it does not reach itself."""

    least: float | None = None
    most: float | None = None
    above: float | None = None
    noun: str = "a number"
    kinds: ClassVar[tuple[type, ...]] = (int, float)

    @property
    def said(self) -> str:  # type: ignore[override]
        """The noun and the bounds."""
        low, high = self.low, self.most
        word = "from" if self.above is None else "above"
        if low is None:
            return self.noun if high is None else f"{self.noun} up to {plain(high)}"
        if high is None or high == LARGEST:
            return f"{self.noun} {word} {plain(low)}{' on' if word == 'from' else ''}"
        return f"{self.noun} {word} {plain(low)} to {plain(high)}"

    @property
    def low(self) -> float | None:
        """The lower bound of either sort."""
        return self.least if self.above is None else self.above

    def within(self, low: float, high: float) -> tuple[float, float]:
        """The part of a range that is within the bounds."""
        least, most = -math.inf if self.low is None else self.low, math.inf if self.most is None else self.most
        return max(low, least), min(high, most)

    def read(self, value: object, at: str) -> Any:
        if type(value) not in self.kinds:
            raise self.refused(value, at)
        low = self.least is None or value >= self.least  # type: ignore[operator]
        over = self.above is None or value > self.above  # type: ignore[operator]
        if not (low and over and (self.most is None or value <= self.most)):  # type: ignore[operator]
            raise self.refused(value, at)
        return value


@dataclass(frozen=True)
class Whole(Number):
    """A whole number within bounds."""

    most: float | None = LARGEST
    noun: str = "a whole number"
    kinds: ClassVar[tuple[type, ...]] = (int,)


class Range(Type):
    """The lowest and the highest of something."""

    kinds = (list,)
    said = "[lowest, highest]"

    def read(self, value: object, at: str) -> tuple[float, float]:
        if (
            type(value) is not list
            or [type(one) in (int, float) for one in value] != [True, True]
            or value[0] > value[1]
        ):
            raise self.refused(value, at)
        return float(value[0]), float(value[1])


@dataclass(frozen=True)
class Listed(Type):
    """A list; of names, each stands in it once."""

    of: Type
    noun: str = "names"
    least: int = 0
    most: int | None = None
    twice: bool = False
    kinds = (list,)

    @property
    def said(self) -> str:  # type: ignore[override]
        """The noun, and how many."""
        if self.least == self.most:
            return f"a list of {self.least} {self.noun}"
        return f"a list of {f'{self.least} or more ' if self.least else ''}{self.noun}"

    def read(self, value: object, at: str) -> tuple[Any, ...]:
        if type(value) is not list or len(value) < self.least or (self.most is not None and len(value) > self.most):
            raise self.refused(value, at)
        made = tuple(self.of.read(one, f"{at} {place}") for place, one in enumerate(value, 1))
        if not self.twice:
            for place, one in enumerate(made):
                if one in made[:place]:
                    raise InputError(f"{at}: {shown(one)} stands in the list twice, allowed: once.")
        return made


@dataclass(frozen=True)
class Either(Type):
    """A value of the first of these types that takes it."""

    types: tuple[Type, ...]

    @property
    def kinds(self) -> tuple[type, ...]:  # type: ignore[override]
        """What TOML gives for any of them."""
        return tuple(kind for one in self.types for kind in one.kinds)

    @property
    def said(self) -> str:  # type: ignore[override]
        """All of them."""
        *first, last = [one.said for one in self.types]
        return f"{', '.join(first)}, or {last}" if len(first) > 1 else f"{first[0]} or {last}"

    def read(self, value: object, at: str) -> Any:
        for one in self.types:
            if type(value) in one.kinds:
                return one.read(value, at)
        raise self.refused(value, at)


@dataclass(frozen=True)
class By(Type):
    """A value that a function reads, which raises InputError itself; `first` reads it before, if it is given."""

    said: str
    function: Callable[[Any, str], Any]
    kind: type = dict
    first: Type | None = None

    @property
    def kinds(self) -> tuple[type, ...]:  # type: ignore[override]
        """What TOML gives for it."""
        return (self.kind,)

    def read(self, value: object, at: str) -> Any:
        held = super().read(value, at) if self.first is None else self.first.read(value, at)
        return self.function(held, at)


@dataclass(frozen=True)
class Key:
    """A key of a table: what it means, what it may be, and whether it is needed, or else what it is by default."""

    means: str
    type: Type
    needed: bool = False
    default: object = None

    @property
    def said(self) -> str:
        """The key's type and whether it is needed, in words."""
        if self.needed:
            return f"{self.type.said}; needed"
        said = "" if self.default in (None, "", {}, []) else f"; default {plain(self.default)}"
        return f"{self.type.said}{said}"


@dataclass(frozen=True)
class Fields(Type):
    """A table with these keys and no others."""

    keys: Mapping[str, Key]
    said: str = "a table"
    kinds = (dict,)

    def read(self, value: object, at: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise InputError(f"{at} must be a table, found {shown(value)}.")
        for key in value:
            if key not in self.keys:
                raise unknown(f"key in {at}", key, self.keys)
        made = {key: self.keys[key].type.read(one, inside(at, key)) for key, one in value.items()}
        for key, told in self.keys.items():
            if key in made:
                continue
            if told.needed:
                raise InputError(f"{at} must have {key!r}.")
            if told.default is not None:
                made[key] = told.type.read(told.default, inside(at, key))
        return made


@dataclass(frozen=True)
class Named(Type):
    """A table with a value for each name that the file gives."""

    of: Type
    noun: str = "name"
    least: int = 0
    kinds = (dict,)

    @property
    def said(self) -> str:  # type: ignore[override]
        """The noun, and what stands by each name."""
        return f"{self.of.said} for each {self.noun}"

    def read(self, value: object, at: str) -> dict[str, Any]:
        if type(value) is not dict:
            raise InputError(f"{at} must be a table, found {shown(value)}.")
        if len(value) < self.least:
            raise InputError(f"{at} must have {self.least} or more, found {len(value)}; it is {self.said}.")
        return {name: self.of.read(one, inside(at, name)) for name, one in value.items()}


TEXT, NOTE, FLAG, DAY = Text(), Text(empty=True), Flag(), Day()
SHARE, AMOUNT = Number(0, 1), Number(0, 1e9)
NAME = Text("a name")
NAMES = Listed(NAME)
SENTENCES = Listed(TEXT, "sentences")

Grammar = Mapping[str, Mapping[str, Key]]
"""What a kind of file says: by the head of each table ("" for the top of the file) its keys."""


def inside(at: str, key: str) -> str:
    """The path of a key in a table; a comma parts the file from what stands in it."""
    return f"{at}, {key}" if at.endswith(".toml") or (" " in at and ", " not in at) else f"{at}.{key}"


def parted(at: str) -> tuple[str, str]:
    """The path of a table and its key, without the place in a list.

    >>> parted("scenario town, who.compared 2"), parted("conduct late, severity")
    (('scenario town, who', 'compared'), ('conduct late', 'severity'))
    """
    path = at.rstrip("0123456789").rstrip()
    key = path.replace(", ", ".").rpartition(".")[2]
    return path[: len(path) - len(key)].rstrip(", ."), key


def plain(value: object) -> str:
    """A bound or default as a page says it."""
    if isinstance(value, bool | list):
        return shown(value)
    if isinstance(value, str):
        return value
    return f"{value:,.10g}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"


def grammar(top: Fields, head: str = "") -> Grammar:
    """The keys of every table of a file, by its head: NAME stands for a name that the file gives."""
    return {head: top.keys, **{h: keys for key, told in top.keys.items() for h, keys in _below(told.type, head, key)}}


def _below(kind: Type, head: str, key: str) -> Iterator[tuple[str, Mapping[str, Key]]]:
    place = f"{head}.{key}" if head else key
    if isinstance(kind, Fields):
        yield from grammar(kind, place).items()
    elif isinstance(kind, Named):
        yield from _below(kind.of, place, kind.noun.upper())
    elif isinstance(kind, Listed):
        yield from _below(kind.of, head, key)
    elif isinstance(kind, By) and kind.first is not None:
        yield from _below(kind.first, head, key)
