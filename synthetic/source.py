"""Provenance: the source of each number, and how it was read there.

Every number in a data file names a source and a reading. The sources are listed in `synthetic/sources/*.toml`, one
table per id; files of users bring their own (see `declaration`).
"""

from __future__ import annotations

import math
from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from synthetic.errors import InputError, unknown
from synthetic.schema import (
    DAY,
    FLAG,
    NOTE,
    TEXT,
    By,
    Either,
    Fields,
    Key,
    Named,
    Number,
    OneOf,
    Range,
    Type,
    inside,
    parted,
)
from synthetic.toml_file import load_toml

READINGS = ("stated", "inferred", "analog", "assumed", "claimed")
"""How a number is known. An analog is the figure of a comparable system elsewhere, which its source names."""

CHOICE = "a choice of the experiment"
"""How the note of a dial begins that is no guess about the world."""


@dataclass(frozen=True)
class Source:
    """A text, table or law that numbers or rules are taken from."""

    id: str
    title: str
    publisher: str
    date: str
    locator: str = ""
    system: str = ""


@dataclass(frozen=True)
class Dial:
    """One number (or switch) with its unit, source and reading; settable by its path.

    `range` holds the smallest and largest value allowed; None if any value of the type is allowed.
    """

    path: str
    value: float | int | bool | str
    unit: str
    source: str
    reading: str
    range: tuple[float, float] | None = None
    where: str = ""

    @property
    def chosen(self) -> bool:
        """Whether it is a choice of the experiment, not a number of the world."""
        return self.range is None and self.where.startswith(CHOICE)

    def set(self, value: object) -> Dial:
        """The same dial at another value, or all of another dial under this path.

        Raises InputError if the value is not allowed.
        """
        if isinstance(value, Dial):
            return replace(value, path=self.path)
        if isinstance(self.value, bool):
            words = {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}
            found = words.get(str(value).lower())
            if found is None:
                raise InputError(f"dial {self.path}: found {value!r}, allowed: on, off.")
            return replace(self, value=found)
        if isinstance(self.value, str):
            return replace(self, value=str(value))
        try:
            number = float(str(value))
        except ValueError:
            raise InputError(f"dial {self.path}: found {value!r}, a number is needed.") from None
        if not math.isfinite(number):
            raise InputError(f"dial {self.path}: found {value!r}, a finite number is needed.")
        if self.range is not None and not self.range[0] <= number <= self.range[1]:
            low, high = self.range
            raise InputError(f"dial {self.path}: found {number:g}, allowed: {low:g} to {high:g}.")
        if isinstance(self.value, int) and number.is_integer():
            return replace(self, value=int(number))
        return replace(self, value=number)

    def at(self, path: str) -> Dial:
        """The same dial under this path."""
        return Dial(path, self.value, self.unit, self.source, self.reading, self.range, self.where)

    def turned(self, values: Mapping[str, object]) -> Dial:
        """The same dial at the value that `values` gives for its path, if any."""
        return self.set(values[self.path]) if self.path in values else self


_OWN: dict[str, tuple[Path, Source]] = {}
"""Sources that files of users bring, each with the file that it stands in."""


@cache
def shipped() -> Mapping[str, Source]:
    """The sources of this project by id."""
    found: dict[str, Source] = {}
    for path in sorted((Path(__file__).parent / "sources").glob("*.toml")):
        for name, source in _read_sources(load_toml(path), path.name).items():
            if name in found:
                raise InputError(f"source {name!r} is defined in two files, the second is {path.name}.")
            found[name] = source
    return found


def sources() -> Mapping[str, Source]:
    """Every known source by id: those of this project, and those of the files that were read so far."""
    return ChainMap({name: source for name, (_, source) in _OWN.items()}, dict(shipped()))


def add_sources(table: object, path: Path, where: str) -> None:
    """Make the sources of a user's file known, by id. A file that is read again replaces its own.

    Raises InputError if one lacks a part, or if its id stands for another source already.
    """
    for name, source in _read_sources(table, where).items():
        held, other = _OWN.get(name, (path, source))
        if name in shipped():
            raise InputError(f"{where}: {name!r} is a source of the testbed; give yours another name.")
        if held != path and other != source:
            raise InputError(f"{where}: {name!r} is another source in {held.name}; give one of them another name.")
        _OWN[name] = (path, source)


