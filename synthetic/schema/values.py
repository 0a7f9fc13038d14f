"""Types of single values: what each may be, read as the program uses it, or refused in a sentence."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

import math
from collections.abc import Iterable
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
    """A text; not an empty one, unless it says so. lines: whether it may have several."""

    said: str = "a text"
    empty: bool = False
    lines: bool = True
    kinds = (str,)

    def read(self, value: object, at: str) -> str:
        if type(value) is not str or not (self.empty or value.strip()) or not (self.lines or "\n" not in value):
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
            raise unknown(f"{key} in {place}" if place else key, value, self.names)
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
        if type(value) is not list or [type(one) in (int, float) for one in value] != [True, True]:
            raise self.refused(value, at)
        low, high = value
        if low > high:
            raise self.refused(value, at)
        return float(low), float(high)


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
