"""Types of lists and tables, and the grammar of a kind of file: by the head of each table its keys."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from synthetic.errors import InputError, shown, unknown
from synthetic.schema.values import Day, Flag, Number, Text, Type, inside, plain


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
        seen: set[str] = set()
        for one in made if not self.twice else ():
            if repr(one) in seen:
                raise InputError(f"{at}: {shown(one)} stands in the list twice, allowed: once.")
            seen.add(repr(one))
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
NAME = Text("a name", lines=False)
NAMES = Listed(NAME)
SENTENCES = Listed(TEXT, "sentences")

Grammar = Mapping[str, Mapping[str, Key]]
"""What a kind of file says: by the head of each table ("" for the top of the file) its keys."""


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
