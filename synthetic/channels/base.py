"""Channels: how an act becomes an entry, or fails to, or becomes somebody else's.

One channel is one file, `NAME.toml`. Its own reach (coverage, delay) is the scheme's and stays in the
shadow record; its errors (misses, wrong persons, duplicates) do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from synthetic.draws import GRID, pack, sparse, sparse_rows, uniform
from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, dial, load_toml

FOLDER = Path(__file__).parent
LOOKALIKES = 32
"""People of the grid who are looked through for one that can be mistaken for the actor."""

MAX_DELAY = 12
KEYS = (
    "coverage_urban", "coverage_rural", "density_half", "miss", "miss_ratio",
    "false_match", "false_match_ratio", "delay", "duplicate",
)  # fmt: skip
Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Acts:
    """True acts of one period: who, which kind, and the number that makes the address unique in the grid."""

    person: np.ndarray
    period: int
    kind: np.ndarray
    k: np.ndarray

    @property
    def address(self) -> np.ndarray:
        """The packed address of each act."""
        return pack(self.person, self.period, self.kind, self.k)

    def take(self, which: np.ndarray) -> Acts:
        """Some of the acts, by mask or index."""
        return Acts(self.person[which], self.period, self.kind[which], self.k[which])


@dataclass(frozen=True)
class Sensed:
    """What a channel makes of acts: one row per covered act, aligned."""

    acts: Acts
    delay: np.ndarray
    missed: np.ndarray
    strayed: np.ndarray
    doubled: np.ndarray


@dataclass(frozen=True)
class Channel:
    """One way from conduct to the record.

    `mistakes` names the column in which the person wrongly entered equals the actor ("surname",
    "community"), or "" for any neighbor.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    mistakes: str
    numbers: Mapping[str, Dial]

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Channel:
        """A channel by name or path. Raises InputError where the file is wrong."""
        path = find_toml("channel", name, FOLDER, beside)
        where = f"channel {path.stem}"
        table = check_keys(load_toml(path), ("title", "kinds", "mistakes", *KEYS), where)
        for key in ("title", "kinds", *KEYS):
            if key not in table and key != "density_half":
                raise InputError(f"{where} must have {key!r}.")
        numbers = {key: dial(table[key], f"channels.{path.stem}.{key}") for key in KEYS if key in table}
        kinds = tuple(str(kind) for kind in table["kinds"])  # type: ignore[attr-defined]
        return cls(path.stem, str(table["title"]), kinds, str(table.get("mistakes", "")), numbers)

    @property
    def dials(self) -> dict[str, Dial]:
        """Its numbers by path."""
        return {d.path: d for d in self.numbers.values()}

    def set(self, values: Mapping[str, object]) -> Channel:
        """The same channel with some dials at other values."""
        turned = {key: d.set(values[d.path]) if d.path in values else d for key, d in self.numbers.items()}
        return replace(self, numbers=turned)

    def faithful(self) -> Channel:
        """The same channel without errors: coverage and delay stay."""
        errors = ("miss", "false_match", "duplicate")
        return replace(
            self, numbers={key: replace(d, value=0.0) if key in errors else d for key, d in self.numbers.items()}
        )

    def value(self, key: str) -> float:
        """One of its numbers."""
        return float(self.numbers[key].value)

    def coverage(self, columns: Columns, urban: int) -> np.ndarray:
        """P(an act is within reach of the channel), by place: float64 (n,).

        Where the channel declares `density_half`, the reach grows with the cameras of the grid and is half
        of its largest at that many per 1,000 people.
        """
        reach = np.where(columns["residence"] == urban, self.value("coverage_urban"), self.value("coverage_rural"))
        if "density_half" in self.numbers:
            density = columns["camera_density"].astype(np.float64)
            reach = reach * density / (density + self.value("density_half"))
        return reach

    def sense(
        self, acts: Acts, at: Callable[[np.ndarray, str], np.ndarray], *, seed: int, urban: int, minority: int
    ) -> Sensed:
        """What becomes of these acts. `at(people, column)` reads what the channel sees of people."""
        address = acts.address
        coin = lambda what: uniform(sparse(seed, f"channel:{self.name}:{what}", address))  # noqa: E731
        names = ("residence", "camera_density") if "density_half" in self.numbers else ("residence",)
        seen = coin("coverage") < self.coverage({name: at(acts.person, name) for name in names}, urban)
        acts, address = acts.take(seen), address[seen]
        ratio = at(acts.person, "community") == minority
        delay = waiting(coin("delay"), self.value("delay"))
        missed = coin("miss") < self.value("miss") * np.where(ratio, self.value("miss_ratio"), 1.0)
        stray_rate = self.value("false_match") * np.where(ratio, self.value("false_match_ratio"), 1.0)
        strayed = (coin("stray") < stray_rate) & ~missed
        doubled = (coin("double") < self.value("duplicate")) & ~missed & ~strayed
        return Sensed(acts, delay, missed, strayed, doubled)

    def mistaken_for(
        self, acts: Acts, at: Callable[[np.ndarray, str], np.ndarray], size: int, *, seed: int
    ) -> np.ndarray:
        """Whom the entry of a strayed act falls on: int64 (n,), -1 where nobody of the grid can be mistaken.

        The first of 32 people of the grid, drawn by the address of the act, who exists, is an adult of
        another household, and equals the actor in the column `mistakes`. A function of ids and
        attributes only, never of state.
        """
        n = len(acts.person)
        if not n:
            return np.empty(0, np.int64)
        words = sparse_rows(seed, f"channel:{self.name}:lookalike", acts.address, LOOKALIKES)
        other = (acts.person // GRID * GRID)[:, None] + (words >> np.uint64(54)).astype(np.int64)
        fits = other < size
        other = np.where(fits, other, acts.person[:, None])
        fits &= (at(other, "age") >= 18) & (at(other, "household") != at(acts.person, "household")[:, None])
        if self.mistakes:
            fits &= at(other, self.mistakes) == at(acts.person, self.mistakes)[:, None]
        first = fits.argmax(axis=1)
        found = np.where(fits.any(axis=1), other[np.arange(n), first], -1)
        return found


def waiting(coin: np.ndarray, mean: float) -> np.ndarray:
    """Months between act and entry: geometric with this mean, at most 12, by inversion (monotone in the mean)."""
    if mean <= 0:
        return np.zeros(len(coin), np.int64)
    steps = 1 - (mean / (1 + mean)) ** np.arange(1, MAX_DELAY + 1)
    return np.searchsorted(steps, coin, side="right").astype(np.int64)


def check_kinds(channels: tuple[Channel, ...], kinds: tuple[str, ...]) -> None:
    """Every kind that a channel names must be among the kinds of conduct. Raises InputError."""
    for channel in channels:
        for kind in channel.kinds:
            if kind not in kinds:
                raise unknown(f"kind in channel {channel.name}", kind, kinds)


def names() -> list[str]:
    """Every registered channel."""
    return toml_names(FOLDER)
