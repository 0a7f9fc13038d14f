"""A regime's file while it is read: its tables, and its numbers as dials."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from synthetic.declaration import load_declaration
from synthetic.errors import InputError
from synthetic.source import CHOICE, Dial
from synthetic.toml_file import load_toml
from testbed.regimes.base import FOLDER
from testbed.regimes.clauses import AIM, KEYS, NUMBERS

OFF = FOLDER / "common" / "off.toml"


@cache
def common() -> Mapping[str, Mapping[str, Dial]]:
    """The clauses that every regime has; they are off in the base case."""
    table = load_toml(OFF)
    return {
        clause: KEYS.keys[clause].type.read(table[clause], f"regime off, {clause}")
        for clause in NUMBERS
        if clause in table
    }


class RegimeFile:
    """One file while it is read: its tables, and the numbers read so far. Methods raise InputError for errors in it."""

    def __init__(self, path: Path) -> None:
        self.where = f"regime {path.stem}"
        self.table = load_declaration(path, self.where, KEYS)
        on = Dial("regime.active", True, "switch", "assumed", "assumed", None, CHOICE)
        self.numbers: dict[str, Dial] = {on.path: on}

    def number(self, part: Mapping[str, Any], clause: str, key: str) -> Dial:
        """A number of a clause as a dial of the regime."""
        made: Dial = part[key].at(f"regime.{clause}.{key}")
        if made.path in self.numbers:
            raise InputError(f"{self.where}: two clauses are named {clause!r} and both have {key!r}; rename one.")
        self.numbers[made.path] = made
        return made

    def maybe(self, part: Mapping[str, Any], clause: str, key: str) -> Dial | None:
        """The same; None if the clause does not give it."""
        return self.number(part, clause, key) if key in part else None

    def plain(self) -> None:
        """Read the switches, and the clauses that hold only numbers."""
        for name, switch in self.table["switches"].items():
            self.number({"follows": switch}, name, "follows")
        for clause in NUMBERS:
            part = {**common().get(clause, {}), **self.table.get(clause, {})}
            for key in part:
                if clause != "misuse" or key not in AIM:
                    self.number(part, clause, key)
