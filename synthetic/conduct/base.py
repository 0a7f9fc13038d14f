"""Conduct: the kinds of things people do, as data.

A kind is a file `NAME.toml`: a rate, what it depends on, and the largest rate that any person may have. Acts are
thinned from candidates that do not depend on state (see `draws.candidates`), so a raised rate only adds acts in a twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes import Recipe
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, dial

FOLDER = Path(__file__).parent
SEVERITIES = ("minor", "moderate", "serious")
DIRECTIONS = ("adverse", "favorable", "lawful")
"""Whether an act counts against a person, for a person, or neither (lawful, but recorded)."""

KEYS = {
    "title": "what people do, in a few words",
    "direction": "adverse, favorable or lawful",
    "severity": "minor, moderate or serious: how long an entry of it stands; default minor",
    "min_age": "youngest age at which it is done; default 18",
    "most": "most candidates per adult and month, a bound that no rate exceeds",
    "rate": "acts per adult and month, a number",
    "sensitive": "true if people may leave a lawful act when they believe that they are watched; default false",
    "depends": "a table for each thing that the rate depends on",
}
"""What the file of a kind of conduct says."""

DEPENDS = {
    "on": "the column; default the name of the table",
    "level": "for a category: the level that is compared with all others",
    "low": "for a number: where the rate is lowest; default 0",
    "high": "for a number: where the ratio is reached; default 1",
    "ratio": "rate at `level`, or at `high`, over the rate elsewhere, or at `low`, a number",
}
"""What a dependence of a rate says."""

GRAMMAR: Mapping[str, Mapping[str, str]] = {"": KEYS, "depends.NAME": DEPENDS}

MOST = 0.8
"""The largest value of `most`. A grid of 1,024 people then has over 1,024 candidates of a kind in a month, more than an
entry's id can number, with a chance of 2e-12; at 0.9 it would be 4e-4, and such a run is refused."""

MOST_BESIDE = 0.36
"""The same for kinds of which a channel also makes entries without an act: acts are then numbered below 512, except
with a chance below 1e-12."""


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
        table = check_keys(load_tables(path, where), KEYS, where)
        for key in ("title", "direction", "most", "rate"):
            if key not in table:
                raise InputError(f"{where} must have {key!r}.")
        if table["direction"] not in DIRECTIONS:
            raise unknown(f"direction in {where}", table["direction"], DIRECTIONS)
        sensitive = table.get("sensitive", False)
        if not isinstance(sensitive, bool) or (sensitive and table["direction"] != "lawful"):
            raise InputError(
                f"{where}: sensitive is {sensitive!r} of an act that is {table['direction']}, "
                "allowed: true or false where the direction is lawful."
            )
        most = float(table["most"])  # type: ignore[arg-type]
        if not 0 < most <= MOST:
            raise InputError(f"{where}: most is {most:g}, allowed: above 0 to {MOST:g} candidates a month.")
        severity = str(table.get("severity", "minor"))
        if severity not in SEVERITIES:
            raise unknown(f"severity in {where}", severity, SEVERITIES)
        return cls(
            path.stem,
            str(table["title"]),
            str(table["direction"]),
            severity,
            int(table.get("min_age", 18)),  # type: ignore[call-overload]
            most,
            dial(table["rate"], f"conduct.{path.stem}.rate"),
            _depends(table.get("depends", {}), path.stem),
            sensitive,
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


def _depends(table: object, name: str) -> tuple[Dependence, ...]:
    """The factors on the rate of a kind, from the table `depends` of its file."""
    where = f"conduct {name}, depends"
    made = []
    for key, value in check_keys(table, table if isinstance(table, dict) else (), where).items():
        part = check_keys(value, DEPENDS, f"{where}.{key}")
        made.append(
            Dependence(
                str(part.get("on", key)),
                dial(part.get("ratio"), f"conduct.{name}.{key}"),
                float(part.get("low", 0.0)),  # type: ignore[arg-type]
                float(part.get("high", 1.0)),  # type: ignore[arg-type]
                str(part.get("level", "")),
            )
        )
    return tuple(made)


def names() -> list[str]:
    """Every registered kind of conduct."""
    return toml_names(FOLDER)
