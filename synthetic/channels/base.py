"""Channels: how an act becomes an entry, is missed, or is entered on somebody else.

A channel is a file `NAME.toml`. Its reach and delay belong to the scheme, so they also shape the shadow record; its
errors (misses, wrong people, duplicates, stale entries) do not.

A mechanism is a module. Every channel has `acts`: an act is recorded, missed, doubled, or entered on somebody else. The
other mechanisms also make entries without an act: `screening` (false alarms), `averaging` (an annual figure), `legacy`
(a file from before the run), `gate` (exposure by place and contact). Such a module holds NUMBERS (what the channel's
file must declare), COLUMNS (what the channel reads), ERRORS (what is 0 in a faithful channel), STRAYS, and `arise`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from synthetic.channels.acts import entered, sense, staleness, waiting
from synthetic.channels.declared import MAX_DELAY, Acts, Arisen, At, Columns, Declared, Sensed, mechanism_of
from synthetic.channels.lookalikes import mistaken_for
from synthetic.channels.namesakes import Roll
from synthetic.channels.rare import Scope, nothing
from synthetic.conduct import MOST_BESIDE, Conduct
from synthetic.declaration import load_tables
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.schema import AMOUNT, NAME, SHARE, TEXT, Fields, Grammar, Key, Listed, Number, OneOf, Text
from synthetic.source import Sourced

__all__ = [
    "MAX_DELAY",
    "Acts",
    "Arisen",
    "At",
    "Channel",
    "Columns",
    "Roll",
    "Sensed",
    "check_columns",
    "check_kinds",
    "names",
    "waiting",
]

FOLDER = Path(__file__).parent
AMONG = ("grid", "city", "society")
MECHANISMS = ("acts", "averaging", "gate", "legacy", "screening")
SHARED, RATIO = Sourced(SHARE), Sourced(AMOUNT)
ABOVE = Sourced(Number(above=0, most=1e9))
EVERY = {
    "coverage_urban": Key("share of acts within its reach in towns", SHARED, needed=True),
    "coverage_rural": Key("the same in the country", SHARED, needed=True),
    "miss": Key("share of acts within reach that are missed", SHARED, needed=True),
    "miss_ratio": Key("that share for minority people over others", RATIO, needed=True),
    "false_match": Key("share of recorded acts that are entered on somebody else", SHARED, needed=True),
    "false_match_ratio": Key("that share for minority people over others", RATIO, needed=True),
    "delay": Key("mean months until the entry", Sourced(AMOUNT), needed=True),
    "duplicate": Key("share of recorded acts that are entered twice", SHARED, needed=True),
}
"""Numbers that every channel has."""

TOGETHER = (
    {"density_half": Key("cameras per 1,000 people at which reach is half of its maximum", ABOVE)},
    {"attention_ratio": Key("attention to minority people over others", RATIO)},
    {
        "searched": Key(
            "people among whom a name is sought; needed if mistakes is name, and only then", Sourced(Number(1, 1e11))
        )
    },
    {"without": Key("reach of people for whom the column `through` says no, over the others", RATIO)},
    {
        "load": Key("people per warden", RATIO),
        "load_spread": Key("how much that differs between wardens", RATIO),
        "load_half": Key("load at which attention is half", ABOVE),
    },
    {
        "stale": Key("share of entries that stand on when their term is over", SHARED),
        "stale_months": Key("mean months that they stand on", Sourced(Number(1, 1e9))),
    },
)
"""Numbers that a channel may have; a group is declared as a whole or not at all."""

ERRORS = ("miss", "false_match", "duplicate", "stale")
WORDS = {
    "title": Key("what the channel is", TEXT, needed=True),
    "kinds": Key("the kinds of conduct that it records", Listed(NAME, least=1), needed=True),
    "mistakes": Key(
        "name, or the column in which a person wrongly entered equals the actor; default any neighbor",
        Text("a name", empty=True),
    ),
    "among": Key("where such a person is looked for; by name not the grid", OneOf(AMONG), default="grid"),
    "mechanism": Key("what it enters, also without an act", OneOf(MECHANISMS), default="acts"),
    "whose": Key("a yes-or-no column: the people whom the channel is about; default all", NAME),
    "through": Key("a yes-or-no column: the people whom it reaches in full; goes with `without`", NAME),
}
"""What else the file of a channel says."""

MAY = {key: said for group in TOGETHER for key, said in group.items()}
OF_MECHANISM: Mapping[str, Mapping[str, Key]] = {
    name: {} if name == "acts" else mechanism_of(name).NUMBERS for name in MECHANISMS
}
KEYS = {name: Fields({**WORDS, **EVERY, **MAY, **own}) for name, own in OF_MECHANISM.items()}
"""What the file of a channel says, by its mechanism."""

GRAMMAR: Grammar = {
    "": WORDS,
    "numbers that every channel has": EVERY,
    "numbers that a channel may have": MAY,
    **{f'numbers of mechanism = "{name}"': own for name, own in OF_MECHANISM.items() if own},
}


@dataclass(frozen=True)
class Channel(Declared):
    """A channel: what its file declares (see `Declared`), and what it makes of acts."""

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Channel:
        """A channel by name or path. Raises InputError if the file is wrong."""
        path = find_toml("channel", name, FOLDER, beside)
        where = f"channel {path.stem}"
        given = load_tables(path, where)
        mechanism = WORDS["mechanism"].type.read(given.get("mechanism", "acts"), f"{where}, mechanism")
        table = KEYS[mechanism].read(given, where)
        needed = [key for keys in TOGETHER if any(one in table for one in keys) for key in keys]
        needed += [pair[1] for pair in (("through", "without"), ("without", "through")) if pair[0] in table]
        for key in needed:
            if key not in table:
                raise InputError(f"{where} must have {key!r}.")
        among, mistakes = table["among"], table.get("mistakes", "")
        by_name = mistakes == "name"
        if by_name != ("searched" in table):
            raise InputError(f"{where}: mistakes is {mistakes!r}; 'searched' is for 'name', and needed.")
        if among == ("grid" if by_name else "city"):
            allowed = "city, society" if by_name else "grid, society"
            raise InputError(f"{where}: among is {among!r}, allowed where mistakes is {mistakes!r}: {allowed}.")
        return cls(
            path.stem,
            table["title"],
            table["kinds"],
            mistakes,
            {key: one.at(f"channels.{path.stem}.{key}") for key, one in table.items() if key not in WORDS},
            mechanism,
            among,
            table.get("whose", ""),
            table.get("through", ""),
        )

    def set(self, values: Mapping[str, object]) -> Channel:
        """The same channel with some dials at other values."""
        return replace(self, numbers={key: d.turned(values) for key, d in self.numbers.items()})

    def faithful(self) -> Channel:
        """The same channel without errors; coverage, delay and true entries without an act stay."""
        errors = ERRORS if self.mechanism == "acts" else (*ERRORS, *mechanism_of(self.mechanism).ERRORS)
        return replace(
            self, numbers={key: replace(d, value=0.0) if key in errors else d for key, d in self.numbers.items()}
        )

    def sense(self, acts: Acts, at: At, *, seed: int, urban: int, minority: int, roll: Roll | None = None) -> Sensed:
        """What the channel makes of these acts; `at(people, column)` gives the columns of people that it sees.

        roll: needed where people are found by name (see `roll`).
        """
        return sense(self, acts, self._reader(at), seed=seed, urban=urban, minority=minority, roll=roll)

    def roll(self, at: At, people: np.ndarray) -> Roll:
        """The people (ids, consecutive, whole cities) whom a search by name can find."""
        return Roll(self, self._reader(at), people)

    def entered(self, people: np.ndarray, at: At, *, seed: int, urban: int, minority: int) -> np.ndarray:
        """P(an act of each person is within reach and not missed, so entered on somebody): float64 (n,)."""
        return entered(self, people, self._reader(at), seed=seed, urban=urban, minority=minority)

    def arise(
        self, period: int, at: At, *, grids: np.ndarray, size: int, seed: int, urban: int, minority: int
    ) -> Arisen:
        """The entries of a month that need no act of their subject, in whole grids of a society of `size` people.

        Any subset of the grids gives the same rows. Raises InputError if a column that it reads is missing.
        """
        if self.mechanism == "acts":
            return nothing(period)
        scope = Scope(period, self._reader(at), grids, size, seed, urban, minority)
        arisen: Arisen = mechanism_of(self.mechanism).arise(self, scope)
        return arisen

    def staleness(self, acts: Acts, *, seed: int) -> np.ndarray:
        """Months by which the entry of each act outlives its term in the record: int64 (n,), 0 for most.

        A share `stale` of entries is not removed in time, but `stale_months` late on average (geometric, 1 to 240).
        """
        return staleness(self, acts, seed=seed)

    def mistaken_for(self, acts: Acts, at: At, size: int, *, seed: int, roll: Roll | None = None) -> np.ndarray:
        """The person on whom a strayed act is entered: int64 (n,), -1 if there is nobody.

        By name from the roll (see `namesakes`), else by looks or nearness (see `lookalikes`).
        """
        if roll is not None:
            return roll.taken(self, acts, self._reader(at), seed)
        return mistaken_for(self, acts, self._reader(at), size, seed=seed)

    def _reader(self, at: At) -> At:
        """`at`, which raises InputError if a column is missing."""

        def read(people: np.ndarray, column: str) -> np.ndarray:
            try:
                return at(people, column)
            except KeyError:
                raise InputError(f"channel {self.name} reads column {column!r}, which its people lack.") from None

        return read


def check_columns(channels: Collection[Channel], columns: Collection[str]) -> None:
    """Raise InputError if a channel reads a column that is not among these."""
    for channel in channels:
        for column in channel.reads:
            if column not in columns:
                raise unknown(f"column in channel {channel.name}", column, columns)


def check_numbers(channels: Collection[Channel], conduct: Collection[Conduct]) -> None:
    """Raise InputError if acts of a kind can be so frequent that their numbers meet those of entries without an act."""
    for channel in channels:
        for kind in conduct:
            if channel.mechanism != "acts" and kind.name == channel.kinds[0] and kind.most > MOST_BESIDE:
                raise InputError(
                    f"conduct {kind.name}: most is {kind.most:g}, allowed: up to {MOST_BESIDE:g} for what channel "
                    f"{channel.name} enters without an act."
                )


def check_kinds(channels: tuple[Channel, ...], kinds: tuple[str, ...]) -> None:
    """Raise InputError if a channel names a kind that is not among the kinds of conduct."""
    for channel in channels:
        for kind in channel.kinds:
            if kind not in kinds:
                raise unknown(f"kind in channel {channel.name}", kind, kinds)


def names() -> list[str]:
    """Every registered channel."""
    return toml_names(FOLDER)
