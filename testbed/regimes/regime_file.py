"""A regime's file while it is read: its tables, and its numbers as dials."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys
from synthetic.source import CHOICE, Dial, dial
from synthetic.toml_file import load_toml
from testbed.regimes.base import EXPIRY, FOLDER
from testbed.regimes.clauses import CLAUSES, MISUSE, NUMBERS, TOP

WORDS = {
    "enter", "from", "copies", "title", "who", "by", "family", "reach", "source", "reading", "where", "gate", "switch",
    "said", "kind", "column", "level",
}  # fmt: skip
"""Keys of a clause that hold a text."""

OFF = FOLDER / "common" / "off.toml"
TEXTS = {"misuse": tuple(MISUSE)}
KEYS = (*TOP, *(head.partition(".")[0] for head in CLAUSES))


@cache
def common() -> Mapping[str, dict[str, object]]:
    """The clauses that every regime has; they are off in the base case."""
    return {clause: dict(part) for clause, part in load_toml(OFF).items() if isinstance(part, dict)}


class RegimeFile:
    """One file while it is read: its tables, and the numbers read so far. Methods raise InputError for errors in it."""

    def __init__(self, path: Path) -> None:
        self.where = f"regime {path.stem}"
        self.table = check_keys(load_tables(path, self.where), KEYS, self.where)
        if "title" not in self.table:
            raise InputError(f"{self.where} must have a title.")
        self.coupled = self.flag(self.table, "coupled", self.where)
        on = Dial("regime.active", True, "switch", "assumed", "assumed", None, CHOICE)
        self.numbers: dict[str, Dial] = {on.path: on}

    def number(self, value: object, clause: str, key: str) -> Dial:
        """A number of the file as a dial; it must be at least 0."""
        made = self.sourced(value, clause, key)
        if isinstance(made.value, bool | str) or made.value < 0:
            raise InputError(f"{made.path}: the value is {made.value!r}, allowed: a number from 0 on.")
        return made

    def sourced(self, value: object, clause: str, key: str) -> Dial:
        """A number or switch of the file as a dial."""
        if isinstance(value, dict):
            for word in ("source", "reading"):
                text(value.get(word, ""), f"regime.{clause}.{key}, {word}")
        made = dial(value, f"regime.{clause}.{key}")
        if made.path in self.numbers:
            raise InputError(f"{self.where}: two clauses are named {clause!r} and both have {key!r}; rename one.")
        self.numbers[made.path] = made
        return made

    def maybe(self, part: Mapping[str, object], clause: str, key: str) -> Dial | None:
        """A number of the file as a dial; None if the clause does not give it."""
        return self.number(part[key], clause, key) if key in part else None

    def flag(self, part: Mapping[str, object], key: str, where: str) -> bool:
        """A true or false of the file; false if it is not given."""
        value = part.get(key, False)
        if not isinstance(value, bool):
            raise InputError(f"{where}: {key} is {value!r}, allowed: true, false.")
        return value

    def parts(self, key: str, allowed: Collection[str]) -> Iterator[tuple[str, dict[str, object], str]]:
        """The clauses of one kind: name, table, and the place that errors name."""
        held = self.table.get(key, {})
        for name, part in check_keys(held, held if isinstance(held, dict) else (), f"{self.where}, {key}").items():
            at = f"{self.where}, {key}.{name}"
            clause = check_keys(part, allowed, at)
            for word in WORDS.intersection(clause):
                text(clause[word], f"{at}, {word}")
            yield name, clause, at

    def plain(self) -> None:
        """Read the switches, the clauses that hold only numbers, and the expiry of each severity."""
        held = self.table.get("switches", {})
        for name, value in check_keys(held, held if isinstance(held, dict) else (), f"{self.where}, switches").items():
            if not isinstance(self.sourced(value, name, "follows").value, bool):
                raise InputError(f"{self.where}, switches.{name}: the value must be true or false.")
        for clause, keys in NUMBERS.items():
            texts = TEXTS.get(clause, ())
            part = check_keys(self.table.get(clause, {}), (*keys, *texts), f"{self.where}, {clause}")
            for key, value in {**common().get(clause, {}), **part}.items():
                if key not in texts:
                    self.number(value, clause, key)
        for key in EXPIRY:
            if f"regime.expiry.{key}" not in self.numbers:
                raise InputError(f"{self.where} must say in [expiry] how long a {key} entry stays in force.")


def text(value: object, where: str) -> str:
    """The value if it is a text. Raises InputError if not."""
    if not isinstance(value, str):
        raise InputError(f"{where} must be a text, found {value!r}.")
    return value


def texts(value: object, where: str) -> tuple[str, ...]:
    """The values if they are a list of texts. Raises InputError if not."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{where} must be a list of texts, found {value!r}.")
    return tuple(value)