def _read_sources(table: object, where: str) -> dict[str, Source]:
    return {name: Source(name, **part) for name, part in SOURCES.read(table, where).items()}


def known_source(name: str, at: str) -> str:
    """The id of a source itself. Raises InputError if there is none of that id."""
    if name not in _OWN and name not in shipped():
        raise unknown(f"source in {parted(at)[0]}", name, sources())
    return name


READING = OneOf(READINGS)
CITED = {
    "source": Key("where it stands", By("the id of a source", known_source, str), needed=True),
    "reading": Key("how the source gives it", READING, needed=True),
    "where": Key("where in the source, or a note", NOTE),
}
"""What says where something comes from."""

NUMBER = Fields(
    {
        "value": Key("the number", Either((Number(), FLAG, TEXT)), needed=True),
        "unit": Key("what one of it is, in words", TEXT, needed=True),
        "range": Key("what is allowed; needed if the number is assumed or an analog", Range()),
        **CITED,
    },
    "a number with its source",
)
"""What a number of a file says."""

SOURCE = Fields(
    {
        "title": Key("title of the text", TEXT, needed=True),
        "publisher": Key("who published it, with the author if there is one", TEXT, needed=True),
        "date": Key("date of publication", Either((TEXT, DAY)), needed=True),
        "locator": Key("page, section or table", NOTE),
        "system": Key("the register, list or office that its figures are about; needed if a number is an analog", TEXT),
    }
)
"""What a source says."""

SOURCES = Named(SOURCE)


@dataclass(frozen=True)
class Sourced(Type):
    """A number with its unit, source and reading, read as a dial. `of` says which values it may have; of the range that
    the file gives, the part within them counts."""

    of: Type = field(default_factory=Number)
    unit: str = ""
    """The unit, where the file need not give it."""
    kinds = (dict,)

    @property
    def said(self) -> str:  # type: ignore[override]
        """Its values, and that it needs a source."""
        return f"{self.of.said} with its source"

    def read(self, value: object, at: str) -> Dial:
        if type(value) is dict and "value" in value:
            self.of.read(value["value"], inside(at, "value"))
        return dial({"unit": self.unit, **value} if self.unit and isinstance(value, dict) else value, at, self.of)


def check_ranged(reading: str, where: str, instead: str = "") -> None:
    """Raises InputError if a number with this reading may not stand without a range."""
    said = {"assumed": "assumed", "analog": "an analog"}.get(reading)
    if said:
        raise InputError(f"{where} is {said}, so it needs a range{instead}.")


def as_in(reading: str, source: str) -> str:
    """The system that the figure of an analog comes from, in words; "" for any other reading."""
    return f"as in {sources()[source].system}" if reading == "analog" else ""


def by_reading(dials: Iterable[Dial]) -> dict[str, int]:
    """How many dials there are of each reading, without the choices of the experiment."""
    found = Counter(dial.reading for dial in dials if not dial.chosen)
    return {reading: found[reading] for reading in READINGS}


def check_source(table: Mapping[str, object], where: str) -> tuple[str, str]:
    """The source id and the reading that a table names. Raises InputError if either is missing or unknown."""
    part = _CITED.read({key: table[key] for key in ("source", "reading") if key in table}, where)
    source, reading = part["source"], part["reading"]
    if reading == "analog" and not sources()[source].system:
        raise InputError(f"{where} is an analog, so its source {source!r} must say of which system: system = TEXT.")
    return source, reading


_CITED = Fields(CITED)


def dial(table: object, path: str, of: Type | None = None) -> Dial:
    """A dial from its table: value, unit, source, reading, and optionally range and where.

    Of the range, the part counts that `of` allows.
    """
    part = NUMBER.read(table, path)
    value, bounds = part["value"], part.get("range")
    if part["reading"] == "analog":
        check_source(part, path)
    if bounds is None and not isinstance(value, bool | str):
        check_ranged(part["reading"], path)
    if bounds is not None and isinstance(of, Number):
        bounds = of.within(*bounds)
    made = Dial(path, value, part["unit"], part["source"], part["reading"], bounds, part.get("where", ""))
    if bounds is None or isinstance(value, bool | str) or bounds[0] <= value <= bounds[1]:
        return made
    return made.set(value)  # which raises InputError
