"""Conduct: the kinds of things people do, as data.

A kind is a file `NAME.toml`: a rate, what it depends on, and the largest rate that any person may have. Acts are
thinned from candidates that do not depend on state (see `draws.candidates`), so a raised rate only adds acts in a twin.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.recipes import Recipe
from synthetic.registry import find_toml, toml_names
from synthetic.schema import AMOUNT, FLAG, NAME, TEXT, Fields, Key, Named, Number, OneOf, Whole, grammar
from synthetic.source import Dial, Sourced

FOLDER = Path(__file__).parent
SEVERITIES = ("minor", "moderate", "serious")
DIRECTIONS = ("adverse", "favorable", "lawful")
"""Whether an act counts against a person, for a person, or neither (lawful, but recorded)."""

MOST = 0.8
"""The largest value of `most`. A grid of 1,024 people then has over 1,024 candidates of a kind in a month, more than an
entry's id can number, with a chance of 2e-12; at 0.9 it would be 4e-4, and such a run is refused."""

MOST_BESIDE = 0.36
"""The same for kinds of which a channel also makes entries without an act: acts are then numbered below 512, except
with a chance below 1e-12."""


DEPENDS = Fields(
    {
        "on": Key("the column; default the name of the table", NAME),
        "level": Key("for a category: the level that is compared with all others", TEXT),
        "low": Key("for a number: where the rate is lowest", Number(), default=0),
        "high": Key("for a number: where the ratio is reached", Number(), default=1),
        "ratio": Key(
            "rate at `level`, or at `high`, over the rate elsewhere, or at `low`",
            Sourced(Number(above=0, most=1e9)),
            needed=True,
        ),
    }
)
"""What a dependence of a rate says."""

KEYS = Fields(
    {
        "title": Key("what people do, in a few words", TEXT, needed=True),
        "direction": Key("whether it counts against or for a person, or neither", OneOf(DIRECTIONS), needed=True),
        "severity": Key("how long an entry of it stands", OneOf(SEVERITIES), default="minor"),
        "min_age": Key("youngest age at which it is done", Whole(0, 150), default=18),
        "most": Key(
            "most candidates per adult and month, a bound that no rate exceeds", Number(above=0, most=MOST), needed=True
        ),
        "rate": Key("acts per adult and month", Sourced(AMOUNT), needed=True),
        "sensitive": Key(
            "true if people may leave a lawful act when they believe that they are watched", FLAG, default=False
        ),
        "depends": Key("what the rate depends on", Named(DEPENDS), default={}),
    }
)
"""What the file of a kind of conduct says."""

GRAMMAR = grammar(KEYS)


@dataclass(frozen=True)
class Dependence:
    """A factor on the rate: log-linear in a number, or for one level of a category.

    For a number x the factor is ratio ** ((x - (low + high) / 2) / (high - low)), so `ratio` is the rate
    at `high` over the rate at `low`, and the middle has factor 1. For a category `ratio` is the rate at
    `level` over the rate elsewhere, half of it (in logs) on each side.
    """

    on: str
    ratio: Dial
    low: float = 0.0
    high: float = 1.0
    level: str = ""

    def factor(self, column: np.ndarray, levels: tuple[str, ...] | None) -> np.ndarray:
        """The factor of each person, from the column that the rate depends on."""
        ratio = float(self.ratio.value)
        if self.level:
            if levels is None or self.level not in levels:
                raise unknown(f"level of {self.on}", self.level, levels or ())
            return np.asarray(np.where(column == levels.index(self.level), ratio**0.5, ratio**-0.5))
        slope = np.log(ratio) / (self.high - self.low)
        # exp of a line takes a fifth of the time of a power.
        return np.asarray(np.exp(column * slope - slope * (self.low + self.high) / 2))


@dataclass(frozen=True)
class Conduct:
    """One kind of act: its rate per adult and month, what the rate depends on, and its bound.

    `sensitive` marks lawful acts that people may stop doing if they believe that they are watched.
    """

    name: str
    title: str
    direction: str
    severity: str
    min_age: int
    most: float
    rate: Dial
    depends: tuple[Dependence, ...]
    sensitive: bool = False

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Conduct:
        """A kind by name or path. Raises InputError if the file is wrong."""
        path = find_toml("kind of conduct", name, FOLDER, beside)
        where = f"conduct {path.stem}"
        table = load_declaration(path, where, KEYS)
        if table["sensitive"] and table["direction"] != "lawful":
            raise InputError(
                f"{where}: sensitive is true of an act that is {table['direction']}, allowed: true or false where the "
                "direction is lawful."
            )
        return cls(
            path.stem,
            table["title"],
            table["direction"],
            table["severity"],
            table["min_age"],
            float(table["most"]),
            table["rate"].at(f"conduct.{path.stem}.rate"),
            tuple(_dependence(key, part, path.stem) for key, part in table["depends"].items()),
            table["sensitive"],
        )

    @property
    def adverse(self) -> bool:
        """Whether the act counts against a person."""
        return self.direction == "adverse"

    @property
    def favorable(self) -> bool:
        """Whether the act counts for a person. A lawful act is neither."""
        return self.direction == "favorable"

    @property
    def dials(self) -> dict[str, Dial]:
        """Its numbers by path."""
        return {d.path: d for d in (self.rate, *(part.ratio for part in self.depends))}

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of people that its rate depends on."""
        return tuple(dict.fromkeys(["age", *(part.on for part in self.depends)]))

    def set(self, values: Mapping[str, object]) -> Conduct:
        """The same kind with some dials at other values."""
        depends = tuple(replace(part, ratio=part.ratio.turned(values)) for part in self.depends)
        return replace(self, rate=self.rate.turned(values), depends=depends)

    def rates(self, columns: Mapping[str, np.ndarray], recipe: Recipe) -> np.ndarray:
        """Acts per month of each person before any sanction: float64 (n,), 0 below the minimum age."""
        rate = np.full(len(columns["age"]), float(self.rate.value))
        for part in self.depends:
            if part.on not in columns:
                raise unknown(f"column in conduct {self.name}", part.on, columns)
            rate *= part.factor(columns[part.on], recipe.variables[part.on].levels)
        rate *= columns["age"] >= self.min_age
        return rate


def _dependence(key: str, part: dict[str, Any], name: str) -> Dependence:
    """A factor on the rate of a kind, from a table of its file."""
    if part["low"] == part["high"]:
        raise InputError(f"conduct {name}, depends.{key}: low and high are {part['low']}, they must differ.")
    ratio = part["ratio"].at(f"conduct.{name}.{key}")
    return Dependence(part.get("on", key), ratio, float(part["low"]), float(part["high"]), part.get("level", ""))


def names() -> list[str]:
    """Every registered kind of conduct."""
    return toml_names(FOLDER)
