"""Provenance: the source of each number, and how it was read there.

Every number in a data file names a source and a reading. The sources are listed in `synthetic/sources/*.toml`, one
table per id; files of users bring their own (see `declaration`).
"""

from __future__ import annotations

import math
import tomllib
from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from synthetic.errors import InputError, check_keys, unknown

READINGS = ("stated", "inferred", "analog", "assumed", "claimed")
"""How a number is known. An analog is the figure of a comparable system elsewhere, which its source names."""

CHOICE = "a choice of the experiment"
"""How the note of a dial begins that is no guess about the world."""

NUMBER = {
    "value": "a number, true or false, or a text",
    "unit": "what one of it is, in words",
    "source": "the id of a source",
    "reading": f"how the source gives it: {', '.join(READINGS[:-1])} or {READINGS[-1]}",
    "range": "[lowest, highest] allowed; needed if the number is assumed or an analog",
    "where": "where in the source, or a note; optional",
}
"""What a number of a file says."""

SOURCE = {
    "title": "title of the text",
    "publisher": "who published it, with the author if there is one",
    "date": "date of publication",
    "locator": "page, section or table; optional",
    "system": "the register, list or office that its figures are about; needed if a number is an analog",
}
"""What a source says."""


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

    def turned(self, values: Mapping[str, object]) -> Dial:
        """The same dial at the value that `values` gives for its path, if any."""
        return self.set(values[self.path]) if self.path in values else self


LARGEST = 1 << 24
"""The largest size of a TOML file, in bytes."""

DEEPEST = 32
"""How deep tables and lists of a TOML file may be nested."""


def load_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file, in UTF-8 with or without a byte order mark.

    Raises InputError if the file cannot be read or parsed.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from None
    if len(text) > LARGEST:
        raise InputError(f"{path.name}: it has more than {LARGEST:,} bytes, which no TOML file needs here.")
    deep = InputError(f"{path.name}: its brackets or keys are nested more than {DEEPEST} deep.")
    try:
        made = tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: byte {error.start} is not UTF-8; save it as UTF-8.") from None
    except RecursionError:
        raise deep from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: {error}.") from None
    except ValueError:  # Python refuses to read a whole number of thousands of digits
        raise InputError(f"{path.name}: a number in it has too many digits.") from None
    inside: list[object] = [made]
    for _ in range(DEEPEST):
        inside = [one for held in inside if isinstance(held, dict | list) for one in _parts(held)]
    if inside:
        raise deep
    return made


def _parts(held: dict[str, object] | list[object]) -> list[object]:
    return held if isinstance(held, list) else list(held.values())


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
    found = {}
    for name, given in check_keys(table, table if isinstance(table, dict) else (), where).items():
        part = check_keys(given, SOURCE, f"{where}, {name}")
        for key in ("title", "publisher", "date"):
            if not part.get(key):
                raise InputError(f"{where}, {name} must have {key!r}.")
        found[name] = Source(name, **{key: str(value) for key, value in part.items()})
    return found


def check_source(table: Mapping[str, object], where: str) -> tuple[str, str]:
    """The source id and the reading that a table names. Raises InputError if either is missing or unknown."""
    source, reading = table.get("source"), table.get("reading")
    if source is None or reading is None:
        raise InputError(f"{where} must name a source and a reading.")
    if str(reading) not in READINGS:
        raise unknown(f"reading in {where}", reading, READINGS)
    if str(source) not in sources():
        raise unknown(f"source in {where}", source, sources())
    if reading == "analog" and not sources()[str(source)].system:
        raise InputError(
            f"{where} is an analog, so its source {str(source)!r} must say of which system: system = TEXT."
        )
    return str(source), str(reading)


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


def dial(table: object, path: str) -> Dial:
    """A dial from its table: value, unit, source, reading, and optionally range and where."""
    table = check_keys(table, NUMBER, path)
    if "value" not in table or "unit" not in table:
        raise InputError(f"{path} must have a value and a unit.")
    source, reading = check_source(table, path)
    bounds = table.get("range")
    if bounds is None and not isinstance(table["value"], bool | str):
        check_ranged(reading, path)
    limits = None
    if bounds is not None:
        if not (isinstance(bounds, list) and len(bounds) == 2 and bounds[0] <= bounds[1]):
            raise InputError(f"{path}: range must be [lowest, highest], found {bounds!r}.")
        limits = (float(bounds[0]), float(bounds[1]))
    made = Dial(path, table["value"], str(table["unit"]), source, reading, limits, str(table.get("where", "")))  # type: ignore[arg-type]
    return made if isinstance(made.value, str) else made.set(made.value)
