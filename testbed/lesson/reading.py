"""Reading a part of a lesson file: each key is checked when it is asked for, and a wrong one is told in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synthetic.errors import InputError, check_keys


@dataclass(frozen=True)
class Part:
    """A table of a lesson file. `where` names it in messages."""

    where: str
    held: Mapping[str, object]

    def has(self, key: str) -> bool:
        """Whether the table has a key."""
        return key in self.held

    def _get(self, key: str, kind: type | tuple[type, ...], said: str) -> object:
        found = self.held.get(key)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise InputError(f"{self.where}: {key} must be {said}, found {found!r}.")
        return found

    def text(self, key: str) -> str:
        """A text that is not empty."""
        found = self._get(key, str, "a text")
        if not found:
            raise InputError(f"{self.where}: {key} is empty.")
        return str(found)

    def number(self, key: str) -> float:
        """A number."""
        return float(str(self._get(key, (int, float), "a number")))

    def whole(self, key: str) -> int:
        """A whole number from 1 on."""
        found = int(str(self._get(key, int, "a whole number")))
        if found < 1:
            raise InputError(f"{self.where}: {key} is {found}; at least 1 is needed.")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, not empty."""
        found = self._get(key, list, "a list of texts")
        assert isinstance(found, list)
        if not found or not all(isinstance(one, str) for one in found):
            raise InputError(f"{self.where}: {key} must be a list of texts, found {found!r}.")
        return tuple(found)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers, not empty."""
        found = self._get(key, list, "a list of numbers")
        assert isinstance(found, list)
        if not found or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in found):
            raise InputError(f"{self.where}: {key} must be a list of numbers, found {found!r}.")
        return tuple(float(one) for one in found)

    def table(self, key: str) -> dict[str, object]:
        """A table of anything; empty if it is left out."""
        found = self.held.get(key, {})
        if not isinstance(found, dict):
            raise InputError(f"{self.where}: {key} must be a table, found {found!r}.")
        return dict(found)

    def part(self, key: str, keys: Mapping[str, str]) -> Part:
        """A table with these keys."""
        return part_of(self.held.get(key), keys, f"{self.where}, {key}")

    def named(self, key: str, keys: Mapping[str, str]) -> list[tuple[str, Part]]:
        """The tables of a table, each with its name and these keys; there is at least one."""
        found = self.table(key)
        if not found:
            raise InputError(f"{self.where}: {key} is missing.")
        return [(name, part_of(one, keys, f"{self.where}, {key}.{name}")) for name, one in found.items()]

    def listed(self, key: str, keys: Mapping[str, str]) -> tuple[Part, ...]:
        """A list of tables with these keys; there is at least one."""
        found = self._get(key, list, "a list of tables")
        assert isinstance(found, list)
        if not found:
            raise InputError(f"{self.where}: {key} is empty.")
        return tuple(part_of(one, keys, f"{self.where}, {key} {place}") for place, one in enumerate(found, 1))


def part_of(table: object, keys: Mapping[str, str], where: str) -> Part:
    """A table as a part. Raises InputError if it is no table or has another key."""
    return Part(where, check_keys(table, keys, where))
